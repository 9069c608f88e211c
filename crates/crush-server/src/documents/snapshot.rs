//! A document as a request gets it: as it was when the request took its turn.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crush_ide::{FileKey, ModuleId, PositionEncoding, Snapshot};
use tower_lsp::ls_types::Uri;

use super::readers::Reading;
use crate::answers::Cancelled;
use crate::convert::{Place, Positions};
use crate::files;
use crate::grants::Folder;
use crate::protocol::Settings;

/// An immutable view of a document, as a request gets it.
#[derive(Clone)]
pub(crate) struct DocumentSnapshot {
    /// Its URI as the client spells it.
    pub(crate) uri: Uri,
    /// The text, what is known of it, and the last run.
    pub(crate) snapshot: Snapshot,
    /// The version that the last run ran.
    pub(crate) evaluated_version: i32,
    /// How many milliseconds that took.
    pub(crate) took: u64,
    /// The folder it is in, with what programs in it were granted.
    pub(crate) folder: Option<Folder>,
    /// Open documents among its modules, as the client spells their URIs.
    pub(crate) modules: HashMap<FileKey, Uri>,
    /// What columns count.
    pub(crate) encoding: PositionEncoding,
    /// What the client wants to see.
    pub(crate) settings: Settings,
    /// Its version.
    pub(crate) version: i32,
    /// The moment at which it was taken.
    pub(super) taken: Taken,
    /// Whether who asked for it no longer waits.
    pub(crate) cancelled: Cancelled,
    /// What lets a request go first that is answered from it.
    pub(super) reading: Option<Arc<Reading>>,
}

/// The moment at which a request took its turn, by the edits that had come then.
#[derive(Clone)]
pub(crate) struct Taken {
    edits: Arc<AtomicU64>,
    at: u64,
}

impl Taken {
    /// Now, where `edits` counts those that have come.
    pub(super) fn now(edits: &Arc<AtomicU64>) -> Self {
        Self { at: edits.load(Ordering::Relaxed), edits: Arc::clone(edits) }
    }

    /// Some moment after which no edit comes: for what is told of the server's own accord.
    pub(super) fn never_overtaken() -> Self {
        Self::now(&Arc::default())
    }
}

impl DocumentSnapshot {
    /// Whether an edit has come since: the client no longer has this text.
    pub(crate) fn is_overtaken(&self) -> bool {
        self.taken.edits.load(Ordering::Relaxed) != self.taken.at
    }

    /// Whether nobody needs what is worked out of it: the text has moved on, or nobody waits.
    pub(crate) fn is_over(&self) -> bool {
        self.cancelled.is_set() || self.is_overtaken()
    }

    /// A file of the document's program, as the client knows it.
    pub(crate) fn place(&self, file: ModuleId) -> Option<Place<'_>> {
        let analysis = &self.snapshot.analysis;
        match analysis.module(file) {
            Some((key, _, text)) => {
                let uri = self.modules.get(key).cloned().or_else(|| files::uri_of(key))?;
                Some(Place { uri, positions: Positions { text, encoding: self.encoding } })
            }
            None => Some(Place {
                uri: self.uri.clone(),
                positions: Positions { text: analysis.text(), encoding: self.encoding },
            }),
        }
    }
}
