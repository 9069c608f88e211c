//! Values copied from one arena into another (T1 to T3).

use crush_arena::*;

use crate::common::*;

#[test]
fn t1_copies_keep_sharing_and_cycles_and_leave_the_source() {
    let (mut source, mut target) = (Arena::default(), Arena::default());
    let shared = array(&mut source, [int(1)]);
    let entries = map(&mut source, [("s", shared.into())]);
    let root = array(&mut source, [shared.into(), entries.into(), shared.into()]);
    push(&mut source, root, root).unwrap();
    let copy = send(&source, root, &mut target).unwrap();
    assert_eq!(target.stats().objects, 3);
    let copied = elements(&target, copy).unwrap();
    assert_eq!((copied[0], copied[3]), (copied[2], copy));
    push(&mut target, copied[0], int(2)).unwrap();
    assert_eq!(print(&target, copy).unwrap(), "[[1, 2], {s: [1, 2]}, [1, 2], […]]");
    assert_eq!(print(&source, root).unwrap(), "[[1], {s: [1]}, [1], […]]");
    assert_eq!(send(&source, int(5), &mut target), Ok(int(5)));
}

#[test]
fn t1_functions_are_copied_with_their_variables() {
    let (mut source, mut target) = (Arena::default(), Arena::default());
    let cell = source.alloc(Object::Cell(int(1)), SITE).unwrap();
    let closure = source.alloc(Object::closure(FunctionId(4), vec![cell.into()]), SITE).unwrap();
    let copy = send(&source, closure, &mut target).unwrap();
    let Object::Closure(copied) = target.read_value(copy).unwrap() else { panic!("not a closure") };
    let RuntimeValue::Ref(copied_cell) = copied.captures[0] else { panic!("not a cell") };
    source.set_cell(cell, int(2));
    assert_eq!((copied.function, target.cell(copied_cell)), (FunctionId(4), Some(int(1))));
}

#[test]
fn t1_a_copy_that_fails_leaves_the_target_as_it_was() {
    let (mut source, mut target) = (Arena::default(), Arena::default());
    let inner = array(&mut source, [int(1)]);
    let outer = array(&mut source, [int(1), inner.into(), inner.into()]);
    let handle = exclusive(&mut source, inner);
    assert_eq!(in_the_way(&borrow_error(send(&source, outer, &mut target))), [handle]);
    assert_eq!(target.stats().objects, 0);
    let mut small = Arena::new(Limits { bytes: 200, ..Limits::default() });
    source.end_borrow(handle, SITE);
    for _ in 0..20 {
        let more = array(&mut source, [int(1)]);
        push(&mut source, inner, more).unwrap();
    }
    quota(send(&source, outer, &mut small));
    assert_eq!(small.stats().objects, 0);
}

#[test]
fn t1_a_stale_reference_is_not_copied_as_the_next_object_of_its_slot() {
    let (mut source, mut target) = (Arena::default(), Arena::default());
    let stale = array(&mut source, [int(1)]);
    source.drop_object(stale.into(), SITE).unwrap();
    let live = array(&mut source, [int(2)]);
    assert_eq!(live.slot(), stale.slot());
    let root = array(&mut source, [live.into(), stale.into()]);
    use_after_free(send(&source, root, &mut target));
    assert_eq!(target.stats().objects, 0);
}

#[test]
fn t3_a_handle_cannot_cross() {
    let (mut source, mut target) = (Arena::default(), Arena::default());
    let object = array(&mut source, []);
    let handle = shared(&mut source, object);
    let holder = array(&mut source, [handle.into()]);
    for value in [RuntimeValue::Borrow(handle), holder.into()] {
        let error = borrow_error(send(&source, value, &mut target));
        assert_eq!(error.access, Access::Send);
        assert!(matches!(error.conflict, Conflict::Crossing(info) if info.borrow == handle));
    }
    source.end_borrow(handle, SITE);
    let error = borrow_error(send(&source, holder, &mut target));
    assert!(matches!(error.conflict, Conflict::DeadHandle(_)));
}

#[test]
fn t1_values_that_are_sent_together_share_what_they_shared() {
    let (mut source, mut target) = (Arena::default(), Arena::default());
    let common = array(&mut source, [int(1)]);
    let one = array(&mut source, [common.into()]);
    let parcel = source.pack(&[one.into(), int(7), common.into(), one.into()]).unwrap();
    assert_eq!(parcel.objects(), 2);
    let placed = target.unpack(parcel, SITE).unwrap();
    assert_eq!((placed[1], placed[0]), (int(7), placed[3]));
    assert_eq!(elements(&target, target.target(placed[0]).unwrap()).unwrap(), [placed[2]]);
}

#[test]
fn t1_every_kind_of_object_crosses() {
    let (mut source, mut target) = (Arena::default(), Arena::default());
    let text = string(&mut source, "é");
    let shape = Shape::crush("P", ["x", "y"]);
    let point = source.alloc(Object::instance(shape.clone(), vec![text.into(), int(2)]), SITE).unwrap();
    let result = source.alloc(Object::tagged("ok", point.into()), SITE).unwrap();
    let function = RuntimeValue::Function(FunctionId(3));
    let root = map(&mut source, [("r", result.into()), ("f", function), ("n", RuntimeValue::Null)]);
    let copy = send(&source, root, &mut target).unwrap();
    assert_eq!(print(&target, copy), print(&source, root));
    let Object::Map(entries) = target.read_value(copy).unwrap() else { panic!("not a map") };
    assert_eq!(entries.get("f"), Some(function));
    let Object::Tagged(result) = target.read_value(entries.get("r").unwrap()).unwrap() else { panic!("no result") };
    let Object::Instance(point) = target.read_value(result.value).unwrap() else { panic!("not an instance") };
    assert!(std::sync::Arc::ptr_eq(point.shape(), &shape), "its class is the same");
}

#[test]
fn t1_a_parcel_may_go_to_another_thread_and_outlive_its_source() {
    let mut source = Arena::default();
    let list = array(&mut source, [int(1), int(2)]);
    let parcel = source.pack(&[list.into()]).unwrap();
    drop(source);
    let sent = std::thread::spawn(move || {
        let mut target = Arena::default();
        let placed = target.unpack(parcel, SITE).unwrap();
        print(&target, placed[0]).unwrap()
    });
    assert_eq!(sent.join().unwrap(), "[1, 2]");
}

#[test]
fn t1_a_million_objects_in_a_ring_are_ordinary() {
    let (mut source, mut target) = (Arena::default(), Arena::default());
    let first = array(&mut source, []);
    let mut last = first;
    for _ in 1..1_000_000 {
        last = array(&mut source, [last.into()]);
    }
    push(&mut source, first, last).unwrap();
    let copy = send(&source, last, &mut target).unwrap();
    assert_eq!(target.stats().objects, 1_000_000);
    assert_eq!(target.collect(|marker| marker.root(copy)).unwrap().objects, 0);
}

#[test]
fn t1_what_does_not_fit_is_not_packed() {
    let mut source = Arena::new(Limits { bytes: 100_000, ..Limits::default() });
    let list = array(&mut source, []);
    for _ in 0..5 {
        let text = string(&mut source, &"x".repeat(18_000));
        push(&mut source, list, text).unwrap();
    }
    assert!(source.pack(&[list.into()]).unwrap().bytes() > 90_000);
    source.charge(50_000).unwrap();
    assert_eq!(quota(source.pack(&[list.into()])).resource, Resource::Bytes);
}
