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

#[cfg(test)]
mod tests {
    use crush_syntax::{TextEdit, TextRange};

    use super::*;
    use crate::fixture::analysis;
    use crate::{Snapshot, highlights};

    /// What `go` of `A` is used for, before and after an edit of one text, and in a text that has just been opened.
    #[test]
    fn what_was_looked_into_says_after_an_edit_what_it_says_of_a_fresh_text() {
        let before = "struct A { x }\nstruct B { x }\nimpl A { fn go(self) { return 1 } }\nimpl B { fn go(self) { return 2 } }\n\
                      fn run(it) { return it.go() }\nrun(A { x: 1 })\n";
        let of_go =
            |analysis| highlights(&Snapshot::unevaluated(analysis), before.find("go").expect("it is there")).len();
        let mut edited = analysis(before);
        assert_eq!(of_go(edited.clone()), 2);
        let start = before.find("A { x: 1").expect("it is there");
        edited.edit(&[TextEdit { range: TextRange::new(start, start + 1), new_text: "B".to_owned() }]);
        assert_eq!(of_go(edited.clone()), 1);
        assert_eq!(of_go(analysis(&edited.text().to_string())), 1);
    }

    #[test]
    fn only_so_many_expressions_are_kept() {
        let (analysis, cache) = (analysis("let x = 1 + 2\n"), BodiesCache::default());
        let lower = || analysis.hir().lower(analysis.tree(), crush_hir::file::BodyId::TopLevel);
        let each = lower().exprs.len();
        for key in 0..2 * (MOST_EXPRESSIONS / each) as u64 {
            let _ = cache.get(ItemKey(key), lower);
        }
        let kept = cache.lock();
        assert!(kept.expressions <= MOST_EXPRESSIONS && kept.bodies.len() * each == kept.expressions);
    }
}
