//! Calls: who may be called, and what its summary does to the caller's state.

use crush_hir::body::{Callee, ExprId, ExprKind, LambdaId, Name};
use rustc_hash::FxHashMap;

use super::access::Usage;
use super::{FoundCallback, FoundHeld, Lambda};
use crate::report::{FunctionId, Step};
use crate::state::{Home, State};
use crate::summary::Use;
use crate::table::{Origin, Owner, Shape};
use crate::value::{Target, Value};

/// What a call gives.
#[derive(Clone, Default)]
pub(super) struct Called {
    pub(super) value: Value,
    pub(super) thrown: Value,
    pub(super) returns: bool,
    pub(super) throws: bool,
    /// It may throw by itself, not only because a function does that nobody here knows.
    pub(super) throws_itself: bool,
}

impl Called {
    pub(super) fn gives(value: Value) -> Self {
        Self { value, returns: true, ..Self::default() }
    }

    /// Adds the other, and tells whether that changed anything.
    pub(super) fn join(&mut self, other: &Self) -> bool {
        let flags = (self.returns, self.throws, self.throws_itself);
        self.returns |= other.returns;
        self.throws |= other.throws;
        self.throws_itself |= other.throws_itself;
        let changed = self.value.join(&other.value) | self.thrown.join(&other.thrown);
        changed || flags != (self.returns, self.throws, self.throws_itself)
    }
}

/// A call as its callee's summary meets it.
#[derive(Clone)]
pub(super) struct Site {
    pub(super) expr: ExprId,
    pub(super) step: Step,
    pub(super) args: Vec<Value>,
    pub(super) names: Vec<Option<String>>,
    /// Where the arguments are when the call begins.
    pub(super) sources: Vec<Option<Home>>,
    /// This callee is called, with these arguments, in every run that reaches the call.
    pub(super) certain: bool,
    /// Where this callee is called, it is with these arguments, and once: what it puts somewhere is there afterwards.
    pub(super) strong: bool,
}

/// Whom a value may call.
#[derive(Clone, Copy)]
pub(super) enum Candidate {
    Function(FunctionId),
    Closure(u32, FunctionId, LambdaId),
}

/// How many callbacks of one call are told apart: a function that calls itself hands those of every turn on.
const CALLBACKS: usize = 4;

impl Lambda<'_> {
    /// Runs a call, `spawn` or `await`.
    pub(super) fn call(&mut self, expr: ExprId, state: &mut State) -> Called {
        let body = self.body;
        let range = body[expr].range;
        match &body[expr].kind {
            ExprKind::Call { callee, args, .. } => {
                let site = self.site(state, expr, args);
                match callee {
                    Callee::Name(name) => match self.lookup.function(self.function, name) {
                        Some(function) => self.call_function(state, function, &site),
                        None => self.builtin(state, name, &site),
                    },
                    Callee::Path { scope, name } => {
                        let functions = self.path_functions(scope, name);
                        self.call_all(state, functions.into_iter().map(Candidate::Function).collect(), &site)
                    }
                    Callee::Capability(name) => {
                        let (module, function) = name.split_once('.').unwrap_or((name, ""));
                        match self.lookup.module_function(self.function, module, function) {
                            Some(function) => self.call_function(state, function, &site),
                            None => self.capability(state, name, &site),
                        }
                    }
                    Callee::Method { receiver, name } => {
                        let receiver_name = self.describe(*receiver);
                        let source = state.read_from(*receiver);
                        let receiver = state.take_value(*receiver);
                        self.method(state, (&receiver, receiver_name, source), name, &site)
                    }
                    Callee::Value(callee) => {
                        let callee = state.take_value(*callee);
                        self.call_value(state, &callee, &site)
                    }
                }
            }
            ExprKind::Spawn { function, args } => {
                let site = self.site(state, expr, args);
                let callee = state.take_value(*function);
                self.spawn(state, (&callee, self.describe(*function)), &site)
            }
            ExprKind::Await(operand) => {
                let usage = Usage {
                    usage: Use::Read,
                    at: self.step(range),
                    name: self.describe(*operand),
                    certain: false,
                    callee: None,
                    source: None,
                };
                let operand = state.take_value(*operand);
                self.wait(state, expr, &operand, &usage)
            }
            _ => Called::gives(Value::plain()),
        }
    }

    fn site(&self, state: &mut State, expr: ExprId, args: &[ExprId]) -> Site {
        Site {
            expr,
            step: self.step(self.body[expr].range),
            names: args.iter().map(|arg| self.describe(*arg)).collect(),
            sources: args.iter().map(|arg| state.read_from(*arg)).collect(),
            args: args.iter().map(|arg| state.take_value(*arg)).collect(),
            certain: true,
            strong: true,
        }
    }

    /// `S::f`: the method of that struct, or the trait's default when it has none of its own.
    pub(super) fn path_functions(&self, scope: &Name, name: &Name) -> Vec<FunctionId> {
        let methods = self.lookup.methods(name);
        // Of `Type::Trait` it may be the type's own or the trait's.
        let is_own = |of: &Name| scope.split("::").any(|part| part == of.as_str());
        let own: Vec<_> = methods.iter().filter(|(of, _)| is_own(of)).map(|(_, function)| *function).collect();
        if own.is_empty() { methods.iter().map(|(_, function)| *function).collect() } else { own }
    }

    fn call_function(&mut self, state: &mut State, function: FunctionId, site: &Site) -> Called {
        self.call_all(state, vec![Candidate::Function(function)], site)
    }

    fn call_all(&mut self, state: &mut State, candidates: Vec<Candidate>, site: &Site) -> Called {
        // To call an `async` function starts a task (T1).
        let (mut tasks, mut here) = (Vec::new(), Vec::new());
        for candidate in candidates {
            match candidate {
                Candidate::Function(function) if self.lookup.is_async(function) => tasks.push(function),
                other => here.push(other),
            }
        }
        let certain = site.certain && here.len() + tasks.len() == 1;
        let site = Site { certain, ..site.clone() };
        let mut called = self.run_here(state, &here, &site);
        if !tasks.is_empty() {
            let mut callee = Value::default();
            for function in tasks {
                callee.add(self.table.function(function));
            }
            called.join(&self.start_task(state, &callee, &site));
        }
        called
    }

    /// Runs whoever may be called, in this arena.
    pub(super) fn run_here(&mut self, state: &mut State, candidates: &[Candidate], site: &Site) -> Called {
        self.one_of(state, candidates, site, |lambda, state, candidate| lambda.run_one(state, candidate, site))
    }

    /// Runs what a value may be, in this arena, and no task of its own.
    pub(super) fn run_any(&mut self, state: &mut State, callee: &Value, site: &Site) -> Called {
        let (candidates, unknown) = self.candidates(state, callee);
        let mut called = self.run_here(state, &candidates, site);
        if !unknown.is_empty() {
            called.join(&self.call_unknown(state, &unknown, site));
        }
        called
    }

    /// Runs one candidate; nothing as long as its summary is not known.
    fn run_one(&mut self, state: &mut State, candidate: &Candidate, site: &Site) -> Option<Called> {
        match candidate {
            Candidate::Function(function) => {
                // Before its first round a function of the same cycle counts as never ending.
                let summary = self.lookup.summary(*function)?;
                let root = summary.lambda(LambdaId(0))?;
                Some(self.apply(state, root, (*function, LambdaId(0)), None, site))
            }
            Candidate::Closure(object, function, lambda) => {
                self.applying.push((*object, site.args.clone()));
                let one = if *function == self.function {
                    let summary = self.inner.get(*lambda);
                    summary.map(|it| self.apply(state, &it, (*function, *lambda), Some(*object), site))
                } else {
                    let all = self.lookup.summary(*function);
                    let summary = all.as_ref().and_then(|all| all.lambda(*lambda));
                    summary.map(|it| self.apply(state, it, (*function, *lambda), Some(*object), site))
                };
                self.applying.pop();
                let one = one?;
                // Who relied on less comes again.
                self.table.reshaped |= self.given.entry(*object).or_default().join(&one);
                Some(one)
            }
        }
    }

    /// Runs one of several, each from here on: none sees what another would have done, and where those that end meet, any of
    /// them may have run.
    fn one_of<T>(
        &mut self,
        state: &mut State,
        all: &[T],
        site: &Site,
        mut run: impl FnMut(&mut Self, &mut State, &T) -> Option<Called>,
    ) -> Called {
        if let [only] = all {
            return run(self, state, only).unwrap_or_default();
        }
        let mut called = Called::default();
        let mut after: Option<State> = None;
        for each in all {
            let mut own = state.clone();
            let Some(one) = run(self, &mut own, each) else { continue };
            // What was dropped and is given counts as dropped as long as something leads to it.
            own.set_value(site.expr, one.value.clone().joined(&one.thrown));
            match &mut after {
                Some(after) => drop(after.join(&own, &self.table)),
                None => after = Some(own),
            }
            called.join(&one);
        }
        if let Some(after) = after {
            *state = after;
            state.take_value(site.expr);
        }
        called
    }

    /// Calls a function value.
    pub(super) fn call_value(&mut self, state: &mut State, callee: &Value, site: &Site) -> Called {
        let (candidates, unknown) = self.candidates(state, callee);
        let is_known_value = unknown.is_empty() && callee.other() == 0;
        let certain = site.certain && is_known_value;
        let (before, is_known) = (state.phase, !candidates.is_empty());
        let mut called =
            self.call_all(state, candidates, &Site { certain, strong: site.strong && is_known_value, ..site.clone() });
        if !unknown.is_empty() {
            let result = self.call_unknown(state, &unknown, site);
            called.join(&result);
        }
        if is_known {
            // It may have been one that is known, and has called nothing.
            state.phase.join(before);
        }
        called
    }

    /// The functions that a value may be, and those of its targets of which nobody here knows.
    pub(super) fn candidates(&self, state: &State, callee: &Value) -> (Vec<Candidate>, Value) {
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
    pub(super) fn call_unknown(&mut self, state: &mut State, callee: &Value, site: &Site) -> Called {
        let result = self.table.object(Origin::Result(site.expr), Shape::Unknown);
        let result = Value::of(Target::Object(result)).joined(&Value::flags(Value::TEXT | Value::PLAIN));
        let called =
            Called { value: result.clone(), thrown: result, returns: true, throws: true, throws_itself: false };
        if self.in_task {
            // All of the task is looked at again by those who know it.
            self.asks_caller = true;
            return called;
        }
        let mut given = Value::default();
        for arg in &site.args {
            given.join(arg);
        }
        // It may know what others know already, and so come to what was put there.
        state.for_each_written(|slot, held| {
            if self.table.is_known_elsewhere(self.table.slots[slot as usize].object) {
                given.join(held);
            }
        });
        let reached = self.reach_all(state, &given);
        // In the last pass alone: what is there before it, is there then.
        let found_in = if self.reporting { self.slots_met(state, &reached.objects) } else { FxHashMap::default() };
        for object in reached.objects.iter().chain(&reached.borrowed) {
            // Of a tree of new objects, all of it.
            let it = &self.table.objects[*object as usize];
            if !it.symbolic || self.table.family(*object).is_some() {
                self.table.exposed[it.root as usize] = true;
            }
        }
        let mut held = Vec::new();
        state.loans.for_each(|loan, live| {
            if live.of.objects().any(|object| self.table.is_callers_business(object)) {
                held.push(FoundHeld {
                    loan,
                    of: live.of.clone(),
                    may_have_ended: state.may_have_ended(loan),
                    lent: state.is_lent(loan),
                    used_later: Vec::new(),
                });
            }
        });
        self.spend(held.len());
        let are_held: Vec<u32> = held.iter().map(|held| held.loan).collect();
        // In the last pass alone: before it, a borrow may seem not to live yet.
        let is_dead = |loan: &u32| self.reporting && state.loans.get(*loan).is_none();
        let dead = reached.handles.iter().copied().filter(is_dead).collect();
        self.note_callback(FoundCallback {
            expr: site.expr,
            callee: callee.clone(),
            args: site.args.clone(),
            held,
            dead,
            repeats: self.repeats,
            is_task: false,
            found_in,
            at: vec![site.step],
        });
        (state.phase.before, state.phase.after) = (false, true);
        // It may be one of those that share a variable, and bind it again; and it may drop a handle that it was given. Either
        // ends the borrow. Of what it meets, its caller knows whether it does.
        let mut concerned = self.owned(state, |owner| match owner {
            Owner::Local(local) => self.in_cell(local),
            Owner::Elsewhere => true,
            Owner::Temporary | Owner::Loop | Owner::Argument => false,
        });
        concerned.extend(&reached.handles);
        for loan in concerned {
            if are_held.contains(&loan) {
                state.lend(loan);
            } else {
                self.loose.insert(loan);
                state.end_perhaps(loan);
            }
        }
        state.forget_passed_where(|local| self.in_cell(local));
        // It may put what it knows, or was given, into anything that it reaches. The caller, who knows it, does that; here
        // it shows where something was in its place already.
        let havoc = self.table.object(Origin::Havoc, Shape::Unknown);
        state.havoc.add(Target::Object(havoc));
        state.havoc.extend(reached.handles.into_iter().map(Target::Handle));
        called
    }

    /// What is in the slots that a function nobody here knows may come to.
    fn slots_met(&self, state: &State, reached: &[u32]) -> FxHashMap<u32, Value> {
        let mut slots = self.slots_of(state, reached);
        state.for_each_written(|slot, held| {
            if self.table.is_known_elsewhere(self.table.slots[slot as usize].object) {
                slots.insert(slot, held.clone());
            }
        });
        slots
    }

    /// Notes a call for those who know what it calls.
    pub(super) fn note_callback(&mut self, found: FoundCallback) {
        let is_here = |known: &&mut FoundCallback| known.expr == found.expr && known.is_task == found.is_task;
        let mut here = self.callbacks.iter_mut().filter(is_here).enumerate();
        match here.find(|(at, known)| known.callee == found.callee || at + 1 == CALLBACKS) {
            Some((_, known)) => known.join(found),
            None => self.callbacks.push(found),
        }
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
                Shape::Closure(..) | Shape::Cell | Shape::Task => {}
            }
        }
        (functions, builtin)
    }

    /// The methods that `value.name` may be: a struct gives them as functions where it has no field of that name.
    pub(super) fn method_values(&mut self, state: &State, value: &Value, name: &Name) -> Value {
        let mut functions = Value::default();
        if self.lookup.methods(name).is_empty() {
            return functions;
        }
        for object in self.underlying(state, value).objects() {
            let it = &self.table.objects[object as usize];
            if !matches!(it.shape, Shape::Unknown | Shape::Struct(_)) {
                continue;
            }
            // What its literal names is a field.
            if let Origin::Site { expr, part: 0, .. } = it.origin
                && let ExprKind::Struct { fields, .. } = &self.body[expr].kind
                && fields.iter().any(|(field, ..)| field == name)
            {
                continue;
            }
            for function in self.method_candidates(state, &Value::of(Target::Object(object)), name).0 {
                let target = self.table.function(function);
                functions.add(target);
            }
        }
        functions
    }

    /// Calls the methods of that name that the receivers, which are the first argument, may have: each on those that have it.
    pub(super) fn call_methods(
        &mut self,
        state: &mut State,
        name: &Name,
        functions: &[FunctionId],
        site: &Site,
    ) -> Called {
        if let [function] = functions {
            return self.call_function(state, *function, site);
        }
        self.one_of(state, functions, site, |lambda, state, function| {
            let mut site = Site { certain: false, ..site.clone() };
            if let Some(receiver) = site.args.first_mut() {
                receiver
                    .retain(|target| lambda.method_candidates(state, &Value::of(target), name).0.contains(function));
            }
            let one = lambda.call_function(state, *function, &site);
            // Before its first round a function of the same cycle counts as never ending.
            (one.returns || one.throws).then_some(one)
        })
    }
}
