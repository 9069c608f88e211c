//! The conformance suite: every program does what the reference did with it, but for the differences it names.
//!
//! `tests/conformance/pending.txt` names the programs that do not yet, one a line, each with a reason; one that does after
//! all may not stay there. `CRUSH_BLESS=1` writes what happens here to the `.ours` of the differences, for a person to look at.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crush_tests::binary::crush_analyzer;
use crush_tests::conformance::{Case, cases, folder};
use crush_tests::run::Runner;

fn pending() -> BTreeSet<String> {
    let list = fs::read_to_string(folder().join("pending.txt")).unwrap_or_default();
    list.lines()
        .filter_map(|line| Some(line.split_once(char::is_whitespace).unwrap_or((line, "")).0.to_owned()))
        .collect()
}

#[test]
fn every_program_does_what_the_reference_did() {
    let cases = cases().expect("the suite can be read");
    let failures = failures(&cases);
    let pending = pending();
    let mut report = String::new();
    for (name, difference) in &failures {
        if !pending.contains(name) {
            writeln!(report, "== {name}\n{difference}").expect("a string takes everything");
        }
    }
    for name in pending.iter().filter(|name| !failures.contains_key(*name)) {
        writeln!(report, "== {name} passes: take it off pending.txt").expect("a string takes everything");
    }
    assert!(report.is_empty(), "{} of {} programs fail:\n{report}", failures.len(), cases.len());
    assert!(cases.len() >= 250, "only {} programs were found", cases.len());
}

/// The programs that do something else, with what.
fn failures(cases: &[Case]) -> BTreeMap<String, String> {
    let ours = Runner::Ours(crush_analyzer().to_owned());
    let bless = std::env::var_os("CRUSH_BLESS").is_some();
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
                failures.lock().expect("no test panics with it").insert(case.name.clone(), difference);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(work);
        }
    });
    failures.into_inner().expect("no test panics with it")
}

/// Both texts, from the first line in which they differ.
fn difference(expected: &str, found: &str) -> String {
    let same = expected.lines().zip(found.lines()).take_while(|(left, right)| left == right).count();
    let rest = |text: &str, sign: char| -> String {
        text.lines().skip(same).take(5).map(|line| format!("  {sign} {line}\n")).collect()
    };
    format!("  line {} of the output\n{}{}", same + 1, rest(expected, '-'), rest(found, '+'))
}

#[test]
fn every_difference_is_one_that_is_decided() {
    let decided = ["D1", "D2", "D3", "D4", "D5", "D6", "D7", "D8", "D9", "D10", "D11", "0004"];
    for case in cases().expect("the suite can be read") {
        let Some(difference) = &case.difference else { continue };
        let (row, why) = difference.split_once(' ').unwrap_or((difference, ""));
        assert!(decided.contains(&row) && !why.is_empty(), "{}: `{difference}` names no decision", case.name);
        assert_ne!(case.recorded().ok(), case.expected().ok(), "{} does not differ", case.name);
    }
}
