//! The commands, one file each.

pub(crate) mod arena;
pub(crate) mod asm;
pub(crate) mod check;
pub(crate) mod dap;
pub(crate) mod disasm;
pub(crate) mod explain;
pub(crate) mod fmt;
pub(crate) mod parse;
pub(crate) mod repl;
pub(crate) mod run;

use std::io::Write;

use crush_ide::{AssemblyError, Diagnostic};

use crate::arguments::Format;
use crate::source::Source;
use crate::{Ending, Misuse, report};

/// `crush-analyzer lsp`.
pub(crate) fn lsp() -> Result<Ending, Misuse> {
    // The protocol wants status 1 for an `exit` that no `shutdown` came before.
    Ok(if crush_server::serve()? { Ending::Clean } else { Ending::Errors })
}

/// `crush-analyzer completions`.
pub(crate) fn completions(shell: clap_complete::Shell) -> Result<Ending, Misuse> {
    let mut command = <crate::arguments::Arguments as clap::CommandFactory>::command();
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "crush-analyzer", &mut script);
    anstream::stdout().lock().write_all(&script)?;
    Ok(Ending::Clean)
}

/// Prints what keeps a program from being run. Borrow reports do not: the run will show.
fn print_problems(source: &Source, problems: &[Diagnostic], format: Format) -> Result<Ending, Misuse> {
    let mut out = anstream::stderr().lock();
    report::print(&mut out, source, problems, format)?;
    out.flush()?;
    Ok(Ending::Errors)
}

/// Prints why a text is no CASM program.
fn print_assembly_error(source: &Source, error: &AssemblyError, format: Format) -> Result<Ending, Misuse> {
    let AssemblyError { line, message } = error;
    match format {
        Format::Human => {
            let place = line.map_or_else(String::new, |line| format!(":{line}"));
            anstream::eprintln!("{}{place}: {}", source.path, report::printable(message));
        }
        Format::Json => {
            let report = serde_json::json!({
                "file": source.path,
                "code": "assembly",
                "severity": "error",
                "line": line,
                "message": message,
            });
            anstream::eprintln!("{report}");
        }
    }
    Ok(Ending::Errors)
}
