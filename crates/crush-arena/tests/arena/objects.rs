//! Slots, references, objects and `drop` (A1 to A4, A6).

use crush_arena::*;

use crate::common::*;

fn is_send<T: Send>(_: &T) {}

#[test]
fn a1_arenas_are_apart() {
    let (mut one, two) = (Arena::default(), Arena::default());
    is_send(&one);
    let object = array(&mut one, [int(1)]);
    assert!(one.read(object).is_ok());
    use_after_free(two.read(object));
}

#[test]
fn a2_sizes_are_as_laid_out() {
    assert_eq!(size_of::<RuntimeValue>(), 16);
    assert_eq!(size_of::<Ref>(), size_of::<usize>());
    assert_eq!(size_of::<Object>(), 24);
    assert_eq!(size_of::<Fault>(), 16);
    assert_eq!(size_of::<Result<&Object, Fault>>(), 16);
    let mut arena = Arena::default();
    array(&mut arena, []);
    let stats = arena.stats();
    assert_eq!(stats.bytes - stats.idle_bytes, 48, "a slot and its bookkeeping");
}

#[test]
fn a3_every_kind_is_stored_and_read() {
    let mut arena = Arena::default();
    let shape = Shape::crush("Point", ["x", "y"]);
    let objects = [
        (Object::str("hé"), Kind::Str, "hé"),
        (Object::Array(vec![int(1), RuntimeValue::Float(2.0)]), Kind::Array, "[1, 2.0]"),
        (Object::map([("b", int(1)), ("a", RuntimeValue::Null)].into_iter().collect()), Kind::Map, "{b: 1, a: null}"),
        (Object::instance(shape, vec![int(1)]), Kind::Object, "{x: 1, y: null}"),
        (Object::tagged("task", int(3)), Kind::Tagged, "{task: 3}"),
        (Object::tagged("ok", int(3)), Kind::Tagged, "{ok: true, value: 3}"),
        (Object::closure(FunctionId(7), vec![]), Kind::Closure, "<fn f7>"),
    ];
    for (object, kind, text) in objects {
        let object = arena.alloc(object, SITE).unwrap();
        assert_eq!(arena.read(object).unwrap().kind(), kind);
        assert_eq!(print(&arena, object).unwrap(), text);
    }
}

#[test]
fn a3_maps_keep_insertion_order() {
    let mut arena = Arena::default();
    let object = map(&mut arena, [("z", int(1)), ("m", int(2)), ("a", int(3)), ("k", int(4))]);
    let ObjectMut::Map(mut entries) = arena.write(object).unwrap() else { panic!("not a map") };
    assert_eq!(entries.remove("m"), Some(int(2)));
    assert_eq!(entries.remove("m"), None);
    assert_eq!(entries.insert(&"a".into(), int(5)), Ok(Some(int(3))));
    assert_eq!(entries.insert(&"m".into(), int(6)), Ok(None));
    assert_eq!(print(&arena, object).unwrap(), "{z: 1, a: 5, k: 4, m: 6}");
}

#[test]
fn a3_an_instance_may_get_more_fields_than_its_struct() {
    let mut arena = Arena::default();
    let shape = Shape::crush("P", ["x"]);
    let [one, two] = [1, 2].map(|x| arena.alloc(Object::instance(shape.clone(), vec![int(x)]), SITE).unwrap());
    let ObjectMut::Instance(mut instance) = arena.write(one).unwrap() else { panic!("not an instance") };
    assert_eq!(instance.set("x", int(7)), Some(int(1)));
    assert_eq!(instance.set("y", int(7)), None);
    instance.set_or_add(&"y".into(), int(8)).unwrap();
    instance.set_or_add(&"y".into(), int(9)).unwrap();
    assert_eq!(print(&arena, one).unwrap(), "{x: 7, y: 9}");
    assert_eq!(print(&arena, two).unwrap(), "{x: 2}");
    let Object::Instance(instance) = arena.read(one).unwrap() else { panic!("not an instance") };
    assert_eq!((&**instance.lang(), &**instance.class(), instance.get("y")), ("crush", "P", Some(int(9))));
}

#[test]
fn a4_a_stale_reference_never_reads_the_next_object_of_its_slot() {
    let mut arena = Arena::default();
    let mut stale = Vec::new();
    for n in 0..1000 {
        let object = array(&mut arena, [int(n)]);
        assert_eq!(object.slot(), 0, "the slot is used again");
        for &old in &stale {
            use_after_free(arena.read(old));
            use_after_free(arena.write(old));
        }
        assert_eq!(elements(&arena, object), Ok(vec![int(n)]));
        arena.drop_object(object.into(), SITE).unwrap();
        stale.push(object);
    }
}

#[test]
fn a4_slots_given_back_by_a_collection_do_not_bring_references_back() {
    let mut arena = Arena::default();
    let mut stale = Vec::new();
    for round in 1..20 {
        for n in 0..round {
            stale.push(array(&mut arena, [int(n)]));
        }
        arena.collect(|_| ()).unwrap();
        assert_eq!(arena.stats().slots, 0);
        let live = array(&mut arena, [int(-1)]);
        for &old in &stale {
            use_after_free(arena.read(old));
        }
        stale.push(live);
    }
}

#[test]
fn a4_forged_references_are_refused() {
    let mut arena = Arena::default();
    let object = array(&mut arena, []);
    arena.drop_object(object.into(), SITE).unwrap();
    let live = array(&mut arena, []);
    let other = array(&mut arena, []);
    arena.drop_object(other.into(), SITE).unwrap();
    for bits in [0, 1, 7, usize::MAX, object.bits(), other.bits(), other.bits() + (1 << 32), live.bits() + (1 << 32)] {
        let forged = Ref::from_bits(bits);
        use_after_free(arena.read(forged));
        use_after_free(arena.write(forged));
        use_after_free(arena.drop_object(forged.into(), SITE));
        use_after_free(arena.borrow_shared(forged.into(), OWNER, SITE));
        use_after_free(arena.borrow_exclusive(forged.into(), OWNER, SITE));
        assert_eq!(arena.cell(forged), None);
    }
    assert_eq!(Ref::from_bits(live.bits()), live);
}

#[test]
fn a6_drop_is_at_once_shallow_and_seen_by_every_alias() {
    let mut arena = Arena::default();
    let inner = array(&mut arena, [int(1)]);
    let outer = arena.alloc(Object::Array(vec![inner.into()]), SiteId(11)).unwrap();
    let alias = RuntimeValue::Ref(outer);
    arena.drop_object(outer.into(), SiteId(12)).unwrap();
    assert!(arena.read(inner).is_ok(), "what it held is not freed");
    let error = use_after_free(arena.read_value(alias));
    let record = DropRecord { object: outer, kind: Kind::Array, allocated: SiteId(11), dropped: SiteId(12) };
    assert_eq!(error, UseAfterFree { access: Access::Read, object: outer, dropped: Some(record) });
    let again = use_after_free(arena.drop_object(alias, SITE));
    assert_eq!(again.access, Access::Drop);
}

#[test]
fn a6_an_object_with_a_live_borrow_cannot_be_dropped() {
    let mut arena = Arena::default();
    let object = array(&mut arena, [int(1)]);
    let borrow = shared(&mut arena, object);
    let error = borrow_error(arena.drop_object(object.into(), SITE));
    assert_eq!((error.access, in_the_way(&error)), (Access::Drop, vec![borrow]));
    arena.end_borrow(borrow, SITE);
    let borrow = exclusive(&mut arena, object);
    assert_eq!(in_the_way(&borrow_error(arena.drop_object(object.into(), SITE))), [borrow]);
    arena.end_borrow(borrow, SITE);
    arena.drop_object(object.into(), SITE).unwrap();
}

#[test]
fn a6_strings_are_only_ever_read() {
    let mut arena = Arena::default();
    let text = string(&mut arena, "s");
    let expected = |access| TypeError { access, kind: Some(Kind::Str) };
    assert_eq!(type_error(arena.drop_object(text.into(), SITE)), expected(Access::Drop));
    assert_eq!(type_error(arena.borrow_exclusive(text.into(), OWNER, SITE)), expected(Access::BorrowExclusive));
    let handle = shared(&mut arena, text);
    assert_eq!(type_error(arena.borrow_exclusive(handle.into(), OWNER, SITE)), expected(Access::BorrowExclusive));
    assert_eq!(print(&arena, handle).unwrap(), "s");
}

#[test]
fn a6_only_objects_can_be_dropped_or_read() {
    let mut arena = Arena::default();
    for value in [int(1), RuntimeValue::Null, RuntimeValue::Bool(true), RuntimeValue::Function(FunctionId(0))] {
        assert_eq!(type_error(arena.drop_object(value, SITE)).kind, None);
        assert_eq!(type_error(arena.read_value(value)).kind, None);
        assert_eq!(type_error(arena.write_value(value)).kind, None);
    }
}

#[test]
fn b8_b9_cells_are_variables_not_objects_of_the_program() {
    let mut arena = Arena::default();
    let cell = arena.alloc(Object::Cell(int(1)), SITE).unwrap();
    assert!(arena.set_cell(cell, int(2)));
    assert_eq!(arena.cell(cell), Some(int(2)));
    assert_eq!(type_error(arena.borrow_shared(cell.into(), OWNER, SITE)).kind, Some(Kind::Cell));
    let other = array(&mut arena, []);
    assert!(!arena.set_cell(other, int(2)));
    assert_eq!(arena.cell(other), None);
}

#[test]
fn arrays_change_in_every_way() {
    let mut arena = Arena::default();
    let object = array(&mut arena, [int(1), int(2), int(3)]);
    let ObjectMut::Array(mut values) = arena.write(object).unwrap() else { panic!("not an array") };
    assert_eq!(values.set(1, int(20)), Some(int(2)));
    assert_eq!(values.set(3, int(0)), None);
    assert_eq!(values.insert(0, int(0)), Ok(true));
    assert_eq!(values.insert(9, int(0)), Ok(false));
    assert_eq!(values.remove(9), None);
    assert_eq!(values.remove(1), Some(int(1)));
    assert_eq!(values.pop(), Some(int(3)));
    values.extend_from_slice(&[int(5), int(4)]).unwrap();
    assert_eq!((values.len(), values.is_empty()), (4, false));
    values.into_slice().reverse();
    assert_eq!(print(&arena, object).unwrap(), "[4, 5, 20, 0]");
    let ObjectMut::Array(mut values) = arena.write(object).unwrap() else { panic!("not an array") };
    values.truncate(1);
    assert_eq!(values.as_slice(), [int(4)]);
    values.clear();
    assert_eq!(print(&arena, object).unwrap(), "[]");
}
