//! Making a step: to the next line of a frame, of one that called it, or of the task that waits for it.

use crush_vm::{TaskState, Vm};

use super::keep::Summary;
use super::seek::{AnyLine, AtPlaces, Either, Goal, Visited};
use super::{Direction, Ends, Lost, Position, Step, Timeline};

/// A frame of a task, or one of those that called it.
#[derive(Clone, Copy, Debug)]
struct Frame {
    task: u32,
    depth: usize,
}

impl Frame {
    /// Where a task is.
    fn innermost(vm: &Vm<'_>, task: u32) -> Option<Self> {
        let depth = vm.look_at_task(task, |vm| vm.moments().next().map(|moment| moment.depth)).flatten()?;
        Some(Self { task, depth })
    }

    fn has(self, visited: &Visited) -> bool {
        visited.task == self.task && visited.depth <= self.depth
    }
}

/// A line of a frame that is no deeper than one; once the task of that is at its end, of those that wait.
#[derive(Clone, Debug)]
struct Frames {
    frame: Frame,
    waiting: Vec<Frame>,
    is_ended: bool,
}

impl Frames {
    fn have(&self, visited: &Visited) -> bool {
        self.frame.has(visited) || self.is_ended && self.waiting.iter().any(|frame| frame.has(visited))
    }
}

impl Goal for Frames {
    fn is_met(&self, visited: &Visited, begins_line: bool) -> bool {
        begins_line && self.have(visited)
    }

    fn may_be_met(&self, segment: &Summary) -> bool {
        // A segment does not know which tasks end in it; the program itself is none that others wait for.
        self.frame.task != 0 || segment.has_depth(self.frame.task, self.frame.depth)
    }

    fn task_ended(&mut self, task: u32) {
        self.is_ended |= task == self.frame.task;
    }
}

/// A line of one of some frames.
struct AnyOf(Vec<Frame>);

impl Goal for AnyOf {
    fn is_met(&self, visited: &Visited, begins_line: bool) -> bool {
        begins_line && self.0.iter().any(|frame| frame.has(visited))
    }

    fn may_be_met(&self, segment: &Summary) -> bool {
        self.0.iter().any(|frame| segment.has_depth(frame.task, frame.depth))
    }
}

impl Timeline<'_> {
    /// Makes a step from a moment. It ends at the beginning or the end of the run where there is none; and, forward, where
    /// the run comes to one of the lines of `breaks`.
    pub fn step(&mut self, from: Position, step: Step, direction: Direction, breaks: &[u32]) -> Result<Position, Lost> {
        self.step_on(from, from, step, direction, breaks).map(|(there, _)| there)
    }

    /// Goes on with a step that began at a moment, from where it was left. Tells also why it ends.
    pub fn step_on(
        &mut self,
        begun: Position,
        from: Position,
        step: Step,
        direction: Direction,
        breaks: &[u32],
    ) -> Result<(Position, Ends), Lost> {
        match step {
            Step::Event => return self.step_event(from, direction).map(|there| (there, Ends::There)),
            Step::Into => return self.go(from, AnyLine, direction),
            Step::Over | Step::Out => {}
        }
        let mut frames = self.frames_at(begun, step)?;
        if direction == Direction::Back {
            return self.step_back(from, frames).map(|there| (there, Ends::There));
        }
        if from != begun && frames.frame.task != 0 {
            frames.is_ended = !self.is_alive(from, frames.frame.task)?;
        }
        let breaks = self.places_of(breaks);
        if breaks.is_empty() {
            return self.go(from, frames, direction);
        }
        let goal = Either(frames.clone(), AtPlaces::new(breaks));
        let (there, ends) = self.go(from, goal, direction)?;
        if ends == Ends::Paused {
            return Ok((there, ends));
        }
        frames.is_ended = frames.frame.task != 0 && !self.is_alive(there, frames.frame.task)?;
        let reached = self.look(|vm| vm.moments().next().map(|moment| (moment.task, moment.depth))).flatten();
        let (task, depth) = reached.ok_or(Lost::Missed)?;
        let is_made = frames.have(&Visited { task, depth, place: 0 });
        Ok((there, if is_made { Ends::There } else { Ends::AtBreak }))
    }

    /// Before the first line of a task comes the line in which those are that wait for it.
    fn step_back(&mut self, from: Position, frames: Frames) -> Result<Position, Lost> {
        let waiting = AnyOf(frames.waiting.clone());
        match self.go_back(from, AnyOf(vec![frames.frame]))? {
            (_, false) if frames.frame.task != 0 => self.go_back(from, waiting).map(|(there, _)| there),
            (there, _) => Ok(there),
        }
    }

    /// The frame that a step at a moment is about, and where the tasks are that go on when its task ends: those that wait for
    /// it, at first or at last. Where it is one of several, another of which is waited for, or nobody waits for it yet, they
    /// are whoever waits, and the program.
    fn frames_at(&mut self, position: Position, step: Step) -> Result<Frames, Lost> {
        self.go_to(position)?;
        let (_, vm) = self.here.as_ref().ok_or(Lost::Missed)?;
        let mut frame = Frame::innermost(vm, vm.stopped_in()).ok_or(Lost::Missed)?;
        if step == Step::Out {
            frame.depth = frame.depth.saturating_sub(1);
        }
        let mut waits: Vec<(u32, u32)> = Vec::new();
        for (task, state) in vm.tasks() {
            if let TaskState::Waits { on } = state {
                waits.push((task, on));
            }
        }
        let mut waiting = vec![frame.task];
        let mut next = 0;
        while let Some(awaited) = waiting.get(next).copied() {
            waiting.extend(waits.iter().filter(|(_, on)| *on == awaited).map(|(task, _)| *task));
            next += 1;
        }
        waiting.remove(0);
        if waiting.is_empty() {
            waiting = waits.iter().map(|(task, _)| *task).chain([0]).filter(|task| *task != frame.task).collect();
        }
        let waiting = waiting.into_iter().filter_map(|task| Frame::innermost(vm, task)).collect();
        Ok(Frames { frame, waiting, is_ended: false })
    }

    fn is_alive(&mut self, position: Position, task: u32) -> Result<bool, Lost> {
        self.go_to(position)?;
        let (_, vm) = self.here.as_ref().ok_or(Lost::Missed)?;
        Ok(vm.tasks().iter().any(|(known, _)| *known == task))
    }
}
