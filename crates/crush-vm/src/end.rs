//! Giving back what a run held.

use crush_arena::{Arena, give_back};

use crate::vm::Vm;

/// The heap that a run leaves is given back without making anybody wait.
impl Drop for Vm<'_> {
    fn drop(&mut self) {
        let bytes = self.arena.counted().bytes;
        give_back(std::mem::replace(&mut self.arena, Arena::new(self.quotas.memory)), bytes);
    }
}
