//! The arena in numbers and by slots (A8). Looking is no access: no borrow forbids it, and it is not recorded.

use crate::{
    arena::Arena,
    loans::{BorrowInfo, BorrowState},
    object::Kind,
    slot::Slot,
    value::{Ref, RuntimeValue, SiteId},
};

/// Characters of a preview.
const PREVIEW: usize = 60;

/// The arena in numbers (A8).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Live objects.
    pub objects: usize,
    /// Bytes counted: objects, slots and the table of borrows, and what the VM charged (A7).
    pub bytes: usize,
    /// Of these, what no live object takes: free slots, the spare end of their table, and, while a collection is under
    /// way, its lists.
    pub idle_bytes: usize,
    /// The most bytes that were ever counted.
    pub peak_bytes: usize,
    /// Slots, free ones included.
    pub slots: usize,
    /// Slots that are never used again, their generations being used up (A4).
    pub retired_slots: u64,
    /// Live borrows.
    pub borrows: usize,
    /// Live objects by kind, in the order of [`Kind::ALL`].
    pub by_kind: [usize; Kind::ALL.len()],
    /// Objects ever allocated.
    pub allocated: u64,
    /// Objects freed by `drop` (A6).
    pub dropped: u64,
    /// Objects freed by collection (A5).
    pub collected: u64,
    /// Collections.
    pub collections: u64,
}

/// One live slot (A8).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotView {
    /// The reference of its object.
    pub object: Ref,
    /// Its kind.
    pub kind: Kind,
    /// The beginning of its printed form.
    pub preview: String,
    /// Elements, entries, fields, or bytes of a string.
    pub len: usize,
    /// The bytes counted for it.
    pub bytes: usize,
    /// Its borrows.
    pub borrow_state: BorrowState,
    /// Where it was allocated.
    pub allocated: SiteId,
}

/// Some live slots, in order (A8).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The slots.
    pub slots: Vec<SlotView>,
    /// Where the next page begins; none after the last.
    pub next: Option<u32>,
}

/// The arena as it stood at one moment (A8): plain data, free of the arena.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// Its numbers.
    pub stats: Stats,
    /// Its first live slots.
    pub page: Page,
    /// Its live borrows, ordered by object.
    pub borrows: Vec<BorrowInfo>,
}

impl Arena {
    /// The arena in numbers (A8).
    pub fn stats(&self) -> Stats {
        let mut by_kind = [0; Kind::ALL.len()];
        for (object, _) in self.live_from(0) {
            let kind = self.slots.object(object.slot()).kind();
            if let Some(at) = Kind::ALL.iter().position(|each| *each == kind) {
                by_kind[at] += 1;
            }
        }
        Stats {
            objects: self.meter.objects,
            bytes: self.meter.bytes,
            idle_bytes: self.idle_bytes(),
            peak_bytes: self.meter.peak_bytes(),
            slots: self.slots.len(),
            retired_slots: self.counters.retired,
            borrows: self.loans.live().count(),
            by_kind,
            allocated: self.counters.allocated,
            dropped: self.counters.dropped,
            collected: self.counters.collected,
            collections: self.counters.collections,
        }
    }

    /// At most `count` live slots, from the slot `start` on (A8).
    pub fn page(&self, start: u32, count: usize) -> Page {
        let mut live = self.live_from(start);
        let slots = live.by_ref().take(count).map(|(object, slot)| self.slot_view(object, slot)).collect();
        Page { slots, next: live.next().map(|(object, _)| object.slot()) }
    }

    /// The slot of an object (A8). None when the reference is stale.
    pub fn slot_of(&self, object: Ref) -> Option<SlotView> {
        let slot = self.slots.get(object.slot() as usize).filter(|slot| slot.holds(object))?;
        Some(self.slot_view(object, slot))
    }

    /// The reference of the object that a slot holds now.
    pub fn object_in(&self, slot: u32) -> Option<Ref> {
        let held = self.slots.get(slot as usize).filter(|held| !held.is_free())?;
        Some(Ref::new(slot, held.generation()))
    }

    pub(crate) fn live_from(&self, start: u32) -> impl Iterator<Item = (Ref, &Slot)> {
        let slots = self.slots.get(start as usize..).unwrap_or_default();
        (start..)
            .zip(slots)
            .filter(|(_, slot)| !slot.is_free())
            .map(|(index, slot)| (Ref::new(index, slot.generation()), slot))
    }

    fn slot_view(&self, object: Ref, slot: &Slot) -> SlotView {
        let book = self.books[object.slot() as usize];
        let held = self.slots.object(object.slot());
        SlotView {
            object,
            kind: held.kind(),
            preview: self.preview(object),
            len: held.len(),
            bytes: book.bytes + size_of::<Slot>() + size_of_val(&book),
            borrow_state: slot.state(),
            allocated: book.site,
        }
    }

    /// The beginning of the printed form of an object, in time that does not depend on its size.
    pub fn preview(&self, object: Ref) -> String {
        self.preview_value(RuntimeValue::Ref(object), PREVIEW)
    }

    /// The beginning of the printed form of a value, some `length` characters, in time that depends on that alone.
    pub fn preview_value(&self, value: RuntimeValue, length: usize) -> String {
        self.look(value).beginning(length)
    }

    /// The arena as it stands: its numbers, the first `slots` live slots, and all live borrows (A8).
    pub fn snapshot(&self, slots: usize) -> Snapshot {
        let mut borrows: Vec<_> = self.live_borrows().collect();
        borrows.sort_by_key(|info| (info.object, info.borrow));
        Snapshot { stats: self.stats(), page: self.page(0, slots), borrows }
    }
}
