//! Summaries at a call: what the callee does to the caller's state.

use crush_hir::body::LambdaId;
use rustc_hash::FxHashSet;

use super::access::{Usage, obstructs};
use super::call::{Called, Site};
use super::instance::{IMPORTS, Instance};
use super::{Lambda, index};
use crate::report::{Cause, Code, Entry, FunctionId, Severity, Step};
use crate::state::{Freed, Home, Live, State};
use crate::summary::{Condition, Effect, Held, Phase, Summary, SummaryObject, SummaryTarget, Use};
use crate::table::{Alias, Field, Owner};
use crate::value::{Target, Value};

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
        if let Some(does) = summary.unknown {
            let cause = Some(Cause { function, lambda, entry: Entry::TooLarge });
            let site = Site { step: Step { cause, ..site.step }, ..site.clone() };
            return self.apply_unknown(state, closure, does, &site);
        }
        // Nothing is known of it yet, or it does nothing that anyone could notice.
        let is_silent = summary.effects.is_empty() && summary.conditions.is_empty() && summary.callbacks.is_empty();
        if !summary.returns && !summary.throws && is_silent {
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
            again: false,
            kept: FxHashSet::default(),
        };
        self.note_kept(state, &mut call);
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
        let stops = self.surely_stops(state, &call);
        // What comes before any of them, and before a variable is bound again, finds what that owns alive.
        let first = |phase: Phase| !phase.after && !phase.rebound;
        self.apply_effects(state, &call, true, first);
        self.apply_released(state, &call);
        for round in 0..rounds {
            call.again = round > 0;
            let now = |phase: Phase| !in_order || if round == 0 { phase.before } else { phase.after };
            self.apply_effects(state, &call, round == 0, |phase| now(phase) && !(round == 0 && first(phase)));
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
            returns: summary.returns && !stops,
            throws: summary.throws && (summary.throws_itself || throws),
            throws_itself: summary.throws && (summary.throws_itself || itself),
        }
    }

    /// Whether the callee surely does what a borrow forbids that no callee can end: of an argument of a capability, or of a loop.
    fn surely_stops(&self, state: &State, call: &Instance<'_>) -> bool {
        let stops = |effect: &Effect| {
            let Some(Target::Object(object)) = call.values[effect.object as usize].only() else { return false };
            if !effect.surely || !self.table.objects[object as usize].single {
                return false;
            }
            let mut stops = false;
            state.loans.for_each(|loan, live| {
                let info = &self.table.loans[loan as usize];
                stops |= live.surely
                    && matches!(info.owner, Owner::Argument | Owner::Loop)
                    && live.of.only() == Some(Target::Object(object))
                    && obstructs(info.exclusive, info.owner, effect.usage).is_some();
            });
            stops
        };
        !self.in_task && call.summary.effects.iter().any(stops)
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
            let before = state.loans.get(loan).cloned();
            if before.is_some() {
                self.note_several(loan);
            }
            let mut live = before.unwrap_or(Live { surely: false, of: Value::default() });
            live.of.join(&of);
            live.surely = false;
            state.take(loan, live);
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
                source: self.home_of(state, call, effect),
            };
            self.alive = self.hold_alive(state, call, effect);
            self.access(state, &value, &usage);
            for loan in std::mem::take(&mut self.alive) {
                state.loans.remove(loan);
            }
            // A callback may come before it.
            if usage.usage != Use::Drop && call.summary.callbacks.is_empty() {
                passed.push((value, usage));
            }
        }
        for (value, usage) in &passed {
            self.assume_passed(state, value, usage);
            self.assume_others(state, value, usage);
        }
    }

    /// The borrows of the callee that live while it does something: where a callback has put their handles somewhere, these are
    /// not dead. One that comes again may have kept that of an earlier time, which goes by the same number.
    fn hold_alive(&mut self, state: &mut State, call: &Instance<'_>, effect: &Effect) -> Vec<u32> {
        let callbacks = &call.summary.callbacks;
        if callbacks.iter().any(|callback| callback.repeats) {
            return Vec::new();
        }
        let mut alive = Vec::new();
        for number in effect.alive.iter().filter(|number| (**number as usize) < IMPORTS) {
            let is_it = |held: &&Held| held.handle == Some(SummaryTarget::Dead(*number));
            let Some(held) = callbacks.iter().flat_map(|callback| &callback.held).find(is_it) else { continue };
            let loan = self.import(call, true, *number as usize);
            if call.kept.contains(&loan) || self.several.contains(&loan) || state.loans.get(loan).is_some() {
                continue;
            }
            let of = self.resolve(call, &held.of);
            let of = self.underlying(state, &of);
            state.begin(loan, of);
            if call.ended.contains(&loan) {
                state.end_perhaps(loan);
            }
            if call.lent.contains(&loan) {
                state.lend(loan);
            }
            alive.push(loan);
        }
        alive
    }

    /// Where, at the time of an effect, the object is that it is on.
    fn home_of(&self, state: &State, call: &Instance<'_>, effect: &Effect) -> Option<Home> {
        let is_entry = !effect.phase.after && !effect.phase.rebound;
        match &call.summary.objects[effect.object as usize] {
            // No call binds it, or not yet.
            SummaryObject::Parameter(number) => {
                let source = call.site.sources.get(*number as usize).copied().flatten();
                source.filter(|source| match source {
                    Home::Local(local) => !self.in_cell(*local) || is_entry && !state.has_left(*local),
                    Home::Slot(_) | Home::Value(_) => is_entry,
                })
            }
            SummaryObject::Path(base, Field::Variable(local)) if call.of.0 == self.function => {
                let is_cell = call.summary.objects[*base as usize] == SummaryObject::Captured(*local);
                let is_it = is_cell && is_entry && self.is_the_one(*local) && !state.has_left(*local);
                is_it.then_some(Home::Local(*local))
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
                used_value.extend(reached.objects.into_iter().chain(reached.borrowed).map(Target::Object));
            }
            let held_value = match code {
                // To drop a handle ends a borrow and frees nothing.
                Code::UseAfterDrop => {
                    let mut objects = Value::default();
                    objects.extend(held_is.objects().map(Target::Object));
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
            // A callback may come before it, and see what was there, or after it, and put something else there.
            let alone = call.summary.callbacks.is_empty();
            let certain = write.replaces && call.site.strong && !call.summary.throws && alone;
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
                    state.free(object, Freed { surely, at }, &self.table);
                }
            }
        }
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
