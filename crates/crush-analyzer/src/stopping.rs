//! What stops a run from outside: Ctrl-C, and its deadline.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use crush_ide::CancelToken;

/// The exit status of a process that Ctrl-C ended, as shells have it.
pub(crate) const INTERRUPTED: u8 = 130;

/// The run that Ctrl-C stops now.
static RUNNING: Mutex<Option<CancelToken>> = Mutex::new(None);
static WAS_INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Makes Ctrl-C stop this run. A second one, or one without a run, ends the process.
pub(crate) fn stop_on_interrupt(cancel: &CancelToken) {
    static HANDLER: OnceLock<bool> = OnceLock::new();
    WAS_INTERRUPTED.store(false, Ordering::Relaxed);
    *running() = Some(cancel.clone());
    HANDLER.get_or_init(|| ctrlc::set_handler(interrupted).is_ok());
}

/// The run is over: whether Ctrl-C stopped it.
pub(crate) fn was_interrupted() -> bool {
    *running() = None;
    WAS_INTERRUPTED.swap(false, Ordering::Relaxed)
}

fn interrupted() {
    WAS_INTERRUPTED.store(true, Ordering::Relaxed);
    match running().take() {
        Some(cancel) => cancel.cancel(),
        None => std::process::exit(INTERRUPTED.into()),
    }
}

fn running() -> std::sync::MutexGuard<'static, Option<CancelToken>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Stops a run when its time is up; dropping it forgets the deadline.
#[derive(Debug)]
pub(crate) struct Deadline {
    _ended: Sender<()>,
}

impl Deadline {
    /// The run has so long from now on.
    pub(crate) fn after(time: Duration, cancel: &CancelToken) -> Self {
        let (ended, waiting) = mpsc::channel::<()>();
        let cancel = cancel.clone();
        std::thread::spawn(move || {
            if waiting.recv_timeout(time) == Err(RecvTimeoutError::Timeout) {
                cancel.time_is_up();
            }
        });
        Self { _ended: ended }
    }
}
