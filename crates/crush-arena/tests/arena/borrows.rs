//! Borrows and handles (B1 to B8), and what a borrow error tells.

use crush_arena::*;

use crate::common::*;

#[test]
fn b1_plain_accesses_are_allowed_without_borrows() {
    let mut arena = Arena::default();
    let object = array(&mut arena, [int(1)]);
    push(&mut arena, object, int(2)).unwrap();
    assert_eq!(elements(&arena, object), Ok(vec![int(1), int(2)]));
    assert_eq!(arena.borrow_state(object), Some(BorrowState::default()), "nothing is left of them");
}

#[test]
fn b2_b3_a_shared_borrow_lets_read_and_not_write() {
    let mut arena = Arena::default();
    let object = array(&mut arena, [int(1)]);
    let (one, two) = (shared(&mut arena, object), shared(&mut arena, object));
    assert_eq!(arena.borrow_state(object), Some(BorrowState { immutable_refs: 2, mutable_ref: false }));
    assert!(arena.read(object).is_ok() && arena.read_through(one).is_ok());
    assert_eq!(in_the_way(&borrow_error(push(&mut arena, object, int(2)))), [one, two]);
    assert_eq!(in_the_way(&borrow_error(arena.borrow_exclusive(object.into(), OWNER, SITE))), [one, two]);
    arena.end_borrow(one, SITE);
    assert_eq!(in_the_way(&borrow_error(push(&mut arena, object, int(2)))), [two]);
    arena.end_borrow(two, SITE);
    push(&mut arena, object, int(2)).unwrap();
}

#[test]
fn b3_an_exclusive_borrow_lets_only_its_handle() {
    let mut arena = Arena::default();
    let object = array(&mut arena, [int(1)]);
    let handle = exclusive(&mut arena, object);
    push(&mut arena, handle, int(2)).unwrap();
    assert_eq!(elements(&arena, handle), Ok(vec![int(1), int(2)]));
    assert_eq!(in_the_way(&borrow_error(arena.read(object))), [handle]);
    assert_eq!(in_the_way(&borrow_error(push(&mut arena, object, int(3)))), [handle]);
    assert_eq!(in_the_way(&borrow_error(arena.borrow_shared(object.into(), OWNER, SITE))), [handle]);
    assert_eq!(in_the_way(&borrow_error(arena.borrow_exclusive(object.into(), OWNER, SITE))), [handle]);
    assert_eq!(elements(&arena, handle), Ok(vec![int(1), int(2)]), "no fault changed it");
}

#[test]
fn b3_nothing_is_written_through_a_shared_handle() {
    let mut arena = Arena::default();
    let object = array(&mut arena, [int(1)]);
    let handle = shared(&mut arena, object);
    let error = borrow_error(push(&mut arena, handle, int(2)));
    assert_eq!((error.access, error.through), (Access::Write, Some(handle)));
    assert!(matches!(error.conflict, Conflict::SharedHandle(info) if info.borrow == handle));
}

#[test]
fn b3_only_objects_are_borrowed() {
    let mut arena = Arena::default();
    let closure = arena.alloc(Object::closure(FunctionId(1), vec![]), SITE).unwrap();
    assert_eq!(type_error(arena.borrow_shared(int(1), OWNER, SITE)).kind, None);
    assert_eq!(type_error(arena.borrow_exclusive(RuntimeValue::Null, OWNER, SITE)).kind, None);
    assert_eq!(type_error(arena.borrow_shared(closure.into(), OWNER, SITE)).kind, Some(Kind::Closure));
}

#[test]
fn b3_borrows_are_shallow() {
    let mut arena = Arena::default();
    let inner = array(&mut arena, []);
    let outer = array(&mut arena, [inner.into()]);
    exclusive(&mut arena, outer);
    push(&mut arena, inner, int(1)).unwrap();
}

#[test]
fn b4_drop_of_a_handle_ends_the_borrow_and_scope_exit_finds_it_ended() {
    let mut arena = Arena::default();
    let object = array(&mut arena, []);
    let handle = exclusive(&mut arena, object);
    let copy = RuntimeValue::Borrow(handle);
    arena.drop_object(copy, SITE).unwrap();
    push(&mut arena, object, int(1)).unwrap();
    let error = borrow_error(arena.drop_object(handle.into(), SITE));
    assert!(matches!((error.access, error.conflict), (Access::Drop, Conflict::DeadHandle(Some(_)))));
    assert!(!arena.end_borrow(handle, SITE));
}

#[test]
fn b5_a_dead_handle_is_refused_for_ever_and_tells_what_it_was() {
    let mut arena = Arena::default();
    let object = array(&mut arena, [int(1)]);
    let handle = arena.borrow_shared(object.into(), OwnerId(5), SiteId(6)).unwrap();
    arena.end_borrow(handle, SITE);
    let newer = exclusive(&mut arena, object);
    assert_ne!(handle, newer);
    let info = BorrowInfo { borrow: handle, object, kind: BorrowKind::Shared, owner: OwnerId(5), site: SiteId(6) };
    for error in [
        borrow_error(arena.read_through(handle)),
        borrow_error(arena.write_through(handle)),
        borrow_error(arena.borrow_shared(handle.into(), OWNER, SITE)),
        borrow_error(arena.borrow_exclusive(handle.into(), OWNER, SITE)),
        borrow_error(arena.release(handle, SITE)),
    ] {
        assert_eq!(error.conflict, Conflict::DeadHandle(Some(info)));
        assert_eq!(error.object.map(|info| info.preview), Some("[1]".into()));
    }
    // After very many borrows more it is still dead, though what it was is forgotten.
    arena.end_borrow(newer, SITE);
    for _ in 0..10_000 {
        let borrow = shared(&mut arena, object);
        arena.end_borrow(borrow, SITE);
    }
    assert_eq!(borrow_error(arena.read_through(handle)).conflict, Conflict::DeadHandle(None));
}

#[test]
fn b5_a_dead_handle_of_a_dropped_object_is_still_told() {
    let mut arena = Arena::default();
    let object = array(&mut arena, [int(1)]);
    let handle = shared(&mut arena, object);
    arena.end_borrow(handle, SITE);
    arena.drop_object(object.into(), SITE).unwrap();
    let error = borrow_error(arena.read_through(handle));
    assert_eq!(error.to_string(), "cannot read the array: the borrow has ended");
}

#[test]
fn b6_reborrow_stops_writing_until_it_ends() {
    let mut arena = Arena::default();
    let object = array(&mut arena, [int(1)]);
    let handle = exclusive(&mut arena, object);
    let again = shared(&mut arena, handle);
    assert_eq!(arena.borrow_state(object), Some(BorrowState { immutable_refs: 1, mutable_ref: true }));
    assert!(arena.read_through(handle).is_ok() && arena.read_through(again).is_ok());
    let error = borrow_error(push(&mut arena, handle, int(2)));
    assert_eq!(in_the_way(&error), [again], "its own borrow is not in the way");
    let error = borrow_error(arena.borrow_exclusive(handle.into(), OWNER, SITE));
    assert_eq!(in_the_way(&error), [handle, again]);
    assert_eq!(in_the_way(&borrow_error(arena.read(object))), [handle], "the reborrow does not stop a reader");
    arena.end_borrow(again, SITE);
    push(&mut arena, handle, int(2)).unwrap();
}

#[test]
fn b6_a_reborrow_may_outlive_what_it_went_through() {
    let mut arena = Arena::default();
    let object = array(&mut arena, [int(1)]);
    let handle = exclusive(&mut arena, object);
    let again = shared(&mut arena, handle);
    arena.end_borrow(handle, SITE);
    assert_eq!(arena.borrow_state(object), Some(BorrowState { immutable_refs: 1, mutable_ref: false }));
    assert!(arena.read(object).is_ok() && arena.read_through(again).is_ok());
    assert_eq!(in_the_way(&borrow_error(push(&mut arena, object, int(2)))), [again]);
}

#[test]
fn b6_an_exclusive_reborrow_is_refused() {
    let mut arena = Arena::default();
    let object = array(&mut arena, []);
    let handle = exclusive(&mut arena, object);
    let error = borrow_error(arena.borrow_exclusive(handle.into(), OWNER, SITE));
    assert_eq!((in_the_way(&error), error.through), (vec![handle], Some(handle)));
}

#[test]
fn b7_the_error_tells_all() {
    let mut arena = Arena::default();
    let object = arena.alloc(Object::Array(vec![int(1), int(2)]), SiteId(3)).unwrap();
    let one = arena.borrow_shared(object.into(), OwnerId(10), SiteId(20)).unwrap();
    let two = arena.borrow_shared(object.into(), OwnerId(11), SiteId(21)).unwrap();
    let error = borrow_error(arena.write(object));
    let info = |borrow, owner, site| BorrowInfo {
        borrow,
        object,
        kind: BorrowKind::Shared,
        owner: OwnerId(owner),
        site: SiteId(site),
    };
    let expected = BorrowError {
        access: Access::Write,
        object: Some(ObjectInfo { object, kind: Kind::Array, preview: "[1, 2]".into(), allocated: SiteId(3) }),
        through: None,
        conflict: Conflict::Borrowed(vec![info(one, 10, 20), info(two, 11, 21)]),
    };
    assert_eq!(error, expected);
    assert_eq!(error.to_string(), "cannot change the array `[1, 2]`: it is borrowed");
}

#[test]
fn b7_borrows_in_the_way_come_oldest_first_whatever_their_handles() {
    let mut arena = Arena::default();
    let object = array(&mut arena, []);
    let [a, b, c] = [(); 3].map(|()| shared(&mut arena, object));
    arena.end_borrow(a, SITE);
    let d = shared(&mut arena, object);
    assert_eq!(d.index(), a.index(), "the entry is used again");
    assert_eq!(in_the_way(&borrow_error(arena.write(object))), [b, c, d]);
}
