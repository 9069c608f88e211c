//! Plain data of `crush-ide` to and from the protocol's types. Offsets become positions here and nowhere else.

use crush_ide::{LineColumn, ModuleId, OutOfRange, PositionEncoding, Text, TextRange};
use tower_lsp::jsonrpc::{Error, ErrorCode};
use tower_lsp::ls_types::{
    self as lsp, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, Location, NumberOrString, Position,
    Range, Uri,
};

/// How the text of one document is seen by the client.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Positions<'text> {
    /// The text.
    pub(crate) text: &'text Text,
    /// What the client's columns count.
    pub(crate) encoding: PositionEncoding,
}

/// A file of a program, as the client knows it.
pub(crate) struct Place<'text> {
    /// Its URI.
    pub(crate) uri: Uri,
    /// Its text.
    pub(crate) positions: Positions<'text>,
}

impl Positions<'_> {
    /// The protocol's position of a byte offset.
    pub(crate) fn position(self, offset: usize) -> Position {
        let LineColumn { line, column } = self.text.position_of(offset, self.encoding);
        Position { line, character: column }
    }

    /// The protocol's range of a range of bytes.
    pub(crate) fn range(self, range: TextRange) -> Range {
        Range { start: self.position(range.start), end: self.position(range.end) }
    }

    /// The byte offset of a position.
    ///
    /// # Errors
    ///
    /// When there is no such line.
    pub(crate) fn offset(self, position: Position) -> Result<usize, OutOfRange> {
        self.text.offset_of(LineColumn { line: position.line, column: position.character }, self.encoding)
    }

    /// The bytes of a range. A range that ends before it starts is empty.
    ///
    /// # Errors
    ///
    /// When one of its lines does not exist.
    pub(crate) fn text_range(self, range: Range) -> Result<TextRange, OutOfRange> {
        let (start, end) = (self.offset(range.start)?, self.offset(range.end)?);
        Ok(TextRange::new(start, end.max(start)))
    }

    /// The bytes of a range, as much of it as there is.
    pub(crate) fn clamped_range(self, range: Range) -> TextRange {
        let offset = |position| self.offset(position).unwrap_or(self.text.len());
        let start = offset(range.start);
        TextRange::new(start, offset(range.end).max(start))
    }

    /// A diagnostic; `place` tells where the files of the program are.
    pub(crate) fn diagnostic<'p>(
        self,
        diagnostic: &crush_ide::Diagnostic,
        place: impl Fn(ModuleId) -> Option<Place<'p>>,
    ) -> lsp::Diagnostic {
        let related = diagnostic.related.iter().filter_map(|related| {
            let Place { uri, positions } = place(related.file)?;
            let location = Location { uri, range: positions.range(related.range) };
            Some(DiagnosticRelatedInformation { location, message: related.message.clone() })
        });
        lsp::Diagnostic {
            range: self.range(diagnostic.range),
            severity: Some(match diagnostic.severity {
                crush_ide::Severity::Error => DiagnosticSeverity::ERROR,
                crush_ide::Severity::Warning => DiagnosticSeverity::WARNING,
                crush_ide::Severity::Info => DiagnosticSeverity::INFORMATION,
                crush_ide::Severity::Hint => DiagnosticSeverity::HINT,
            }),
            code: Some(NumberOrString::String(diagnostic.code.to_string())),
            code_description: crush_ide::page_of(&diagnostic.code)
                .and_then(|page| page.parse().ok())
                .map(|href| lsp::CodeDescription { href }),
            source: Some("crush".to_string()),
            message: diagnostic.message.clone(),
            related_information: Some(related.collect()),
            tags: diagnostic.is_unused.then(|| vec![DiagnosticTag::UNNECESSARY]),
            data: None,
        }
    }
}

/// The protocol's error for a position that does not exist.
pub(crate) fn invalid_position(error: OutOfRange) -> Error {
    Error { code: ErrorCode::InvalidParams, message: error.to_string().into(), data: None }
}

/// Positions of offsets that come in the order of the text: none is searched for from the beginning.
pub(crate) struct InOrder<'text> {
    positions: Positions<'text>,
    /// Where the last one was.
    offset: usize,
    at: Position,
    /// One past the last byte of its line.
    line_end: usize,
}

impl<'text> Positions<'text> {
    /// For offsets that come in the order of the text.
    pub(crate) fn in_order(self) -> InOrder<'text> {
        let line_end = self.text.line_range(0).map_or(0, |line| line.end);
        InOrder { positions: self, offset: 0, at: Position { line: 0, character: 0 }, line_end }
    }
}

impl InOrder<'_> {
    /// The position of an offset; searched for when it lies before the last one, or far behind it.
    pub(crate) fn position(&mut self, offset: usize) -> Position {
        if offset >= self.offset && offset <= self.line_end {
            let between = self.positions.text.slice(TextRange::new(self.offset, offset));
            let units = match self.positions.encoding {
                PositionEncoding::Utf8 => between.len(),
                PositionEncoding::Utf16 => between.chars().map(char::len_utf16).sum(),
                PositionEncoding::Scalars => between.chars().count(),
            };
            self.at.character += u32::try_from(units).unwrap_or(u32::MAX);
        } else {
            self.at = self.positions.position(offset);
            let line = self.positions.text.line_range(self.at.line as usize);
            self.line_end = line.map_or(offset, |line| line.end);
        }
        self.offset = offset;
        self.at
    }
}
