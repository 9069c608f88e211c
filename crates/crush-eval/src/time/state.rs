//! What is there at a moment: plain data, free of the run it was read from.

use crush_arena::{Action, BorrowKind, Event, FreeCause, RuntimeValue};
use crush_vm::{Fault, FaultKind, Home, Moment, SourceRange, TaskState, Vm};

use super::Position;
use crate::record::{ArenaRecord, Held, RawArena, RawHeld, Translate};

/// Most frames that are told of a task, innermost first.
const MOST_FRAMES: usize = 256;
/// Most variables that are told of a frame.
const MOST_VARIABLES: usize = 200;

/// Where a run is at a moment.
#[derive(Clone, Debug, PartialEq)]
pub enum Where {
    /// It is about to run a statement.
    Statement(SourceRange),
    /// In the middle of a statement, at an instruction of it.
    Within(SourceRange),
    /// It has ended by itself.
    Finished,
    /// A fault halted it.
    Faulted(Box<Fault>),
}

/// What is there at a moment.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// The moment.
    pub position: Position,
    /// Where the run is.
    pub place: Where,
    /// The task that runs, by the number of its handle; 0 is the program itself.
    pub task: u32,
    /// Its frames, innermost first.
    pub frames: Vec<FrameState>,
    /// The tasks that have not ended.
    pub tasks: Vec<TaskRecord>,
    /// Live objects of its arena.
    pub objects: usize,
    /// Bytes of its arena.
    pub bytes: usize,
    /// Live borrows in its arena.
    pub borrows: usize,
    /// How many bytes were printed before.
    pub printed: u64,
    /// How many instructions were run before.
    pub instructions: u64,
}

/// A frame.
#[derive(Clone, Debug, PartialEq)]
pub struct FrameState {
    /// The function.
    pub function: String,
    /// The statement that runs in it, or is about to.
    pub range: SourceRange,
    /// How many frames there are up to this one.
    pub depth: usize,
    /// Its variables, those declared later coming later.
    pub variables: Vec<Held>,
    /// How many of them are captured from outside, which come first.
    pub captured: usize,
}

/// A task that has not ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskRecord {
    /// The number of its handle; 0 is the program itself.
    pub task: u32,
    /// The function it began with.
    pub function: String,
    /// The task it awaits.
    pub waits_for: Option<u32>,
}

/// A value in an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Child {
    /// The value; its name is the index, the key, or the field.
    pub held: Held,
    /// Whether the name is a number.
    pub is_indexed: bool,
}

/// Something that happened to an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventRecord {
    /// Where the statement begins in which it happened.
    pub position: Position,
    /// The task in which it happened.
    pub task: u32,
    /// What, in a word: `allocated`, `written`, `borrowed`, `borrowed exclusively`, `released`, `dropped`, `collected`.
    pub what: &'static str,
    /// The slot of the object.
    pub slot: Option<u32>,
    /// Where in the program.
    pub range: Option<SourceRange>,
    /// Who borrowed it.
    pub holder: Option<String>,
}

/// How a run ended: a program that ends itself has not faulted.
pub(super) fn ending(result: Result<RuntimeValue, Box<Fault>>) -> Result<(), Box<Fault>> {
    match result {
        Ok(_) => Ok(()),
        Err(fault) if matches!(fault.kind, FaultKind::Exit { .. }) => Ok(()),
        Err(fault) => Err(fault),
    }
}

/// Reads what is there.
pub(super) fn read(
    vm: &Vm<'_>,
    position: Position,
    ended: Option<&Result<(), Box<Fault>>>,
    task: u32,
) -> Option<State> {
    let tasks = vm.tasks().into_iter().map(|(task, state)| TaskRecord {
        task,
        function: vm.look_at_task(task, outermost).unwrap_or_default(),
        waits_for: match state {
            TaskState::Ready => None,
            TaskState::Waits { on } => Some(on),
        },
    });
    let tasks = tasks.collect();
    let instructions = vm.instructions();
    vm.look_at_task(task, |vm| {
        let frames: Vec<_> = vm.moments().take(MOST_FRAMES).map(|moment| frame(vm, &moment)).collect();
        let range = frames.first().map(|frame| frame.range).unwrap_or_default();
        let place = match ended {
            Some(Ok(())) if position == Position::END => Where::Finished,
            Some(Err(fault)) if position == Position::END => Where::Faulted(fault.clone()),
            _ if position.step > 0 => Where::Within(range),
            _ => Where::Statement(range),
        };
        let stats = vm.arena().stats();
        let (objects, bytes, borrows) = (stats.objects, stats.bytes, stats.borrows);
        State { position, place, task, frames, tasks, objects, bytes, borrows, printed: 0, instructions }
    })
}

fn outermost(vm: &Vm<'_>) -> String {
    vm.moments().last().map(|moment| moment.code().name.to_string()).unwrap_or_default()
}

fn frame(vm: &Vm<'_>, moment: &Moment<'_>) -> FrameState {
    let function = moment.code();
    let captures = function.params..function.params + function.captures;
    let is_captured = |home: Home| {
        let (Home::Reg(reg) | Home::Cell(reg)) = home;
        captures.contains(&reg.0)
    };
    let file = function.debug.file;
    let held = |(local, value): (&crush_vm::LocalVariable, RuntimeValue)| {
        Translate(vm).held(RawHeld::read(moment.arena, &local.name, local.span.in_file(file), value))
    };
    let mut seen: Vec<_> = locals(moment).take(MOST_VARIABLES).collect();
    seen.sort_by_key(|(local, _)| !is_captured(local.home));
    let captured = seen.iter().filter(|(local, _)| is_captured(local.home)).count();
    FrameState {
        function: function.name.to_string(),
        range: statement_at(moment),
        depth: moment.depth,
        variables: seen.into_iter().map(held).collect(),
        captured,
    }
}

/// The variables at a moment; where the function is about to return, they still count.
pub(super) fn locals<'a>(
    moment: &Moment<'a>,
) -> impl Iterator<Item = (&'a crush_vm::LocalVariable, RuntimeValue)> + use<'a> {
    let moment = *moment;
    let seen = move |local: &&crush_vm::LocalVariable| local.start <= moment.pc && moment.pc <= local.end;
    let locals = moment.code().debug.locals.iter().filter(seen);
    locals.map(move |local| (local, moment.value_of(local.home)))
}

/// The innermost statement that has begun, or is about to, where a frame is.
fn statement_at(moment: &Moment<'_>) -> SourceRange {
    let function = moment.code();
    let debug = &function.debug;
    let here = function.range_at(moment.pc as usize);
    let begun = debug.statements.iter().filter(|statement| statement.pc <= moment.pc);
    let holds = |statement: &&crush_vm::Statement| {
        let span = statement.span;
        here.is_empty() || span.start <= here.start && here.end <= span.end
    };
    let found = begun.rev().find(|statement| statement.pc == moment.pc || holds(statement));
    found.map_or(here, |statement| statement.span.in_file(debug.file))
}

/// The arena of the task that a VM is, with the names of its variables.
pub(super) fn arena(vm: &Vm<'_>) -> ArenaRecord {
    let moments: Vec<_> = vm.moments().take(MOST_FRAMES).collect();
    let names: Vec<_> = moments.iter().flat_map(locals).map(|(local, value)| (&*local.name, value)).collect();
    Translate(vm).arena(RawArena::read(vm.arena(), &names))
}

/// What happened, in the program's own places.
pub(super) fn event_record(vm: &Vm<'_>, position: Position, task: u32, event: &Event) -> EventRecord {
    let mut holder = None;
    let what = match event.action {
        Action::Allocate { .. } => "allocated",
        Action::Read { .. } => "read",
        Action::Write { .. } => "written",
        Action::Borrow { kind, owner, .. } => {
            holder = Some(vm.holder(owner).to_string());
            if kind == BorrowKind::Exclusive { "borrowed exclusively" } else { "borrowed" }
        }
        Action::Release { .. } => "released",
        Action::Free { cause: FreeCause::Dropped, .. } => "dropped",
        Action::Free { cause: FreeCause::Collected, .. } | Action::Collect { .. } => "collected",
    };
    let slot = event.action.object().map(|object| object.slot());
    EventRecord { position, task, what, slot, range: vm.range_of(event.site), holder }
}
