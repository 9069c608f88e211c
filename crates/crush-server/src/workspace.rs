//! The programs of the workspace, open or not: what is in each, in a few words, so that those that matter for a request are
//! found without reading all of them again.

mod entry;
mod programs;
mod scan;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crush_ide::{FileKey, PositionEncoding};
use tower_lsp::ls_types::{InitializeParams, Uri, WorkspaceFolder, WorkspaceFoldersChangeEvent};

pub(crate) use entry::Entry;
pub(crate) use programs::{OpenDocuments, Programs};

use crate::answers::Cancelled;

/// The folders of the workspace, and what is known of the programs in them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Workspace {
    known: Arc<Mutex<Known>>,
    /// Held by whoever looks at the disk: who comes meanwhile waits for what is found.
    looking: Arc<Mutex<()>>,
}

/// What is known of the programs in the folders, by path.
pub(crate) type Entries = Arc<[Arc<Entry>]>;

#[derive(Debug, Default)]
struct Known {
    roots: Vec<PathBuf>,
    entries: Entries,
    /// Whether anybody has looked yet.
    has_looked: bool,
    /// Whether a file may have changed since the entries were made.
    is_outdated: bool,
    /// Whether the client tells of every change.
    is_watched: bool,
    /// What the client's columns count.
    encoding: Option<PositionEncoding>,
}

impl Workspace {
    /// Takes over the folders that the client opened. `is_watched` says whether it tells of files that change.
    pub(crate) fn open(&self, params: &InitializeParams, is_watched: bool, encoding: PositionEncoding) {
        let folders = params.workspace_folders.iter().flatten().map(|folder| &folder.uri);
        let mut roots: Vec<_> = folders.filter_map(path_of).collect();
        #[expect(deprecated, reason = "older clients say it this way")]
        if roots.is_empty() {
            roots.extend(params.root_uri.as_ref().and_then(path_of));
        }
        let mut known = self.lock();
        let encoding = Some(encoding);
        *known = Known { roots, is_outdated: true, is_watched, encoding, ..Known::default() };
    }

    /// Follows the client when it opens and closes folders.
    pub(crate) fn change(&self, event: &WorkspaceFoldersChangeEvent) {
        let paths = |folders: &[WorkspaceFolder]| -> Vec<PathBuf> {
            folders.iter().filter_map(|folder| path_of(&folder.uri)).collect()
        };
        let removed = paths(&event.removed);
        let mut known = self.lock();
        known.roots.retain(|root| !removed.contains(root));
        known.roots.extend(paths(&event.added));
        let roots = known.roots.clone();
        let is_there = |entry: &&Arc<Entry>| roots.iter().any(|root| entry.path.starts_with(root));
        known.entries = known.entries.iter().filter(is_there).cloned().collect();
        known.is_outdated = true;
    }

    /// What the client's columns count.
    pub(crate) fn encoding(&self) -> PositionEncoding {
        self.lock().encoding.unwrap_or(PositionEncoding::Utf16)
    }

    /// Notes that files changed.
    pub(crate) fn outdate(&self) {
        self.lock().is_outdated = true;
    }

    /// What is known of the programs in the folders, without another look at the disk once there was one: for what is asked at
    /// every key.
    pub(crate) fn known_entries(&self, cancelled: &Cancelled) -> Entries {
        let known = self.lock();
        if known.has_looked {
            return Arc::clone(&known.entries);
        }
        drop(known);
        self.entries(cancelled)
    }

    /// What is known of the programs in the folders. Looks at the disk when something may have changed there, as long as
    /// somebody waits for it.
    pub(crate) fn entries(&self, cancelled: &Cancelled) -> Entries {
        let _looking = self.looking.lock().unwrap_or_else(PoisonError::into_inner);
        let (roots, before) = {
            let mut known = self.lock();
            if known.has_looked && known.is_watched && !known.is_outdated {
                return Arc::clone(&known.entries);
            }
            known.is_outdated = false;
            (known.roots.clone(), Arc::clone(&known.entries))
        };
        // What is known can be asked for meanwhile.
        let found = scan::scan(&roots, &before, &|| cancelled.is_set());
        if before.is_empty() && !found.entries.is_empty() {
            crate::memory::give_back();
        }
        let mut known = self.lock();
        known.has_looked |= found.is_whole;
        known.is_outdated |= !found.is_whole;
        known.entries = Arc::clone(&found.entries);
        found.entries
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Known> {
        // What is in it is never half-changed.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn path_of(uri: &Uri) -> Option<PathBuf> {
    let key = crate::files::key_of(uri);
    let path = Path::new(&*key.0);
    path.is_absolute().then(|| path.to_owned())
}

/// The URI of a file of the workspace.
pub(crate) fn uri_of(key: &FileKey, open: &OpenDocuments) -> Option<Uri> {
    open.uri_of(key).or_else(|| crate::files::uri_of(key))
}

/// Lets other threads go before this one, where the system can: whoever types goes before work on thousands of files.
pub(crate) fn unhurried() {
    // There it is the priority of this thread alone.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::setpriority_process(None, 10);
}
