//! Watching a run: what the editor shows beside the lines comes from here.

use crush_arena::{Arena, RuntimeValue, SiteId};

use crate::operand::FuncId;
use crate::program::{Function, Home, LocalVariable, Program};

/// Gets told what happens in a run. The interpreter is compiled once for each recorder, so that [`NoRecorder`] costs
/// nothing.
///
/// Every method has an empty default.
#[expect(unused_variables, reason = "the names are the documentation")]
pub trait Recorder {
    /// Whether there is anything to tell.
    const ENABLED: bool = true;
    /// Whether [`Recorder::bound`] is to be told: finding out takes time.
    const BINDINGS: bool = true;
    /// Whether [`Recorder::entered`] and [`Recorder::returned`] are to be told of every call.
    const CALLS: bool = true;
    /// Whether it is told only of the statements that it asks for by [`Recorder::attention`], and of the returns from their
    /// frames. All else then runs as if nothing recorded it.
    const SPARSE: bool = false;

    /// Whether [`Recorder::instruction`] is to be told of every instruction.
    const INSTRUCTIONS: bool = false;

    /// The run comes to a place where statements begin, by its number in [`Program::places`]: whether they are to be told.
    /// Asked so often that it should be answered at once.
    #[inline(always)]
    fn comes_to(&mut self, place: u32, visit: Visit) -> bool {
        true
    }

    /// What a sparse recorder asks for in a task whose innermost frame is `depth` deep (those that were deeper are gone),
    /// when the instructions that were run are `clock`.
    fn attention(&mut self, task: u32, depth: usize, clock: u64) -> Attention {
        Attention::default()
    }

    /// A statement is about to run; `statement` is its index in the debug table of the function.
    fn statement(&mut self, moment: &Moment<'_>, statement: usize) {}

    /// An instruction is about to run, after whatever statements begin with it were told.
    fn instruction(&mut self, moment: &Moment<'_>) {}

    /// Whether the run is to stop where something has just been told, to be looked at; see
    /// [`Vm::run_part`](crate::Vm::run_part).
    #[inline(always)]
    fn stops(&self) -> bool {
        false
    }

    /// A variable has just taken a value; `binding` is its index in the debug table of the function.
    fn bound(&mut self, moment: &Moment<'_>, binding: usize, value: RuntimeValue) {}

    /// The program has printed.
    fn printed(&mut self, moment: &Moment<'_>, text: &str) {}

    /// A function was entered: the moment before its first instruction.
    fn entered(&mut self, moment: &Moment<'_>) {}

    /// A function is about to return a value to its caller.
    fn returned(&mut self, moment: &Moment<'_>, value: RuntimeValue) {}

    /// A task is at its end, by the number of its handle; the program itself is not told of.
    fn task_ended(&mut self, task: u32) {}
}

/// When a run comes to a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visit {
    /// The task, by the number of its handle; 0 is the program itself.
    pub task: u32,
    /// How many functions are running in it.
    pub depth: usize,
    /// How many instructions the task has run, less the place in its function: at one place, later is more.
    pub credit: u64,
}

/// What a sparse recorder asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attention {
    /// To be told of the statements that begin when so many instructions were run, or soon after.
    pub next: u64,
    /// To be told of the next statement of the frame of this depth, or of its return; 0 for none.
    pub frame: usize,
}

impl Default for Attention {
    /// To be told nothing.
    fn default() -> Self {
        Self { next: u64::MAX, frame: 0 }
    }
}

/// Records nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoRecorder;

impl Recorder for NoRecorder {
    const ENABLED: bool = false;
}

/// A moment of a run: the instruction that comes next, and what is there.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    /// The program.
    pub program: &'a Program,
    /// The running function.
    pub function: FuncId,
    /// The instruction.
    pub pc: u32,
    /// The same, as the arena's events and borrows name it.
    pub site: SiteId,
    /// The registers of the frame.
    pub registers: &'a [RuntimeValue],
    /// The arena.
    pub arena: &'a Arena,
    /// How many functions are running, this one included.
    pub depth: usize,
    /// The task, by the number of its handle; 0 is the program itself. Arena and depth are its own.
    pub task: u32,
    /// The statement of the running function that began last in this frame, an index in its debug table. Not known of
    /// callers, nor to a recorder that is sparse.
    pub running: Option<usize>,
}

impl<'a> Moment<'a> {
    /// The running function.
    pub fn code(&self) -> &'a Function {
        self.program.function(self.function)
    }

    /// The variables that have a value here, with it: those declared later come later.
    pub fn locals(&self) -> impl Iterator<Item = (&'a LocalVariable, RuntimeValue)> {
        let moment = *self;
        let live =
            self.code().debug.locals.iter().filter(move |local| local.start <= moment.pc && moment.pc < local.end);
        live.map(move |local| (local, moment.value_of(local.home)))
    }

    /// What is in the home of a variable of the running function now, whether or not the variable still has it.
    pub fn value_of(&self, home: Home) -> RuntimeValue {
        let held = |reg: crate::Reg| self.registers.get(reg.index()).copied().unwrap_or(RuntimeValue::Null);
        match home {
            Home::Reg(reg) => held(reg),
            Home::Cell(reg) => match held(reg) {
                RuntimeValue::Ref(cell) => self.arena.cell(cell).unwrap_or(RuntimeValue::Null),
                _ => RuntimeValue::Null,
            },
        }
    }
}
