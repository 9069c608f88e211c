//! Formatting: a document, a part of it, and what was just ended. What the client would like of tabs is not asked: there is
//! one style.

use crush_ide::TextRange;
use tower_lsp::ls_types::{DocumentOnTypeFormattingOptions, OneOf, ServerCapabilities, TextEdit};

use crate::convert::Positions;
use crate::documents::DocumentSnapshot;

/// Says what is offered.
pub(crate) fn announce(capabilities: ServerCapabilities) -> ServerCapabilities {
    ServerCapabilities {
        document_formatting_provider: Some(OneOf::Left(true)),
        document_range_formatting_provider: Some(OneOf::Left(true)),
        document_on_type_formatting_provider: Some(DocumentOnTypeFormattingOptions {
            first_trigger_character: "}".to_string(),
            more_trigger_character: Some(vec!["\n".to_string()]),
        }),
        ..capabilities
    }
}

/// What it takes to format a text of so many bytes is worth giving back at once.
const LARGE: usize = 1 << 20;

/// The edits that format a document.
pub(crate) fn document(document: &DocumentSnapshot, positions: Positions<'_>) -> Vec<TextEdit> {
    let edits = to_edits(crush_ide::format_edits(&document.snapshot), positions);
    if positions.text.len() >= LARGE {
        crate::memory::give_back();
    }
    edits
}

/// The edits that format the statements which a range touches.
pub(crate) fn range(document: &DocumentSnapshot, positions: Positions<'_>, range: TextRange) -> Vec<TextEdit> {
    to_edits(crush_ide::format_range_edits(&document.snapshot, range), positions)
}

/// The edits that format what was ended by typing in front of a place.
pub(crate) fn typed(
    document: &DocumentSnapshot,
    positions: Positions<'_>,
    offset: usize,
    typed: &str,
) -> Option<Vec<TextEdit>> {
    let typed = typed.chars().next()?;
    Some(to_edits(crush_ide::format_typed_edits(&document.snapshot, offset, typed), positions))
}

fn to_edits(edits: Vec<crush_ide::TextEdit>, positions: Positions<'_>) -> Vec<TextEdit> {
    let to_edit = |edit: crush_ide::TextEdit| TextEdit { range: positions.range(edit.range), new_text: edit.new_text };
    edits.into_iter().map(to_edit).collect()
}
