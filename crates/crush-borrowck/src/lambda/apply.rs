//! Summaries at a call: what the callee does to the caller's state.

use crush_hir::body::{LambdaId, LocalId};
use rustc_hash::FxHashSet;

use super::access::Usage;
use super::call::{Called, Candidate, Site};
use super::instance::{IMPORTS, Instance};
use super::{Lambda, index};
use crate::report::{Code, Entry, FunctionId, Severity, Step};
use crate::state::{Freed, Live, State};
use crate::summary::{Callback, Condition, Effect, Held, Phase, Summary, SummaryObject, SummaryTarget, Use};
use crate::table::{Alias, Field, LoanInfo, Owner};
use crate::value::{Target, Value};

/// How deep callbacks that are handed on are followed. Loss: beyond, everything is expected of them.
const NESTING: u32 = 3;

/// How many of the borrows that are held during one callback are told apart, besides their kind.
const HELD: usize = 8;

impl Lambda<'_> {
    /// Does to the state what a summary says.
    pub(super) fn apply(
        &mut self,
        state: &mut State,
        summary: &Summary,
        (function, lambda): (FunctionId, LambdaId),
        closure: Option<u32>,
        site: &Site,
    ) -> Called {
        self.spend(cost(summary));
        if self.is_exhausted() {
            // Nothing of what is found from here on will be used.
            return Called::gives(Value::plain());
        }
        if summary.unknown {
            return self.apply_unknown(state, closure, site);
        }
        if !summary.returns && !summary.throws && summary.effects.is_empty() && summary.conditions.is_empty() {
            return Called::default();
        }
        let mut call = Instance {
            summary,
            of: (function, lambda),
            closure,
            site,
            results: vec![Value::default(); summary.callbacks.len()],
            callbacks_throw: (false, false),
            ended: FxHashSet::default(),
            lent: FxHashSet::default(),
            values: Vec::new(),
        };
        self.resolve_objects(state, &mut call);
        // A callback may come at any time between the other things, so with one around, these happen twice; and it too, where
        // it may come again, or after a drop.
        let again = match &summary.callbacks[..] {
            [] => false,
            [callback] => callback.repeats || !summary.freed.is_empty(),
            _ => true,
        };
        let rounds = if summary.callbacks.is_empty() { 1 } else { 2 };
        // Of several callbacks it is not known which comes first.
        let in_order = summary.callbacks.len() == 1;
        let before = state.phase;
        self.apply_released(state, &call);
        for round in 0..rounds {
            let now = |phase: Phase| !in_order || if round == 0 { phase.before } else { phase.after };
            self.apply_effects(state, &call, round == 0, now);
            self.apply_conditions(state, &call);
            self.apply_writes(state, &call);
            self.apply_freed(state, &call);
            if round == 0 || again {
                self.apply_callbacks(state, &mut call);
            }
            if rounds == 2 {
                self.resolve_objects(state, &mut call);
                self.apply_writes(state, &call);
            }
        }
        self.apply_borrows(state, &call);
        state.phase.join(before);
        let value = self.resolve(&call, &summary.returned);
        let thrown = self.resolve(&call, &summary.thrown);
        let (throws, itself) = call.callbacks_throw;
        Called {
            value,
            thrown,
            returns: summary.returns,
            throws: summary.throws && (summary.throws_itself || throws),
            throws_itself: summary.throws && (summary.throws_itself || itself),
        }
    }

    fn apply_callbacks(&mut self, state: &mut State, call: &mut Instance<'_>) {
        let callbacks = &call.summary.callbacks;
        let outer = self.repeats;
        for (number, callback) in callbacks.iter().enumerate() {
            self.repeats = outer || callback.repeats || callbacks.len() > 1;
            let result = self.apply_callback(state, call, number, callback);
            // The callee may catch what it throws, or let it pass.
            call.results[number].join(&result.value);
            call.results[number].join(&result.thrown);
            call.callbacks_throw.0 |= result.throws;
            call.callbacks_throw.1 |= result.throws_itself;
        }
        self.repeats = outer;
    }

    /// What captured variables own may end in the call, before anything else that happens in it.
    fn apply_released(&mut self, state: &mut State, call: &Instance<'_>) {
        // The variables of another function, or of another call of this one, are not known here by their numbers.
        if !call.summary.released.is_empty() && (call.of.0 != self.function || !self.cycle.is_empty()) {
            let over = self.owned(state, |owner| owner == Owner::Elsewhere);
            over.into_iter().for_each(|loan| state.end_perhaps(loan));
        }
        if call.of.0 != self.function {
            return;
        }
        self.regained.extend(&call.summary.regained);
        for local in &call.summary.released {
            for loan in self.loans_of.get(local).cloned().unwrap_or_default() {
                state.end_perhaps(loan);
            }
            if !self.is_own(*local) {
                self.released.insert(*local);
                state.phase.rebound = true;
            }
        }
    }

    /// The borrows that captured variables owned before the call, and those that they own after it.
    fn apply_borrows(&mut self, state: &mut State, call: &Instance<'_>) {
        self.apply_released(state, call);
        let summary = call.summary;
        for (number, taken) in summary.taken.iter().enumerate() {
            let of = self.resolve(call, &taken.of);
            let of = self.underlying(state, &of);
            let loan = self.import(call, false, number);
            let mut live = state.loans.get(loan).cloned().unwrap_or(Live { surely: false, of: Value::default() });
            live.of.join(&of);
            live.surely = false;
            state.loans.insert(loan, live);
            if taken.may_have_ended || number >= IMPORTS {
                state.end_perhaps(loan);
            }
        }
    }

    /// The borrows that live and have such an owner.
    pub(super) fn owned(&self, state: &State, is_it: impl Fn(Owner) -> bool) -> Vec<u32> {
        let mut owned = Vec::new();
        state.loans.for_each(|loan, _| {
            if is_it(self.table.loans[loan as usize].owner) {
                owned.push(loan);
            }
        });
        owned
    }

    /// A callee too large to analyse: everything may happen to what it is given, and what it is given may be called while
    /// everything is borrowed, with handles among the arguments that are dead or for reading only.
    pub(super) fn apply_unknown(&mut self, state: &mut State, closure: Option<u32>, site: &Site) -> Called {
        let mut given = Value::default();
        for arg in &site.args {
            given.join(arg);
        }
        if let Some(closure) = closure {
            given.add(Target::Object(closure));
        }
        let mut anything = self.anything_in(state, &given);
        for usage in [Use::Write, Use::Exclude, Use::DeepRead] {
            let callee = Some(self.call_name(site.expr));
            let usage = Usage { usage, at: site.step, name: None, certain: false, callee, variable: None };
            self.access(state, &anything, &usage);
        }
        for handle in self.reach_all(state, &given).handles {
            self.loose.insert(handle);
            state.end_perhaps(handle);
        }
        let objects = self.underlying(state, &anything);
        for object in objects.objects() {
            let field = self.table.field(Field::Element);
            let slot = self.table.slot(object, field);
            state.store(slot, &anything, false, &self.table);
            if !self.in_task && self.table.is_callers_business(object) {
                self.effect(state, object, Use::Drop, site.step);
            }
            if state.freed.get(object).is_none() {
                state.freed.insert(object, Freed { surely: false, at: site.step });
            }
        }
        self.drops |= !self.in_task;
        if self.nesting < NESTING && !self.is_exhausted() {
            let dead = self.assumed_loan(site, false);
            anything.add(Target::Handle(dead));
            let held = self.assumed_loan(site, true);
            state.loans.insert(held, Live { surely: false, of: objects });
            // What comes twice meets what it did the first time.
            for _ in 0..2 {
                let args = vec![anything.clone(); 4];
                let names = vec![None; args.len()];
                let inner = Site { names, variables: Vec::new(), args, certain: false, ..site.clone() };
                self.nesting += 1;
                let result = self.call_value(state, &anything.clone(), &inner);
                self.nesting -= 1;
                anything.join(&result.value);
                anything.join(&result.thrown);
            }
            state.loans.remove(held);
        }
        Called { value: anything.clone(), thrown: anything, returns: true, throws: true, throws_itself: true }
    }

    fn apply_effects(
        &mut self,
        state: &mut State,
        call: &Instance<'_>,
        first: bool,
        happens_now: impl Fn(Phase) -> bool,
    ) {
        let drops = call.summary.effects.iter().any(|effect| effect.usage == Use::Drop);
        // What is dropped comes last: that a thing is used after it was dropped inside is the callee's own report, or
        // one of its conditions.
        let (late, early): (Vec<_>, Vec<_>) =
            call.summary.effects.iter().enumerate().partition(|(_, effect)| effect.usage == Use::Drop);
        let is_now = |effect: &Effect| happens_now(effect.phase);
        let alone = call.summary.effects.len() == 1;
        let mut passed = Vec::new();
        for (number, effect) in early.into_iter().chain(late).filter(|(_, effect)| is_now(effect)) {
            let Effect { object, usage, surely, .. } = effect;
            let value = call.values[*object as usize].clone();
            let usage = Usage {
                usage: *usage,
                at: self.deeper(call, Entry::Effect(index(number))),
                name: self.object_name(call, *object),
                // A drop inside may end the borrow before it is in the way.
                certain: *surely && call.site.certain && first && (!drops || alone) && call.summary.released.is_empty(),
                callee: Some(self.instance_name(call)),
                variable: self.variable_of(state, call, effect),
            };
            self.access(state, &value, &usage);
            // A callback may come before it.
            if usage.usage != Use::Drop && call.summary.callbacks.is_empty() {
                passed.push((value, usage));
            }
        }
        passed.iter().for_each(|(value, usage)| self.assume_passed(state, value, usage));
    }

    /// The variable that holds, at the time of an effect, the object that it is on.
    fn variable_of(&self, state: &State, call: &Instance<'_>, effect: &Effect) -> Option<LocalId> {
        match &call.summary.objects[effect.object as usize] {
            // No call binds it.
            SummaryObject::Parameter(number) => {
                let variable = call.site.variables.get(*number as usize).copied().flatten();
                variable.filter(|local| !self.in_cell(*local))
            }
            SummaryObject::Path(base, Field::Variable(local)) if call.of.0 == self.function => {
                let is_cell = call.summary.objects[*base as usize] == SummaryObject::Captured(*local);
                let is_entry = !effect.phase.after && !effect.phase.rebound;
                (is_cell && is_entry && self.is_the_one(*local) && !state.has_left(*local)).then_some(*local)
            }
            _ => None,
        }
    }

    fn apply_conditions(&mut self, state: &mut State, call: &Instance<'_>) {
        if !self.reporting {
            return;
        }
        for (number, condition) in call.summary.conditions.iter().enumerate() {
            let Condition { code, held, used, deep, .. } = condition;
            let (held_is, used_is) = (&call.values[*held as usize], &call.values[*used as usize]);
            let mut used_value = self.underlying(state, used_is);
            let mut used_handles = handles(used_is);
            if *deep {
                let reached = self.reach(state, &used_value);
                used_handles.extend(reached.handles);
                for object in reached.objects.into_iter().chain(reached.borrowed) {
                    used_value.add(Target::Object(object));
                }
            }
            let held_value = match code {
                // To drop a handle ends a borrow and frees nothing.
                Code::UseAfterDrop => {
                    let mut objects = Value::default();
                    for object in held_is.objects() {
                        objects.add(Target::Object(object));
                    }
                    objects
                }
                _ => self.underlying(state, held_is),
            };
            // But then the handle is dead (B5).
            let ends =
                *code == Code::UseAfterDrop && handles(held_is).iter().any(|handle| used_handles.contains(handle));
            self.spend(held_value.targets().len() * used_value.targets().len());
            if self.is_exhausted() {
                return;
            }
            let mut worst = Alias::No;
            let held_at = self.deeper(call, Entry::Held(index(number)));
            let at = self.deeper(call, Entry::Used(index(number)));
            let names = (self.object_name(call, *held), self.object_name(call, *used));
            for a in held_value.objects() {
                for b in used_value.objects() {
                    let alias = self.table.alias(a, b);
                    if alias == Alias::Unknown {
                        self.hand_on(*code, (a, held_at), b, *deep, at, names.clone());
                    }
                    worst = worst.max(alias);
                }
            }
            for (code, found) in [(*code, worst >= Alias::May), (Code::BorrowOutlivesScope, ends)] {
                if found {
                    let callee = self.instance_name(call);
                    let draft = self.word_call(code, (held_at, at), &callee, Severity::Warning, names.clone());
                    self.report(draft);
                }
            }
        }
    }

    fn apply_writes(&mut self, state: &mut State, call: &Instance<'_>) {
        for object in &call.summary.shifted {
            let array = call.values[*object as usize].clone();
            self.shift(state, &array);
        }
        for write in &call.summary.writes {
            if self.is_exhausted() {
                return;
            }
            let object = call.values[write.object as usize].clone();
            let value = self.resolve(call, &write.value);
            if let Field::Variable(local) = write.field
                && object.objects().any(|cell| self.table.is_cell_of(cell, local))
            {
                let is_taken = |target: &SummaryTarget| match target {
                    SummaryTarget::Taken(number) if !call.summary.taken[*number as usize].loose => {
                        Some(*number as usize)
                    }
                    _ => None,
                };
                let taken: Vec<_> = write.value.targets.iter().filter_map(is_taken).collect();
                let taken: Vec<_> = taken.into_iter().map(|number| self.import(call, false, number)).collect();
                self.note_loose(local, &value, |loan| taken.contains(&loan));
            }
            let certain = write.replaces && call.site.certain && !call.summary.throws;
            self.store(state, &object, &write.field, &value, certain);
        }
    }

    fn apply_freed(&mut self, state: &mut State, call: &Instance<'_>) {
        for (number, (object, surely, _)) in call.summary.freed.iter().enumerate() {
            let at = self.deeper(call, Entry::Freed(index(number)));
            let value = call.values[*object as usize].clone();
            for object in value.objects() {
                let surely = *surely && call.site.certain && self.table.objects[object as usize].single;
                if state.freed.get(object).is_none_or(|known| surely && !known.surely) {
                    state.freed.insert(object, Freed { surely, at });
                }
            }
        }
    }

    fn apply_callback(
        &mut self,
        state: &mut State,
        call: &mut Instance<'_>,
        number: usize,
        callback: &Callback,
    ) -> Called {
        let callee = self.resolve(call, &callback.callee);
        let args: Vec<_> = callback.args.iter().map(|arg| self.resolve(call, arg)).collect();
        // The borrows that the callee holds meanwhile stand in the state while the callback is applied.
        let mut held = Vec::new();
        for (position, borrow) in callback.held.iter().enumerate() {
            let of = self.resolve(call, &borrow.of);
            let of = self.underlying(state, &of);
            if of.targets().is_empty() {
                continue;
            }
            let loan = self.held_loan(call, (number, position), borrow);
            // An earlier call here, or one that this is part of, may have left it, or hold it too.
            let before = state.loans.get(loan).cloned().map(|live| (live, state.may_have_ended(loan)));
            let of = before.iter().fold(of, |of, (live, _)| of.joined(&live.of));
            state.begin(loan, of);
            let by_another = borrow.lent && call.ended.contains(&loan);
            if borrow.may_have_ended || by_another || before.as_ref().is_some_and(|(_, may_have_ended)| *may_have_ended)
            {
                state.end_perhaps(loan);
            }
            if borrow.lent && call.lent.contains(&loan) {
                state.lend(loan);
            }
            held.push((loan, position, before));
        }
        let site = Site {
            expr: call.site.expr,
            step: self.deeper(call, Entry::Called(index(number))),
            names: vec![None; args.len()],
            variables: Vec::new(),
            args,
            certain: false,
        };
        let called = if self.nesting < NESTING {
            self.nesting += 1;
            let called = self.call_value(state, &callee, &site);
            self.nesting -= 1;
            called
        } else {
            self.call_beyond(state, &callee, &site)
        };
        for (loan, position, before) in held.into_iter().rev() {
            self.note_end(state, call, (number, position), loan);
            state.loans.remove(loan);
            if let Some((live, may_have_ended)) = before {
                state.begin(loan, live.of);
                if may_have_ended {
                    state.end_perhaps(loan);
                }
            }
        }
        called
    }

    /// Whether a callback has ended what the callee holds meanwhile, and uses afterwards.
    fn note_end(&mut self, state: &State, call: &mut Instance<'_>, (number, position): (usize, usize), loan: u32) {
        let borrow = &call.summary.callbacks[number].held[position];
        let later = self.deeper(call, Entry::Later(index(number), index(position)));
        if state.may_have_ended(loan) {
            call.ended.insert(loan);
            if self.reporting && !borrow.used_later.is_empty() {
                let draft = self.word_ended(loan, later, &self.instance_name(call));
                self.report(draft);
            }
        }
        if state.is_lent(loan) {
            call.lent.insert(loan);
            if !borrow.used_later.is_empty() {
                self.note_later_use(loan, later);
            }
        }
    }

    /// The handle of a borrow is used after functions were called that may have ended it: who knows them knows whether.
    pub(super) fn note_later_use(&mut self, loan: u32, at: Step) {
        let held = self.callbacks.iter_mut().flat_map(|callback| &mut callback.held);
        held.filter(|held| held.loan == loan).for_each(|held| at.add_to(&mut held.used_later));
    }

    /// The number here of a borrow that a callee holds during a callback: that of its handle, where the callback may come
    /// to that.
    fn held_loan(&mut self, call: &Instance<'_>, (number, position): (usize, usize), borrow: &Held) -> u32 {
        let name = borrow.of.targets.first().and_then(|target| match target {
            SummaryTarget::Object(object) => self.object_name(call, *object),
            _ => None,
        });
        let handle = match borrow.handle {
            Some(SummaryTarget::Dead(number)) => Some(self.import(call, true, number as usize)),
            Some(SummaryTarget::Taken(number)) => Some(self.import(call, false, number as usize)),
            _ => None,
        };
        if let Some(loan) = handle {
            // Here what it borrows has a name of its own.
            let known = &mut self.table.loans[loan as usize].name;
            *known = name.or_else(|| known.take());
            return loan;
        }
        let place = self.deeper(call, Entry::Callback(index(number), index(position)));
        let owner = if borrow.iterated { Owner::Loop } else { Owner::Elsewhere };
        let info = LoanInfo { exclusive: borrow.exclusive, owner, name, place };
        // A function that calls itself holds those of every turn.
        let kind = usize::from(borrow.exclusive) + 2 * usize::from(borrow.iterated);
        let slot = if position < HELD { position } else { HELD + kind };
        self.anonymous_loan(call, (number, slot), info)
    }

    /// A callback that is handed on too often to be followed.
    fn call_beyond(&mut self, state: &mut State, callee: &Value, site: &Site) -> Called {
        let (candidates, unknown) = self.candidates(state, callee);
        let mut called = Called::default();
        for candidate in candidates {
            let closure = match candidate {
                Candidate::Function(_) => None,
                // It calls itself, and does nothing that it is not doing already.
                Candidate::Closure(object, ..) if self.is_applied(object, &site.args) => {
                    called.join(&self.given.get(&object).cloned().unwrap_or_default());
                    continue;
                }
                Candidate::Closure(object, ..) => Some(object),
            };
            called.join(&self.apply_unknown(state, closure, site));
        }
        if !unknown.is_empty() {
            called.join(&self.call_unknown(state, &unknown, site));
        }
        called
    }

    /// Whether a closure is being applied, to all that these arguments may be.
    fn is_applied(&self, closure: u32, args: &[Value]) -> bool {
        if self.applying.iter().all(|(object, _)| *object != closure) {
            return false;
        }
        let mut known: Vec<Value> = Vec::new();
        for (_, args) in self.applying.iter().filter(|(object, _)| *object == closure) {
            known.resize(known.len().max(args.len()), Value::default());
            for (known, arg) in known.iter_mut().zip(args) {
                known.join(arg);
            }
        }
        let is_known = |(arg, known): (&Value, &Value)| arg.targets().iter().all(|target| known.has(*target));
        known.len() >= args.len() && args.iter().zip(&known).all(is_known)
    }

    /// A condition of a callee that only this lambda's caller can decide.
    fn hand_on(
        &mut self,
        code: Code,
        (held, held_at): (u32, Step),
        used: u32,
        deep: bool,
        at: Step,
        names: (Option<String>, Option<String>),
    ) {
        self.note_condition(super::FoundCondition {
            code,
            held,
            held_at: vec![held_at],
            used,
            deep,
            at: vec![at],
            names,
        });
    }
}

/// The borrow handles that a value may be.
fn handles(value: &Value) -> Vec<u32> {
    let handle = |target: &Target| if let Target::Handle(loan) = target { Some(*loan) } else { None };
    value.targets().iter().filter_map(handle).collect()
}

/// What it costs to apply a summary, about.
fn cost(summary: &Summary) -> usize {
    let written: usize = summary.writes.iter().map(|write| 1 + write.value.targets.len()).sum();
    let entries = summary.effects.len() + summary.conditions.len() + summary.objects.len();
    1 + entries + written + 10 * summary.callbacks.len()
}
