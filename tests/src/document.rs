//! A document as the client sees it: text, version, and edits that are made on both sides.

use std::ops::Range;

use fastrand::Rng;
use serde_json::{Value, json};

/// What the columns of positions count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Bytes.
    Utf8,
    /// UTF-16 code units.
    Utf16,
}

/// An open document.
#[derive(Clone, Debug)]
pub struct Document {
    uri: String,
    language: &'static str,
    version: i64,
    text: String,
    encoding: Encoding,
}

impl Document {
    /// Version 1 of a CRUSH document with UTF-16 positions.
    pub fn new(uri: &str, text: &str) -> Self {
        Self { uri: uri.into(), language: "crush", version: 1, text: text.into(), encoding: Encoding::Utf16 }
    }

    /// The same with other positions.
    #[must_use]
    pub fn with_encoding(self, encoding: Encoding) -> Self {
        Self { encoding, ..self }
    }

    /// The same in another language.
    #[must_use]
    pub fn with_language(self, language: &'static str) -> Self {
        Self { language, ..self }
    }

    /// The same under another URI, as version 1.
    #[must_use]
    pub fn copy_as(&self, uri: &str) -> Self {
        Self { uri: uri.into(), version: 1, ..self.clone() }
    }

    /// Its URI.
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// Its language.
    pub fn language(&self) -> &str {
        self.language
    }

    /// Its version.
    pub fn version(&self) -> i64 {
        self.version
    }

    /// What its columns count.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Its text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The protocol's position of a byte offset.
    ///
    /// # Panics
    ///
    /// When the offset is beyond the end or inside a character.
    pub fn position(&self, offset: usize) -> Value {
        let before = &self.text[..offset];
        let line_start = line_starts(before).last().unwrap_or(0);
        let column = match self.encoding {
            Encoding::Utf8 => offset - line_start,
            Encoding::Utf16 => before[line_start..].encode_utf16().count(),
        };
        json!({ "line": line_starts(before).count(), "character": column })
    }

    /// The position of the first `needle`, plus `skip` bytes.
    ///
    /// # Panics
    ///
    /// When the text does not hold it.
    pub fn position_of(&self, needle: &str, skip: usize) -> Value {
        let at = self.text.find(needle).unwrap_or_else(|| panic!("`{needle}` is not in the text"));
        self.position(at + skip)
    }

    /// The protocol's range of a range of bytes.
    pub fn range(&self, range: Range<usize>) -> Value {
        json!({ "start": self.position(range.start), "end": self.position(range.end) })
    }

    /// What of the text a range of the protocol covers.
    ///
    /// # Panics
    ///
    /// When the range is not one of this text.
    pub fn text_at(&self, range: &Value) -> &str {
        &self.text[self.offset(&range["start"])..self.offset(&range["end"])]
    }

    /// Replaces what a range of the protocol covers.
    ///
    /// # Panics
    ///
    /// When the range is not one of this text.
    pub fn replace_at(&mut self, range: &Value, new_text: &str) {
        let bytes = self.offset(&range["start"])..self.offset(&range["end"]);
        self.text.replace_range(bytes, new_text);
    }

    fn offset(&self, position: &Value) -> usize {
        let number =
            |name: &str| usize::try_from(position[name].as_u64().expect("positions are numbers")).expect("small");
        let (line, column) = (number("line"), number("character"));
        let start = std::iter::once(0).chain(line_starts(&self.text)).nth(line).expect("the line exists");
        let rest = &self.text[start..];
        match self.encoding {
            Encoding::Utf8 => start + column,
            Encoding::Utf16 => {
                let mut units = 0;
                let at = rest.char_indices().find(|(_, char)| {
                    let is_there = units >= column;
                    units += char.len_utf16();
                    is_there
                });
                start + at.map_or(rest.len(), |(at, _)| at)
            }
        }
    }

    /// Replaces a range of bytes; gives the change as the protocol says it. The version is raised by
    /// [`next_version`](Self::next_version), for one notification may carry several changes.
    pub fn edit(&mut self, range: Range<usize>, new_text: &str) -> Value {
        let change = json!({ "range": self.range(range.clone()), "text": new_text });
        self.text.replace_range(range, new_text);
        change
    }

    /// Replaces the first `old` by `new`, as the next version; gives the changes to send.
    ///
    /// # Panics
    ///
    /// When the text does not hold it.
    pub fn replace(&mut self, old: &str, new: &str) -> Vec<Value> {
        let at = self.text.find(old).unwrap_or_else(|| panic!("`{old}` is not in the text"));
        self.next_version();
        vec![self.edit(at..at + old.len(), new)]
    }

    /// Appends text, as the next version; gives the changes to send.
    pub fn append(&mut self, new_text: &str) -> Vec<Value> {
        self.next_version();
        vec![self.edit(self.text.len()..self.text.len(), new_text)]
    }

    /// Replaces the whole text, as the next version; gives the changes to send.
    pub fn replace_all(&mut self, new_text: &str) -> Vec<Value> {
        self.next_version();
        self.text = new_text.to_string();
        vec![json!({ "text": new_text })]
    }

    /// Raises the version.
    pub fn next_version(&mut self) {
        self.version += 1;
    }

    /// One to four random changes, as the next version: words, brackets, line ends of all kinds, emoji, and deletions.
    pub fn random_changes(&mut self, rng: &mut Rng) -> Vec<Value> {
        self.next_version();
        (0..rng.usize(1..=4)).map(|_| self.random_change(rng)).collect()
    }

    fn random_change(&mut self, rng: &mut Rng) -> Value {
        const PIECES: &[&str] = &[
            "x",
            "0",
            " ",
            "\n",
            "\r\n",
            "\r",
            "{",
            "}",
            "(",
            ")",
            "[",
            "]",
            "\"",
            "'",
            "&",
            "&mut ",
            "é",
            "😀",
            "// 😀\r\n",
            "let a = [1, 2]\n",
            "let r = &a\n",
            "a.push(3)\n",
            "for v in a { a.push(v) }\n",
            "fn f(x) {\r\n",
            "\"😀\" + ",
            "/*",
            "*/",
            "drop(a)\n",
            "return ",
            "struct S { a, b }\n",
            "if a { ",
            "@python { ",
            ";",
            "=",
        ];
        let start = self.random_place(rng);
        let end = if rng.bool() { start } else { self.place_near(start + rng.usize(..24)) };
        // Long texts shrink and short ones grow, so that the text stays about as long as it is.
        let piece = if self.text.len() > 6_000 && rng.bool() { "" } else { PIECES[rng.usize(..PIECES.len())] };
        self.edit(start..end.max(start), piece)
    }

    /// A place that a position can name: not inside a character, and not inside a `\r\n`.
    fn random_place(&self, rng: &mut Rng) -> usize {
        self.place_near(rng.usize(..=self.text.len()))
    }

    fn place_near(&self, offset: usize) -> usize {
        let mut at = offset.min(self.text.len());
        while !self.text.is_char_boundary(at) || self.text[..at].ends_with('\r') && self.text[at..].starts_with('\n') {
            at -= 1;
        }
        at
    }
}

/// Where the lines after the first start: after `\n`, `\r\n` and a lone `\r`.
fn line_starts(text: &str) -> impl Iterator<Item = usize> {
    let bytes = text.as_bytes();
    let ends = move |at: &usize| bytes[*at] == b'\n' || bytes[*at] == b'\r' && bytes.get(at + 1) != Some(&b'\n');
    (0..bytes.len()).filter(ends).map(|at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_what_the_encoding_says() {
        let document = Document::new("untitled:a", "a\r\n😀b\rc");
        assert_eq!(document.position_of("b", 0), json!({ "line": 1, "character": 2 }));
        assert_eq!(document.position_of("c", 0), json!({ "line": 2, "character": 0 }));
        let document = document.with_encoding(Encoding::Utf8);
        assert_eq!(document.position_of("b", 0), json!({ "line": 1, "character": 4 }));
    }

    #[test]
    fn a_range_covers_what_it_was_made_of() {
        let document = Document::new("untitled:a", "x\n\"😀é\" + y\r\nz");
        for (start, _) in document.text.char_indices() {
            if document.place_near(start) == start {
                let range = document.range(start..document.text.len());
                assert_eq!(document.text_at(&range), &document.text[start..]);
            }
        }
    }
}
