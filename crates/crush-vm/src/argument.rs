//! What a capability may do with the arena while its arguments are borrowed: read it, and count its work.

use crush_arena::Arena;

use crate::host::{Call, CallError};

impl Call<'_> {
    /// The arena, to be read: every access is checked (H2).
    pub fn objects(&self) -> &Arena {
        self.machine.arena()
    }

    /// Counts so many steps of work as instructions (A7), and ends the capability when the run is to stop. Work that is
    /// proportional to an argument is counted piece by piece, so that it stops soon.
    pub fn charge(&self, steps: usize) -> Result<(), CallError> {
        Ok(self.machine.arena().count_work(steps as u64)?)
    }
}
