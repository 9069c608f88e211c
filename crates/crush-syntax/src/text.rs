//! The text of a document: a rope, so that an edit costs what it changes and an old version is a cheap copy.

use std::borrow::Cow;
use std::fmt;

use ropey::Rope;

/// A half-open range of byte offsets in a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TextRange {
    /// The first byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl TextRange {
    /// The range from `start` to `end`.
    pub fn new(start: usize, end: usize) -> Self {
        debug_assert!(start <= end);
        Self { start, end }
    }

    /// The empty range at `offset`.
    pub fn empty(offset: usize) -> Self {
        Self { start: offset, end: offset }
    }

    /// Number of bytes.
    pub fn len(self) -> usize {
        self.end - self.start
    }

    /// Whether it holds no byte.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether `offset` lies in the range or at its end, as a cursor does.
    pub fn touches(self, offset: usize) -> bool {
        self.start <= offset && offset <= self.end
    }

    /// Whether `other` lies in the range.
    pub fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }
}

/// One replacement of a range by a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextEdit {
    /// What is replaced.
    pub range: TextRange,
    /// What stands there afterwards.
    pub new_text: String,
}

/// The text of a document. Cloning is cheap and shares everything.
#[derive(Clone, Default)]
pub struct Text {
    rope: Rope,
}

impl Text {
    /// The rope itself, for what only a rope can do.
    pub(crate) fn rope(&self) -> &Rope {
        &self.rope
    }

    /// Length in bytes.
    pub fn len(&self) -> usize {
        self.rope.len_bytes()
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Number of lines; a text that ends with a line break has an empty last line.
    pub fn line_count(&self) -> usize {
        self.rope.len_lines()
    }

    /// The text of `range`, borrowed where it lies in one piece of the rope.
    ///
    /// A range that reaches beyond the text, or cuts a character, is shrunk to what is there: nobody's offset may panic.
    pub fn slice(&self, range: TextRange) -> Cow<'_, str> {
        let start = self.floor_boundary(range.start);
        let end = self.floor_boundary(range.end).max(start);
        self.rope.byte_slice(start..end).into()
    }

    /// The greatest offset, at most `offset`, that does not cut a character.
    pub fn floor_boundary(&self, offset: usize) -> usize {
        let offset = offset.min(self.len());
        let (chunk, start, _, _) = self.rope.chunk_at_byte(offset);
        start + chunk.floor_char_boundary(offset - start)
    }

    /// The range of line `line` (from 0), without its line break; `None` beyond the last.
    pub fn line_range(&self, line: usize) -> Option<TextRange> {
        if line >= self.line_count() {
            return None;
        }
        let start = self.rope.line_to_byte(line);
        let with_break = self.rope.line(line);
        let mut len = with_break.len_bytes();
        for byte in with_break.bytes_at(len).reversed() {
            if byte != b'\n' && byte != b'\r' {
                break;
            }
            len -= 1;
        }
        Some(TextRange::new(start, start + len))
    }

    /// The line (from 0) in which the byte at `offset` lies.
    pub fn line_of(&self, offset: usize) -> usize {
        self.rope.byte_to_line(offset.min(self.len()))
    }

    /// Where each character stands that ends a line: both of a `\r\n`.
    pub fn line_ends(&self) -> Vec<usize> {
        let mut ends = Vec::with_capacity(self.line_count());
        let mut start = 0;
        for chunk in self.rope.chunks() {
            let bytes = chunk.bytes().enumerate();
            ends.extend(bytes.filter(|(_, byte)| matches!(byte, b'\n' | b'\r')).map(|(at, _)| start + at));
            start += chunk.len();
        }
        ends
    }

    /// Where `needle` stands in the text, as often as it does.
    pub fn find_all(&self, needle: &str) -> Vec<usize> {
        let (mut found, mut start, mut before) = (Vec::new(), 0, String::new());
        for chunk in self.rope.chunks() {
            // What begins in one piece of the rope may end in a later one.
            let known = before.len();
            let head = chunk.floor_char_boundary(needle.len());
            before.push_str(&chunk[..head]);
            let across = before.match_indices(needle).map(|(at, _)| at);
            found.extend(across.filter(|at| *at < known).map(|at| start + at - known));
            found.extend(chunk.match_indices(needle).map(|(at, _)| start + at));
            let rest = if head < chunk.len() { chunk } else { before.as_str() };
            let tail = rest.ceil_char_boundary(rest.len().saturating_sub(needle.len().saturating_sub(1)));
            before = rest[tail..].to_owned();
            start += chunk.len();
        }
        found
    }

    /// Replaces `edit.range`; offsets are brought to character boundaries first. Returns the range really replaced.
    pub fn apply(&mut self, edit: &TextEdit) -> TextRange {
        let start = self.floor_boundary(edit.range.start);
        let end = self.floor_boundary(edit.range.end).max(start);
        let start_char = self.rope.byte_to_char(start);
        if end > start {
            let end_char = self.rope.byte_to_char(end);
            self.rope.remove(start_char..end_char);
        }
        if !edit.new_text.is_empty() {
            self.rope.insert(start_char, &edit.new_text);
        }
        TextRange::new(start, end)
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self { rope: Rope::from_str(text) }
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.rope.chunks().try_for_each(|chunk| f.write_str(chunk))
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Text({} bytes)", self.len())
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.rope == other.rope
    }
}

impl Eq for Text {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_ends_before_its_break_of_any_kind() {
        let text = Text::from("ab\r\ncd\ref\n\u{2028}g");
        let lines: Vec<_> =
            (0..text.line_count()).map(|line| text.slice(text.line_range(line).unwrap()).into_owned()).collect();
        // U+2028 is no line break to an editor.
        assert_eq!(lines, ["ab", "cd", "ef", "\u{2028}g"]);
        assert_eq!(text.line_range(4), None);
    }

    #[test]
    fn an_edit_inside_a_character_replaces_from_its_start() {
        let mut text = Text::from("a😀b");
        let replaced = text.apply(&TextEdit { range: TextRange::new(2, 5), new_text: "x".into() });
        assert_eq!((text.to_string().as_str(), replaced), ("axb", TextRange::new(1, 5)));
    }

    #[test]
    fn a_needle_is_found_wherever_the_rope_is_cut() {
        for needle in ["needle", "ä", "😀é"] {
            let mut text = Text::from("x".repeat(3000).as_str());
            for at in (0..3000).step_by(7).rev() {
                text.apply(&TextEdit { range: TextRange::empty(at), new_text: format!("{needle}é") });
            }
            let whole: Vec<_> = text.to_string().match_indices(needle).map(|(at, _)| at).collect();
            assert_eq!(text.find_all(needle), whole);
        }
    }

    #[test]
    fn a_slice_beyond_the_end_is_what_is_there() {
        assert_eq!(Text::from("abc").slice(TextRange::new(1, 99)), "bc");
    }
}
