//! `cargo xtask layout`: writes the linker's script that puts the functions of a run side by side in the program.
//!
//! The system maps sixteen pages around each that is touched. Functions that are spread over ten megabytes bring all of these in;
//! side by side they bring in little more than themselves. What a run calls, valgrind tells; where it came from, the linker's map.
//!
//! Names in the script end before the hash of the compiler, so that they outlive it. Several functions may then have one name:
//! those of one crate are meant, and where even these are many, they come last.

mod calls;
mod map;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use self::map::Section;
use crate::{command, dist};

const HEAD: &str = "\
/* The functions of a run, side by side. Written by `cargo xtask layout`; what is not found, the linker places as ever. */
";
/// One program in so many of the conformance suite is looked at.
const ONE_IN: usize = 20;
/// A name may bring in so much that no run called, in bytes or as a part of what was called.
const FEW_BYTES: u64 = 600;

pub(crate) fn run() -> Result<()> {
    let folder = dist::target_folder().join("layout");
    std::fs::create_dir_all(&folder).with_context(|| format!("creating {}", folder.display()))?;
    let map = folder.join("map.txt");
    let program = build(&map)?;
    let map = std::fs::read_to_string(&map).context("the linker left no map")?;
    let sections = map::sections(&map);
    let start = calls::of(&program, &[hello(&folder)?], &folder)?;
    let runs = calls::of(&program, &programs(&folder)?, &folder)?;
    let script = script(&sections, &start, &runs);
    let path = crate::root().join("crates/crush-analyzer/link/run.ld");
    std::fs::write(&path, script).with_context(|| format!("writing {}", path.display()))?;
    println!("{}", path.display());
    Ok(())
}

/// Builds the program as it is released, and has the linker write its map.
fn build(map: &Path) -> Result<PathBuf> {
    command::run(
        Command::new(env!("CARGO"))
            .args(["rustc", "--release", "--package", "crush-analyzer", "--bin", "crush-analyzer", "--"])
            .arg(format!("-Clink-arg=-Wl,--no-demangle,-Map={}", map.display()))
            .current_dir(crate::root()),
    )?;
    Ok(dist::target_folder().join("release/crush-analyzer"))
}

/// The least that a run does.
fn hello(folder: &Path) -> Result<PathBuf> {
    let file = folder.join("hello.crush");
    std::fs::write(&file, "print(\"hello\")\n")?;
    Ok(file)
}

/// Programs that together use most of the language: the benches, made small, and some of the conformance suite.
fn programs(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut programs = Vec::new();
    for bench in sources(&crate::root().join("tests/bench"))? {
        let source = std::fs::read_to_string(&bench)?;
        let rest = source.split_once('\n').map_or("", |(_, rest)| rest);
        let small = folder.join(bench.file_name().context("a program is a file")?);
        std::fs::write(&small, format!("let n = 4\n{rest}"))?;
        programs.push(small);
    }
    let mut conformance = Vec::new();
    for entry in std::fs::read_dir(crate::root().join("tests/conformance"))? {
        let path = entry?.path();
        if path.is_dir() {
            conformance.extend(sources(&path)?);
        }
    }
    conformance.sort();
    programs.extend(conformance.into_iter().step_by(ONE_IN));
    Ok(programs)
}

fn sources(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "crush") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// A pattern of the script: of which files, and the name of the section.
type Pattern<'a> = (&'a str, &'a str);

/// The script: what single programs call, then what every run calls, then names that stand for much else.
fn script(sections: &[Section], start: &BTreeSet<String>, runs: &BTreeSet<String>) -> String {
    let is_called = |section: &Section, by: &BTreeSet<String>| section.symbols.iter().any(|symbol| by.contains(symbol));
    let (mut all, mut of_file) = (BTreeMap::<_, Weight>::new(), BTreeMap::<Pattern<'_>, Weight>::new());
    for section in sections {
        let (at_start, called) = (is_called(section, start), is_called(section, start) || is_called(section, runs));
        for weight in
            [all.entry(&*section.name).or_default(), of_file.entry((&section.file, &section.name)).or_default()]
        {
            weight.bytes += section.bytes;
            weight.called += if called { section.bytes } else { 0 };
            weight.at_start |= at_start;
        }
    }
    let (mut single, mut every, mut shared) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for (&(file, name), weight) in of_file.iter().filter(|(_, weight)| weight.called > 0) {
        let file = if all[name].is_exact() { "*" } else { file };
        match weight {
            _ if file != "*" && !weight.is_exact() => _ = shared.insert((!weight.at_start, weight.waste(), file, name)),
            Weight { at_start: true, .. } => _ = every.insert((name, file)),
            _ => _ = single.insert((name, file)),
        }
    }
    let mut text = format!("{HEAD}SECTIONS\n{{\n  .text.run :\n  {{\n");
    let named = single.iter().chain(&every).map(|&(name, file)| (file, name));
    for (file, name) in named.chain(shared.iter().map(|&(_, _, file, name)| (file, name))) {
        _ = writeln!(text, "    {file}({name})");
    }
    text.push_str("  }\n}\nINSERT BEFORE .text;\n");
    text
}

/// What a pattern brings in.
#[derive(Default)]
struct Weight {
    bytes: u64,
    called: u64,
    at_start: bool,
}

impl Weight {
    fn waste(&self) -> u64 {
        self.bytes - self.called
    }

    /// It brings in little that no run called.
    fn is_exact(&self) -> bool {
        self.waste() < FEW_BYTES || self.waste() <= self.called / 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(file: &str, name: &str, bytes: u64, symbol: &str) -> Section {
        Section { file: file.into(), name: name.into(), bytes, symbols: vec![symbol.into()] }
    }

    #[test]
    fn what_every_run_calls_comes_after_what_one_calls() {
        let sections = [section("*.a-*", ".text.x17h*", 10, "x"), section("*.a-*", ".text.y17h*", 10, "y")];
        let script = script(&sections, &["x".into()].into(), &["x".into(), "y".into()].into());
        assert!(script.contains("    *(.text.y17h*)\n    *(.text.x17h*)\n"), "{script}");
    }

    #[test]
    fn a_name_of_many_is_meant_in_the_crate_that_calls_it() {
        let sections = [
            section("*.a-*", ".text.grow17h*", 10, "grow1"),
            section("*.b-*", ".text.grow17h*", 5000, "grow2"),
            section("*.c-*", ".text.idle17h*", 10, "idle"),
        ];
        let script = script(&sections, &["grow1".into()].into(), &BTreeSet::new());
        assert!(script.contains("  {\n    *.a-*(.text.grow17h*)\n  }\n"), "{script}");
    }
}
