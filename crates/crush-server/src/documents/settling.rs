//! What is put off until nobody types.
//!
//! A long text that does not parse is parsed once more, from scratch: how the parser goes on behind an error depends on what it
//! took over from before the edit. Memory that was freed is given back. Both take their time, so they have threads of their own.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use crush_ide::Tree;

use super::{Documents, Event};
use crate::guard::guarded;
use crate::uri::DocumentKey;

/// For so long nobody has typed then.
const PAUSE: Duration = Duration::from_millis(300);

impl Documents {
    /// Waits for the next event; `None` when there will be none. In a pause, what is unsettled is parsed again, and what was
    /// freed is given back.
    pub(super) fn wait(&mut self, events: &Receiver<Event>) -> Option<Event> {
        let is_settled = self.open.values().all(|document| document.analysis.is_settled());
        if is_settled && !self.has_freed {
            return events.recv().ok();
        }
        match events.recv_timeout(PAUSE) {
            Ok(event) => Some(event),
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => {
                self.parse_unsettled();
                if std::mem::take(&mut self.has_freed) {
                    // Nobody waits for it; without a thread it stays.
                    let _ = std::thread::Builder::new().name("memory".to_owned()).spawn(crate::memory::give_back);
                }
                events.recv().ok()
            }
        }
    }

    fn parse_unsettled(&mut self) {
        for (key, document) in &self.open {
            if document.analysis.is_settled() || !self.settling.insert(key.clone()) {
                continue;
            }
            let (text, version, key) = (document.text.clone(), document.version, key.clone());
            let queue = self.runs.queue().clone();
            let parse = move || {
                let tree = guarded("parse", || Tree::parse(text));
                queue.send(Event::Parsed { key, version, tree });
            };
            // Without a thread it stays as it is, which is not wrong, only not what it would be if it were opened.
            let _ = std::thread::Builder::new().name("parse".to_owned()).spawn(parse);
        }
    }

    /// Takes over a tree, unless the text has moved on.
    pub(super) fn parsed(&mut self, key: &DocumentKey, version: i32, tree: Option<Tree>) {
        self.settling.remove(key);
        let Some((document, tree)) = self.open.get_mut(key).zip(tree) else { return };
        if document.version != version {
            return;
        }
        if guarded("reparse", || document.analysis.reparsed(tree)).is_none() {
            self.start_over(key);
        }
        if self.open.get(key).is_some_and(|document| document.analysis.has_other_imports()) {
            self.load_modules(key);
        }
        if guarded("diagnostics", || self.publish_changes(key)).is_none() {
            self.give_up(key);
        }
    }
}
