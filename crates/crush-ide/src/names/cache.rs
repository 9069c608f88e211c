//! The names of bodies, kept from version to version under the keys of their texts.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use crush_hir::file::{BodyId, FileHir, ItemKey};
use crush_syntax::Tree;
use rustc_hash::FxHashMap;

use super::{BodyNames, walk};

/// The names of bodies. Versions of a text share it, for a body with the same key has the same names.
#[derive(Clone, Debug, Default)]
pub(crate) struct NamesCache(Arc<Mutex<FxHashMap<ItemKey, Arc<BodyNames>>>>);

impl NamesCache {
    /// The names of a body.
    pub(crate) fn of_body(&self, hir: &FileHir, tree: &Tree, body: BodyId) -> Arc<BodyNames> {
        let key = hir.body_key(body);
        if let Some(known) = self.lock().get(&key) {
            return Arc::clone(known);
        }
        // Worked out while nobody waits for the lock: others may ask meanwhile, and find the same.
        let names = Arc::new(walk::body_names(hir, tree, body));
        self.lock().insert(key, Arc::clone(&names));
        names
    }

    /// Forgets bodies that `files` no longer have, once they are many.
    pub(crate) fn forget_others<'a>(&self, files: impl Iterator<Item = &'a FileHir>) {
        let known = self.lock().len();
        if known < 64 {
            return;
        }
        let files: Vec<_> = files.collect();
        // Mostly there is a body for each item at most, and then nothing to do.
        if known <= 2 * files.iter().map(|hir| hir.items().len()).sum::<usize>() {
            return;
        }
        let used: HashSet<_> = files.into_iter().flat_map(|hir| hir.bodies().map(|body| hir.body_key(body))).collect();
        if known > 2 * used.len() + 64 {
            self.lock().retain(|key, _| used.contains(key));
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, FxHashMap<ItemKey, Arc<BodyNames>>> {
        // What is in it is never half-changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
