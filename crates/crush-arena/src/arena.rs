//! The arena: allocating, reading, writing, dropping.

use std::{
    cell::{Cell, RefCell},
    sync::{Arc, atomic::AtomicBool},
};

use crate::{
    events::{Action, FreeCause, Log},
    fault::{Access, BorrowError, Conflict, DropRecord, Fault, TypeError},
    guard::ObjectMut,
    loans::{BorrowKind, BorrowState, Loans},
    meter::{Limits, Meter},
    object::Object,
    ring::Ring,
    slot::{Book, EXCLUSIVE, SHARED, Slot, WATCHED},
    value::{BorrowRef, Ref, RuntimeValue, SiteId},
};

/// The end of the list of free slots.
pub(crate) const NO_SLOT: u32 = u32::MAX;
/// How many dropped objects are remembered, to tell what a stale reference was.
const REMEMBERED: usize = 1024;
/// What a slot is charged.
pub(crate) const SLOT_BYTES: usize = size_of::<Slot>() + size_of::<Book>();

/// The objects of one VM instance (A1), their borrow states and their bookkeeping.
///
/// An access that the rules forbid is a [`Fault`] and changes nothing (B7).
#[derive(Debug)]
pub struct Arena {
    pub(crate) slots: Vec<Slot>,
    /// Beside the slots rather than in them: accesses touch the slots alone.
    pub(crate) books: Vec<Book>,
    /// The first free slot.
    pub(crate) free: u32,
    /// The generation of slots added to the table: above that of any slot that was taken from its end.
    pub(crate) first_generation: u32,
    pub(crate) loans: Loans,
    pub(crate) meter: Meter,
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
}

/// Counted since the arena was made.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) allocated: u64,
    pub(crate) dropped: u64,
    pub(crate) collected: u64,
    pub(crate) collections: u64,
    pub(crate) retired: u64,
    pub(crate) peak_bytes: usize,
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
            slots: Vec::new(),
            books: Vec::new(),
            free: NO_SLOT,
            first_generation: 1,
            loans: Loans::new(),
            meter: Meter::new(limits),
            dropped: Ring::new(REMEMBERED),
            counters: Counters::default(),
            recording: false,
            log: RefCell::new(None),
            site: Cell::new(SiteId(0)),
            interrupt: None,
            work: Cell::new(0),
        }
    }

    /// Puts an object in a slot (A1). Nothing is collected here: ask [`Arena::collection_due`] afterwards, when
    /// all that is needed can be reached from the roots.
    pub fn alloc(&mut self, object: Object, site: SiteId) -> Result<Ref, Fault> {
        let bytes = object.bytes();
        let index = if self.free == NO_SLOT {
            self.add_slot(object, Book { bytes, site })?
        } else {
            self.reuse_slot(object, Book { bytes, site })?
        };
        self.counters.allocated += 1;
        let slot = &mut self.slots[index as usize];
        let allocated = Ref::new(index, slot.generation());
        if self.recording {
            slot.watch(true);
            let kind = slot.object.kind();
            self.record(
                site,
                Action::Allocate {
                    object: allocated,
                    kind,
                    bytes,
                },
            );
        }
        Ok(allocated)
    }

    fn reuse_slot(&mut self, object: Object, book: Book) -> Result<u32, Fault> {
        self.meter.count(book.bytes)?;
        let index = self.free;
        let slot = &mut self.slots[index as usize];
        let Object::Free { next } = slot.object else {
            unreachable!("a slot of the free list holds no object")
        };
        self.free = next;
        *slot = Slot::new(slot.generation(), object);
        self.books[index as usize] = book;
        Ok(index)
    }

    fn add_slot(&mut self, object: Object, book: Book) -> Result<u32, Fault> {
        let index = self.slots.len();
        if index >= NO_SLOT as usize {
            return Err(self.meter.too_many_objects());
        }
        self.meter.count(book.bytes.saturating_add(SLOT_BYTES))?;
        self.slots.push(Slot::new(self.first_generation, object));
        self.books.push(book);
        Ok(index as u32)
    }

    /// Reads an object, as one instruction does (B1).
    #[inline(always)]
    pub fn read(&self, object: Ref) -> Result<&Object, Fault> {
        if let Some(slot) = self.slots.get(object.slot() as usize)
            && slot.difference(object) < WATCHED
        {
            return Ok(&slot.object);
        }
        self.read_slowly(object)
    }

    #[cold]
    #[inline(never)]
    fn read_slowly(&self, object: Ref) -> Result<&Object, Fault> {
        let slot = self.slot(object, Access::Read)?;
        if slot.state().mutable_ref {
            return Err(self.in_the_way(Access::Read, object));
        }
        self.record(self.site.get(), Action::Read { object });
        Ok(&slot.object)
    }

    /// Reads an object through a handle (B3).
    #[inline]
    pub fn read_through(&self, borrow: BorrowRef) -> Result<&Object, Fault> {
        let Some(loan) = self.loans.get(borrow) else {
            return Err(self.dead_handle(Access::Read, borrow));
        };
        // A borrowed object cannot be freed (A5, A6), so the reference of a live borrow is never stale.
        let slot = &self.slots[loan.object.slot() as usize];
        if slot.is_watched() {
            self.record(
                self.site.get(),
                Action::Read {
                    object: loan.object,
                },
            );
        }
        Ok(&slot.object)
    }

    /// Reads what a value refers to, directly or through a handle.
    #[inline]
    pub fn read_value(&self, value: RuntimeValue) -> Result<&Object, Fault> {
        match value {
            RuntimeValue::Ref(object) => self.read(object),
            RuntimeValue::Borrow(borrow) => self.read_through(borrow),
            _ => Err(TypeError {
                access: Access::Read,
                kind: None,
            }
            .into()),
        }
    }

    /// Changes an object, as one instruction does (B1). The guard counts what the object grows by (A7).
    #[inline(always)]
    pub fn write(&mut self, object: Ref) -> Result<ObjectMut<'_>, Fault> {
        match self.slots.get(object.slot() as usize) {
            Some(slot) if slot.difference(object) == 0 => {}
            _ => self.check_write(object)?,
        }
        Ok(self.guard(object))
    }

    #[cold]
    #[inline(never)]
    fn check_write(&self, object: Ref) -> Result<(), Fault> {
        let slot = self.slot(object, Access::Write)?;
        if slot.state() != BorrowState::default() {
            return Err(self.in_the_way(Access::Write, object));
        }
        self.record(self.site.get(), Action::Write { object });
        Ok(())
    }

    /// Changes an object through an exclusive handle (B3, B6).
    #[inline]
    pub fn write_through(&mut self, borrow: BorrowRef) -> Result<ObjectMut<'_>, Fault> {
        let Some(loan) = self.loans.get(borrow) else {
            return Err(self.dead_handle(Access::Write, borrow));
        };
        let object = loan.object;
        // With the exclusive borrow alone in the state, the handle must be that of the exclusive borrow.
        if self.slots[object.slot() as usize].difference(object) != EXCLUSIVE {
            self.check_write_through(borrow, object)?;
        }
        Ok(self.guard(object))
    }

    #[cold]
    #[inline(never)]
    fn check_write_through(&self, borrow: BorrowRef, object: Ref) -> Result<(), Fault> {
        let info = self.loans.info(borrow);
        let conflict = match info {
            Some(info) if info.kind == BorrowKind::Shared => Conflict::SharedHandle(info),
            _ => {
                let mut borrows = self.loans.of(object);
                borrows.retain(|info| info.kind == BorrowKind::Shared);
                if borrows.is_empty() {
                    self.record(self.site.get(), Action::Write { object });
                    return Ok(());
                }
                Conflict::Borrowed(borrows)
            }
        };
        let object = self.info(object);
        Err(BorrowError {
            access: Access::Write,
            object,
            through: Some(borrow),
            conflict,
        }
        .into())
    }

    /// Changes what a value refers to, directly or through a handle.
    #[inline]
    pub fn write_value(&mut self, value: RuntimeValue) -> Result<ObjectMut<'_>, Fault> {
        match value {
            RuntimeValue::Ref(object) => self.write(object),
            RuntimeValue::Borrow(borrow) => self.write_through(borrow),
            _ => Err(TypeError {
                access: Access::Write,
                kind: None,
            }
            .into()),
        }
    }

    #[inline(always)]
    fn guard(&mut self, object: Ref) -> ObjectMut<'_> {
        let index = object.slot() as usize;
        ObjectMut::new(
            &mut self.slots[index].object,
            &mut self.books[index].bytes,
            &mut self.meter,
        )
    }

    /// `drop(x)` (A6): frees the object, at once and shallowly. Of a handle it ends the borrow (B4).
    pub fn drop_object(&mut self, value: RuntimeValue, site: SiteId) -> Result<(), Fault> {
        match value {
            RuntimeValue::Ref(object) => self.drop_ref(object, site),
            RuntimeValue::Borrow(borrow) => self.release(borrow, site),
            _ => Err(TypeError {
                access: Access::Drop,
                kind: None,
            }
            .into()),
        }
    }

    fn drop_ref(&mut self, object: Ref, site: SiteId) -> Result<(), Fault> {
        let slot = self.slot(object, Access::Drop)?;
        let kind = slot.object.kind();
        if !kind.can_change() {
            return Err(TypeError {
                access: Access::Drop,
                kind: Some(kind),
            }
            .into());
        }
        if slot.state() != BorrowState::default() {
            return Err(self.in_the_way(Access::Drop, object));
        }
        let allocated = self.books[object.slot() as usize].site;
        self.dropped.push(DropRecord {
            object,
            kind,
            allocated,
            dropped: site,
        });
        self.counters.dropped += 1;
        self.free_slot(object.slot(), site, FreeCause::Dropped);
        Ok(())
    }

    /// Frees a slot, whatever its state.
    pub(crate) fn free_slot(&mut self, index: u32, site: SiteId, cause: FreeCause) {
        self.counters.peak_bytes = self.counters.peak_bytes.max(self.meter.bytes);
        let slot = &mut self.slots[index as usize];
        let freed = Ref::new(index, slot.generation());
        let (object, usable) = slot.free(self.free);
        if usable {
            self.free = index;
        } else {
            self.counters.retired += 1;
        }
        self.meter.refund(self.books[index as usize].bytes);
        self.meter.objects -= 1;
        if self.recording {
            self.record(
                site,
                Action::Free {
                    object: freed,
                    kind: object.kind(),
                    cause,
                },
            );
        }
    }

    /// The object a value leads to, directly or through a live handle. No access: nothing is checked (A6:
    /// copying a reference is no access).
    pub fn target(&self, value: RuntimeValue) -> Option<Ref> {
        match value {
            RuntimeValue::Ref(object) => Some(object),
            RuntimeValue::Borrow(borrow) => self.loans.get(borrow).map(|loan| loan.object),
            _ => None,
        }
    }

    /// The object of a reference, whatever its borrow state. For what is no access by the program: marking,
    /// copying back what was checked, inspection.
    pub fn peek(&self, object: Ref) -> Option<&Object> {
        self.slots
            .get(object.slot() as usize)
            .filter(|slot| slot.holds(object))
            .map(|slot| &slot.object)
    }

    /// As [`Arena::peek`], of a value; what leads nowhere is the fault a read would be.
    pub(crate) fn observe(&self, value: RuntimeValue) -> Result<&Object, Fault> {
        match value {
            RuntimeValue::Ref(object) => self.slot(object, Access::Read).map(|slot| &slot.object),
            RuntimeValue::Borrow(borrow) => match self.loans.get(borrow) {
                Some(loan) => self
                    .slot(loan.object, Access::Read)
                    .map(|slot| &slot.object),
                None => Err(self.dead_handle(Access::Read, borrow)),
            },
            _ => Err(TypeError {
                access: Access::Read,
                kind: None,
            }
            .into()),
        }
    }

    /// The borrows of an object, counted. None when the reference is stale.
    pub fn borrow_state(&self, object: Ref) -> Option<BorrowState> {
        self.slots
            .get(object.slot() as usize)
            .filter(|slot| slot.holds(object))
            .map(Slot::state)
    }

    /// The slot of a reference, if it still holds its object (A4).
    pub(crate) fn slot(&self, object: Ref, access: Access) -> Result<&Slot, Fault> {
        match self.slots.get(object.slot() as usize) {
            Some(slot) if slot.holds(object) => Ok(slot),
            _ => Err(self.use_after_free(access, object)),
        }
    }

    /// Counts one shared borrow more. The header has room: see [`SHARED`].
    pub(crate) fn add_shared(&mut self, object: Ref) -> bool {
        let slot = &mut self.slots[object.slot() as usize];
        if slot.header & SHARED >= SHARED - 1 {
            return false;
        }
        slot.header += 1;
        true
    }

    /// The values captured variables hold: read without a check, for a program never sees a cell and so cannot
    /// borrow one (B9). None when it is no cell.
    #[inline]
    pub fn cell(&self, cell: Ref) -> Option<RuntimeValue> {
        match self.peek(cell) {
            Some(Object::Cell(value)) => Some(*value),
            _ => None,
        }
    }

    /// Assigns to a captured variable. Binding is not writing (B8), so nothing is recorded. Returns whether it
    /// is a cell.
    #[inline]
    pub fn set_cell(&mut self, cell: Ref, value: RuntimeValue) -> bool {
        match self.slots.get_mut(cell.slot() as usize) {
            Some(slot) if slot.holds(cell) => match &mut slot.object {
                Object::Cell(held) => {
                    *held = value;
                    true
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// Whether enough was allocated for a collection to be worth its while, or needed (A5, A7).
    #[inline]
    pub fn collection_due(&self) -> bool {
        self.meter.collection_due()
    }

    /// The quotas.
    pub fn limits(&self) -> Limits {
        self.meter.limits
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
    use crate::OwnerId;

    const SITE: SiteId = SiteId(0);

    #[test]
    fn a4_a_slot_whose_generations_are_used_up_is_retired() {
        let mut arena = Arena::default();
        let first = arena.alloc(Object::Array(Vec::new()), SITE).expect("room");
        arena.slots[0].header = u64::from(u32::MAX) << 32;
        let last = Ref::new(0, u32::MAX);
        assert!(arena.read(last).is_ok());
        arena
            .drop_object(last.into(), SITE)
            .expect("it can be dropped");
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
        let first = arena
            .borrow_shared(object.into(), OwnerId(0), SITE)
            .expect("a borrow");
        arena.loans.exhaust(0);
        let last = BorrowRef {
            index: 0,
            generation: u32::MAX,
        };
        assert!(arena.end_borrow(last, SITE));
        let next = arena
            .borrow_shared(object.into(), OwnerId(0), SITE)
            .expect("a borrow");
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
        assert!(matches!(
            arena.borrow_shared(object.into(), OwnerId(0), SITE),
            Err(Fault::Quota(_))
        ));
        assert!(arena.read(object).is_ok());
    }
}
