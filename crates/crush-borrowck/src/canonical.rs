//! One form for summaries that say the same.
//!
//! The members of a cycle of calls are analysed until their summaries stay as they are. What a summary speaks of is found
//! in an order that depends on the callees' summaries, so without one form the members would hand the same things round
//! in ever other orders.

use crush_hir::body::{ExprId, LambdaId, LocalId};
use rustc_hash::FxHashMap;

use crate::report::FunctionId;
use crate::summary::{ObjectIndex, Summary, SummaryObject, SummaryTarget, SummaryValue, Write};
use crate::table::Field;

/// What tells an object of a summary apart: where it starts, and the steps from there.
type Key = Vec<Part>;

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Parameter(u32),
    Captured(LocalId),
    Result(Vec<u32>),
    Havoc,
    Fresh(u32),
    Made(Vec<(FunctionId, LambdaId, ExprId)>),
    Field(Field),
    Deep,
    Kept(bool),
}

impl Summary {
    /// Orders objects by where they come from, and all that is said of them by the objects; what is written to one field
    /// of one object becomes one entry.
    pub(crate) fn make_canonical(&mut self) {
        self.order_objects();
        self.effects.sort_by_key(|effect| (effect.object, effect.usage));
        self.conditions.sort_by_key(|condition| (condition.code, condition.held, condition.used, condition.deep));
        self.freed.sort_by_key(|(object, ..)| *object);
        self.join_writes();
    }

    fn order_objects(&mut self) {
        let mut keys: Vec<Key> = Vec::with_capacity(self.objects.len());
        for (position, object) in self.objects.iter().enumerate() {
            // Those that it rests on come before it.
            let below = |base: &ObjectIndex, part: Part| {
                let mut key = keys[*base as usize].clone();
                key.push(part);
                key
            };
            keys.push(match object {
                SummaryObject::Parameter(number) => vec![Part::Parameter(*number)],
                SummaryObject::Captured(local) => vec![Part::Captured(*local)],
                SummaryObject::Result(numbers) => vec![Part::Result(numbers.clone())],
                SummaryObject::Havoc => vec![Part::Havoc],
                SummaryObject::Fresh { .. } => vec![Part::Fresh(position as u32)],
                SummaryObject::Made { maker, .. } => vec![Part::Made(maker.0.clone())],
                SummaryObject::Path(base, field) => below(base, Part::Field(field.clone())),
                SummaryObject::Deep(base) => below(base, Part::Deep),
                SummaryObject::Kept(base, itself) => below(base, Part::Kept(*itself)),
            });
        }
        let mut order: Vec<usize> = (0..keys.len()).collect();
        order.sort_by(|a, b| keys[*a].cmp(&keys[*b]));
        if order.iter().enumerate().all(|(new, old)| new == *old) {
            self.sort_targets();
            return;
        }
        let mut new = vec![0; order.len()];
        for (position, old) in order.iter().enumerate() {
            new[*old] = position as ObjectIndex;
        }
        let mut objects: Vec<_> = std::mem::take(&mut self.objects).into_iter().map(Some).collect();
        self.objects = order.iter().filter_map(|old| objects[*old].take()).collect();
        for object in &mut self.objects {
            if let SummaryObject::Path(base, _) | SummaryObject::Deep(base) | SummaryObject::Kept(base, _) = object {
                *base = new[*base as usize];
            }
        }
        self.effects.iter_mut().for_each(|effect| effect.object = new[effect.object as usize]);
        for condition in &mut self.conditions {
            condition.held = new[condition.held as usize];
            condition.used = new[condition.used as usize];
        }
        self.writes.iter_mut().for_each(|write| write.object = new[write.object as usize]);
        self.shifted.iter_mut().for_each(|object| *object = new[*object as usize]);
        self.shifted.sort_unstable();
        self.freed.iter_mut().for_each(|freed| freed.0 = new[freed.0 as usize]);
        self.for_each_value(|value| {
            for target in &mut value.targets {
                if let SummaryTarget::Object(object) = target {
                    *object = new[*object as usize];
                }
            }
        });
        self.sort_targets();
    }

    fn sort_targets(&mut self) {
        self.for_each_value(|value| value.targets.sort_unstable());
    }

    fn for_each_value(&mut self, mut change: impl FnMut(&mut SummaryValue)) {
        for callback in &mut self.callbacks {
            change(&mut callback.callee);
            callback.args.iter_mut().for_each(&mut change);
            callback.held.iter_mut().for_each(|held| change(&mut held.of));
        }
        self.writes.iter_mut().for_each(|write| change(&mut write.value));
        self.taken.iter_mut().for_each(|taken| change(&mut taken.of));
        change(&mut self.returned);
        change(&mut self.thrown);
    }

    fn join_writes(&mut self) {
        let mut known: FxHashMap<(ObjectIndex, Field), usize> = FxHashMap::default();
        let mut joined: Vec<Write> = Vec::with_capacity(self.writes.len());
        for write in std::mem::take(&mut self.writes) {
            match known.get(&(write.object, write.field.clone())) {
                Some(position) => {
                    let same = &mut joined[*position];
                    same.value.targets.extend(write.value.targets);
                    same.value.targets.sort_unstable();
                    same.value.targets.dedup();
                    same.value.flags |= write.value.flags;
                    same.replaces = false;
                }
                None => {
                    known.insert((write.object, write.field.clone()), joined.len());
                    joined.push(write);
                }
            }
        }
        joined.sort_by(|a, b| (a.object, &a.field).cmp(&(b.object, &b.field)));
        self.writes = joined;
    }
}
