//! The log of events (A8): what happened to which object, when recording is on.

use crate::{
    arena::Arena,
    loans::BorrowKind,
    object::Kind,
    ring::Ring,
    value::{BorrowRef, OwnerId, Ref, SiteId},
};

/// One thing that happened in the arena (A8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// Counts up from 0 since recording began; a gap at the start means that older events were overwritten.
    pub number: u64,
    /// Where in the program.
    pub site: SiteId,
    /// What.
    pub action: Action,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// An object was allocated.
    Allocate {
        /// The new object.
        object: Ref,
        /// Its kind.
        kind: Kind,
        /// Its bytes outside its slot.
        bytes: usize,
    },
    /// An object was read (B1).
    Read {
        /// The object.
        object: Ref,
    },
    /// An object was changed (B1), or was about to be.
    Write {
        /// The object.
        object: Ref,
    },
    /// A borrow was taken (B2, B3).
    Borrow {
        /// The object.
        object: Ref,
        /// The new borrow.
        borrow: BorrowRef,
        /// Its kind.
        kind: BorrowKind,
        /// Who holds it.
        owner: OwnerId,
    },
    /// A borrow ended (B4).
    Release {
        /// The object.
        object: Ref,
        /// The borrow.
        borrow: BorrowRef,
        /// Its kind.
        kind: BorrowKind,
    },
    /// An object was freed.
    Free {
        /// The object.
        object: Ref,
        /// The kind it had.
        kind: Kind,
        /// Why.
        cause: FreeCause,
    },
    /// A collection ended (A5).
    Collect {
        /// Objects freed.
        objects: usize,
        /// Bytes freed.
        bytes: usize,
    },
}

impl Action {
    /// The object it happened to; none for a collection.
    pub const fn object(&self) -> Option<Ref> {
        match *self {
            Action::Allocate { object, .. }
            | Action::Read { object }
            | Action::Write { object }
            | Action::Borrow { object, .. }
            | Action::Release { object, .. }
            | Action::Free { object, .. } => Some(object),
            Action::Collect { .. } => None,
        }
    }
}

/// Why an object was freed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FreeCause {
    /// The program dropped it (A6).
    Dropped,
    /// Nothing reached it any more (A5).
    Collected,
}

#[derive(Debug)]
pub(crate) struct Log {
    events: Ring<Event>,
    next: u64,
}

impl Arena {
    /// Starts to record events (A8), the newest `capacity` of them. What was recorded before is forgotten.
    ///
    /// From now on every live object is watched: its accesses leave the fast path. So recording costs nothing
    /// while it is off.
    pub fn start_recording(&mut self, capacity: usize) {
        *self.log.get_mut() = Some(Log { events: Ring::new(capacity), next: 0 });
        self.watch_all(true);
    }

    /// Stops recording. What was recorded stays.
    pub fn stop_recording(&mut self) {
        self.watch_all(false);
    }

    fn watch_all(&mut self, on: bool) {
        self.recording = on;
        for slot in self.slots.iter_mut().filter(|slot| !slot.is_free()) {
            slot.watch(on);
        }
    }

    /// Whether events are recorded.
    pub fn is_recording(&self) -> bool {
        self.recording
    }

    /// Tells where the instruction that runs next is, for the events of its reads and writes. Needed only while
    /// recording.
    pub fn set_site(&self, site: SiteId) {
        self.site.set(site);
    }

    /// The recorded events, oldest first.
    pub fn events(&self) -> Vec<Event> {
        self.log.borrow().as_ref().map_or_else(Vec::new, |log| log.events.iter().copied().collect())
    }

    pub(crate) fn record(&self, site: SiteId, action: Action) {
        if !self.recording {
            return;
        }
        if let Some(log) = self.log.borrow_mut().as_mut() {
            log.events.push(Event { number: log.next, site, action });
            log.next += 1;
        }
    }
}
