//! `cargo xtask bench vm`: programs in CRUSH beside the same in Lua, and what a run costs an editor.

mod cancel;
mod figures;
mod inside;
mod process;
mod program;

use std::path::PathBuf;

use anyhow::{Context, ensure};

use self::figures::{Figures, Row};
use self::process::{Run, median};
use self::program::Program;
use super::{Arguments, table};
use crate::command::find;

/// More steps than any program takes: the reference allows few unless asked.
const STEPS: &str = "1000000000000";

/// Measures, and prints the tables.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let mut bench = Bench::new(arguments)?;
    let programs = program::all(&arguments.only)?;
    let mut figures = Figures::new(arguments.recording);
    if bench.lua.is_none() {
        figures.note("lua5.4 is not on this machine: nothing to compare with");
    }
    if bench.reference.is_none() {
        figures.note("crush-run is not measured: name it with `--reference` or `CRUSH_RUN`");
    }
    for program in &programs {
        eprintln!("{} …", program.name);
        figures.add(bench.measure(program)?);
    }
    figures.start(bench.start()?);
    if arguments.recording {
        eprintln!("stopping …");
        figures.stops(cancel::measure()?);
    }
    let text = figures.to_string();
    println!("{text}");
    if arguments.save {
        table::save(&text, "bench vm", &crate::root().join("docs/performance.md"))?;
    }
    Ok(())
}

/// The programs that run programs, and where the sized copies are written.
struct Bench {
    ours: PathBuf,
    lua: Option<PathBuf>,
    reference: Option<PathBuf>,
    folder: tempfile::TempDir,
    rounds: usize,
    recording: bool,
}

impl Bench {
    fn new(arguments: &Arguments) -> anyhow::Result<Self> {
        let reference = arguments.reference.clone().or_else(|| std::env::var_os("CRUSH_RUN").map(PathBuf::from));
        if let Some(reference) = &reference {
            ensure!(reference.is_file(), "there is no {}", reference.display());
        }
        Ok(Self {
            ours: crush_tests::binary::crush_analyzer().to_path_buf(),
            lua: find(&["lua5.4"]),
            reference,
            folder: tempfile::tempdir()?,
            rounds: if arguments.quick { 1 } else { arguments.rounds.max(1) },
            recording: arguments.recording,
        })
    }

    /// One program: ours and Lua's in turn, then the reference at its own size beside ours at that size.
    fn measure(&mut self, program: &Program) -> anyhow::Result<Row> {
        let crush = self.write(program, "crush", &program.crush(program.size))?;
        let lua_file = self.write(program, "lua", &program.lua(program.size))?;
        let (mut ours, mut lua) = (Vec::new(), Vec::new());
        for _ in 0..self.rounds {
            ours.push(process::run(&self.ours, &["run".as_ref(), crush.as_ref()])?);
            if let Some(interpreter) = &self.lua {
                lua.push(process::run(interpreter, &[lua_file.as_ref()])?);
            }
        }
        if let (Some(ours), Some(lua)) = (ours.first(), lua.first()) {
            same_output(&program.name, &ours.output, &lua.output)?;
        }
        let reference = self.beside_the_reference(program)?;
        Ok(Row {
            name: program.name.clone(),
            size: program.size,
            ours: median(&ours).context("no run")?,
            lua: median(&lua),
            reference,
            recording: if self.recording { Some(inside::recording(program)?) } else { None },
        })
    }

    /// How many times faster ours is than the reference, at the size that it can take.
    fn beside_the_reference(&self, program: &Program) -> anyhow::Result<Option<f64>> {
        let Some(reference) = &self.reference else { return Ok(None) };
        let file = self.write(program, "small.crush", &program.crush(program.reference_size))?;
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..self.rounds.min(3) {
            ours.push(process::run(&self.ours, &["run".as_ref(), file.as_ref()])?);
            theirs.push(process::run(
                reference,
                &["run".as_ref(), file.as_ref(), "--max-steps".as_ref(), STEPS.as_ref()],
            )?);
        }
        if let (Some(ours), Some(theirs)) = (ours.first(), theirs.first()) {
            same_output(&program.name, &ours.output, &theirs.output)?;
        }
        let (ours, theirs): (Option<Run>, Option<Run>) = (median(&ours), median(&theirs));
        Ok(ours.zip(theirs).map(|(ours, theirs)| theirs.seconds / ours.seconds))
    }

    /// A program that prints one word: what is left is the start of the process.
    fn start(&self) -> anyhow::Result<(Run, Option<Run>)> {
        let crush = self.folder.path().join("hello.crush");
        let lua_file = self.folder.path().join("hello.lua");
        for file in [&crush, &lua_file] {
            std::fs::write(file, "print(\"hello\")\n")?;
        }
        let (mut ours, mut lua) = (Vec::new(), Vec::new());
        for _ in 0..4 * self.rounds + 1 {
            ours.push(process::run(&self.ours, &["run".as_ref(), crush.as_ref()])?);
            if let Some(interpreter) = &self.lua {
                lua.push(process::run(interpreter, &[lua_file.as_ref()])?);
            }
        }
        Ok((median(&ours).context("no run")?, median(&lua)))
    }

    fn write(&self, program: &Program, extension: &str, source: &str) -> anyhow::Result<PathBuf> {
        let file = self.folder.path().join(format!("{}.{extension}", program.name));
        std::fs::write(&file, source)?;
        Ok(file)
    }
}

/// Lines are the same, or the same number: the two print floats with other digits.
fn same_output(name: &str, ours: &str, theirs: &str) -> anyhow::Result<()> {
    let same = |ours: &str, theirs: &str| match (ours.parse::<f64>(), theirs.parse::<f64>()) {
        (Ok(a), Ok(b)) => (a - b).abs() <= 1e-9 * a.abs().max(b.abs()),
        _ => ours == theirs,
    };
    let agree =
        ours.lines().count() == theirs.lines().count() && ours.lines().zip(theirs.lines()).all(|(a, b)| same(a, b));
    ensure!(agree, "`{name}` printed\n{ours}here and there\n{theirs}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_are_the_same_up_to_the_last_digits_of_floats() {
        assert!(same_output("", "1.6236470976759667\nx\n", "1.623647097676\nx\n").is_ok());
        assert!(same_output("", "1\n", "2\n").is_err());
        assert!(same_output("", "1\n", "1\n1\n").is_err());
    }
}
