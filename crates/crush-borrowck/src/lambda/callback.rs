//! Callbacks at a call: functions that the callee gets from here, and what they meet while it works.

use std::collections::BTreeSet;

use super::call::{Called, Site};
use super::instance::{Assumed, IMPORTS, Instance};
use super::{Lambda, index};
use crate::report::{Entry, Step};
use crate::state::{Freed, Live, State};
use crate::summary::{Callback, Does, Held, Summary, SummaryTarget, Use};
use crate::table::{Field, LoanInfo, Origin, Owner, Shape};
use crate::value::{Target, Value};

/// How deep callbacks that are handed on are followed. Loss: beyond, everything is expected of them.
pub(super) const NESTING: u32 = 3;

/// How many of the borrows that are held during one callback are told apart, besides their kind.
pub(super) const HELD: usize = 8;

impl Lambda<'_> {
    pub(super) fn apply_callbacks(&mut self, state: &mut State, call: &mut Instance<'_>) {
        let callbacks = &call.summary.callbacks;
        let outer = self.repeats;
        let before = state.under_way.clone();
        for value in &call.values {
            state.under_way.join(value);
        }
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
        state.under_way = before;
    }

    /// Notes of which borrows of the callee an earlier run of this call has left the handle somewhere.
    pub(super) fn note_kept(&mut self, state: &State, call: &mut Instance<'_>) {
        let held = call.summary.callbacks.iter().flat_map(|callback| &callback.held);
        let dead = held.filter_map(|held| match held.handle {
            Some(SummaryTarget::Dead(number)) => Some(number),
            _ => None,
        });
        for number in dead.collect::<BTreeSet<u32>>() {
            let loan = self.import(call, true, number as usize);
            if state.holds(Target::Handle(loan)) {
                call.kept.insert(loan);
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
        let site = Site {
            expr: call.site.expr,
            step: self.deeper(call, Entry::Called(index(number))),
            names: vec![None; args.len()],
            sources: Vec::new(),
            args,
            certain: false,
            strong: false,
        };
        if callback.is_task {
            self.nesting += 1;
            let result = self.run_task(state, &callee, &site);
            self.nesting -= 1;
            return Called::gives(result);
        }
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
            let was_left = before.as_ref().is_some_and(|(_, may_have_ended)| *may_have_ended);
            // A callback may have kept the handle of an earlier one, which goes by the same number.
            let may_be_kept = call.again || call.kept.contains(&loan) || stands_for_several(borrow);
            let is_kept = matches!(borrow.handle, Some(SummaryTarget::Dead(_)))
                && may_be_kept
                && state.holds(Target::Handle(loan))
                || stands_for_several(borrow) && hands_out_handles(call.summary);
            if borrow.may_have_ended || by_another || was_left || is_kept {
                state.end_perhaps(loan);
            }
            if borrow.lent && call.lent.contains(&loan) {
                state.lend(loan);
            }
            state.under_way.add(Target::Handle(loan));
            held.push((loan, position, before));
        }
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
        self.anonymous_loan(call.of, call.site.expr, (number, slot), info)
    }

    /// What a callee gets, by its arguments and by what it has captured.
    pub(super) fn given_to(&self, closure: Option<u32>, site: &Site) -> Value {
        let mut given = Value::default();
        for arg in &site.args {
            given.join(arg);
        }
        if let Some(closure) = closure {
            given.add(Target::Object(closure));
        }
        given
    }

    /// A callee too large to analyse: what goes wrong in it, its own report tells. What it is given may be anything after it,
    /// and may be called while all is borrowed, with handles among the arguments that are dead or for reading only.
    pub(super) fn apply_unknown(&mut self, state: &mut State, closure: Option<u32>, does: Does, site: &Site) -> Called {
        let given = self.given_to(closure, site);
        let mut anything = self.anything_in(state, &given);
        for handle in self.reach_all(state, &given).handles {
            // A variable that it has captured may be bound again.
            let is_captured = match self.table.loans[handle as usize].owner {
                Owner::Local(local) => self.in_cell(local),
                Owner::Elsewhere => true,
                Owner::Temporary | Owner::Loop | Owner::Argument => false,
            };
            if does.drops || is_captured {
                self.loose.insert(handle);
                state.end_perhaps(handle);
            }
        }
        // What it makes may be anywhere afterwards, and so may handles whose borrows have ended.
        let fresh = self.fresh(site.expr, true);
        self.store(state, &fresh, &Field::Element, &anything, true);
        anything.join(&fresh);
        if does.leaves {
            anything.add(Target::Handle(self.assumed_loan(site, Assumed::Dead)));
        }
        let objects = self.underlying(state, &anything);
        for object in objects.objects() {
            self.put_anywhere(state, object, &anything);
            if does.drops && !self.in_task && self.table.is_callers_business(object) {
                self.effect(state, object, Use::Drop, site.step);
            }
            if does.drops && state.freed.get(object).is_none() {
                state.free(object, Freed { surely: false, at: site.step }, &self.table);
            }
        }
        self.drops |= does.drops && !self.in_task;
        if self.nesting < NESTING && !self.is_exhausted() {
            let held = self.assumed_loan(site, if does.leaves { Assumed::Exclusive } else { Assumed::Shared });
            state.take(held, Live { surely: false, of: objects });
            // What comes twice meets what it did the first time.
            for _ in 0..2 {
                let args = vec![anything.clone(); 4];
                let names = vec![None; args.len()];
                let inner = Site { names, sources: Vec::new(), args, certain: false, strong: false, ..site.clone() };
                self.nesting += 1;
                let result = self.call_value(state, &anything.clone(), &inner);
                self.nesting -= 1;
                anything.join(&result.value);
                anything.join(&result.thrown);
            }
            // A variable that it has captured may own a borrow from now on.
            let captures = closure.is_some_and(|closure| !self.table.objects[closure as usize].slots.is_empty());
            if !(captures && does.leaves) {
                state.loans.remove(held);
            }
        }
        Called { value: anything.clone(), thrown: anything, returns: true, throws: true, throws_itself: true }
    }
}

impl Lambda<'_> {
    /// Something may be in any field of an object; a variable may have been bound to it.
    fn put_anywhere(&mut self, state: &mut State, object: u32, value: &Value) {
        if self.table.objects[object as usize].shape != Shape::Cell {
            let field = self.table.field(Field::Element);
            let slot = self.table.slot(object, field);
            state.store(slot, value, false, &self.table);
            return;
        }
        if let Origin::Captured(local) | Origin::Cell { local, .. } = self.table.objects[object as usize].origin {
            self.note_loose(local, value, |_| false);
            if !self.is_own(local) {
                self.released.insert(local);
                state.phase.rebound = true;
            }
            state.forget_reads(|read| read == local);
            let field = self.table.field(Field::Variable(local));
            self.table.slot(object, field);
        }
        for slot in self.table.objects[object as usize].slots.clone() {
            state.store(slot, value, false, &self.table);
        }
    }
}

/// Whether a callee hands out handles that are dead, other than to callbacks: one that calls itself may give them to these.
fn hands_out_handles(summary: &Summary) -> bool {
    let values = summary.writes.iter().map(|write| &write.value).chain([&summary.returned, &summary.thrown]);
    values
        .flat_map(|value| &value.targets)
        .any(|target| matches!(target, SummaryTarget::Dead(_) | SummaryTarget::Taken(_)))
}

/// Whether the handle of a borrow that is held has the number of others, which may be dead.
fn stands_for_several(borrow: &Held) -> bool {
    let (Some(SummaryTarget::Dead(number)) | Some(SummaryTarget::Taken(number))) = borrow.handle else { return false };
    number as usize >= IMPORTS
}
