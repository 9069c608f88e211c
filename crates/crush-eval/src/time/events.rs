//! Events of the arenas: the next one, the one before, and who did what to an object last.
//!
//! An event is seen at the instruction after it, where the run can be stopped. Segments in which there is none of those that are
//! looked for are found out by running them nearly as fast as if nobody looked.

use crush_arena::Ref;
use crush_vm::{FaultKind, NoRecorder, Part, Vm};
use rustc_hash::FxHashMap;

use super::seek::{EventGoal, EventSeeker, Found};
use super::state::{self, EventRecord};
use super::{Direction, Lost, Position, Timeline};

impl<'h> Timeline<'h> {
    pub(super) fn step_event(&mut self, from: Position, direction: Direction) -> Result<Position, Lost> {
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
        self.approach(from.tick.max(1))?;
        let mut segment = self.checkpoints.before(from.tick.max(1));
        let mut is_first = true;
        loop {
            let end = self.checkpoints.end_of(segment);
            if is_first || end.is_none() || self.may_have(segment, goal) {
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
            match end {
                Some(end) if end < bound.tick => (is_first, segment) = (false, self.checkpoints.before(end + 1)),
                _ => break,
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
    pub(super) fn length(&self, segment: usize) -> u64 {
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
        self.approach(before.tick)?;
        let mut until = before;
        let mut segment = self.checkpoints.before(before.tick);
        let mut is_first = true;
        loop {
            let begins = self.checkpoints.get(segment).tick;
            if is_first || self.may_have(segment, goal) {
                let found = self.found_event(segment, goal, until)?;
                if found.is_some() {
                    return Ok(found);
                }
            }
            if begins == 0 {
                return Ok(None);
            }
            // The event of an instruction is seen at the next one, which may be the first of the next segment.
            until = Position { tick: begins + 1, step: 1 }.min(before);
            (is_first, segment) = (false, self.checkpoints.before(begins));
        }
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

    pub(super) fn seek_event(
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
        let mut vm = self.resume(from);
        let mut seeker = EventSeeker {
            goal,
            after,
            until,
            first,
            places: self.lines.len() as u32,
            at: Position::at(self.checkpoints.get(from).tick),
            begins: self.checkpoints.get(from).tick,
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
            Some(Err(fault)) if fault.kind == FaultKind::Cancelled => Err(Lost::Cancelled),
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
