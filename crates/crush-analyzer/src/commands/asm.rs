//! `crush-analyzer asm`: whether a CASM file is a program, and how it is written.

use std::io::Write as _;

use crate::arguments::{Assembly, Modules};
use crate::source::Source;
use crate::{Ending, Misuse};

/// Prints the program as `disasm` writes it: assembling that gives the same program again.
pub(crate) fn run(arguments: &Assembly) -> Result<Ending, Misuse> {
    let source = Source::read_to_run(&arguments.file, &Modules::default())?;
    match crush_ide::assembled(&source.text) {
        Ok(program) => {
            let mut out = std::io::stdout().lock();
            out.write_all(crush_ide::assembly(&program).as_bytes())?;
            out.flush()?;
            Ok(Ending::Clean)
        }
        Err(error) => super::print_assembly_error(&source, &error, arguments.format),
    }
}
