//! Running a program for its own sake, as the command line does: with what was granted, and its output where it belongs.

use std::io::Write;

use crush_host::{Grants, Host};
use crush_vm::{
    CallSite, CancelToken, CapabilityProblem, Fault, FaultKind, Instruction, Program, Quotas, Resolution, Scheduling,
    VerifiedProgram, Vm, assemble, disassemble, verify,
};

use crate::FileAnalysis;
use crate::diagnostics::Diagnostic;
use crate::reach::reached;

/// Why a program did not run to its end.
#[derive(Debug)]
pub enum RunError {
    /// It does not compile.
    Problems(Vec<Diagnostic>),
    /// A fault halted it.
    Fault(Box<Fault>),
}

/// A run that is over.
#[derive(Debug)]
pub struct Ran {
    /// What halted it, if anything did.
    pub fault: Option<Box<Fault>>,
    /// What it took.
    pub took: Took,
}

/// What a run took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Took {
    /// Instructions.
    pub instructions: u64,
    /// Objects that were made.
    pub allocated: u64,
    /// Objects that there were at the end.
    pub objects: usize,
    /// The most bytes of the arena at a time.
    pub peak_bytes: usize,
    /// Collections.
    pub collections: u64,
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
    let host = Host::new(grants, output).with_cancel(cancel.clone());
    match run_program(&program, &host, quotas, cancel, Scheduling::default()).fault {
        None => Ok(()),
        Some(fault) => Err(RunError::Fault(fault)),
    }
}

/// Runs a compiled program.
pub fn run_program(
    program: &VerifiedProgram,
    host: &Host<'_>,
    quotas: Quotas,
    cancel: CancelToken,
    scheduling: Scheduling,
) -> Ran {
    let mut vm = match Vm::new(program, host, quotas, cancel) {
        Ok(vm) => vm,
        Err(fault) => return Ran { fault: Some(fault), took: Took::default() },
    };
    vm.set_scheduling(scheduling);
    let fault = vm.run().err();
    let stats = vm.arena().stats();
    let took = Took {
        instructions: vm.instructions(),
        allocated: stats.allocated,
        objects: stats.objects,
        peak_bytes: stats.peak_bytes,
        collections: stats.collections,
    };
    Ran { fault, took }
}

/// What a program calls but may not, each where it first does: told before it runs. A run need not reach it, but what
/// nothing calls does not count.
pub fn refused_capabilities(program: &VerifiedProgram, host: &Host<'_>) -> Vec<Fault> {
    let vm = Vm::new(program, host, Quotas::default(), CancelToken::new());
    let refused = vm.iter().flat_map(Vm::unresolved).filter_map(|(name, found)| refusal(program, name, found));
    let mut faults: Vec<Fault> = refused.collect();
    faults.sort_by_key(|fault| fault.primary);
    faults
}

/// What `crush-run` has and this project leaves out: buses, knowledge graphs, drawings, sockets, databases.
const ELSEWHERE: [&str; 10] =
    ["ai_native", "akg", "caison", "codebase", "db", "gpu", "graphics", "message_bus", "task", "tcp"];

fn is_elsewhere(name: &str) -> bool {
    name.split_once('.').is_some_and(|(namespace, _)| ELSEWHERE.contains(&namespace))
}

fn refusal(program: &Program, name: &str, found: &Resolution) -> Option<Fault> {
    let call = first_call(program, name)?;
    let (problem, message) = match found {
        Resolution::Denied { grant } => {
            let problem = CapabilityProblem::Denied { grant: *grant };
            (problem, format!("`{name}` is not granted: {}", grant.way_out("--allow ")))
        }
        Resolution::Unknown { nearest } => {
            let message = match nearest {
                _ if is_elsewhere(name) => format!("there is no `{name}` here: only crush-run has it"),
                Some(near) => format!("there is no capability `{name}`: did you mean `{near}`?"),
                None => format!("there is no capability `{name}`"),
            };
            (CapabilityProblem::Unknown { nearest: nearest.clone() }, message)
        }
        Resolution::Granted { .. } => (CapabilityProblem::Failed { cause: String::new() }, String::new()),
    };
    let (primary, call_stack) = (call.range, vec![call]);
    let kind = FaultKind::Capability { name: name.to_owned(), problem };
    Some(Fault { kind, message, primary, related: Vec::new(), call_stack, omitted_frames: 0, task: None })
}

/// Where a program calls a capability for the first time, by the text.
fn first_call(program: &Program, name: &str) -> Option<CallSite> {
    let number = program.capabilities.iter().position(|known| **known == *name)?;
    let reached = reached(program);
    let functions = program.functions.iter().zip(reached).filter_map(|(function, reached)| reached.then_some(function));
    let calls = functions.flat_map(|function| {
        let is_it = |instruction: &Instruction| {
            matches!(instruction, Instruction::CallCapability { capability, .. } if capability.index() == number)
        };
        let places = function.code.iter().enumerate().filter(move |(_, instruction)| is_it(instruction));
        places.map(|(pc, _)| CallSite { function: function.name.clone(), range: function.range_at(pc) })
    });
    calls.min_by_key(|call| call.range)
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

/// Why a text is no CASM program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssemblyError {
    /// The line, from 1; none when it is the program as a whole.
    pub line: Option<usize>,
    /// What is wrong.
    pub message: String,
}

/// The program that a CASM text stands for, verified: it can be run like any other.
///
/// # Errors
///
/// The first thing that is wrong.
pub fn assembled(text: &str) -> Result<VerifiedProgram, AssemblyError> {
    let program = assemble(text).map_err(|error| AssemblyError { line: Some(error.line), message: error.problem })?;
    verify(program).map_err(|error| {
        let place = error.function.as_ref().map(|(function, _)| (function.index(), error.pc));
        let line = place.and_then(|(function, pc)| line_of(text, function, pc.map(|pc| pc as usize)));
        AssemblyError { line, message: error.to_string() }
    })
}

/// The line, from 1, of an instruction of a function in a CASM text, or of its head.
fn line_of(text: &str, function: usize, pc: Option<usize>) -> Option<usize> {
    let mut lines = (1..).zip(text.lines().map(str::trim_start));
    let mut heads = lines.by_ref().filter(|(_, line)| line.starts_with(".function"));
    let (head, _) = heads.nth(function)?;
    let mut body = lines.take_while(|(_, line)| !line.starts_with(".function"));
    // A label, a directive and a comment are no instructions.
    let mut instructions = body.by_ref().filter(|(_, line)| {
        let word = line.split_whitespace().next().unwrap_or_default();
        word.starts_with(|c: char| c.is_ascii_lowercase()) && !word.ends_with(':')
    });
    Some(pc.and_then(|pc| instructions.nth(pc)).map_or(head, |(line, _)| line))
}

/// A program as CASM text: [`assembled`] gives the same program again.
pub fn assembly(program: &VerifiedProgram) -> String {
    disassemble(program)
}
