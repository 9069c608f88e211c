//! The rules of the memory model as literate tests: `tests/rules/*.md`, on the VM.
//!
//! Every ```` ```crush ```` block is a program, and runs. Where it says `// fault: Kind`, the run ends with a fault of that
//! kind. Whatever the run does, the analysis must have been right: a borrow fault is covered by a report (S1), and a report
//! that is an error faults when the run comes to its place (S2). What is reported is tested in `crush-borrowck`.

use std::fmt::Write as _;
use std::path::Path;

use crush_ide::{
    CancelToken, Evaluation, FileAnalysis, Outcome, RunLimits, Severity, Snapshot, Text, TextRange, diagnostics,
    evaluate,
};

/// The programs of a page, with the line on which each begins.
fn programs(page: &str) -> Vec<(usize, String)> {
    let mut programs = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (index, line) in page.lines().enumerate() {
        match &mut open {
            None if line.trim() == "```crush" => open = Some((index + 2, String::new())),
            None => {}
            Some(_) if line.trim() == "```" => programs.extend(open.take()),
            Some((_, program)) => {
                program.push_str(line);
                program.push('\n');
            }
        }
    }
    programs
}

/// The kind behind `// fault:`.
fn expected_fault(program: &str) -> Option<&str> {
    program.lines().find_map(|line| Some(line.split_once("// fault:")?.1.trim()))
}

fn check(program: &str) -> Result<(), String> {
    let analysis = FileAnalysis::new(Text::from(program));
    let limits = RunLimits { instructions: 1_000_000, ..RunLimits::default() };
    let evaluation = match evaluate(&analysis, limits, &CancelToken::new()) {
        Ok(evaluation) => evaluation,
        // A rule may be about a program that the compiler refuses.
        Err(refused) => return expected_fault(program).map_or(Ok(()), |_| Err(format!("did not run: {refused:?}"))),
    };
    let kind = match evaluation.outcome() {
        Outcome::Finished => None,
        Outcome::Faulted(fault) => Some(fault.kind.name()),
    };
    if let Some(expected) = expected_fault(program)
        && kind != Some(expected)
    {
        return Err(format!("expected the fault {expected}, the run ended with {kind:?}"));
    }
    agree(&analysis, &evaluation)
}

/// Holds the analysis and the run against each other (S1, S2).
fn agree(analysis: &FileAnalysis, evaluation: &Evaluation) -> Result<(), String> {
    let reports = diagnostics(&Snapshot::unevaluated(analysis.clone()));
    let text = analysis.text();
    let lines =
        |range: TextRange| text.line_of(range.start)..=text.line_of(range.end.saturating_sub(1).max(range.start));
    let fault = match evaluation.outcome() {
        Outcome::Faulted(fault) if matches!(fault.kind.name(), "BorrowError" | "UseAfterFree") => Some(fault),
        _ => None,
    };
    if let Some(fault) = fault {
        let places = fault
            .chain()
            .flat_map(|fault| std::iter::once(fault.primary).chain(fault.call_stack.iter().map(|call| call.range)));
        let places: Vec<_> = places.map(|range| text.line_of(range.start as usize)).collect();
        let covered = reports.iter().any(|report| {
            let steps = report.related.iter().map(|related| related.range);
            let mut ranges = std::iter::once(report.range).chain(steps);
            ranges.any(|range| places.iter().any(|line| lines(range).contains(line)))
        });
        if !covered {
            return Err(format!("S1: no report covers the fault: {}", fault.message));
        }
    }
    for report in reports.iter().filter(|report| report.severity == Severity::Error) {
        let line = text.line_of(report.range.start);
        if evaluation.hits_of_line(line) > 0 && fault.is_none() {
            return Err(format!(
                "S2: an error on line {} whose place ran without a fault: {}",
                line + 1,
                report.message
            ));
        }
    }
    Ok(())
}

#[test]
fn every_program_of_every_rule_runs_as_the_analysis_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let mut failures = String::new();
    let mut count = 0;
    let mut pages: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    pages.sort();
    for page in pages {
        let name = page.file_name().unwrap_or_default().to_string_lossy().into_owned();
        for (line, program) in programs(&std::fs::read_to_string(&page).unwrap()) {
            count += 1;
            if let Err(why) = check(&program) {
                let _ = writeln!(failures, "{name}:{line}: {why}\n{program}");
            }
        }
    }
    assert!(count > 50, "only {count} programs were found");
    assert!(failures.is_empty(), "\n{failures}");
}
