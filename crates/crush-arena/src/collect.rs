//! Collection (A5): mark what the roots and the live borrows reach, sweep the rest.

use std::sync::atomic::Ordering;

use crate::{
    arena::{Arena, NO_SLOT, SLOT_BYTES},
    events::{Action, FreeCause},
    fault::Fault,
    object::Object,
    value::{Ref, RuntimeValue},
};

/// What a collection did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Collected {
    /// Objects freed.
    pub objects: usize,
    /// Bytes freed.
    pub bytes: usize,
}

/// Takes the roots of a collection: the stack, the locals of every frame, the host's handles (A5).
#[derive(Debug)]
pub struct Marker<'a> {
    arena: &'a Arena,
    marks: Vec<u64>,
    /// Marked objects whose values are still to be marked. Each object enters once, so no heap, however deep,
    /// overflows anything (A8).
    pending: Vec<u32>,
}

impl Marker<'_> {
    /// Everything reached from this value stays.
    #[inline]
    pub fn root(&mut self, value: RuntimeValue) {
        // A handle is no edge: its borrow, if live, is a root of its own.
        if let RuntimeValue::Ref(object) = value {
            self.mark(object);
        }
    }

    /// Everything reached from these values stays.
    pub fn roots<'v>(&mut self, values: impl IntoIterator<Item = &'v RuntimeValue>) {
        for value in values {
            self.root(*value);
        }
    }

    fn mark(&mut self, object: Ref) {
        let index = object.slot();
        let Some(slot) = self.arena.slots.get(index as usize) else {
            return;
        };
        let (word, bit) = (index as usize / 64, 1 << (index % 64));
        if self.marks[word] & bit == 0 && slot.holds(object) {
            self.marks[word] |= bit;
            self.pending.push(index);
        }
    }

    fn finish(&mut self) -> Result<(), Fault> {
        let arena = self.arena;
        let mut steps = 0u32;
        while let Some(index) = self.pending.pop() {
            arena.slots[index as usize].object.for_each_value(|value| self.root(value));
            steps = steps.wrapping_add(1);
            if steps.is_multiple_of(4096) {
                arena.check_interrupt()?;
            }
        }
        Ok(())
    }
}

impl Arena {
    /// Frees every object that neither the roots nor a live borrow reach, cycles included (A5).
    ///
    /// When more is live than the quotas allow, that is the fault (A7). Interrupted, it frees nothing.
    pub fn collect(&mut self, roots: impl FnOnce(&mut Marker<'_>)) -> Result<Collected, Fault> {
        let marks = vec![0; self.slots.len().div_ceil(64)];
        let mut marker = Marker { arena: self, marks, pending: Vec::new() };
        roots(&mut marker);
        for borrow in self.loans.live() {
            marker.mark(borrow.object);
        }
        marker.finish()?;
        let marks = marker.marks;
        let collected = self.sweep(&marks);
        self.counters.collections += 1;
        self.counters.collected += collected.objects as u64;
        let idle = self.idle_bytes();
        self.meter.rearm(idle);
        let Collected { objects, bytes } = collected;
        self.record(self.site.get(), Action::Collect { objects, bytes });
        self.meter.within_quota(idle)?;
        Ok(collected)
    }

    fn sweep(&mut self, marks: &[u64]) -> Collected {
        let before = (self.meter.objects, self.meter.bytes);
        let site = self.site.get();
        for index in 0..self.slots.len() {
            let marked = marks[index / 64] & (1 << (index % 64)) != 0;
            if !marked && !self.slots[index].is_free() {
                self.free_slot(index as u32, site, FreeCause::Collected);
            }
        }
        let collected = Collected { objects: before.0 - self.meter.objects, bytes: before.1 - self.meter.bytes };
        self.trim();
        collected
    }

    /// Gives back the free slots at the end of the table, and orders the free list, so that the first slots are
    /// used first and the end becomes free again.
    fn trim(&mut self) {
        let mut end = self.slots.len();
        while let Some(last) = self.slots[..end].last()
            && last.is_free()
            && !last.is_retired()
        {
            // A slot made anew at this index must not bring an old reference back to life (A4).
            self.first_generation = self.first_generation.max(last.generation());
            end -= 1;
        }
        self.meter.refund((self.slots.len() - end) * SLOT_BYTES);
        self.slots.truncate(end);
        self.books.truncate(end);
        if self.slots.capacity() / 2 > end {
            self.slots.shrink_to(end);
            self.books.shrink_to(end);
        }
        self.free = NO_SLOT;
        for (index, slot) in self.slots.iter_mut().enumerate().rev() {
            if slot.is_free() && !slot.is_retired() {
                slot.object = Object::Free { next: self.free };
                self.free = index as u32;
            }
        }
    }

    /// The bytes of free slots among others: memory that only objects to come can use.
    fn idle_bytes(&self) -> usize {
        (self.slots.len() - self.meter.objects) * SLOT_BYTES
    }

    /// Whether the flag of [`Arena::interrupt_when`] is set.
    pub(crate) fn check_interrupt(&self) -> Result<(), Fault> {
        match &self.interrupt {
            Some(flag) if flag.load(Ordering::Relaxed) => Err(Fault::Interrupted),
            _ => Ok(()),
        }
    }

    /// Counts a step of a deep operation, and now and then looks whether to stop.
    #[inline]
    pub(crate) fn step(&self) -> Result<(), Fault> {
        let work = self.work.get() + 1;
        self.work.set(work);
        if work.is_multiple_of(1024) { self.check_interrupt() } else { Ok(()) }
    }
}
