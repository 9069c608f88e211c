//! `cargo xtask oracle --published`: every program in the published crates does the same here.

use std::fs;
use std::path::Path;

use anyhow::ensure;
use crush_tests::checked::Checked;
use crush_tests::conformance::Ending;
use crush_tests::run::Runner;

use crate::published::{CRATES, accepts, candidates};

/// Runs every program that the reference accepts on both, and prints those that differ, and what is reported of borrows in
/// those that run clean.
pub(crate) fn compare(reference: &Runner, bin: &Path, filter: &str) -> anyhow::Result<()> {
    let ours = super::ours()?;
    let crushc = bin.join("crushc");
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("program.crush");
    let (mut ran, mut differ, mut clean, mut reported) = (0, 0, 0, 0);
    for name in CRATES {
        for candidate in candidates(name)?.into_iter().filter(|candidate| candidate.place.contains(filter)) {
            if !accepts(&crushc, &candidate.text)? {
                continue;
            }
            fs::write(&path, &candidate.text)?;
            let expected = reference.run_file(&path)?.to_string();
            let outcome = ours.run_file(&path)?;
            ran += 1;
            if outcome.ending == Ending::Finished {
                clean += 1;
                let program = Checked::read(&path)?;
                let reports: Vec<_> = program.reports().iter().map(|report| program.show(report)).collect();
                reported += reports.len();
                if !reports.is_empty() {
                    println!("== {}\n{}\n-- runs clean\n{}", candidate.place, candidate.text, reports.join("\n"));
                }
            }
            if !outcome.agrees(&expected, &candidate.text) {
                differ += 1;
                println!("== {}\n{}\n-- the reference\n{expected}-- here\n{outcome}", candidate.place, candidate.text);
            }
        }
    }
    println!("{ran} programs ran on both, {differ} of them differ");
    println!("{clean} programs run clean, with {reported} reports on borrows");
    ensure!(ran > 0, "no program was found");
    ensure!(differ == 0, "not every program does the same");
    Ok(())
}
