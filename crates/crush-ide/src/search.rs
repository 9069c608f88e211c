//! Names that are searched for by some of their letters.

/// How well `name` fits what was typed; `None` when it does not. The letters have to be in it in that order; they fit better at
/// the beginning, at the beginnings of its words, one behind the other, and in the case that was typed.
pub fn fitness(name: &str, typed: &str) -> Option<i32> {
    let name: Vec<char> = name.chars().collect();
    let mut score = 0;
    let mut at = 0;
    let mut last_hit = None;
    for wanted in typed.chars().filter(|c| !c.is_whitespace()) {
        let is_it = |c: &char| c.to_lowercase().eq(wanted.to_lowercase());
        let rest = &name[at..];
        let begins_word = |index: usize| {
            let here = at + index;
            here == 0 || !name[here - 1].is_alphanumeric() || name[here - 1].is_lowercase() && name[here].is_uppercase()
        };
        let candidates = || rest.iter().enumerate().filter(|(_, c)| is_it(c)).map(|(index, _)| index);
        // The next letter, else the beginning of a word, else the first there is.
        let next = candidates().next().filter(|&index| index == 0 && last_hit.is_some());
        let found = next.or_else(|| candidates().find(|&index| begins_word(index))).or_else(|| candidates().next())?;
        let here = at + found;
        score += match () {
            () if here == 0 => 12,
            () if last_hit.is_some_and(|last| last + 1 == here) => 8,
            () if begins_word(found) => 6,
            () => 1,
        };
        score += i32::from(name[here] == wanted);
        (last_hit, at) = (Some(here), here + 1);
    }
    // Of two names that fit alike, the shorter one has less that was not typed.
    let left = i32::try_from(name.len() - name.len().min(typed.len())).unwrap_or(i32::MAX);
    Some(score * 16 - left.min(15))
}

#[cfg(test)]
mod tests {
    use super::fitness;

    #[test]
    fn letters_in_their_order_fit_and_beginnings_fit_better() {
        assert!(fitness("read_line", "rl").is_some() && fitness("read_line", "lr").is_none());
        assert!(fitness("anything", "").is_some());
        let better = |left: &str, right: &str, typed: &str| fitness(left, typed) > fitness(right, typed);
        assert!(better("read_line", "crawl", "rl"));
        assert!(better("total", "subtotal", "tot"));
        assert!(better("readLine", "reload", "rl"));
        assert!(better("total", "total_of_all", "total"));
        assert!(better("Total", "total", "T"));
        assert!(better("größe", "grobe", "grö"));
    }
}
