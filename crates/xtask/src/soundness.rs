//! `cargo xtask soundness`: random programs hold the borrow analysis to what runs do (S1, S2), on every core.

use clap::Args;

#[cfg(feature = "soundness")]
mod campaign;
#[cfg(feature = "soundness")]
mod table;

/// How many programs, and from where.
#[derive(Args)]
pub(crate) struct Arguments {
    /// How many programs to try
    #[arg(long, default_value_t = 10_000)]
    programs: u64,

    /// The first program; the others follow from it
    #[arg(long, default_value_t = 1)]
    seed: u64,

    /// Stop after so many minutes
    #[arg(long)]
    minutes: Option<u64>,

    /// Stop after so many programs in which something is wrong
    #[arg(long, default_value_t = 5)]
    most: usize,

    /// Few inputs, and few variants of each program: enough for what is wrong, too little to judge warnings
    #[arg(long)]
    quick: bool,

    /// Try each program with at most so many inputs
    #[arg(long)]
    inputs: Option<usize>,

    /// Write the table into docs/soundness.md
    #[arg(long)]
    save: bool,

    /// Add what is wrong to this page of tests/rules
    #[arg(long, default_value = "tests/rules/found.md")]
    page: std::path::PathBuf,

    /// Only print the program of the first seed, and what is reported of it
    #[arg(long)]
    show: bool,

    /// Only print warnings that runs reach and none shows, in programs made smaller; of this code, or `all`
    #[arg(long, value_name = "CODE")]
    unseen: Option<String>,

    /// Only print this program, and what is reported of it
    #[arg(long, value_name = "FILE")]
    file: Option<std::path::PathBuf>,
}

/// Only an optimised build tries many; this one asks for it.
#[cfg(not(feature = "soundness"))]
pub(crate) fn run(_: &Arguments) -> anyhow::Result<()> {
    crate::command::again("soundness", true, "something is wrong with the analysis")
}

/// Tries them, prints what is wrong, and the table.
#[cfg(feature = "soundness")]
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    campaign::run(arguments)
}
