//! `cargo xtask test`: everything that must hold, in the order in which it is quickest to fail.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};

/// Arguments of `cargo xtask test`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Leave out the sessions in real editors
    #[arg(long)]
    skip_editors: bool,
}

/// One thing that must hold.
struct Step {
    name: &'static str,
    command: &'static [&'static str],
    /// Where it runs, from the root of the workspace.
    folder: &'static str,
    in_editors: bool,
}

const fn step(name: &'static str, command: &'static [&'static str]) -> Step {
    Step { name, command, folder: "", in_editors: false }
}

const STEPS: &[Step] = &[
    step("format", &["cargo", "fmt", "--all", "--check"]),
    step("lints", &["cargo", "clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"]),
    step("tests", &["cargo", "test", "--workspace", "--no-fail-fast"]),
    step("parser is current", &["cargo", "xtask", "grammar", "--check"]),
    Step { name: "extension: packages", command: &["npm", "ci"], folder: "editors/vscode", in_editors: false },
    Step { name: "extension: tests", command: &["npm", "test"], folder: "editors/vscode", in_editors: false },
    step("another client", &["cargo", "xtask", "client"]),
    Step { name: "editors", command: &["cargo", "xtask", "e2e"], folder: "", in_editors: true },
];

/// Runs every step, and says at the end which did not hold.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let mut failed = Vec::new();
    for step in STEPS.iter().filter(|step| !(arguments.skip_editors && step.in_editors)) {
        println!("\n==> {}: {}", step.name, step.command.join(" "));
        let started = Instant::now();
        let holds = run_step(step, &crate::root().join(step.folder))?;
        let word = if holds { "ok" } else { "FAILED" };
        println!("<== {}: {word} ({:.0} s)", step.name, started.elapsed().as_secs_f64());
        if !holds {
            failed.push(step.name);
        }
    }
    if !failed.is_empty() {
        bail!("failed: {}", failed.join(", "));
    }
    println!("\neverything holds");
    Ok(())
}

fn run_step(step: &Step, folder: &Path) -> Result<bool> {
    let (program, arguments) = step.command.split_first().context("a step has a command")?;
    // The cargo that runs this may be another than the first on the path.
    let program = if *program == "cargo" { env!("CARGO") } else { *program };
    let status = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .status()
        .with_context(|| format!("`{program}` does not start: is it installed?"))?;
    Ok(status.success())
}
