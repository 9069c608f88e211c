//! Random sequences of operations, against a model that keeps objects in a list and follows the table of the
//! memory model ("What is allowed") literally. References and handles are kept for ever and tried again after
//! their object or borrow is gone.

use std::collections::BTreeSet;

use crush_arena::*;
use proptest::prelude::*;

use crate::common::{self, int};

/// Indexes are taken modulo what there is.
#[derive(Clone, Debug)]
enum Op {
    AllocArray,
    AllocMap,
    AllocString,
    Read(usize),
    /// Appends a reference to the second object.
    Write(usize, usize),
    ReadThrough(usize),
    WriteThrough(usize, usize),
    Shared(usize),
    Exclusive(usize),
    SharedThrough(usize),
    ExclusiveThrough(usize),
    Release(usize),
    EndBorrow(usize),
    Drop(usize),
    DropHandle(usize),
    /// The roots are the objects whose index has a bit set here.
    Collect(u64),
}

fn op() -> impl Strategy<Value = Op> {
    let at = || 0..1000usize;
    prop_oneof![
        4 => Just(Op::AllocArray),
        2 => Just(Op::AllocMap),
        1 => Just(Op::AllocString),
        6 => at().prop_map(Op::Read),
        6 => (at(), at()).prop_map(|(to, what)| Op::Write(to, what)),
        4 => at().prop_map(Op::ReadThrough),
        4 => (at(), at()).prop_map(|(to, what)| Op::WriteThrough(to, what)),
        4 => at().prop_map(Op::Shared),
        3 => at().prop_map(Op::Exclusive),
        2 => at().prop_map(Op::SharedThrough),
        1 => at().prop_map(Op::ExclusiveThrough),
        3 => at().prop_map(Op::Release),
        3 => at().prop_map(Op::EndBorrow),
        3 => at().prop_map(Op::Drop),
        2 => at().prop_map(Op::DropHandle),
        1 => any::<u64>().prop_map(Op::Collect),
    ]
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Life {
    Live,
    Dropped,
    Collected,
}

#[derive(Debug)]
struct ModelObject {
    object: Ref,
    kind: Kind,
    life: Life,
    /// Indexes of the objects it refers to, in order.
    holds: Vec<usize>,
    /// Live borrows: indexes of handles.
    shared: BTreeSet<usize>,
    exclusive: Option<usize>,
}

#[derive(Debug)]
struct ModelHandle {
    borrow: BorrowRef,
    object: usize,
    kind: BorrowKind,
    live: bool,
}

/// What an operation must come to.
#[derive(Debug, PartialEq)]
enum Outcome {
    Allowed,
    /// Handles in the way.
    Borrowed(BTreeSet<usize>),
    SharedHandle,
    DeadHandle,
    UseAfterFree {
        known: bool,
    },
    Type,
}

#[derive(Debug, Default)]
struct Model {
    objects: Vec<ModelObject>,
    handles: Vec<ModelHandle>,
    most_borrows: usize,
}

impl Model {
    fn all_borrows(&self, object: usize) -> BTreeSet<usize> {
        let object = &self.objects[object];
        object.shared.iter().copied().chain(object.exclusive).collect()
    }

    /// The table, for an access not through a handle.
    fn direct(&self, access: Access, at: usize) -> Outcome {
        let object = &self.objects[at];
        if object.life != Life::Live {
            return Outcome::UseAfterFree { known: object.life == Life::Dropped };
        }
        if object.kind == Kind::Str && matches!(access, Access::Drop | Access::BorrowExclusive) {
            return Outcome::Type;
        }
        let in_the_way = match access {
            Access::Read | Access::BorrowShared => object.exclusive.into_iter().collect(),
            _ => self.all_borrows(at),
        };
        if in_the_way.is_empty() { Outcome::Allowed } else { Outcome::Borrowed(in_the_way) }
    }

    /// The table, for an access through a handle.
    fn through(&self, access: Access, at: usize) -> Outcome {
        let handle = &self.handles[at];
        if !handle.live {
            return Outcome::DeadHandle;
        }
        let object = &self.objects[handle.object];
        match (access, handle.kind) {
            (Access::Read | Access::BorrowShared | Access::Drop, _) => Outcome::Allowed,
            (Access::Write, BorrowKind::Shared) => Outcome::SharedHandle,
            (Access::Write, BorrowKind::Exclusive) if object.shared.is_empty() => Outcome::Allowed,
            (Access::Write, BorrowKind::Exclusive) => Outcome::Borrowed(object.shared.clone()),
            _ if object.kind == Kind::Str => Outcome::Type,
            _ => Outcome::Borrowed(self.all_borrows(handle.object)),
        }
    }

    fn borrowed(&mut self, borrow: BorrowRef, object: usize, kind: BorrowKind) {
        let handle = self.handles.len();
        assert!(self.handles.iter().all(|old| old.borrow != borrow), "a handle is given out twice");
        self.handles.push(ModelHandle { borrow, object, kind, live: true });
        match kind {
            BorrowKind::Shared => assert!(self.objects[object].shared.insert(handle)),
            BorrowKind::Exclusive => {
                assert!(self.objects[object].exclusive.replace(handle).is_none())
            }
        }
        self.most_borrows = self.most_borrows.max(self.handles.iter().filter(|handle| handle.live).count());
    }

    fn ended(&mut self, at: usize) {
        let handle = &mut self.handles[at];
        handle.live = false;
        match handle.kind {
            BorrowKind::Shared => assert!(self.objects[handle.object].shared.remove(&at)),
            BorrowKind::Exclusive => self.objects[handle.object].exclusive = None,
        }
    }

    /// What `fault` says, in the model's terms.
    fn outcome<T>(&self, result: &Result<T, Fault>) -> Outcome {
        match result {
            Ok(_) => Outcome::Allowed,
            Err(Fault::Borrow(error)) => match &error.conflict {
                Conflict::Borrowed(borrows) => Outcome::Borrowed(
                    borrows
                        .iter()
                        .map(|info| self.handles.iter().position(|handle| handle.borrow == info.borrow).unwrap())
                        .collect(),
                ),
                Conflict::SharedHandle(_) => Outcome::SharedHandle,
                Conflict::DeadHandle(_) => Outcome::DeadHandle,
                Conflict::Crossing(_) => panic!("nothing crosses here"),
            },
            Err(Fault::UseAfterFree(error)) => Outcome::UseAfterFree { known: error.dropped.is_some() },
            Err(Fault::Type(_)) => Outcome::Type,
            Err(other) => panic!("unexpected {other}"),
        }
    }
}

struct Run {
    arena: Arena,
    model: Model,
    loan_bytes: usize,
}

const SITE: SiteId = common::SITE;
const OWNER: OwnerId = common::OWNER;

impl Run {
    fn new() -> Self {
        let mut probe = Arena::default();
        let object = common::array(&mut probe, []);
        let before = probe.stats().bytes;
        common::shared(&mut probe, object);
        Self { arena: Arena::default(), model: Model::default(), loan_bytes: probe.stats().bytes - before }
    }

    fn object(&self, at: usize) -> Option<usize> {
        (!self.model.objects.is_empty()).then(|| at % self.model.objects.len())
    }

    fn handle(&self, at: usize) -> Option<usize> {
        (!self.model.handles.is_empty()).then(|| at % self.model.handles.len())
    }

    fn alloc(&mut self, kind: Kind) {
        // The number of the object is in it, so that reading another object cannot go unseen.
        let number = self.model.objects.len() as i64;
        let object = match kind {
            Kind::Array => Object::Array(vec![int(number)]),
            Kind::Map => Object::map([("number", int(number))].into_iter().collect()),
            _ => Object::str(number.to_string()),
        };
        let object = self.arena.alloc(object, SITE).unwrap();
        assert!(self.model.objects.iter().all(|old| old.object != object), "a reference is given out twice");
        self.model.objects.push(ModelObject {
            object,
            kind,
            life: Life::Live,
            holds: Vec::new(),
            shared: BTreeSet::new(),
            exclusive: None,
        });
    }

    /// What is read is the object of the model.
    fn check_content(&self, read: &Object, at: usize) {
        let expected = &self.model.objects[at];
        let refs: Vec<RuntimeValue> =
            expected.holds.iter().map(|&held| self.model.objects[held].object.into()).collect();
        match read {
            Object::Array(values) => {
                assert_eq!(values[0], int(at as i64));
                assert_eq!(values[1..], refs);
            }
            Object::Map(map) => {
                assert_eq!(map.get("number"), Some(int(at as i64)));
                assert_eq!(map.values().skip(1).collect::<Vec<_>>(), refs);
            }
            Object::Str(text) => assert_eq!(**text, at.to_string()),
            other => panic!("unexpected {other:?}"),
        }
        assert_eq!(read.kind(), expected.kind);
    }

    fn write(&mut self, via: RuntimeValue, at: usize, held: usize, expected: Outcome) {
        let value = self.model.objects[held].object.into();
        let count = self.model.objects[at].holds.len();
        let result = self.arena.write_value(via).map(|object| match object {
            ObjectMut::Array(mut values) => values.push(value).unwrap(),
            ObjectMut::Map(mut map) => {
                assert_eq!(map.insert(&count.to_string().into(), value), Ok(None))
            }
            other => assert!(matches!(other, ObjectMut::Fixed(Object::Str(_)))),
        });
        assert_eq!(self.model.outcome(&result), expected);
        if result.is_ok() && self.model.objects[at].kind != Kind::Str {
            self.model.objects[at].holds.push(held);
        }
    }

    fn borrow(&mut self, via: RuntimeValue, at: usize, kind: BorrowKind, expected: Outcome) {
        let result = match kind {
            BorrowKind::Shared => self.arena.borrow_shared(via, OWNER, SITE),
            BorrowKind::Exclusive => self.arena.borrow_exclusive(via, OWNER, SITE),
        };
        assert_eq!(self.model.outcome(&result), expected);
        if let Ok(borrow) = result {
            self.model.borrowed(borrow, at, kind);
        }
    }

    fn collect(&mut self, bits: u64) {
        let rooted = |at: usize| bits >> (at % 64) & 1 == 1;
        let roots: Vec<usize> = (0..self.model.objects.len()).filter(|&at| rooted(at)).collect();
        let borrowed = (0..self.model.objects.len()).filter(|&at| !self.model.all_borrows(at).is_empty());
        let mut pending: Vec<usize> = roots.iter().copied().chain(borrowed).collect();
        let mut reached = BTreeSet::new();
        while let Some(at) = pending.pop() {
            if self.model.objects[at].life == Life::Live && reached.insert(at) {
                pending.extend(&self.model.objects[at].holds);
            }
        }
        let values: Vec<RuntimeValue> = roots.iter().map(|&at| self.model.objects[at].object.into()).collect();
        let collected = self.arena.collect(|marker| marker.roots(&values)).unwrap();
        let mut freed = 0;
        for (at, object) in self.model.objects.iter_mut().enumerate() {
            if object.life == Life::Live && !reached.contains(&at) {
                object.life = Life::Collected;
                freed += 1;
            }
        }
        assert_eq!(collected.objects, freed);
    }

    fn run(&mut self, op: &Op) {
        match *op {
            Op::AllocArray => self.alloc(Kind::Array),
            Op::AllocMap => self.alloc(Kind::Map),
            Op::AllocString => self.alloc(Kind::Str),
            Op::Read(at) => {
                let Some(at) = self.object(at) else { return };
                let result = self.arena.read(self.model.objects[at].object);
                assert_eq!(self.model.outcome(&result), self.model.direct(Access::Read, at));
                if let Ok(read) = result {
                    self.check_content(read, at);
                }
            }
            Op::ReadThrough(at) => {
                let Some(at) = self.handle(at) else { return };
                let result = self.arena.read_through(self.model.handles[at].borrow);
                assert_eq!(self.model.outcome(&result), self.model.through(Access::Read, at));
                if let Ok(read) = result {
                    self.check_content(read, self.model.handles[at].object);
                }
            }
            Op::Write(at, held) => {
                let (Some(at), Some(held)) = (self.object(at), self.object(held)) else {
                    return;
                };
                let via = self.model.objects[at].object.into();
                self.write(via, at, held, self.model.direct(Access::Write, at));
            }
            Op::WriteThrough(at, held) => {
                let (Some(at), Some(held)) = (self.handle(at), self.object(held)) else {
                    return;
                };
                let handle = &self.model.handles[at];
                let (via, object) = (handle.borrow.into(), handle.object);
                self.write(via, object, held, self.model.through(Access::Write, at));
            }
            Op::Shared(at) => {
                let Some(at) = self.object(at) else { return };
                let via = self.model.objects[at].object.into();
                self.borrow(via, at, BorrowKind::Shared, self.model.direct(Access::BorrowShared, at));
            }
            Op::Exclusive(at) => {
                let Some(at) = self.object(at) else { return };
                let via = self.model.objects[at].object.into();
                self.borrow(via, at, BorrowKind::Exclusive, self.model.direct(Access::BorrowExclusive, at));
            }
            Op::SharedThrough(at) => {
                let Some(at) = self.handle(at) else { return };
                let (via, object) = (self.model.handles[at].borrow.into(), self.model.handles[at].object);
                self.borrow(via, object, BorrowKind::Shared, self.model.through(Access::BorrowShared, at));
            }
            Op::ExclusiveThrough(at) => {
                let Some(at) = self.handle(at) else { return };
                let (via, object) = (self.model.handles[at].borrow.into(), self.model.handles[at].object);
                self.borrow(via, object, BorrowKind::Exclusive, self.model.through(Access::BorrowExclusive, at));
            }
            Op::Release(at) | Op::DropHandle(at) => {
                let Some(at) = self.handle(at) else { return };
                let borrow = self.model.handles[at].borrow;
                let result = match op {
                    Op::Release(_) => self.arena.release(borrow, SITE),
                    _ => self.arena.drop_object(borrow.into(), SITE),
                };
                assert_eq!(self.model.outcome(&result), self.model.through(Access::Drop, at));
                if result.is_ok() {
                    self.model.ended(at);
                }
            }
            Op::EndBorrow(at) => {
                let Some(at) = self.handle(at) else { return };
                let live = self.model.handles[at].live;
                assert_eq!(self.arena.end_borrow(self.model.handles[at].borrow, SITE), live);
                if live {
                    self.model.ended(at);
                }
            }
            Op::Drop(at) => {
                let Some(at) = self.object(at) else { return };
                let result = self.arena.drop_object(self.model.objects[at].object.into(), SITE);
                assert_eq!(self.model.outcome(&result), self.model.direct(Access::Drop, at));
                if result.is_ok() {
                    self.model.objects[at].life = Life::Dropped;
                }
            }
            Op::Collect(bits) => self.collect(bits),
        }
    }

    /// The whole arena is as the model says, whatever the operation was allowed to do (B7: a fault changes
    /// nothing), and every byte is accounted for (A7).
    fn check(&self) {
        let mut bytes = self.model.most_borrows * self.loan_bytes;
        let mut live = 0;
        for (at, expected) in self.model.objects.iter().enumerate() {
            let view = self.arena.slot_of(expected.object);
            assert_eq!(view.is_some(), expected.life == Life::Live);
            let Some(view) = view else { continue };
            let state =
                BorrowState { immutable_refs: expected.shared.len() as u32, mutable_ref: expected.exclusive.is_some() };
            assert_eq!(view.borrow_state, state);
            let held = self.arena.peek(expected.object).unwrap();
            self.check_content(held, at);
            assert_eq!(view.bytes, held.bytes() + 48);
            bytes += view.bytes;
            live += 1;
        }
        let stats = self.arena.stats();
        assert_eq!(stats.objects, live);
        assert_eq!(stats.bytes - stats.idle_bytes, bytes);
        assert!(stats.idle_bytes >= (stats.slots - live) * 48 && stats.idle_bytes.is_multiple_of(48));
        assert_eq!(stats.borrows, self.model.handles.iter().filter(|handle| handle.live).count());
    }
}

fn run(ops: &[Op], recording: bool) -> Arena {
    let mut run = Run::new();
    if recording {
        run.arena.start_recording(64);
    }
    for op in ops {
        run.run(op);
        run.check();
    }
    run.arena
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn the_arena_does_what_the_model_does(ops in prop::collection::vec(op(), 1..200)) {
        run(&ops, false);
    }

    /// Recording changes nothing but the log.
    #[test]
    fn also_while_recording(ops in prop::collection::vec(op(), 1..100)) {
        let recorded = run(&ops, true);
        let plain = run(&ops, false);
        prop_assert_eq!(recorded.snapshot(usize::MAX), plain.snapshot(usize::MAX));
        prop_assert!(plain.events().is_empty());
    }
}
