//! Going on, forward and back, until there is a reason to stop.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use crush_ide::time::{Direction, Ends, Kind, Position, Step, TaskView};
use serde_json::json;

use crate::breakpoints::Verdict;
use crate::debuggee::{Debuggee, lost};

/// What came of going on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Went {
    /// It has stopped, and the client was told.
    Stopped,
    /// The program is over.
    Over,
    /// A request has come meanwhile: it is to be answered, and then gone on.
    Interrupted,
}

impl Debuggee<'_, '_> {
    /// Goes on until a breakpoint, a change of a watched object, a fault, or the end; back, until the beginning.
    pub(crate) fn go_on(&mut self, direction: Direction) -> Result<Went, String> {
        if self.is_behind_the_end(direction) {
            return self.over();
        }
        loop {
            let from = self.position;
            let (line, ends) = self.time.go_on_to_line(from, &self.breakpoints.places(), direction).map_err(lost)?;
            if let Some(change) = self.change_before(from, line, direction)? {
                self.position = change;
                return Ok(self.stopped("data breakpoint"));
            }
            self.position = line;
            if ends == Ends::Paused {
                return Ok(Went::Interrupted);
            }
            if line == Position::END {
                return self.at_end();
            }
            // Back, there is no end but the beginning.
            let is_beginning = direction == Direction::Back && line == Position::at(1);
            if is_beginning && !self.is_on_breakpoint()? {
                return Ok(self.stopped("entry"));
            }
            match self.judge()? {
                Verdict::Stop => return Ok(self.stopped("breakpoint")),
                Verdict::Log(message) => self.wire.output("console", &message),
                Verdict::GoOn => {}
            }
            if is_beginning {
                return Ok(self.stopped("entry"));
            }
            if self.is_interrupted() {
                return Ok(Went::Interrupted);
            }
        }
    }

    /// Whether a request waits. Where a line is judged again and again, the run itself may have no time to see it.
    fn is_interrupted(&mut self) -> bool {
        self.time.timeline().pause_flag().load(Ordering::Relaxed)
    }

    fn is_on_breakpoint(&mut self) -> Result<bool, String> {
        let view = self.moment(None)?;
        let here = view.frames.first().map(|frame| (frame.place.file, frame.line));
        Ok(here.is_some_and(|here| self.breakpoints.places().contains(&here)))
    }

    /// The first change of a watched object on the way.
    fn change_before(
        &mut self,
        from: Position,
        to: Position,
        direction: Direction,
    ) -> Result<Option<Position>, String> {
        let mut nearest: Option<Position> = None;
        for object in self.breakpoints.objects.clone() {
            let found = self.time.change_between(object, from, to, direction).map_err(lost)?;
            nearest = match (nearest, found, direction) {
                (Some(one), Some(other), Direction::Forward) => Some(one.min(other)),
                (Some(one), Some(other), Direction::Back) => Some(one.max(other)),
                (one, other, _) => one.or(other),
            };
        }
        Ok(nearest)
    }

    /// Makes a step that began at a moment. Forward, a breakpoint on the way ends it if its condition holds.
    pub(crate) fn step(&mut self, step: Step, direction: Direction, begun: Position) -> Result<Went, String> {
        if self.is_behind_the_end(direction) {
            return self.over();
        }
        let breaks = match direction {
            Direction::Forward => self.breakpoints.places(),
            Direction::Back => Vec::new(),
        };
        loop {
            let stepped = self.time.step_on(begun, self.position, step, direction, &breaks);
            let (there, ends) = stepped.map_err(lost)?;
            self.position = there;
            if there == Position::END {
                return self.at_end();
            }
            if ends == Ends::Paused {
                return Ok(Went::Interrupted);
            }
            let is_made = ends == Ends::There;
            if direction == Direction::Forward {
                match self.judge()? {
                    Verdict::Stop if !is_made => return Ok(self.stopped("breakpoint")),
                    Verdict::Log(message) => self.wire.output("console", &message),
                    Verdict::Stop | Verdict::GoOn => {}
                }
            }
            if is_made {
                return Ok(self.stopped("step"));
            }
            if self.is_interrupted() {
                return Ok(Went::Interrupted);
            }
        }
    }

    /// A client wants it to stop where it is: at the first line, where it was not even there yet.
    pub(crate) fn paused(&mut self) {
        if self.position < Position::at(1) {
            self.position = self.time.go_to(Position::at(1)).unwrap_or(self.position);
        }
        self.stopped("pause");
    }

    /// Whether it was shown at its end already, and is to go on from there.
    fn is_behind_the_end(&self, direction: Direction) -> bool {
        direction == Direction::Forward && self.position == Position::END
    }

    /// The program is over; a fault that has halted it is told, as it is by a shell.
    fn over(&mut self) -> Result<Went, String> {
        if let Some(fault) = self.moment(None)?.fault {
            self.wire.output("stderr", &format!("{}: {}\n", fault.kind.name(), fault.message));
        }
        Ok(Went::Over)
    }

    /// The program has ended, or a fault has halted it: that is to be looked at, if so wanted.
    fn at_end(&mut self) -> Result<Went, String> {
        let view = self.moment(None)?;
        let Some(fault) = view.fault.filter(|_| view.kind == Kind::Faulted) else {
            return Ok(if self.launch.stop_at_end { self.stopped("end") } else { Went::Over });
        };
        let is_borrow_error = fault.kind.name() == "BorrowError";
        let breakpoints = &self.breakpoints;
        if breakpoints.at_fault || breakpoints.at_borrow_error && is_borrow_error {
            return Ok(self.stopped("exception"));
        }
        if self.launch.stop_at_end { Ok(self.stopped("end")) } else { self.over() }
    }

    /// Tells the client that the run has stopped, and why.
    pub(crate) fn stopped(&mut self, reason: &str) -> Went {
        self.handles.forget();
        let view = self.moment(None).ok();
        self.tell_threads(view.as_ref().map_or(&[], |view| &view.tasks));
        let task = view.as_ref().map_or(0, |view| view.task);
        let text = view.and_then(|view| view.fault).map(|fault| fault.message.clone());
        self.wire.event(
            "stopped",
            json!({ "reason": reason, "threadId": task + 1, "allThreadsStopped": true, "text": text }),
        );
        Went::Stopped
    }

    /// The program itself is a thread from the beginning on, so that it can be paused before it ever stops.
    pub(crate) fn tell_main_thread(&mut self) {
        self.threads.insert(0);
        self.wire.event("thread", json!({ "reason": "started", "threadId": 1 }));
    }

    /// Tells the client which tasks there are that it does not know of, and which are no more: some ask for the threads only
    /// when they hear of one.
    pub(crate) fn tell_threads(&mut self, tasks: &[TaskView]) {
        let now: BTreeSet<u32> = tasks.iter().map(|task| task.task).collect();
        let before = std::mem::replace(&mut self.threads, now);
        let tell =
            |reason: &str, task: u32| self.wire.event("thread", json!({ "reason": reason, "threadId": task + 1 }));
        before.difference(&self.threads).for_each(|task| tell("exited", *task));
        self.threads.difference(&before).for_each(|task| tell("started", *task));
    }
}
