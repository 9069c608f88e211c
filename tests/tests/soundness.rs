//! The analysis against the VM (S1, S2): random programs rich in aliases, handles, loops, closures, drops and calls.
//!
//! Every `BorrowError` and `UseAfterFree` of a run lies at a place that some report covers, as its own place or as a step
//! of its path; and no run that reaches the place of an `error` ends well. `SOUNDNESS_PROGRAMS` sets how many programs are
//! tried, `SOUNDNESS_SEED` where to begin.

#[path = "soundness/generate.rs"]
mod generate;

use std::collections::HashSet;
use std::fmt::Write as _;

use crush_borrowck::{Analysis, Place, Report, Severity};
use crush_compiler::{Options, compile};
use crush_hir::file::FileHir;
use crush_host::{Grants, Host};
use crush_syntax::{Text, Tree};
use crush_vm::{CancelToken, Fault, FaultKind, Moment, Quotas, Recorder, VerifiedProgram, Vm, verify};

/// The ends of runs that are tried for each program: it reads a number that the text gives it.
const INPUTS: u32 = 5;

/// The statements that a run came to, but for those of tasks: a fault of a task that nobody awaits is not seen (T2).
#[derive(Default)]
struct Statements(HashSet<(usize, usize)>);

impl Recorder for Statements {
    fn statement(&mut self, moment: &Moment<'_>, statement: usize) {
        if moment.task == 0 {
            self.0.insert((moment.function.index(), statement));
        }
    }
}

struct Program {
    tree: Tree,
    file: FileHir,
    analysis: Analysis,
}

impl Program {
    fn new(source: &str) -> Self {
        let tree = Tree::parse(Text::from(source));
        let file = FileHir::new(&tree);
        let mut analysis = Analysis::new();
        analysis.update(&file, |body| file.lower(&tree, body));
        Self { tree, file, analysis }
    }

    fn compile(&self) -> Result<VerifiedProgram, String> {
        let program = compile(&self.file, &self.tree, Options::default());
        let program = program.map_err(|problems| format!("{problems:#?}"))?;
        verify(program).map_err(|error| format!("{error:?}"))
    }

    fn range(&self, place: Place) -> (u32, u32) {
        let body = self.analysis.body_of(place.function).expect("every place has a body");
        self.file.body_map(body).range_to_file(place.range)
    }

    /// Whether a report has a place that shares text with the range.
    fn covers(&self, report: &Report, start: u32, end: u32) -> bool {
        let places = std::iter::once(report.place).chain(report.related.iter().map(|related| related.place));
        places.map(|place| self.range(place)).any(|(from, to)| from < end && start < to)
    }

    fn line(&self, offset: u32) -> usize {
        self.tree.text().line_of(offset as usize) + 1
    }

    fn show(&self, reports: &[Report]) -> String {
        let mut text = String::new();
        for report in reports {
            let message = report.render(|place| self.line(self.range(place).0) as u32);
            let lines: Vec<_> = report.related.iter().map(|related| self.line(self.range(related.place).0)).collect();
            let _ = writeln!(
                text,
                "  {:?} [{}] line {}: {message} {lines:?}",
                report.severity,
                report.code.as_str(),
                self.line(self.range(report.place).0)
            );
        }
        text
    }
}

fn run(program: &VerifiedProgram, statements: &mut Statements) -> Result<(), Box<Fault>> {
    let grants = Grants::none();
    let mut output = std::io::sink();
    let host = Host::new(&grants, &mut output);
    let quotas = Quotas { instructions: 200_000, call_depth: 200, ..Quotas::default() };
    let mut vm = Vm::new(program, &host, quotas, CancelToken::new())?;
    vm.run_recorded(statements).map(drop)
}

/// What was seen over many programs.
#[derive(Debug, Default)]
struct Tally {
    runs: usize,
    faults: usize,
    other_faults: usize,
    errors: usize,
    warnings: usize,
    warnings_seen: usize,
}

/// Checks one program, and says what is wrong.
fn check(source: &str, tally: &mut Tally) -> Result<(), String> {
    let program = Program::new(source);
    let reports = program.analysis.reports();
    let mut seen = vec![false; reports.len()];
    tally.errors += reports.iter().filter(|report| report.severity == Severity::Error).count();
    for input in 0..INPUTS {
        let source = source.replace("let input = 0", &format!("let input = {input}"));
        let this = Program::new(&source);
        let compiled = this.compile().map_err(|problems| format!("does not compile: {problems}\n{source}"))?;
        let mut statements = Statements::default();
        tally.runs += 1;
        match run(&compiled, &mut statements) {
            Err(fault) if matches!(fault.kind, FaultKind::Borrow(_) | FaultKind::UseAfterFree(_)) => {
                tally.faults += 1;
                // A fault of a task stands at the `await`, and where it was in the task.
                let places = std::iter::once(&*fault).chain(fault.task.as_deref()).map(|fault| fault.primary);
                let places: Vec<_> = places.map(|place| (place.start, place.end)).collect();
                let start = places[0].0;
                let mut covered = false;
                for (report, seen) in reports.iter().zip(&mut seen) {
                    if places.iter().any(|(start, end)| program.covers(report, *start, *end)) {
                        covered = true;
                        *seen = true;
                    }
                }
                if !covered {
                    return Err(format!(
                        "MISSED with input {input}, line {}: {}\n{}{source}",
                        program.line(start),
                        fault.message,
                        program.show(&reports)
                    ));
                }
            }
            Err(fault) => {
                tally.other_faults += 1;
                if std::env::var_os("SOUNDNESS_OTHERS").is_some() {
                    eprintln!("{} line {}\n{source}", fault.message, program.line(fault.primary.start));
                }
            }
            Ok(()) => {
                for report in reports.iter().filter(|report| report.severity == Severity::Error) {
                    let (start, end) = program.range(report.place);
                    // A branch inside of an expression has no statement of its own to tell whether it was taken.
                    let line = this.tree.text().line_range(program.line(start) - 1);
                    let line = line.map(|line| this.tree.text().slice(line).into_owned()).unwrap_or_default();
                    if !line.contains("= if") && reached(&compiled, &statements, start, end) {
                        return Err(format!(
                            "CERTAIN, but with input {input} it ran without a fault: line {}\n{}{source}",
                            program.line(start),
                            program.show(std::slice::from_ref(report))
                        ));
                    }
                }
            }
        }
    }
    for (report, seen) in reports.iter().zip(seen) {
        if report.severity == Severity::Warning {
            tally.warnings += 1;
            tally.warnings_seen += usize::from(seen);
        }
    }
    Ok(())
}

/// Whether the run came to the innermost statement that holds the place.
fn reached(program: &VerifiedProgram, statements: &Statements, start: u32, end: u32) -> bool {
    let holding = program.functions.iter().enumerate().flat_map(|(function, it)| {
        it.debug.statements.iter().enumerate().filter_map(move |(index, statement)| {
            let span = statement.span;
            (span.start <= start && end <= span.end).then_some((span.end - span.start, (function, index)))
        })
    });
    holding.min().is_some_and(|(_, statement)| statements.0.contains(&statement))
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

#[test]
fn no_fault_goes_unreported_and_no_error_is_a_false_alarm() {
    let (count, first) = (number("SOUNDNESS_PROGRAMS", 200), number("SOUNDNESS_SEED", 1));
    let mut tally = Tally::default();
    let mut problems = Vec::new();
    for seed in first..first + count {
        let program = generate::program(seed);
        if std::env::var_os("SOUNDNESS_TRACE").is_some() {
            eprintln!("seed {seed}");
        }
        if std::env::var_os("SOUNDNESS_PRINT").is_some() {
            eprintln!("{}", program.text());
        }
        if let Err(problem) = check(&program.text(), &mut tally) {
            if problem.starts_with("does not compile") {
                problems.push(problem);
                break;
            }
            let smallest = generate::shrink(program, |smaller| {
                check(&smaller.text(), &mut Tally::default()).is_err_and(|found| found[..6] == problem[..6])
            });
            let problem = check(&smallest.text(), &mut Tally::default()).expect_err("it fails still");
            problems.push(format!("seed {seed}: {problem}"));
            if problems.len() >= 5 {
                break;
            }
        }
    }
    println!("{tally:?}");
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
    assert!(tally.faults > 0 && tally.runs > tally.faults, "the programs try nothing: {tally:?}");
}
