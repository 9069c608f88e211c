//! `crush-analyzer run`: the program's own output on standard output, its fault on standard error.

use std::io::{ErrorKind, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use crush_ide::{
    CancelToken, Fault, FaultKind, Grants, Host, Input, Quotas, Scheduling, Severity, Took, VerifiedProgram,
};

use crate::arguments::{Format, Limits, Run};
use crate::output::Output;
use crate::source::Source;
use crate::stopping::{self, Deadline};
use crate::{Ending, Misuse, report};

/// Runs a program, or a CASM file.
pub(crate) fn run(arguments: &Run) -> Result<Ending, Misuse> {
    let source = Source::read_to_run(&arguments.input.file, &arguments.input.modules)?;
    let program = match program(&source, arguments)? {
        Ok(program) => program,
        Err(ending) => return Ok(ending),
    };
    let grants = grants(&arguments.grants.allowed)?;
    let mut output = Output::new();
    let cancel = CancelToken::new();
    let host = Host::new(&grants, &mut output)
        .with_input(Input::standard())
        .with_arguments(arguments.arguments.clone())
        .with_cancel(cancel.clone());
    let refused = crush_ide::refused_capabilities(&program, &host);
    if !refused.is_empty() {
        return refuse(&source, &refused, arguments.input.format);
    }
    stopping::stop_on_interrupt(&cancel);
    let deadline = arguments.bounds.timeout.map(|time| Deadline::after(time, &cancel));
    let quotas = Quotas { output: arguments.bounds.max_output.unwrap_or(usize::MAX), ..quotas(&arguments.limits) };
    let start = Instant::now();
    let ran = crush_ide::run_program(&program, &host, quotas, cancel, scheduling(arguments));
    let time = start.elapsed();
    drop((host, deadline));
    let interrupted = stopping::was_interrupted();
    // Everything that was printed comes before the fault.
    if let Err(error) = output.flush()
        && error.kind() != ErrorKind::BrokenPipe
    {
        return Err(error.into());
    }
    let ending = match ran.fault {
        None => Ending::Clean,
        Some(fault) => match fault.kind {
            FaultKind::Exit { status } => Ending::Status(status),
            // Nobody reads any more: nothing is wrong.
            _ if output.is_closed => Ending::Clean,
            _ => {
                print_fault(&source, &fault, arguments.input.format)?;
                if interrupted { Ending::Status(stopping::INTERRUPTED) } else { Ending::Errors }
            }
        },
    };
    if arguments.stats {
        print_stats(ran.took, time, arguments.input.format)?;
    }
    Ok(ending)
}

/// In which order tasks run.
fn scheduling(arguments: &Run) -> Scheduling {
    match std::thread::available_parallelism() {
        Ok(workers) if arguments.parallel => Scheduling::Pool { workers },
        _ => Scheduling::Seeded(arguments.seed),
    }
}

/// The program to run, or how the command ends because there is none.
fn program(source: &Source, arguments: &Run) -> Result<Result<VerifiedProgram, Ending>, Misuse> {
    let format = arguments.input.format;
    if Path::new(&arguments.input.file).extension().is_some_and(|extension| extension == "casm") {
        return match crush_ide::assembled(&source.text) {
            Ok(program) => Ok(Ok(program)),
            Err(error) => Ok(Err(super::print_assembly_error(source, &error, format)?)),
        };
    }
    match source.analysis.compile() {
        Ok(program) => Ok(Ok(program)),
        Err(problems) => Ok(Err(super::print_problems(source, &problems, format)?)),
    }
}

/// The grants that were asked for.
pub(crate) fn grants(allowed: &[String]) -> Result<Grants, Misuse> {
    let mut grants = Grants::none();
    for grant in allowed {
        grants.allow(grant).map_err(|error| Misuse::Argument(format!("--allow {grant}: {error}")))?;
    }
    Ok(grants)
}

/// Tells everything that the program names and may not have. Nothing of it was run.
fn refuse(source: &Source, refused: &[Fault], format: Format) -> Result<Ending, Misuse> {
    for fault in refused {
        print_fault(source, fault, format)?;
    }
    if format == Format::Human {
        anstream::eprintln!("nothing was run");
    }
    Ok(Ending::Errors)
}

fn print_fault(source: &Source, fault: &Fault, format: Format) -> Result<(), Misuse> {
    let mut diagnostic = crush_ide::fault_diagnostic(fault);
    diagnostic.severity = Severity::Error;
    let mut err = anstream::stderr().lock();
    report::print(&mut err, source, &[diagnostic], format)?;
    Ok(())
}

fn print_stats(took: Took, time: Duration, format: Format) -> Result<(), Misuse> {
    let Took { instructions, allocated, objects, peak_bytes, collections } = took;
    let mut err = anstream::stderr().lock();
    match format {
        Format::Human => writeln!(
            err,
            "{instructions} instructions, {allocated} objects made, {objects} at the end, {peak_bytes} bytes at most, \
             {collections} collections, {:.3} seconds",
            time.as_secs_f64()
        )?,
        Format::Json => {
            let stats = serde_json::json!({
                "instructions": instructions,
                "allocated": allocated,
                "objects": objects,
                "peakBytes": peak_bytes,
                "collections": collections,
                "seconds": time.as_secs_f64(),
            });
            writeln!(err, "{}", serde_json::json!({ "stats": stats }))?;
        }
    }
    Ok(())
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
