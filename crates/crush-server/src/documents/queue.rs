//! The way to the one writer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;

use tokio::sync::oneshot;
use tower_lsp::ls_types::Uri;

use super::event::{Depth, Event};
use super::snapshot::{DocumentSnapshot, Taken};

/// The way to the one writer.
#[derive(Clone)]
pub(crate) struct Queue {
    events: mpsc::Sender<Event>,
    /// How many edits were put into it.
    edits: Arc<AtomicU64>,
}

impl Queue {
    /// Puts `event` at the end of the queue.
    pub(crate) fn send(&self, event: Event) {
        if matches!(event, Event::Change { .. } | Event::Open { .. } | Event::Close(_)) {
            self.edits.fetch_add(1, Ordering::Relaxed);
        }
        // The writer is gone only when the process is on its way out.
        let _ = self.events.send(event);
    }

    fn taken(&self) -> Taken {
        Taken::now(&self.edits)
    }

    /// A snapshot of `uri` as it is when all events before this call are handled; `None` when it is not open.
    ///
    /// The turn is taken at once, not when the result is awaited.
    pub(crate) fn read(&self, uri: Uri, depth: Depth) -> impl Future<Output = Option<DocumentSnapshot>> + use<> {
        let (reply, answer) = oneshot::channel();
        self.send(Event::Read { uri, depth, taken: self.taken(), reply });
        async { answer.await.ok().flatten() }
    }

    /// Snapshots of all open documents as they are when all events before this call are handled.
    pub(crate) fn read_all(&self, depth: Depth) -> impl Future<Output = Vec<DocumentSnapshot>> + use<> {
        let (reply, answer) = oneshot::channel();
        self.send(Event::ReadAll { depth, taken: self.taken(), reply });
        async { answer.await.unwrap_or_default() }
    }
}

/// A queue and the end that [`Documents::start`](super::Documents::start) reads.
pub(crate) fn queue() -> (Queue, mpsc::Receiver<Event>) {
    let (events, receiver) = mpsc::channel();
    (Queue { events, edits: Arc::default() }, receiver)
}
