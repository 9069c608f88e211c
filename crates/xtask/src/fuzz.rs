//! `cargo xtask fuzz`: random input for a while; what kills the process is left in a file.

use std::process::Command;

use anyhow::bail;
use clap::Args;

/// For how long, and what.
#[derive(Args)]
pub(crate) struct Arguments {
    /// How long each kind of input is tried
    #[arg(long, default_value_t = 60, value_name = "N")]
    seconds: u64,

    /// Only what contains this: `programs`, `listings`
    #[arg(default_value = "changed")]
    filter: String,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let input = crate::root().join("target/fuzz-input");
    std::fs::create_dir_all(crate::root().join("target"))?;
    let status = Command::new(env!("CARGO"))
        .args(["test", "--quiet", "--package", "crush-tests", "--test", "bad_input", "--", "--test-threads", "1"])
        .arg(&arguments.filter)
        .env("CRUSH_FUZZ_SECONDS", arguments.seconds.to_string())
        .env("CRUSH_FUZZ_INPUT", &input)
        .current_dir(crate::root())
        .status()?;
    if !status.success() {
        bail!("the input is in {}; make it small and keep it in tests/corpus", input.display());
    }
    Ok(())
}
