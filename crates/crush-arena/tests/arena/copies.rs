//! Copies within one arena: `x.clone()`, and instances that are copied as values.

use crush_arena::*;

use crate::common::*;

fn copied(arena: &mut Arena, value: impl Into<RuntimeValue>) -> Result<Ref, Fault> {
    match arena.deep_copy(value.into(), SITE)? {
        RuntimeValue::Ref(copy) => Ok(copy),
        other => panic!("{other:?} is no object"),
    }
}

#[test]
fn b1_a_copy_keeps_sharing_and_cycles_and_leaves_the_original() {
    let mut arena = Arena::default();
    let shared = array(&mut arena, [int(1)]);
    let entries = map(&mut arena, [("s", shared.into())]);
    let root = array(&mut arena, [shared.into(), entries.into()]);
    push(&mut arena, root, root).unwrap();
    let copy = copied(&mut arena, root).unwrap();
    assert_eq!(arena.stats().objects, 6);
    let parts = elements(&arena, copy).unwrap();
    assert_eq!(parts[2], copy.into());
    push(&mut arena, parts[0], int(2)).unwrap();
    assert_eq!(print(&arena, copy).unwrap(), "[[1, 2], {s: [1, 2]}, […]]");
    assert_eq!(print(&arena, root).unwrap(), "[[1], {s: [1]}, […]]");
}

#[test]
fn b5_what_cannot_change_functions_and_handles_are_shared() {
    let mut arena = Arena::default();
    let text = string(&mut arena, "é");
    let closure = arena.alloc(Object::closure(FunctionId(4), Vec::new()), SITE).unwrap();
    let borrowed = array(&mut arena, []);
    let handle = shared(&mut arena, borrowed);
    let root = array(&mut arena, [text.into(), closure.into(), handle.into()]);
    let copy = copied(&mut arena, root).unwrap();
    assert_eq!(elements(&arena, copy).unwrap(), [text.into(), closure.into(), handle.into()]);
    assert_eq!(copied(&mut arena, text), Ok(text));
    arena.end_borrow(handle, SITE);
    assert!(copied(&mut arena, root).is_ok(), "to copy a dead handle is no use of it");
    borrow_error(arena.deep_copy(handle.into(), SITE));
}

#[test]
fn b3_a_copy_reads_everything_and_the_first_through_its_handle() {
    let mut arena = Arena::default();
    let inner = array(&mut arena, [int(1)]);
    let outer = array(&mut arena, [inner.into()]);
    let handle = exclusive(&mut arena, outer);
    borrow_error(copied(&mut arena, outer));
    assert!(copied(&mut arena, handle).is_ok());
    arena.end_borrow(handle, SITE);
    let handle = exclusive(&mut arena, inner);
    assert_eq!(in_the_way(&borrow_error(copied(&mut arena, outer))), [handle]);
    arena.end_borrow(handle, SITE);
    arena.drop_object(inner.into(), SITE).unwrap();
    use_after_free(copied(&mut arena, outer));
}

#[test]
fn a7_a_copy_counts_and_a_deep_one_overflows_no_stack() {
    let mut arena = Arena::default();
    let mut list = array(&mut arena, []);
    for _ in 0..100_000 {
        list = array(&mut arena, [list.into()]);
    }
    copied(&mut arena, list).unwrap();
    assert_eq!(arena.stats().objects, 200_002);
    assert!(arena.take_work() >= 100_000);
    let mut small = Arena::new(Limits { bytes: 4000, ..Limits::default() });
    let one = array(&mut small, [int(1)]);
    let refused = (0..1000).find_map(|_| copied(&mut small, one).err()).expect("copies are counted");
    assert_eq!(quota::<()>(Err(refused)).resource, Resource::Bytes);
}

#[test]
fn only_instances_that_are_copied_as_values_are() {
    let mut arena = Arena::default();
    let value = Shape::numbered(0, "V", ["x", "y"]).of_kind(false, true);
    let inner = arena.alloc(Object::instance(value.clone(), vec![int(1)]), SITE).unwrap();
    let list = array(&mut arena, [inner.into()]);
    let outer = arena.alloc(Object::instance(value, vec![inner.into(), list.into()]), SITE).unwrap();
    let held = exclusive(&mut arena, list);
    let Ok(RuntimeValue::Ref(copy)) = arena.copied_instance(outer.into(), SITE) else { panic!("no copy") };
    let Ok(Object::Instance(copied)) = arena.read(copy) else { panic!("no instance") };
    assert!(copied.values()[0] != inner.into() && copied.values()[1] == list.into(), "a list in it is shared, unread");
    assert_eq!(arena.copied_instance(list.into(), SITE), Ok(list.into()));
    assert_eq!(arena.copied_instance(held.into(), SITE), Ok(held.into()));
    let held = exclusive(&mut arena, inner);
    assert_eq!(in_the_way(&borrow_error(arena.copied_instance(outer.into(), SITE))), [held]);
}
