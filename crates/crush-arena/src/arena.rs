//! The arena: allocating and dropping.

use std::{
    cell::{Cell, RefCell},
    sync::{Arc, atomic::AtomicBool},
};

use crate::{
    bits::FreeSlots,
    checkpoint::Image,
    collect::Collector,
    events::{Action, FreeCause, Log},
    fault::{Access, DropRecord, Fault, TypeError},
    loans::{BorrowState, Loans},
    meter::{Limits, Meter},
    object::{Kind, Object},
    ring::Ring,
    slot::{Book, Slot},
    table::Table,
    value::{Ref, RuntimeValue, SiteId},
};

/// No more slots than this, so that their indexes fit in a reference.
const MOST_SLOTS: usize = u32::MAX as usize;
/// Near the quota the table grows by so many.
const A_FEW_SLOTS: usize = 256;
/// How many dropped objects are remembered, to tell what a stale reference was.
const REMEMBERED: usize = 1024;
/// What a slot is charged.
pub(crate) const SLOT_BYTES: usize = size_of::<Slot>() + size_of::<Book>();

/// The objects of one VM instance (A1), their borrow states and their bookkeeping.
///
/// An access that the rules forbid is a [`Fault`] and changes nothing (B7).
#[derive(Debug)]
pub struct Arena {
    pub(crate) slots: Table,
    /// Beside the slots rather than in them: accesses touch the slots alone.
    pub(crate) books: Vec<Book>,
    pub(crate) free: FreeSlots,
    /// The generation of slots added to the table: above that of any slot that was taken from its end.
    pub(crate) first_generation: u32,
    pub(crate) loans: Loans,
    pub(crate) meter: Meter,
    pub(crate) collector: Collector,
    pub(crate) dropped: Ring<DropRecord>,
    pub(crate) counters: Counters,
    /// Whether accesses are recorded; then every live slot is watched.
    pub(crate) recording: bool,
    pub(crate) log: RefCell<Option<Log>>,
    /// Where the running instruction is, for the events of reads and writes.
    pub(crate) site: Cell<SiteId>,
    pub(crate) interrupt: Option<Arc<AtomicBool>>,
    /// Steps of deep operations since the VM last asked.
    pub(crate) work: Cell<u64>,
    /// The slots, when it is at rest: then it has no others.
    pub(crate) image: Option<Box<Image>>,
}

/// Counted since the arena was made.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counters {
    pub(crate) allocated: u64,
    pub(crate) dropped: u64,
    pub(crate) collected: u64,
    pub(crate) collections: u64,
    pub(crate) retired: u64,
}

impl Default for Arena {
    fn default() -> Self {
        Self::new(Limits::default())
    }
}

impl Arena {
    /// An empty arena under these quotas (A1, A7).
    pub fn new(limits: Limits) -> Self {
        Self {
            slots: Table::default(),
            books: Vec::new(),
            free: FreeSlots::default(),
            first_generation: 1,
            loans: Loans::new(),
            meter: Meter::new(limits),
            collector: Collector::default(),
            dropped: Ring::new(REMEMBERED),
            counters: Counters::default(),
            recording: false,
            log: RefCell::new(None),
            site: Cell::new(SiteId(0)),
            interrupt: None,
            work: Cell::new(0),
            image: None,
        }
    }

    /// Puts an object in a slot (A1). Nothing is collected here: ask [`Arena::collection_due`] afterwards, when
    /// all that is needed can be reached from the roots.
    pub fn alloc(&mut self, object: Object, site: SiteId) -> Result<Ref, Fault> {
        let bytes = object.bytes();
        self.meter.count(bytes)?;
        let index = match self.free.take() {
            Some(index) => {
                let slot = &mut self.slots[index as usize];
                *slot = Slot::new(slot.generation(), object);
                self.books[index as usize] = Book { bytes, site };
                index
            }
            None => self.add_slot(object, Book { bytes, site })?,
        };
        self.counters.allocated += 1;
        if self.collector.keeps_new() {
            self.keep_new(index);
        }
        let allocated = Ref::new(index, self.slots[index as usize].generation());
        if self.recording {
            self.record_allocation(allocated, site);
        }
        Ok(allocated)
    }

    #[inline]
    fn add_slot(&mut self, object: Object, book: Book) -> Result<u32, Fault> {
        let index = self.slots.len();
        if index == self.slots.capacity()
            && let Err(fault) = self.add_room()
        {
            self.meter.uncount(book.bytes);
            return Err(fault);
        }
        self.slots.push(Slot::new(self.first_generation, object));
        self.books.push(book);
        Ok(index as u32)
    }

    /// Makes the table longer: small ones twice, large ones by a quarter, and by little near the quota (A7).
    #[cold]
    #[inline(never)]
    fn add_room(&mut self) -> Result<(), Fault> {
        let len = self.slots.len();
        if len >= MOST_SLOTS {
            return Err(self.meter.too_many_objects());
        }
        let wanted = if len < 1024 { len.max(4) } else { len / 4 }.min(MOST_SLOTS - len);
        // The slots are moved, so for a while they are there twice.
        let moved = len * size_of::<Slot>();
        let fits = self.meter.room_for(wanted * SLOT_BYTES + moved).is_ok();
        let added = if fits { wanted } else { wanted.min(A_FEW_SLOTS) };
        self.meter.charge(added * SLOT_BYTES)?;
        self.meter.expect(added * SLOT_BYTES);
        self.slots.reserve_exact(added);
        self.books.reserve_exact(added);
        Ok(())
    }

    /// `drop(x)` (A6): frees the object, at once and shallowly. Of a handle it ends the borrow (B4).
    pub fn drop_object(&mut self, value: RuntimeValue, site: SiteId) -> Result<(), Fault> {
        match value {
            RuntimeValue::Ref(object) => self.drop_ref(object, site),
            RuntimeValue::Borrow(borrow) => self.release(borrow, site),
            _ => Err(TypeError { access: Access::Drop, kind: None }.into()),
        }
    }

    fn drop_ref(&mut self, object: Ref, site: SiteId) -> Result<(), Fault> {
        let slot = self.slot(object, Access::Drop)?;
        let kind = self.slots.object(object.slot()).kind();
        if !kind.can_change() {
            return Err(TypeError { access: Access::Drop, kind: Some(kind) }.into());
        }
        if slot.state() != BorrowState::default() {
            return Err(self.in_the_way(Access::Drop, object));
        }
        let allocated = self.books[object.slot() as usize].site;
        self.empty(object.slot())?;
        self.dropped.push(DropRecord { object, kind, allocated, dropped: site });
        self.counters.dropped += 1;
        self.free_slot(object.slot(), site, FreeCause::Dropped);
        Ok(())
    }

    /// Frees a slot, whatever its state, and what its object took.
    pub(crate) fn free_slot(&mut self, index: u32, site: SiteId, cause: FreeCause) {
        let bytes = self.books[index as usize].bytes;
        drop(self.release_slot(index, site, cause));
        self.meter.refund(bytes);
    }

    /// Frees a slot. The object it held is still charged, but for a buffer that no other string uses. Of a
    /// frozen one the checkpoint keeps the object.
    pub(crate) fn release_slot(&mut self, index: u32, site: SiteId, cause: FreeCause) -> Object {
        let kind = if self.recording { self.slots.object(index).kind() } else { Kind::Free };
        let slot = &mut self.slots[index as usize];
        let freed = Ref::new(index, slot.generation());
        let (object, usable) = slot.free();
        if usable {
            self.free.add(index);
        } else {
            self.counters.retired += 1;
        }
        self.meter.objects -= 1;
        if let Object::Str(text) = &object {
            self.meter.refund(text.last_buffer_bytes());
        }
        if self.recording {
            self.record(site, Action::Free { object: freed, kind, cause });
        }
        object
    }

    /// Whether enough was allocated for a collection, or its next step, to be worth its while, or needed (A5, A7): then
    /// [`Arena::collect_step`] is to be called at the next safe point.
    #[inline]
    pub fn collection_due(&self) -> bool {
        self.meter.collection_due()
    }

    /// The quotas.
    pub fn limits(&self) -> Limits {
        self.meter.limits
    }

    /// Changes the quotas: those of a program are shared by the arenas of its tasks (A7).
    pub fn set_limits(&mut self, limits: Limits) {
        self.meter.set_limits(limits);
    }

    /// What is counted now, garbage included.
    pub fn counted(&self) -> Limits {
        Limits { bytes: self.meter.bytes, objects: self.meter.objects }
    }

    /// Counts bytes that the VM or a capability takes outside the arena on the program's behalf: a stack, a
    /// buffer (A7).
    pub fn charge(&mut self, bytes: usize) -> Result<(), Fault> {
        self.meter.charge(bytes)
    }

    /// Whether an object of so many bytes could be allocated: asked before a large one is built (A7).
    pub fn room_for(&self, bytes: usize) -> Result<(), Fault> {
        self.meter.room_for(bytes)
    }

    /// Gives back what [`Arena::charge`] counted.
    pub fn refund(&mut self, bytes: usize) {
        self.meter.refund(bytes);
    }

    /// Deep operations and collections stop with [`Fault::Interrupted`] soon after this becomes true.
    pub fn interrupt_when(&mut self, flag: Arc<AtomicBool>) {
        self.interrupt = Some(flag);
    }

    /// How many steps deep operations (printing, comparing, copying) took since this was last asked, so that
    /// they can be charged as instructions (A7).
    pub fn take_work(&self) -> u64 {
        self.work.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BorrowRef, OwnerId, slot::SHARED};

    const SITE: SiteId = SiteId(0);

    #[test]
    fn a4_a_slot_whose_generations_are_used_up_is_retired() {
        let mut arena = Arena::default();
        let first = arena.alloc(Object::Array(Vec::new()), SITE).expect("room");
        arena.slots[0].header = u64::from(u32::MAX) << 32;
        let last = Ref::new(0, u32::MAX);
        assert!(arena.read(last).is_ok());
        arena.drop_object(last.into(), SITE).expect("it can be dropped");
        let next = arena.alloc(Object::Array(Vec::new()), SITE).expect("room");
        assert_eq!(next.slot(), 1, "slot 0 is not used again");
        for stale in [first, last, Ref::new(0, 0)] {
            assert!(matches!(arena.read(stale), Err(Fault::UseAfterFree(_))));
        }
        assert_eq!(arena.stats().retired_slots, 1);
        assert_eq!(arena.page(0, 9).slots.len(), 1);
        assert_eq!(arena.collect(|_| ()).expect("a collection").objects, 1);
    }

    #[test]
    fn b5_a_table_entry_whose_generations_are_used_up_is_retired() {
        let mut arena = Arena::default();
        let object = arena.alloc(Object::Array(Vec::new()), SITE).expect("room");
        let first = arena.borrow_shared(object.into(), OwnerId(0), SITE).expect("a borrow");
        arena.loans.exhaust(0);
        let last = BorrowRef { index: 0, generation: u32::MAX };
        assert!(arena.end_borrow(last, SITE));
        let next = arena.borrow_shared(object.into(), OwnerId(0), SITE).expect("a borrow");
        assert_eq!(next.index(), 1);
        for dead in [first, last] {
            assert!(matches!(arena.read_through(dead), Err(Fault::Borrow(_))));
        }
    }

    #[test]
    fn shared_borrows_cannot_overflow_into_the_other_bits() {
        let mut arena = Arena::default();
        let object = arena.alloc(Object::Array(Vec::new()), SITE).expect("room");
        arena.slots[0].header += SHARED - 1;
        assert!(matches!(arena.borrow_shared(object.into(), OwnerId(0), SITE), Err(Fault::Quota(_))));
        assert!(arena.read(object).is_ok());
    }
}
