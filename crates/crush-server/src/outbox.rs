//! What the server tells the client of its own accord, in order, without anybody waiting for the client.
//!
//! Diagnostics of one document replace each other: a client that reads slowly gets the newest, not a queue of old ones.

use std::sync::Arc;

use dashmap::DashMap;
use tokio::sync::mpsc;
use tower_lsp::Client;
use tower_lsp::ls_types::{Diagnostic, MessageType, Uri};

use crate::protocol::{EvaluationNotification, EvaluationParams};
use crate::uri::DocumentKey;

/// One message to the client.
enum Outgoing {
    /// Diagnostics of this document wait in `Outbox::diagnostics`.
    Diagnostics(DocumentKey),
    Evaluation(Box<EvaluationParams>),
    RefreshHints,
    RefreshLenses,
    ShowError(String),
}

/// Diagnostics of one version of one document.
struct Published {
    uri: Uri,
    version: Option<i32>,
    diagnostics: Vec<Diagnostic>,
}

/// The way to the client. Cloning is cheap; nothing here waits.
#[derive(Clone)]
pub(crate) struct Outbox {
    queue: mpsc::UnboundedSender<Outgoing>,
    diagnostics: Arc<DashMap<DocumentKey, Published>>,
}

impl Outbox {
    /// Starts the task that sends.
    pub(crate) fn start(client: Client) -> Self {
        let (queue, mut receiver) = mpsc::unbounded_channel();
        let diagnostics = Arc::new(DashMap::<DocumentKey, Published>::new());
        let waiting = Arc::clone(&diagnostics);
        tokio::spawn(async move {
            while let Some(message) = receiver.recv().await {
                match message {
                    // Taken out of the map first: a reference into it must not live across an await.
                    Outgoing::Diagnostics(key) => {
                        if let Some((_, published)) = waiting.remove(&key) {
                            let Published { uri, version, diagnostics } = published;
                            client.publish_diagnostics(uri, diagnostics, version).await;
                        }
                    }
                    Outgoing::Evaluation(params) => {
                        client.send_notification::<EvaluationNotification>(*params).await;
                    }
                    Outgoing::ShowError(text) => client.show_message(MessageType::ERROR, text).await,
                    // The answer may take long; nobody needs it.
                    Outgoing::RefreshHints => {
                        let client = client.clone();
                        tokio::spawn(async move {
                            let _ = client.inlay_hint_refresh().await;
                        });
                    }
                    Outgoing::RefreshLenses => {
                        let client = client.clone();
                        tokio::spawn(async move {
                            let _ = client.code_lens_refresh().await;
                        });
                    }
                }
            }
        });
        Self { queue, diagnostics }
    }

    /// Publishes diagnostics, instead of those of the same document that were not sent yet.
    pub(crate) fn diagnostics(&self, key: &DocumentKey, uri: Uri, version: Option<i32>, diagnostics: Vec<Diagnostic>) {
        let replaced = self.diagnostics.insert(key.clone(), Published { uri, version, diagnostics });
        if replaced.is_none() {
            self.send(Outgoing::Diagnostics(key.clone()));
        }
    }

    /// Tells how a run stands.
    pub(crate) fn evaluation(&self, params: EvaluationParams) {
        self.send(Outgoing::Evaluation(Box::new(params)));
    }

    /// Asks the client to ask for inlay hints again.
    pub(crate) fn refresh_hints(&self) {
        self.send(Outgoing::RefreshHints);
    }

    /// Asks the client to ask for code lenses again.
    pub(crate) fn refresh_lenses(&self) {
        self.send(Outgoing::RefreshLenses);
    }

    /// Shows an error to the user.
    pub(crate) fn show_error(&self, text: String) {
        self.send(Outgoing::ShowError(text));
    }

    fn send(&self, message: Outgoing) {
        // The receiver is gone only when the server is on its way out.
        let _ = self.queue.send(message);
    }
}
