//! Calls: who may be called, and what its summary does to the caller's state.

use crush_hir::body::{Callee, ExprId, ExprKind, LambdaId, Name};

use super::access::Usage;
use super::{FoundCallback, Lambda, index};
use crate::report::{Cause, Code, Entry, FunctionId, Severity, Step};
use crate::state::{Freed, Live, State};
use crate::summary::{Callback, Condition, Effect, Summary, SummaryObject, SummaryTarget, SummaryValue, Use};
use crate::table::{Alias, LoanInfo, Origin, Owner, Shape};
use crate::value::{Target, Value};

/// What a call gives.
#[derive(Default)]
pub(super) struct Called {
    pub(super) value: Value,
    pub(super) thrown: Value,
    pub(super) returns: bool,
    pub(super) throws: bool,
}

impl Called {
    pub(super) fn gives(value: Value) -> Self {
        Self { value, returns: true, ..Self::default() }
    }

    fn join(&mut self, other: &Self) {
        self.value.join(&other.value);
        self.thrown.join(&other.thrown);
        self.returns |= other.returns;
        self.throws |= other.throws;
    }
}

/// A call as its callee's summary meets it.
#[derive(Clone)]
pub(super) struct Site {
    pub(super) expr: ExprId,
    pub(super) step: Step,
    pub(super) args: Vec<Value>,
    pub(super) names: Vec<Option<String>>,
    /// This callee is called, with these arguments, in every run that reaches the call.
    pub(super) certain: bool,
}

/// Whom a value may call.
#[derive(Clone, Copy)]
enum Candidate {
    Function(FunctionId),
    Closure(u32, FunctionId, LambdaId),
}

/// How deep callbacks that are handed on are followed. Loss: beyond, the callback counts as unknown.
const NESTING: u32 = 2;

/// How many callbacks of one call are told apart: a function that calls itself hands those of every turn on.
const CALLBACKS: usize = 4;

/// How many of the borrows that are held during one callback are told apart, besides their kind.
const HELD: usize = 8;

/// How many handles of one callee are told apart; the rest count as the last of them.
const IMPORTS: usize = 4;

impl Lambda<'_> {
    /// Runs a call, `spawn` or `await`.
    pub(super) fn call(&mut self, expr: ExprId, state: &mut State) -> Called {
        let body = self.body;
        let range = body[expr].range;
        match &body[expr].kind {
            ExprKind::Call { callee, args, .. } => {
                let names = args.iter().map(|arg| self.describe(*arg)).collect();
                let values = args.iter().map(|arg| state.take_value(*arg)).collect();
                let site = Site { expr, step: self.step(range), args: values, names, certain: true };
                match callee {
                    Callee::Name(name) => match self.lookup.function(name) {
                        Some(function) => self.call_function(state, function, &site),
                        None => self.builtin(state, name, &site),
                    },
                    Callee::Path { scope, name } => {
                        let functions = self.path_functions(scope, name);
                        self.call_all(state, functions.into_iter().map(Candidate::Function).collect(), &site)
                    }
                    Callee::Capability(name) => self.capability(state, name, &site),
                    Callee::Method { receiver, name } => {
                        let receiver_name = self.describe(*receiver);
                        let receiver = state.take_value(*receiver);
                        self.method(state, (&receiver, receiver_name), name, &site)
                    }
                    Callee::Value(callee) => {
                        let callee = state.take_value(*callee);
                        self.call_value(state, &callee, &site)
                    }
                }
            }
            ExprKind::Spawn { function, args } => {
                let names = args.iter().map(|arg| self.describe(*arg)).collect();
                let values: Vec<_> = args.iter().map(|arg| state.take_value(*arg)).collect();
                let site = Site { expr, step: self.step(range), args: values, names, certain: true };
                self.spawn(state, function, &site)
            }
            // What a task gives back is a copy, made of new objects.
            ExprKind::Await(operand) => {
                state.take_value(*operand);
                let fresh = self.table.object(Origin::Fresh(expr), Shape::Unknown);
                Called {
                    value: Value::of(Target::Object(fresh)).joined(&Value::flags(Value::TEXT | Value::PLAIN)),
                    thrown: Value::flags(Value::TEXT | Value::PLAIN),
                    returns: true,
                    throws: true,
                }
            }
            _ => Called::gives(Value::plain()),
        }
    }

    /// `S::f`: the method of that struct, or the trait's default when it has none of its own.
    pub(super) fn path_functions(&self, scope: &Name, name: &Name) -> Vec<FunctionId> {
        let methods = self.lookup.methods(name);
        let own: Vec<_> = methods.iter().filter(|(of, _)| of == scope).map(|(_, function)| *function).collect();
        if own.is_empty() { methods.iter().map(|(_, function)| *function).collect() } else { own }
    }

    fn call_function(&mut self, state: &mut State, function: FunctionId, site: &Site) -> Called {
        self.call_all(state, vec![Candidate::Function(function)], site)
    }

    fn call_all(&mut self, state: &mut State, candidates: Vec<Candidate>, site: &Site) -> Called {
        let site = Site { certain: site.certain && candidates.len() == 1, ..site.clone() };
        let mut called = Called::default();
        for candidate in &candidates {
            let one = match candidate {
                Candidate::Function(function) => {
                    // Before its first round a function of the same cycle counts as never ending.
                    let Some(summary) = self.lookup.summary(*function) else { continue };
                    let Some(root) = summary.lambda(LambdaId(0)) else { continue };
                    self.apply(state, root, (*function, LambdaId(0)), None, &site)
                }
                Candidate::Closure(object, function, lambda) => {
                    if *function == self.function {
                        let Some(summary) = self.inner.get(*lambda) else { continue };
                        self.apply(state, &summary, (*function, *lambda), Some(*object), &site)
                    } else {
                        let Some(all) = self.lookup.summary(*function) else { continue };
                        let Some(summary) = all.lambda(*lambda) else { continue };
                        self.apply(state, summary, (*function, *lambda), Some(*object), &site)
                    }
                }
            };
            called.join(&one);
        }
        called
    }

    /// Calls a function value.
    pub(super) fn call_value(&mut self, state: &mut State, callee: &Value, site: &Site) -> Called {
        let (candidates, unknown) = self.candidates(state, callee);
        let certain = site.certain && unknown.is_empty() && callee.other() == 0;
        let mut called = self.call_all(state, candidates, &Site { certain, ..site.clone() });
        if !unknown.is_empty() {
            let result = self.call_unknown(state, &unknown, site);
            called.join(&result);
        }
        called
    }

    /// The functions that a value may be, and those of its targets of which nobody here knows.
    fn candidates(&self, state: &State, callee: &Value) -> (Vec<Candidate>, Value) {
        let (mut candidates, mut unknown) = (Vec::new(), Value::default());
        for target in callee.targets() {
            if let Target::Function(function) = target {
                candidates.push(Candidate::Function(self.table.functions[*function as usize]));
            }
        }
        for object in self.underlying(state, callee).objects() {
            let it = &self.table.objects[object as usize];
            match it.shape {
                Shape::Closure(function, lambda) => candidates.push(Candidate::Closure(object, function, lambda)),
                _ if it.symbolic && !matches!(self.table.objects[it.root as usize].origin, Origin::Fresh(_)) => {
                    unknown.add(Target::Object(object));
                }
                _ => {}
            }
        }
        (candidates, unknown)
    }

    /// Calls what only a caller of this lambda knows: a callback. It may do anything to what it is given and to what it
    /// has captured; the caller, who knows it, finds the conflicts.
    fn call_unknown(&mut self, state: &mut State, callee: &Value, site: &Site) -> Called {
        let mut given = Value::default();
        for arg in &site.args {
            given.join(arg);
        }
        let result = self.table.object(Origin::Result(site.expr), Shape::Unknown);
        let reached = self.reach(state, &given);
        for object in reached.objects.iter().chain(&reached.borrowed) {
            if !self.table.objects[*object as usize].symbolic {
                self.table.exposed[*object as usize] = true;
            }
        }
        let mut held = Vec::new();
        state.loans.for_each(|loan, live| {
            if live.of.objects().any(|object| self.table.is_callers_business(object)) {
                held.push((loan, live.of.clone()));
            }
        });
        self.spend(held.len());
        let found = FoundCallback {
            expr: site.expr,
            callee: callee.clone(),
            args: site.args.clone(),
            held,
            at: vec![site.step],
        };
        let of_expr = self.callbacks.iter().filter(|known| known.expr == site.expr).count();
        let same = self.callbacks.iter_mut().filter(|known| known.expr == site.expr);
        let mut same = same.enumerate().filter(|(at, known)| known.callee == found.callee || at + 1 == CALLBACKS);
        match same.next() {
            Some((_, known)) => known.join(found),
            None => {
                debug_assert!(of_expr < CALLBACKS);
                self.callbacks.push(found);
            }
        }
        // It may put what it gives back, or was given, into anything that it reaches.
        let put = Value::of(Target::Object(result)).joined(&given);
        for object in reached.objects.into_iter().chain(reached.borrowed) {
            for slot in self.table.objects[object as usize].slots.clone() {
                state.store(slot, &put, false, &self.table);
            }
            if !self.table.objects[object as usize].symbolic {
                let field = self.table.field(crate::table::Field::Element);
                let slot = self.table.slot(object, field);
                state.store(slot, &put, false, &self.table);
            }
        }
        state.havoc.join(&Value::of(Target::Object(result)));
        let anything = Value::of(Target::Object(result)).joined(&Value::flags(Value::TEXT | Value::PLAIN));
        self.throws = true;
        Called { value: anything.clone(), thrown: anything, returns: true, throws: true }
    }

    fn spawn(&mut self, state: &mut State, function: &Name, site: &Site) -> Called {
        for (arg, name) in site.args.iter().zip(&site.names) {
            let usage = Usage { usage: Use::Send, at: site.step, name: name.clone(), certain: true, callee: None };
            self.access(state, arg, &usage);
        }
        // The task works on copies: no borrow of this arena is in its way, and nothing that it does comes back.
        if let Some(function) = self.lookup.function(function) {
            let mut copy = state.clone();
            let loans: Vec<u32> = {
                let mut ids = Vec::new();
                copy.loans.for_each(|loan, _| ids.push(loan));
                ids
            };
            for loan in loans {
                copy.loans.remove(loan);
            }
            let args =
                site.args.iter().map(|arg| self.underlying(state, arg).joined(&Value::flags(arg.other()))).collect();
            self.call_function(&mut copy, function, &Site { certain: false, args, ..site.clone() });
        }
        Called::gives(Value::plain())
    }

    // ---- summaries

    /// Does to the state what a summary says.
    fn apply(
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
            values: Vec::new(),
        };
        self.resolve_objects(state, &mut call);
        // A callback may come at any time between the other things, so with one around, everything happens twice.
        let rounds = if summary.callbacks.is_empty() { 1 } else { 2 };
        for round in 0..rounds {
            self.apply_effects(state, &call, round == 0);
            self.apply_conditions(state, &call);
            self.apply_writes(state, &call);
            for number in 0..summary.callbacks.len() {
                let callback = &summary.callbacks[number];
                let result = self.apply_callback(state, &call, number, callback);
                call.results[number].join(&result.value);
            }
            if rounds == 2 {
                self.resolve_objects(state, &mut call);
                self.apply_writes(state, &call);
            }
        }
        for (number, taken) in summary.taken.iter().enumerate() {
            let of = self.resolve(&call, &taken.of);
            let of = self.underlying(state, &of);
            let loan = self.import(&call, false, number);
            let mut live = state.loans.get(loan).cloned().unwrap_or(Live { surely: false, of: Value::default() });
            live.of.join(&of);
            live.surely = false;
            state.loans.insert(loan, live);
        }
        for local in &summary.released {
            for loan in self.loans_of.get(local).cloned().unwrap_or_default() {
                if let Some(live) = state.loans.get(loan).cloned() {
                    state.loans.insert(loan, Live { surely: false, ..live });
                }
            }
            if !self.is_own(*local) {
                self.released.insert(*local);
            }
        }
        let value = self.resolve(&call, &summary.returned);
        let thrown = self.resolve(&call, &summary.thrown);
        self.throws |= summary.throws;
        Called { value, thrown, returns: summary.returns, throws: summary.throws }
    }

    /// A callee too large to analyse: everything may happen to what it is given, and what it is given may be called while
    /// everything is borrowed, with handles among the arguments that are dead or for reading only.
    fn apply_unknown(&mut self, state: &mut State, closure: Option<u32>, site: &Site) -> Called {
        let mut given = Value::default();
        for arg in &site.args {
            given.join(arg);
        }
        if let Some(closure) = closure {
            given.add(Target::Object(closure));
        }
        let mut anything = self.anything_in(state, &given);
        for usage in [Use::Write, Use::Exclude, Use::DeepRead] {
            let usage = Usage { usage, at: site.step, name: None, certain: false, callee: None };
            self.access(state, &anything, &usage);
        }
        let objects = self.underlying(state, &anything);
        for object in objects.objects() {
            let field = self.table.field(crate::table::Field::Element);
            let slot = self.table.slot(object, field);
            state.store(slot, &anything, false, &self.table);
            if self.table.is_callers_business(object) {
                self.effect(object, Use::Drop, site.step);
            }
            if state.freed.get(object).is_none() {
                state.freed.insert(object, Freed { surely: false, at: site.step });
            }
        }
        self.drops = true;
        if self.nesting < NESTING && !self.is_exhausted() {
            let dead = self.assumed_loan(site, false);
            anything.add(Target::Handle(dead));
            let held = self.assumed_loan(site, true);
            state.loans.insert(held, Live { surely: false, of: objects });
            let args = vec![anything.clone(); 4];
            let inner = Site { names: vec![None; args.len()], args, certain: false, ..site.clone() };
            self.nesting += 1;
            let result = self.call_value(state, &anything.clone(), &inner);
            self.nesting -= 1;
            anything.join(&result.value);
            state.loans.remove(held);
        }
        self.throws = true;
        Called { value: anything.clone(), thrown: anything, returns: true, throws: true }
    }

    /// A borrow that a callee too large to analyse may hold, or may have held.
    fn assumed_loan(&mut self, site: &Site, exclusive: bool) -> u32 {
        let key = (self.function, self.id, exclusive, u32::MAX, site.expr);
        if let Some(known) = self.imported.get(&key) {
            return *known;
        }
        let loan = self.table.loans.len() as u32;
        self.table.loans.push(LoanInfo { exclusive, owner: Owner::Elsewhere, name: None, place: site.step });
        self.imported.insert(key, loan);
        loan
    }

    /// Finds what each object of a summary is here.
    fn resolve_objects(&mut self, state: &mut State, call: &mut Instance<'_>) {
        let first = call.values.is_empty();
        for position in 0..call.summary.objects.len() {
            let value = match &call.summary.objects[position] {
                SummaryObject::Parameter(number) => {
                    call.site.args.get(*number as usize).cloned().unwrap_or_else(Value::plain)
                }
                SummaryObject::Captured(local) => match call.closure {
                    Some(closure) => self.load_object(state, closure, &crate::table::Field::Variable(*local)),
                    None => Value::default(),
                },
                SummaryObject::Path(base, field) => {
                    let base = call.values[*base as usize].clone();
                    self.load(state, &base, field)
                }
                SummaryObject::Deep(base) => {
                    let base = call.values[*base as usize].clone();
                    self.anything_in(state, &base)
                }
                SummaryObject::Result(numbers) => {
                    let mut result = Value::default();
                    for number in numbers {
                        result.join(&call.results[*number as usize]);
                    }
                    result
                }
                SummaryObject::Fresh => {
                    let fresh = self.table.object(Origin::Fresh(call.site.expr), Shape::Unknown);
                    Value::of(Target::Object(fresh)).joined(&Value::flags(Value::TEXT | Value::PLAIN))
                }
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
    }

    /// A value of a summary, as it is here.
    fn resolve(&mut self, call: &Instance<'_>, value: &SummaryValue) -> Value {
        let mut resolved = Value::flags(value.flags);
        for target in &value.targets {
            match target {
                SummaryTarget::Object(object) => {
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
    fn import(&mut self, call: &Instance<'_>, dead: bool, number: usize) -> u32 {
        // A function that calls itself would hand the handles of every turn on as others.
        let number = number.min(IMPORTS);
        let key = (call.of.0, call.of.1, dead, index(number), call.site.expr);
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
            let own = call.of.0 == self.function;
            let owner = if own { Owner::Local(taken.local) } else { Owner::Elsewhere };
            LoanInfo { exclusive: taken.exclusive, owner, name: None, place }
        };
        let loan = self.table.loans.len() as u32;
        if let Owner::Local(local) = info.owner {
            self.loans_of.entry(local).or_default().push(loan);
        }
        self.table.loans.push(info);
        self.imported.insert(key, loan);
        loan
    }

    fn deeper(&self, call: &Instance<'_>, entry: Entry) -> Step {
        Step { place: call.site.step.place, cause: Some(Cause { function: call.of.0, lambda: call.of.1, entry }) }
    }

    fn instance_name(&self, call: &Instance<'_>) -> String {
        self.call_name(call.site.expr)
    }

    fn call_name(&self, expr: ExprId) -> String {
        match &self.body[expr].kind {
            ExprKind::Call {
                callee: Callee::Name(name) | Callee::Method { name, .. } | Callee::Capability(name),
                ..
            }
            | ExprKind::Spawn { function: name, .. } => name.to_string(),
            ExprKind::Call { callee: Callee::Path { scope, name }, .. } => format!("{scope}::{name}"),
            ExprKind::Call { callee: Callee::Value(callee), .. } => {
                self.describe(*callee).unwrap_or_else(|| "this function".to_owned())
            }
            _ => "this function".to_owned(),
        }
    }

    /// The name under which the caller knows an object of a summary.
    fn object_name(&self, call: &Instance<'_>, object: u32) -> Option<String> {
        match &call.summary.objects[object as usize] {
            SummaryObject::Parameter(number) => call.site.names.get(*number as usize).cloned().flatten(),
            SummaryObject::Path(base, field) => match (&call.summary.objects[*base as usize], field) {
                (SummaryObject::Captured(local), crate::table::Field::Variable(_)) if call.of.0 == self.function => {
                    self.body.locals.get(local.index()).map(|local| local.name.to_string())
                }
                (_, crate::table::Field::Named(name)) => Some(format!("{}.{name}", self.object_name(call, *base)?)),
                (_, crate::table::Field::Element) => Some(format!("{}[…]", self.object_name(call, *base)?)),
                _ => None,
            },
            _ => None,
        }
    }

    fn apply_effects(&mut self, state: &mut State, call: &Instance<'_>, first: bool) {
        let drops = call.summary.effects.iter().any(|effect| effect.usage == Use::Drop);
        // What is dropped comes last: that a thing is used after it was dropped inside is the callee's own report, or
        // one of its conditions.
        let (late, early): (Vec<_>, Vec<_>) =
            call.summary.effects.iter().enumerate().partition(|(_, effect)| effect.usage == Use::Drop);
        let alone = call.summary.effects.len() == 1;
        for (number, effect) in early.into_iter().chain(late) {
            let Effect { object, usage, surely, .. } = effect;
            let value = call.values[*object as usize].clone();
            let usage = Usage {
                usage: *usage,
                at: self.deeper(call, Entry::Effect(index(number))),
                name: self.object_name(call, *object),
                // A drop inside may end the borrow before it is in the way.
                certain: *surely && call.site.certain && first && (!drops || alone) && call.summary.released.is_empty(),
                callee: Some(self.instance_name(call)),
            };
            self.access(state, &value, &usage);
        }
    }

    fn apply_conditions(&mut self, state: &mut State, call: &Instance<'_>) {
        if !self.reporting {
            return;
        }
        for (number, condition) in call.summary.conditions.iter().enumerate() {
            let Condition { code, held, used, deep, .. } = condition;
            let held_value = self.underlying(state, &call.values[*held as usize]);
            let mut used_value = self.underlying(state, &call.values[*used as usize]);
            if *deep {
                let reached = self.reach(state, &used_value);
                for object in reached.objects.into_iter().chain(reached.borrowed) {
                    used_value.add(Target::Object(object));
                }
            }
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
            if worst >= Alias::May {
                let callee = self.instance_name(call);
                let draft = self.word_call(*code, (held_at, at), &callee, Severity::Warning, names);
                self.report(draft);
            }
        }
    }

    fn apply_writes(&mut self, state: &mut State, call: &Instance<'_>) {
        for write in &call.summary.writes {
            let object = call.values[write.object as usize].clone();
            let value = self.resolve(call, &write.value);
            let certain = write.replaces && call.site.certain && !call.summary.throws;
            self.store(state, &object, &write.field, &value, certain);
        }
    }

    fn apply_callback(&mut self, state: &mut State, call: &Instance<'_>, number: usize, callback: &Callback) -> Called {
        let callee = self.resolve(call, &callback.callee);
        let args: Vec<_> = callback.args.iter().map(|arg| self.resolve(call, arg)).collect();
        let mut held = Vec::new();
        for (position, borrow) in callback.held.iter().enumerate() {
            let name = borrow.of.targets.first().and_then(|target| match target {
                SummaryTarget::Object(object) => self.object_name(call, *object),
                _ => None,
            });
            let of = self.resolve(call, &borrow.of);
            let of = self.underlying(state, &of);
            if of.targets().is_empty() {
                continue;
            }
            // The borrow that the callee holds meanwhile stands in the state while the callback is applied.
            let place = self.deeper(call, Entry::Callback(index(number), index(position)));
            let owner = if borrow.iterated { Owner::Loop } else { Owner::Elsewhere };
            let info = LoanInfo { exclusive: borrow.exclusive, owner, name, place };
            // A function that calls itself holds those of every turn.
            let kind = usize::from(borrow.exclusive) + 2 * usize::from(borrow.iterated);
            let slot = if position < HELD { position } else { HELD + kind };
            let loan = self.held_loan(call, (number, slot), info);
            let of = match state.loans.get(loan) {
                Some(live) => of.joined(&live.of),
                None => of,
            };
            state.loans.insert(loan, Live { surely: false, of });
            held.push(loan);
        }
        let site = Site {
            expr: call.site.expr,
            step: self.deeper(call, Entry::Called(index(number))),
            names: vec![None; args.len()],
            args,
            certain: false,
        };
        let called = if self.nesting < NESTING {
            self.nesting += 1;
            let called = self.call_value(state, &callee, &site);
            self.nesting -= 1;
            called
        } else {
            self.call_unknown(state, &callee, &site)
        };
        for loan in held {
            state.loans.remove(loan);
        }
        called
    }

    fn held_loan(&mut self, call: &Instance<'_>, (number, position): (usize, usize), info: LoanInfo) -> u32 {
        // Numbers of callbacks and of what they hold share the space of the other imports from above.
        let key = (call.of.0, call.of.1, false, u32::MAX - 1 - index(number * 64 + position), call.site.expr);
        if let Some(known) = self.imported.get(&key) {
            return *known;
        }
        let loan = self.table.loans.len() as u32;
        self.table.loans.push(info);
        self.imported.insert(key, loan);
        loan
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

    /// Whether any method of that name may be meant by a receiver, and which.
    pub(super) fn method_candidates(&self, state: &State, receiver: &Value, name: &Name) -> (Vec<FunctionId>, bool) {
        let methods = self.lookup.methods(name);
        let mut functions: Vec<FunctionId> = Vec::new();
        let mut builtin = receiver.may_be_text();
        let mut add = |function: FunctionId| {
            if !functions.contains(&function) {
                functions.push(function);
            }
        };
        for object in self.underlying(state, receiver).objects() {
            match &self.table.objects[object as usize].shape {
                Shape::Struct(of) => {
                    let own = methods.iter().filter(|(owner, _)| owner == of);
                    let any = own.clone().next().is_some();
                    for (_, function) in methods.iter().filter(|(owner, _)| !any || owner == of) {
                        add(*function);
                    }
                }
                Shape::Unknown => {
                    builtin = true;
                    methods.iter().for_each(|(_, function)| add(*function));
                }
                Shape::Array | Shape::Map => builtin = true,
                Shape::Closure(..) | Shape::Cell => {}
            }
        }
        (functions, builtin)
    }

    pub(super) fn call_functions(&mut self, state: &mut State, functions: &[FunctionId], site: &Site) -> Called {
        self.call_all(state, functions.iter().map(|function| Candidate::Function(*function)).collect(), site)
    }
}

/// What it costs to apply a summary, about.
fn cost(summary: &Summary) -> usize {
    let written: usize = summary.writes.iter().map(|write| 1 + write.value.targets.len()).sum();
    let entries = summary.effects.len() + summary.conditions.len() + summary.objects.len();
    1 + entries + written + 10 * summary.callbacks.len()
}

/// A summary applied at a call.
struct Instance<'s> {
    summary: &'s Summary,
    of: (FunctionId, LambdaId),
    closure: Option<u32>,
    site: &'s Site,
    /// What each callback gave so far.
    results: Vec<Value>,
    /// What each object of the summary is here.
    values: Vec<Value>,
}
