//! `crush-analyzer run`: the program's own output on standard output, its fault on standard error.

use std::io::{BufWriter, Write};

use crush_ide::{CancelToken, Grants, Quotas, RunError};

use crate::arguments::{Limits, Run};
use crate::source::Source;
use crate::{Ending, Misuse, report};

/// Runs a program.
pub(crate) fn run(arguments: &Run) -> Result<Ending, Misuse> {
    let source = Source::read(&arguments.input.file, &arguments.input.modules)?;
    let mut grants = Grants::none();
    for grant in &arguments.grants {
        grants.allow(grant).map_err(|error| Misuse::Argument(format!("--allow {grant}: {error}")))?;
    }
    let mut out = BufWriter::new(std::io::stdout());
    let quotas = quotas(&arguments.limits);
    let result = crush_ide::run(&source.analysis, &grants, quotas, CancelToken::new(), &mut out);
    // Everything that was printed comes before the fault.
    out.flush()?;
    match result {
        Ok(()) => Ok(Ending::Clean),
        Err(RunError::Problems(problems)) => super::print_problems(&source, &problems, arguments.input.format),
        Err(RunError::Fault(fault)) => {
            let diagnostic = crush_ide::fault_diagnostic(&fault);
            let mut err = anstream::stderr().lock();
            report::print(&mut err, &source, &[diagnostic], arguments.input.format)?;
            Ok(Ending::Errors)
        }
    }
}

/// The quotas that were asked for; the others are the VM's own.
pub(crate) fn quotas(limits: &Limits) -> Quotas {
    let mut quotas = Quotas::default();
    if let Some(instructions) = limits.max_instructions {
        quotas.instructions = instructions;
    }
    if let Some(bytes) = limits.max_bytes {
        quotas.memory.bytes = bytes;
    }
    if let Some(objects) = limits.max_objects {
        quotas.memory.objects = objects;
    }
    if let Some(depth) = limits.max_depth {
        quotas.call_depth = depth;
    }
    quotas
}
