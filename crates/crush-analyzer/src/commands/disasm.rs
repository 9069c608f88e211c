//! `crush-analyzer disasm`: the CASM of a program.

use std::io::Write;

use crate::arguments::{Format, Input};
use crate::source::Source;
use crate::{Ending, Misuse};

/// Prints the listing on standard output.
pub(crate) fn run(arguments: &Input) -> Result<Ending, Misuse> {
    let source = Source::read_to_run(&arguments.file, &arguments.modules)?;
    let listing = match crush_ide::listing(&source.analysis) {
        Ok(listing) => listing,
        Err(problems) => return super::print_problems(&source, &problems, arguments.format),
    };
    let mut out = std::io::stdout().lock();
    match arguments.format {
        Format::Human => out.write_all(listing.as_bytes())?,
        Format::Json => {
            for line in listing.lines() {
                writeln!(out, "{}", serde_json::json!({ "file": source.path, "text": line }))?;
            }
        }
    }
    out.flush()?;
    Ok(Ending::Clean)
}
