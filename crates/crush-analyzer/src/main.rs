//! The `crush-analyzer` program: the language server, and the same knowledge on the command line.
//!
//! `main` reads the arguments, each command is one file, and what is printed is worked out by `crush-ide`.

mod arguments;
mod commands;
mod output;
mod paths;
mod prompt;
mod report;
mod source;
mod stopping;

use std::process::ExitCode;

use clap::Parser;

use crate::arguments::{Arguments, Command};

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    /// Clean, or warnings only.
    Clean,
    /// Errors in the program, or a fault of its run.
    Errors,
    /// What the program itself said, or what stands for Ctrl-C.
    Status(u8),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let ending = match arguments.command {
        Command::Check(check) => commands::check::run(&check),
        Command::Explain { code } => commands::explain::run(code.as_deref()),
        Command::Completions { shell } => commands::completions(shell),
        Command::Fmt(fmt) => commands::fmt::run(&fmt),
        Command::Run(run) => commands::run::run(&run),
        Command::Arena(arena) => commands::arena::run(&arena),
        Command::Disasm(input) => commands::disasm::run(&input),
        Command::Asm(assembly) => commands::asm::run(&assembly),
        Command::Parse(input) => commands::parse::run(&input),
        Command::Repl(repl) => commands::repl::run(&repl),
        Command::Dap(dap) => commands::dap::run(&dap),
        Command::Lsp => {
            start_log();
            commands::lsp()
        }
    };
    match ending {
        Ok(Ending::Clean) => ExitCode::SUCCESS,
        Ok(Ending::Errors) => ExitCode::from(1),
        Ok(Ending::Status(status)) => ExitCode::from(status),
        // Nobody reads any more (`crush-analyzer check x | head`): not a mistake of anybody's.
        Err(Misuse::Output(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(misuse) => {
            anstream::eprintln!("crush-analyzer: {misuse}");
            ExitCode::from(2)
        }
    }
}

/// Why a command could not do its work: exit status 2.
#[derive(Debug)]
enum Misuse {
    /// A file could not be read.
    Input {
        /// As the user named it.
        path: String,
        /// Why.
        reason: String,
    },
    /// An argument makes no sense.
    Argument(String),
    /// The output could not be written.
    Output(std::io::Error),
}

impl std::fmt::Display for Misuse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Input { path, reason } => write!(f, "cannot read `{path}`: {reason}"),
            Self::Argument(message) => f.write_str(message),
            Self::Output(error) => write!(f, "cannot write the output: {error}"),
        }
    }
}

impl From<std::io::Error> for Misuse {
    fn from(error: std::io::Error) -> Self {
        Self::Output(error)
    }
}

/// Only the server writes a log. It goes to standard error: one line of it on standard output would break the protocol.
fn start_log() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("CRUSH_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(false).init();
}
