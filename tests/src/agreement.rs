//! Which programs of the conformance suite do something else than they should.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::conformance::Case;
use crate::run::Runner;

/// Runs all `cases` and gives those that disagree, each with what differs. With `bless`, what happens here is written to the
/// `.ours` of the differences first, for a person to look at.
///
/// # Panics
///
/// When a program cannot be started, or `.ours` not be written.
pub fn failures(ours: &Runner, cases: &[Case], bless: bool) -> BTreeMap<String, String> {
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(BTreeMap::new());
    let work = || {
        while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            let outcome = ours.run(case).expect("crush-analyzer starts");
            if bless && case.difference.is_some() {
                fs::write(case.path.with_extension("ours"), outcome.to_string()).expect("it can be written");
            }
            let expected = case.expected().unwrap_or_else(|error| format!("nothing is recorded: {error}\n"));
            if !outcome.agrees(&expected, &case.source) {
                let difference = difference(&expected, &outcome.to_string());
                failures.lock().expect("nothing panics with it").insert(case.name.clone(), difference);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(work);
        }
    });
    failures.into_inner().expect("nothing panics with it")
}

/// Both texts, from the first line in which they differ.
fn difference(expected: &str, found: &str) -> String {
    let same = expected.lines().zip(found.lines()).take_while(|(left, right)| left == right).count();
    let rest = |text: &str, sign: char| -> String {
        text.lines().skip(same).take(5).map(|line| format!("  {sign} {line}\n")).collect()
    };
    format!("  line {} of the output\n{}{}", same + 1, rest(expected, '-'), rest(found, '+'))
}
