//! `cargo xtask edits`: random edits of the analysis and of the server, after which a document is like one that has just been
//! opened.

use std::process::Command;

use anyhow::ensure;
use clap::Args;

/// How many, and from where.
#[derive(Args)]
pub(crate) struct Arguments {
    /// How many edits of each
    #[arg(long, default_value_t = 1_000_000)]
    count: u64,

    /// The first; the others follow from it
    #[arg(long, default_value_t = 1)]
    seed: u64,

    /// One round alone, by the number that was told with what differed
    #[arg(long)]
    round: Option<u64>,

    /// Only one of the two ways
    #[arg(long, value_enum)]
    way: Option<Way>,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Way {
    /// The analysis alone
    Analysis,
    /// The server as a client meets it
    Server,
}

impl Way {
    /// What the names of its tests have in them, and those of no others.
    fn filter(self) -> &'static str {
        match self {
            Self::Analysis => "is_analysed",
            Self::Server => "is_told",
        }
    }
}

/// Makes them, in an optimised build of the test that makes a few thousand.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let mut test = Command::new(env!("CARGO"));
    test.args(["test", "--release", "--package", "crush-tests", "--test", "editing"]).current_dir(crate::root());
    test.args(arguments.way.map(Way::filter));
    test.env("CRUSH_EDITS", arguments.count.to_string()).env("CRUSH_SEED", arguments.seed.to_string());
    if let Some(round) = arguments.round {
        test.env("CRUSH_EDITS_ROUND", round.to_string());
    }
    ensure!(test.status()?.success(), "an edited document is not like one that is opened");
    Ok(())
}
