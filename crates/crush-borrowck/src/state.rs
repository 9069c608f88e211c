//! What is known at one point of a lambda.

mod apart;

use crush_hir::body::{ExprId, LocalId};
use smallvec::SmallVec;

use self::apart::Apart;
pub(crate) use self::apart::Barrier;
use crate::pmap::{Alone, PMap, Side};
use crate::report::Step;
use crate::summary::Phase;
use crate::table::{Alias, Family, Field, Table};
use crate::value::{Target, Value};

/// A borrow that lives, or may.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Live {
    /// It does, on every path that leads here.
    pub(crate) surely: bool,
    /// What it borrows: objects alone.
    pub(crate) of: Value,
}

/// An object that was freed, or may have been.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Freed {
    /// It was, on every path that leads here.
    pub(crate) surely: bool,
    /// Where.
    pub(crate) at: Step,
}

/// How many values are looked at to find whether one mentions something. Loss: it is assumed then.
const MENTIONS: usize = 2_000;

/// How many variables are known to have passed.
const PASSED: usize = 8;

/// Where a value was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Home {
    /// A variable.
    Local(LocalId),
    /// A field, or an element by its number, of what is one object.
    Slot(u32),
    /// What an expression has given: it is on its way to where it is used.
    Value(ExprId),
}

impl Home {
    /// The variable, where it is one.
    pub(crate) fn variable(self) -> Option<LocalId> {
        match self {
            Self::Local(local) => Some(local),
            Self::Slot(_) | Self::Value(_) => None,
        }
    }
}

#[derive(Clone, Default)]
pub(crate) struct State {
    /// By variable; those that closures share are in the heap.
    pub(crate) locals: PMap<Value>,
    /// By expression: made and not yet used up.
    pub(crate) temporaries: PMap<Value>,
    /// By slot. Nothing there: what the slot held at entry.
    heap: PMap<Value>,
    /// By family and field: what was put into any symbolic object, for another one may be the same.
    stored: PMap<Value>,
    /// By expression: what was read there, and has not been bound since.
    read_from: SmallVec<[(ExprId, Home); 4]>,
    /// Variables that lambdas share and that have gone out of scope.
    left: PMap<()>,
    pub(crate) freed: PMap<Freed>,
    /// By loan.
    pub(crate) loans: PMap<Live>,
    /// Loans that may have ended since they were taken last: their handles may be dead.
    ended: PMap<()>,
    /// Loans that a function nobody knows may have ended since: whether it does is its caller's to know.
    lent: PMap<()>,
    /// By where it is: what is there has been used where a run stops if it was dropped or is a dead handle, and nothing of it may
    /// have been dropped, or have ended, since. The last few: each drop looks at all.
    passed: SmallVec<[(Home, Value); 2]>,
    apart: Apart,
    /// Sites that have allocated, loans that have been taken.
    born: PMap<()>,
    taken: PMap<()>,
    /// Effects that happened on every path, by their position.
    pub(crate) done: PMap<()>,
    /// Whether a function that nobody knows may have been called on the way here, or may not.
    pub(crate) phase: Phase,
    /// What the calls hold that are under way: their arguments, what these lead to, and the handles of their borrows.
    pub(crate) under_way: Value,
    /// What a function nobody knows may have put anywhere.
    pub(crate) havoc: Value,
    pub(crate) returned: Value,
    pub(crate) thrown: Value,
}

impl State {
    /// Joins what another path brings, and tells whether that changed anything.
    pub(crate) fn join(&mut self, other: &Self, table: &Table) -> bool {
        let before = self.clone();
        let (mut differ, mut alone) = (SmallVec::<[Home; 8]>::new(), SmallVec::<[Barrier; 8]>::new());
        let mut locals = |local, a: &Value, b: &Value| {
            differ.push(Home::Local(LocalId(local)));
            a.union_if_more(b)
        };
        self.locals.merge(&other.locals, &mut locals, &mut |_, _, _| Alone::Keep);
        let mut temporaries = |expr, a: &Value, b: &Value| {
            differ.push(Home::Value(ExprId(expr)));
            a.union_if_more(b)
        };
        self.temporaries.merge(&other.temporaries, &mut temporaries, &mut |_, _, _| Alone::Keep);
        let mut values = |_, a: &Value, b: &Value| a.union_if_more(b);
        self.stored.merge(&other.stored, &mut values, &mut |_, _, _| Alone::Keep);
        let side_of = |side| if side == Side::This { &before } else { other };
        // A slot written on one path alone holds on the other what it held at entry: of what was made there, nothing.
        self.heap.merge(&other.heap, &mut values, &mut |slot, value, side| {
            let opposite = if side == Side::This { other } else { &before };
            let it = &table.slots[slot as usize];
            let is_missing = table.fields[it.field as usize].is_one_name() && opposite.was_born(it.object);
            let there = if is_missing { Value::plain() } else { table.entry(slot) };
            value.union_if_more(&there).map_or(Alone::Keep, Alone::Change)
        });
        // What nothing on its path leads to any more is not freed where the paths meet: whoever comes to such an object then,
        // has come by the other one.
        self.freed.merge(
            &other.freed,
            &mut |_, a, b| (a.surely && !b.surely).then_some(Freed { surely: false, at: a.at }),
            &mut |object, freed, side| {
                alone.push(Barrier::Freed(object));
                match freed.surely {
                    _ if !table.is_known_elsewhere(object) && !side_of(side).mentions(Target::Object(object)) => {
                        Alone::Remove
                    }
                    true => Alone::Change(Freed { surely: false, at: freed.at }),
                    false => Alone::Keep,
                }
            },
        );
        self.loans.merge(
            &other.loans,
            &mut |_, a, b| {
                let union = a.of.union_if_more(&b.of);
                let surely = a.surely && b.surely;
                (union.is_some() || surely != a.surely)
                    .then(|| Live { surely, of: union.unwrap_or_else(|| a.of.clone()) })
            },
            &mut |loan, live, _| {
                alone.push(Barrier::Loan(loan));
                match live.surely {
                    true => Alone::Change(Live { surely: false, of: live.of.clone() }),
                    false => Alone::Keep,
                }
            },
        );
        self.apart = Apart::of_both([&before, other], self, &alone, &differ, table);
        // The same of handles.
        let mut alone = |loan, (): &(), side| {
            let (ended, live) = if side == Side::This { (&before, other) } else { (other, &before) };
            match live.loans.get(loan).is_some() && !ended.mentions(Target::Handle(loan)) {
                true => Alone::Remove,
                false => Alone::Keep,
            }
        };
        self.ended.merge(&other.ended, &mut |_, (), ()| None, &mut alone);
        self.lent.merge(&other.lent, &mut |_, (), ()| None, &mut alone);
        self.passed.retain(|(source, value)| match other.passed.iter().find(|(of, _)| of == source) {
            Some((_, others)) => {
                value.join(others);
                true
            }
            None => false,
        });
        self.born.merge(&other.born, &mut |_, (), ()| None, &mut |_, (), _| Alone::Keep);
        self.taken.merge(&other.taken, &mut |_, (), ()| None, &mut |_, (), _| Alone::Keep);
        self.read_from.retain(|read| other.read_from.contains(read));
        self.left.merge(&other.left, &mut |_, (), ()| None, &mut |_, (), _| Alone::Keep);
        self.done.merge(&other.done, &mut |_, (), ()| None, &mut |_, (), side| match side {
            Side::This | Side::Other => Alone::Remove,
        });
        let mut changed = self.havoc.join(&other.havoc);
        changed |= self.under_way.join(&other.under_way);
        changed |= self.phase.join(other.phase);
        changed |= self.returned.join(&other.returned);
        changed |= self.thrown.join(&other.thrown);
        changed
            || !(self.locals.ptr_eq(&before.locals)
                && self.temporaries.ptr_eq(&before.temporaries)
                && self.read_from == before.read_from
                && self.left.ptr_eq(&before.left)
                && self.heap.ptr_eq(&before.heap)
                && self.stored.ptr_eq(&before.stored)
                && self.freed.ptr_eq(&before.freed)
                && self.loans.ptr_eq(&before.loans)
                && self.ended.ptr_eq(&before.ended)
                && self.lent.ptr_eq(&before.lent)
                && self.passed == before.passed
                && self.apart == before.apart
                && self.born.ptr_eq(&before.born)
                && self.taken.ptr_eq(&before.taken)
                && self.done.ptr_eq(&before.done))
    }

    /// Whether anything in it may be that. Of a large state it is assumed.
    fn mentions(&self, target: Target) -> bool {
        self.havoc.has(target) || self.holds(target)
    }

    /// The same, besides what a function nobody knows may have put somewhere.
    pub(crate) fn holds(&self, target: Target) -> bool {
        let mut looked_at = 0;
        let mut has = |value: &Value| {
            looked_at += 1;
            looked_at > MENTIONS || value.has(target)
        };
        [&self.returned, &self.thrown, &self.under_way].into_iter().any(&mut has)
            || self.locals.any(&mut has)
            || self.temporaries.any(&mut has)
            || self.heap.any(&mut has)
            || self.stored.any(&mut has)
            || self.loans.any(|live| has(&live.of))
    }

    // ---- values

    pub(crate) fn value(&self, expr: ExprId) -> Value {
        self.temporaries.get(expr.0).cloned().unwrap_or_default()
    }

    /// The value of an expression that is used up here.
    pub(crate) fn take_value(&mut self, expr: ExprId) -> Value {
        self.read_from.retain(|(read, _)| *read != expr);
        self.temporaries.remove(expr.0).unwrap_or_default()
    }

    pub(crate) fn set_value(&mut self, expr: ExprId, value: Value) {
        self.apart.forget_home(Home::Value(expr));
        self.temporaries.insert(expr.0, value);
    }

    pub(crate) fn local(&self, local: LocalId) -> Value {
        self.locals.get(local.0).cloned().unwrap_or_else(Value::plain)
    }

    /// A variable that lambdas share goes out of scope; they keep it.
    pub(crate) fn leave(&mut self, local: LocalId) {
        self.left.insert(local.0, ());
    }

    /// Whether a variable that lambdas share may have gone out of scope.
    pub(crate) fn has_left(&self, local: LocalId) -> bool {
        self.left.get(local.0).is_some()
    }

    /// Notes what an expression has read.
    pub(crate) fn note_read(&mut self, expr: ExprId, source: Home) {
        self.read_from.retain(|(read, _)| *read != expr);
        self.read_from.push((expr, source));
    }

    /// Where what an expression has read still is, or what it gives, where something is known of that.
    pub(crate) fn read_from(&self, expr: ExprId) -> Option<Home> {
        let read = self.read_from.iter().find(|(read, _)| *read == expr).map(|(_, source)| *source);
        read.or_else(|| self.apart.knows(Home::Value(expr)).then_some(Home::Value(expr)))
    }

    /// A variable is bound to something; `source`: to what is there.
    pub(crate) fn set_local(&mut self, local: LocalId, value: Value, source: Option<Home>) {
        let home = Home::Local(local);
        if source != Some(home) {
            self.apart.forget_home(home);
            source.into_iter().for_each(|source| self.apart.copy(source, home));
        }
        self.locals.insert(local.0, value);
    }

    /// Such variables are bound, or may be.
    pub(crate) fn forget_reads(&mut self, is_bound: impl Fn(LocalId) -> bool) {
        self.read_from.retain(|(_, source)| !matches!(source, Home::Local(local) if is_bound(*local)));
    }

    // ---- what has passed

    /// What is there is neither dropped nor a dead handle.
    pub(crate) fn pass(&mut self, source: Home, value: Value) {
        self.passed.retain(|(of, _)| *of != source);
        if self.passed.len() == PASSED {
            self.passed.remove(0);
        }
        self.passed.push((source, value));
    }

    /// Whether what is there is neither dropped nor a dead handle.
    pub(crate) fn has_passed(&self, source: Home) -> bool {
        self.passed.iter().any(|(of, _)| *of == source)
    }

    /// The variable holds something else, or nothing.
    pub(crate) fn forget_passed(&mut self, local: LocalId) {
        self.passed.retain(|(of, _)| *of != Home::Local(local));
    }

    /// Such variables, and what is in fields, may be something else.
    pub(crate) fn forget_passed_where(&mut self, is_it: impl Fn(LocalId) -> bool) {
        self.passed.retain(|(source, _)| matches!(source, Home::Local(local) if !is_it(*local)));
        self.forget_slots(|_| true);
    }

    /// What is in such slots may be something else.
    fn forget_slots(&mut self, is_it: impl Fn(u32) -> bool) {
        let is_slot = |source: &Home| matches!(source, Home::Slot(slot) if is_it(*slot));
        self.passed.retain(|(source, _)| !is_slot(source));
        self.read_from.retain(|(_, source)| !is_slot(source));
    }

    /// What is there may have been dropped, or be a dead handle by now.
    fn doubt(&mut self, is_it: impl Fn(&Value) -> bool) {
        self.passed.retain(|(_, value)| !is_it(value));
    }

    /// An object is dropped, or may be.
    pub(crate) fn free(&mut self, object: u32, freed: Freed, table: &Table) {
        self.apart.forget(Barrier::Freed(object));
        self.freed.insert(object, freed);
        self.doubt(|value| value.objects().any(|other| table.alias(object, other) != Alias::No));
    }

    // ---- the heap

    /// What is in a slot.
    pub(crate) fn slot(&self, slot: u32, table: &Table) -> Value {
        let mut value = self.heap.get(slot).cloned().unwrap_or_else(|| table.entry(slot));
        let it = &table.slots[slot as usize];
        if table.is_known_elsewhere(it.object) {
            self.join_stored(slot, &mut value, table);
            // Where nothing was put in, the caller finds what the slot holds after the callbacks; it may be something else.
            if !table.objects[it.object as usize].symbolic || self.heap.get(slot).is_some() {
                value.join(&self.havoc);
            } else if !self.havoc.is_empty() {
                value.join(&Value::plain());
            }
        }
        value
    }

    /// What was put in a slot here, if anything was.
    pub(crate) fn written(&self, slot: u32) -> Option<&Value> {
        self.heap.get(slot)
    }

    /// Joins what was put in any slot that may be this one.
    pub(crate) fn join_stored(&self, slot: u32, value: &mut Value, table: &Table) {
        for shared in table.shared_with(slot) {
            if let Some(stored) = self.stored.get(shared) {
                value.join(stored);
            }
        }
    }

    /// What was put in any symbolic object of a family.
    pub(crate) fn for_each_stored(&self, family: Family, table: &Table, mut visit: impl FnMut(&Value)) {
        self.stored.for_each(|shared, value| {
            if table.shared[shared as usize].0 == family {
                visit(value);
            }
        });
    }

    pub(crate) fn for_each_written(&self, mut visit: impl FnMut(u32, &Value)) {
        self.heap.for_each(|slot, value| visit(slot, value));
    }

    /// Puts a value in a slot; `replaces`: it is surely this one, so that nothing else is there afterwards.
    pub(crate) fn store(&mut self, slot: u32, value: &Value, replaces: bool, table: &Table) {
        let it = &table.slots[slot as usize];
        match table.fields[it.field as usize] {
            Field::Variable(local) => self.forget_passed(local),
            // Two objects may be one, and a key that the program computes may be any.
            _ => self.forget_slots(|_| true),
        }
        if replaces {
            self.heap.insert(slot, value.clone());
        } else {
            let old = self.heap.get(slot).cloned().unwrap_or_else(|| table.entry(slot));
            if let Some(union) = old.union_if_more(value) {
                self.heap.insert(slot, union);
            }
        }
        if table.is_known_elsewhere(it.object) {
            for shared in table.shared_with(slot) {
                let stored = self.stored.get(shared).cloned().unwrap_or_default();
                if let Some(union) = stored.union_if_more(value) {
                    self.stored.insert(shared, union);
                }
            }
        }
    }

    // ---- sites and loans that come again

    pub(crate) fn was_born(&self, site: u32) -> bool {
        self.born.get(site).is_some()
    }

    /// An object is there that was not made on this path.
    pub(crate) fn note_born(&mut self, site: u32) {
        self.born.insert(site, ());
    }

    /// An allocation site makes its next object: the last one is now one of the `old` ones.
    pub(crate) fn born_again(&mut self, new: u32, old: Option<u32>, table: &Table) {
        if self.born.get(new).is_none() {
            self.born.insert(new, ());
            return;
        }
        if let Some(old) = old {
            self.age(new, old, table);
        }
    }

    /// What a site made last is no longer the last, if it has made anything: it has not made the next one yet.
    pub(crate) fn not_born(&mut self, site: u32) {
        self.born.remove(site);
    }

    /// What was the last object of its kind is now one of the `old` ones.
    pub(crate) fn age(&mut self, new: u32, old: u32, table: &Table) {
        self.forget_slots(|slot| table.slots[slot as usize].object == new);
        self.rename(Target::Object(new), Target::Object(old));
        for slot in &table.objects[new as usize].slots {
            let field = table.slots[*slot as usize].field;
            let moved = table.objects[old as usize].slots.iter().find(|to| table.slots[**to as usize].field == field);
            if let (Some(value), Some(to)) = (self.heap.remove(*slot), moved) {
                self.store(*to, &value, false, table);
            }
        }
        if let Some(freed) = self.freed.remove(new) {
            self.apart.forget(Barrier::Freed(new));
            self.apart.forget(Barrier::Freed(old));
            self.freed.insert(old, Freed { surely: false, at: freed.at });
        }
    }

    /// The borrow lives from here on, of these things.
    pub(crate) fn begin(&mut self, loan: u32, of: Value) {
        self.take(loan, Live { surely: false, of });
        self.ended.remove(loan);
        self.lent.remove(loan);
    }

    /// The borrow is taken here, of these things, or of them too.
    pub(crate) fn take(&mut self, loan: u32, live: Live) {
        self.apart.forget(Barrier::Loan(loan));
        self.loans.insert(loan, live);
    }

    /// The borrow ends here, if it lives.
    pub(crate) fn end(&mut self, loan: u32) {
        if self.loans.remove(loan).is_some() {
            self.ended.insert(loan, ());
            self.doubt(|value| value.has(Target::Handle(loan)));
        }
    }

    /// The borrow may end here.
    pub(crate) fn end_perhaps(&mut self, loan: u32) {
        if let Some(live) = self.loans.get(loan).cloned() {
            self.loans.insert(loan, Live { surely: false, ..live });
            self.ended.insert(loan, ());
            self.doubt(|value| value.has(Target::Handle(loan)));
        }
    }

    /// A function that nobody knows may end the borrow here.
    pub(crate) fn lend(&mut self, loan: u32) {
        if let Some(live) = self.loans.get(loan).cloned() {
            self.loans.insert(loan, Live { surely: false, ..live });
            self.lent.insert(loan, ());
            self.doubt(|value| value.has(Target::Handle(loan)));
        }
    }

    /// Whether a function that nobody knows may have ended the borrow.
    pub(crate) fn is_lent(&self, loan: u32) -> bool {
        self.lent.get(loan).is_some()
    }

    /// Whether a handle may be dead. One of a borrow that was taken on one path alone is not: it comes from that path.
    pub(crate) fn may_have_ended(&self, loan: u32) -> bool {
        self.loans.get(loan).is_none() || self.ended.get(loan).is_some()
    }

    /// A handle has been used, so its borrow lives.
    pub(crate) fn proved_alive(&mut self, loan: u32) {
        if let Some(live) = self.loans.get(loan).cloned() {
            self.loans.insert(loan, Live { surely: true, ..live });
            self.ended.remove(loan);
            self.lent.remove(loan);
        }
    }

    /// A loan is taken where it was taken before: handles of the earlier one are `stale`.
    pub(crate) fn taken_again(&mut self, loan: u32, stale: u32) {
        self.ended.remove(loan);
        self.lent.remove(loan);
        if self.taken.get(loan).is_some() {
            self.rename(Target::Handle(loan), Target::Handle(stale));
        } else {
            self.taken.insert(loan, ());
        }
    }

    fn rename(&mut self, from: Target, to: Target) {
        let mut replace = |_: u32, value: &Value| value.replace(from, to);
        self.locals.map_some(&mut replace);
        self.temporaries.map_some(&mut replace);
        self.heap.map_some(&mut replace);
        self.stored.map_some(&mut replace);
        for (_, value) in &mut self.passed {
            if let Some(replaced) = value.replace(from, to) {
                *value = replaced;
            }
        }
        // A handle of an earlier turn may be another one than that which was used.
        self.doubt(|value| matches!(to, Target::Handle(_)) && value.has(to));
        self.loans.map_some(|_, live| live.of.replace(from, to).map(|of| Live { surely: live.surely, of }));
        for value in [&mut self.havoc, &mut self.under_way, &mut self.returned, &mut self.thrown] {
            if let Some(replaced) = value.replace(from, to) {
                *value = replaced;
            }
        }
    }
}
