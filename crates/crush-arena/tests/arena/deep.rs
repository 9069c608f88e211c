//! Deep operations on deep, shared and cyclic values (A8, D8, `==`). The tests run on the small stack of
//! a test thread, which recursion would overflow.

use std::sync::{Arc, atomic::AtomicBool};

use crush_arena::*;

use crate::common::*;

const DEEP: usize = 1_000_000;

fn nested(arena: &mut Arena, depth: usize) -> Ref {
    let mut inner = array(arena, []);
    for _ in 1..depth {
        inner = array(arena, [inner.into()]);
    }
    inner
}

fn equal(arena: &Arena, left: impl Into<RuntimeValue>, right: impl Into<RuntimeValue>) -> bool {
    arena.equal(left.into(), right.into()).unwrap()
}

#[test]
fn a8_a_million_nested_arrays_are_ordinary() {
    let mut arena = Arena::default();
    let (one, two) = (nested(&mut arena, DEEP), nested(&mut arena, DEEP));
    let text = print(&arena, one).unwrap();
    assert_eq!(text.len(), 2 * DEEP);
    assert!(equal(&arena, one, two));
    let longer = array(&mut arena, [two.into()]);
    assert!(!equal(&arena, one, longer));
    let mut other = Arena::default();
    let copy = send(&arena, one, &mut other).unwrap();
    assert_eq!(other.stats().objects, DEEP);
    assert_eq!(print(&other, copy).unwrap().len(), 2 * DEEP);
    assert!(arena.preview(one).chars().count() <= 60);
    assert!(matches!(
        arena.view(one.into(), ViewLimits { depth: usize::MAX, ..Default::default() }),
        View::Object { .. }
    ));
    assert_eq!(arena.collect(|marker| marker.root(one.into())).unwrap().objects, DEEP + 1);
    arena.drop_object(one.into(), SITE).unwrap();
    assert_eq!(arena.collect(|_| ()).unwrap().objects, DEEP - 1);
}

#[test]
fn d8_what_is_inside_itself_is_shown_as_a_mark() {
    let mut arena = Arena::default();
    let list = array(&mut arena, [int(1)]);
    push(&mut arena, list, list).unwrap();
    push(&mut arena, list, int(2)).unwrap();
    assert_eq!(print(&arena, list).unwrap(), "[1, […], 2]");
    let entries = map(&mut arena, [("list", list.into()), ("n", int(3))]);
    let ObjectMut::Map(mut changed) = arena.write(entries).unwrap() else { panic!("not a map") };
    changed.insert(&"me".into(), entries.into()).unwrap();
    push(&mut arena, list, entries).unwrap();
    assert_eq!(print(&arena, entries).unwrap(), "{list: [1, […], 2, {…}], n: 3, me: {…}}");
    let twice = array(&mut arena, [int(7)]);
    let shared = array(&mut arena, [twice.into(), twice.into()]);
    assert_eq!(print(&arena, shared).unwrap(), "[[7], [7]]", "sharing is no cycle");
}

#[test]
fn d8_a_long_cycle_is_found() {
    let mut arena = Arena::default();
    let first = array(&mut arena, []);
    let mut last = first;
    for _ in 0..99 {
        last = array(&mut arena, [last.into()]);
    }
    push(&mut arena, first, last).unwrap();
    let text = print(&arena, last).unwrap();
    assert_eq!(text, format!("{}[…]{}", "[".repeat(100), "]".repeat(100)));
}

#[test]
fn d8_a_cycle_far_down_is_found() {
    let mut arena = Arena::default();
    let low = array(&mut arena, []);
    push(&mut arena, low, low).unwrap();
    let mut top = low;
    for _ in 0..50 {
        top = array(&mut arena, [top.into()]);
    }
    let text = print(&arena, top).unwrap();
    assert_eq!(text, format!("{}[…]{}", "[".repeat(51), "]".repeat(51)));
}

/// As `crush-run` prints them.
#[test]
fn values_print_as_in_the_reference() {
    let mut arena = Arena::default();
    let floats = [1.5, 2.0, 1e20, 1e16, 1.0 / 3.0, 1e-7, -2.5, -0.0, f64::INFINITY, f64::NAN];
    let floats = array(&mut arena, floats.map(RuntimeValue::Float));
    assert_eq!(
        print(&arena, floats).unwrap(),
        "[1.5, 2.0, 100000000000000000000.0, 10000000000000000.0, 0.3333333333333333, 0.0000001, -2.5, -0.0, inf, NaN]"
    );
    let text = string(&mut arena, "a\nb");
    let mixed = [text.into(), RuntimeValue::Bool(true), RuntimeValue::Null, RuntimeValue::Function(FunctionId(2))];
    let mixed = array(&mut arena, mixed);
    assert_eq!(print(&arena, mixed).unwrap(), "[a\nb, true, null, <fn f2>]");
}

#[test]
fn printing_reads_what_it_reaches() {
    let mut arena = Arena::default();
    let inner = array(&mut arena, [int(1)]);
    let outer = array(&mut arena, [inner.into()]);
    let handle = exclusive(&mut arena, inner);
    assert_eq!(in_the_way(&borrow_error(print(&arena, outer))), [handle]);
    assert_eq!(print(&arena, handle).unwrap(), "[1]");
    let holder = array(&mut arena, [handle.into()]);
    assert_eq!(print(&arena, holder).unwrap(), "[[1]]", "a stored handle is read through");
    push(&mut arena, handle, inner).unwrap();
    assert_eq!(print(&arena, handle).unwrap(), "[1, […]]", "a mark reads nothing");
    arena.end_borrow(handle, SITE);
    borrow_error(print(&arena, holder));
    arena.drop_object(inner.into(), SITE).unwrap();
    use_after_free(print(&arena, outer));
}

#[test]
fn printing_stops_at_the_limit() {
    let mut arena = Arena::default();
    // Each level doubles what is printed: 2 to the 60.
    let mut object = array(&mut arena, [int(1)]);
    for _ in 0..60 {
        object = array(&mut arena, [object.into(), object.into()]);
    }
    let limit = TextLimit { bytes: 1000, resource: Resource::OutputBytes };
    let error = quota(arena.text(object.into(), &|_| None, limit));
    assert_eq!((error.resource, error.limit), (Resource::OutputBytes, 1000));
}

#[test]
fn a_walk_can_skip_and_knows_its_depth() {
    let mut arena = Arena::default();
    let inner = array(&mut arena, [int(1)]);
    let outer = array(&mut arena, [inner.into(), int(2)]);
    let mut walk = arena.walk(outer.into());
    let mut seen = Vec::new();
    while let Some(step) = walk.next() {
        let step = step.unwrap();
        seen.push((format!("{step:?}").split('(').next().unwrap().to_string(), walk.depth()));
        if matches!(step, Step::Enter(object, _) if object == inner) {
            walk.skip_entered();
        }
    }
    let seen: Vec<_> = seen.iter().map(|(step, depth)| (step.as_str(), *depth)).collect();
    assert_eq!(seen, [("Enter", 1), ("Enter", 2), ("Value", 1), ("Leave", 0)]);
}

#[test]
fn equality_of_values() {
    use RuntimeValue::{Bool, Float, Function, Int, Null};
    let mut arena = Arena::default();
    assert!(equal(&arena, Int(1), Float(1.0)) && equal(&arena, Float(2.0), Int(2)));
    assert!(equal(&arena, Null, Null) && equal(&arena, Bool(true), Bool(true)));
    assert!(equal(&arena, Function(FunctionId(1)), Function(FunctionId(1))));
    assert!(!equal(&arena, Float(f64::NAN), Float(f64::NAN)));
    assert!(!equal(&arena, Int(1), Bool(true)) && !equal(&arena, Int(0), Null));
    let [one, two] = ["é", "é"].map(|text| string(&mut arena, text));
    assert!(equal(&arena, one, two));
    let list = array(&mut arena, [one.into()]);
    assert!(!equal(&arena, list, one));
}

#[test]
fn equality_is_structural() {
    let mut arena = Arena::default();
    let one = map(&mut arena, [("a", int(1)), ("b", int(2))]);
    let two = map(&mut arena, [("b", int(2)), ("a", int(1))]);
    let three = map(&mut arena, [("a", int(1)), ("c", int(2))]);
    let instance = Object::instance(Shape::crush("P", ["a", "b"]), vec![int(1), int(2)]);
    let instance = arena.alloc(instance, SITE).unwrap();
    assert!(equal(&arena, one, two), "order does not matter");
    assert!(!equal(&arena, one, three) && !equal(&arena, three, one));
    assert!(equal(&arena, one, instance) && equal(&arena, instance, two));
    let [x, y] = [one, two].map(|value| array(&mut arena, [value.into(), int(3)]));
    assert!(equal(&arena, x, y));
    push(&mut arena, x, int(4)).unwrap();
    assert!(!equal(&arena, x, y));
    let [ok, err] = ["ok", "err"].map(|tag| arena.alloc(Object::tagged(tag, int(1)), SITE).unwrap());
    assert!(!equal(&arena, ok, err));
    let nan = array(&mut arena, [RuntimeValue::Float(f64::NAN)]);
    assert!(equal(&arena, nan, nan), "one object is equal at once");
}

#[test]
fn equality_reads_objects_up_to_the_first_difference() {
    let mut arena = Arena::default();
    let inner = array(&mut arena, []);
    let one = array(&mut arena, [int(1), inner.into()]);
    let two = array(&mut arena, [int(2), inner.into()]);
    let three = array(&mut arena, [int(1), inner.into()]);
    let handle = exclusive(&mut arena, inner);
    assert!(!equal(&arena, one, two));
    assert_eq!(in_the_way(&borrow_error(arena.equal(one.into(), three.into()))), [handle]);
    assert!(!equal(&arena, inner, int(1)), "comparing an object with anything else reads nothing");
    borrow_error(arena.equal(inner.into(), inner.into()));
    assert!(equal(&arena, handle, handle));
    let gone = array(&mut arena, []);
    arena.drop_object(gone.into(), SITE).unwrap();
    use_after_free(arena.equal(gone.into(), gone.into()));
    assert!(!equal(&arena, gone, RuntimeValue::Null));
}

#[test]
fn equality_of_cycles_and_shared_parts_ends() {
    let mut arena = Arena::default();
    let ring = |arena: &mut Arena, length: usize| {
        let first = array(arena, [int(1)]);
        let mut last = first;
        for _ in 1..length {
            last = array(arena, [int(1), last.into()]);
        }
        push(arena, first, last).unwrap();
        first
    };
    let (three, seven) = (ring(&mut arena, 3), ring(&mut arena, 7));
    assert!(equal(&arena, three, seven), "no difference can be found");
    let [one, two] = [(); 2].map(|()| {
        let mut object = array(&mut arena, [int(1)]);
        for _ in 0..200 {
            object = array(&mut arena, [object.into(), object.into()]);
        }
        object
    });
    assert!(equal(&arena, one, two), "2 to the 200 paths, 200 pairs");
}

#[test]
fn deep_operations_can_be_interrupted_and_are_counted() {
    let mut arena = Arena::default();
    let (one, two) = (nested(&mut arena, 10_000), nested(&mut arena, 10_000));
    arena.take_work();
    assert!(equal(&arena, one, two));
    assert_eq!(arena.take_work(), 10_000);
    assert_eq!(arena.take_work(), 0);
    arena.interrupt_when(Arc::new(AtomicBool::new(true)));
    assert_eq!(arena.equal(one.into(), two.into()), Err(Fault::Interrupted));
    assert_eq!(print(&arena, one), Err(Fault::Interrupted));
    assert_eq!(arena.pack(&[one.into()]).map(|_| ()), Err(Fault::Interrupted));
}
