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
mod keep;
mod look;
mod replay;
mod seek;
mod state;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crush_arena::Ref;
use crush_vm::{CancelToken, Fault, NoRecorder, Part, Quotas, SourceRange, VerifiedProgram, Vm};
use rustc_hash::FxHashMap;

use self::keep::{Checkpoints, Kept, Summary};
use self::seek::{AnyLine, AtDepth, AtPlaces, Either, EventGoal, EventSeeker, Found, Goal, Nothing, Seeker, Visited};

pub use self::aside::{Aside, Change};
pub use self::replay::Replay;
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
    lines: Vec<u32>,
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
        let lines = std::mem::take(&mut self.lines);
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
        self.lines = lines;
        let stopped = match ended {
            None => Some(tick),
            Some(Err(fault)) if fault.kind == crush_vm::FaultKind::Cancelled => return Err(Lost::Cancelled),
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

    fn step_event(&mut self, from: Position, direction: Direction) -> Result<Position, Lost> {
        match direction {
            Direction::Forward if from == Position::END => self.go_to(from),
            Direction::Forward => {
                let found = self.next_event(EventGoal::Any, from, Position::END)?;
                found.map_or_else(|| self.go_to(Position::END), Ok)
            }
            Direction::Back => match self.last_event(EventGoal::Any, from)? {
                Some(found) => self.go_to(found.behind),
                None => self.go_to(Position::at(1)),
            },
        }
    }

    /// The first event after one moment and before another, and where the run is stopped behind it.
    fn next_event(&mut self, goal: EventGoal, from: Position, bound: Position) -> Result<Option<Position>, Lost> {
        let first = self.checkpoints.before(from.tick.max(1));
        for segment in first.. {
            let end = self.checkpoints.end_of(segment);
            if segment == first || end.is_none() || self.may_have(segment, goal) {
                // The event of an instruction is seen at the next one, which may be the first of the next segment.
                let until = end.map_or(Position::END, |end| Position { tick: end + 1, step: 1 }).min(bound);
                let mut found = None;
                let (at, vm, stopped) = self.run_events(segment, goal, from, until, true, &mut found)?;
                if found.is_some() {
                    self.here = Some((at, vm));
                    return Ok(Some(at));
                }
                if !stopped || end.is_none() {
                    break;
                }
            }
            if end.is_some_and(|end| end >= bound.tick) {
                break;
            }
        }
        Ok(None)
    }

    /// The first change of an object on the way from one moment to another, forward or back: the moment behind it.
    pub fn change_between(
        &mut self,
        (task, slot, generation): (u32, u32, u32),
        from: Position,
        to: Position,
        direction: Direction,
    ) -> Result<Option<Position>, Lost> {
        let goal = EventGoal::Change { task, object: Ref::new(slot, generation) };
        match direction {
            Direction::Forward => self.next_event(goal, from, to),
            Direction::Back => {
                let mut found = self.last_event(goal, from)?;
                // The one that led here is behind this moment.
                if let Some(at) = found
                    && at.behind >= from
                {
                    found = self.last_event(goal, at.before)?;
                }
                Ok(found.map(|found| found.behind).filter(|at| *at > to))
            }
        }
    }

    /// The first of some lines, from one on and before another, on which statements begin.
    pub fn line_from(&self, first: u32, end: u32) -> Option<u32> {
        self.lines.iter().copied().filter(|line| (first..end).contains(line)).min()
    }

    /// Whether an arena was changed in a segment: it runs once more for that, nearly as fast as if nobody looked.
    fn has_events(&mut self, segment: usize) -> bool {
        if let Some(known) = self.summary(segment).has_events {
            return known;
        }
        let mut vm = self.resume(segment);
        vm.arena_mut().start_recording(1);
        let _ = vm.run_part(&mut NoRecorder, self.length(segment));
        // What other tasks did is not recorded.
        let has_events = vm.arena().changes_recorded() > 0 || vm.has_spawned();
        self.checkpoints.get_mut(segment).summary.has_events = Some(has_events);
        has_events
    }

    /// How many instructions a segment has, as far as it is known.
    fn length(&self, segment: usize) -> u64 {
        let begins = self.checkpoints.get(segment).checkpoint.instructions();
        let ends = (segment + 1 < self.checkpoints.len()).then(|| self.checkpoints.get(segment + 1));
        ends.map_or(u64::MAX, |next| next.checkpoint.instructions() - begins)
    }

    /// The last change of an object before a moment: where it was made, written, or dropped, at the beginning of the statement
    /// that did it. `None` when there is none.
    pub fn last_change(
        &mut self,
        task: u32,
        slot: u32,
        generation: u32,
        before: Position,
    ) -> Result<Option<EventRecord>, Lost> {
        self.last_event_of(EventGoal::Change { task, object: Ref::new(slot, generation) }, before)
    }

    /// When an object was last borrowed before a moment.
    pub fn last_borrow(
        &mut self,
        task: u32,
        slot: u32,
        generation: u32,
        before: Position,
    ) -> Result<Option<EventRecord>, Lost> {
        self.last_event_of(EventGoal::Borrow { task, object: Ref::new(slot, generation) }, before)
    }

    fn last_event_of(&mut self, goal: EventGoal, before: Position) -> Result<Option<EventRecord>, Lost> {
        let found = self.last_event(goal, before)?;
        let Some(Found { before, task, event, .. }) = found else { return Ok(None) };
        // The beginning of the statement is a moment that people know.
        let statement = Position::at(before.tick.max(1));
        let vm = self.resume(0);
        Ok(Some(state::event_record(&vm, statement, task, &event)))
    }

    fn last_event(&mut self, goal: EventGoal, before: Position) -> Result<Option<Found>, Lost> {
        let last = self.checkpoints.before(before.tick);
        let mut until = before;
        for segment in (0..=last).rev() {
            if segment == last || self.may_have(segment, goal) {
                let found = self.found_event(segment, goal, until)?;
                if found.is_some() {
                    return Ok(found);
                }
            }
            // The event of an instruction is seen at the next one, which may be the first of the next segment.
            until = Position::at(self.checkpoints.get(segment).tick + 1);
            until.step = 1;
        }
        Ok(None)
    }

    /// Whether an event may be in a segment: the segment runs once more, nearly as fast as if nobody looked.
    fn may_have(&mut self, segment: usize, goal: EventGoal) -> bool {
        let (EventGoal::Change { task: 0, object } | EventGoal::Borrow { task: 0, object }) = goal else {
            return self.has_events(segment);
        };
        /// Enough to hold what happens to most objects in a segment; with more than that, it is looked at.
        const MOST: usize = 4096;
        let mut vm = self.resume(segment);
        let length = self.length(segment);
        vm.arena_mut().start_watching(object, MOST);
        let _ = vm.run_part(&mut NoRecorder, length);
        let events = vm.arena().events();
        vm.arena().events_recorded() > MOST as u64 || events.iter().any(|event| goal.is_met(0, &event.action))
    }

    fn found_event(&mut self, segment: usize, goal: EventGoal, until: Position) -> Result<Option<Found>, Lost> {
        let mut found = None;
        self.run_events(segment, goal, Position::default(), until, false, &mut found)?;
        Ok(found)
    }

    fn seek_event(
        &mut self,
        from: usize,
        goal: EventGoal,
        after: Position,
        until: Position,
        first: bool,
    ) -> Result<(Position, Vm<'h>, bool), Lost> {
        self.run_events(from, goal, after, until, first, &mut None)
    }

    /// Has a part of the run again, instruction by instruction: where it was when it was stopped, and whether it was.
    fn run_events(
        &mut self,
        from: usize,
        goal: EventGoal,
        after: Position,
        until: Position,
        first: bool,
        found: &mut Option<Found>,
    ) -> Result<(Position, Vm<'h>, bool), Lost> {
        self.here = None;
        self.pause.store(false, Ordering::Relaxed);
        let mut vm = self.resume(from);
        let mut seeker = EventSeeker {
            goal,
            after,
            until,
            first,
            places: self.lines.len() as u32,
            pause: &self.pause,
            at: Position::at(self.checkpoints.get(from).tick),
            seen: FxHashMap::default(),
            found: None,
            stopped: false,
        };
        let ended = loop {
            match vm.run_part(&mut seeker, u64::MAX) {
                Part::Paused => {}
                Part::Stopped => break None,
                Part::Ended(result) => break Some(result),
            }
        };
        *found = seeker.found;
        let (at, is_stopped) = (seeker.at, seeker.stopped);
        match ended {
            Some(Err(fault)) if fault.kind == crush_vm::FaultKind::Cancelled => Err(Lost::Cancelled),
            Some(result) => {
                self.known = self.known.max(at.tick);
                self.ended = Some(state::ending(result));
                Ok((at, vm, false))
            }
            None => {
                self.known = self.known.max(at.tick);
                Ok((at, vm, is_stopped))
            }
        }
    }
}

impl std::fmt::Debug for Timeline<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Timeline").field("known", &self.known()).finish_non_exhaustive()
    }
}
