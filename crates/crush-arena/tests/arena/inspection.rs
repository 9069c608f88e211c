//! Looking at the arena (A8): statistics, pages, edges, views, events.

use crush_arena::*;

use crate::common::*;

#[test]
fn a8_statistics_count() {
    let mut arena = Arena::default();
    let text = string(&mut arena, "x");
    let list = array(&mut arena, [text.into()]);
    let gone = array(&mut arena, []);
    arena.drop_object(gone.into(), SITE).unwrap();
    shared(&mut arena, list);
    map(&mut arena, []);
    arena.collect(|_| ()).unwrap();
    let stats = arena.stats();
    assert_eq!((stats.objects, stats.slots, stats.borrows), (2, 2, 1));
    assert_eq!((stats.allocated, stats.dropped, stats.collected, stats.collections), (4, 1, 1, 1));
    assert_eq!(stats.by_kind, [1, 1, 0, 0, 0, 0, 0]);
    assert!(stats.peak_bytes > stats.bytes);
}

#[test]
fn a8_pages_show_live_slots_in_order() {
    let mut arena = Arena::default();
    let objects: Vec<Ref> =
        (0..10).map(|n| arena.alloc(Object::Array(vec![int(n)]), SiteId(n as u32)).unwrap()).collect();
    arena.drop_object(objects[1].into(), SITE).unwrap();
    shared(&mut arena, objects[2]);
    let first = arena.page(0, 4);
    assert_eq!(first.slots.iter().map(|slot| slot.object.slot()).collect::<Vec<_>>(), [0, 2, 3, 4]);
    assert_eq!(first.next, Some(5));
    let expected = SlotView {
        object: objects[2],
        kind: Kind::Array,
        preview: "[2]".into(),
        len: 1,
        bytes: 48 + 32,
        borrow_state: BorrowState { immutable_refs: 1, mutable_ref: false },
        allocated: SiteId(2),
    };
    assert_eq!(first.slots[1], expected);
    assert_eq!(arena.slot_of(objects[2]), Some(expected));
    let last = arena.page(5, 100);
    assert_eq!((last.slots.len(), last.next), (5, None));
    assert_eq!(arena.page(99, 1), Page::default());
    assert_eq!((arena.object_in(2), arena.object_in(1), arena.object_in(99)), (Some(objects[2]), None, None));
}

#[test]
fn a8_edges_in_and_out() {
    let mut arena = Arena::default();
    let target = array(&mut arena, []);
    let gone = array(&mut arena, []);
    let entries = map(&mut arena, [("n", int(1)), ("t", target.into())]);
    let handle = shared(&mut arena, target);
    let list = array(&mut arena, [gone.into(), target.into(), entries.into(), handle.into()]);
    arena.drop_object(gone.into(), SITE).unwrap();
    let edge = |from, to, label, through_handle| Edge { from, to, label, through_handle };
    let index = EdgeLabel::Index;
    let to_target = [edge(list, target, index(1), false), edge(list, target, index(3), true)];
    assert_eq!(
        arena.edges_out(list, 10),
        [to_target[0].clone(), edge(list, entries, index(2), false), to_target[1].clone()]
    );
    assert_eq!(arena.edges_out(list, 1).len(), 1);
    let from_map = edge(entries, target, EdgeLabel::Name("t".into()), false);
    let into: Vec<Edge> = arena.edges_in(target, 10);
    assert_eq!(into.len(), 3);
    assert!(into.contains(&from_map) && to_target.iter().all(|edge| into.contains(edge)));
    assert_eq!(arena.edges_in(target, 2).len(), 2);
    assert!(arena.edges_in(list, 10).is_empty() && arena.edges_out(gone, 10).is_empty());
}

#[test]
fn a8_one_object_is_shown_within_limits() {
    let mut arena = Arena::default();
    let text = string(&mut arena, "abcdef");
    let gone = array(&mut arena, []);
    let inner = map(&mut arena, [("t", text.into()), ("gone", gone.into())]);
    let root = array(&mut arena, [inner.into(), int(1), int(2), int(3)]);
    push(&mut arena, root, root).unwrap();
    arena.drop_object(gone.into(), SITE).unwrap();
    let handle = exclusive(&mut arena, root);
    let limits = ViewLimits { depth: 2, width: 2, values: 100, text: 4 };
    let shown_text = View::Str { object: text, text: "abc…".into(), len: 6 };
    let shown_inner = |items| View::Object { object: inner, kind: Kind::Map, name: None, len: 2, items };
    let label = |name: &str| EdgeLabel::Name(name.into());
    let full = vec![(label("t"), shown_text), (label("gone"), View::Gone(gone.into()))];
    let root_with = |items| View::Object { object: root, kind: Kind::Array, name: None, len: 5, items };
    let second = (EdgeLabel::Index(1), View::Value(int(1)));
    let expected = root_with(vec![(EdgeLabel::Index(0), shown_inner(full)), second.clone()]);
    assert_eq!(arena.view(handle.into(), limits), expected, "no borrow hinders looking");
    let shallow = ViewLimits { depth: 1, ..limits };
    let expected = root_with(vec![(EdgeLabel::Index(0), shown_inner(vec![])), second]);
    assert_eq!(arena.view(root.into(), shallow), expected);
    let View::Object { items, .. } = arena.view(root.into(), ViewLimits::default()) else { panic!("not an object") };
    assert_eq!(items[4].1, View::Cycle { object: root, kind: Kind::Array });
    let View::Object { items, .. } = arena.view(root.into(), ViewLimits { values: 3, ..Default::default() }) else {
        panic!("not an object")
    };
    assert_eq!(items.len(), 1, "the values run out");
}

#[test]
fn a8_a_preview_is_short_and_looks_at_little() {
    let mut arena = Arena::default();
    let long = string(&mut arena, &"é".repeat(1_000_000));
    let numbers = array(&mut arena, (0..1_000_000).map(int).collect::<Vec<_>>());
    let keys = map(&mut arena, [(&*"k".repeat(1_000_000), long.into())]);
    for object in [long, numbers, keys] {
        assert_eq!(arena.preview(object).chars().count(), 60);
        assert!(arena.preview(object).ends_with('…'));
    }
    assert_eq!(arena.take_work(), 0, "looking is no work of the program");
    let gone = array(&mut arena, []);
    let holder = array(&mut arena, [int(1), gone.into(), int(2)]);
    arena.drop_object(gone.into(), SITE).unwrap();
    assert_eq!(arena.preview(holder), "[1, <gone>, 2]");
    let cell = arena.alloc(Object::Cell(holder.into()), SITE).unwrap();
    assert_eq!(arena.preview(cell), "[1, <gone>, 2]");
    assert_eq!(arena.preview_value(holder.into(), 5), "[1, …");
}

#[test]
fn a8_events_are_recorded_while_recording_is_on() {
    let mut arena = Arena::default();
    let object = array(&mut arena, []);
    assert!(arena.events().is_empty());
    arena.start_recording(100);
    arena.set_site(SiteId(5));
    arena.read(object).unwrap();
    push(&mut arena, object, int(1)).unwrap();
    let handle = arena.borrow_exclusive(object.into(), OwnerId(7), SiteId(6)).unwrap();
    arena.read_through(handle).unwrap();
    push(&mut arena, handle, int(2)).unwrap();
    arena.read(object).unwrap_err();
    arena.end_borrow(handle, SiteId(8));
    let text = arena.alloc(Object::str("x"), SiteId(9)).unwrap();
    arena.drop_object(object.into(), SiteId(10)).unwrap();
    arena.collect(|_| ()).unwrap();
    arena.stop_recording();
    array(&mut arena, []);
    let kind = BorrowKind::Exclusive;
    let expected = [
        (5, Action::Read { object }),
        (5, Action::Write { object }),
        (6, Action::Borrow { object, borrow: handle, kind, owner: OwnerId(7) }),
        (5, Action::Read { object }),
        (5, Action::Write { object }),
        (8, Action::Release { object, borrow: handle, kind }),
        (9, Action::Allocate { object: text, kind: Kind::Str, bytes: 33 }),
        (10, Action::Free { object, kind: Kind::Array, cause: FreeCause::Dropped }),
        (5, Action::Free { object: text, kind: Kind::Str, cause: FreeCause::Collected }),
        (5, Action::Collect { objects: 1, bytes: 33 }),
    ];
    let events = arena.events();
    assert_eq!(events.iter().map(|event| event.number).collect::<Vec<_>>(), (0..10).collect::<Vec<_>>());
    assert_eq!(events.iter().map(|event| (event.site.0, event.action)).collect::<Vec<_>>(), expected);
}

#[test]
fn a8_the_log_is_bounded_and_keeps_the_newest() {
    let mut arena = Arena::default();
    let object = array(&mut arena, []);
    arena.start_recording(10);
    for _ in 0..1000 {
        arena.read(object).unwrap();
    }
    let numbers: Vec<u64> = arena.events().iter().map(|event| event.number).collect();
    assert_eq!(numbers, (990..1000).collect::<Vec<_>>());
}

#[test]
fn a8_a_million_objects_are_ordinary() {
    let mut arena = Arena::default();
    let root = array(&mut arena, []);
    for n in 0..1_000_000 {
        let object = array(&mut arena, [int(n), root.into()]);
        push(&mut arena, root, object).unwrap();
    }
    assert_eq!(arena.stats().by_kind[1], 1_000_001);
    let page = arena.page(900_000, 10);
    assert_eq!((page.slots.len(), page.next), (10, Some(900_010)));
    assert_eq!(page.slots[0].preview.chars().count(), 60);
    assert_eq!(arena.edges_in(root, usize::MAX).len(), 1_000_000);
    assert_eq!(arena.edges_out(root, 5).len(), 5);
    assert_eq!(arena.snapshot(3).page.slots.len(), 3);
    arena.start_recording(16);
    arena.stop_recording();
    assert_eq!(arena.collect(|marker| marker.root(root.into())).unwrap().objects, 0);
}
