//! Marking (A5): finding what the roots and the live borrows reach, a little at a time while the program goes on.
//!
//! An object is *white* until it is reached, then *grey* until the values it holds have been looked at, then *black*. A
//! black object that is changed may have been given a white one, so it becomes grey *again*; the bit in its header that
//! makes it black keeps a write off the fast path, so that writes cost nothing more while nothing is marked. Bits left
//! over from the last marking cost the first write to each object a detour, and mean nothing.

use crate::{
    arena::Arena,
    bits::Marks,
    object::Object,
    table::Table,
    value::{Ref, RuntimeValue},
};

/// What is known so far of a marking.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    pub(crate) marks: Marks,
    pub(crate) grey: Vec<u32>,
    /// Marked objects that were changed after they were looked at.
    pub(crate) again: Vec<u32>,
    /// An object that is not looked at in one go, and how far it has been looked at.
    pub(crate) partial: Option<(Ref, usize)>,
    /// Counts up.
    pub(crate) marked: usize,
}

/// What reaching an object counts as, in values looked at: it is somewhere else in memory.
const REACHING: usize = 8;
/// As many values are looked at before the work is counted.
const STRETCH: usize = 1024;

impl Trace {
    /// Begins anew: all is white.
    pub(crate) fn begin(&mut self, slots: usize) {
        self.marks.clear(slots);
        self.grey.clear();
        self.again.clear();
        self.partial = None;
    }

    /// Gives the memory back.
    pub(crate) fn forget(&mut self) {
        self.marks.forget();
        self.grey = Vec::new();
        self.again = Vec::new();
        self.partial = None;
    }

    pub(crate) fn bytes(&self) -> usize {
        self.marks.bytes() + (self.grey.capacity() + self.again.capacity()) * size_of::<u32>()
    }

    /// Whether no object is grey, those changed again aside.
    pub(crate) fn is_done(&self) -> bool {
        self.grey.is_empty() && self.partial.is_none()
    }

    /// What was changed after it was looked at is to be looked at again.
    pub(crate) fn look_again(&mut self) {
        self.grey.append(&mut self.again);
    }

    pub(crate) fn mark(&mut self, slots: &Table, object: Ref) {
        let index = object.slot();
        if self.marks.is_set(index) {
            return;
        }
        if slots.get(index as usize).is_none_or(|slot| !slot.holds(object)) {
            return;
        }
        self.marks.set(index);
        self.marked += 1;
        if !matches!(slots.object(index), Object::Str(_)) {
            self.grey.push(index);
        }
    }

    /// Looks at grey objects until there is none or `work` is done. Each object enters once, so no heap, however deep,
    /// overflows anything (A8).
    pub(crate) fn proceed(&mut self, slots: &mut Table, work: &mut usize) {
        while *work > 0 {
            let (index, start) = match self.partial.take() {
                // Dropped meanwhile, perhaps for another object, which has its own place in the lists.
                Some((object, _)) if !slots[object.slot() as usize].holds(object) => continue,
                Some((object, start)) => (object.slot(), start),
                None => match self.grey.pop() {
                    Some(index) => (index, 0),
                    None => return,
                },
            };
            let slot = &mut slots[index as usize];
            if slot.is_free() {
                continue;
            }
            // Black before it is looked at: a change between two parts of it is noticed, and makes all of it grey again.
            if start == 0 {
                slot.blacken();
            }
            let object = Ref::new(index, slot.generation());
            let held = slots.object(index);
            // It may have shrunk between two parts.
            let len = held.values_len();
            let (start, end) = (start.min(len), len.min(start + STRETCH));
            let marked = self.marked;
            held.for_values(start..end, |value| {
                if let RuntimeValue::Ref(inner) = value {
                    self.mark(slots, inner);
                }
            });
            *work = work.saturating_sub(1 + (end - start) + (self.marked - marked) * REACHING);
            if end < len {
                self.partial = Some((object, end));
            }
        }
    }
}

/// Takes the roots of a collection: the stack, the locals of every frame, the host's handles (A5).
#[derive(Debug)]
pub struct Marker<'a> {
    pub(crate) slots: &'a Table,
    pub(crate) trace: &'a mut Trace,
}

impl Marker<'_> {
    /// Everything reached from this value stays.
    #[inline]
    pub fn root(&mut self, value: RuntimeValue) {
        // A handle is no edge: its borrow, if live, is a root of its own.
        if let RuntimeValue::Ref(object) = value {
            self.trace.mark(self.slots, object);
        }
    }

    /// Everything reached from these values stays.
    pub fn roots<'v>(&mut self, values: impl IntoIterator<Item = &'v RuntimeValue>) {
        for value in values {
            self.root(*value);
        }
    }
}

impl Arena {
    /// Before a black object is changed: it is to be looked at again.
    #[cold]
    pub(crate) fn change_black(&mut self, object: Ref) {
        let index = object.slot();
        self.slots[index as usize].whiten();
        if self.collector.is_marking() && self.collector.trace.marks.is_set(index) {
            self.collector.trace.again.push(index);
        }
    }

    /// An object allocated while the collector is at work stays until its next cycle. Where the values that it was made
    /// of came from may be gone before it is looked for, so it is looked at as well.
    #[cold]
    #[inline(never)]
    pub(crate) fn keep_new(&mut self, index: u32) {
        let trace = &mut self.collector.trace;
        trace.marks.set(index);
        if self.collector.is_marking() {
            self.collector.trace.grey.push(index);
        }
    }
}
