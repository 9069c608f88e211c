//! Callbacks that are handed on too often to be followed: whatever one of them comes to may happen to whatever another does.

use crush_hir::body::LambdaId;

use super::access::Usage;
use super::call::{Called, Candidate, Site};
use super::callback::HELD;
use super::{Lambda, index};
use crate::report::{Cause, Entry, FunctionId, Severity, Step};
use crate::state::State;
use crate::summary::{Does, Summary, SummaryObject, SummaryTarget, Use};
use crate::table::{LoanInfo, Owner, Shape};
use crate::value::Value;

/// A function or lambda, with what is known of it.
struct Met {
    of: (FunctionId, LambdaId),
    summary: Summary,
}

impl Lambda<'_> {
    /// A callback that is handed on too often to be followed.
    pub(super) fn call_beyond(&mut self, state: &mut State, callee: &Value, site: &Site) -> Called {
        let (candidates, unknown) = self.candidates(state, callee);
        let mut called = Called::default();
        for candidate in candidates {
            // It calls itself, and does nothing that it is not doing already.
            if let Candidate::Closure(object, ..) = candidate
                && self.is_applied(object, &site.args)
            {
                called.join(&self.given.get(&object).cloned().unwrap_or_default());
                continue;
            }
            called.join(&self.apply_all(state, candidate, site));
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

    /// A callee of which everything is expected that it, and whoever it comes to, can do.
    fn apply_all(&mut self, state: &mut State, candidate: Candidate, site: &Site) -> Called {
        let closure = match candidate {
            Candidate::Function(_) => None,
            Candidate::Closure(object, ..) => Some(object),
        };
        let given = self.given_to(closure, site);
        let anything = self.anything_in(state, &given);
        let all = self.all_met(state, candidate, &anything);
        for usage in [Use::Write, Use::Exclude, Use::DeepRead] {
            self.use_somewhere(state, &anything, usage, site.step, site);
        }
        self.do_all(state, &all, &anything, site);
        let does = all.iter().fold(Does::default(), |does, met| does.and(does_by(&met.summary)));
        let called = self.apply_unknown(state, closure, does, site);
        // Where it was used before, it may be used again.
        self.do_all(state, &all, &anything.joined(&called.value), site);
        called
    }

    /// The functions that may be called where one is, which is given these things.
    fn all_met(&self, state: &State, candidate: Candidate, anything: &Value) -> Vec<Met> {
        let mut waiting: Vec<_> = self.candidates(state, anything).0.into_iter().map(place_of).collect();
        waiting.push(place_of(candidate));
        let mut all: Vec<Met> = Vec::new();
        while let Some((function, lambda)) = waiting.pop() {
            if all.iter().any(|met| met.of == (function, lambda)) {
                continue;
            }
            let here = if function == self.function { self.inner.get(lambda) } else { None };
            let elsewhere = self.lookup.summary(function);
            let elsewhere = elsewhere.as_ref().and_then(|all| all.lambda(lambda));
            // Not yet: who is in a cycle with this comes again.
            let Some(summary) = here.as_deref().or(elsewhere).cloned() else { continue };
            waiting.extend(handed_on(&summary));
            self.spend(summary.effects.len() + summary.callbacks.len() + summary.conditions.len());
            all.push(Met { of: (function, lambda), summary });
        }
        all
    }

    /// Does what any of them may do to any of these things, while any of them holds any of these.
    fn do_all(&mut self, state: &State, all: &[Met], anything: &Value, site: &Site) {
        let step = |met: &Met, entry: Entry| {
            let cause = Cause { function: met.of.0, lambda: met.of.1, entry };
            Step { cause: Some(cause), ..site.step }
        };
        let mut meanwhile = state.clone();
        let objects = self.underlying(&meanwhile, anything);
        for met in all {
            for (number, callback) in met.summary.callbacks.iter().enumerate() {
                for (position, held) in callback.held.iter().enumerate() {
                    let place = step(met, Entry::Callback(index(number), index(position)));
                    let owner = if held.iterated { Owner::Loop } else { Owner::Elsewhere };
                    let info = LoanInfo { exclusive: held.exclusive, owner, name: None, place };
                    let slot = position.min(HELD);
                    let loan = self.anonymous_loan(met.of, site.expr, (number, slot), info);
                    meanwhile.begin(loan, objects.clone());
                }
            }
        }
        for met in all {
            for (number, effect) in met.summary.effects.iter().enumerate() {
                let at = step(met, Entry::Effect(index(number)));
                self.use_somewhere(&mut meanwhile, anything, effect.usage, at, site);
            }
            if !self.reporting {
                continue;
            }
            for (number, condition) in met.summary.conditions.iter().enumerate() {
                let at = (step(met, Entry::Held(index(number))), step(met, Entry::Used(index(number))));
                let callee = self.call_name(site.expr);
                let draft = self.word_call(condition.code, at, &callee, Severity::Warning, (None, None));
                self.report(draft);
            }
        }
    }

    fn use_somewhere(&mut self, state: &mut State, anything: &Value, usage: Use, at: Step, site: &Site) {
        let callee = Some(self.call_name(site.expr));
        let usage = Usage { usage, at, name: None, certain: false, callee, source: None };
        self.access(state, anything, &usage);
    }
}

fn place_of(candidate: Candidate) -> (FunctionId, LambdaId) {
    match candidate {
        Candidate::Function(function) => (function, LambdaId(0)),
        Candidate::Closure(_, function, lambda) => (function, lambda),
    }
}

/// What one does, as far as those who call it can notice.
fn does_by(summary: &Summary) -> Does {
    let uses = |usage: &[Use]| summary.effects.iter().any(|effect| usage.contains(&effect.usage));
    let holds = summary.callbacks.iter().any(|callback| !callback.held.is_empty());
    let does = Does {
        drops: uses(&[Use::Drop]) || !summary.freed.is_empty(),
        leaves: uses(&[Use::Share, Use::Exclude]) || holds || !summary.dead.is_empty() || !summary.taken.is_empty(),
    };
    does.and(summary.unknown.unwrap_or_default())
}

/// The functions that one makes or names, and that others may call.
fn handed_on(summary: &Summary) -> Vec<(FunctionId, LambdaId)> {
    let mut found = Vec::new();
    for object in &summary.objects {
        if let SummaryObject::Made { shape: Shape::Closure(function, lambda), .. } = object {
            found.push((*function, *lambda));
        }
    }
    let of_callbacks =
        summary.callbacks.iter().flat_map(|callback| std::iter::once(&callback.callee).chain(&callback.args));
    let put = summary.writes.iter().map(|write| &write.value);
    for value in of_callbacks.chain(put).chain([&summary.returned, &summary.thrown]) {
        for target in &value.targets {
            if let SummaryTarget::Function(function) = target {
                found.push((*function, LambdaId(0)));
            }
        }
    }
    found
}
