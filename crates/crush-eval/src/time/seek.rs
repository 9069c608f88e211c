//! Looking for a moment while a part of the run is had again.

use std::sync::atomic::{AtomicBool, Ordering};

use crush_arena::{Action, Event, FreeCause};
use crush_vm::{Moment, Recorder, Visit};
use rustc_hash::FxHashMap;

use super::Position;
use super::keep::Summary;

/// A place that the run came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Visited {
    pub(crate) task: u32,
    pub(crate) depth: usize,
    pub(crate) place: u32,
}

/// What is looked for among the places that the run comes to.
pub(crate) trait Goal {
    /// Whether this is it. A line begins at a place unless the same frame has just come to another one before it on the line.
    fn is_met(&self, visited: &Visited, begins_line: bool) -> bool;

    /// Whether it may be met in a segment.
    fn may_be_met(&self, segment: &Summary) -> bool;

    /// A task is at its end.
    fn task_ended(&mut self, _task: u32) {}
}

/// Nothing: the run goes on.
pub(crate) struct Nothing;

impl Goal for Nothing {
    fn is_met(&self, _: &Visited, _: bool) -> bool {
        false
    }

    fn may_be_met(&self, _: &Summary) -> bool {
        false
    }
}

/// Any line.
pub(crate) struct AnyLine;

impl Goal for AnyLine {
    fn is_met(&self, _: &Visited, begins_line: bool) -> bool {
        begins_line
    }

    fn may_be_met(&self, _: &Summary) -> bool {
        true
    }
}

/// One of some places.
pub(crate) struct AtPlaces {
    /// One bit for each place.
    bits: Vec<u64>,
    places: Vec<u32>,
}

impl AtPlaces {
    pub(crate) fn new(places: Vec<u32>) -> Self {
        let mut bits = Vec::new();
        for place in &places {
            let word = *place as usize / 64;
            bits.resize(bits.len().max(word + 1), 0);
            bits[word] |= 1 << (place % 64);
        }
        Self { bits, places }
    }
}

impl Goal for AtPlaces {
    fn is_met(&self, visited: &Visited, _: bool) -> bool {
        self.bits.get(visited.place as usize / 64).is_some_and(|word| word & 1 << (visited.place % 64) != 0)
    }

    fn may_be_met(&self, segment: &Summary) -> bool {
        self.places.iter().any(|place| segment.has_place(*place))
    }
}

/// One goal or the other.
pub(crate) struct Either<A, B>(pub(crate) A, pub(crate) B);

impl<A: Goal, B: Goal> Goal for Either<A, B> {
    fn is_met(&self, visited: &Visited, begins_line: bool) -> bool {
        self.0.is_met(visited, begins_line) || self.1.is_met(visited, begins_line)
    }

    fn may_be_met(&self, segment: &Summary) -> bool {
        self.0.may_be_met(segment) || self.1.may_be_met(segment)
    }

    fn task_ended(&mut self, task: u32) {
        self.0.task_ended(task);
        self.1.task_ended(task);
    }
}

/// Looks for a goal among the places that come after `after` and before `until`, where it stops.
pub(crate) struct Seeker<'t, G> {
    pub(crate) goal: G,
    pub(crate) after: u64,
    pub(crate) until: u64,
    /// Whether it stops where the goal is first met, or wants to know where it is met last.
    pub(crate) first: bool,
    /// For each place, its line.
    pub(crate) lines: &'t [u32],
    /// Set from elsewhere, to stop at the next place behind `after` what goes on to where the goal is first met: what is
    /// only had again, to be looked at, is not stopped.
    pub(crate) pause: &'t AtomicBool,
    pub(crate) tick: u64,
    pub(crate) visited: Visited,
    /// Of the last segment, whose places are not all known yet; and from which place on.
    pub(crate) open: Summary,
    pub(crate) open_from: u64,
    pub(crate) found: Option<u64>,
    pub(crate) stopped: bool,
}

impl<G: Goal> Seeker<'_, G> {
    /// Whether a line begins at a place: not where the same frame came to one before it on the same line just before.
    #[inline(always)]
    fn begins_line(&self, next: &Visited) -> bool {
        let before = &self.visited;
        let line = |place: u32| self.lines.get(place as usize);
        (before.task, before.depth) != (next.task, next.depth)
            || before.place >= next.place
            || line(before.place) != line(next.place)
            || self.tick == 1
    }
}

impl<G: Goal> Recorder for Seeker<'_, G> {
    const BINDINGS: bool = false;
    const CALLS: bool = false;

    #[inline(always)]
    fn comes_to(&mut self, place: u32, visit: Visit) -> bool {
        self.tick += 1;
        let visited = Visited { task: visit.task, depth: visit.depth, place };
        let begins_line = self.begins_line(&visited);
        self.visited = visited;
        if self.tick > self.open_from {
            self.open.note(&visited);
        }
        if self.tick >= self.until {
            self.stopped = true;
        } else if self.tick > self.after {
            if self.goal.is_met(&visited, begins_line) {
                self.found = Some(self.tick);
                self.stopped = self.first;
            } else {
                self.stopped = self.first && self.pause.load(Ordering::Relaxed);
            }
        }
        self.stopped
    }

    fn stops(&self) -> bool {
        self.stopped
    }

    fn task_ended(&mut self, task: u32) {
        self.goal.task_ended(task);
    }
}

/// What is looked for among the events of the arenas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EventGoal {
    /// Nothing: the run goes on to a moment.
    Nothing,
    /// Whatever changes an arena.
    Any,
    /// What changes one object, of the arena of a task: its beginning and its end are among that.
    Change { task: u32, object: crush_arena::Ref },
    /// What borrows one object.
    Borrow { task: u32, object: crush_arena::Ref },
}

impl EventGoal {
    pub(crate) fn is_met(self, in_task: u32, action: &Action) -> bool {
        match self {
            Self::Nothing => false,
            Self::Any => !matches!(
                action,
                Action::Read { .. } | Action::Collect { .. } | Action::Free { cause: FreeCause::Collected, .. }
            ),
            Self::Change { task, object } => {
                task == in_task
                    && action.object() == Some(object)
                    && matches!(action, Action::Allocate { .. } | Action::Write { .. } | Action::Free { .. })
            }
            Self::Borrow { task, object } => {
                task == in_task && action.object() == Some(object) && matches!(action, Action::Borrow { .. })
            }
        }
    }
}

/// An event that was looked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    /// The moment after it.
    pub(crate) behind: Position,
    /// The moment before it.
    pub(crate) before: Position,
    pub(crate) task: u32,
    pub(crate) event: Event,
}

/// Looks for an event after one moment and before another, where it stops: each instruction is told.
pub(crate) struct EventSeeker {
    pub(crate) goal: EventGoal,
    pub(crate) after: Position,
    pub(crate) until: Position,
    pub(crate) first: bool,
    pub(crate) places: u32,
    pub(crate) at: Position,
    /// The tick of the checkpoint from which it began. That may lie anywhere behind this tick, so that steps are not known up to
    /// the next one: what happens between belongs to the segment before.
    pub(crate) begins: u64,
    /// How many events were looked at, and the last moment, by task.
    pub(crate) seen: FxHashMap<u32, (u64, Position)>,
    pub(crate) found: Option<Found>,
    pub(crate) stopped: bool,
}

impl Recorder for EventSeeker {
    const BINDINGS: bool = false;
    const CALLS: bool = false;
    const INSTRUCTIONS: bool = true;

    #[inline(always)]
    fn comes_to(&mut self, place: u32, _: Visit) -> bool {
        if place < self.places {
            self.at = Position { tick: self.at.tick + 1, step: 0 };
        } else {
            self.at.step += 1;
        }
        true
    }

    fn instruction(&mut self, moment: &Moment<'_>) {
        self.stopped = self.at >= self.until;
        // What has become of an object when the run comes to a moment has happened before it; a step back leads farther.
        if self.at > self.until || self.at == self.until && self.goal == EventGoal::Any {
            return;
        }
        let (seen, last) = self.seen.entry(moment.task).or_insert((0, Position::at(self.begins)));
        let before = std::mem::replace(last, self.at);
        if moment.arena.events_recorded() == *seen {
            return;
        }
        let mut met = None;
        *seen = moment.arena.events_from(*seen, |event| {
            if met.is_none() && self.goal.is_met(moment.task, &event.action) {
                met = Some(*event);
            }
        });
        let is_placed = self.at.tick > self.begins || self.begins == 0;
        if let Some(event) = met
            && self.at > self.after
            && is_placed
        {
            self.found = Some(Found { behind: self.at, before, task: moment.task, event });
            self.stopped |= self.first;
        }
    }

    fn stops(&self) -> bool {
        self.stopped
    }
}
