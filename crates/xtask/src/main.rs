//! What developers run: `cargo xtask <command>`. One command, one file.

mod bench;
mod client;
mod command;
mod dist;
mod e2e;
mod edits;
mod fuzz;
mod fuzz_oracle;
mod grammar;
mod layout;
mod library;
mod mutations;
mod oracle;
mod page;
#[cfg(any(feature = "grammar", feature = "oracle"))]
mod published;
mod soundness;
mod test;
mod tour;

use std::path::Path;

use clap::{Parser, Subcommand};

/// What developers of crush-analyzer run.
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Measure how long an editor waits, beside other servers.
    Bench(bench::Arguments),
    /// Sessions of pytest-lsp, a client that knows the protocol and nothing of us.
    Client(client::Arguments),
    /// Package the extension with the server, and the Neovim plugin with its parser.
    Dist(dist::Arguments),
    /// Drive the packaged extension and plugin in the real editors.
    E2e(e2e::Arguments),
    /// Random edits: a document is afterwards like one that has just been opened.
    Edits(edits::Arguments),
    /// Random input for a while: never a panic, a hang or an overflow of the stack.
    Fuzz(fuzz::Arguments),
    /// Random programs must do the same on the reference and here.
    FuzzOracle(fuzz_oracle::Arguments),
    /// Generate the parser from grammar/grammar.js, check it, or try it on published programs.
    Grammar(grammar::Arguments),
    /// Write in which order the linker places functions: those of a run side by side.
    Layout,
    /// Write docs/library.md from the library's table.
    Library,
    /// Break the borrow analysis in many ways: the tests notice each.
    Mutations(mutations::Arguments),
    /// Record what the reference does with the conformance suite.
    Oracle(oracle::Arguments),
    /// Random programs hold the borrow analysis to what runs do.
    Soundness(soundness::Arguments),
    /// Run every test: formatting, lints, unit and whole-program tests, the parser, the editors.
    Test(test::Arguments),
    /// Show the main job on one program, in the terminal.
    Tour(tour::Arguments),
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().command {
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Client(arguments) => client::run(&arguments),
        Command::Dist(arguments) => dist::run(&arguments),
        Command::E2e(arguments) => e2e::run(&arguments),
        Command::Edits(arguments) => edits::run(&arguments),
        Command::Fuzz(arguments) => fuzz::run(&arguments),
        Command::FuzzOracle(arguments) => fuzz_oracle::run(&arguments),
        Command::Grammar(arguments) => grammar::run(&arguments),
        Command::Layout => layout::run(),
        Command::Library => library::run(),
        Command::Mutations(arguments) => mutations::run(&arguments),
        Command::Oracle(arguments) => oracle::run(&arguments),
        Command::Soundness(arguments) => soundness::run(&arguments),
        Command::Test(arguments) => test::run(&arguments),
        Command::Tour(arguments) => tour::run(&arguments),
    }
}

/// The root of the workspace.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("xtask lies two folders below the root")
}

/// A program of the workspace, in the folder where this one was built.
fn binary(name: &str) -> std::path::PathBuf {
    let here = std::env::current_exe().unwrap_or_default();
    here.with_file_name(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}
