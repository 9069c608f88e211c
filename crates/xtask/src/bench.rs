//! `cargo xtask bench`: how long an editor waits, on this machine, beside servers that do less.

use clap::{Args, ValueEnum};

#[cfg(feature = "bench")]
mod bare;
#[cfg(feature = "bench")]
mod edits;
#[cfg(feature = "bench")]
mod machine;
#[cfg(feature = "bench")]
mod program;
#[cfg(feature = "bench")]
mod servers;
#[cfg(feature = "bench")]
mod session;
#[cfg(feature = "bench")]
mod table;

/// What to measure, and on how much.
#[derive(Args)]
pub(crate) struct Arguments {
    /// What to measure
    #[arg(value_enum, default_value_t)]
    subject: Subject,

    /// Lines of the generated programs
    #[arg(long, value_delimiter = ',', default_values_t = [100, 1_000, 10_000, 100_000])]
    lines: Vec<usize>,

    /// Few edits, and no program of 100,000 lines
    #[arg(long)]
    quick: bool,

    /// Only crush-analyzer and the bare parse
    #[arg(long)]
    no_peers: bool,

    /// Write the table into docs/performance.md
    #[arg(long)]
    save: bool,
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum Subject {
    /// The language server: opening, editing, memory
    #[default]
    Lsp,
}

/// Only an optimised build measures; this one asks for it.
#[cfg(not(feature = "bench"))]
pub(crate) fn run(_: &Arguments) -> anyhow::Result<()> {
    let status = std::process::Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--release", "--package", "xtask", "--features", "bench", "--"])
        .args(std::env::args_os().skip(1))
        .current_dir(crate::root())
        .status()?;
    anyhow::ensure!(status.success(), "the benchmark failed");
    Ok(())
}

/// Measures, and prints the table.
#[cfg(feature = "bench")]
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let Subject::Lsp = arguments.subject;
    let servers = servers::all(arguments.no_peers);
    let mut table = table::Table::new(servers.notes.clone());
    for &lines in &arguments.lines {
        let edits = match (arguments.quick, lines) {
            (true, 100_000..) => continue,
            (true, _) => 40,
            (false, 100_000..) => 100,
            (false, _) => 250,
        };
        eprintln!("{lines} lines, {edits} edits …");
        table.add(lines, session::measure(&servers.servers, lines, edits)?);
    }
    let text = table.to_string();
    println!("{text}");
    if arguments.save {
        table::save(&text, &crate::root().join("docs/performance.md"))?;
    }
    Ok(())
}
