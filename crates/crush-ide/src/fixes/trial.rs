//! Whether a change of the text does what it promises.

use std::borrow::Cow;

use crush_hir::modules::ModuleId;
use crush_syntax::TextEdit;

use crate::FileAnalysis;
use crate::diagnostics::{Diagnostic, Fix, Severity};

/// Keeps the fixes that make the report go away without a new one, each once.
pub(super) fn keep_what_helps(analysis: &FileAnalysis, report: &Diagnostic, fixes: &mut Vec<Fix>) {
    if fixes.is_empty() {
        return;
    }
    let mut tried: Vec<Vec<TextEdit>> = Vec::new();
    let before = marks(analysis, &[]);
    fixes.retain_mut(|fix| {
        fix.edits.sort_by_key(|edit| edit.range);
        let is_new = !tried.contains(&fix.edits);
        tried.push(fix.edits.clone());
        is_new && helps(analysis, report, &before, &fix.edits)
    });
}

/// A report as it is recognised after an edit: where it begins, in terms of the text before.
#[derive(Clone, PartialEq, Eq)]
struct Mark {
    code: Cow<'static, str>,
    severity: Severity,
    file: ModuleId,
    start: usize,
}

/// Applies the edits, each in terms of the same text, and looks whether of the reports before only `report` is gone, or more
/// are, and none has come.
fn helps(analysis: &FileAnalysis, report: &Diagnostic, before: &[Mark], edits: &[TextEdit]) -> bool {
    if edits.windows(2).any(|pair| pair[0].range.end > pair[1].range.start) {
        return false;
    }
    let mut fixed = analysis.clone();
    // From the last to the first, so that none moves another.
    let backwards: Vec<_> = edits.iter().rev().cloned().collect();
    fixed.edit(&backwards);
    let mut allowed = before.to_vec();
    let is_it = |mark: &Mark| mark.code == report.code && mark.file == report.file && mark.start == report.range.start;
    let Some(it) = allowed.iter().position(is_it) else { return false };
    allowed.swap_remove(it);
    marks(&fixed, edits).into_iter().all(|mark| {
        let known = allowed.iter().position(|allowed| *allowed == mark);
        known.map(|known| allowed.swap_remove(known)).is_some()
    })
}

/// The reports of an analysis whose text `edits` made.
fn marks(analysis: &FileAnalysis, edits: &[TextEdit]) -> Vec<Mark> {
    let mark = |report: Diagnostic| {
        let start = if report.file == ModuleId::ROOT { before(report.range.start, edits) } else { report.range.start };
        Mark { code: report.code, severity: report.severity, file: report.file, start }
    };
    analysis.all_reports().into_iter().map(mark).collect()
}

/// Where a place of the text that `edits` made was before.
fn before(place: usize, edits: &[TextEdit]) -> usize {
    // How far the edits so far have moved what is behind them.
    let (mut added, mut removed) = (0, 0);
    for edit in edits {
        let start = edit.range.start + added - removed;
        if place < start {
            break;
        }
        if place < start + edit.new_text.len() {
            return edit.range.start;
        }
        added += edit.new_text.len();
        removed += edit.range.len();
    }
    place + removed - added
}
