//! The refactorings as literate tests: `tests/refactorings/*.md`.
//!
//! Every ```` ```crush ```` block is a program with a cursor, `$0`, or with a selection between two of them. The blocks behind it
//! are all the refactorings that are offered there, in their order, each with the program after it: it parses, has no report
//! that was not there, and runs to the same output. `CRUSH_BLESS=1` writes them anew.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crush_ide::{
    CancelToken, FileAnalysis, Outcome, Refactoring, RefactoringKind, RunLimits, Text, TextRange, evaluate,
    refactorings,
};
use crush_tests::literate::renewed;

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
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("refactorings");
    let mut pages: Vec<PathBuf> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    pages.sort();
    assert!(pages.len() >= 5, "only {} pages were found", pages.len());
    for page in pages {
        let text = fs::read_to_string(&page).unwrap();
        let renewed = renewed(&text, shown);
        if std::env::var_os("CRUSH_BLESS").is_some() {
            fs::write(&page, renewed).unwrap();
        } else {
            assert!(text == renewed, "{} is, as things are,\n{renewed}", page.display());
        }
    }
}
