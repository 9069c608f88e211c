//! Collection (A5).

use std::sync::{Arc, atomic::AtomicBool};

use crush_arena::*;

use crate::common::*;

fn collect(arena: &mut Arena, roots: &[RuntimeValue]) -> Collected {
    arena.collect(|marker| marker.roots(roots)).unwrap()
}

#[test]
fn a5_what_roots_reach_stays_and_the_rest_goes() {
    let mut arena = Arena::default();
    let text = string(&mut arena, "x");
    let cell = arena.alloc(Object::Cell(text.into()), SITE).unwrap();
    let closure = arena.alloc(Object::closure(FunctionId(0), vec![cell.into()]), SITE).unwrap();
    let tagged = arena.alloc(Object::tagged("ok", closure.into()), SITE).unwrap();
    let shape = Shape::crush("P", ["f"]);
    let instance = arena.alloc(Object::instance(shape, vec![tagged.into()]), SITE).unwrap();
    let entries = map(&mut arena, [("k", instance.into())]);
    let root = array(&mut arena, [entries.into()]);
    let garbage = array(&mut arena, [root.into()]);
    assert_eq!(collect(&mut arena, &[root.into()]).objects, 1);
    use_after_free(arena.read(garbage));
    for kept in [text, cell, closure, tagged, instance, entries, root] {
        assert!(arena.peek(kept).is_some());
    }
    assert_eq!(collect(&mut arena, &[]).objects, 7);
    assert_eq!(arena.stats().objects, 0);
}

#[test]
fn a5_cycles_are_collected() {
    let mut arena = Arena::default();
    let one = array(&mut arena, []);
    let two = array(&mut arena, [one.into()]);
    push(&mut arena, one, two).unwrap();
    assert_eq!(collect(&mut arena, &[one.into()]).objects, 0);
    assert_eq!(collect(&mut arena, &[]).objects, 2);
}

#[test]
fn a5_a_live_borrow_keeps_its_object_and_what_that_reaches() {
    let mut arena = Arena::default();
    let inner = array(&mut arena, [int(1)]);
    let outer = array(&mut arena, [inner.into()]);
    let handle = exclusive(&mut arena, outer);
    assert_eq!(collect(&mut arena, &[]).objects, 0);
    assert_eq!(elements(&arena, handle), Ok(vec![inner.into()]));
    arena.end_borrow(handle, SITE);
    assert_eq!(collect(&mut arena, &[handle.into()]).objects, 2, "a dead handle keeps nothing");
}

#[test]
fn a5_stale_and_foreign_roots_do_no_harm() {
    let mut arena = Arena::default();
    let dropped = array(&mut arena, []);
    arena.drop_object(dropped.into(), SITE).unwrap();
    let roots = [dropped.into(), Ref::from_bits(usize::MAX).into(), int(3), RuntimeValue::Null];
    assert_eq!(collect(&mut arena, &roots).objects, 0);
    let again = array(&mut arena, []);
    assert_eq!(again.slot(), dropped.slot());
    assert_eq!(collect(&mut arena, &roots).objects, 1, "the new object is not what the stale root means");
}

#[test]
fn a5_is_due_by_bytes_allocated_and_the_threshold_doubles() {
    let mut arena = Arena::default();
    let keep = array(&mut arena, []);
    let mut due = Vec::new();
    while due.len() < 3 {
        let object = array(&mut arena, vec![RuntimeValue::Null; 1000]);
        push(&mut arena, keep, object).unwrap();
        if arena.collection_due() {
            due.push(arena.stats().bytes);
            collect(&mut arena, &[keep.into()]);
            assert!(!arena.collection_due());
        }
    }
    assert!(due[0] > 1 << 20 && due[1] >= 2 * due[0] && due[2] >= 2 * due[1], "{due:?}");
}

#[test]
fn a5_an_interrupted_collection_frees_nothing() {
    let mut arena = Arena::default();
    let flag = Arc::new(AtomicBool::new(true));
    let mut last = array(&mut arena, []);
    for _ in 0..10_000 {
        last = array(&mut arena, [last.into()]);
    }
    array(&mut arena, []);
    arena.interrupt_when(flag.clone());
    assert_eq!(arena.collect(|marker| marker.root(last.into())), Err(Fault::Interrupted));
    assert_eq!(arena.stats().objects, 10_002);
    flag.store(false, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(collect(&mut arena, &[last.into()]).objects, 1);
}
