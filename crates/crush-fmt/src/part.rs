//! A part of a file, formatted as it is when all of it is formatted.
//!
//! What is on top of a file stands on lines of its own, and how one such item is printed depends on no other. So a part begins
//! and ends where an item begins a line ([`Joints`]); with one item more at each end it has all that its layout depends on.

use std::ops::Range;

use crush_syntax::{TextEdit, TextRange, Tree};

use crate::{edits, formatted, syntax};

/// The places at which a file may be cut: its two ends, and where an item on top of it begins a line.
pub(crate) struct Joints {
    /// In bytes, in order; at least the two ends.
    places: Vec<usize>,
}

impl Joints {
    /// The joints of `tree`, whose text is `text`.
    pub(crate) fn of(tree: &Tree, text: &str) -> Self {
        let root = tree.root();
        let mut places = vec![0];
        let mut cursor = root.walk();
        // An annotation and the block behind it are told apart by a `;` that only both together show.
        let mut follows_annotation = false;
        let mut end = 0;
        let mut goes_on = !root.is_error() && cursor.goto_first_child();
        while goes_on {
            let node = cursor.node();
            let is_item = node.is_named() && !node.is_extra() && node.start_byte() < node.end_byte();
            if is_item {
                if !follows_annotation && begins_line(&text[end.min(node.start_byte())..node.start_byte()]) {
                    places.push(node.start_byte());
                }
                follows_annotation = node.kind() == "annotation";
            }
            if node.kind() != "\n" {
                end = node.end_byte();
            }
            goes_on = cursor.goto_next_sibling();
        }
        places.push(text.len());
        Self { places }
    }

    /// The edits within `range` that format the text: those that formatting all of it makes there.
    pub(crate) fn edits_within(&self, tree: &Tree, text: &str, range: TextRange) -> Vec<TextEdit> {
        let mut edits = self.edits_around(tree, text, range.start..range.end);
        edits.retain(|edit| range.contains(edit.range));
        edits
    }

    /// The edits that format the text, made a part of so many bytes at a time, so that not all of it is held as a document.
    pub(crate) fn edits(&self, tree: &Tree, text: &str, part: usize) -> Vec<TextEdit> {
        let mut all: Vec<TextEdit> = Vec::new();
        let mut start = 0;
        while start < text.len() {
            let next = self.places.partition_point(|place| *place < start + part);
            let end = self.places.get(next).copied().unwrap_or(text.len());
            let edits = self.edits_around(tree, text, start..end);
            // What stands before a joint belongs to the part in front of it.
            let is_first = start == 0;
            let is_of_this = |edit: &TextEdit| (is_first || edit.range.end > start) && edit.range.end <= end;
            all.extend(edits.into_iter().filter(is_of_this));
            start = end;
        }
        all
    }

    /// The edits of a part that holds `range` and, at each end of it, one item more.
    fn edits_around(&self, tree: &Tree, text: &str, range: Range<usize>) -> Vec<TextEdit> {
        let before = self.places.partition_point(|place| *place <= range.start).saturating_sub(2);
        let behind = self.places.partition_point(|place| *place < range.end) + 1;
        let start = self.places[before];
        let end = self.places.get(behind).copied().unwrap_or(text.len());
        let formatted = formatted(text, &syntax(tree, text, start..end), start..end);
        let mut edits = edits::between(&text[start..end], &formatted).unwrap_or_default();
        for edit in &mut edits {
            edit.range = TextRange::new(edit.range.start + start, edit.range.end + start);
        }
        edits
    }
}

/// Whether what stands behind `gap` begins a line.
fn begins_line(gap: &str) -> bool {
    gap.rsplit_once('\n').is_some_and(|(_, indentation)| indentation.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use crush_syntax::Text;

    use super::*;

    /// Items that meet in every way that matters at a joint.
    const ITEMS: [&str; 14] = [
        "let  x=1",
        "let  x=1;",
        "print( 1 ) // tail",
        "// alone",
        "/* on\n two lines */",
        "fn f( a ){\n  return   a // b\n\n\n  }",
        "@route(  1 )",
        "@route( 1 );",
        "{ let   y=2 }",
        "if x>1{ print( x )",
        "let é = [1,2,\n3,]",
        "}",
        "let z = ",
        "/* before */ let   w=3",
    ];
    const GAPS: [&str; 6] = ["\n", "\n\n\n", "\n   ", " ", ";", "\r\n"];

    #[test]
    fn parts_are_formatted_as_the_whole_is() {
        let mut random = fastrand::Rng::with_seed(7);
        let mut compared = 0;
        for _ in 0..3_000 {
            let mut text = String::new();
            for _ in 0..random.usize(1..9) {
                text.push_str(random.choice(ITEMS).unwrap_or_default());
                text.push_str(random.choice(GAPS).unwrap_or_default());
            }
            let tree = Tree::parse(Text::from(text.as_str()));
            let joints = Joints::of(&tree, &text);
            if edits::between(&text, &crate::format(&tree)).is_none() {
                // As a whole, what is broken keeps all of it from being formatted; its other parts are.
                continue;
            }
            compared += 1;
            let whole = joints.edits(&tree, &text, text.len());
            assert_eq!(joints.edits(&tree, &text, 1), whole, "{text:?}, cut at {:?}", joints.places);
            for pair in joints.places.windows(2) {
                let range = TextRange::new(pair[0], pair[1]);
                let there: Vec<_> = whole.iter().filter(|edit| range.contains(edit.range)).cloned().collect();
                assert_eq!(joints.edits_within(&tree, &text, range), there, "{text:?} in {range:?}");
            }
        }
        assert!(compared > 2_500, "{compared}");
    }
}
