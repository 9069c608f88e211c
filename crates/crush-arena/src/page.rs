//! What a checkpoint keeps of the slots, in pages that checkpoints share as long as nothing in them changed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::{
    object::{BLOCK_OVERHEAD, Object},
    slot::Book,
    value::{RuntimeValue, SiteId},
};

/// Slots in a page: as many as there are bits in a word.
pub(crate) const PAGE: usize = 64;
/// What an object takes beside its bytes when checkpoints share it: its counts, itself, and the block.
const SHARED_OBJECT: usize = 2 * size_of::<usize>() + size_of::<Object>() + BLOCK_OVERHEAD;

/// Counts the bytes of all that some checkpoints hold together: what several of them share is counted once, and no longer
/// than one of them holds it.
#[derive(Clone, Debug, Default)]
pub struct Held(Arc<AtomicUsize>);

impl Held {
    /// The bytes they hold now, near enough.
    pub fn bytes(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    fn add(&self, bytes: usize) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }

    fn remove(&self, bytes: usize) {
        self.0.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// The headers of a page.
#[derive(Debug)]
pub(crate) struct Heads {
    pub(crate) headers: [u64; PAGE],
    held: Held,
}

impl Heads {
    pub(crate) fn new(headers: [u64; PAGE], held: &Held) -> Arc<Self> {
        held.add(size_of::<Self>());
        Arc::new(Self { headers, held: held.clone() })
    }
}

impl Drop for Heads {
    fn drop(&mut self) {
        self.held.remove(size_of::<Self>());
    }
}

/// The objects of a page, and what is known beside them. Of a slot that was free, or whose object is kept aside because it
/// shares a buffer, there is none.
#[derive(Debug)]
pub(crate) struct Bodies {
    pub(crate) objects: [Option<Arc<Object>>; PAGE],
    pub(crate) books: [Book; PAGE],
    /// Which of the objects are captured variables. They are small, and written on a path without a check; so they are never
    /// frozen but compared.
    pub(crate) cells: u64,
    held: Held,
}

impl Bodies {
    pub(crate) fn empty(held: &Held) -> Self {
        held.add(size_of::<Self>());
        let book = Book { bytes: 0, site: SiteId(0) };
        Self { objects: [const { None }; PAGE], books: [book; PAGE], cells: 0, held: held.clone() }
    }

    /// Puts in an object that no other page holds.
    pub(crate) fn put(&mut self, at: usize, object: Object, book: Book) {
        self.held.add(SHARED_OBJECT + book.bytes);
        self.cells |= u64::from(matches!(object, Object::Cell(_))) << at;
        self.objects[at] = Some(Arc::new(object));
        self.books[at] = book;
    }

    /// Puts in what another page holds there.
    pub(crate) fn share(&mut self, at: usize, other: &Self, book: Book) {
        self.objects[at].clone_from(&other.objects[at]);
        self.books[at] = book;
        self.cells |= other.cells & 1 << at;
    }

    /// Whether it holds a captured variable with this value.
    pub(crate) fn is_cell(&self, at: usize, cell: &Object, book: Book) -> bool {
        match (self.objects[at].as_deref(), cell) {
            (Some(Object::Cell(known)), Object::Cell(value)) => is_same(*known, *value) && self.books[at] == book,
            _ => false,
        }
    }
}

/// Bit by bit: no two floats that can be told apart are the same.
fn is_same(one: RuntimeValue, other: RuntimeValue) -> bool {
    match (one, other) {
        (RuntimeValue::Float(one), RuntimeValue::Float(other)) => one.to_bits() == other.to_bits(),
        _ => one == other,
    }
}

impl Drop for Bodies {
    fn drop(&mut self) {
        let last = self.objects.iter().zip(&self.books).filter_map(|(object, book)| {
            let is_last = object.as_ref().is_some_and(|object| Arc::strong_count(object) == 1);
            is_last.then_some(SHARED_OBJECT + book.bytes)
        });
        self.held.remove(size_of::<Self>() + last.sum::<usize>());
    }
}
