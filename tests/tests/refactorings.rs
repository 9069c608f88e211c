//! The refactorings as literate tests: `tests/refactorings/*.md`.
//!
//! Every ```` ```crush ```` block is a program with a cursor, `$0`, or with a selection between two of them. The blocks behind it
//! are all the refactorings that are offered there, in their order, each with the program after it: it parses, has no report
//! that was not there, and runs to the same output. `CRUSH_BLESS=1` writes them anew.

use std::fmt::Write as _;

use crush_ide::{
    CancelToken, FileAnalysis, Outcome, Refactoring, RefactoringKind, RunLimits, Text, TextRange, evaluate,
    refactorings,
};
use crush_tests::literate::hold;

/// The program, and what is selected in it.
fn selected(fixture: &str) -> (String, TextRange) {
    let start = fixture.find("$0").expect("the program has a cursor");
    let rest = fixture.replacen("$0", "", 1);
    match rest.find("$0") {
        Some(end) => (rest.replacen("$0", "", 1), TextRange::new(start, end)),
        None => (rest, TextRange::empty(start)),
    }
}

fn applied(program: &str, refactoring: &Refactoring) -> String {
    let mut program = program.to_owned();
    for edit in refactoring.edits.iter().rev() {
        program.replace_range(edit.range.start..edit.range.end, &edit.new_text);
    }
    program
}

/// What a run prints, and the fault that it ends in.
fn run(program: &str) -> (String, Option<String>) {
    let analysis = FileAnalysis::new(Text::from(program));
    let evaluation = evaluate(&analysis, RunLimits::default(), &CancelToken::new());
    let evaluation = evaluation.unwrap_or_else(|why| panic!("it does not run: {why:?}\n{program}"));
    let fault = match evaluation.outcome() {
        Outcome::Finished => None,
        Outcome::Faulted(fault) => Some(fault.kind.name().to_owned()),
    };
    (evaluation.output().to_owned(), fault)
}

/// The refactorings of a program, as a page shows them.
fn shown(fixture: &str) -> String {
    let (program, range) = selected(fixture);
    let analysis = FileAnalysis::new(Text::from(program.as_str()));
    let before = run(&program);
    let mut page = String::new();
    for refactoring in refactorings(&analysis, range, &RefactoringKind::ALL) {
        let after = applied(&program, &refactoring);
        assert_eq!(run(&after), before, "{} gives\n{after}", refactoring.title);
        let _ = write!(page, "```crush {}\n{after}```\n\n", refactoring.title);
    }
    page
}

#[test]
fn the_refactorings_are_those_of_the_pages_and_change_nothing_that_a_run_shows() {
    hold("refactorings", shown);
}
