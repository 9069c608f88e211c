//! Both implementations as child processes, on every core.

use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use anyhow::{Context as _, ensure};
use crush_tests::conformance::{Ending, Outcome};
use crush_tests::generate::{Tape, program, shrink};
use crush_tests::run::Runner;

use super::Arguments;

/// What was tried so far.
#[derive(Default)]
struct Count {
    finished: AtomicU64,
    faulted: AtomicU64,
    rejected: AtomicU64,
    differing: AtomicUsize,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let reference = crate::oracle::reference(&arguments.bin)?;
    let ours = crate::oracle::ours()?;
    let next = AtomicU64::new(0);
    let count = Count::default();
    let failure = Mutex::new(None);
    let work = || -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let pair = Pair { reference: &reference, ours: &ours, path: &folder.path().join("program.crush") };
        while count.differing.load(Ordering::Relaxed) < arguments.most {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= arguments.programs {
                break;
            }
            pair.try_one(arguments, arguments.seed + index, &count)?;
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                if let Err(error) = work() {
                    *failure.lock().expect("nothing panics with it") = Some(error);
                }
            });
        }
    });
    if let Some(error) = failure.into_inner().context("a thread panicked")? {
        return Err(error);
    }
    let differing = count.differing.into_inner();
    println!(
        "{} programs ended by themselves, {} by a fault, {} were rejected; {differing} differ",
        count.finished.into_inner(),
        count.faulted.into_inner(),
        count.rejected.into_inner(),
    );
    ensure!(differing == 0, "not every program does the same");
    Ok(())
}

struct Pair<'a> {
    reference: &'a Runner,
    ours: &'a Runner,
    path: &'a Path,
}

impl Pair<'_> {
    fn try_one(&self, arguments: &Arguments, seed: u64, count: &Count) -> anyhow::Result<()> {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut tape = Tape::random(&mut random, 400);
        let source = program(&mut tape);
        fs::write(self.path, &source)?;
        let expected = self.reference.run_file(self.path)?;
        // Its quotas are its own, and where it panics (`str.substring` from inside a character) it says nothing.
        if matches!(expected.ending, Ending::Hangs | Ending::Crash) {
            return Ok(());
        }
        let found = self.ours.run_file(self.path)?;
        let ending = match expected.ending {
            Ending::Finished => &count.finished,
            Ending::Rejected(_) => &count.rejected,
            _ => &count.faulted,
        };
        ending.fetch_add(1, Ordering::Relaxed);
        if arguments.accepted && matches!(expected.ending, Ending::Rejected(_)) {
            return Ok(());
        }
        if found.agrees(&expected.to_string(), &source) {
            return Ok(());
        }
        count.differing.fetch_add(1, Ordering::Relaxed);
        eprintln!("seed {seed} differs; it is made smaller …");
        // Only programs of the same kind: from a difference in a run does not become one in the checks.
        let kind = |outcome: &Outcome| std::mem::discriminant(&outcome.ending);
        let kinds = (kind(&expected), kind(&found));
        let numbers = shrink(tape.numbers(), arguments.attempts, |tape| {
            let source = program(&mut tape.clone());
            self.both(&source).is_ok_and(|(expected, found)| {
                (kind(&expected), kind(&found)) == kinds && !found.agrees(&expected.to_string(), &source)
            })
        });
        let source = program(&mut Tape::new(numbers));
        let (expected, found) = self.both(&source)?;
        let (expected, found) = (shown(&expected), shown(&found));
        println!("== seed {seed}\n{source}-- the reference\n{expected}-- here\n{found}");
        Ok(())
    }

    fn both(&self, source: &str) -> anyhow::Result<(Outcome, Outcome)> {
        fs::write(self.path, source)?;
        Ok((self.reference.run_file(self.path)?, self.ours.run_file(self.path)?))
    }
}

/// So much of an outcome as a person looks at.
fn shown(outcome: &impl std::fmt::Display) -> String {
    const LENGTH: usize = 2_000;
    let text = outcome.to_string();
    match text.char_indices().nth(LENGTH) {
        Some((end, _)) => format!("{}…\n", &text[..end]),
        None => text,
    }
}
