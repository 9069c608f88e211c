//! The slots, and the objects that they share with checkpoints until they are changed.
//!
//! A slot is *frozen* when its object belongs to a checkpoint too: it is read there, through the page that holds it, and
//! copied before it is changed. A bit in the header keeps frozen slots off the fast paths, so that an arena of which no
//! checkpoint was ever made pays nothing.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use crate::{
    buffer::Copies,
    object::Object,
    page::{Bodies, Heads, PAGE},
    slot::Slot,
};

#[derive(Debug, Default)]
pub(crate) struct Table {
    slots: Vec<Slot>,
    /// What the last checkpoint held, or that from which this arena goes on.
    pub(crate) heads: Vec<Arc<Heads>>,
    pub(crate) bodies: Vec<Arc<Bodies>>,
}

impl Deref for Table {
    type Target = Vec<Slot>;

    #[inline(always)]
    fn deref(&self) -> &Vec<Slot> {
        &self.slots
    }
}

impl DerefMut for Table {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut Vec<Slot> {
        &mut self.slots
    }
}

impl Table {
    pub(crate) fn new(slots: Vec<Slot>, heads: Vec<Arc<Heads>>, bodies: Vec<Arc<Bodies>>) -> Self {
        Self { slots, heads, bodies }
    }

    /// The object in a slot, its own or the one that it shares.
    #[inline]
    pub(crate) fn object(&self, index: u32) -> &Object {
        let slot = &self.slots[index as usize];
        if slot.is_frozen() { self.frozen(index) } else { &slot.object }
    }

    #[cold]
    #[inline(never)]
    fn frozen(&self, index: u32) -> &Object {
        let page = self.bodies.get(index as usize / PAGE);
        page.and_then(|page| page.objects[index as usize % PAGE].as_deref()).unwrap_or(&Object::Free)
    }

    /// Gives a slot an object of its own, the same to the last byte of its capacity, before it is changed.
    #[cold]
    #[inline(never)]
    pub(crate) fn thaw(&mut self, index: u32) {
        if self.slots[index as usize].is_frozen() {
            // What shares a buffer is never frozen.
            let own = self.frozen(index).copied_with(&mut Copies::default());
            let slot = &mut self.slots[index as usize];
            slot.object = own;
            slot.thaw();
        }
    }
}
