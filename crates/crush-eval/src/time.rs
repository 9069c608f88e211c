//! Going back and forth in a run: any moment of it can be had again, from the checkpoint before it.
//!
//! A run does the same every time, task by task, as long as what it gets from outside is given to it again ([`Replay`]). So a
//! moment is told by a number: how many times the run has come to a place where statements begin, and how many instructions
//! after that. The run as it was is copied now and then ([`keep`]); to look at a moment, the run goes on from the checkpoint
//! before it and is stopped there. What is looked for, forward or back, is looked for in the same way, segment by segment;
//! segments in which it cannot be are left out ([`seek`]).
//!
//! The run need not be known to its end: where it is not, it goes on for the first time.

mod aside;
mod events;
mod keep;
mod look;
mod replay;
mod seek;
mod state;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crush_vm::{CancelToken, Fault, FaultKind, Part, Quotas, SourceRange, VerifiedProgram, Vm};

use self::keep::{Checkpoints, Kept, Summary};
use self::seek::{AnyLine, AtDepth, AtPlaces, Either, EventGoal, Goal, Nothing, Seeker, Visited};

pub use self::aside::{Aside, Change};
pub use self::replay::{Given, Replay};
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
    /// To the next line of the same function or one that called it.
    Over,
    /// To the next line of the function that called.
    Out,
    /// To the next change of an arena: an allocation, a write, a borrow, the end of one, a drop.
    Event,
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

/// What came of a part of the run that was had again.
struct Sought<'h> {
    vm: Vm<'h>,
    /// Where the goal was met, first or last.
    found: Option<u64>,
    /// Where the run was stopped; none when it ended.
    stopped: Option<u64>,
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
        let vm = Vm::new(program, replay, bounds.quotas, cancel.clone()).map_err(Lost::Refused)?;
        let checkpoint = vm.checkpoint().ok_or(Lost::Missed)?;
        let lines = program.places().into_iter().map(|place| {
            let debug = &program.function(place.function).debug;
            line_of(debug.statements[place.statements.start].span.in_file(debug.file))
        });
        let first = Kept {
            checkpoint,
            tick: 0,
            visited: Visited::default(),
            heard: replay.heard(),
            summary: Summary::default(),
        };
        Ok(Self {
            replay,
            program: program.clone(),
            lines: lines.collect(),
            checkpoints: Checkpoints::new(first, bounds.interval, bounds.checkpoints),
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

    /// Set to stop what goes on at the next statement.
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

    /// Runs to the end for the first time.
    pub fn run_to_end(&mut self) -> Result<(), Lost> {
        if self.ended.is_none() {
            let last = self.checkpoints.len() - 1;
            let sought = self.seek(last, Nothing, u64::MAX, u64::MAX, true)?;
            self.here = Some((Position::END, sought.vm));
        }
        Ok(())
    }

    /// Goes to a moment, the end where the run is over before.
    pub fn go_to(&mut self, position: Position) -> Result<Position, Lost> {
        if let Some((here, _)) = self.here
            && here == position
        {
            return Ok(here);
        }
        let from = self.checkpoints.before(position.tick);
        if position.step > 0 {
            return self.go_to_step(from, position);
        }
        let sought = self.seek(from, Nothing, u64::MAX, position.tick, true)?;
        let here = sought.stopped.map_or(Position::END, Position::at);
        self.here = Some((here, sought.vm));
        Ok(here)
    }

    fn go_to_step(&mut self, from: usize, position: Position) -> Result<Position, Lost> {
        let (seeker, vm, stopped) = self.seek_event(from, EventGoal::Nothing, Position::END, position, true)?;
        let here = if stopped { seeker } else { Position::END };
        self.here = Some((here, vm));
        Ok(here)
    }

    /// Makes a step from a moment. It ends at the beginning or the end of the run where there is none; and, forward, where
    /// the run comes to one of the lines of `breaks`.
    pub fn step(&mut self, from: Position, step: Step, direction: Direction, breaks: &[u32]) -> Result<Position, Lost> {
        if step == Step::Event {
            return self.step_event(from, direction);
        }
        let breaks = self.places_of(breaks);
        let (task, depth) = self.frame_at(from)?;
        let frame = AtDepth { task, depth: if step == Step::Out { depth.saturating_sub(1) } else { depth } };
        match (step, breaks.is_empty()) {
            (Step::Into | Step::Event, _) => self.go(from, AnyLine, direction),
            (Step::Over | Step::Out, true) => self.go(from, frame, direction),
            (Step::Over | Step::Out, false) => self.go(from, Either(frame, AtPlaces::new(breaks)), direction),
        }
    }

    /// Goes on to the next, or back to the last, moment at which the run comes to one of some lines.
    pub fn go_to_line(&mut self, from: Position, lines: &[u32], direction: Direction) -> Result<Position, Lost> {
        let places = AtPlaces::new(self.places_of(lines));
        self.go(from, places, direction)
    }

    fn go(&mut self, from: Position, goal: impl Goal, direction: Direction) -> Result<Position, Lost> {
        match direction {
            Direction::Forward => self.go_forward(from, goal),
            Direction::Back => self.go_back(from, goal),
        }
    }

    fn go_forward(&mut self, from: Position, mut goal: impl Goal) -> Result<Position, Lost> {
        if from == Position::END {
            return self.go_to(from);
        }
        let mut segment = self.checkpoints.before(from.tick + 1);
        loop {
            let end = self.checkpoints.end_of(segment);
            if from.tick >= self.checkpoints.get(segment).tick
                || end.is_none()
                || goal.may_be_met(self.summary(segment))
            {
                let until = end.map_or(u64::MAX, |end| end.saturating_add(1));
                let (sought, back) = self.seek_with(segment, goal, from.tick, until, true)?;
                goal = back;
                let is_paused = self.pause.load(Ordering::Relaxed);
                if sought.found.is_some() || sought.stopped.is_none() || end.is_none() || is_paused {
                    let here = sought.found.or(sought.stopped).map_or(Position::END, Position::at);
                    self.here = Some((here, sought.vm));
                    return Ok(here);
                }
            }
            segment += 1;
        }
    }

    fn go_back(&mut self, from: Position, mut goal: impl Goal) -> Result<Position, Lost> {
        let last = self.checkpoints.before(from.tick);
        // Between two statements, the one that has begun comes before.
        let mut until = if from.step > 0 { from.tick + 1 } else { from.tick };
        for segment in (0..=last).rev() {
            if segment == last || goal.may_be_met(self.summary(segment)) {
                let (sought, back) = self.seek_with(segment, goal, 0, until, false)?;
                goal = back;
                if let Some(found) = sought.found {
                    return self.go_to(Position::at(found));
                }
            }
            until = self.checkpoints.get(segment).tick + 1;
        }
        // The first line is where there is nothing before.
        self.go_to(Position::at(1))
    }

    fn summary(&self, segment: usize) -> &Summary {
        &self.checkpoints.get(segment).summary
    }

    /// The task and how deep its frames are at a moment.
    fn frame_at(&mut self, position: Position) -> Result<(u32, usize), Lost> {
        self.go_to(position)?;
        self.look(|state| {
            let moment = state.moment();
            (moment.task, moment.depth)
        })
        .ok_or(Lost::Missed)
    }

    fn seek(&mut self, from: usize, goal: impl Goal, after: u64, until: u64, first: bool) -> Result<Sought<'h>, Lost> {
        self.seek_with(from, goal, after, until, first).map(|(sought, _)| sought)
    }

    /// Has a part of the run again, from a checkpoint to where the goal is met or `until`; what comes then for the first time
    /// becomes known.
    fn seek_with<G: Goal>(
        &mut self,
        from: usize,
        goal: G,
        after: u64,
        until: u64,
        first: bool,
    ) -> Result<(Sought<'h>, G), Lost> {
        self.here = None;
        self.pause.store(false, Ordering::Relaxed);
        let lines = self.lines.clone();
        let kept = self.checkpoints.get(from);
        let (tick, visited) = (kept.tick, kept.visited);
        let mut vm = self.resume(from);
        let pause = self.pause.clone();
        let open = self.checkpoints.last_mut().map(|kept| std::mem::take(&mut kept.summary)).unwrap_or_default();
        let (open_from, found, stopped) = (self.known, None, false);
        let mut seeker = Seeker {
            goal,
            after,
            until,
            first,
            lines: &lines,
            pause: &pause,
            tick,
            visited,
            open,
            open_from,
            found,
            stopped,
        };
        let ended = loop {
            match vm.run_part(&mut seeker, self.checkpoints.interval()) {
                Part::Paused => self.keep(&vm, &mut seeker),
                Part::Stopped => break None,
                Part::Ended(result) => break Some(result),
            }
        };
        self.known = self.known.max(seeker.tick);
        let (tick, found, goal) = (seeker.tick, seeker.found, seeker.goal);
        if let Some(last) = self.checkpoints.last_mut() {
            last.summary = seeker.open;
        }
        let stopped = match ended {
            None => Some(tick),
            Some(Err(fault)) if fault.kind == FaultKind::Cancelled => return Err(Lost::Cancelled),
            Some(result) => {
                self.ended = Some(state::ending(result));
                None
            }
        };
        Ok((Sought { vm, found, stopped }, goal))
    }

    /// Keeps a run that was never as far, when it is far enough from the last checkpoint.
    fn keep<G>(&mut self, vm: &Vm<'h>, seeker: &mut Seeker<'_, G>) {
        let last = self.checkpoints.last();
        let is_new = self.ended.is_none() && seeker.tick > last.tick && seeker.tick >= self.known;
        let far = last.checkpoint.instructions() + self.checkpoints.interval();
        if !is_new || vm.instructions() < far {
            return;
        }
        let Some(checkpoint) = vm.checkpoint() else { return };
        let summary = std::mem::take(&mut seeker.open);
        if let Some(last) = self.checkpoints.last_mut() {
            last.summary = summary;
        }
        let heard = self.replay.heard();
        self.checkpoints.add(Kept {
            checkpoint,
            tick: seeker.tick,
            visited: seeker.visited,
            heard,
            summary: Summary::default(),
        });
        self.known = self.known.max(seeker.tick);
        seeker.open_from = seeker.tick;
        if let Some(last) = self.checkpoints.last_mut() {
            seeker.open = std::mem::take(&mut last.summary);
        }
    }

    fn resume(&self, from: usize) -> Vm<'h> {
        let kept = self.checkpoints.get(from);
        self.replay.go_on(kept.heard);
        kept.checkpoint.resume(self.replay, self.cancel.clone())
    }
}

impl std::fmt::Debug for Timeline<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Timeline").field("known", &self.known()).finish_non_exhaustive()
    }
}
