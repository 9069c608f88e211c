//! Formatting as edits: only the gaps between tokens that change, so that a cursor stays where it is.

use crush_syntax::{TextEdit, TextRange};

/// What may differ between a text and its formatted text: white space, `,` and `;`.
fn is_gap(character: char) -> bool {
    character.is_whitespace() || matches!(character, ',' | ';')
}

/// The edits that make `new` of `old`, in order; nothing if they differ in more than gaps.
pub(crate) fn between(old: &str, new: &str) -> Option<Vec<TextEdit>> {
    let mut edits = Vec::new();
    let (mut at, mut new_at) = (0, 0);
    loop {
        let (gap, new_gap) = (gap(&old[at..]), gap(&new[new_at..]));
        if gap != new_gap {
            edits.push(edit(at, gap, new_gap));
        }
        at += gap.len();
        new_at += new_gap.len();
        // Word by word would not do: where one text has a gap, the other may have none.
        let (character, new_character) = (old[at..].chars().next(), new[new_at..].chars().next());
        if character != new_character {
            return None;
        }
        let Some(character) = character else { return Some(edits) };
        at += character.len_utf8();
        new_at += character.len_utf8();
    }
}

fn gap(text: &str) -> &str {
    &text[..text.find(|character| !is_gap(character)).unwrap_or(text.len())]
}

/// Replaces `old`, which stands at `start`, without what both have in common at their ends.
fn edit(start: usize, old: &str, new: &str) -> TextEdit {
    let same = |pair: &(char, char)| pair.0 == pair.1;
    let head: usize = old.chars().zip(new.chars()).take_while(same).map(|(character, _)| character.len_utf8()).sum();
    let (old_rest, new_rest) = (&old[head..], &new[head..]);
    let tails = old_rest.chars().rev().zip(new_rest.chars().rev());
    let tail: usize = tails.take_while(same).map(|(character, _)| character.len_utf8()).sum();
    TextEdit {
        range: TextRange::new(start + head, start + old.len() - tail),
        new_text: new_rest[..new_rest.len() - tail].into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apply(old: &str, edits: &[TextEdit]) -> String {
        let mut text = old.to_owned();
        for edit in edits.iter().rev() {
            text.replace_range(edit.range.start..edit.range.end, &edit.new_text);
        }
        text
    }

    #[test]
    fn only_gaps_are_edited() {
        let (old, new) = ("let  x=1;let é = [1,2,]\n", "let x = 1\nlet é = [1, 2]\n");
        let edits = between(old, new).expect("only gaps differ");
        assert_eq!(apply(old, &edits), new);
        assert!(edits.iter().all(|edit| edit.range.len() <= 2), "{edits:?}");
    }

    #[test]
    fn a_text_that_differs_in_more_is_refused() {
        assert_eq!(between("a b", "a c"), None);
        assert_eq!(between("a b", "a"), None);
        assert_eq!(between("", "a"), None);
    }
}
