//! Whether a change leaves the reports as they are.

use std::borrow::Cow;
use std::collections::HashMap;

use crush_syntax::TextEdit;

use crate::FileAnalysis;
use crate::diagnostics::Severity;

/// Applies the edits, all in terms of the same text and in its order, and looks whether a report has come that was not there.
/// Where a report stands does not matter, for what it is about may have moved.
pub(super) fn brings_nothing_new(analysis: &FileAnalysis, edits: &[TextEdit]) -> bool {
    if edits.windows(2).any(|pair| pair[0].range.end > pair[1].range.start) {
        return false;
    }
    let mut changed = analysis.clone();
    // From the last to the first, so that none moves another.
    let backwards: Vec<_> = edits.iter().rev().cloned().collect();
    changed.edit(&backwards);
    let mut known = tally(analysis);
    tally(&changed).into_iter().all(|(report, count)| known.remove(&report).is_some_and(|before| count <= before))
}

/// How often each report is made.
fn tally(analysis: &FileAnalysis) -> HashMap<(Cow<'static, str>, Severity), usize> {
    let mut tally = HashMap::new();
    for report in analysis.all_reports() {
        *tally.entry((report.code, report.severity)).or_default() += 1;
    }
    tally
}
