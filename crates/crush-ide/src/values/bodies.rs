//! Bodies that were looked into, kept from version to version under the keys of their texts.

use std::sync::{Arc, Mutex, PoisonError};

use crush_hir::body::Body;
use crush_hir::file::ItemKey;
use rustc_hash::FxHashMap;

use super::sources::Sources;

/// So many expressions are kept: those of some ten thousand lines.
const MOST_EXPRESSIONS: usize = 150_000;

/// A body, and what its variables are given.
#[derive(Debug)]
pub(crate) struct Lowered {
    pub(super) body: Body,
    pub(super) sources: Sources,
}

impl Lowered {
    pub(super) fn of(body: Body) -> Self {
        Self { sources: Sources::of(&body), body }
    }
}

/// Bodies that were looked into. Versions of a text share them, for a body with the same key is the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct BodiesCache(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    bodies: FxHashMap<ItemKey, Arc<Lowered>>,
    expressions: usize,
}

impl BodiesCache {
    /// The body with a key; `lower` makes it when it is not known.
    pub(super) fn get(&self, key: ItemKey, lower: impl FnOnce() -> Body) -> Arc<Lowered> {
        if let Some(known) = self.lock().bodies.get(&key) {
            return Arc::clone(known);
        }
        // Made while nobody waits for the lock: others may make it meanwhile, and it is the same.
        let lowered = Arc::new(Lowered::of(lower()));
        let mut kept = self.lock();
        kept.expressions += lowered.body.exprs.len();
        if kept.expressions > MOST_EXPRESSIONS {
            // What is asked for again comes back by itself; most of the rest is of texts that are gone.
            *kept = Kept { expressions: lowered.body.exprs.len(), ..Kept::default() };
        }
        kept.bodies.insert(key, Arc::clone(&lowered));
        lowered
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Kept> {
        // What is in it is never half-changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
