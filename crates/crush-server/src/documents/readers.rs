//! Requests that are being answered. Somebody waits for each of them, and for diagnostics nobody does: they let requests go
//! first, for a moment, rather than take a processor from them.

use std::sync::mpsc::Receiver;
use std::sync::{Arc, Weak};
use std::time::Duration;

use super::queue::Queue;
use super::{Documents, Event};

/// For so long diagnostics let requests go first.
const MOMENT: Duration = Duration::from_millis(10);

/// The requests that are being answered.
#[derive(Default)]
pub(super) struct Readers(Weak<Reading>);

/// What every such request holds. The last one to let go says so.
pub(crate) struct Reading(Queue);

impl Drop for Reading {
    fn drop(&mut self) {
        self.0.send(Event::Answered);
    }
}

impl Readers {
    /// One more.
    pub(super) fn add(&mut self, queue: &Queue) -> Arc<Reading> {
        self.0.upgrade().unwrap_or_else(|| {
            let reading = Arc::new(Reading(queue.clone()));
            self.0 = Arc::downgrade(&reading);
            reading
        })
    }
}

impl Documents {
    /// While requests are being answered: what happens next, if it does soon.
    pub(super) fn while_read(&self, events: &Receiver<Event>) -> Option<Event> {
        match self.readers.0.strong_count() {
            0 => None,
            _ => events.recv_timeout(MOMENT).ok(),
        }
    }
}
