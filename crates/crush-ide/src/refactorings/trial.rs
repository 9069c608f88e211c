//! Whether a change leaves the reports as they are.

use std::borrow::Cow;
use std::collections::HashMap;

use crush_syntax::TextEdit;

use crate::FileAnalysis;
use crate::codes;
use crate::diagnostics::Severity;

/// Applies the edits, all in terms of the same text and in its order, and looks whether a report has come that was not there,
/// or one of a borrow is gone.
/// Where a report stands does not matter, for what it is about may have moved.
pub(super) fn brings_nothing_new(analysis: &FileAnalysis, edits: &[TextEdit]) -> bool {
    if edits.windows(2).any(|pair| pair[0].range.end > pair[1].range.start) {
        return false;
    }
    let mut changed = analysis.clone();
    // From the last to the first, so that none moves another.
    let backwards: Vec<_> = edits.iter().rev().cloned().collect();
    changed.edit(&backwards);
    let (before, after) = (tally(analysis), tally(&changed));
    // A fault that was to come has to come still; what else was wrong may be gone with what it was about.
    let is_kept = |report: &(Cow<'static, str>, Severity)| {
        !codes::is_borrow_report(&report.0) || after.get(report) == before.get(report)
    };
    before.keys().all(is_kept)
        && after.iter().all(|(report, now)| before.get(report).is_some_and(|before| now <= before))
}

/// How often each report is made.
type Tally = HashMap<(Cow<'static, str>, Severity), usize>;

fn tally(analysis: &FileAnalysis) -> Tally {
    let mut tally = Tally::new();
    for report in analysis.all_reports() {
        *tally.entry((report.code, report.severity)).or_default() += 1;
    }
    tally
}
