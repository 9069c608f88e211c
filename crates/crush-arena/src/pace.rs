//! When a collection begins, and how fast it goes (A5, A7).

use crate::{
    collect::STEP,
    meter::{Limits, Meter},
};

/// A heap that grew by less than this is not worth a collection.
const LITTLE: Amount = Amount { bytes: 1 << 18, objects: 1 << 14 };

/// When the collector is to do something, when it should be done, and when it must be.
///
/// A cycle begins when three quarters of the way from what was live to the *goal*, twice that, are gone, and takes its
/// steps at such intervals that it should be over half way through the rest. A program that takes much at once may get
/// past the goal; then the rest of the cycle is planned anew. At the *end* all that is left is done at once. The end is at
/// 7/8 of the quota, but always some way on, so that a program near its quota does not spend its time collecting.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pace {
    /// The next step is due when more is counted than this.
    pub(crate) due: Amount,
    goal: Amount,
    end: Amount,
    /// What may be allocated from step to step.
    interval: Amount,
}

/// Bytes and objects.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Amount {
    pub(crate) bytes: usize,
    pub(crate) objects: usize,
}

impl Amount {
    fn each(self, other: Self, of: impl Fn(usize, usize) -> usize) -> Self {
        Self { bytes: of(self.bytes, other.bytes), objects: of(self.objects, other.objects) }
    }

    pub(crate) fn exceeds(self, other: Self) -> bool {
        self.bytes > other.bytes || self.objects > other.objects
    }
}

impl Pace {
    pub(crate) fn new(limits: Limits) -> Self {
        let mut pace = Self::default();
        pace.rest(limits, Amount::default(), 0);
        pace
    }

    /// After a cycle. Beside what is live, `idle` bytes are counted.
    fn rest(&mut self, limits: Limits, live: Amount, idle: usize) {
        let limit = Amount { bytes: limits.bytes, objects: limits.objects };
        let end = limit.each(live, |limit, live| (limit / 8 * 7).max(live.saturating_add(limit / 16)));
        let goal = live.each(LITTLE, |live, little| live.saturating_add(live.max(little))).each(end, usize::min);
        let due = live.each(goal, |live, goal| live + (goal - live) / 4 * 3);
        let idle = Amount { bytes: idle, objects: 0 };
        self.end = end.each(idle, usize::saturating_add);
        self.goal = goal.each(idle, usize::saturating_add);
        self.due = due.each(idle, usize::saturating_add);
    }
}

impl Meter {
    fn counted(&self) -> Amount {
        Amount { bytes: self.bytes, objects: self.objects }
    }

    /// After a cycle. Of the bytes counted, `idle` are not live.
    pub(crate) fn rest(&mut self, idle: usize) {
        let live = Amount { bytes: self.bytes - idle, objects: self.objects };
        self.pace.rest(self.limits, live, idle);
    }

    /// Sets how much may be allocated from step to step. The work of the whole cycle is guessed from what there is to
    /// look at, and to free.
    pub(crate) fn plan(&mut self) {
        let work = self.bytes / 16 + self.objects.saturating_mul(12);
        let steps = (work / STEP + 4).saturating_mul(2);
        let left = self.pace.goal.each(self.counted(), usize::saturating_sub);
        self.pace.interval = left.each(left, |left, _| left / steps);
        self.pause_until_next_step();
    }

    /// Changes the quotas. What is due by them comes no later for it.
    pub(crate) fn set_limits(&mut self, limits: Limits) {
        self.limits = limits;
        let limit = Amount { bytes: limits.bytes, objects: limits.objects };
        let pace = &mut self.pace;
        let counted = Amount { bytes: self.bytes, objects: self.objects };
        pace.end = limit.each(counted, |limit, counted| (limit / 8 * 7).max(counted.saturating_add(limit / 16)));
        pace.goal = pace.goal.each(pace.end, usize::min);
        pace.due = pace.due.each(pace.end, usize::min);
    }

    pub(crate) fn pause_until_next_step(&mut self) {
        let counted = self.counted();
        if counted.exceeds(self.pace.goal) {
            let later = counted.each(counted, |counted, _| counted.saturating_add(counted / 8));
            self.pace.goal = self.pace.goal.each(later, usize::max).each(self.pace.end, usize::min);
            if !counted.exceeds(self.pace.goal) {
                return self.plan();
            }
        }
        self.pace.due = counted.each(self.pace.interval, usize::saturating_add).each(self.pace.end, usize::min);
    }

    /// Slots to come were charged, which only what is allocated later will use.
    pub(crate) fn expect(&mut self, bytes: usize) {
        for amount in [&mut self.pace.due, &mut self.pace.goal] {
            amount.bytes = amount.bytes.saturating_add(bytes).min(self.pace.end.bytes);
        }
    }

    /// Whether the cycle must end now.
    pub(crate) fn is_at_end(&self) -> bool {
        self.counted().exceeds(self.pace.end)
    }
}
