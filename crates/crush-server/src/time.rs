//! Going back and forth in the last run of a document: sessions, each with a thread that has the run and its checkpoints.
//!
//! A session is about one run. When the document has run again, or is closed, or the workspace is no longer trusted, the
//! next request ends it and says so. There are few at a time: one more ends the oldest.

pub mod protocol;
mod requests;
mod session;
mod tell;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crush_ide::Evaluation;
use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp::ls_types::Uri;

use self::session::{Ended, Session};
use crate::documents::DocumentSnapshot;

/// So many sessions are kept.
const MOST_SESSIONS: usize = 4;

/// The sessions, the one opened last at the end.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    sessions: Vec<Arc<Session>>,
    last: u64,
}

impl Sessions {
    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new session on the last run of a document.
    fn begin(&self, document: &DocumentSnapshot, evaluation: &Arc<Evaluation>) -> Result<Arc<Session>> {
        let mut open = self.open();
        open.last += 1;
        let session = Session::start(open.last, document, evaluation)
            .map_err(|error| failed(format!("the system has no thread to go back in time: {error}")))?;
        let session = Arc::new(session);
        open.sessions.push(session.clone());
        let surplus = open.sessions.len().saturating_sub(MOST_SESSIONS);
        open.sessions.drain(..surplus);
        Ok(session)
    }

    /// The session of a number.
    fn get(&self, id: u64) -> Result<Arc<Session>> {
        let found = self.open().sessions.iter().find(|session| session.id == id).cloned();
        found.ok_or_else(|| ended(&Ended::Closed))
    }

    /// The document of a session.
    fn uri_of(&self, id: u64) -> Result<Uri> {
        self.get(id).map(|session| session.uri.clone())
    }

    /// Ends a session.
    fn end(&self, id: u64) {
        self.open().sessions.retain(|session| session.id != id);
    }

    /// The session on the last run of a document that was opened last, if there is one.
    fn on(&self, evaluation: &Arc<Evaluation>) -> Option<Arc<Session>> {
        self.open().sessions.iter().rev().find(|session| session.is_on(evaluation)).cloned()
    }

    /// The session of a number, if it is still about the last run of its document.
    fn current(&self, id: u64, document: Option<&DocumentSnapshot>) -> Result<Arc<Session>> {
        let session = self.get(id)?;
        let over = match document {
            None => Some(Ended::Closed),
            Some(document) if !document.settings.trusted => Some(Ended::Untrusted),
            Some(document) => match &document.snapshot.evaluation {
                Some(evaluation) if session.is_on(evaluation) => None,
                _ => Some(Ended::RanAgain),
            },
        };
        match over {
            None => Ok(session),
            Some(why) => {
                self.end(id);
                Err(ended(&why))
            }
        }
    }
}

/// The error of a request about a session that is over: the client should forget it.
fn ended(why: &Ended) -> Error {
    Error { code: ErrorCode::ContentModified, message: why.to_string().into(), data: None }
}

fn failed(message: String) -> Error {
    Error { code: ErrorCode::ServerError(-32803), message: message.into(), data: None }
}
