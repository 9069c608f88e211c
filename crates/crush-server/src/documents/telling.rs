//! What the client is told is wrong in documents.

use tower_lsp::ls_types::Diagnostic;

use super::Documents;
use super::snapshot::Taken;
use crate::convert::Positions;
use crate::guard::guarded;
use crate::uri::DocumentKey;

impl Documents {
    /// Publishes what is known of documents that were edited.
    pub(super) fn tell(&mut self) {
        for key in std::mem::take(&mut self.untold) {
            if guarded("diagnostics", || self.publish(&key)).is_none() {
                self.give_up(&key);
            }
        }
    }

    /// Publishes what is known of a document: syntax, names and borrows, and the run when it is of this version.
    pub(super) fn publish(&mut self, key: &DocumentKey) {
        self.untold.retain(|untold| untold != key);
        if self.pulls {
            return;
        }
        self.look_at_borrows(key);
        let Some(diagnostics) = self.diagnostics(key) else { return };
        let Some(document) = self.open.get_mut(key) else { return };
        document.told.clone_from(&diagnostics);
        self.outbox.diagnostics(key, document.uri.clone(), Some(document.version), diagnostics);
    }

    /// Publishes what is known of a document, unless the client knows it: nobody has edited it.
    pub(super) fn publish_changes(&mut self, key: &DocumentKey) {
        self.look_at_borrows(key);
        if let Some(diagnostics) = self.diagnostics(key)
            && self.open.get(key).is_some_and(|document| document.told != diagnostics)
        {
            self.publish(key);
        }
    }

    pub(super) fn diagnostics(&self, key: &DocumentKey) -> Option<Vec<Diagnostic>> {
        let document = self.open.get(key)?;
        let snapshot = self.snapshot(key, Taken::never_overtaken())?;
        let positions = Positions { text: document.analysis.text(), encoding: self.encoding };
        let diagnostics = match self.shows_faded {
            true => crush_ide::diagnostics_and_faded(&snapshot.snapshot),
            false => crush_ide::diagnostics(&snapshot.snapshot),
        };
        Some(diagnostics.iter().map(|d| positions.diagnostic(d, |file| snapshot.place(file))).collect())
    }
}
