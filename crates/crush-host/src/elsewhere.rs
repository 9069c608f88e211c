//! Work that cannot be left in the middle, as a library does it in one piece.
//!
//! Where it may take long, a thread of its own does it, and nobody waits for that thread once the run is told to stop (a run
//! returns within 10 ms). The thread ends with its work, which is no longer than its input allows, and there are few of them,
//! so that runs that were stopped never keep the processor busy for long.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};

use crush_vm::{Call, CallError};

use crate::wait::LOOK;

/// What goes through so many bytes ends in a millisecond or so.
const LITTLE: usize = 1 << 19;
const MOST_THREADS: usize = 4;

static THREADS: AtomicUsize = AtomicUsize::new(0);

/// One of the threads that may be.
struct Place;

impl Place {
    fn take() -> Option<Self> {
        let free = |threads| (threads < MOST_THREADS).then_some(threads + 1);
        THREADS.fetch_update(Ordering::Relaxed, Ordering::Relaxed, free).is_ok().then_some(Self)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        THREADS.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Does work that goes through so many bytes: here when they are few.
pub(crate) fn elsewhere<T: Send + 'static>(
    call: &Call<'_>,
    bytes: usize,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, CallError> {
    if bytes <= LITTLE {
        return Ok(work());
    }
    let place = loop {
        call.charge(0)?;
        match Place::take() {
            Some(place) => break place,
            None => std::thread::sleep(LOOK),
        }
    };
    let (sender, result) = mpsc::sync_channel(1);
    let thread = std::thread::Builder::new().name("library".into()).spawn(move || {
        let done = work();
        drop(place);
        // Nobody may be there any more.
        let _ = sender.send(done);
    });
    thread.map_err(|error| CallError::Failed(error.to_string()))?;
    loop {
        call.charge(0)?;
        match result.recv_timeout(LOOK) {
            Ok(done) => return Ok(done),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Err("it broke off".into()),
        }
    }
}
