//! Bytes and objects against their quotas (A7).

use crush_arena::*;

use crate::common::*;

const QUOTA: usize = 100_000;

fn small() -> Arena {
    Arena::new(Limits { bytes: QUOTA, objects: 1000 })
}

/// Runs `grow` until it faults; the quota it names.
fn until_full(arena: &mut Arena, mut grow: impl FnMut(&mut Arena) -> Result<(), Fault>) -> QuotaError {
    for _ in 0..100_000 {
        let before = arena.stats().bytes;
        if let Err(fault) = grow(arena) {
            assert!(arena.stats().bytes <= 2 * QUOTA, "never more than twice the quota");
            assert!(arena.stats().bytes >= before.min(QUOTA), "and most of it can be used");
            return quota::<()>(Err(fault));
        }
    }
    panic!("never full: {:?}", arena.stats());
}

#[test]
fn a7_arrays_are_counted_as_they_grow() {
    let mut arena = small();
    let object = array(&mut arena, []);
    let error = until_full(&mut arena, |arena| push(arena, object, int(1)));
    assert_eq!((error.resource, error.limit), (Resource::Bytes, QUOTA as u64));
    let held = elements(&arena, object).unwrap();
    assert!(held.len() * 16 > QUOTA / 2 - 100, "it could use about half before doubling did not fit: {}", held.len());
    assert_eq!(quota(push(&mut arena, object, int(1))).resource, Resource::Bytes);
    assert_eq!(elements(&arena, object).unwrap().len(), held.len(), "the fault changed nothing");
    let ObjectMut::Array(mut values) = arena.write(object).unwrap() else { panic!("not an array") };
    quota(values.extend_from_slice(&[int(0); 100_000]));
    quota(values.reserve(usize::MAX));
    values.clear();
    assert_eq!(arena.stats().bytes - arena.stats().idle_bytes, 48);
}

#[test]
fn a7_maps_are_counted_as_they_grow() {
    let mut arena = small();
    let object = map(&mut arena, []);
    let mut key = 0;
    let mut insert = |arena: &mut Arena| {
        key += 1;
        let ObjectMut::Map(mut entries) = arena.write(object)? else { panic!("not a map") };
        entries.insert(&key.to_string().into(), int(key)).map(|_| ())
    };
    assert_eq!(until_full(&mut arena, &mut insert).resource, Resource::Bytes);
    let before = arena.stats().bytes;
    let ObjectMut::Map(mut entries) = arena.write(object).unwrap() else { panic!("not a map") };
    for key in 1..=10 {
        entries.remove(&key.to_string()).unwrap();
    }
    assert!(arena.stats().bytes < before, "keys are given back");
    let key: Text = "k".repeat(2 * QUOTA).into();
    let ObjectMut::Map(mut entries) = arena.write(object).unwrap() else { panic!("not a map") };
    quota(entries.insert(&key, int(1)));
}

#[test]
fn a7_fields_are_counted_as_they_are_added() {
    let mut arena = small();
    let object = arena.alloc(Object::instance(Shape::crush("P", ["x"]), vec![]), SITE).unwrap();
    let mut field = 0;
    let error = until_full(&mut arena, |arena| {
        field += 1;
        let ObjectMut::Instance(mut instance) = arena.write(object)? else { panic!("not an instance") };
        instance.set_or_add(&field.to_string().into(), int(1))
    });
    assert_eq!(error.resource, Resource::Bytes);
}

#[test]
fn a7_objects_borrows_and_strings_are_counted() {
    let mut arena = small();
    assert_eq!(
        until_full(&mut arena, |arena| arena.alloc(Object::Cell(int(1)), SITE).map(|_| ())).resource,
        Resource::Objects
    );
    let mut arena = small();
    assert_eq!(
        until_full(&mut arena, |arena| arena.alloc(Object::str("x".repeat(5000)), SITE).map(|_| ())).resource,
        Resource::Bytes
    );
    let mut arena = small();
    let object = array(&mut arena, []);
    let error = until_full(&mut arena, |arena| arena.borrow_shared(object.into(), OWNER, SITE).map(|_| ()));
    assert_eq!(error.resource, Resource::Bytes);
    let mut arena = small();
    quota(arena.alloc(Object::str("x".repeat(QUOTA + 1)), SITE));
    assert_eq!(arena.stats().bytes, 0);
    quota(arena.room_for(QUOTA + 1));
    arena.room_for(QUOTA).unwrap();
}

#[test]
fn a7_garbage_alone_is_never_a_fault() {
    let mut arena = small();
    let keep = array(&mut arena, []);
    for n in 0..10_000 {
        arena.alloc(Object::str("x".repeat(n % 90_000)), SITE).unwrap();
        if arena.collection_due() {
            arena.collect(|marker| marker.root(keep.into())).unwrap();
        }
        assert!(arena.stats().bytes <= 2 * QUOTA);
    }
    assert!(arena.stats().collections > 10);
}

#[test]
fn a7_what_is_live_beyond_the_quota_is_a_fault_at_the_next_collection() {
    let mut arena = small();
    let keep = array(&mut arena, []);
    let mut fault = None;
    while fault.is_none() {
        let text = string(&mut arena, &"x".repeat(1000));
        push(&mut arena, keep, text).unwrap();
        if arena.collection_due() {
            fault = arena.collect(|marker| marker.root(keep.into())).err();
        }
    }
    let error = quota(fault.map_or(Ok(()), Err));
    assert!(error.wanted > QUOTA as u64 && error.wanted < QUOTA as u64 * 5 / 4, "{error:?}");
}

#[test]
fn a7_a_program_near_its_quota_does_not_collect_all_the_time() {
    let mut arena = Arena::new(Limits { bytes: 10_000_000, objects: usize::MAX / 4 });
    let keep = string(&mut arena, &"x".repeat(9_900_000));
    for _ in 0..100_000 {
        string(&mut arena, "garbage");
        if arena.collection_due() {
            arena.collect(|marker| marker.root(keep.into())).unwrap();
        }
    }
    assert!(arena.stats().collections < 30, "{}", arena.stats().collections);
}

#[test]
fn a7_what_the_vm_takes_is_charged_too() {
    let mut arena = small();
    arena.charge(60_000).unwrap();
    arena.charge(60_000).unwrap();
    assert_eq!(quota(arena.charge(90_000)).resource, Resource::Bytes);
    assert_eq!(quota(arena.collect(|_| ())).wanted, 120_000);
    arena.refund(60_000);
    arena.collect(|_| ()).unwrap();
}

#[test]
fn a7_churn_leaves_nothing_counted() {
    let mut arena = small();
    for _ in 0..100 {
        let object = map(&mut arena, [("a", int(1)), ("b", int(2))]);
        let ObjectMut::Map(mut entries) = arena.write(object).unwrap() else { panic!("not a map") };
        for n in 0..50 {
            entries.insert(&n.to_string().into(), int(n)).unwrap();
        }
        entries.clear();
        let list = array(&mut arena, []);
        for n in 0..50 {
            push(&mut arena, list, int(n)).unwrap();
        }
        arena.drop_object(object.into(), SITE).unwrap();
        arena.drop_object(list.into(), SITE).unwrap();
    }
    let stats = arena.stats();
    assert_eq!((stats.bytes, stats.slots), (stats.idle_bytes, 2), "two slots were used again and again");
}

#[test]
fn a7_a_text_that_was_built_is_counted_once_until_its_last_string_is_gone() {
    const LONG: usize = 3 << 20;
    let mut arena = Arena::default();
    let before = arena.counted().bytes;
    let first = arena.alloc_text(Text::built("x".repeat(LONG)), SiteId(0)).expect("room");
    let Ok(Object::Str(text)) = arena.read(first) else { panic!("not a string") };
    let reading = text.reading();
    let second = arena.alloc_text(reading, SiteId(0)).expect("room");
    let counted = |arena: &Arena| arena.counted().bytes - before;
    assert!((LONG..LONG + 1000).contains(&counted(&arena)), "{}", counted(&arena));
    arena.collect(|marker| marker.root(second.into())).expect("no fault");
    assert!((LONG..LONG + 1000).contains(&counted(&arena)), "{}", counted(&arena));
    arena.collect(|_| ()).expect("no fault");
    assert!(counted(&arena) < 1000, "{}", counted(&arena));
}

#[test]
fn a5_what_is_large_is_freed_over_several_steps() {
    let mut arena = Arena::default();
    let before = arena.counted().bytes;
    arena.alloc(Object::Array(vec![RuntimeValue::Null; 1 << 20]), SiteId(0)).expect("room");
    arena.alloc_text(Text::built("x".repeat(16 << 20)), SiteId(0)).expect("room");
    // What is not gone yet is still counted.
    let mut freed_in_part = 0;
    while !arena.collect_some(1 << 10, |_| ()) {
        freed_in_part += usize::from(arena.stats().bytes > before && arena.stats().objects == 0);
    }
    assert!(freed_in_part > 10, "{freed_in_part} steps");
    assert!(arena.counted().bytes < before + 1000);
}

#[test]
fn a6_a_large_array_is_dropped_at_once_unless_the_run_is_to_stop() {
    let mut arena = Arena::default();
    let large = |arena: &mut Arena| arena.alloc(Object::Array(vec![RuntimeValue::Null; 1 << 18]), SiteId(0));
    let (first, second) = (large(&mut arena).expect("room"), large(&mut arena).expect("room"));
    assert_eq!(arena.drop_object(first.into(), SiteId(0)), Ok(()));
    arena.interrupt_when(std::sync::Arc::new(true.into()));
    assert_eq!(arena.drop_object(second.into(), SiteId(0)), Err(Fault::Interrupted));
}
