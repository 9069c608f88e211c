//! One slot: a header that answers "may I?" in one comparison, and the object.

use crate::{
    loans::BorrowState,
    object::Object,
    value::{Ref, SiteId},
};

/// Set while an exclusive borrow is live.
pub(crate) const EXCLUSIVE: u64 = 1 << 31;
/// Set while the object is shared with a checkpoint: the slot holds none, and all accesses leave the fast paths, which look
/// for it there.
const FROZEN: u64 = 1 << 30;
/// Set while accesses are recorded, so that the fast paths fail over to the slow ones, which record. This is
/// what makes recording free when it is off.
pub(crate) const WATCHED: u64 = 1 << 29;
/// Set when the collector has looked at the values of the object, so that a change of it leaves the fast path and is
/// seen. This is what makes writes cost nothing more while nothing is collected.
const BLACK: u64 = 1 << 28;
/// The number of live shared borrows.
pub(crate) const SHARED: u64 = BLACK - 1;
const GENERATION: u64 = !0 << 32;
/// The state of a free slot: no check passes, even for a forged reference of the right generation.
const FREE: u64 = EXCLUSIVE | FROZEN | WATCHED | BLACK | SHARED;

/// A slot: 32 bytes, two to a cache line.
#[derive(Debug)]
pub(crate) struct Slot {
    /// The generation in the high 32 bits, the borrow state in the low.
    pub(crate) header: u64,
    pub(crate) object: Object,
}

const _: () = assert!(size_of::<Slot>() == 32);

/// What is known of a slot beside its object: read by collection, faults and inspection, not by accesses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Book {
    /// The bytes charged for the object.
    pub(crate) bytes: usize,
    /// Where it was allocated.
    pub(crate) site: SiteId,
}

const _: () = assert!(size_of::<Slot>() + size_of::<Book>() <= 48);

impl Slot {
    pub(crate) fn new(generation: u32, object: Object) -> Self {
        Self { header: u64::from(generation) << 32, object }
    }

    pub(crate) fn generation(&self) -> u32 {
        (self.header >> 32) as u32
    }

    pub(crate) fn is_free(&self) -> bool {
        self.header & !GENERATION == FREE
    }

    /// Whether its generations are used up, so that it is never used again (A4).
    pub(crate) fn is_retired(&self) -> bool {
        self.generation() == 0
    }

    /// Whether it holds the object that `object` refers to (A4).
    pub(crate) fn holds(&self, object: Ref) -> bool {
        self.generation() == object.generation() && !self.is_free()
    }

    /// The difference between this header and that of the referred object with no borrow: zero when it may be
    /// written without further ado, less than [`WATCHED`] when it may be read.
    #[inline(always)]
    pub(crate) fn difference(&self, object: Ref) -> u64 {
        self.header ^ (object.bits() as u64 & GENERATION)
    }

    pub(crate) fn state(&self) -> BorrowState {
        BorrowState { immutable_refs: (self.header & SHARED) as u32, mutable_ref: self.header & EXCLUSIVE != 0 }
    }

    pub(crate) fn watch(&mut self, on: bool) {
        self.header = if on { self.header | WATCHED } else { self.header & !WATCHED };
    }

    pub(crate) fn is_black(&self) -> bool {
        self.header & BLACK != 0
    }

    pub(crate) fn blacken(&mut self) {
        self.header |= BLACK;
    }

    /// Makes it black no longer.
    pub(crate) fn whiten(&mut self) {
        self.header &= !BLACK;
    }

    /// Whether its object is shared with a checkpoint.
    #[inline]
    pub(crate) fn is_frozen(&self) -> bool {
        self.header & FROZEN != 0 && !self.is_free()
    }

    /// Whether a read has to look where the object is, or is recorded.
    #[inline]
    pub(crate) fn is_read_slowly(&self) -> bool {
        self.header & (FROZEN | WATCHED) != 0
    }

    /// Gives its object to a checkpoint, with which it shares it from now on.
    pub(crate) fn freeze(&mut self) -> Object {
        self.header |= FROZEN;
        std::mem::replace(&mut self.object, Object::Free)
    }

    /// It has an object of its own again.
    pub(crate) fn thaw(&mut self) {
        self.header &= !FROZEN;
    }

    /// The header as a checkpoint keeps it.
    pub(crate) fn resting_header(&self, keeps_black: bool) -> u64 {
        match self.is_free() {
            true => self.header,
            false => self.header & !(FROZEN | WATCHED | if keeps_black { 0 } else { BLACK }),
        }
    }

    /// The slot of a header that a checkpoint kept, its object shared with it.
    pub(crate) fn resting(header: u64) -> Self {
        let mut slot = Self { header, object: Object::Free };
        if !slot.is_free() {
            slot.header |= FROZEN;
        }
        slot
    }

    /// Makes it a free slot of the next generation and gives the object it held. Returns whether it can be
    /// used again: not when the generations are used up, for then an old reference would come to life (A4). Of a frozen one the
    /// checkpoint keeps the object, and it gives none.
    pub(crate) fn free(&mut self) -> (Object, bool) {
        let generation = self.generation().wrapping_add(1);
        self.header = u64::from(generation) << 32 | FREE;
        (std::mem::replace(&mut self.object, Object::Free), generation != 0)
    }
}
