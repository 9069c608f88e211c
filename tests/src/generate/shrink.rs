//! Smaller programs that still show what a large one showed.

use super::Tape;

/// The smallest numbers found in so many `attempts` that still `fail`: parts are taken out, then what is left is made smaller.
pub fn shrink(numbers: &[u32], mut attempts: usize, mut fails: impl FnMut(&Tape) -> bool) -> Vec<u32> {
    let mut best = numbers.to_vec();
    let mut fails = |tape: &Tape| {
        attempts = attempts.saturating_sub(1);
        attempts > 0 && fails(tape)
    };
    loop {
        let before = best.clone();
        let mut part = best.len() / 2;
        while part > 0 {
            let mut start = 0;
            while start < best.len() {
                let end = (start + part).min(best.len());
                let without: Vec<u32> = best[..start].iter().chain(&best[end..]).copied().collect();
                if fails(&Tape::new(without.clone())) {
                    best = without;
                } else {
                    start += part;
                }
            }
            part /= 2;
        }
        for at in 0..best.len() {
            for smaller in [0, best[at] % 7, best[at] / 2, best[at].saturating_sub(1)] {
                if smaller < best[at] {
                    let mut changed = best.clone();
                    changed[at] = smaller;
                    if fails(&Tape::new(changed.clone())) {
                        best = changed;
                        break;
                    }
                }
            }
        }
        if best == before {
            return best;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_matter_goes() {
        let numbers: Vec<u32> = (0..100).collect();
        let shrunk = shrink(&numbers, 10_000, |tape| {
            let mut tape = tape.clone();
            (0..200).any(|_| tape.choose(1000) >= 50)
        });
        assert_eq!(shrunk.len(), 1);
        assert!((50..=53).contains(&shrunk[0]), "{shrunk:?}");
    }
}
