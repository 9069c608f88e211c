//! Programs for the tests of the features: `$0` marks the cursor.

use crush_syntax::Text;

use crate::{CancelToken, FileAnalysis, RunLimits, Snapshot, evaluate};

/// A program that has not run, and the cursor in it.
pub(crate) fn at_cursor(fixture: &str) -> (Snapshot, usize) {
    let offset = fixture.find("$0").expect("the fixture has a cursor");
    let text = fixture.replacen("$0", "", 1);
    (Snapshot::unevaluated(analysis(&text)), offset)
}

/// The same program after a run.
pub(crate) fn after_run(fixture: &str) -> (Snapshot, usize) {
    let (snapshot, offset) = at_cursor(fixture);
    let evaluation = evaluate(&snapshot.analysis, RunLimits::default(), &CancelToken::new()).expect("the fixture runs");
    (Snapshot::evaluated(snapshot.analysis, evaluation), offset)
}

/// A text, analysed.
pub(crate) fn analysis(text: &str) -> FileAnalysis {
    FileAnalysis::new(Text::from(text))
}

/// The text of a range.
pub(crate) fn slice(snapshot: &Snapshot, range: crate::TextRange) -> String {
    snapshot.analysis.text().slice(range).into_owned()
}
