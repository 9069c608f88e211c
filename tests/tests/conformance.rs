//! The conformance suite: every program does what the reference did with it, but for the differences it names.
//!
//! `tests/conformance/pending.txt` names the programs that do not yet, one a line, each with a reason; one that does after
//! all may not stay there. `CRUSH_BLESS=1` writes what happens here to the `.ours` of the differences.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use crush_tests::agreement::failures;
use crush_tests::binary::crush_analyzer;
use crush_tests::conformance::{cases, folder};
use crush_tests::run::Runner;

fn pending() -> BTreeSet<String> {
    let list = fs::read_to_string(folder().join("pending.txt")).unwrap_or_default();
    list.lines().filter_map(|line| Some(line.split_whitespace().next()?.to_owned())).collect()
}

#[test]
fn every_program_does_what_the_reference_did() {
    let cases = cases().expect("the suite can be read");
    let ours = Runner::Ours(crush_analyzer().to_owned());
    let failures = failures(&ours, &cases, std::env::var_os("CRUSH_BLESS").is_some());
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
    assert!(cases.len() >= 700, "only {} programs were found", cases.len());
}

#[test]
fn every_difference_is_one_that_is_decided() {
    let decided = ["D1", "D2", "D3", "D4", "D5", "D6", "D7", "D8", "D9", "D10", "D11", "0004"];
    let mut wrong = Vec::new();
    for case in cases().expect("the suite can be read") {
        let Some(difference) = &case.difference else { continue };
        let (row, why) = difference.split_once(' ').unwrap_or((difference, ""));
        if !decided.contains(&row) || why.is_empty() {
            wrong.push(format!("{}: `{difference}` names no decision", case.name));
        }
        if case.recorded().ok() == case.expected().ok() {
            wrong.push(format!("{} does not differ", case.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
