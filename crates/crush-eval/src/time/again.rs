//! Having a part of a run again, and keeping copies on the way.

use crush_vm::{FaultKind, Part, Vm};

use super::keep::{Kept, Summary};
use super::seek::{Goal, Nothing, Seeker};
use super::{Lost, Timeline, state};

/// What came of a part of the run that was had again.
pub(super) struct Sought<'h> {
    pub(super) vm: Vm<'h>,
    /// Where the goal was met, first or last.
    pub(super) found: Option<u64>,
    /// Where the run was stopped; none when it ended.
    pub(super) stopped: Option<u64>,
}

/// A way to a moment, along which copies are kept.
struct Way {
    /// The tick of the moment.
    to: u64,
    /// From which tick on a copy is to be kept.
    next: u64,
    /// How many instructions were run before the last copy, and how many must lie between two.
    at: u64,
    apart: u64,
}

fn three_quarters(from: u64, to: u64) -> u64 {
    to - to.saturating_sub(from) / 4
}

impl<'h> Timeline<'h> {
    pub(super) fn seek(
        &mut self,
        from: usize,
        goal: impl Goal,
        after: u64,
        until: u64,
        first: bool,
    ) -> Result<Sought<'h>, Lost> {
        self.seek_with(from, goal, after, until, first).map(|(sought, _)| sought)
    }

    /// Has a part of the run again, from a checkpoint to where the goal is met or `until`; what comes then for the first time
    /// becomes known.
    pub(super) fn seek_with<G: Goal>(
        &mut self,
        from: usize,
        goal: G,
        after: u64,
        until: u64,
        first: bool,
    ) -> Result<(Sought<'h>, G), Lost> {
        self.here = None;
        let lines = self.lines.clone();
        let kept = self.checkpoints.get(from);
        let (tick, visited) = (kept.tick, kept.visited);
        let mut way = self.way(from, if first && after < u64::MAX { after } else { until });
        let is_growing = self.ended.is_none();
        let mut vm = self.resume(from);
        let pause = self.pause.clone();
        // Of a run that is known to its end there is nothing to be noted any more.
        let open = self.checkpoints.last_mut().filter(|_| is_growing);
        let open = open.map(|kept| std::mem::take(&mut kept.summary)).unwrap_or_default();
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
            let length = way.as_ref().map_or(self.checkpoints.interval(), |way| way.apart / 2);
            match vm.run_part(&mut seeker, length) {
                Part::Paused => {
                    self.keep(&mut vm, &mut seeker);
                    if let Some(way) = &mut way {
                        self.keep_on_the_way(&mut vm, &seeker, way);
                    }
                }
                Part::Stopped => break None,
                Part::Ended(result) => break Some(result),
            }
        };
        self.known = self.known.max(seeker.tick);
        let (tick, found, goal) = (seeker.tick, seeker.found, seeker.goal);
        if let Some(last) = self.checkpoints.last_mut().filter(|_| is_growing) {
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
    fn keep<G>(&mut self, vm: &mut Vm<'h>, seeker: &mut Seeker<'_, G>) {
        let last = self.checkpoints.last();
        let is_new = self.ended.is_none() && seeker.tick > last.tick && seeker.tick >= self.known;
        let far = last.checkpoint.instructions() + self.checkpoints.interval();
        if !is_new || vm.instructions() < far {
            return;
        }
        let Some(checkpoint) = vm.checkpoint(&self.checkpoints.held()) else { return };
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
            on_the_way: None,
        });
        self.known = self.known.max(seeker.tick);
        seeker.open_from = seeker.tick;
        if let Some(last) = self.checkpoints.last_mut() {
            seeker.open = std::mem::take(&mut last.summary);
        }
    }

    /// The way from a checkpoint to a moment, if it is long and known.
    fn way(&self, from: usize, tick: u64) -> Option<Way> {
        let is_known = self.ended.is_some() || self.checkpoints.end_of(from).is_some();
        let kept = self.checkpoints.get(from);
        let to = tick.min(self.known);
        // A copy takes as long as some instructions; so it must save more of them.
        let apart = (self.checkpoints.interval() / 16).max(kept.checkpoint.effort()).max(64);
        let at = kept.checkpoint.instructions();
        (is_known && to > kept.tick).then(|| Way { to, next: three_quarters(kept.tick, to), at, apart })
    }

    /// Keeps a copy at three quarters of the way to a moment, and another at three quarters of what is left: it is the moments
    /// just before this one that are looked at next.
    fn keep_on_the_way<G>(&mut self, vm: &mut Vm<'h>, seeker: &Seeker<'_, G>, way: &mut Way) {
        let instructions = vm.instructions();
        if seeker.tick < way.next || seeker.tick >= way.to || instructions < way.at.saturating_add(way.apart) {
            return;
        }
        (way.at, way.next) = (instructions, three_quarters(seeker.tick, way.to));
        let Some(checkpoint) = vm.checkpoint(&self.checkpoints.held()) else { return };
        self.checkpoints.add_on_the_way(Kept {
            checkpoint,
            tick: seeker.tick,
            visited: seeker.visited,
            heard: self.replay.heard(),
            summary: Summary::default(),
            on_the_way: None,
        });
    }

    /// Sees to it that a checkpoint lies close before a moment, for what takes long to have again.
    pub(super) fn approach(&mut self, tick: u64) -> Result<(), Lost> {
        let from = self.checkpoints.before(tick);
        let Some(way) = self.way(from, tick) else { return Ok(()) };
        let ends = self.checkpoints.end_of(from).unwrap_or(self.known);
        let length = match self.length(from) {
            u64::MAX => self.checkpoints.interval(),
            length => length,
        };
        let part =
            (way.to - self.checkpoints.get(from).tick) as f64 / (ends - self.checkpoints.get(from).tick).max(1) as f64;
        if length as f64 * part > way.apart as f64 * 4.0 {
            self.seek(from, Nothing, u64::MAX, tick, true)?;
        }
        Ok(())
    }

    pub(super) fn resume(&self, from: usize) -> Vm<'h> {
        let kept = self.checkpoints.get(from);
        self.replay.go_on(kept.heard);
        kept.checkpoint.resume(self.replay, self.cancel.clone())
    }
}
