//! What a run may take (A7), and how it is told to stop.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use crush_arena::Limits;

/// The quotas of one run (A7). Wall time is not among them: the VM reads no clock, the embedding program sets the
/// [`CancelToken`] at its deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quotas {
    /// Bytes and objects in the arena; the value stack counts as bytes.
    pub memory: Limits,
    /// Instructions, long operations counted by the elements they look at.
    pub instructions: u64,
    /// Frames at a time.
    pub call_depth: usize,
    /// Bytes printed.
    pub output: usize,
}

impl Default for Quotas {
    /// Ample memory and depth, no limit on instructions.
    fn default() -> Self {
        Self { memory: Limits::default(), instructions: u64::MAX, call_depth: 100_000, output: usize::MAX }
    }
}

/// Why a run was told to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CancelReason {
    /// Its result is no longer wanted.
    Cancelled,
    /// Its time is up: the quota of wall time (A7).
    Deadline,
}

/// Stops a run from another thread: looked at in every call and at every turn of a loop.
#[derive(Clone, Debug, Default)]
pub struct CancelToken {
    stop: Arc<AtomicBool>,
    deadline: Arc<AtomicBool>,
    /// The flags of runs that are parts of this one.
    parts: Arc<Mutex<Vec<Weak<AtomicBool>>>>,
}

impl CancelToken {
    /// A token that lets the run go on.
    pub fn new() -> Self {
        Self::default()
    }

    /// Stops the run: its result is no longer wanted.
    pub fn cancel(&self) {
        self.stop.store(true, Ordering::Release);
        for part in self.parts().drain(..).filter_map(|part| part.upgrade()) {
            part.store(true, Ordering::Release);
        }
    }

    fn parts(&self) -> MutexGuard<'_, Vec<Weak<AtomicBool>>> {
        self.parts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A token for a part of the run, which can be stopped alone, and is stopped with the whole.
    pub(crate) fn part(&self) -> Self {
        let part = Self { deadline: self.deadline.clone(), ..Self::default() };
        let mut parts = self.parts();
        parts.retain(|part| part.strong_count() > 0);
        parts.push(Arc::downgrade(&part.stop));
        // Stopped already, perhaps before the part was known.
        if self.stop.load(Ordering::Acquire) {
            part.stop.store(true, Ordering::Release);
        }
        drop(parts);
        part
    }

    /// Stops the run because its time is up: the fault names the quota (A7).
    pub fn time_is_up(&self) {
        self.deadline.store(true, Ordering::Release);
        self.cancel();
    }

    /// Whether the run is to stop, and why.
    pub fn reason(&self) -> Option<CancelReason> {
        if !self.stop.load(Ordering::Acquire) {
            return None;
        }
        let deadline = self.deadline.load(Ordering::Acquire);
        Some(if deadline { CancelReason::Deadline } else { CancelReason::Cancelled })
    }

    /// The flag that stops the run.
    pub(crate) fn flag(&self) -> Arc<AtomicBool> {
        self.stop.clone()
    }
}
