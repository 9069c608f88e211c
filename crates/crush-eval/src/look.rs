//! The second run: what the variables held when each statement had run for the last time.
//!
//! The first run has noted when that was, so the second runs as if nothing recorded it, but for those moments. A statement
//! has run when the next one of the same frame begins or the frame returns; a statement that never came that far, because a
//! fault halted it, is remembered as it began.

use std::collections::HashMap;

use crush_arena::RuntimeValue;
use crush_vm::{
    Attention, Function, Home, Instruction, LocalVariable, Moment, Place, Program, Recorder, RegUse, Visit,
};

use crate::count::Count;
use crate::record::RawHeld;

/// Most variables that are remembered of one statement.
const MOST_VARIABLES: usize = 48;

/// Looks at the variables when a statement runs for the last time.
pub(crate) struct Looker {
    /// What is to come in each task, where there is anything.
    tasks: HashMap<u32, Task>,
    /// Whether the place that the run has just come to is one where it is for the last time.
    is_last: bool,
    /// For each function, for each statement, what was seen.
    pub(crate) seen: Vec<Vec<Seen>>,
}

/// What is to come in a task.
#[derive(Default)]
struct Task {
    /// When it comes to places for the last time: the next one at the end.
    last: Vec<Last>,
    /// The statements that run for the last time, each in a frame of its own: outermost first.
    running: Vec<Running>,
}

/// When a task comes to a place for the last time.
struct Last {
    clock: u64,
    credit: u64,
    place: u32,
}

/// A statement that runs for the last time.
struct Running {
    depth: usize,
    function: usize,
    statement: usize,
}

/// What was seen when a statement ran for the last time.
#[derive(Default)]
pub(crate) struct Seen {
    /// What the variables held.
    pub(crate) held: Vec<RawHeld>,
    /// Whether the statement came to its end.
    pub(crate) completed: bool,
}

impl Looker {
    /// Looks at the places when the first run came to them last.
    pub(crate) fn new(program: &Program, places: &[Place], counts: &[Count]) -> Self {
        let mut tasks: HashMap<u32, Task> = HashMap::new();
        for ((place, count), number) in places.iter().zip(counts).zip(0..) {
            if count.hits > 0 {
                let last =
                    Last { clock: count.credit.wrapping_add(place.pc.into()), credit: count.credit, place: number };
                tasks.entry(count.task).or_default().last.push(last);
            }
        }
        for task in tasks.values_mut() {
            task.last.sort_unstable_by_key(|last| std::cmp::Reverse(last.clock));
        }
        let of_function = |function: &crush_vm::Function| {
            std::iter::repeat_with(Seen::default).take(function.debug.statements.len()).collect()
        };
        Self { tasks, is_last: false, seen: program.functions.iter().map(of_function).collect() }
    }

    fn task(&mut self, task: u32) -> Option<&mut Task> {
        self.tasks.get_mut(&task)
    }

    /// The statement that ran in the frame of a moment is over.
    fn finish(&mut self, moment: &Moment<'_>) {
        let running = self.task(moment.task).and_then(|task| task.running.pop_if(|top| top.depth == moment.depth));
        if let Some(Running { function, statement, .. }) = running {
            self.seen[function][statement] = Seen { held: held_by(moment, statement), completed: true };
        }
    }
}

impl Recorder for Looker {
    const BINDINGS: bool = false;
    const CALLS: bool = false;
    const SPARSE: bool = true;

    fn comes_to(&mut self, place: u32, visit: Visit) -> bool {
        self.is_last = false;
        let Some(task) = self.task(visit.task) else { return false };
        let is_awaited = task.running.last().is_some_and(|top| top.depth == visit.depth);
        self.is_last = task.last.pop_if(|last| (last.place, last.credit) == (place, visit.credit)).is_some();
        is_awaited || self.is_last
    }

    fn attention(&mut self, task: u32, depth: usize, clock: u64) -> Attention {
        let Some(task) = self.task(task) else { return Attention::default() };
        while task.running.pop_if(|top| top.depth > depth).is_some() {}
        // What lies behind was missed: the two runs differed, and there is nothing to say about that place.
        while task.last.pop_if(|last| last.clock < clock).is_some() {}
        Attention {
            next: task.last.last().map_or(u64::MAX, |last| last.clock),
            frame: task.running.last().map_or(0, |top| top.depth),
        }
    }

    fn statement(&mut self, moment: &Moment<'_>, statement: usize) {
        self.finish(moment);
        if self.is_last {
            let (function, depth) = (moment.function.index(), moment.depth);
            self.seen[function][statement] = Seen { held: held(moment), completed: false };
            if let Some(task) = self.task(moment.task) {
                task.running.push(Running { depth, function, statement });
            }
        }
    }

    fn returned(&mut self, moment: &Moment<'_>, _: RuntimeValue) {
        self.finish(moment);
    }
}

/// What the variables of the running function hold.
fn held(moment: &Moment<'_>) -> Vec<RawHeld> {
    let file = moment.code().debug.file;
    let locals = moment.locals().take(MOST_VARIABLES);
    locals.map(|(local, value)| RawHeld::read(moment.arena, &local.name, local.span.in_file(file), value)).collect()
}

/// What the variables hold that a statement of the running function can see or makes: also those that have just gone out of
/// scope behind it, as long as nothing has taken their place.
fn held_by(moment: &Moment<'_>, statement: usize) -> Vec<RawHeld> {
    let function = moment.code();
    let (from, rest) = function.debug.statements.split_at(statement + 1);
    let begin = from[statement].pc;
    let next = rest.iter().map(|other| other.pc).find(|pc| *pc > begin);
    let next = next.unwrap_or(u32::try_from(function.code.len()).unwrap_or(u32::MAX));
    let seen = function.debug.locals.iter().filter(|local| local.start <= next && begin < local.end);
    let seen = seen.filter(|local| !is_replaced(function, local, moment.pc));
    seen.take(MOST_VARIABLES)
        .map(|local| {
            let declared = local.span.in_file(function.debug.file);
            RawHeld::read(moment.arena, &local.name, declared, moment.value_of(local.home))
        })
        .collect()
}

/// Whether something may have been put into the register of a variable between the end of its scope and a moment just
/// behind: as the condition of a loop does, which is looked at once more behind the body.
fn is_replaced(function: &Function, local: &LocalVariable, here: u32) -> bool {
    let (Home::Reg(home) | Home::Cell(home)) = local.home;
    let begins = |pc: u32| function.debug.statements.iter().any(|statement| statement.pc == pc);
    let mut pc = local.end;
    // In its scope, or gone round a loop into it once more.
    if (local.start..local.end).contains(&here) {
        return false;
    }
    while pc != here && !begins(pc) {
        let Some(instruction) = function.code.get(pc as usize) else { return false };
        let mut is_written = false;
        instruction.registers(|using| {
            is_written |= matches!(using, RegUse::Write(reg) | RegUse::Own(reg) if reg == home);
        });
        // The next one of a loop is written where there is one, and this is behind the last.
        let is_next = matches!(instruction, Instruction::RangeNext { .. } | Instruction::IterNext { .. });
        if is_written && !is_next {
            return true;
        }
        pc += 1;
        if let Instruction::Jump { target } = instruction {
            // Back again, the loop has been left elsewhere.
            match pc.checked_add_signed(target.0) {
                Some(there) if there > pc => pc = there,
                _ => return false,
            }
        }
    }
    false
}

/// The variables of some frames, with their values. Where a function is about to return, its variables still count: that is
/// where a run ends.
pub(crate) fn names_of<'a>(moments: impl IntoIterator<Item = Moment<'a>>) -> Vec<(&'a str, RuntimeValue)> {
    let of_frame = |moment: Moment<'a>| {
        let seen = move |local: &&LocalVariable| local.start <= moment.pc && moment.pc <= local.end;
        let locals = moment.code().debug.locals.iter().filter(seen);
        locals.map(move |local| (&*local.name, moment.value_of(local.home)))
    };
    moments.into_iter().flat_map(of_frame).collect()
}
