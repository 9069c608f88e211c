//! Waiting, so that a run that is told to stop stops at once.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use crush_vm::{CallError, CancelToken};

/// How long a wait goes on before it looks whether the run is to stop.
pub(crate) const LOOK: Duration = Duration::from_millis(2);

/// The error that ends a capability whose run is to stop: the VM says why.
pub(crate) fn stopped() -> CallError {
    CallError::Arena(crush_arena::Fault::Interrupted)
}

/// An error when the run is to stop. Whatever takes long asks now and then.
pub(crate) fn go_on(cancel: &CancelToken) -> Result<(), CallError> {
    if cancel.reason().is_some() { Err(stopped()) } else { Ok(()) }
}

/// Waits so long.
pub(crate) fn sleep(cancel: &CancelToken, time: Duration) -> Result<(), CallError> {
    let start = Instant::now();
    loop {
        go_on(cancel)?;
        let rest = time.saturating_sub(start.elapsed());
        if rest.is_zero() {
            return Ok(());
        }
        std::thread::sleep(rest.min(LOOK));
    }
}

/// Waits for what another thread works out. `None` when that thread is gone without a word.
pub(crate) fn receive<T>(cancel: &CancelToken, receiver: &Receiver<T>) -> Result<Option<T>, CallError> {
    loop {
        go_on(cancel)?;
        match receiver.recv_timeout(LOOK) {
            Ok(result) => return Ok(Some(result)),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_ends_when_the_run_is_to_stop() {
        let cancel = CancelToken::new();
        let stopper = cancel.clone();
        let thread = std::thread::spawn(move || sleep(&cancel, Duration::from_secs(3600)));
        stopper.cancel();
        assert_eq!(thread.join().expect("no panic"), Err(stopped()));
    }

    #[test]
    fn nobody_is_waited_for_that_is_gone() {
        let (sender, receiver) = std::sync::mpsc::channel::<u8>();
        drop(sender);
        assert_eq!(receive(&CancelToken::new(), &receiver), Ok(None));
    }
}
