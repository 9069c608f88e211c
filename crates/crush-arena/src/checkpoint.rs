//! Exact copies of an arena, for runs that are to be had again from where they were.
//!
//! A copy must go on as the original did: the same slots for the same objects, and collections at the same places. What
//! decides about these is counted in bytes, and by capacity; so capacities are kept too, and texts that share a buffer
//! share one in the copy. What the arena records, and what stops it, is not copied.
//!
//! A copy is made at rest: pages of headers and objects, which it shares with the copies before and behind it where nothing
//! changed. What is made of it again shares them too, until it changes an object.

use std::cell::{Cell, RefCell};
use std::mem::MaybeUninit;
use std::sync::Arc;

use crate::{
    arena::{Arena, Counters},
    bits::{FreeSlots, Marks},
    buffer::Copies,
    collect::Collector,
    fault::DropRecord,
    instance::Instance,
    loans::LOAN_BYTES,
    mark::Trace,
    object::{Closure, Object, Tagged},
    page::{Bodies, Heads, Held, PAGE},
    parcel::Parcel,
    slot::{Book, Slot},
    sweep::{self, Doomed},
    table::Table,
};

/// The slots of an arena at rest.
#[derive(Debug)]
pub(crate) struct Image {
    heads: Vec<Arc<Heads>>,
    bodies: Vec<Arc<Bodies>>,
    /// The strings that share buffers, which are copied one and all, so that those of one arena share with each other alone.
    grown: Vec<(u32, Book, Object)>,
    /// The bytes of these buffers.
    buffers: usize,
    slots: usize,
    capacity: usize,
    books_capacity: usize,
}

impl Arena {
    /// An exact copy at rest, for [`Arena::resumed`]: nothing can be done in it. What it shares with other copies is counted
    /// by `held`.
    #[must_use]
    pub fn checkpoint(&mut self, held: &Held) -> Self {
        let image = self.freeze(held);
        Self { image: Some(Box::new(image)), ..self.copied_with(Table::default(), Vec::new()) }
    }

    /// An arena that goes on from a copy at rest: what is done to two of them in the same way comes out the same, slot by
    /// slot and byte by byte. It records nothing, and nothing interrupts it.
    #[must_use]
    pub fn resumed(&self) -> Self {
        let Some(image) = &self.image else { return self.copied_with(Table::default(), Vec::new()) };
        let (table, books) = image.thawed();
        self.copied_with(table, books)
    }

    /// The bytes that a copy at rest takes and shares with none, near enough.
    pub fn resting_bytes(&self) -> usize {
        let image = self.image.as_ref().map_or(0, |image| {
            let grown = image.grown.iter().map(|(_, book, _)| size_of::<(u32, Book, Object)>() + book.bytes);
            image.heads.len() * 2 * size_of::<usize>() + grown.sum::<usize>() + image.buffers
        });
        let doomed = self.collector.doomed.iter().map(|doomed| doomed.bytes).sum::<usize>();
        image
            + doomed
            + self.collector.charged
            + self.free.words.len() * size_of::<u64>()
            + self.dropped.iter().count() * size_of::<DropRecord>()
            + self.loans.table_len() * LOAN_BYTES
    }

    /// How many slots a copy at rest has.
    pub fn resting_slots(&self) -> usize {
        self.image.as_ref().map_or(0, |image| image.slots)
    }

    fn copied_with(&self, slots: Table, books: Vec<Book>) -> Self {
        Self {
            slots,
            books,
            free: FreeSlots { words: self.free.words.clone(), first: self.free.first },
            first_generation: self.first_generation,
            loans: self.loans.clone(),
            meter: self.meter.clone(),
            collector: collector(&self.collector),
            dropped: self.dropped.clone(),
            counters: Counters { ..self.counters },
            recording: false,
            log: RefCell::new(None),
            site: Cell::new(self.site.get()),
            interrupt: None,
            work: Cell::new(self.work.get()),
            image: None,
        }
    }

    /// Gives what changed since the last copy to pages of its own, so that from now on it is shared.
    fn freeze(&mut self, held: &Held) -> Image {
        // What is left of a marking that is over means nothing.
        let keeps_black = self.collector.is_marking();
        let pages = self.slots.len().div_ceil(PAGE);
        let (mut heads, mut bodies, mut grown) = (Vec::with_capacity(pages), Vec::with_capacity(pages), Vec::new());
        let mut copies = Copies::default();
        for page in 0..pages {
            let first = page * PAGE;
            let end = self.slots.len().min(first + PAGE);
            let mut headers = [0; PAGE];
            let mut changed = 0_u64;
            let known = self.slots.bodies.get(page);
            for (at, slot) in self.slots[first..end].iter().enumerate() {
                headers[at] = slot.resting_header(keeps_black);
                if slot.is_free() || slot.is_frozen() {
                    continue;
                }
                let book = self.books[first + at];
                match &slot.object {
                    object @ Object::Str(text) if text.is_grown() => {
                        grown.push(((first + at) as u32, book, object.copied_with(&mut copies)));
                    }
                    cell @ Object::Cell(_) if known.is_some_and(|known| known.is_cell(at, cell, book)) => {}
                    _ => changed |= 1 << at,
                }
            }
            heads.push(match self.slots.heads.get(page) {
                Some(known) if known.headers == headers => known.clone(),
                _ => Heads::new(headers, held),
            });
            bodies.push(match known {
                Some(known) if changed == 0 => known.clone(),
                _ => Arc::new(self.freeze_page(first..end, changed, held)),
            });
        }
        self.slots.heads.clone_from(&heads);
        self.slots.bodies.clone_from(&bodies);
        let (slots, capacity, books_capacity) = (self.slots.len(), self.slots.capacity(), self.books.capacity());
        let buffers = copies.bytes();
        Image { heads, bodies, grown, buffers, slots, capacity, books_capacity }
    }

    /// A page with what was frozen before and what changed since, which is frozen now.
    fn freeze_page(&mut self, slots: std::ops::Range<usize>, changed: u64, held: &Held) -> Bodies {
        let mut page = Bodies::empty(held);
        let first = slots.start;
        for index in slots {
            let (at, book) = (index - first, self.books[index]);
            let slot = &mut self.slots[index];
            if changed & 1 << at != 0 {
                let object = match &slot.object {
                    Object::Cell(value) => Object::Cell(*value),
                    _ => slot.freeze(),
                };
                page.put(at, object, book);
            } else if (slot.is_frozen() || matches!(slot.object, Object::Cell(_)))
                && let Some(known) = self.slots.bodies.get(first / PAGE)
            {
                page.share(at, known, book);
            }
        }
        page
    }
}

impl Image {
    /// The slots, all that can be frozen being so.
    fn thawed(&self) -> (Table, Vec<Book>) {
        let mut slots = Vec::with_capacity(self.capacity);
        let mut books = Vec::with_capacity(self.books_capacity);
        for (heads, bodies) in self.heads.iter().zip(&self.bodies) {
            let count = PAGE.min(self.slots - slots.len());
            slots.extend(heads.headers[..count].iter().map(|header| Slot::resting(*header)));
            books.extend_from_slice(&bodies.books[..count]);
            let mut cells = bodies.cells;
            let first = slots.len() - count;
            while cells != 0 {
                let at = cells.trailing_zeros() as usize;
                cells &= cells - 1;
                if let (Some(slot), Some(Object::Cell(value))) =
                    (slots.get_mut(first + at), bodies.objects[at].as_deref())
                    && slot.is_frozen()
                {
                    slot.object = Object::Cell(*value);
                    slot.thaw();
                }
            }
        }
        let mut copies = Copies::default();
        for (index, book, object) in &self.grown {
            let slot: &mut Slot = &mut slots[*index as usize];
            slot.object = object.copied_with(&mut copies);
            slot.thaw();
            books[*index as usize] = *book;
        }
        (Table::new(slots, self.heads.clone(), self.bodies.clone()), books)
    }
}

impl Parcel {
    /// An exact copy, which takes as much.
    #[must_use]
    pub fn checkpoint(&self) -> Self {
        let mut copies = Copies::default();
        let mut objects = Vec::with_capacity(self.objects.capacity());
        objects.extend(self.objects.iter().map(|object| object.copied_with(&mut copies)));
        Self { values: self.values.clone(), objects, bytes: self.bytes }
    }
}

/// The same elements with the same capacity.
pub(crate) fn same_room<T: Copy>(elements: &Vec<T>) -> Vec<T> {
    let mut copy = Vec::with_capacity(elements.capacity());
    copy.extend_from_slice(elements);
    copy
}

impl Object {
    /// The same with the same capacity; what shares a buffer shares one of `copies`.
    pub(crate) fn copied_with(&self, copies: &mut Copies) -> Self {
        match self {
            Object::Str(text) => Object::Str(text.copied_with(copies)),
            Object::Array(values) => Object::Array(same_room(values)),
            Object::Map(map) => Object::Map(Box::new(map.copied_with(copies))),
            Object::Instance(instance) => Object::Instance(Box::new(Instance {
                shape: instance.shape.clone(),
                values: same_room(&instance.values),
                own_shape: instance.own_shape,
            })),
            Object::Tagged(tagged) => {
                Object::Tagged(Box::new(Tagged { tag: tagged.tag.copied_with(copies), value: tagged.value }))
            }
            Object::Closure(closure) => Object::Closure(Box::new(Closure {
                function: closure.function,
                captures: same_room(&closure.captures),
            })),
            Object::Cell(value) => Object::Cell(*value),
            Object::Free => Object::Free,
        }
    }
}

/// A collection that is under way goes on in the copy where it was.
fn collector(of: &Collector) -> Collector {
    let trace = Trace {
        marks: Marks { words: same_room(&of.trace.marks.words) },
        grey: same_room(&of.trace.grey),
        again: same_room(&of.trace.again),
        partial: of.trace.partial,
        marked: of.trace.marked,
    };
    let doomed =
        of.doomed.iter().map(|doomed| Doomed { held: doomed_held(&doomed.held), bytes: doomed.bytes }).collect();
    Collector { phase: of.phase, trace, doomed, freed: of.freed, charged: of.charged }
}

/// Of what is being freed only how much there is matters, and how many entries a map has.
fn doomed_held(of: &sweep::Held) -> sweep::Held {
    match of {
        sweep::Held::Map(map) => sweep::Held::Map(Box::new(map.copied_with(&mut Copies::default()))),
        sweep::Held::Array(values) => sweep::Held::Array(same_room(values)),
        sweep::Held::Text(bytes) => {
            let mut copy = Vec::with_capacity(bytes.capacity());
            copy.resize_with(bytes.len(), MaybeUninit::uninit);
            sweep::Held::Text(copy)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Limits, Map, ObjectMut, Piece, Ref, RuntimeValue, SiteId};

    const SITE: SiteId = SiteId(3);

    /// Something of every kind, with garbage between.
    fn work(arena: &mut Arena, kept: &mut Vec<RuntimeValue>, from: usize) {
        for n in from..from + 1_500 {
            let last =
                kept.last().copied().filter(|last| match arena.target(*last).and_then(|last| arena.peek(last)) {
                    Some(Object::Str(text)) => text.len() < 60_000,
                    _ => false,
                });
            let left = match last {
                Some(last) => last,
                None => arena.alloc(Object::str("a long beginning ".repeat(20)), SITE).expect("room").into(),
            };
            let grown = arena.join(left, Piece::Text("and a piece behind it"), SITE).expect("room").into();
            let array = arena.alloc(Object::Array(vec![RuntimeValue::Int(n as i64); n % 7]), SITE).expect("room");
            match arena.write(array) {
                Ok(ObjectMut::Array(mut elements)) => elements.push(grown).expect("room"),
                other => panic!("{other:?}"),
            }
            let map: Map = (0..n % 19).map(|key| (format!("key {key}"), RuntimeValue::Ref(array))).collect();
            let map = arena.alloc(Object::map(map), SITE).expect("room");
            if n % 5 == 0 {
                kept.extend([map.into(), grown]);
            }
            if n % 11 == 0 && kept.len() > 40 {
                kept.drain(..20);
            }
            if n % 97 == 0 {
                arena.drop_object(array.into(), SITE).expect("nothing borrows it");
            }
            if arena.collection_due() {
                arena.collect_step(|marker| marker.roots(kept.iter())).expect("within the quota");
            }
        }
    }

    fn told(arena: &Arena) -> String {
        let slots: Vec<_> = arena.page(0, usize::MAX).slots;
        format!("{:?} {:?} {slots:?}", arena.stats(), arena.counted())
    }

    #[test]
    fn a_copy_goes_on_as_the_original() {
        let held = Held::default();
        let mut arena = Arena::new(Limits { bytes: 3 << 20, objects: 100_000 });
        let mut kept = Vec::new();
        // One that is never copied, and so shares nothing with any.
        let mut alone = Arena::new(arena.limits());
        let mut kept_alone = Vec::new();
        let mut past = Vec::new();
        for round in 0..6 {
            work(&mut arena, &mut kept, round * 1_500);
            work(&mut alone, &mut kept_alone, round * 1_500);
            let before = told(&arena);
            let resting = arena.checkpoint(&held);
            let (mut copy, mut kept_there) = (resting.resumed(), kept.clone());
            assert_eq!(told(&copy), told(&arena));
            work(&mut copy, &mut kept_there, 7);
            // A copy of a copy that has gone on.
            let after = copy.checkpoint(&held).resumed();
            assert_eq!(told(&after), told(&copy), "after round {round}");
            let mut again = resting.resumed();
            let mut kept_again = kept.clone();
            work(&mut again, &mut kept_again, 7);
            assert_eq!(told(&copy), told(&again), "after round {round}");
            // The original goes on like a copy of itself, and like what was never copied.
            let (mut copy, mut kept_there) = (resting.resumed(), kept.clone());
            work(&mut copy, &mut kept_there, 13);
            work(&mut arena, &mut kept, 13);
            work(&mut alone, &mut kept_alone, 13);
            assert_eq!(told(&copy), told(&arena), "after round {round}");
            assert_eq!(told(&alone), told(&arena), "after round {round}");
            past.push((resting, before));
            if round % 2 == 1 {
                arena = copy;
            }
        }
        assert!(arena.stats().collections > 2, "{:?}", arena.stats());
        drop(arena);
        for (resting, before) in past {
            assert_eq!(told(&resting.resumed()), before, "whatever went on from it");
        }
        assert_eq!(held.bytes(), 0, "all is given back");
    }

    #[test]
    fn a_copy_knows_the_borrows() {
        let mut arena = Arena::default();
        let object = arena.alloc(Object::Array(Vec::new()), SITE).expect("room");
        let borrow = arena.borrow_exclusive(object.into(), crate::OwnerId(1), SITE).expect("a borrow");
        let mut copy = arena.checkpoint(&Held::default()).resumed();
        assert!(arena.end_borrow(borrow, SITE));
        assert!(copy.read(object).is_err(), "in the copy it is borrowed still");
        assert!(copy.write_through(borrow).is_ok());
        assert!(arena.write(object).is_ok());
        assert!(copy.end_borrow(borrow, SITE));
        assert!(copy.read(Ref::new(7, 7)).is_err());
    }
}
