//! Requests that a client does not want any more. They are answered in the order in which they come; that one is not wanted is
//! heard while another is worked on.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use crush_ide::CancelToken;

/// Why a request that was cancelled has no answer, as the protocol words it.
pub(crate) const CANCELLED: &str = "cancelled";

/// Which requests are worked on and wanted.
#[derive(Clone, Default)]
pub(crate) struct Cancellations(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// The request that is worked on, and what stops that; those before it are answered.
    current: u64,
    token: CancelToken,
    is_cancelled: bool,
    /// Requests that wait and are not wanted.
    unwanted: BTreeSet<u64>,
}

impl Cancellations {
    /// A request is not wanted any more. One that was answered is left as it is.
    pub(crate) fn cancel(&self, request: u64) {
        self.with(|state| {
            if request == state.current {
                state.token.cancel();
                state.is_cancelled = true;
            } else if request > state.current {
                state.unwanted.insert(request);
            }
        });
    }

    /// A request is worked on from now on. An error when it is not wanted.
    pub(crate) fn begin(&self, request: u64) -> Result<(), String> {
        self.with(|state| {
            (state.current, state.token, state.is_cancelled) = (request, CancelToken::new(), false);
            if state.unwanted.remove(&request) { Err(CANCELLED.to_owned()) } else { Ok(()) }
        })
    }

    /// What stops the request that is worked on.
    pub(crate) fn token(&self) -> CancelToken {
        self.with(|state| state.token.clone())
    }

    /// Whether that was cancelled.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.with(|state| state.is_cancelled)
    }

    fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_is_dropped_and_what_is_worked_on_is_stopped() {
        let requests = Cancellations::default();
        requests.begin(3).expect("it is wanted");
        requests.cancel(5);
        assert!(!requests.is_cancelled());
        requests.cancel(3);
        assert!(requests.is_cancelled());
        requests.begin(4).expect("it is wanted");
        assert!(!requests.is_cancelled());
        assert_eq!(requests.begin(5), Err("cancelled".to_owned()));
        requests.cancel(2);
        requests.begin(6).expect("it is wanted");
    }
}
