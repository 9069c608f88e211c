//! The analysis held against the runs of a program (S1, S2).

use crush_borrowck::{Code, Report, Severity};
use crush_vm::{BorrowCause, Fault, FaultKind, SourceRange};

use super::program::Program;
use super::run::{Reached, Run, Runnable};
use super::scope::BITS;
use super::tally::Tally;
use crate::checked::Checked;

/// How much is tried with each program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort {
    /// With how many inputs it is run at least.
    pub inputs: usize,
    /// With how many at most, as long as some warning was not seen to fault.
    pub most_inputs: usize,
    /// How often what stops runs is made harmless, so that they come farther.
    pub variants: usize,
}

impl Effort {
    /// What an ordinary test spends.
    pub const SMALL: Self = Self { inputs: 5, most_inputs: 5, variants: 2 };
    /// What a campaign spends, which also judges warnings.
    pub const LARGE: Self = Self { inputs: 6, most_inputs: 64, variants: 6 };
}

/// What is wrong with the analysis of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// A fault that no report covers (S1).
    Missed {
        /// The input with which it happened.
        input: u32,
        /// Its line in the file that runs, where it is in that.
        line: Option<usize>,
        /// What a report would be called.
        code: Code,
        /// The fault.
        message: String,
    },
    /// An error whose place a run passed (S2).
    FalselyCertain {
        /// The input of that run.
        input: u32,
        /// The line of the error in the file that runs, where it is in that.
        line: Option<usize>,
        /// Its code.
        code: Code,
    },
    /// No program: a mistake of the generator.
    Rejected(String),
    /// The analysis, the compiler or the VM panicked.
    Panicked,
}

impl Problem {
    /// Whether both are the same mistake, as far as one can say.
    pub fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Missed { code, .. }, Self::Missed { code: other, .. })
            | (Self::FalselyCertain { code, .. }, Self::FalselyCertain { code: other, .. }) => code == other,
            (Self::Rejected(_), Self::Rejected(_)) | (Self::Panicked, Self::Panicked) => true,
            _ => false,
        }
    }

    /// The input that shows it.
    pub fn input(&self) -> Option<u32> {
        match self {
            Self::Missed { input, .. } | Self::FalselyCertain { input, .. } => Some(*input),
            Self::Rejected(_) | Self::Panicked => None,
        }
    }
}

/// A report, and what the runs did with it.
pub(super) struct Judged {
    report: Report,
    place: SourceRange,
    related: Vec<SourceRange>,
    reached: bool,
    faulted: bool,
    /// The line of its place, from 1.
    line: usize,
}

/// Runs a program under many inputs, and says what is wrong first.
///
/// # Errors
///
/// What is wrong.
pub fn judge(program: &Program, seed: u64, effort: Effort) -> Result<(), Problem> {
    guarded(program, seed, effort, &mut Tally::default()).map(drop)
}

/// As [`judged`], and a panic is a problem like others.
pub(super) fn guarded(program: &Program, seed: u64, effort: Effort, tally: &mut Tally) -> Result<Vec<Judged>, Problem> {
    let judge = std::panic::AssertUnwindSafe(|| judged(program, seed, effort, tally));
    std::panic::catch_unwind(judge).unwrap_or(Err(Problem::Panicked))
}

/// Runs a program under many inputs, counts the runs, and gives the reports.
fn judged(program: &Program, seed: u64, effort: Effort, tally: &mut Tally) -> Result<Vec<Judged>, Problem> {
    let texts = program.texts();
    let module = texts.get(1).map(|text| ("m", text.as_str()));
    let checked = Checked::new(&texts[0], module.as_slice());
    let code = checked.compile().map_err(Problem::Rejected)?;
    let judged = checked.reports().into_iter().map(|report| {
        let related = report.related.iter().map(|related| checked.range(related.place)).collect();
        let place = checked.range(report.place);
        Judged { place, related, report, reached: false, faulted: false, line: checked.line(place) }
    });
    let mut judged: Vec<Judged> = judged.collect();
    let places: Vec<_> = judged.iter().map(|judged| judged.place).collect();
    let runnable = Runnable::new(code, &places).map_err(Problem::Rejected)?;
    let mut random = fastrand::Rng::with_seed(seed ^ 0x5eed);
    for turn in 0..effort.most_inputs {
        let open = |judged: &Judged| judged.report.severity == Severity::Warning && !judged.faulted;
        if turn >= effort.inputs && !judged.iter().any(open) {
            break;
        }
        let input = match turn {
            0 => 0,
            1 => (1 << BITS) - 1,
            _ => random.u32(0..1 << BITS),
        };
        let run = runnable.run(input);
        tally.runs += 1;
        hold(&checked, &mut judged, &run, input, tally)?;
    }
    tally.variants += 1;
    Ok(judged)
}

/// The codes of the warnings that a run reached, and no run showed, with the lines of their places.
pub(super) fn unseen(judged: &[Judged]) -> Vec<(Code, usize)> {
    let open = judged.iter().filter(|judged| judged.report.severity == Severity::Warning);
    let open = open.filter(|judged| judged.reached && !judged.faulted && judged.place.file.0 == 0);
    open.map(|judged| (judged.report.code, judged.line)).collect()
}

/// Makes the lines harmless that stop runs, so that they come farther. Counts the reports there; false when there were none.
pub(super) fn tame(program: &mut Program, judged: &mut Vec<Judged>, tally: &mut Tally) -> bool {
    let mut changed = false;
    judged.retain(|judged| {
        let stops = judged.faulted || judged.report.severity == Severity::Error;
        let tamed = stops && program.tame(judged.place.file.0 as usize, judged.line);
        if tamed {
            changed = true;
            tally.count(judged.report.code, judged.report.severity, judged.reached, judged.faulted);
        }
        !tamed
    });
    changed
}

/// Counts the reports of a program that is left as it is.
pub(super) fn count(judged: &[Judged], tally: &mut Tally) {
    for judged in judged {
        tally.count(judged.report.code, judged.report.severity, judged.reached, judged.faulted);
    }
}

/// Holds the reports against one run.
fn hold(checked: &Checked, judged: &mut [Judged], run: &Run, input: u32, tally: &mut Tally) -> Result<(), Problem> {
    let line = |place: SourceRange| (place.file.0 == 0).then(|| checked.line(place));
    // A fault of a task stands at the `await`, and where it was in the task.
    let faults: Vec<&Fault> = run.fault.iter().flat_map(|fault| fault.chain()).collect();
    let running: Vec<SourceRange> =
        faults.iter().flat_map(|fault| fault.call_stack.iter().map(|call| call.range)).collect();
    let at: Vec<SourceRange> = faults.iter().map(|fault| fault.primary).collect();
    let code = faults.last().and_then(|fault| code_of(fault));
    let mut covered = false;
    for (judged, how) in judged.iter_mut().zip(&run.reached) {
        judged.reached |= *how != Reached::Never;
        let covers = at.iter().any(|at| judged.covers(*at));
        covered |= covers;
        // The place is where it faults, or a call that runs meanwhile.
        let here = |range: &SourceRange| overlap(*range, judged.place);
        let leads_here = at.iter().chain(&running).any(here);
        if let Some(code) = code
            && covers
            && leads_here
            && (judged.report.severity == Severity::Error || judged.report.codes().any(|of| is_same_kind(of, code)))
        {
            judged.faulted = true;
            judged.reached = true;
        }
        let passed = *how == Reached::InProgram && !(run.fault.is_some() && leads_here);
        if judged.report.severity == Severity::Error && passed && !(code.is_some() && covers) {
            return Err(Problem::FalselyCertain { input, line: line(judged.place), code: judged.report.code });
        }
    }
    match (code, faults.last()) {
        (Some(code), Some(fault)) => {
            tally.faults += 1;
            if !covered {
                let line = line(at[0]);
                return Err(Problem::Missed { input, line, code, message: fault.message.clone() });
            }
        }
        (_, Some(_)) => tally.other_faults += 1,
        (_, None) => {}
    }
    Ok(())
}

impl Judged {
    /// Whether a fault at `fault` is at the place of the report, or at a step of its path (S1).
    fn covers(&self, fault: SourceRange) -> bool {
        let mut places = std::iter::once(self.place).chain(self.related.iter().copied());
        match self.report.code {
            Code::TooLargeToAnalyse => places.any(|place| overlap(place, fault)),
            // The run says no more than the statement, where it is `x += e`.
            _ => places.any(|place| contains(fault, place)),
        }
    }
}

fn contains(outer: SourceRange, inner: SourceRange) -> bool {
    outer.file == inner.file && outer.start <= inner.start && inner.end <= outer.end
}

fn overlap(a: SourceRange, b: SourceRange) -> bool {
    a.file == b.file && a.start < b.end && b.start < a.end
}

/// What a report of a fault would be called, about; nothing when it is none of borrows or drops.
fn code_of(fault: &Fault) -> Option<Code> {
    match &fault.kind {
        FaultKind::UseAfterFree(_) => Some(Code::UseAfterDrop),
        FaultKind::Borrow(borrow) => Some(match borrow.cause {
            BorrowCause::Borrowed => Code::ChangedWhileBorrowed,
            BorrowCause::SharedHandle => Code::WrittenThroughShared,
            BorrowCause::DeadHandle => Code::BorrowOutlivesScope,
            BorrowCause::Crossing => Code::HandleSentToTask,
        }),
        _ => None,
    }
}

/// Whether a report is about such a fault.
fn is_same_kind(report: Code, fault: Code) -> bool {
    match report {
        Code::WrittenThroughShared | Code::BorrowOutlivesScope | Code::HandleSentToTask => report == fault,
        // What was dropped may have been a handle: then its borrow has ended.
        Code::UseAfterDrop => matches!(fault, Code::UseAfterDrop | Code::BorrowOutlivesScope),
        // Through an exclusive handle no second one is taken.
        Code::BorrowedTwice => matches!(fault, Code::ChangedWhileBorrowed | Code::WrittenThroughShared),
        Code::TooLargeToAnalyse => true,
        _ => fault == Code::ChangedWhileBorrowed,
    }
}
