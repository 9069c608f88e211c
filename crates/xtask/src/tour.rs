//! `cargo xtask tour`: the main job on one program, in the terminal.

use std::process::Command;

use anyhow::{Context as _, Result, ensure};

/// The program of the tour.
const PROGRAM: &str = "examples/inventory.crush";

/// The commands of the tour, with what each shows.
const STOPS: &[(&str, &[&str])] = &[
    ("What is known before it runs: the analysis finds the conflict.", &["check", PROGRAM]),
    ("The program on the real VM: the borrow rules are checked at run time, and one is broken.", &["run", PROGRAM]),
    ("The arena as it stood at the fault: every object, who refers to it, who borrows it.", &["arena", PROGRAM]),
];

/// Arguments of `cargo xtask tour`.
#[derive(clap::Args)]
pub(crate) struct Arguments {}

/// Builds crush-analyzer and shows it at work.
pub(crate) fn run(_: &Arguments) -> Result<()> {
    let build = Command::new(env!("CARGO"))
        .args(["build", "--package", "crush-analyzer"])
        .current_dir(crate::root())
        .status()
        .context("cargo does not start")?;
    ensure!(build.success(), "crush-analyzer does not build");
    let source = std::fs::read_to_string(crate::root().join(PROGRAM))?;
    println!("\n{PROGRAM}\n");
    for (index, line) in source.lines().enumerate() {
        println!("{:>4}  {line}", index + 1);
    }
    for (what, arguments) in STOPS {
        println!("\n── {what}\n$ crush-analyzer {}\n", arguments.join(" "));
        // Exit status 1 says that the program has an error, which is the point.
        let status = Command::new(crate::binary("crush-analyzer"))
            .args(*arguments)
            .current_dir(crate::root())
            .status()
            .context("crush-analyzer does not start")?;
        ensure!(matches!(status.code(), Some(0 | 1)), "crush-analyzer failed: {status}");
    }
    println!("\nOpen the same file in VS Code or Neovim (README.md says how) to see this beside the code.");
    Ok(())
}
