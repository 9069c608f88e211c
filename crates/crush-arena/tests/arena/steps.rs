//! Random programs with a collector at work beside them (A5), against a model that knows what each can reach. The
//! program keeps to what it can reach from its registers and its borrows, as a VM does.

use std::collections::BTreeSet;

use crush_arena::*;
use proptest::prelude::*;

use crate::common::*;

const REGISTERS: usize = 6;

/// What registers and objects hold: the number of an object.
type Held = Option<usize>;

#[derive(Clone, Debug)]
enum Op {
    /// A new array of what two registers hold, into the first.
    Array(usize, usize),
    /// A new map of many entries, the last of them what a register holds.
    Map(usize),
    /// A new captured variable of what a register holds.
    Cell(usize),
    String(usize),
    /// An array longer than the collector looks at in one go, of what a register holds.
    Long(usize),
    /// Into a register, a part of what it refers to.
    Load(usize, usize),
    /// Into a part of what the first register refers to, what the second holds.
    Store(usize, usize, usize),
    Append(usize, usize),
    /// A part of what the first register refers to becomes a part of what the second does, and no register sees it.
    Transfer(usize, usize, usize, usize),
    Clear(usize),
    Forget(usize),
    Move(usize, usize),
    Drop(usize),
    Borrow(usize, bool),
    EndBorrow(usize),
    Send(usize),
    /// So much work for the collector.
    Collect(usize),
    Whole,
}

fn op() -> impl Strategy<Value = Op> {
    let at = || 0..REGISTERS;
    prop_oneof![
        10 => (at(), at()).prop_map(|(to, with)| Op::Array(to, with)),
        1 => at().prop_map(Op::Map),
        2 => at().prop_map(Op::Cell),
        1 => at().prop_map(Op::String),
        1 => at().prop_map(Op::Long),
        4 => (at(), 0..5000usize).prop_map(|(from, part)| Op::Load(from, part)),
        8 => (at(), 0..5000usize, at()).prop_map(|(to, part, what)| Op::Store(to, part, what)),
        4 => (at(), at()).prop_map(|(to, what)| Op::Append(to, what)),
        12 => (at(), 0..5000usize, at(), 0..5000usize).prop_map(|(a, b, c, d)| Op::Transfer(a, b, c, d)),
        1 => at().prop_map(Op::Clear),
        1 => at().prop_map(Op::Forget),
        2 => (at(), at()).prop_map(|(to, from)| Op::Move(to, from)),
        1 => at().prop_map(Op::Drop),
        2 => (at(), any::<bool>()).prop_map(|(of, exclusive)| Op::Borrow(of, exclusive)),
        2 => at().prop_map(Op::EndBorrow),
        1 => at().prop_map(Op::Send),
        12 => prop_oneof![3 => 1..4usize, 1 => 1..200usize].prop_map(Op::Collect),
        1 => Just(Op::Whole),
    ]
}

struct ModelObject {
    object: Ref,
    /// None when it was dropped.
    holds: Option<Vec<Held>>,
}

#[derive(Default)]
struct Run {
    arena: Arena,
    objects: Vec<ModelObject>,
    registers: [Held; REGISTERS],
    borrows: Vec<(BorrowRef, usize)>,
    /// What could not be reached when the present cycle began: the arena's count of cycles then, and the objects.
    doomed: Option<(u64, BTreeSet<usize>)>,
}

impl Run {
    fn value(&self, held: Held) -> RuntimeValue {
        held.map_or(RuntimeValue::Null, |at| self.objects[at].object.into())
    }

    fn reached(&self) -> BTreeSet<usize> {
        let borrowed = self.borrows.iter().map(|(_, of)| *of);
        let mut pending: Vec<usize> = self.registers.iter().flatten().copied().chain(borrowed).collect();
        let mut reached = BTreeSet::new();
        while let Some(at) = pending.pop() {
            if let Some(holds) = &self.objects[at].holds
                && reached.insert(at)
            {
                pending.extend(holds.iter().flatten());
            }
        }
        reached
    }

    fn alloc(&mut self, to: usize, object: Object, holds: Vec<Held>) {
        let object = self.arena.alloc(object, SITE).unwrap();
        assert!(self.objects.iter().all(|old| old.object != object), "a reference is given out twice");
        self.registers[to] = Some(self.objects.len());
        self.objects.push(ModelObject { object, holds: Some(holds) });
    }

    /// The object of a register, if it was not dropped, and no borrow forbids to change it.
    fn free_to_change(&self, register: usize) -> Option<usize> {
        let at = self.registers[register]?;
        let borrowed = self.borrows.iter().any(|(_, of)| *of == at);
        (self.objects[at].holds.is_some() && !borrowed).then_some(at)
    }

    fn store(&mut self, to: usize, part: usize, what: Held) {
        let Some(at) = self.free_to_change(to) else { return };
        let (object, value) = (self.objects[at].object, self.value(what));
        let holds = self.objects[at].holds.as_mut().unwrap();
        if holds.is_empty() {
            return;
        }
        let part = part % holds.len();
        holds[part] = what;
        if self.arena.set_cell(object, value) {
            return;
        }
        match self.arena.write(object).unwrap() {
            ObjectMut::Array(mut values) => assert!(values.set(part, value).is_some()),
            ObjectMut::Map(mut map) => assert!(map.insert(&part.to_string().into(), value).unwrap().is_some()),
            other => panic!("unexpected {other:?}"),
        }
    }

    fn run(&mut self, op: &Op) {
        match *op {
            Op::Array(to, with) => {
                let holds = vec![self.registers[to], self.registers[with]];
                let values = holds.iter().map(|held| self.value(*held)).collect();
                self.alloc(to, Object::Array(values), holds);
            }
            Op::Map(to) => {
                let mut holds = vec![None; 600];
                holds.push(self.registers[to]);
                let entries = holds.iter().enumerate().map(|(key, held)| (key.to_string(), self.value(*held)));
                let map = entries.collect();
                self.alloc(to, Object::map(map), holds);
            }
            Op::Cell(to) => {
                let held = self.registers[to];
                self.alloc(to, Object::Cell(self.value(held)), vec![held]);
            }
            Op::String(to) => self.alloc(to, Object::str("text"), Vec::new()),
            Op::Long(to) => {
                let holds = vec![self.registers[to]; 5000];
                let values = vec![self.value(self.registers[to]); 5000];
                self.alloc(to, Object::Array(values), holds);
            }
            Op::Load(from, part) => {
                if let Some(at) = self.registers[from]
                    && let Some(holds) = &self.objects[at].holds
                    && !holds.is_empty()
                {
                    self.registers[from] = holds[part % holds.len()];
                }
            }
            Op::Store(to, part, what) => self.store(to, part, self.registers[what]),
            Op::Append(to, what) => {
                let Some(at) = self.free_to_change(to) else { return };
                let (object, held) = (self.objects[at].object, self.registers[what]);
                let value = self.value(held);
                if let Ok(ObjectMut::Array(mut values)) = self.arena.write(object) {
                    values.push(value).unwrap();
                    self.objects[at].holds.as_mut().unwrap().push(held);
                }
            }
            Op::Transfer(from, part, to, at) => {
                if let Some(source) = self.free_to_change(from)
                    && let Some(holds) = &self.objects[source].holds
                    && !holds.is_empty()
                {
                    let moved = holds[part % holds.len()];
                    self.store(to, at, moved);
                    self.store(from, part, None);
                }
            }
            Op::Clear(register) => {
                let Some(at) = self.free_to_change(register) else { return };
                let object = self.objects[at].object;
                match self.arena.write(object).unwrap() {
                    ObjectMut::Array(mut values) => values.clear(),
                    ObjectMut::Map(mut map) => map.clear(),
                    _ => return,
                }
                self.objects[at].holds.as_mut().unwrap().clear();
            }
            Op::Forget(register) => self.registers[register] = None,
            Op::Move(to, from) => self.registers[to] = self.registers[from],
            Op::Drop(register) => {
                let Some(at) = self.free_to_change(register) else { return };
                if self.arena.drop_object(self.objects[at].object.into(), SITE).is_ok() {
                    self.objects[at].holds = None;
                }
            }
            Op::Borrow(register, exclusive) => {
                let Some(at) = self.free_to_change(register) else { return };
                let value = self.objects[at].object.into();
                let borrow = match exclusive {
                    true => self.arena.borrow_exclusive(value, OWNER, SITE),
                    false => self.arena.borrow_shared(value, OWNER, SITE),
                };
                self.borrows.extend(borrow.ok().map(|borrow| (borrow, at)));
            }
            Op::EndBorrow(which) => {
                if which < self.borrows.len() {
                    let (borrow, _) = self.borrows.remove(which);
                    assert!(self.arena.end_borrow(borrow, SITE));
                }
            }
            Op::Send(register) => {
                // What it reaches is copied beside it; a borrow or a dropped object forbids it.
                if let Ok(parcel) = self.arena.pack(&[self.value(self.registers[register])]) {
                    self.arena.unpack(parcel, SITE).unwrap();
                }
            }
            Op::Collect(work) => self.collect(work),
            Op::Whole => self.whole(),
        }
    }

    /// Writes through the exclusive borrow of an object, where there is one.
    fn write_through_borrows(&mut self) {
        for (borrow, at) in self.borrows.clone() {
            let what = self.registers[0];
            let value = self.value(what);
            if let Ok(ObjectMut::Array(mut values)) = self.arena.write_through(borrow) {
                values.push(value).unwrap();
                self.objects[at].holds.as_mut().unwrap().push(what);
            }
        }
    }

    fn roots(&self) -> Vec<RuntimeValue> {
        self.registers.iter().map(|held| self.value(*held)).collect()
    }

    fn collect(&mut self, work: usize) {
        let cycles = self.arena.stats().collections;
        if self.doomed.is_none() {
            let reached = self.reached();
            let doomed = (0..self.objects.len()).filter(|at| !reached.contains(at)).collect();
            self.doomed = Some((cycles, doomed));
        }
        let roots = self.roots();
        let ended = self.arena.collect_some(work, |marker| marker.roots(&roots));
        assert_eq!(self.arena.stats().collections, cycles + u64::from(ended));
        if ended && let Some((_, doomed)) = self.doomed.take() {
            for at in doomed {
                assert!(self.arena.peek(self.objects[at].object).is_none(), "{at} was garbage when the cycle began");
            }
        }
    }

    fn whole(&mut self) {
        let roots = self.roots();
        self.arena.collect(|marker| marker.roots(&roots)).unwrap();
        self.doomed = None;
        assert_eq!(self.arena.stats().objects, self.reached().len(), "what is left is what is reached");
    }

    /// What can be reached is there and holds what it should; every byte is some object's, or idle.
    fn check(&self) {
        for at in self.reached() {
            let ModelObject { object, holds } = &self.objects[at];
            let found = self.arena.peek(*object).unwrap_or_else(|| panic!("{at} is lost"));
            let expected = holds.as_ref().unwrap().iter().map(|held| self.value(*held));
            match found {
                Object::Array(values) => assert!(expected.eq(values.iter().copied())),
                Object::Map(map) => assert!(expected.eq(map.values())),
                Object::Cell(value) => assert!(expected.eq([*value])),
                _ => assert_eq!(expected.count(), 0),
            }
        }
    }

    /// Every byte is some object's, a borrow's, or idle (A7).
    fn check_bytes(&mut self) {
        for (borrow, _) in std::mem::take(&mut self.borrows) {
            self.arena.end_borrow(borrow, SITE);
        }
        self.registers = [None; REGISTERS];
        self.whole();
        let stats = self.arena.stats();
        assert_eq!((stats.objects, stats.slots), (0, 0));
        let loans = stats.bytes - stats.idle_bytes;
        assert!(loans <= 64 * 64, "{loans} bytes are left");
    }
}

fn run(ops: &[Op], recording: bool) {
    let mut run = Run::default();
    if recording {
        run.arena.start_recording(16);
    }
    for (number, op) in ops.iter().enumerate() {
        run.run(op);
        if number % 8 == 0 {
            run.write_through_borrows();
        }
        if number % 16 == 0 {
            run.check();
        }
    }
    run.check();
    run.check_bytes();
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn a5_nothing_reachable_is_lost_and_all_garbage_goes(ops in prop::collection::vec(op(), 1..250)) {
        run(&ops, false);
    }

    #[test]
    fn a5_also_while_recording(ops in prop::collection::vec(op(), 1..100)) {
        run(&ops, true);
    }
}
