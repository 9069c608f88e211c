//! Making a file from a tree, and the next version of it from an edit.
//!
//! What the edit did not touch is taken over without a look at its text, if it is without an error: then a node of the same
//! kind and length at its place has the same structure. In a file without errors the walk starts shortly before the edit
//! and ends at an item that is the old one again. How broken text is understood depends on what stands around it, even
//! far behind it, so a file with an error is walked from end to end, and what is broken in it looked at again.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use crush_syntax::{Node, TextEdit, Tree, TreeCursor};
use rustc_hash::FxHasher;

use super::change::Change;
use super::collect::{self, narrow};
use super::item::{Item, ItemKey, ItemKind};
use super::names::Names;
use super::{FileHir, TopLevel};
use crate::source_map::BodyMap;

/// Items before the edit that are looked at again: what follows an item may change where it ends.
const LOOK_BACK: usize = 2;

impl FileHir {
    /// The file of `tree`.
    pub fn new(tree: &Tree) -> Self {
        let items = Walk::over_all(tree, None).items;
        let names = Arc::new(Names::of(&items));
        let top_level = Arc::new(TopLevel::of(&items));
        Self { items: Arc::new(items), names, top_level, imports: None }
    }

    /// The file of `new`, which `edits` made from `old`, the tree of this file.
    ///
    /// The result is the same as that of [`FileHir::new`], with the imports of this file.
    #[must_use]
    pub fn update(&self, edits: &[TextEdit], old: &Tree, new: &Tree) -> Self {
        let Some(change) = Change::of(edits, old.text().len(), new.text().len()) else { return self.clone() };
        let reuse = Reuse { items: &self.items, change };
        let is_intact = !old.root().has_error() && !new.root().has_error();
        let around = is_intact.then(|| Walk::around(new, reuse)).flatten();
        let walk = around.unwrap_or_else(|| Walk::over_all(new, Some(reuse)));
        self.spliced(walk, change)
    }

    /// This file with the items of `walk` in place of those that it looked at.
    fn spliced(&self, walk: Walk, change: Change) -> Self {
        let Walk { first, items: fresh, resume } = walk;
        let resume = resume.unwrap_or(self.items.len());
        let names = self.names_after(&self.items[first..resume], &fresh, first);
        let mut items = Vec::with_capacity(first + fresh.len() + self.items.len() - resume);
        items.extend_from_slice(&self.items[..first]);
        items.extend(fresh);
        items.extend(self.items[resume..].iter().map(|item| {
            let mut item = item.clone();
            item.start = change.moved(item.start);
            item
        }));
        let names = names.unwrap_or_else(|| Arc::new(Names::of(&items)));
        let top_level = Arc::new(TopLevel::of(&items));
        Self { items: Arc::new(items), names, top_level, imports: self.imports.clone() }
    }

    /// The names after `replaced`, which began at item `first`, gave way to `fresh`; `None` when they are others.
    fn names_after(&self, replaced: &[Item], fresh: &[Item], first: usize) -> Option<Arc<Names>> {
        let declaring = |items: &[Item]| -> Vec<(usize, u64)> {
            let declaring = items.iter().enumerate().filter(|(_, item)| item.declares());
            declaring.map(|(index, item)| (index, collect::signature(item))).collect()
        };
        let (before, after) = (declaring(replaced), declaring(fresh));
        if before.len() != after.len() || !before.iter().zip(&after).all(|(old, new)| old.1 == new.1) {
            return None;
        }
        // A statement that came or went moves the declarations behind it, all by the same number of places.
        let by = fresh.len().cast_signed() - replaced.len().cast_signed();
        let stayed = before.iter().zip(&after).take_while(|(old, new)| old.0 == new.0).count();
        let moved =
            before.iter().zip(&after).skip(stayed).all(|(old, new)| old.0.checked_add_signed(by) == Some(new.0));
        if by == 0 && stayed == before.len() {
            return Some(Arc::clone(&self.names));
        }
        let from = before.get(stayed).map_or(first + replaced.len(), |(index, _)| first + index);
        moved.then(|| Arc::new(self.names.shifted(from, by)))
    }
}

impl Change {
    /// Where what stood at `start`, behind the change, stands now.
    fn moved(self, start: u32) -> u32 {
        (start + self.new_end).wrapping_sub(self.old_end)
    }

    /// Where what stands at `start` now stood before; `None` when the change touched it.
    fn before(self, start: u32, end: u32) -> Option<u32> {
        if end < self.start {
            Some(start)
        } else if start > self.new_end {
            Some((start + self.old_end).wrapping_sub(self.new_end))
        } else {
            None
        }
    }
}

/// Old items that may be taken over.
#[derive(Clone, Copy)]
struct Reuse<'a> {
    items: &'a [Item],
    change: Change,
}

impl Reuse<'_> {
    /// The old item that a node from `start` to `end` is again.
    fn find(&self, start: u32, end: u32, node: Node<'_>) -> Option<usize> {
        if node.has_error() {
            return None;
        }
        let before = self.change.before(start, end)?;
        let index = self.items.binary_search_by_key(&before, |item| item.start).ok()?;
        let item = &self.items[index];
        (item.len == end - start && item.node_kind == node.kind_id() && !item.has_error).then_some(index)
    }
}

/// The new items from some old one on.
struct Walk {
    /// The first old item that was looked at again.
    first: usize,
    items: Vec<Item>,
    /// The old item from which on everything is the same again; `None` when the walk went to the end.
    resume: Option<usize>,
}

impl Walk {
    /// Walks the whole file, taking over what can be.
    fn over_all(tree: &Tree, reuse: Option<Reuse<'_>>) -> Self {
        let mut walk = Self { first: 0, items: Vec::new(), resume: None };
        let mut cursor = tree.root().walk();
        if cursor.goto_first_child() {
            walk.run(tree, cursor, reuse, true);
        }
        walk
    }

    /// Walks from shortly before the change until the old items come again; `None` when the start is not found.
    fn around(tree: &Tree, reuse: Reuse<'_>) -> Option<Self> {
        let touched = reuse.items.partition_point(|item| item.end() < reuse.change.start);
        let first = touched.saturating_sub(LOOK_BACK);
        let mut walk = Self { first, items: Vec::new(), resume: None };
        let mut cursor = tree.root().walk();
        if first == 0 {
            if cursor.goto_first_child() {
                walk.run(tree, cursor, Some(reuse), false);
            }
            return Some(walk);
        }
        let start = reuse.items[first].start;
        cursor.goto_first_child_for_byte(start as usize)?;
        if narrow(cursor.node().start_byte()) != start {
            return None;
        }
        walk.run(tree, cursor, Some(reuse), false);
        Some(walk)
    }

    fn run(&mut self, tree: &Tree, mut cursor: TreeCursor<'_>, reuse: Option<Reuse<'_>>, to_the_end: bool) {
        loop {
            let node = cursor.node();
            if node.is_named() {
                let (start, end) = (narrow(node.start_byte()), narrow(node.end_byte()));
                match reuse.and_then(|reuse| Some((reuse, reuse.find(start, end, node)?))) {
                    Some((reuse, index)) if !to_the_end && start > reuse.change.new_end => {
                        self.resume = Some(index);
                        return;
                    }
                    Some((reuse, index)) => self.items.push(Item { start, ..reuse.items[index].clone() }),
                    None => self.items.push(collect::item(tree, node)),
                }
            }
            if !cursor.goto_next_sibling() {
                return;
            }
        }
    }
}

impl TopLevel {
    fn of(items: &[Item]) -> Self {
        let main = items.iter().rposition(|item| item.function().is_some_and(|f| f.name == "main"));
        let main = main
            .filter(|&main| items[main].function().is_some_and(|f| !f.is_async && f.params.is_empty() && f.has_body));
        let mut top_level = Self { main, ..Self::default() };
        let mut hasher = FxHasher::default();
        let mut map = BodyMap::default();
        for (index, item) in items.iter().enumerate() {
            if item.is_statement() || main == Some(index) {
                if main.is_some() && matches!(item.kind, ItemKind::MainCall) {
                    continue;
                }
                map.push(item.start, item.len);
                item.key.hash(&mut hasher);
                top_level.parts.push(index);
            }
        }
        top_level.key = ItemKey(hasher.finish());
        top_level.map = map;
        top_level
    }
}
