//! Going from a moment to another: to one that is named, to the next time that a line is come to.

use super::keep::Summary;
use super::seek::{AtPlaces, EventGoal, Goal, Nothing};
use super::{Direction, Ends, Lost, Position, Timeline};

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

    pub(super) fn go(
        &mut self,
        from: Position,
        goal: impl Goal,
        direction: Direction,
    ) -> Result<(Position, Ends), Lost> {
        match direction {
            Direction::Forward => self.go_forward(from, goal),
            Direction::Back => self.go_back(from, goal).map(|(there, _)| (there, Ends::There)),
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

    /// Goes back, to the beginning where the goal was never met; tells also whether it was.
    pub(super) fn go_back(&mut self, from: Position, mut goal: impl Goal) -> Result<(Position, bool), Lost> {
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
                    return self.go_to(Position::at(found)).map(|there| (there, true));
                }
            }
            if begins == 0 {
                break;
            }
            (is_first, until, segment) = (false, begins + 1, self.checkpoints.before(begins));
        }
        // The first line is where there is nothing before.
        self.go_to(Position::at(1)).map(|there| (there, false))
    }

    pub(super) fn summary(&self, segment: usize) -> &Summary {
        &self.checkpoints.get(segment).summary
    }
}
