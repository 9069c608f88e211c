//! What happens to documents, one after the other.

use std::sync::Arc;

use crush_ide::{Evaluation, MissingGrant, PositionEncoding, Tree};
use tokio::sync::oneshot;
use tower_lsp::ls_types::{TextDocumentContentChangeEvent, Uri};

use super::snapshot::{DocumentSnapshot, Taken};
use crate::grants::GrantedFolders;
use crate::protocol::Settings;
use crate::uri::DocumentKey;

/// How far documents have to be worked out for a request: it does not wait for more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Depth {
    /// What they say, and what their names mean.
    Names,
    /// That, and what is wrong with their borrows.
    Borrows,
}

/// Something that happened, in the client's order.
pub(crate) enum Event {
    /// The handshake is over: how columns count, and what the client wants.
    Configure {
        encoding: PositionEncoding,
        settings: Settings,
        can_refresh_hints: bool,
        can_refresh_lenses: bool,
        pulls: bool,
        shows_faded: bool,
    },
    /// Settings changed. Trust is not among them.
    Settings(Settings),
    /// The user trusts the workspace, or no longer does.
    Trust(bool),
    /// A document was opened.
    Open { uri: Uri, version: i32, text: String },
    /// A document was edited.
    Change { uri: Uri, version: i32, changes: Vec<TextDocumentContentChangeEvent> },
    /// A document was saved.
    Save(Uri),
    /// A document was closed.
    Close(Uri),
    /// The user wants a run now.
    Run { uri: Uri, reply: oneshot::Sender<Result<(), String>> },
    /// The user wants a run to stop.
    Cancel(Uri),
    /// The user wants the run with this progress token to stop.
    CancelProgress(i32),
    /// A request wants to read a document.
    Read { uri: Uri, depth: Depth, taken: Taken, reply: oneshot::Sender<Option<DocumentSnapshot>> },
    /// A request wants to read all of them.
    ReadAll { depth: Depth, taken: Taken, reply: oneshot::Sender<Vec<DocumentSnapshot>> },
    /// No request is being answered any more.
    Answered,
    /// What the user granted, by folder.
    Grants(GrantedFolders),
    /// Files changed on disk.
    FilesChanged,
    /// A text was parsed from scratch.
    Parsed { key: DocumentKey, version: i32, tree: Option<Tree> },
    /// A run is over, or could not start.
    Evaluated { key: DocumentKey, run: u64, version: i32, result: RunResult },
}

/// What came of a run.
pub(crate) enum RunResult {
    /// The program ran, to its end or to a fault.
    Ran { evaluation: Arc<Evaluation>, milliseconds: u64, missing: Vec<MissingGrant> },
    /// It was stopped before its end.
    Cancelled { reason: String },
    /// It does not compile.
    Refused { reason: String },
}
