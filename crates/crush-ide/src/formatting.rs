//! A text in the one style.

pub use crush_fmt::SaysAnother;
use crush_syntax::{LineColumn, PositionEncoding, Text, TextEdit, TextRange, Tree};

use crate::Snapshot;

/// The edits that format a document, in order.
pub fn format_edits(snapshot: &Snapshot) -> Vec<TextEdit> {
    crush_fmt::format_edits(snapshot.analysis.tree())
}

/// The edits that format the statements which `range` touches.
pub fn format_range_edits(snapshot: &Snapshot, range: TextRange) -> Vec<TextEdit> {
    crush_fmt::format_range_edits(snapshot.analysis.tree(), range)
}

/// The edits that format what was ended by typing `typed`, a `}` or a line break, in front of `offset`.
pub fn format_typed_edits(snapshot: &Snapshot, offset: usize, typed: char) -> Vec<TextEdit> {
    crush_fmt::format_typed_edits(snapshot.analysis.tree(), offset, typed)
}

/// A formatted text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Formatted {
    /// The text.
    pub text: String,
    /// The first place, from 1, at which the text did not parse; what is broken there was left as it is.
    pub broken_at: Option<LineColumn>,
}

/// The text of a file, formatted.
///
/// # Errors
///
/// [`SaysAnother`] if it would not say what it says now.
pub fn format_text(text: &str) -> Result<Formatted, SaysAnother> {
    let tree = Tree::parse(Text::from(text));
    let broken_at = crush_fmt::first_error(&tree).map(|offset| {
        let at = tree.text().position_of(offset, PositionEncoding::Scalars);
        LineColumn { line: at.line + 1, column: at.column + 1 }
    });
    Ok(Formatted { text: crush_fmt::format_checked(&tree)?, broken_at })
}
