//! Counting work that is done outside the arena on the program's behalf (A7).

use crate::{arena::Arena, fault::Fault};

impl Arena {
    /// Counts steps of a long operation on values, as the deep operations count theirs, and looks whether to stop.
    pub fn count_work(&self, steps: u64) -> Result<(), Fault> {
        self.work.set(self.work.get().saturating_add(steps));
        self.check_interrupt()
    }
}
