//! What a summary speaks of, as the caller knows it: its objects, values, loans and names.

use crush_hir::body::{Callee, ExprId, ExprKind, LambdaId};
use rustc_hash::FxHashSet;

use super::call::Site;
use super::{Lambda, index};
use crate::report::{Cause, Entry, FunctionId, Step};
use crate::state::State;
use crate::summary::{Summary, SummaryObject, SummaryTarget, SummaryValue};
use crate::table::{Field, LoanInfo, Origin, Owner, Shape};
use crate::value::{Target, Value};

/// How many handles of one callee are told apart; the rest count as the last of them.
pub(super) const IMPORTS: usize = 4;

/// A borrow that is expected where nothing is known.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Assumed {
    /// One that has ended, whose handle is still there.
    Dead,
    Shared,
    Exclusive,
}

/// A summary applied at a call.
pub(super) struct Instance<'s> {
    pub(super) summary: &'s Summary,
    pub(super) of: (FunctionId, LambdaId),
    pub(super) closure: Option<u32>,
    pub(super) site: &'s Site,
    /// What each callback gave so far.
    pub(super) results: Vec<Value>,
    /// Whether any of them may throw, and may throw by itself.
    pub(super) callbacks_throw: (bool, bool),
    /// Of the borrows held during callbacks, those that one of them may have ended, or has handed on to one that may.
    pub(super) ended: FxHashSet<u32>,
    pub(super) lent: FxHashSet<u32>,
    /// What each object of the summary is here.
    pub(super) values: Vec<Value>,
    /// The callbacks come once more.
    pub(super) again: bool,
    /// The borrows of the callee whose handles an earlier run of this call has left somewhere.
    pub(super) kept: FxHashSet<u32>,
}

impl Lambda<'_> {
    /// Finds what each object of a summary is here.
    pub(super) fn resolve_objects(&mut self, state: &mut State, call: &mut Instance<'_>) {
        let first = call.values.is_empty();
        for position in 0..call.summary.objects.len() {
            let value = match &call.summary.objects[position] {
                SummaryObject::Parameter(number) => {
                    call.site.args.get(*number as usize).cloned().unwrap_or_else(Value::plain)
                }
                SummaryObject::Captured(local) => match call.closure {
                    Some(closure) => self.load_object(state, closure, &Field::Variable(*local)),
                    None => Value::default(),
                },
                SummaryObject::Path(base, field) => {
                    let base = call.values[*base as usize].clone();
                    self.load(state, &base, field)
                }
                SummaryObject::Deep(base) => {
                    let base = call.values[*base as usize].clone();
                    self.anything_below(state, &base)
                }
                SummaryObject::Kept(base, itself) => {
                    let base = call.values[*base as usize].clone();
                    let base = if *itself { base } else { self.underlying(state, &base) };
                    self.kept_in_clone(state, &base, *itself)
                }
                SummaryObject::Result(numbers) => {
                    let mut result = Value::default();
                    for number in numbers {
                        result.join(&call.results[*number as usize]);
                    }
                    result
                }
                // After the others, on which it rests.
                SummaryObject::Havoc => Value::default(),
                SummaryObject::Fresh { shares } => self.fresh(call.site.expr, *shares),
                SummaryObject::Made { shape, single, maker } => {
                    let part = self.table.part(maker);
                    let object = if !single || self.nesting > 0 {
                        self.older(call.site.expr, part, shape.clone())
                    } else if first {
                        self.allocate(state, call.site.expr, part, shape.clone())
                    } else {
                        self.table.object(Origin::Site { expr: call.site.expr, part, old: false }, shape.clone())
                    };
                    Value::of(Target::Object(object))
                }
            };
            if first {
                call.values.push(value);
            } else {
                call.values[position].join(&value);
            }
        }
        self.resolve_havoc(state, call);
    }

    /// What callbacks may have put anywhere: all that they reach, that they were given, and that they gave.
    fn resolve_havoc(&mut self, state: &State, call: &mut Instance<'_>) {
        let summary = call.summary;
        let is_havoc = |object: &SummaryObject| *object == SummaryObject::Havoc;
        let Some(position) = summary.objects.iter().position(is_havoc) else { return };
        let mut known = Value::default();
        // Of the handles that it has lent itself the callee knows whether they live; those of earlier runs are reached otherwise.
        let is_own = |target: &SummaryTarget| matches!(target, SummaryTarget::Dead(_));
        for (callback, result) in summary.callbacks.iter().zip(&call.results.clone()) {
            for value in std::iter::once(&callback.callee).chain(&callback.args) {
                let mut value = value.clone();
                value.targets.retain(|target| !is_own(target));
                let value = self.resolve(call, &value);
                known.join(&value);
            }
            for held in &callback.held {
                let of = self.resolve(call, &held.of);
                known.join(&of);
            }
            known.join(result);
        }
        let anything = self.anything_in(state, &known);
        call.values[position].join(&anything);
    }

    /// A value of a summary, as it is here.
    pub(super) fn resolve(&mut self, call: &Instance<'_>, value: &SummaryValue) -> Value {
        let mut resolved = Value::flags(value.flags);
        for target in &value.targets {
            match target {
                SummaryTarget::Object(object) => {
                    self.spend(call.values[*object as usize].targets().len());
                    resolved.join(&call.values[*object as usize]);
                }
                SummaryTarget::Dead(number) => {
                    resolved.add(Target::Handle(self.import(call, true, *number as usize)));
                }
                SummaryTarget::Taken(number) => {
                    resolved.add(Target::Handle(self.import(call, false, *number as usize)));
                }
                SummaryTarget::Function(function) => {
                    let function = self.table.function(*function);
                    resolved.add(function);
                }
            }
        }
        resolved
    }

    /// A loan that the callee took, under a number of this lambda.
    pub(super) fn import(&mut self, call: &Instance<'_>, dead: bool, number: usize) -> u32 {
        let exclusive = if dead { call.summary.dead[number].0 } else { call.summary.taken[number].exclusive };
        // A function that calls itself would hand the handles of every turn on as others.
        let shown = if number < IMPORTS { number } else { IMPORTS + usize::from(exclusive) };
        let key = (call.of.0, call.of.1, dead, index(shown), call.site.expr);
        if let Some(known) = self.imported.get(&key) {
            return *known;
        }
        let entry = if dead { Entry::Dead(index(number)) } else { Entry::Taken(index(number)) };
        let place = self.deeper(call, entry);
        let info = if dead {
            let (exclusive, _, name) = &call.summary.dead[number];
            LoanInfo { exclusive: *exclusive, owner: Owner::Elsewhere, name: name.clone(), place }
        } else {
            let taken = &call.summary.taken[number];
            // One that stands for those of several variables is none's.
            let own = call.of.0 == self.function && shown < IMPORTS;
            let owner = if own { Owner::Local(taken.local) } else { Owner::Elsewhere };
            LoanInfo { exclusive: taken.exclusive, owner, name: None, place }
        };
        let loan = self.table.loans.len() as u32;
        if let Owner::Local(local) = info.owner {
            self.loans_of.entry(local).or_default().push(loan);
        }
        self.table.loans.push(info);
        if shown >= IMPORTS {
            self.loose.insert(loan);
            self.note_several(loan);
        }
        self.imported.insert(key, loan);
        loan
    }

    /// A borrow of a callee stands for several that may live at one time: of several variables, or of several runs of a call. To
    /// drop a handle of it ends one of them.
    pub(super) fn note_several(&mut self, loan: u32) {
        // Where one was dropped before this was known, all seemed to end.
        self.table.reshaped |= self.several.insert(loan);
    }

    pub(super) fn deeper(&self, call: &Instance<'_>, entry: Entry) -> Step {
        Step { place: call.site.step.place, cause: Some(Cause { function: call.of.0, lambda: call.of.1, entry }) }
    }

    pub(super) fn instance_name(&self, call: &Instance<'_>) -> String {
        self.call_name(call.site.expr)
    }

    pub(super) fn call_name(&self, expr: ExprId) -> String {
        match &self.body[expr].kind {
            ExprKind::Call {
                callee: Callee::Name(name) | Callee::Method { name, .. } | Callee::Capability(name),
                ..
            } => name.to_string(),
            ExprKind::Call { callee: Callee::Path { scope, name }, .. } => format!("{scope}::{name}"),
            ExprKind::Call { callee: Callee::Value(callee), .. } | ExprKind::Spawn { function: callee, .. } => {
                self.describe(*callee).unwrap_or_else(|| "this function".to_owned())
            }
            _ => "this function".to_owned(),
        }
    }

    /// The name under which the caller knows an object of a summary.
    pub(super) fn object_name(&self, call: &Instance<'_>, object: u32) -> Option<String> {
        match &call.summary.objects[object as usize] {
            SummaryObject::Parameter(number) => call.site.names.get(*number as usize).cloned().flatten(),
            SummaryObject::Path(base, field) => match (&call.summary.objects[*base as usize], field) {
                (SummaryObject::Captured(local), Field::Variable(_)) if call.of.0 == self.function => {
                    self.body.locals.get(local.index()).map(|local| local.name.to_string())
                }
                (_, Field::Named(name)) => Some(format!("{}.{name}", self.object_name(call, *base)?)),
                (_, Field::Index(index)) => Some(format!("{}[{index}]", self.object_name(call, *base)?)),
                (_, Field::Element) if self.is_task(&call.values[*base as usize]) => {
                    Some(format!("await {}", self.object_name(call, *base)?))
                }
                (_, Field::Element) => Some(format!("{}[…]", self.object_name(call, *base)?)),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether a value is the handle of a task, and nothing else.
    fn is_task(&self, value: &Value) -> bool {
        !value.targets().is_empty()
            && value.targets().iter().all(|target| match target {
                Target::Object(object) => self.table.objects[*object as usize].shape == Shape::Task,
                Target::Handle(_) | Target::Function(_) => false,
            })
    }

    /// A borrow that is held during a callback and whose handle the callback does not come to.
    pub(super) fn anonymous_loan(
        &mut self,
        of: (FunctionId, LambdaId),
        expr: ExprId,
        (number, position): (usize, usize),
        info: LoanInfo,
    ) -> u32 {
        // Numbers of callbacks and of what they hold share the space of the other imports from above.
        let key = (of.0, of.1, false, u32::MAX - 2 - index(number * 64 + position), expr);
        if let Some(known) = self.imported.get(&key) {
            return *known;
        }
        let loan = self.table.loans.len() as u32;
        self.table.loans.push(info);
        self.imported.insert(key, loan);
        loan
    }

    /// A borrow that a callee too large to analyse may hold, or may have held.
    pub(super) fn assumed_loan(&mut self, site: &Site, assumed: Assumed) -> u32 {
        let exclusive = assumed == Assumed::Exclusive;
        let number = u32::MAX - u32::from(assumed == Assumed::Shared);
        let key = (self.function, self.id, exclusive, number, site.expr);
        if let Some(known) = self.imported.get(&key) {
            return *known;
        }
        let loan = self.table.loans.len() as u32;
        self.table.loans.push(LoanInfo { exclusive, owner: Owner::Elsewhere, name: None, place: site.step });
        self.imported.insert(key, loan);
        loan
    }
}
