//! What an editor can do at a place: the fixes of its reports and a comment that suppresses them, refactorings, and all safe fixes
//! at once.

use crush_ide::{Diagnostic, Fix, Refactoring, RefactoringKind, TextRange};
use tower_lsp::ls_types::{
    self as lsp, CodeAction, CodeActionKind, CodeActionOptions, WorkDoneProgressOptions, WorkspaceEdit,
};

use crate::convert::Positions;
use crate::documents::DocumentSnapshot;

/// The kind of the action that makes all safe fixes of a document.
const FIX_ALL: CodeActionKind = CodeActionKind::new("source.fixAll.crush");

/// What is offered.
pub(crate) fn options() -> CodeActionOptions {
    let refactorings = RefactoringKind::ALL.map(kind_of);
    CodeActionOptions {
        code_action_kinds: Some([CodeActionKind::QUICKFIX, FIX_ALL].into_iter().chain(refactorings).collect()),
        resolve_provider: Some(false),
        work_done_progress_options: WorkDoneProgressOptions::default(),
    }
}

/// The actions of the kinds that are wanted for a range, the best first.
pub(crate) fn actions(
    document: &DocumentSnapshot,
    positions: Positions<'_>,
    range: TextRange,
    only: Option<&[CodeActionKind]>,
) -> Vec<CodeAction> {
    let mut actions = Vec::new();
    if is_wanted(&CodeActionKind::QUICKFIX, only) {
        actions.extend(quick_fixes(document, positions, range));
    }
    let kinds: Vec<_> = RefactoringKind::ALL.into_iter().filter(|kind| is_wanted(&kind_of(*kind), only)).collect();
    if !kinds.is_empty() && !document.is_over() {
        let found = crush_ide::refactorings(&document.snapshot.analysis, range, &kinds);
        actions.extend(found.into_iter().map(|it| refactoring(document, positions, it)));
    }
    // Nobody sees it at a place; it is asked for by its kind.
    if only.is_some() && is_wanted(&FIX_ALL, only) {
        actions.extend(fix_all(document, positions));
    }
    actions
}

/// Whether a kind is one of those that are wanted, or below one of them.
fn is_wanted(kind: &CodeActionKind, only: Option<&[CodeActionKind]>) -> bool {
    only.is_none_or(|only| {
        only.iter().any(|wanted| {
            let rest = kind.as_str().strip_prefix(wanted.as_str());
            wanted.as_str().is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    })
}

fn kind_of(kind: RefactoringKind) -> CodeActionKind {
    match kind {
        RefactoringKind::Extract => CodeActionKind::REFACTOR_EXTRACT,
        RefactoringKind::Inline => CodeActionKind::REFACTOR_INLINE,
        RefactoringKind::Rewrite => CodeActionKind::REFACTOR_REWRITE,
    }
}

/// The actions for what is reported in a range.
fn quick_fixes(document: &DocumentSnapshot, positions: Positions<'_>, range: TextRange) -> Vec<CodeAction> {
    let analysis = &document.snapshot.analysis;
    let reports: Vec<_> = crush_ide::diagnostics_and_faded(&document.snapshot)
        .into_iter()
        .filter(|report| report.range.start <= range.end && range.start <= report.range.end)
        .collect();
    // Each way out is tried, which takes its time.
    let fixes = reports.iter().take_while(|_| !document.is_over()).flat_map(|report| {
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

fn refactoring(document: &DocumentSnapshot, positions: Positions<'_>, refactoring: Refactoring) -> CodeAction {
    CodeAction {
        title: refactoring.title,
        kind: Some(kind_of(refactoring.kind)),
        edit: Some(edit(document, positions, refactoring.edits)),
        ..CodeAction::default()
    }
}

/// All safe fixes at once, where there is one.
fn fix_all(document: &DocumentSnapshot, positions: Positions<'_>) -> Option<CodeAction> {
    let edits = crush_ide::fix_all(&document.snapshot.analysis, || document.is_over());
    (!edits.is_empty()).then(|| CodeAction {
        title: "make all safe fixes".to_string(),
        kind: Some(FIX_ALL),
        edit: Some(edit(document, positions, edits)),
        ..CodeAction::default()
    })
}

fn edit(document: &DocumentSnapshot, positions: Positions<'_>, edits: Vec<crush_ide::TextEdit>) -> WorkspaceEdit {
    let edits =
        edits.into_iter().map(|edit| lsp::TextEdit { range: positions.range(edit.range), new_text: edit.new_text });
    WorkspaceEdit {
        changes: Some(std::iter::once((document.uri.clone(), edits.collect())).collect()),
        ..WorkspaceEdit::default()
    }
}

/// What an action is made for.
struct Action<'a> {
    document: &'a DocumentSnapshot,
    positions: Positions<'a>,
    report: &'a Diagnostic,
}

impl Action<'_> {
    fn made_of(&self, fix: Fix, is_first: bool) -> CodeAction {
        CodeAction {
            title: fix.title,
            kind: Some(CodeActionKind::QUICKFIX),
            diagnostics: Some(vec![self.positions.diagnostic(self.report, |file| self.document.place(file))]),
            is_preferred: is_first.then_some(true),
            edit: Some(edit(self.document, self.positions, fix.edits)),
            ..CodeAction::default()
        }
    }
}
