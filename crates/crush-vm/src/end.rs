//! Giving back what a run held.

use crush_arena::Arena;

use crate::vm::Vm;

/// Giving back less takes less than a millisecond or two.
const MUCH: usize = 8 << 20;

/// The heap that a run leaves is given back without making anybody wait.
impl Drop for Vm<'_> {
    fn drop(&mut self) {
        let bytes = self.arena.counted().bytes;
        if bytes >= MUCH {
            give_back(std::mem::replace(&mut self.arena, Arena::new(self.quotas.memory)), bytes);
        }
    }
}

/// Drops what takes so many bytes. Giving hundreds of megabytes back to the system takes it a tenth of a second, which
/// whoever stopped the run does not wait for: a thread of its own does that.
pub(crate) fn give_back<T: Send + 'static>(held: T, bytes: usize) {
    if bytes >= MUCH {
        // Where no thread can be started, this is dropped with what the thread was to run.
        let _ = std::thread::Builder::new().name("end of a run".into()).spawn(move || drop(held));
    }
}
