//! The fixes of borrow reports as literate tests: `tests/fixes/*.md`.
//!
//! Every ```` ```crush ```` block is a program with reports; its run ends with the fault that its first line names. The blocks
//! behind it are all the fixes of its reports, in their order: ```` ```crush iterate over a copy ```` is the program after the
//! fix of that title, and ```` ```text ```` what it prints: it runs without a fault. `CRUSH_BLESS=1` writes them anew.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crush_ide::{
    CancelToken, Diagnostic, FileAnalysis, Fix, Outcome, RunLimits, Snapshot, Text, diagnostics, evaluate, fixes,
    suppress,
};
use crush_tests::literate::{hold, read};

fn analysis(program: &str) -> FileAnalysis {
    FileAnalysis::new(Text::from(program))
}

fn reports(analysis: &FileAnalysis) -> Vec<Diagnostic> {
    diagnostics(&Snapshot::unevaluated(analysis.clone()))
}

fn applied(program: &str, fix: &Fix) -> String {
    let mut program = program.to_owned();
    let mut edits = fix.edits.clone();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.range));
    for edit in edits {
        program.replace_range(edit.range.start..edit.range.end, &edit.new_text);
    }
    program
}

/// How a run ends, and what it prints.
fn run(program: &str) -> (Option<String>, String) {
    let evaluation = evaluate(&analysis(program), RunLimits::default(), &CancelToken::new());
    let evaluation = evaluation.unwrap_or_else(|why| panic!("it does not run: {why:?}\n{program}"));
    let fault = match evaluation.outcome() {
        Outcome::Finished => None,
        Outcome::Faulted(fault) => Some(fault.kind.name().to_owned()),
    };
    (fault, evaluation.output().to_owned())
}

/// The fixes of a program, as a page shows them.
fn shown(program: &str) -> String {
    let expected = program.lines().next().and_then(|line| line.strip_prefix("// fault: "));
    assert_eq!(run(program).0.as_deref(), expected, "the fault of\n{program}");
    let before = analysis(program);
    let found = reports(&before);
    assert!(!found.is_empty(), "there is no report in\n{program}");
    let (mut page, mut seen) = (String::new(), Vec::new());
    for report in &found {
        for fix in fixes(&before, report) {
            let after = applied(program, &fix);
            let code = |report: &Diagnostic| report.code.to_string();
            let mut left: Vec<_> = found.iter().map(code).collect();
            left.remove(left.iter().position(|code| *code == report.code).expect("it is one of them"));
            let now: Vec<_> = reports(&analysis(&after)).iter().map(code).collect();
            assert!(now.iter().all(|code| left.contains(code)), "{now:?} is left by {:?} in\n{after}", fix.title);
            if seen.contains(&after) {
                continue;
            }
            let after_without_note = after.split_once('\n').map_or("", |(_, rest)| rest);
            let _ = write!(page, "```crush {}\n{after_without_note}```\n\n", fix.title);
            // Where another report is left, so may be its fault.
            match run(&after) {
                (None, printed) if printed.is_empty() => {}
                (None, printed) => _ = write!(page, "```text\n{printed}```\n\n"),
                (Some(fault), _) => {
                    assert!(!now.is_empty(), "{fault} after {:?} of\n{after}", fix.title);
                    let _ = write!(page, "```fault\n{fault}\n```\n\n");
                }
            }
            seen.push(after);
        }
    }
    page
}

#[test]
fn the_fixes_are_those_of_the_pages_and_the_fixed_programs_run() {
    hold("fixes", shown);
}

/// The programs of the pages of a folder, each with its place.
fn programs(folder: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut programs = Vec::new();
    for page in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if page.extension().is_some_and(|extension| extension == "md") {
            let name = page.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let (_, blocks) = read(&fs::read_to_string(page).unwrap());
            let here = blocks.into_iter().filter(|block| block.info.trim() == "crush");
            programs.extend(here.map(|block| (name.clone(), block.text)));
        }
    }
    programs
}

/// Where a report begins, in the text without its line breaks, blanks and comments: suppressing a report moves nothing else.
fn place(text: &str, report: &Diagnostic) -> (String, usize) {
    let before: String =
        text[..report.range.start].lines().map(|line| line.split("// ").next().unwrap_or("")).collect();
    (report.code.to_string(), before.split_whitespace().map(str::len).sum())
}

/// What the analysis says of a text by itself, and not from an edit: the fix of each report of every program of the rules and
/// the pages takes its report away and brings none, and so does the comment that suppresses it.
#[test]
fn every_offered_change_takes_its_report_away_and_brings_none() {
    let (mut fixed, mut suppressed) = (0, 0);
    for (name, program) in [programs("rules"), programs("../docs/diagnostics")].concat() {
        let before = analysis(&program);
        let found = reports(&before);
        for report in found.iter().filter(|report| FileAnalysis::is_borrow_report(&report.code)) {
            let left_of = |changed: &str| {
                let mut left: Vec<_> = found.iter().map(|report| report.code.clone()).collect();
                left.remove(left.iter().position(|code| *code == report.code).expect("it is one of them"));
                let now: Vec<_> = reports(&analysis(changed)).into_iter().map(|report| report.code).collect();
                now.iter().all(|code| left.iter().position(|known| known == code).map(|at| left.remove(at)).is_some())
            };
            for fix in fixes(&before, report) {
                let changed = applied(&program, &fix);
                assert!(left_of(&changed), "{name}: {:?} of {} leaves\n{changed}", fix.title, report.code);
                fixed += 1;
            }
            let Some(comment) = suppress(&before, report) else { continue };
            let changed = applied(&program, &comment);
            let now: Vec<_> = reports(&analysis(&changed)).iter().map(|report| place(&changed, report)).collect();
            // Others of the same code on the same line go with it.
            let before: Vec<_> = found.iter().map(|report| place(&program, report)).collect();
            assert!(!now.contains(&place(&program, report)), "{name}: {} stays in\n{changed}", report.code);
            assert!(now.iter().all(|report| before.contains(report)), "{name}: {now:?} is new in\n{changed}");
            suppressed += 1;
        }
    }
    assert!(fixed > 30 && suppressed > 50, "only {fixed} fixes and {suppressed} comments were tried");
}
