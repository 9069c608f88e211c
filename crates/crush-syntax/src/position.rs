//! Line and column positions, in the ways that editors and people count them, to and from byte offsets.
//!
//! This is the only place where the two meet.

use std::fmt;

use crate::text::Text;

/// What a column counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PositionEncoding {
    /// Bytes of UTF-8.
    Utf8,
    /// Code units of UTF-16, the protocol's default.
    Utf16,
    /// Unicode scalar values, as the command line's reports count.
    Scalars,
}

impl PositionEncoding {
    /// How long a text is in its units.
    pub fn units_of(self, text: &str) -> usize {
        match self {
            Self::Utf8 => text.len(),
            _ if text.is_ascii() => text.len(),
            Self::Utf16 => text.chars().map(char::len_utf16).sum(),
            Self::Scalars => text.chars().count(),
        }
    }
}

/// A place in a text: line and column, both from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LineColumn {
    /// The line.
    pub line: u32,
    /// The column, in the units of a [`PositionEncoding`].
    pub column: u32,
}

/// A position whose line is beyond the end of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfRange {
    /// The position asked for.
    pub position: LineColumn,
    /// How many lines there are.
    pub line_count: usize,
}

impl fmt::Display for OutOfRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} is out of range: the document has {} lines", self.position.line, self.line_count)
    }
}

impl std::error::Error for OutOfRange {}

impl Text {
    /// The byte offset of `position`.
    ///
    /// A column beyond the end of its line means the end of the line, as the protocol has it; one inside a character means
    /// the start of the character.
    ///
    /// # Errors
    ///
    /// [`OutOfRange`] when there is no such line.
    pub fn offset_of(&self, position: LineColumn, encoding: PositionEncoding) -> Result<usize, OutOfRange> {
        let line =
            self.line_range(position.line as usize).ok_or(OutOfRange { position, line_count: self.line_count() })?;
        let column = position.column as usize;
        let rope = self.rope();
        let offset = match encoding {
            PositionEncoding::Utf8 => self.floor_boundary(line.start.saturating_add(column)),
            PositionEncoding::Utf16 => {
                let start = rope.char_to_utf16_cu(rope.byte_to_char(line.start));
                let target = start.saturating_add(column).min(rope.len_utf16_cu());
                rope.char_to_byte(rope.utf16_cu_to_char(target))
            }
            PositionEncoding::Scalars => {
                let start = rope.byte_to_char(line.start);
                rope.char_to_byte(start.saturating_add(column).min(rope.len_chars()))
            }
        };
        Ok(offset.min(line.end))
    }

    /// The line and column of `offset`; an offset beyond the end means the end.
    pub fn position_of(&self, offset: usize, encoding: PositionEncoding) -> LineColumn {
        let offset = self.floor_boundary(offset);
        let line = self.line_of(offset);
        let rope = self.rope();
        let start = rope.line_to_byte(line);
        // Lines are short: to count on one is cheaper than to ask the rope for numbers of the whole text.
        let column = match encoding {
            PositionEncoding::Utf8 => offset - start,
            _ => rope.byte_slice(start..offset).chunks().map(|chunk| encoding.units_of(chunk)).sum(),
        };
        LineColumn { line: u32::try_from(line).unwrap_or(u32::MAX), column: u32::try_from(column).unwrap_or(u32::MAX) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [PositionEncoding; 3] = [PositionEncoding::Utf8, PositionEncoding::Utf16, PositionEncoding::Scalars];

    #[test]
    fn every_boundary_goes_there_and_back() {
        let source = "let s = \"😀é\"\r\nprint(s)\r\n\ne\u{301}x";
        let text = Text::from(source);
        for (offset, _) in source.char_indices().filter(|&(offset, c)| {
            // Between the two halves of a CRLF there is no position.
            c != '\n' || !source[..offset].ends_with('\r')
        }) {
            for encoding in ALL {
                let position = text.position_of(offset, encoding);
                assert_eq!(text.offset_of(position, encoding), Ok(offset), "{offset} {encoding:?} {position:?}");
            }
        }
    }

    #[test]
    fn columns_count_what_the_encoding_says() {
        let text = Text::from("😀x");
        let column = |encoding| text.position_of(4, encoding).column;
        assert_eq!(ALL.map(column), [4, 2, 1]);
    }

    #[test]
    fn a_column_beyond_the_line_is_its_end_and_a_line_beyond_the_text_is_an_error() {
        let text = Text::from("ab\r\ncd");
        for encoding in ALL {
            assert_eq!(text.offset_of(LineColumn { line: 0, column: 99 }, encoding), Ok(2));
            assert_eq!(text.offset_of(LineColumn { line: 1, column: u32::MAX }, encoding), Ok(6));
            assert!(text.offset_of(LineColumn { line: 2, column: 0 }, encoding).is_err());
        }
    }

    #[test]
    fn a_column_inside_a_character_is_its_start() {
        let text = Text::from("a😀b");
        assert_eq!(text.offset_of(LineColumn { line: 0, column: 2 }, PositionEncoding::Utf16), Ok(1));
        assert_eq!(text.offset_of(LineColumn { line: 0, column: 3 }, PositionEncoding::Utf8), Ok(1));
    }
}
