//! The analysis of one lambda: abstract interpretation of its graph until nothing changes, then one pass that reports.

mod access;
mod apply;
mod beyond;
mod bound;
mod builtin;
mod call;
mod callback;
mod capability;
mod copy;
mod extract;
mod heap;
mod instance;
mod matching;
mod message;
mod task;
mod transfer;

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use crush_hir::body::{BlockId, Body, ExprId, LambdaId, LocalId};
use crush_hir::cfg::{Cfg, LoanOwner};
use crush_hir::source_map::BodyRange;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::draft::Draft;
use crate::report::{Code, FunctionId, Place, Step};
use crate::state::State;
use crate::summary::{Does, FunctionSummary, ObjectIndex, Phase, Summary, Use};
use crate::table::{LoanInfo, Origin, Owner, Shape, Table};
use crate::value::{Target, Value};

/// What the analysis of a function asks about the others.
pub(crate) trait Lookup {
    /// The function that `name` means in the file of `from`.
    fn function(&self, from: FunctionId, name: &str) -> Option<FunctionId>;
    /// The function that `module.name` means in the file of `from`, where `module` is a module.
    fn module_function(&self, from: FunctionId, module: &str, name: &str) -> Option<FunctionId>;
    /// Every method of that name, with the struct or trait it belongs to.
    fn methods(&self, name: &str) -> &[(crush_hir::body::Name, FunctionId)];
    /// The struct whose instances alone are `self` in a method, if that is known.
    fn receiver(&self, method: FunctionId) -> Option<&crush_hir::body::Name>;
    /// Whether an instance of a struct of that name may count as one of another, or the other way round.
    fn is_related(&self, name: &str) -> bool;
    /// Whether instances of a struct of that name are copied as values.
    fn is_copied(&self, name: &str) -> bool;
    /// Whether a call of it starts a task (T1).
    fn is_async(&self, function: FunctionId) -> bool;
    /// The summary as far as it is known; `None` before the first round.
    fn summary(&self, function: FunctionId) -> Option<Arc<FunctionSummary>>;
}

/// What the lambdas of a function share: their summaries, as far as they are known.
pub(crate) struct Inner {
    summaries: RefCell<Vec<Option<Rc<Summary>>>>,
    missed: Cell<bool>,
    /// In a long list of literals, the site whose objects stand for those of many.
    shared_sites: FxHashMap<ExprId, ExprId>,
    /// What variables that lambdas share are, where every binding makes the same.
    shapes: Arc<FxHashMap<LocalId, Shape>>,
    /// Variables that are declared at several places.
    declared_twice: FxHashSet<LocalId>,
}

impl Inner {
    pub(crate) fn new(body: &Body, graphs: &[Cfg]) -> Self {
        Self {
            summaries: RefCell::new(vec![None; body.lambdas.len()]),
            missed: Cell::new(false),
            shared_sites: heap::shared_sites(body),
            shapes: Arc::new(bound::shapes(body, graphs)),
            declared_twice: bound::declared_twice(body, graphs),
        }
    }

    /// The summary of a lambda; that it is not there yet is remembered.
    fn get(&self, lambda: LambdaId) -> Option<Rc<Summary>> {
        let known = self.summaries.borrow().get(lambda.index()).cloned().flatten();
        if known.is_none() {
            self.missed.set(true);
        }
        known
    }

    /// Whether a summary was asked for before it was there, as when a lambda calls itself.
    pub(crate) fn was_missed(&self) -> bool {
        self.missed.get()
    }

    /// Sets a summary, and tells whether it is another than before.
    pub(crate) fn set(&self, lambda: LambdaId, summary: Summary) -> bool {
        match self.summaries.borrow_mut().get_mut(lambda.index()) {
            Some(known) if known.as_deref() != Some(&summary) => {
                *known = Some(Rc::new(summary));
                true
            }
            _ => false,
        }
    }

    pub(crate) fn into_summaries(self) -> Vec<Summary> {
        let known = self.summaries.into_inner().into_iter();
        known.map(|summary| summary.map(Rc::unwrap_or_clone).unwrap_or_default()).collect()
    }
}

/// An effect on what a caller handed in, as it is found.
struct Found {
    object: u32,
    usage: Use,
    at: Vec<Step>,
    phase: Phase,
    /// The borrows that live at each of these places; none is known before the last pass.
    alive: Option<Vec<u32>>,
}

/// A condition as it is found.
#[derive(Clone)]
struct FoundCondition {
    code: Code,
    held: u32,
    held_at: Vec<Step>,
    used: u32,
    deep: bool,
    at: Vec<Step>,
    names: (Option<String>, Option<String>),
}

/// A loan that lives while a function runs that nobody here knows.
struct FoundHeld {
    loan: u32,
    of: Value,
    may_have_ended: bool,
    /// Another callback may have ended it.
    lent: bool,
    /// Where its handle is used after the call.
    used_later: Vec<Step>,
}

/// A call of a function nobody here knows, or a task that makes one, as it is found.
struct FoundCallback {
    expr: ExprId,
    callee: Value,
    args: Vec<Value>,
    held: Vec<FoundHeld>,
    /// The dead handles that it may come to.
    dead: FxHashSet<u32>,
    /// It may happen more than once.
    repeats: bool,
    /// It is a task.
    is_task: bool,
    /// What was in the slots that it may come to.
    found_in: FxHashMap<u32, Value>,
    at: Vec<Step>,
}

impl FoundCallback {
    /// Joins another call at the same place.
    fn join(&mut self, other: Self) {
        self.callee.join(&other.callee);
        self.repeats |= other.repeats;
        for (position, arg) in other.args.into_iter().enumerate() {
            match self.args.get_mut(position) {
                Some(known) => {
                    known.join(&arg);
                }
                None => self.args.push(arg),
            }
        }
        // A borrow that lives during the one call may have ended before the other, which is given its handle.
        for known in &mut self.held {
            known.may_have_ended |= other.dead.contains(&known.loan);
        }
        for mut held in other.held {
            match self.held.iter_mut().find(|known| known.loan == held.loan) {
                Some(known) => {
                    known.of.join(&held.of);
                    known.may_have_ended |= held.may_have_ended;
                    known.lent |= held.lent;
                    held.used_later.iter().for_each(|step| step.add_to(&mut known.used_later));
                }
                None => {
                    held.may_have_ended |= self.dead.contains(&held.loan);
                    self.held.push(held);
                }
            }
        }
        self.dead.extend(other.dead);
        for (slot, value) in other.found_in {
            self.found_in.entry(slot).or_default().join(&value);
        }
        other.at.iter().for_each(|step| step.add_to(&mut self.at));
    }
}

pub(crate) struct Lambda<'a> {
    lookup: &'a dyn Lookup,
    body: &'a Body,
    function: FunctionId,
    id: LambdaId,
    cfg: &'a Cfg,
    /// Summaries of the lambdas inside, which are analysed first.
    inner: &'a Inner,
    /// The functions that call each other in a cycle with this one, itself included; none when it calls itself in no way.
    cycle: &'a [FunctionId],
    /// What the function does, by itself or in what it calls.
    does: Does,
    table: Table,
    /// The variables that go out of scope with a block, latest first.
    locals_of: FxHashMap<BlockId, Rc<[LocalId]>>,
    /// The loans that a variable may own.
    loans_of: FxHashMap<LocalId, Vec<u32>>,
    /// For each loan of the graph, the loan that its earlier handles belong to.
    stale: Vec<u32>,
    imported: FxHashMap<(FunctionId, LambdaId, bool, u32, ExprId), u32>,
    /// The last pass: conflicts are looked for.
    reporting: bool,
    drafts: Vec<Draft>,
    effects: Vec<Found>,
    effect_ids: FxHashMap<(u32, Use), u32>,
    conditions: Vec<FoundCondition>,
    condition_keys: FxHashMap<(Code, u32, u32, bool), usize>,
    callbacks: Vec<FoundCallback>,
    released: BTreeSet<LocalId>,
    /// Variables that lambdas share and that stand for another one each time.
    declared_again: FxHashSet<LocalId>,
    /// Variables that may get back what they held when a lambda began.
    regained: BTreeSet<LocalId>,
    /// Borrows that may have ended while their variable holds the handle: it was dropped, or bound to the variable once more.
    loose: FxHashSet<u32>,
    /// Borrows of a callee that live while it does what is looked at. What is in their way, its own reports tell.
    alive: Vec<u32>,
    /// Slots in which was put what they held at entry.
    put_back: FxHashSet<u32>,
    /// Borrows of callees that stand for several.
    several: FxHashSet<u32>,
    /// Arrays that a caller knows, whose elements may have moved.
    shifted: BTreeSet<u32>,
    drops: bool,
    /// What runs now is a task: what it does, it does to copies.
    in_task: bool,
    /// A task calls a function that nobody here knows.
    asks_caller: bool,
    throws_itself: bool,
    /// How deep callbacks of callbacks are being applied.
    nesting: u32,
    /// The closures that are being applied, each with its arguments, and what closures have given so far.
    applying: Vec<(u32, Vec<Value>)>,
    given: FxHashMap<u32, call::Called>,
    /// What runs now may run more than once in one run of the lambda.
    repeats: bool,
    /// What it has cost so far.
    work: Cell<u64>,
    /// What it may cost.
    budget: u64,
}

/// How often a node may be visited before the analysis gives up. Values are finite, so it ends by itself; this keeps the
/// time of a body that nobody wrote by hand within bounds.
const VISITS: u32 = 40;

/// What the analysis of a lambda found.
pub(crate) struct Outcome {
    pub(crate) summary: Summary,
    pub(crate) drafts: Vec<Draft>,
    /// What it cost.
    pub(crate) work: u64,
}

impl<'a> Lambda<'a> {
    pub(crate) fn analyse(
        lookup: &'a dyn Lookup,
        body: &'a Body,
        function: FunctionId,
        cfg: &'a Cfg,
        inner: &'a Inner,
        (cycle, does): (&'a [FunctionId], Does),
        budget: u64,
    ) -> Outcome {
        let mut lambda = Self {
            lookup,
            body,
            function,
            id: cfg.lambda,
            cfg,
            inner,
            cycle,
            does,
            table: Table::new(!cycle.is_empty(), Arc::clone(&inner.shapes)),
            locals_of: FxHashMap::default(),
            loans_of: FxHashMap::default(),
            stale: Vec::new(),
            imported: FxHashMap::default(),
            reporting: false,
            drafts: Vec::new(),
            effects: Vec::new(),
            effect_ids: FxHashMap::default(),
            conditions: Vec::new(),
            condition_keys: FxHashMap::default(),
            callbacks: Vec::new(),
            released: BTreeSet::new(),
            declared_again: FxHashSet::default(),
            regained: BTreeSet::new(),
            loose: FxHashSet::default(),
            alive: Vec::new(),
            put_back: FxHashSet::default(),
            several: FxHashSet::default(),
            shifted: BTreeSet::new(),
            drops: false,
            in_task: false,
            asks_caller: false,
            throws_itself: false,
            nesting: 0,
            applying: Vec::new(),
            given: FxHashMap::default(),
            repeats: false,
            work: Cell::new(0),
            budget,
        };
        lambda.declare_loans();
        lambda.declare_locals();
        lambda.run()
    }

    fn place(&self, range: BodyRange) -> Place {
        Place { function: self.function, range }
    }

    fn step(&self, range: BodyRange) -> Step {
        Step { place: self.place(range), cause: None }
    }

    /// Gives every loan of the graph its number, and after them every loan's stale twin.
    fn declare_loans(&mut self) {
        let count = self.cfg.loans.len() as u32;
        for loan in &self.cfg.loans {
            let owner = match loan.owner {
                LoanOwner::Local(local) => Owner::Local(local),
                LoanOwner::Temporary | LoanOwner::Iterated => Owner::Temporary,
                LoanOwner::Loop => Owner::Loop,
            };
            if let Owner::Local(local) = owner {
                self.loans_of.entry(local).or_default().push(self.table.loans.len() as u32);
            }
            let place = self.step(loan.range);
            self.table.loans.push(LoanInfo {
                exclusive: loan.exclusive,
                owner,
                name: self.describe(loan.operand),
                place,
            });
        }
        for loan in 0..count {
            let twin = self.table.loans[loan as usize].clone();
            self.table.loans.push(twin);
            self.stale.push(count + loan);
        }
    }

    fn declare_locals(&mut self) {
        let mut locals_of = FxHashMap::<_, Vec<_>>::default();
        for (index, local) in self.body.locals.iter().enumerate().rev() {
            if local.lambda == self.id {
                locals_of.entry(local.scope).or_default().push(LocalId(index as u32));
            }
        }
        self.locals_of = locals_of.into_iter().map(|(block, locals)| (block, locals.into())).collect();
    }

    fn entry_state(&mut self) -> State {
        let mut state = State::default();
        state.phase.before = true;
        let receiver = (self.id == LambdaId(0)).then(|| self.lookup.receiver(self.function)).flatten();
        for (index, param) in self.body[self.id].params.iter().enumerate() {
            let shape = match receiver {
                Some(name) if index == 0 && self.body[*param].name == "self" => Shape::Struct(name.clone()),
                _ => Shape::Unknown,
            };
            let object = self.table.object(Origin::Parameter(index as u32), shape);
            self.declare(&mut state, *param);
            self.bind(&mut state, *param, &Value::of(Target::Object(object)), None);
        }
        state
    }

    fn run(mut self) -> Outcome {
        let order = self.cfg.reverse_postorder();
        let mut position = vec![usize::MAX; self.cfg.nodes.len()];
        for (at, node) in order.iter().enumerate() {
            position[node.index()] = at;
        }
        let looped = self.looped(&order, &position);
        let mut states: Vec<Option<State>> = vec![None; order.len()];
        let mut visits = vec![0; order.len()];
        states[0] = Some(self.entry_state());
        let mut waiting = BTreeSet::from([0]);
        loop {
            // What was left out because of what an object seemed to be comes now.
            if waiting.is_empty() && std::mem::take(&mut self.table.reshaped) {
                waiting.extend((0..order.len()).filter(|at| states[*at].is_some()));
            }
            let Some(at) = waiting.pop_first() else { break };
            visits[at] += 1;
            if visits[at] > VISITS || self.is_exhausted() {
                return self.give_up();
            }
            let Some(state) = states[at].clone() else { continue };
            self.spend(1);
            self.repeats = looped[at];
            self.node(order[at], state, &mut |lambda, to, state| {
                let to = position[to.index()];
                let changed = match &mut states[to] {
                    Some(known) => known.join(state, &lambda.table),
                    unknown => {
                        *unknown = Some(state.clone());
                        true
                    }
                };
                if changed {
                    waiting.insert(to);
                }
            });
        }
        self.reporting = true;
        for (at, node) in order.iter().enumerate() {
            if let Some(state) = states[at].clone() {
                self.repeats = looped[at];
                self.node(*node, state, &mut |_, _, _| {});
            }
        }
        if self.is_exhausted() {
            return self.give_up();
        }
        let exit = |node: crush_hir::cfg::NodeId| {
            let at = position[node.index()];
            (at != usize::MAX).then(|| states[at].clone()).flatten()
        };
        let (exit, unwound) = (exit(Cfg::EXIT), exit(Cfg::UNWOUND));
        self.finish(exit, unwound)
    }

    /// Which nodes, by their position, may be part of a loop: what an edge that leads back encloses. In a function that
    /// calls itself everything repeats.
    fn looped(&self, order: &[crush_hir::cfg::NodeId], position: &[usize]) -> Vec<bool> {
        let mut looped = vec![!self.cycle.is_empty(); order.len()];
        for (from, node) in order.iter().enumerate() {
            for to in self.cfg.successors(*node).chain([self.cfg.nodes[node.index()].unwind]) {
                let to = position[to.index()];
                if to <= from {
                    looped[to..=from].fill(true);
                }
            }
        }
        looped
    }

    fn spend(&self, units: usize) {
        self.work.set(self.work.get() + units as u64);
    }

    /// Whether it has cost more than it may. Callbacks that call callbacks multiply, and a body may have many of them.
    fn is_exhausted(&self) -> bool {
        self.work.get() > self.budget
    }

    /// A body too large to analyse precisely: one warning over all of it, and a summary that expects everything.
    fn give_up(self) -> Outcome {
        let place = self.place(self.body[self.id].range);
        let summary = Summary::too_large(self.does);
        Outcome { summary, drafts: vec![Draft::too_large(place)], work: self.work.get() }
    }

    /// Whether the variable lives in a cell, because lambdas share it.
    fn in_cell(&self, local: LocalId) -> bool {
        self.body[local].captured || self.body[local].lambda != self.id
    }

    fn is_own(&self, local: LocalId) -> bool {
        self.body[local].lambda == self.id
    }

    /// Notes two objects of which only a caller knows whether they are one.
    fn note_condition(&mut self, found: FoundCondition) {
        let key = (found.code, found.held, found.used, found.deep);
        match self.condition_keys.get(&key) {
            Some(known) => {
                let known = &mut self.conditions[*known];
                found.held_at.iter().for_each(|step| step.add_to(&mut known.held_at));
                found.at.iter().for_each(|step| step.add_to(&mut known.at));
            }
            None => {
                self.condition_keys.insert(key, self.conditions.len());
                self.conditions.push(found);
            }
        }
    }

    /// The number under which an effect is known, new or not.
    fn effect(&mut self, state: &State, object: u32, usage: Use, at: Step) -> u32 {
        let next = self.effects.len() as u32;
        let id = *self.effect_ids.entry((object, usage)).or_insert(next);
        if id == next {
            self.effects.push(Found { object, usage, at: Vec::new(), phase: Phase::default(), alive: None });
        }
        let found = &mut self.effects[id as usize];
        found.phase.join(state.phase);
        at.add_to(&mut found.at);
        if self.reporting {
            let lives = |loan: u32| state.loans.get(loan).is_some() && !state.may_have_ended(loan);
            match &mut found.alive {
                Some(alive) => alive.retain(|loan| lives(*loan)),
                None => {
                    let mut alive = Vec::new();
                    state.loans.for_each(|loan, _| alive.push(loan));
                    alive.retain(|loan| lives(*loan));
                    found.alive = Some(alive);
                }
            }
        }
        id
    }
}

/// A position in a summary, for the loops that number things.
fn index(position: usize) -> ObjectIndex {
    position as u32
}
