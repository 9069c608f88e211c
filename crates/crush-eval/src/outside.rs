//! What a run has of the outside: what it was granted, and what came of its calls, so that it can be had again without doing
//! anything outside once more.

use std::sync::Arc;

use crush_host::{Grants, Host};
use crush_vm::{CancelToken, HostAdapter};

use crate::time::{Given, Replay};

/// What a run was granted, and what it got.
#[derive(Clone, Debug, Default)]
pub struct Outside {
    grants: Arc<Grants>,
    given: Arc<Given>,
}

impl Outside {
    /// Hands `work` a host that does for the first time what was granted; gives what came of it beside.
    pub(crate) fn once<T>(
        grants: &Arc<Grants>,
        cancel: &CancelToken,
        work: impl FnOnce(&dyn HostAdapter) -> T,
    ) -> (T, Self) {
        // The recorder keeps what is printed.
        let mut nowhere = std::io::sink();
        let host = Host::in_background(grants, &mut nowhere).with_cancel(cancel.clone());
        if grants.is_none() {
            // What it may call gives the same in every run.
            return (work(&host), Self::default());
        }
        let replay = Replay::new(&host);
        let result = work(&replay);
        let given = Arc::new(replay.into_given());
        (result, Self { grants: Arc::clone(grants), given })
    }

    /// Hands `work` a host that gives again what it gave, and does nothing outside.
    pub fn again<T>(&self, work: impl FnOnce(&Replay<'_>) -> T) -> T {
        let mut nowhere = std::io::sink();
        let host = Host::in_background(&self.grants, &mut nowhere);
        match self.grants.is_none() {
            true => work(&Replay::new(&host)),
            false => work(&Replay::of_past(&host, &self.given)),
        }
    }

    /// The same for the runs of this crate, which take the short way where nothing was granted.
    pub(crate) fn host<T>(&self, work: impl FnOnce(&dyn HostAdapter) -> T) -> T {
        if self.grants.is_none() {
            let mut nowhere = std::io::sink();
            return work(&Host::in_background(&self.grants, &mut nowhere));
        }
        self.again(|replay| work(replay))
    }

    /// What was granted.
    pub fn grants(&self) -> &Grants {
        &self.grants
    }
}
