//! Going back and forth in a run: any moment of it can be had again, from the checkpoint before it.
//!
//! A run does the same every time, task by task, as long as what it gets from outside is given to it again ([`Replay`]). So a
//! moment is told by a number: how many times the run has come to a place where statements begin, and how many instructions
//! after that. The run as it was is copied now and then ([`keep`]); to look at a moment, the run goes on from the checkpoint
//! before it and is stopped there. What is looked for, forward or back, is looked for in the same way, segment by segment;
//! segments in which it cannot be are left out ([`seek`]).
//!
//! The run need not be known to its end: where it is not, it goes on for the first time.

mod again;
mod aside;
mod events;
mod keep;
mod look;
mod replay;
mod seek;
mod state;
mod step;
mod walk;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crush_arena::Held;
use crush_vm::{CancelToken, Fault, Quotas, SourceRange, VerifiedProgram, Vm};

use self::keep::{Checkpoints, Kept, Summary};
use self::seek::Visited;

pub use self::aside::{Aside, Change};
pub use self::replay::{Given, Past, Replay};
pub use self::state::{Child, EventRecord, FrameState, State, TaskRecord, Where};

/// A moment of a run: before the statements at a place to which it came for the `tick`th time, places of all kinds and tasks
/// counted together; or `step` instructions later.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// How many times the run has come to a place; 0 before it began.
    pub tick: u64,
    /// How many instructions were run after that.
    pub step: u64,
}

impl Position {
    /// After the last instruction, or where a fault halted the run.
    pub const END: Self = Self { tick: u64::MAX, step: 0 };

    /// Where the run comes to a place for the `tick`th time.
    pub const fn at(tick: u64) -> Self {
        Self { tick, step: 0 }
    }
}

/// How to go on from a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// To the next line, in whatever function.
    Into,
    /// To the next line of the same function or one that called it; at the end of a task, of the one that waits for it.
    Over,
    /// To the next line of the function that called, or of the task that waits.
    Out,
    /// To the next change of an arena: an allocation, a write, a borrow, the end of one, a drop.
    Event,
}

/// Why going on ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ends {
    /// It came to where it was to go, or the run is over.
    There,
    /// A step came to a line at which it is to be left.
    AtBreak,
    /// It was paused on the way.
    Paused,
}

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To what comes later.
    Forward,
    /// To what came before.
    Back,
}

/// Why a moment could not be looked at.
#[derive(Clone, Debug, PartialEq)]
pub enum Lost {
    /// It was told to stop.
    Cancelled,
    /// The run does not begin: a quota is too small for its own strings.
    Refused(Box<Fault>),
    /// The run did not come there again. That is a mistake of this crate.
    Missed,
}

/// What a timeline may take.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// What the run may take.
    pub quotas: Quotas,
    /// The most bytes that its checkpoints take.
    pub checkpoints: usize,
    /// How many instructions lie between two checkpoints at first; with too many of them, fewer are kept.
    pub interval: u64,
}

impl Bounds {
    /// What an editor may spend on one program that is looked at.
    pub fn new(quotas: Quotas) -> Self {
        Self { quotas, checkpoints: 256 << 20, interval: 100_000 }
    }
}

/// A run, any moment of which can be looked at.
pub struct Timeline<'h> {
    replay: &'h Replay<'h>,
    program: VerifiedProgram,
    /// For each place, its line.
    lines: Arc<[u32]>,
    checkpoints: Checkpoints,
    /// How many times the run has come to a place, as far as it is known.
    known: u64,
    /// How it ended, once that is known.
    ended: Option<Result<(), Box<Fault>>>,
    cancel: CancelToken,
    pause: Arc<AtomicBool>,
    /// The moment that was looked at last.
    here: Option<(Position, Vm<'h>)>,
}

impl<'h> Timeline<'h> {
    /// The run of a program with a host, of which nothing is known yet. `line_of` gives statements of one line the same
    /// number.
    pub fn new(
        program: &VerifiedProgram,
        replay: &'h Replay<'h>,
        bounds: Bounds,
        cancel: CancelToken,
        line_of: impl Fn(SourceRange) -> u32,
    ) -> Result<Self, Lost> {
        let mut vm = Vm::new(program, replay, bounds.quotas, cancel.clone()).map_err(Lost::Refused)?;
        let held = Held::default();
        let checkpoint = vm.checkpoint(&held).ok_or(Lost::Missed)?;
        let lines = program.places().into_iter().map(|place| {
            let debug = &program.function(place.function).debug;
            // Of statements that begin at one place, the innermost one is what is shown there: the first of the body of an
            // endless loop begins where the loop does.
            line_of(debug.statements[place.statements.end - 1].span.in_file(debug.file))
        });
        let first = Kept {
            checkpoint,
            tick: 0,
            visited: Visited::default(),
            heard: replay.heard(),
            summary: Summary::default(),
            on_the_way: None,
        };
        Ok(Self {
            replay,
            program: program.clone(),
            lines: lines.collect(),
            checkpoints: Checkpoints::new(first, held, bounds.interval, bounds.checkpoints),
            known: 0,
            ended: None,
            cancel,
            pause: Arc::default(),
            here: None,
        })
    }

    /// The program.
    pub fn program(&self) -> &VerifiedProgram {
        &self.program
    }

    /// Set to stop what goes on, forward, at the next statement. It stays set until whoever goes on takes it back.
    pub fn pause_flag(&self) -> Arc<AtomicBool> {
        self.pause.clone()
    }

    /// How many times the run has come to a place, as far as it is known, and whether that is all.
    pub fn known(&self) -> (u64, bool) {
        (self.known, self.ended.is_some())
    }

    /// The fault that halted the run, when it has ended by one.
    pub fn fault(&self) -> Option<&Fault> {
        self.ended.as_ref()?.as_ref().err().map(|fault| &**fault)
    }

    /// How many checkpoints there are, and the bytes they take.
    pub fn checkpoints(&self) -> (usize, usize) {
        (self.checkpoints.len(), self.checkpoints.bytes())
    }

    /// What was printed between two places of the output.
    pub fn output(&self, from: u64, to: u64) -> String {
        self.replay.output(from, to)
    }

    /// The places where statements of a line begin.
    fn places_of(&self, lines: &[u32]) -> Vec<u32> {
        let places = self.lines.iter().zip(0..).filter(|(line, _)| lines.contains(line));
        places.map(|(_, place)| place).collect()
    }

    /// The first of some lines, from one on and before another, on which statements begin.
    pub fn line_from(&self, first: u32, end: u32) -> Option<u32> {
        self.lines.iter().copied().filter(|line| (first..end).contains(line)).min()
    }
}

impl std::fmt::Debug for Timeline<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Timeline").field("known", &self.known()).finish_non_exhaustive()
    }
}
