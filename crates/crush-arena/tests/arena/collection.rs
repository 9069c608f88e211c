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
fn a5_is_due_before_what_is_live_has_doubled() {
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
    assert!(due[0] > 3 << 16 && due[1] * 4 >= due[0] * 7 && due[2] * 4 >= due[1] * 7, "{due:?}");
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

/// While a long chain is being marked, what its end holds is moved by `store` into an object that was looked at before.
fn moved_while_marking(holder: Object, store: impl Fn(&mut Arena, Ref, RuntimeValue)) {
    for steps in 1..20 {
        let mut arena = Arena::default();
        let child = array(&mut arena, [int(7)]);
        let end = array(&mut arena, [child.into()]);
        let mut chain = end;
        for _ in 0..100 {
            chain = array(&mut arena, [chain.into()]);
        }
        let holder = arena.alloc(holder.clone(), SITE).unwrap();
        let roots = [chain.into(), holder.into()];
        for _ in 0..steps {
            assert!(!arena.collect_some(1, |marker| marker.roots(&roots)));
        }
        store(&mut arena, holder, child.into());
        let ObjectMut::Array(mut values) = arena.write(end).unwrap() else { panic!("not an array") };
        values.clear();
        while !arena.collect_some(10, |marker| marker.roots(&roots)) {}
        assert_eq!(elements(&arena, child), Ok(vec![int(7)]));
    }
}

#[test]
fn a5_what_is_moved_while_it_is_marked_stays() {
    moved_while_marking(Object::Array(Vec::new()), |arena, holder, child| push(arena, holder, child).unwrap());
    moved_while_marking(Object::Array(Vec::new()), |arena, holder, child| {
        let handle = exclusive(arena, holder);
        push(arena, handle, child).unwrap();
        arena.end_borrow(handle, SITE);
    });
    moved_while_marking(Object::Cell(int(0)), |arena, cell, child| assert!(arena.set_cell(cell, child)));
    moved_while_marking(Object::tagged("ok", int(0)), |arena, holder, child| {
        let ObjectMut::Tagged(value) = arena.write(holder).unwrap() else { panic!("not tagged") };
        *value = child;
    });
}

#[test]
fn a5_a_large_map_is_freed_over_several_steps() {
    let mut arena = Arena::default();
    let entries = (0..5000).map(|key| (key.to_string(), int(key))).collect();
    let large = arena.alloc(Object::map(entries), SITE).unwrap();
    let before = arena.stats().bytes;
    let mut steps = 1;
    while !arena.collect_some(100, |_| ()) {
        steps += 1;
    }
    assert!(steps > 300, "{steps}");
    assert!(arena.peek(large).is_none());
    let stats = arena.stats();
    assert_eq!((stats.bytes, stats.objects), (stats.idle_bytes, 0), "of {before} bytes nothing is left");
}

#[test]
fn a5_steps_keep_ahead_of_a_program_that_allocates() {
    let mut arena = Arena::default();
    let mut kept = Vec::new();
    for n in 0..20_000 {
        kept.push(array(&mut arena, [int(n)]).into());
    }
    let live = {
        arena.collect(|marker| marker.roots(&kept)).unwrap();
        arena.stats().bytes
    };
    let cycles = arena.stats().collections;
    for n in 0..500_000 {
        array(&mut arena, [int(n)]);
        if arena.collection_due() {
            arena.collect_step(|marker| marker.roots(&kept)).unwrap();
        }
    }
    let stats = arena.stats();
    assert!(stats.collections > cycles + 10, "{} cycles", stats.collections - cycles);
    assert!(stats.peak_bytes < 2 * live + live / 4, "{} bytes at most, {live} live", stats.peak_bytes);
}
