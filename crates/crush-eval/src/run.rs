//! Running: under quotas, with nothing outside but what was granted, stopped by a token.

use std::sync::Arc;

use crush_arena::RuntimeValue;
use crush_host::Grants;
use crush_vm::{CancelToken, Fault, FaultKind, HostAdapter, Quotas, Recorder, Span, VerifiedProgram, Vm};

use crate::count::Counter;
use crate::evaluation::{Evaluation, Outcome, StatementRecord};
use crate::look::{Looker, names_of};
use crate::moment::Until;
use crate::outside::Outside;
use crate::record::{ArenaRecord, RawArena, Translate};

/// What a background run may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Instructions.
    pub instructions: u64,
    /// Bytes in the arena.
    pub bytes: usize,
    /// Objects in the arena.
    pub objects: usize,
    /// Frames at a time.
    pub call_depth: usize,
    /// Bytes printed.
    pub output: usize,
}

impl Default for Limits {
    /// What an editor may spend on every save.
    fn default() -> Self {
        Self { instructions: 50_000_000, bytes: 256 << 20, objects: 2_000_000, call_depth: 10_000, output: 16 << 20 }
    }
}

impl Limits {
    /// The same, as the VM takes it.
    pub fn quotas(self) -> Quotas {
        Quotas {
            memory: crush_arena::Limits { bytes: self.bytes, objects: self.objects },
            instructions: self.instructions,
            call_depth: self.call_depth,
            output: self.output,
        }
    }
}

/// Runs a program that is granted nothing, and tells what it did. `None` when it was cancelled.
pub fn evaluate(program: &VerifiedProgram, limits: Limits, cancel: &CancelToken) -> Option<Evaluation> {
    evaluate_granted(program, limits, &Arc::default(), cancel)
}

/// Runs a program with what it was granted, and tells what it did. `None` when it was cancelled. What it does outside is
/// done once.
pub fn evaluate_granted(
    program: &VerifiedProgram,
    limits: Limits,
    grants: &Arc<Grants>,
    cancel: &CancelToken,
) -> Option<Evaluation> {
    let mut counter = Counter::new(program);
    let (counted, outside) = Outside::once(grants, cancel, |host| {
        run(program, limits, host, cancel, &mut counter, |vm, result| {
            let raw = RawArena::read(vm.arena(), &names_of(vm.moments()));
            let translate = Translate(vm);
            (result, vm.instructions(), translate.arena(raw))
        })
    });
    let (result, instructions, arena) = match counted {
        Ok(counted) => counted,
        Err(fault) => (Err(fault), 0, ArenaRecord::default()),
    };
    let outcome = match result {
        Ok(_) => Outcome::Finished,
        Err(fault) if matches!(fault.kind, FaultKind::Exit { .. }) => Outcome::Finished,
        Err(fault) if fault.kind == FaultKind::Cancelled => return None,
        Err(fault) => Outcome::Faulted(fault),
    };
    let statements = look(program, limits, &outside, cancel, &mut counter)?;
    Some(Evaluation {
        program: program.clone(),
        limits,
        outside,
        outcome,
        statements,
        output: counter.output,
        output_is_truncated: counter.output_is_truncated,
        instructions,
        arena,
    })
}

/// The second run.
fn look(
    program: &VerifiedProgram,
    limits: Limits,
    outside: &Outside,
    cancel: &CancelToken,
    counter: &mut Counter,
) -> Option<Vec<StatementRecord>> {
    let mut looker = Looker::new(program, &counter.places, &counter.counts);
    let looked = outside.host(|host| run(program, limits, host, cancel, &mut looker, |_, result| result));
    if let Ok(Err(fault)) = &looked
        && fault.kind == FaultKind::Cancelled
    {
        return None;
    }
    let mut records = Vec::new();
    translated(program, limits, outside, |translate| {
        for (place, count) in counter.places.iter().zip(&counter.counts).filter(|(_, count)| count.hits > 0) {
            let function = place.function.index();
            let debug = &program.functions[function].debug;
            for statement in place.statements.clone() {
                let seen = std::mem::take(&mut looker.seen[function][statement]);
                records.push(StatementRecord {
                    range: debug.statements[statement].span.in_file(debug.file),
                    hits: count.hits,
                    held: seen.held.into_iter().map(|held| translate.held(held)).collect(),
                    completed: seen.completed,
                    printed: counter.printed.remove(&(function, statement)),
                });
            }
        }
    })?;
    records.sort_by_key(|record| (record.range, record.hits));
    Some(records)
}

/// The arena when statements of a range had run for the last time, that is for the `hits`th time. `None` when they never
/// came to their end: then it is the arena as the run left it.
pub(crate) fn arena_at(
    program: &VerifiedProgram,
    limits: Limits,
    outside: &Outside,
    range: Span,
    hits: u64,
) -> Option<ArenaRecord> {
    let mut until = Until::new(range, hits);
    let never = CancelToken::new();
    outside.host(|host| run(program, limits, host, &never, &mut until, |_, _| ())).ok()?;
    let raw = until.arena?;
    translated(program, limits, outside, |translate| translate.arena(raw))
}

/// Hands `work` what turns the arena's numbers into places and names: that takes a VM, but not one that has run.
fn translated<T>(
    program: &VerifiedProgram,
    limits: Limits,
    outside: &Outside,
    work: impl FnOnce(&Translate<'_, '_>) -> T,
) -> Option<T> {
    outside.host(|host| {
        let vm = Vm::new(program, host, limits.quotas(), CancelToken::new()).ok()?;
        Some(work(&Translate(&vm)))
    })
}

/// Runs a program with a recorder and hands the VM, as the run left it, to `then`.
///
/// # Errors
///
/// A fault before the first instruction: the program's own strings are more than the quota of bytes.
fn run<R: Recorder, T>(
    program: &VerifiedProgram,
    limits: Limits,
    host: &dyn HostAdapter,
    cancel: &CancelToken,
    recorder: &mut R,
    then: impl FnOnce(&Vm<'_>, Result<RuntimeValue, Box<Fault>>) -> T,
) -> Result<T, Box<Fault>> {
    let mut vm = Vm::new(program, host, limits.quotas(), cancel.clone())?;
    let result = vm.run_recorded(recorder);
    Ok(then(&vm, result))
}
