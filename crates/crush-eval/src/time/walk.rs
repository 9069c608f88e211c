//! Going from a moment to another: to one that is named, by a step, to the next time that a line is come to.

use super::keep::Summary;
use super::seek::{AnyLine, AtDepth, AtPlaces, Either, EventGoal, Goal, Nothing};
use super::{Direction, Ends, Lost, Position, Step, Timeline};

impl Timeline<'_> {
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
        let breaks = self.places_of(breaks);
        let (task, depth) = self.frame_at(begun)?;
        let depth = if step == Step::Out { depth.saturating_sub(1) } else { depth };
        let frame = AtDepth { task, depth };
        if breaks.is_empty() {
            return self.go(from, frame, direction);
        }
        let (there, ends) = self.go(from, Either(frame, AtPlaces::new(breaks)), direction)?;
        if ends == Ends::Paused {
            return Ok((there, ends));
        }
        let (task_there, depth_there) = self.frame_at(there)?;
        let is_made = task_there == task && depth_there <= depth;
        Ok((there, if is_made { Ends::There } else { Ends::AtBreak }))
    }

    /// Goes on to the next, or back to the last, moment at which the run comes to one of some lines.
    pub fn go_to_line(&mut self, from: Position, lines: &[u32], direction: Direction) -> Result<Position, Lost> {
        self.go_on_to_line(from, lines, direction).map(|(there, _)| there)
    }

    /// Goes on like [`Self::go_to_line`]. Tells also why it ends.
    pub fn go_on_to_line(
        &mut self,
        from: Position,
        lines: &[u32],
        direction: Direction,
    ) -> Result<(Position, Ends), Lost> {
        let places = AtPlaces::new(self.places_of(lines));
        self.go(from, places, direction)
    }

    fn go(&mut self, from: Position, goal: impl Goal, direction: Direction) -> Result<(Position, Ends), Lost> {
        match direction {
            Direction::Forward => self.go_forward(from, goal),
            Direction::Back => self.go_back(from, goal).map(|there| (there, Ends::There)),
        }
    }

    fn go_forward(&mut self, from: Position, mut goal: impl Goal) -> Result<(Position, Ends), Lost> {
        if from == Position::END {
            return self.go_to(from).map(|there| (there, Ends::There));
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
                let is_left = sought.found.is_none() && sought.stopped.is_some_and(|at| at < until);
                if sought.found.is_some() || sought.stopped.is_none() || end.is_none() || is_left {
                    let here = sought.found.or(sought.stopped).map_or(Position::END, Position::at);
                    self.here = Some((here, sought.vm));
                    return Ok((here, if is_left { Ends::Paused } else { Ends::There }));
                }
            }
            // By its place: a copy that was kept on the way has moved the next one.
            segment = end.map_or(segment, |end| self.checkpoints.before(end + 1));
        }
    }

    fn go_back(&mut self, from: Position, mut goal: impl Goal) -> Result<Position, Lost> {
        // Between two statements, the one that has begun comes before.
        let mut until = if from.step > 0 { from.tick + 1 } else { from.tick };
        let mut segment = self.checkpoints.before(from.tick);
        let mut is_first = true;
        loop {
            let begins = self.checkpoints.get(segment).tick;
            if is_first || goal.may_be_met(self.summary(segment)) {
                let (sought, back) = self.seek_with(segment, goal, 0, until, false)?;
                goal = back;
                if let Some(found) = sought.found {
                    return self.go_to(Position::at(found));
                }
            }
            if begins == 0 {
                break;
            }
            (is_first, until, segment) = (false, begins + 1, self.checkpoints.before(begins));
        }
        // The first line is where there is nothing before.
        self.go_to(Position::at(1))
    }

    pub(super) fn summary(&self, segment: usize) -> &Summary {
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
}
