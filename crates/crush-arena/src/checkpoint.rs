//! Exact copies of an arena, for runs that are to be had again from where they were.
//!
//! A copy must go on as the original did: the same slots for the same objects, and collections at the same places. What
//! decides about these is counted in bytes, and by capacity; so capacities are kept too, and texts that share a buffer
//! share one in the copy. What the arena records, and what stops it, is not copied.

use std::cell::{Cell, RefCell};
use std::mem::MaybeUninit;

use crate::{
    arena::{Arena, Counters},
    bits::{FreeSlots, Marks},
    buffer::Copies,
    collect::Collector,
    instance::Instance,
    mark::Trace,
    object::{Closure, Object, Tagged},
    parcel::Parcel,
    slot::Slot,
    sweep::{Doomed, Held},
};

impl Arena {
    /// An exact copy: what is done to both in the same way comes out the same, slot by slot and byte by byte. It records
    /// nothing, and nothing interrupts it.
    #[must_use]
    pub fn checkpoint(&self) -> Self {
        let mut copies = Copies::default();
        let mut slots = Vec::with_capacity(self.slots.capacity());
        slots.extend(self.slots.iter().map(|slot| {
            let mut copy = Slot { header: slot.header, object: object(&slot.object, &mut copies) };
            if !copy.is_free() {
                copy.watch(false);
            }
            copy
        }));
        Self {
            slots,
            books: same_room(&self.books),
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
        }
    }
}

impl Parcel {
    /// An exact copy, which takes as much.
    #[must_use]
    pub fn checkpoint(&self) -> Self {
        let mut copies = Copies::default();
        let mut objects = Vec::with_capacity(self.objects.capacity());
        objects.extend(self.objects.iter().map(|of| object(of, &mut copies)));
        Self { values: self.values.clone(), objects, bytes: self.bytes }
    }
}

/// The same elements with the same capacity.
pub(crate) fn same_room<T: Copy>(elements: &Vec<T>) -> Vec<T> {
    let mut copy = Vec::with_capacity(elements.capacity());
    copy.extend_from_slice(elements);
    copy
}

fn object(of: &Object, copies: &mut Copies) -> Object {
    match of {
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
        Object::Closure(closure) => {
            Object::Closure(Box::new(Closure { function: closure.function, captures: same_room(&closure.captures) }))
        }
        Object::Cell(value) => Object::Cell(*value),
        Object::Free => Object::Free,
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
    let doomed = of.doomed.iter().map(|doomed| Doomed { held: held(&doomed.held), bytes: doomed.bytes }).collect();
    Collector { phase: of.phase, trace, doomed, freed: of.freed, charged: of.charged }
}

/// Of what is being freed only how much there is matters, and how many entries a map has.
fn held(of: &Held) -> Held {
    match of {
        Held::Map(map) => Held::Map(Box::new(map.copied_with(&mut Copies::default()))),
        Held::Array(values) => Held::Array(same_room(values)),
        Held::Text(bytes) => {
            let mut copy = Vec::with_capacity(bytes.capacity());
            copy.resize_with(bytes.len(), MaybeUninit::uninit);
            Held::Text(copy)
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
        let mut arena = Arena::new(Limits { bytes: 3 << 20, objects: 100_000 });
        let mut kept = Vec::new();
        for round in 0..5 {
            work(&mut arena, &mut kept, round * 1_500);
            let (mut copy, mut kept_there) = (arena.checkpoint(), kept.clone());
            assert_eq!(told(&copy), told(&arena));
            work(&mut copy, &mut kept_there, 7);
            let mut again = arena.checkpoint();
            let mut kept_again = kept.clone();
            work(&mut again, &mut kept_again, 7);
            assert_eq!(told(&copy), told(&again), "after round {round}");
            // The original goes on like a copy of itself.
            let (mut copy, mut kept_there) = (arena.checkpoint(), kept.clone());
            work(&mut copy, &mut kept_there, 13);
            work(&mut arena, &mut kept, 13);
            assert_eq!(told(&copy), told(&arena), "after round {round}");
        }
        assert!(arena.stats().collections > 2, "{:?}", arena.stats());
    }

    #[test]
    fn a_copy_knows_the_borrows() {
        let mut arena = Arena::default();
        let object = arena.alloc(Object::Array(Vec::new()), SITE).expect("room");
        let borrow = arena.borrow_exclusive(object.into(), crate::OwnerId(1), SITE).expect("a borrow");
        let mut copy = arena.checkpoint();
        assert!(arena.end_borrow(borrow, SITE));
        assert!(copy.read(object).is_err(), "in the copy it is borrowed still");
        assert!(copy.write_through(borrow).is_ok());
        assert!(arena.write(object).is_ok());
        assert!(copy.end_borrow(borrow, SITE));
        assert!(copy.read(Ref::new(7, 7)).is_err());
    }
}
