//! Going on, forward and back, until there is a reason to stop.

use crush_ide::time::{Direction, Kind, Position, Step};
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
}

impl Debuggee<'_, '_> {
    /// Goes on until a breakpoint, a change of a watched object, a fault, or the end; back, until the beginning.
    pub(crate) fn go_on(&mut self, direction: Direction) -> Result<Went, String> {
        let pause = self.time.timeline().pause_flag();
        loop {
            let from = self.position;
            let line = self.time.go_to_line(from, &self.breakpoints.places(), direction).map_err(lost)?;
            let is_paused = pause.load(std::sync::atomic::Ordering::Relaxed);
            if let Some(change) = self.change_before(from, line, direction)? {
                self.position = change;
                return Ok(self.stopped("data breakpoint"));
            }
            self.position = line;
            if is_paused {
                return Ok(self.stopped("pause"));
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
        }
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

    /// Makes a step. Forward, a breakpoint on the way ends it if its condition holds.
    pub(crate) fn step(&mut self, step: Step, direction: Direction) -> Result<Went, String> {
        let breaks = match direction {
            Direction::Forward => self.breakpoints.places(),
            Direction::Back => Vec::new(),
        };
        let pause = self.time.timeline().pause_flag();
        let begun = self.position;
        loop {
            let stepped = self.time.step_on(begun, self.position, step, direction, &breaks);
            let (there, is_made) = stepped.map_err(lost)?;
            self.position = there;
            if there == Position::END {
                return self.at_end();
            }
            if pause.load(std::sync::atomic::Ordering::Relaxed) {
                return Ok(self.stopped("pause"));
            }
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
        }
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
        self.wire.output("stderr", &format!("{}: {}\n", fault.kind.name(), fault.message));
        Ok(if self.launch.stop_at_end { self.stopped("end") } else { Went::Over })
    }

    /// Tells the client that the run has stopped, and why.
    pub(crate) fn stopped(&mut self, reason: &str) -> Went {
        self.handles.forget();
        let view = self.moment(None).ok();
        let task = view.as_ref().map_or(0, |view| view.task);
        let text = view.and_then(|view| view.fault).map(|fault| fault.message.clone());
        self.wire.event(
            "stopped",
            json!({ "reason": reason, "threadId": task + 1, "allThreadsStopped": true, "text": text }),
        );
        Went::Stopped
    }
}
