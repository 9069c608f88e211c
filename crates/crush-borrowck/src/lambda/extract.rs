//! From what was found in a lambda to its summary.

use crush_hir::body::{ExprId, LambdaId};
use rustc_hash::FxHashMap;

use super::{Found, FoundCallback, FoundHeld, Lambda, Outcome};
use crate::draft::Draft;
use crate::report::{FunctionId, Severity};
use crate::state::State;
use crate::summary::{
    Callback, Condition, Effect, Held, Summary, SummaryObject, SummaryTarget, SummaryValue, Taken, Write,
};
use crate::table::{Origin, Owner, Shape};
use crate::value::{Target, Value};

/// How many entries of a kind a summary may have. Beyond, the lambda counts as too large to analyse precisely.
const ENTRIES: usize = 400;

/// A summary in the making.
#[derive(Default)]
struct Extract {
    summary: Summary,
    objects: FxHashMap<u32, u32>,
    makers: FxHashMap<Vec<(FunctionId, LambdaId, ExprId)>, u32>,
    dead: FxHashMap<u32, u32>,
    taken: FxHashMap<u32, u32>,
    /// Objects made here whose slots are still to be written down.
    waiting: Vec<u32>,
}

impl Lambda<'_> {
    /// Joins the exits and writes the summary.
    pub(super) fn finish(mut self, exit: Option<State>, unwound: Option<State>) -> Outcome {
        let (returns, throws) = (exit.is_some(), unwound.is_some());
        // Unwinding leaves the outermost scope too.
        let unwound = unwound.map(|mut state| {
            let block = self.body[self.id].block;
            self.leave(&mut state, block);
            state
        });
        let end = match (exit, unwound) {
            (Some(mut exit), Some(unwound)) => {
                let returned = exit.returned.clone();
                exit.join(&unwound, &self.table);
                exit.returned = returned;
                exit
            }
            (Some(state), None) => state,
            (None, Some(mut state)) => {
                state.returned = Value::default();
                state
            }
            (None, None) => State::default(),
        };
        let mut extract = Extract::default();
        extract.summary.returns = returns;
        extract.summary.throws = throws;
        extract.summary.throws_itself = throws && self.throws_itself;
        extract.summary.released = self.released.iter().copied().collect();
        extract.summary.regained = self.regained.iter().copied().collect();
        if self.body[self.id].parent.is_some() || self.has_callers() {
            self.extract(&mut extract, &end);
        }
        let too_large = [
            extract.summary.objects.len(),
            extract.summary.effects.len(),
            extract.summary.conditions.len(),
            extract.summary.writes.len(),
        ];
        let mut summary = extract.summary;
        summary.make_canonical();
        if too_large.into_iter().any(|count| count > ENTRIES) {
            summary = Summary::too_large(self.does);
            let place = self.place(self.body[self.id].range);
            self.drafts.push(Draft::too_large(place));
        }
        self.conditions_of_an_uncalled_function();
        Outcome { summary, drafts: self.drafts, work: self.work.get() }
    }

    /// The top level is called by nobody.
    fn has_callers(&self) -> bool {
        self.id != LambdaId(0) || !matches!(self.body.owner, crush_hir::body::BodyOwner::TopLevel)
    }

    fn extract(&mut self, extract: &mut Extract, end: &State) {
        // The callbacks first: the objects that they give are numbered by them.
        let callbacks = std::mem::take(&mut self.callbacks);
        let mut results = FxHashMap::default();
        for (number, callback) in callbacks.iter().enumerate() {
            results.entry(callback.expr).or_insert_with(Vec::new).push(number as u32);
        }
        let effects = std::mem::take(&mut self.effects);
        for (number, found) in effects.iter().enumerate() {
            let object = self.summary_object(extract, &results, found.object);
            let surely = end.done.get(number as u32).is_some();
            let Found { usage, at, phase, .. } = found;
            let (usage, at, phase, alive) = (*usage, at.clone(), *phase, Vec::new());
            extract.summary.effects.push(Effect { object, usage, at, surely, phase, alive });
        }
        for found in self.conditions.clone() {
            let held = self.summary_object(extract, &results, found.held);
            let used = self.summary_object(extract, &results, found.used);
            extract.summary.conditions.push(Condition {
                code: found.code,
                held,
                held_at: found.held_at,
                used,
                deep: found.deep,
                at: found.at,
                names: found.names,
            });
        }
        for callback in &callbacks {
            let callee = self.summary_value(extract, end, &results, &callback.callee);
            let args = callback.args.iter().map(|arg| self.summary_value(extract, end, &results, arg)).collect();
            let held = callback
                .held
                .iter()
                .map(|held| {
                    let info = self.table.loans[held.loan as usize].clone();
                    let of = self.summary_value(extract, end, &results, &held.of);
                    let (exclusive, iterated) = (info.exclusive, info.owner == Owner::Loop);
                    let FoundHeld { may_have_ended, lent, .. } = *held;
                    let (used_later, at) = (held.used_later.clone(), info.place);
                    Held { exclusive, iterated, of, handle: None, may_have_ended, lent, used_later, at }
                })
                .collect();
            let FoundCallback { repeats, is_task, .. } = *callback;
            let at = callback.at.clone();
            extract.summary.callbacks.push(Callback { callee, args, held, repeats, is_task, at });
        }
        extract.summary.returned = self.summary_value(extract, end, &results, &end.returned);
        extract.summary.thrown = self.summary_value(extract, end, &results, &end.thrown);
        let mut taken = Vec::new();
        end.loans.for_each(|loan, live| taken.push((loan, live.clone())));
        for (loan, live) in taken {
            let info = self.table.loans[loan as usize].clone();
            if let Owner::Local(local) = info.owner
                && !self.is_own(local)
            {
                let of = self.summary_value(extract, end, &results, &live.of);
                let number = *extract.taken.entry(loan).or_insert(extract.summary.taken.len() as u32) as usize;
                if number == extract.summary.taken.len() {
                    let may_have_ended = end.may_have_ended(loan) || end.is_lent(loan);
                    let (exclusive, at, loose) = (info.exclusive, info.place, self.loose.contains(&loan));
                    extract.summary.taken.push(Taken { local, exclusive, of, at, may_have_ended, loose });
                }
            }
        }
        // What was put in anything that the caller can see.
        let mut written = Vec::new();
        end.for_each_written(|slot, _| {
            let object = self.table.slots[slot as usize].object;
            // What a capability made, and hands out, is found from there.
            if self.table.is_from_outside(object) {
                written.push(object);
            }
        });
        written.dedup();
        for object in written {
            self.summary_object(extract, &results, object);
        }
        for object in std::mem::take(&mut self.shifted) {
            let index = self.summary_object(extract, &results, object);
            if !extract.summary.shifted.contains(&index) {
                extract.summary.shifted.push(index);
            }
        }
        let parts = self.touched_parts(end);
        let mut done = rustc_hash::FxHashSet::default();
        while let Some(object) = self.next_to_write(extract, &results, &parts) {
            if !done.insert(object) {
                continue;
            }
            for slot in self.table.objects[object as usize].slots.clone() {
                let at_callbacks = callbacks.iter().filter_map(|callback| callback.found_in.get(&slot));
                let mut found = at_callbacks.chain(end.written(slot)).cloned();
                let Some(value) = found.next() else { continue };
                let value = found.fold(value, |value, other| value.joined(&other));
                let entry = self.table.entry(slot);
                let single = self.table.objects[object as usize].single;
                let field = self.table.fields[self.table.slots[slot as usize].field as usize].clone();
                let symbolic = self.table.objects[object as usize].symbolic;
                let replaces = single
                    && symbolic
                    && !field.is_many()
                    && entry.targets().iter().all(|target| !value.targets().contains(target));
                let index = self.summary_object(extract, &results, object);
                let mut value = self.summary_value(extract, end, &results, &value);
                // That a slot still holds what it held is no write, where it was not put there.
                if !self.put_back.contains(&slot)
                    && let Some(Target::Object(entry)) = entry.targets().first()
                    && let Some(entry) = extract.objects.get(entry)
                {
                    value.targets.retain(|target| *target != SummaryTarget::Object(*entry));
                }
                if !value.targets.is_empty() || value.flags != 0 {
                    extract.summary.writes.push(Write { object: index, field, value, replaces });
                }
            }
        }
        // Which handles are handed out is known now.
        for (effect, found) in extract.summary.effects.iter_mut().zip(&effects) {
            let alive = found.alive.iter().flatten();
            effect.alive = alive.filter_map(|loan| extract.dead.get(loan)).copied().collect();
            effect.alive.sort_unstable();
        }
        for (callback, found) in extract.summary.callbacks.iter_mut().zip(&callbacks) {
            for (held, found) in callback.held.iter_mut().zip(&found.held) {
                let dead = extract.dead.get(&found.loan).map(|number| SummaryTarget::Dead(*number));
                let taken = extract.taken.get(&found.loan).map(|number| SummaryTarget::Taken(*number));
                held.handle = taken.or(dead);
            }
        }
        let mut freed = Vec::new();
        end.freed.for_each(|object, it| freed.push((object, it.clone())));
        for (object, it) in freed {
            // What was handed in is told as an effect.
            let Some(index) = extract.objects.get(&object).copied() else { continue };
            let surely = match extract.summary.objects[index as usize] {
                SummaryObject::Made { single, .. } => it.surely && single,
                _ if self.table.family(object).is_some() => false,
                _ => continue,
            };
            extract.summary.freed.push((index, surely, it.at));
        }
        // Two parameters may be one object, and then the later write counts; their order is not kept.
        for position in 0..extract.summary.writes.len() {
            let field = extract.summary.writes[position].field.clone();
            let many = extract
                .summary
                .writes
                .iter()
                .filter(|write| {
                    write.field == field
                        && !matches!(extract.summary.objects[write.object as usize], SummaryObject::Made { .. })
                })
                .count()
                > 1;
            extract.summary.writes[position].replaces &= !many;
        }
    }

    /// Parts of trees of new objects in which something was put, or that were dropped, each with the root of its tree. Nothing
    /// that was put somewhere leads to them.
    fn touched_parts(&self, end: &State) -> Vec<(u32, u32)> {
        let mut parts = Vec::new();
        let mut add = |object: u32| {
            if let Some(root) = self.table.family(object) {
                parts.push((root, object));
            }
        };
        end.for_each_written(|slot, _| add(self.table.slots[slot as usize].object));
        end.freed.for_each(|object, _| add(object));
        parts.sort_unstable();
        parts.dedup();
        parts
    }

    /// The next object whose slots are to be written down: with a tree, the parts of it that were touched.
    fn next_to_write(
        &mut self,
        extract: &mut Extract,
        results: &FxHashMap<ExprId, Vec<u32>>,
        parts: &[(u32, u32)],
    ) -> Option<u32> {
        let object = extract.waiting.pop()?;
        for (_, part) in parts.iter().filter(|(root, _)| *root == object) {
            self.summary_object(extract, results, *part);
        }
        Some(object)
    }

    fn summary_object(&mut self, extract: &mut Extract, results: &FxHashMap<ExprId, Vec<u32>>, object: u32) -> u32 {
        if let Some(known) = extract.objects.get(&object) {
            return *known;
        }
        let it = self.table.objects[object as usize].clone();
        let made = match it.origin {
            Origin::Site { expr, part, .. } => return self.made(extract, object, expr, part),
            // A cell is made where its variable is; no expression has such a number.
            Origin::Cell { local, .. } => return self.made(extract, object, ExprId(u32::MAX - local.0), 0),
            Origin::Parameter(number) => SummaryObject::Parameter(number),
            Origin::Captured(local) => SummaryObject::Captured(local),
            Origin::Result(expr) => match results.get(&expr) {
                Some(numbers) => SummaryObject::Result(numbers.clone()),
                None => SummaryObject::Fresh { shares: true },
            },
            Origin::Havoc => SummaryObject::Havoc,
            Origin::Fresh(_) => SummaryObject::Fresh { shares: it.shares },
            Origin::Path { base, field } => {
                let base = self.summary_object(extract, results, base);
                SummaryObject::Path(base, self.table.fields[field as usize].clone())
            }
            Origin::Deep { base } => SummaryObject::Deep(self.summary_object(extract, results, base)),
            Origin::Kept { base, itself } => SummaryObject::Kept(self.summary_object(extract, results, base), itself),
        };
        let index = extract.summary.objects.len() as u32;
        extract.summary.objects.push(made);
        extract.objects.insert(object, index);
        extract.waiting.push(object);
        index
    }

    /// An object made here: those of one maker are one object of the summary.
    fn made(&mut self, extract: &mut Extract, object: u32, expr: ExprId, part: u32) -> u32 {
        let it = self.table.objects[object as usize].clone();
        let maker = self.table.makers.get(part as usize).cloned().unwrap_or_default();
        let maker = maker.called_from((self.function, self.id, expr), self.cycle);
        let next = extract.summary.objects.len() as u32;
        let index = *extract.makers.entry(maker.0.clone()).or_insert(next);
        if index == next {
            extract.summary.objects.push(SummaryObject::Made { shape: it.shape, single: it.single, maker });
        } else if let SummaryObject::Made { shape, single, .. } = &mut extract.summary.objects[index as usize] {
            *single = false;
            if *shape != it.shape {
                *shape = Shape::Unknown;
            }
        }
        extract.objects.insert(object, index);
        extract.waiting.push(object);
        index
    }

    fn summary_value(
        &mut self,
        extract: &mut Extract,
        end: &State,
        results: &FxHashMap<ExprId, Vec<u32>>,
        value: &Value,
    ) -> SummaryValue {
        let mut targets = Vec::new();
        for target in value.targets() {
            targets.push(match target {
                Target::Object(object) => SummaryTarget::Object(self.summary_object(extract, results, *object)),
                Target::Function(function) => SummaryTarget::Function(self.table.functions[*function as usize]),
                Target::Handle(loan) => {
                    let info = self.table.loans[*loan as usize].clone();
                    let outer = matches!(info.owner, Owner::Local(local) if !self.is_own(local));
                    if outer && end.loans.get(*loan).is_some() {
                        let next = extract.summary.taken.len() as u32;
                        let number = *extract.taken.entry(*loan).or_insert(next);
                        if number == next
                            && let Owner::Local(local) = info.owner
                        {
                            let at = info.place;
                            let (exclusive, of) = (info.exclusive, SummaryValue::default());
                            let may_have_ended = end.may_have_ended(*loan) || end.is_lent(*loan);
                            let loose = self.loose.contains(loan);
                            extract.summary.taken.push(Taken { local, exclusive, of, at, may_have_ended, loose });
                            let of = end.loans.get(*loan).map(|live| live.of.clone()).unwrap_or_default();
                            let of = self.summary_value(extract, end, results, &of);
                            extract.summary.taken[number as usize].of = of;
                        }
                        SummaryTarget::Taken(number)
                    } else {
                        let next = extract.summary.dead.len() as u32;
                        let number = *extract.dead.entry(*loan).or_insert(next);
                        if number == next {
                            extract.summary.dead.push((info.exclusive, info.place, info.name));
                        }
                        SummaryTarget::Dead(number)
                    }
                }
            });
        }
        targets.sort();
        targets.dedup();
        SummaryValue { targets, flags: value.other() }
    }

    /// While nobody calls a function, its parameters may be the same object.
    fn conditions_of_an_uncalled_function(&mut self) {
        if self.id != LambdaId(0) {
            return;
        }
        let parameter = |object: u32| matches!(self.table.objects[object as usize].origin, Origin::Parameter(_));
        let found: Vec<_> = self
            .conditions
            .iter()
            .filter(|condition| {
                parameter(condition.held)
                    && parameter(condition.used)
                    && condition.at.iter().any(|step| step.cause.is_none())
            })
            .cloned()
            .collect();
        for condition in found {
            for at in condition.at.iter().filter(|step| step.cause.is_none()) {
                let draft = self.word_condition(&condition, *at, Severity::Warning, true);
                self.report(draft);
            }
        }
    }
}
