//! `cargo xtask oracle --published`: every program in the published crates does the same here.

use std::fs;
use std::path::Path;

use anyhow::ensure;
use crush_tests::run::Runner;

use crate::published::{CRATES, accepts, candidates};

/// Runs every program that the reference accepts on both, and prints those that differ.
pub(crate) fn compare(reference: &Runner, bin: &Path, filter: &str) -> anyhow::Result<()> {
    let ours = super::ours()?;
    let crushc = bin.join("crushc");
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("program.crush");
    let (mut ran, mut differ) = (0, 0);
    for name in CRATES {
        for candidate in candidates(name)?.into_iter().filter(|candidate| candidate.place.contains(filter)) {
            if !accepts(&crushc, &candidate.text)? {
                continue;
            }
            fs::write(&path, &candidate.text)?;
            let expected = reference.run_file(&path)?.to_string();
            let outcome = ours.run_file(&path)?;
            ran += 1;
            if !outcome.agrees(&expected, &candidate.text) {
                differ += 1;
                println!("== {}\n{}\n-- the reference\n{expected}-- here\n{outcome}", candidate.place, candidate.text);
            }
        }
    }
    println!("{ran} programs ran on both, {differ} of them differ");
    ensure!(ran > 0, "no program was found");
    ensure!(differ == 0, "not every program does the same");
    Ok(())
}
