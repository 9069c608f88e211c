//! The analysis against the VM (S1, S2): random programs rich in aliases, handles, loops, closures, methods, drops,
//! exceptions, tasks, callbacks and calls, some of several files, each run with many inputs.
//!
//! Every `BorrowError` and `UseAfterFree` of a run lies at a place that some report covers, as its own place or as a step
//! of its path; and a run that comes to the place of an `error` ends there, or at a step that it names.

mod block;
mod function;
mod judge;
mod page;
mod program;
mod run;
mod scope;
mod shrink;
mod statement;
mod tally;
mod value;

pub use judge::{Effort, Problem, judge};
pub use page::{block, reports, show};
pub use program::{Line, Program};
pub use shrink::shrink;
pub use tally::{Count, Tally};

/// The program of a seed.
pub fn program(seed: u64) -> Program {
    scope::Generator::new(seed).program()
}

/// Judges the program of a seed and its variants; where something is wrong, the smallest program found in which it still is,
/// and what.
///
/// # Errors
///
/// That program.
pub fn try_seed(seed: u64, effort: Effort, tally: &mut Tally) -> Result<(), Box<(Program, Problem)>> {
    let mut program = program(seed);
    for variant in 1.. {
        let judged = judge::guarded(&program, seed, effort, tally);
        let mut judged = judged.map_err(|problem| smaller(&program, problem, seed, effort))?;
        if variant >= effort.variants || !judge::tame(&mut program, &mut judged, tally) {
            judge::count(&judged, tally);
            break;
        }
    }
    tally.programs += 1;
    Ok(())
}

fn smaller(program: &Program, problem: Problem, seed: u64, effort: Effort) -> Box<(Program, Problem)> {
    let again = |program: &Program| judge(program, seed, effort).err();
    let smallest = match &problem {
        Problem::Rejected(_) => program.clone(),
        _ => shrink(program.clone(), |smaller| again(smaller).is_some_and(|found| found.is_like(&problem))),
    };
    let problem = again(&smallest).unwrap_or(problem);
    Box::new((smallest, problem))
}
