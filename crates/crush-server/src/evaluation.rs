//! A run, as the notification `crush/evaluation` tells it.

use crush_ide::{NoteKind, Outcome};

use crate::convert::Positions;
use crate::documents::DocumentSnapshot;
use crate::protocol::{EvaluationParams, LineKind, LineNote, RunState};

/// How much of a program's output is sent.
const OUTPUT_LIMIT: usize = 64 * 1024;

/// Fills in what came of the last run of a document; `told` says which it was.
pub(crate) fn params(told: EvaluationParams, document: &DocumentSnapshot) -> EvaluationParams {
    let snapshot = &document.snapshot;
    let positions = Positions { text: snapshot.analysis.text(), encoding: document.encoding };
    let Some(evaluation) = &snapshot.evaluation else { return told };
    let (state, reason) = match evaluation.outcome() {
        Outcome::Finished => (RunState::Finished, String::new()),
        Outcome::Faulted(fault) => (RunState::Faulted, fault.message.clone()),
    };
    let lines = crush_ide::line_notes(snapshot)
        .into_iter()
        .map(|note| LineNote {
            line: positions.position(note.offset).line,
            text: note.text,
            hits: note.hits,
            kind: match note.kind {
                NoteKind::Value => LineKind::Value,
                NoteKind::Output => LineKind::Output,
                NoteKind::Fault => LineKind::Fault,
            },
            hover: note.hover,
        })
        .collect();
    let output = evaluation.output();
    let cut = floor_char_boundary(output, OUTPUT_LIMIT);
    EvaluationParams {
        state,
        reason,
        lines,
        output: output[..cut].to_string(),
        output_truncated: cut < output.len() || evaluation.output_is_truncated(),
        summary: crush_ide::run_summary(evaluation),
        ..told
    }
}

fn floor_char_boundary(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}
