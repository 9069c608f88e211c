//! `cargo xtask bench`: how long an editor waits, and how fast programs run, on this machine and beside others.

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
mod requests;
#[cfg(feature = "bench")]
mod servers;
#[cfg(feature = "bench")]
mod session;
#[cfg(feature = "bench")]
mod table;
#[cfg(feature = "bench")]
mod time;
#[cfg(feature = "bench")]
mod vm;

/// What to measure, and on how much.
#[derive(Args)]
pub(crate) struct Arguments {
    /// What to measure
    #[arg(value_enum, default_value_t)]
    subject: Subject,

    /// Lines of the generated programs [default: 100,1000,10000,100000; with --requests without 100]
    #[arg(long, value_delimiter = ',')]
    lines: Vec<usize>,

    /// lsp --requests: files of the generated workspace; 0 for none
    #[arg(long, default_value_t = 10_000)]
    files: usize,

    /// Few edits, and no program of 100,000 lines
    #[arg(long)]
    quick: bool,

    /// Only crush-analyzer and the bare parse
    #[arg(long)]
    no_peers: bool,

    /// Write the table into docs/performance.md
    #[arg(long)]
    save: bool,

    /// lsp: only how long each request takes while somebody types
    #[arg(long)]
    requests: bool,

    /// vm: runs of each program
    #[arg(long, default_value_t = 5)]
    rounds: usize,

    /// vm, time: only these programs
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,

    /// vm: also what recording costs, and how soon a run stops
    #[arg(long)]
    recording: bool,

    /// vm: the reference, crush-run; else what CRUSH_RUN names
    #[arg(long)]
    reference: Option<std::path::PathBuf>,
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum Subject {
    /// The language server: opening, editing, memory
    #[default]
    Lsp,
    /// Running programs: time and memory beside Lua and the reference
    Vm,
    /// Going back and forth in a run of ten million instructions
    Time,
}

/// Only an optimised build measures; this one asks for it.
#[cfg(not(feature = "bench"))]
pub(crate) fn run(_: &Arguments) -> anyhow::Result<()> {
    crate::command::again("bench", true, "the benchmark failed")
}

/// Measures, and prints the table.
#[cfg(feature = "bench")]
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    match arguments.subject {
        Subject::Lsp => lsp(arguments),
        Subject::Vm => vm::run(arguments),
        Subject::Time => time::run(arguments),
    }
}

#[cfg(feature = "bench")]
fn lsp(arguments: &Arguments) -> anyhow::Result<()> {
    let servers = servers::all(arguments.no_peers);
    let lines = match arguments.lines.as_slice() {
        [] if arguments.requests => &[1_000, 10_000, 100_000],
        [] => &[100, 1_000, 10_000, 100_000][..],
        lines => lines,
    };
    if arguments.requests {
        let rounds = if arguments.quick { 15 } else { 100 };
        let (text, complaints) =
            requests::measure(&servers, &requests::Sizes { lines, files: arguments.files, rounds })?;
        if arguments.save {
            table::save(&text, "bench --requests", &crate::root().join("docs/performance.md"))?;
        }
        anyhow::ensure!(complaints.is_empty(), "what was measured is not what it seems:\n{}", complaints.join("\n"));
        return Ok(());
    }
    let mut table = table::Table::new(servers.notes.clone());
    for &lines in lines {
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
        table::save(&text, "bench", &crate::root().join("docs/performance.md"))?;
    }
    Ok(())
}
