//! Running a program for its own sake, as the command line does: with what was granted, and its output where it belongs.

use std::io::Write;

use crush_host::{Grants, Host};
use crush_vm::{CancelToken, Fault, Quotas, Vm, disassemble};

use crate::FileAnalysis;
use crate::diagnostics::Diagnostic;

/// Why a program did not run to its end.
#[derive(Debug)]
pub enum RunError {
    /// It does not compile.
    Problems(Vec<Diagnostic>),
    /// A fault halted it.
    Fault(Box<Fault>),
}

/// Runs a program; what it prints goes to `output`.
///
/// # Errors
///
/// Why it did not run to its end.
pub fn run(
    analysis: &FileAnalysis,
    grants: &Grants,
    quotas: Quotas,
    cancel: CancelToken,
    output: &mut (dyn Write + Send),
) -> Result<(), RunError> {
    let program = analysis.compile().map_err(RunError::Problems)?;
    let host = Host::new(grants, output);
    let mut vm = Vm::new(&program, &host, quotas, cancel).map_err(RunError::Fault)?;
    vm.run().map(drop).map_err(RunError::Fault)
}

/// The instructions that a program compiles to, as text.
///
/// # Errors
///
/// What keeps it from being compiled.
pub fn listing(analysis: &FileAnalysis) -> Result<String, Vec<Diagnostic>> {
    let program = analysis.compile()?;
    Ok(disassemble(&program))
}
