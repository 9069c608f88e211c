//! Changes of a text, as the client tells them.

use crush_ide::{PositionEncoding, Text, TextEdit, TextRange};
use tower_lsp::ls_types::TextDocumentContentChangeEvent;

use crate::convert::Positions;

/// Applies the client's changes to `text`; gives them as edits, each in terms of the text that the one before it left.
///
/// A position beyond the end of the text means its end: the client and the server would drift apart for good if the change
/// were refused.
pub(super) fn edits_of(
    text: &mut Text,
    changes: Vec<TextDocumentContentChangeEvent>,
    encoding: PositionEncoding,
) -> Vec<TextEdit> {
    let mut edits = Vec::with_capacity(changes.len());
    for change in changes {
        let range = match change.range {
            Some(range) => Positions { text, encoding }.clamped_range(range),
            None => TextRange::new(0, text.len()),
        };
        let edit = TextEdit { range, new_text: change.text };
        text.apply(&edit);
        edits.push(edit);
    }
    edits
}

#[cfg(test)]
mod tests {
    use super::*;
    use tower_lsp::ls_types::{Position, Range};

    fn change(start: (u32, u32), end: (u32, u32), text: &str) -> TextDocumentContentChangeEvent {
        let position = |(line, character)| Position { line, character };
        TextDocumentContentChangeEvent {
            range: Some(Range { start: position(start), end: position(end) }),
            range_length: None,
            text: text.to_string(),
        }
    }

    fn after(text: &str, changes: Vec<TextDocumentContentChangeEvent>) -> String {
        let mut original = Text::from(text);
        let mut text = original.clone();
        for edit in edits_of(&mut text, changes, PositionEncoding::Utf16) {
            original.apply(&edit);
        }
        assert_eq!(original.to_string(), text.to_string());
        text.to_string()
    }

    #[test]
    fn changes_of_one_notification_follow_each_other() {
        let changes = vec![change((0, 0), (0, 0), "let x = 1\n"), change((1, 4), (1, 6), "y")];
        assert_eq!(after("let 😀 = 2", changes), "let x = 1\nlet y = 2");
    }

    #[test]
    fn a_change_beyond_the_end_is_made_at_the_end() {
        assert_eq!(after("a\r\nb", vec![change((7, 3), (9, 0), "!")]), "a\r\nb!");
    }

    #[test]
    fn a_change_that_ends_before_it_starts_inserts() {
        assert_eq!(after("abc", vec![change((0, 2), (0, 1), "-")]), "ab-c");
    }

    #[test]
    fn columns_beyond_the_line_do_not_reach_into_the_next() {
        assert_eq!(after("ab\ncd", vec![change((0, 1), (0, 99), "")]), "a\ncd");
    }
}
