//! The analysis against the VM (S1, S2): random programs rich in aliases, handles, loops, closures, methods, drops,
//! exceptions, tasks, callbacks and calls, some of several files, each run with many inputs.
//!
//! Every `BorrowError` and `UseAfterFree` of a run lies at a place that some report covers, as its own place or as a step
//! of its path; and a run that comes to the place of an `error` ends there, or at a step that it names.

use crush_borrowck::Code;

mod block;
mod fold;
mod function;
mod helper;
mod judge;
mod lend;
mod library;
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

/// Of the last variant of the program of a seed, each warning that a run reached and none showed, in the smallest program
/// found that still has one of its code; with the line of the warning there.
pub fn unseen(seed: u64, effort: Effort, code: Option<Code>) -> Vec<(Code, usize, Program)> {
    let mut program = program(seed);
    for _ in 1..effort.variants {
        let Ok(mut judged) = judge::guarded(&program, seed, effort, &mut Tally::default()) else { return Vec::new() };
        if !judge::tame(&mut program, &mut judged, &mut Tally::default()) {
            break;
        }
    }
    let open = |program: &Program| {
        let judged = judge::guarded(program, seed, effort, &mut Tally::default());
        judged.map_or_else(|_| Vec::new(), |judged| judge::unseen(&judged))
    };
    let mut codes: Vec<Code> = open(&program).into_iter().map(|(code, _)| code).collect();
    codes.sort_unstable();
    codes.dedup();
    codes.retain(|of| code.is_none_or(|code| code == *of));
    let smallest = codes.into_iter().map(|code| {
        let program = shrink(program.clone(), |program| open(program).iter().any(|(of, _)| *of == code));
        let line = open(&program).iter().find(|(of, _)| *of == code).map_or(0, |(_, line)| *line);
        (code, line, program)
    });
    smallest.collect()
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
