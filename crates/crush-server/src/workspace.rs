//! The programs of the workspace, open or not: what is in each, in a few words, so that those that matter for a request are
//! found without reading all of them again.

mod entry;
mod programs;
mod scan;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crush_ide::{FileKey, PositionEncoding};
use tower_lsp::ls_types::{InitializeParams, Uri, WorkspaceFolder, WorkspaceFoldersChangeEvent};

pub(crate) use entry::Entry;
pub(crate) use programs::{OpenDocuments, Programs};

/// The folders of the workspace, and what is known of the programs in them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Workspace(Arc<Mutex<Known>>);

#[derive(Debug, Default)]
struct Known {
    roots: Vec<PathBuf>,
    entries: HashMap<PathBuf, Arc<Entry>>,
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
    pub(crate) fn known_entries(&self) -> Vec<Arc<Entry>> {
        let known = self.lock();
        if known.is_outdated && known.entries.is_empty() {
            drop(known);
            return self.entries();
        }
        known.entries.values().cloned().collect()
    }

    /// What is known of the programs in the folders, by path. Looks at the disk when something may have changed there.
    pub(crate) fn entries(&self) -> Vec<Arc<Entry>> {
        let (roots, entries, is_outdated) = {
            let mut known = self.lock();
            let is_outdated = known.is_outdated || !known.is_watched;
            known.is_outdated = false;
            (known.roots.clone(), known.entries.clone(), is_outdated)
        };
        let entries = match is_outdated {
            // Nobody waits for the lock meanwhile.
            true => {
                let entries = scan::scan(&roots, &entries);
                self.lock().entries.clone_from(&entries);
                entries
            }
            false => entries,
        };
        let mut entries: Vec<_> = entries.into_values().collect();
        entries.sort_unstable_by(|left, right| left.path.cmp(&right.path));
        entries
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Known> {
        // What is in it is never half-changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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
