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
    /// The one object whose events are recorded; none where those of all are.
    only: Option<Ref>,
    /// How many of them were no reads.
    changes: u64,
}

impl Arena {
    /// Starts to record events (A8), the newest `capacity` of them. What was recorded before is forgotten.
    ///
    /// From now on every live object is watched: its accesses leave the fast path. So recording costs nothing
    /// while it is off.
    pub fn start_recording(&mut self, capacity: usize) {
        *self.log.get_mut() = Some(Log { events: Ring::new(capacity), next: 0, only: None, changes: 0 });
        self.watch_all(true);
    }

    /// Starts to record the events of one object but for reads, whether it is there already or comes to be. Accesses to all others stay on
    /// the fast path.
    pub fn start_watching(&mut self, object: Ref, capacity: usize) {
        self.watch_all(false);
        *self.log.get_mut() = Some(Log { events: Ring::new(capacity), next: 0, only: Some(object), changes: 0 });
        self.recording = true;
        if let Some(slot) = self.slots.get_mut(object.slot() as usize).filter(|slot| slot.holds(object)) {
            slot.watch(true);
        }
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

    /// Whether the events of all objects are recorded.
    pub fn is_recording(&self) -> bool {
        self.recording && self.watched().is_none()
    }

    /// The one object whose events are recorded.
    fn watched(&self) -> Option<Ref> {
        self.log.borrow().as_ref().and_then(|log| log.only)
    }

    /// An object was allocated while events are recorded.
    #[cold]
    #[inline(never)]
    pub(crate) fn record_allocation(&mut self, object: Ref, site: SiteId) {
        let slot = object.slot() as usize;
        if self.watched().is_none_or(|only| only == object) {
            self.slots[slot].watch(true);
        }
        let (kind, bytes) = (self.slots.object(object.slot()).kind(), self.books[slot].bytes);
        self.record(site, Action::Allocate { object, kind, bytes });
    }

    /// How many events were recorded since recording began.
    pub fn events_recorded(&self) -> u64 {
        self.log.borrow().as_ref().map_or(0, |log| log.next)
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

    /// How many events but reads were recorded since recording began.
    pub fn changes_recorded(&self) -> u64 {
        self.log.borrow().as_ref().map_or(0, |log| log.changes)
    }

    /// Hands `each` the recorded events from a number on, newest first, and gives the number of the next one to come.
    pub fn events_from(&self, number: u64, mut each: impl FnMut(&Event)) -> u64 {
        let log = self.log.borrow();
        let Some(log) = log.as_ref() else { return 0 };
        log.events.iter().rev().take_while(|event| event.number >= number).for_each(&mut each);
        log.next
    }

    pub(crate) fn record(&self, site: SiteId, action: Action) {
        if !self.recording {
            return;
        }
        if let Some(log) = self.log.borrow_mut().as_mut()
            && (log.only.is_none() || log.only == action.object() && !matches!(action, Action::Read { .. }))
        {
            log.events.push(Event { number: log.next, site, action });
            log.next += 1;
            log.changes += u64::from(!matches!(action, Action::Read { .. }));
        }
    }
}
