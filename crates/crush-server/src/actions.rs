//! What an editor can do about the reports at a place: their fixes, and a comment that suppresses them.

use crush_ide::{Diagnostic, Fix, TextRange};
use tower_lsp::ls_types::{self as lsp, CodeAction, CodeActionKind, WorkspaceEdit};

use crate::convert::Positions;
use crate::documents::DocumentSnapshot;

/// The actions for what is reported in a range, the best first.
pub(crate) fn actions(document: &DocumentSnapshot, positions: Positions<'_>, range: TextRange) -> Vec<CodeAction> {
    let analysis = &document.snapshot.analysis;
    let reports: Vec<_> = crush_ide::diagnostics(&document.snapshot)
        .into_iter()
        .filter(|report| report.range.start <= range.end && range.start <= report.range.end)
        .collect();
    let fixes = reports.iter().flat_map(|report| {
        let fixes = crush_ide::fixes(analysis, report).into_iter().enumerate();
        fixes.map(move |(index, fix)| (report, fix, index == 0))
    });
    let suppressions =
        reports.iter().filter_map(|report| Some((report, crush_ide::suppress(analysis, report)?, false)));
    let mut actions: Vec<CodeAction> = Vec::new();
    for (report, fix, is_first) in fixes.chain(suppressions) {
        let action = Action { document, positions, report }.made_of(fix, is_first);
        // Two reports of one place may have the same way out.
        if actions.iter().all(|known| known.edit != action.edit) {
            actions.push(action);
        }
    }
    actions
}

/// What an action is made for.
struct Action<'a> {
    document: &'a DocumentSnapshot,
    positions: Positions<'a>,
    report: &'a Diagnostic,
}

impl Action<'_> {
    fn made_of(&self, fix: Fix, is_first: bool) -> CodeAction {
        let edits = fix
            .edits
            .into_iter()
            .map(|edit| lsp::TextEdit { range: self.positions.range(edit.range), new_text: edit.new_text });
        CodeAction {
            title: fix.title,
            kind: Some(CodeActionKind::QUICKFIX),
            diagnostics: Some(vec![self.positions.diagnostic(self.report, |file| self.document.place(file))]),
            is_preferred: is_first.then_some(true),
            edit: Some(WorkspaceEdit {
                changes: Some(std::iter::once((self.document.uri.clone(), edits.collect())).collect()),
                ..WorkspaceEdit::default()
            }),
            ..CodeAction::default()
        }
    }
}
