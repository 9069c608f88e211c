//! `cargo xtask fuzz-oracle`: random programs must do the same on the reference and here; one that does not is made smaller.

use clap::Args;

#[cfg(feature = "oracle")]
mod campaign;

/// How many programs, and from where.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The folder of `crush-run` 0.11.1
    #[arg(long, env = "CRUSH_ORACLE", value_name = "DIR")]
    bin: std::path::PathBuf,

    /// How many programs to try
    #[arg(long, default_value_t = 1_000)]
    programs: u64,

    /// The first program; the others follow from it
    #[arg(long, default_value_t = 0)]
    seed: u64,

    /// Only compare the runs of programs that the reference accepts
    #[arg(long)]
    accepted: bool,

    /// Spend so many runs on making a program smaller
    #[arg(long, default_value_t = 400)]
    attempts: usize,

    /// Stop after so many differences
    #[arg(long, default_value_t = 5)]
    most: usize,
}

/// Compiled with what it needs; this one asks for it.
#[cfg(not(feature = "oracle"))]
pub(crate) fn run(_: &Arguments) -> anyhow::Result<()> {
    crate::oracle::again()
}

/// Tries them, and prints those that differ.
#[cfg(feature = "oracle")]
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    campaign::run(arguments)
}
