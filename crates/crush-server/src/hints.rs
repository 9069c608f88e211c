//! Inlay hints as the protocol has them.

use crush_ide::HintOptions;
use tower_lsp::ls_types::{InlayHint, InlayHintKind, InlayHintLabel, InlayHintTooltip, LSPAny, Range};

use crate::convert::Positions;
use crate::documents::DocumentSnapshot;

/// The hints of a range, of the kinds that are wanted.
pub(crate) fn hints(document: &DocumentSnapshot, positions: Positions<'_>, range: Range) -> Vec<InlayHint> {
    let options = HintOptions {
        borrow_ends: document.settings.borrow_hints,
        held_values: document.settings.type_hints,
        parameters: document.settings.parameter_hints,
    };
    // Editors ask for ranges of the text that they show, which may already be longer than ours.
    let range = positions.clamped_range(range);
    let hints = crush_ide::inlay_hints(&document.snapshot, range, options);
    hints.into_iter().map(|hint| to_inlay_hint(hint, positions)).collect()
}

/// The hint with what is said when somebody looks at it.
pub(crate) fn resolved(mut hint: InlayHint) -> InlayHint {
    if let Some(text) = hint.data.take().as_ref().and_then(|data| data.as_str()) {
        hint.tooltip = Some(InlayHintTooltip::String(text.to_owned()));
    }
    hint
}

fn to_inlay_hint(hint: crush_ide::InlayHint, positions: Positions<'_>) -> InlayHint {
    InlayHint {
        position: positions.position(hint.offset),
        label: InlayHintLabel::String(hint.label),
        kind: match hint.kind {
            crush_ide::HintKind::HeldValue => Some(InlayHintKind::TYPE),
            crush_ide::HintKind::Parameter => Some(InlayHintKind::PARAMETER),
            crush_ide::HintKind::Borrow => None,
        },
        text_edits: None,
        tooltip: None,
        padding_left: Some(hint.kind != crush_ide::HintKind::Parameter),
        padding_right: Some(hint.kind == crush_ide::HintKind::Parameter),
        // Said when somebody looks at it.
        data: Some(LSPAny::String(hint.tooltip)),
    }
}
