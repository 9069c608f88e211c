//! `crush-analyzer check`: what is known without running.

use std::io::{BufWriter, Write as _};

use crate::arguments::{Check, Format};
use crate::source::Source;
use crate::{Ending, Misuse, report};

/// Reports on standard output.
pub(crate) fn run(arguments: &Check) -> Result<Ending, Misuse> {
    let mut out = BufWriter::new(anstream::stdout().lock());
    let mut ending = Ending::Clean;
    let (mut errors, mut warnings) = (0, 0);
    for file in &arguments.files {
        let source = Source::read(file, &arguments.modules)?;
        let diagnostics = crush_ide::program_diagnostics(&source.analysis);
        report::print(&mut out, &source, &diagnostics, arguments.format)?;
        if super::ending(&diagnostics) == Ending::Errors {
            ending = Ending::Errors;
        }
        errors += diagnostics.iter().filter(|d| d.severity == crush_ide::Severity::Error).count();
        warnings += diagnostics.iter().filter(|d| d.severity == crush_ide::Severity::Warning).count();
    }
    if arguments.format == Format::Human {
        writeln!(out, "{}", summary(errors, warnings))?;
    }
    out.flush()?;
    Ok(ending)
}

fn summary(errors: usize, warnings: usize) -> String {
    let count = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    match (errors, warnings) {
        (0, 0) => "no problems found".to_string(),
        (0, w) => count(w, "warning"),
        (e, 0) => count(e, "error"),
        (e, w) => format!("{}, {}", count(e, "error"), count(w, "warning")),
    }
}
