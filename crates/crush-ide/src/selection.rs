//! What an editor selects when a selection grows: the word, what it is a part of, and so on up to the file.

use crush_syntax::TextRange;

use crate::Snapshot;

/// The ranges around `offset`, the smallest first, each within the next.
pub fn selections(snapshot: &Snapshot, offset: usize) -> Vec<TextRange> {
    let tree = snapshot.analysis.tree();
    let whole = TextRange::new(0, tree.text().len());
    let mut node = tree.node_at(offset);
    let mut ranges: Vec<TextRange> = Vec::new();
    loop {
        let range = TextRange::new(node.start_byte(), node.end_byte());
        let grows = ranges.last().is_none_or(|last| range != *last && range.contains(*last));
        if grows && range.touches(offset.min(whole.end)) {
            ranges.push(range);
        }
        match node.parent() {
            Some(parent) => node = parent,
            None => break,
        }
    }
    if ranges.last().is_none_or(|last| *last != whole) {
        ranges.push(whole);
    }
    ranges
}

#[cfg(test)]
mod tests {
    use crate::fixture::{at_cursor, slice};

    #[test]
    fn a_selection_grows_by_what_belongs_together() {
        let (snapshot, offset) = at_cursor("let y = 1\nlet x = f(a + $0b)\n");
        let shown: Vec<_> = super::selections(&snapshot, offset).into_iter().map(|it| slice(&snapshot, it)).collect();
        assert_eq!(shown, ["b", "a + b", "(a + b)", "f(a + b)", "let x = f(a + b)", "let y = 1\nlet x = f(a + b)\n"]);
    }
}
