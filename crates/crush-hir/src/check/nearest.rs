//! The name that was probably meant.

use crate::body::Name;

/// The candidate that is least different from `name`, if it is similar at all.
pub(super) fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a Name>) -> Option<&'a Name> {
    // Of a name of one or two letters, any other is as near.
    let limit = name.chars().count() / 3;
    candidates
        .filter(|candidate| *candidate != name)
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

/// How many characters must be put in, taken out, changed, or swapped with the next one.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<_>, Vec<_>) = (a.chars().collect(), b.chars().collect());
    let mut rows = [vec![0; b.len() + 1], (0..=b.len()).collect(), vec![0; b.len() + 1]];
    for i in 1..=a.len() {
        rows.rotate_left(1);
        rows[1] = vec![i; b.len() + 1];
        // rows: [0] is the row before, [2] the one before that.
        let [before, row, two_before] = &mut rows;
        for j in 1..=b.len() {
            let changed = before[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = changed.min(before[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(two_before[j - 2] + 1);
            }
        }
    }
    rows[1][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        assert_eq!(distance("count", "count"), 0);
        assert_eq!(distance("count", "cuont"), 1);
        assert_eq!(distance("count", "coun"), 1);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
    }

    #[test]
    fn only_similar_names_are_suggested() {
        let names = ["counter", "total", "x"].map(Name::new_static);
        assert_eq!(nearest("countr", names.iter()).map(Name::as_str), Some("counter"));
        assert_eq!(nearest("zebra", names.iter()), None);
    }
}
