//! `cargo xtask oracle`: what the reference does with the programs of the conformance suite, recorded beside them.

use std::path::PathBuf;

use clap::Args;
#[cfg(feature = "oracle")]
use crush_tests::run::Runner;

#[cfg(feature = "oracle")]
mod published;
#[cfg(feature = "oracle")]
mod record;

/// Where the reference is, and what to record.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The folder of `crush-run` 0.11.1 (`cargo install crush-lang-sdk@0.11.1 --features stdlib --locked --root …`)
    #[arg(long, env = "CRUSH_ORACLE", value_name = "DIR", required_unless_present = "check")]
    pub(crate) bin: Option<PathBuf>,

    /// Run the programs here, and show those that do something else than was recorded
    #[arg(long)]
    check: bool,

    /// Compare every program of the published crates instead, and record nothing
    #[arg(long)]
    published: bool,

    /// Only programs whose names contain this
    filter: Option<String>,
}

/// Compiled with what it needs; this one asks for it.
#[cfg(not(feature = "oracle"))]
pub(crate) fn run(_: &Arguments) -> anyhow::Result<()> {
    again()
}

/// Runs the same command in a build that has what it needs.
#[cfg(not(feature = "oracle"))]
pub(crate) fn again() -> anyhow::Result<()> {
    crate::command::again("oracle", false, "the command failed")
}

/// Records, or compares.
#[cfg(feature = "oracle")]
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let filter = arguments.filter.as_deref().unwrap_or_default();
    if arguments.check {
        return record::check(&ours()?, filter);
    }
    let bin = arguments.bin.clone().unwrap_or_default();
    let reference = reference(&bin)?;
    if arguments.published { published::compare(&reference, &bin, filter) } else { record::record(&reference, filter) }
}

/// The reference's program in `bin`.
#[cfg(feature = "oracle")]
pub(crate) fn reference(bin: &std::path::Path) -> anyhow::Result<Runner> {
    let program = bin.join("crush-run");
    anyhow::ensure!(program.is_file(), "no crush-run in {}", bin.display());
    Ok(Runner::Reference(program))
}

/// Our program, as it is now.
#[cfg(feature = "oracle")]
pub(crate) fn ours() -> anyhow::Result<Runner> {
    let program = std::env::var_os(crush_tests::binary::OVERRIDE);
    Ok(Runner::Ours(match program {
        Some(program) => program.into(),
        None => {
            let mut build = std::process::Command::new(env!("CARGO"));
            crate::command::run(build.args(["build", "--quiet", "--package", "crush-analyzer"]))?;
            crate::binary("crush-analyzer")
        }
    }))
}
