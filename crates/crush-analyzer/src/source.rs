//! Programs from disk or standard input.

use std::io::Read as _;

use crush_ide::{FileAnalysis, LineColumn, PositionEncoding, Text, TextRange};

use crate::Misuse;

/// A program and what is known of it.
pub(crate) struct Source {
    /// Its path as the user named it; `<stdin>` for `-`.
    pub(crate) path: String,
    /// The whole text, as reports quote it.
    pub(crate) text: String,
    /// What is known of it.
    pub(crate) analysis: FileAnalysis,
}

impl Source {
    /// Reads the program at `path`, or standard input for `-`.
    pub(crate) fn read(path: &str) -> Result<Self, Misuse> {
        let (name, bytes) = if path == "-" {
            let mut bytes = Vec::new();
            let read = std::io::stdin().read_to_end(&mut bytes);
            ("<stdin>", read.map(|_| bytes))
        } else {
            (path, std::fs::read(path))
        };
        let misuse = |reason: String| Misuse::Input { path: name.to_string(), reason };
        let bytes = bytes.map_err(|error| misuse(error.to_string()))?;
        let text = String::from_utf8(bytes).map_err(|error| {
            misuse(format!("it is not UTF-8 text (byte {} is the first that is not)", error.utf8_error().valid_up_to()))
        })?;
        Ok(Self { path: name.to_string(), analysis: FileAnalysis::new(Text::from(text.as_str())), text })
    }

    /// Line and column of an offset, both from 1, columns in Unicode scalars.
    pub(crate) fn position(&self, offset: usize) -> LineColumn {
        let at = self.analysis.text().position_of(offset, PositionEncoding::Scalars);
        LineColumn { line: at.line + 1, column: at.column + 1 }
    }

    /// A range inside the text, whatever was asked for.
    pub(crate) fn clamp(&self, range: TextRange) -> std::ops::Range<usize> {
        let start = self.analysis.text().floor_boundary(range.start);
        start..self.analysis.text().floor_boundary(range.end).max(start)
    }
}
