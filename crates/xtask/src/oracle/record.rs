//! Writes what the reference does beside each program.

use std::fs;

use anyhow::Context as _;
use crush_tests::agreement::failures;
use crush_tests::conformance::{Case, Ending, cases};
use crush_tests::run::Runner;

/// Records the programs whose names contain `filter`, and says what changed.
pub(crate) fn record(reference: &Runner, filter: &str) -> anyhow::Result<()> {
    let (mut recorded, mut changed, mut differing) = (0, 0, 0);
    for case in matching(filter)? {
        let outcome = reference.run(&case).with_context(|| format!("running {}", case.name))?;
        if reference.run(&case)? != outcome {
            println!("{}: the reference does something else every time", case.name);
        }
        if matches!(outcome.ending, Ending::Hangs | Ending::Crash) && case.difference.is_none() {
            println!("{}: {outcome}", case.name);
        }
        recorded += 1;
        differing += usize::from(case.difference.is_some());
        if case.recorded().ok().as_ref() != Some(&outcome.to_string()) {
            changed += 1;
            println!("{} is new or changed", case.name);
            fs::write(case.path.with_extension("out"), outcome.to_string())?;
        }
    }
    println!("{recorded} programs recorded, {changed} of them anew; {differing} are marked as differences");
    Ok(())
}

/// Shows which programs whose names contain `filter` disagree with what was recorded.
pub(crate) fn check(ours: &Runner, filter: &str) -> anyhow::Result<()> {
    let cases = matching(filter)?;
    let bless = std::env::var_os("CRUSH_BLESS").is_some();
    let failures = failures(ours, &cases, bless);
    for (name, difference) in &failures {
        println!("== {name}\n{difference}");
    }
    println!("{} of {} programs disagree", failures.len(), cases.len());
    Ok(())
}

fn matching(filter: &str) -> anyhow::Result<Vec<Case>> {
    let mut cases = cases()?;
    cases.retain(|case| case.name.contains(filter));
    Ok(cases)
}
