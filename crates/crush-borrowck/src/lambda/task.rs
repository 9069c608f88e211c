//! Tasks (T1 to T3): `spawn`, calls of `async` functions, and `await`.
//!
//! A task works on copies in an arena of its own: no borrow of this arena is in its way, and nothing that it does comes back
//! but its result, a copy too. The task's handle is an object here that holds this result, so that two `await`s of one
//! handle give one object.

use crush_hir::body::ExprId;
use rustc_hash::FxHashMap;

use super::access::Usage;
use super::call::{Called, Site};
use super::callback::NESTING;
use super::instance::Assumed;
use super::{FoundCallback, Lambda};
use crate::state::{Freed, Live, State};
use crate::summary::Use;
use crate::table::{Field, Origin, Shape};
use crate::value::{Target, Value};

/// Tells the handle of a task from what else its expression makes.
const HANDLE: u32 = u32::MAX - 1;

/// Tells what of a task's result cannot be copied back from what else its expression makes.
const SPOILED: u32 = u32::MAX - 2;

impl Lambda<'_> {
    /// `spawn f(…)` of what a name or a variable stands for.
    pub(super) fn spawn(&mut self, state: &mut State, callee: (&Value, Option<String>), site: &Site) -> Called {
        let (callee, name) = callee;
        self.send(state, callee, name, site);
        self.start_task(state, callee, site)
    }

    /// `parallel_map(items, f)`: a task for each item; an array of their results.
    pub(super) fn parallel_map(&mut self, state: &mut State, site: &Site) -> Called {
        let [items, function] = &site.args[..] else { return Called::gives(Value::plain()) };
        let name = site.names.first().cloned().flatten();
        let read = Usage { usage: Use::Read, at: site.step, name, certain: true, callee: None, source: None };
        self.access(state, items, &read);
        let item = self.load(state, items, &Field::Element);
        let each = Site {
            args: vec![item],
            names: vec![None],
            sources: Vec::new(),
            certain: false,
            strong: false,
            ..site.clone()
        };
        self.send(state, function, site.names.get(1).cloned().flatten(), site);
        let outer = std::mem::replace(&mut self.repeats, true);
        let task = self.start_task(state, function, &each);
        self.repeats = outer;
        let waited = self.wait(state, site.expr, &task.value, &Usage { name: None, certain: false, ..read });
        let results = self.allocate(state, site.expr, 0, Shape::Array);
        let results = Value::of(Target::Object(results));
        self.store(state, &results, &Field::Element, &waited.value, true);
        Called { value: results, ..waited }
    }

    /// Starts a task that runs one of the functions that a value may be; gives its handle.
    pub(super) fn start_task(&mut self, state: &mut State, callee: &Value, site: &Site) -> Called {
        for (arg, name) in site.args.iter().zip(&site.names) {
            self.send(state, arg, name.clone(), site);
        }
        let args = site.args.iter().map(|arg| self.underlying(state, arg).joined(&Value::flags(arg.other()))).collect();
        let result = self.run_task(state, callee, &Site { args, ..site.clone() });
        let handle = self.allocate(state, site.expr, HANDLE, Shape::Task);
        let handle = Value::of(Target::Object(handle));
        self.store(state, &handle, &Field::Element, &result, true);
        Called::gives(handle)
    }

    /// Runs a task, on copies; gives what is copied back.
    ///
    /// One that calls functions that only a caller knows is looked at again by each that does.
    pub(super) fn run_task(&mut self, state: &mut State, callee: &Value, site: &Site) -> Value {
        let mut copy = state.clone();
        self.forget_what_was_not_sent(&mut copy);
        let outer = (std::mem::replace(&mut self.in_task, true), std::mem::replace(&mut self.asks_caller, false));
        let inside_task = Site { certain: false, strong: false, sources: Vec::new(), ..site.clone() };
        let inside = match self.nesting > NESTING {
            true => self.call_beyond(&mut copy, callee, &inside_task),
            false => self.run_any(&mut copy, callee, &inside_task),
        };
        let asks_caller = self.asks_caller;
        self.in_task = outer.0;
        self.asks_caller |= outer.1;
        state.phase.join(copy.phase);
        if asks_caller && !self.in_task {
            // What comes from here on may be about what it gives.
            state.phase.after = true;
            let given = site.args.iter().fold(callee.clone(), |given, arg| given.joined(arg));
            let found_in = self.slots_of(state, &self.reach_all(state, &given).objects);
            self.note_callback(FoundCallback {
                expr: site.expr,
                callee: callee.clone(),
                args: site.args.clone(),
                held: Vec::new(),
                dead: Default::default(),
                repeats: self.repeats,
                is_task: true,
                found_in,
                at: vec![site.step],
            });
            // What a function gives that only a caller knows, only the caller knows: it finds the handles in it.
            let usage =
                Usage { usage: Use::Send, at: site.step, name: None, certain: false, callee: None, source: None };
            self.note_effects(state, &inside.value, &usage);
        }
        let shares = !self.is_tree(&copy, &inside.value);
        let result = self.fresh(site.expr, shares);
        // What is copied back, and is no data: functions.
        let mut functions = self.kept_in_clone(&copy, &inside.value, true);
        functions.retain(|target| !matches!(target, Target::Handle(_)));
        self.adopt(state, &copy, &functions);
        self.hold(state, &result, &functions);
        let result = result.joined(&functions);
        // A borrow handle in the result cannot come back (T3): it is found where the result is awaited.
        let handles = self.reach_all(&copy, &inside.value).handles;
        let result = handles.into_iter().fold(result, |result, loan| result.joined(&Value::of(Target::Handle(loan))));
        match self.spoiled(state, &copy, &inside.value, site) {
            Some(spoiled) => result.joined(&Value::of(Target::Object(spoiled))),
            None => result,
        }
    }

    /// Of what was dropped before nothing was sent, and no borrow is of a copy. What another task is about to give is in its arena
    /// still: it may be awaited in this one (T3).
    fn forget_what_was_not_sent(&self, copy: &mut State) {
        let mut given = Value::default();
        copy.for_each_written(|slot, result| {
            if self.table.objects[self.table.slots[slot as usize].object as usize].shape == Shape::Task {
                given.extend(result.objects().map(Target::Object));
            }
        });
        let mut freed = Vec::new();
        copy.freed.for_each(|object, _| freed.push(object));
        for object in freed.into_iter().filter(|object| !given.has(Target::Object(*object))) {
            copy.freed.remove(object);
        }
        let mut loans = Vec::new();
        copy.loans.for_each(|loan, live| loans.push((loan, live.of.clone())));
        for (loan, mut of) in loans {
            // A handle that the task would get has been reported as sent; that it is dead there is no news.
            of.retain(|target| given.has(target));
            copy.take(loan, Live { surely: true, of });
            copy.proved_alive(loan);
        }
    }

    /// What is in all that a function of a task, or one that nobody here knows, is given when it begins: it may be something else
    /// when the function ends that calls it.
    pub(super) fn slots_of(&self, state: &State, reached: &[u32]) -> FxHashMap<u32, Value> {
        let mut slots = FxHashMap::default();
        for object in reached {
            for slot in &self.table.objects[*object as usize].slots {
                if let Some(written) = state.written(*slot) {
                    slots.insert(*slot, written.clone());
                }
            }
        }
        slots
    }

    /// The result is read deeply when the task ends, to be copied back. Where it may reach what the task has dropped, or still
    /// borrows exclusively, an object stands for that which is read where the result is awaited.
    fn spoiled(&mut self, state: &mut State, copy: &State, result: &Value, site: &Site) -> Option<u32> {
        let reached = self.reach(copy, result).objects;
        // What lies below an object from elsewhere is not known to be reached.
        let is_symbolic = |object: u32| self.table.objects[object as usize].symbolic;
        let some_symbolic = reached.iter().any(|object| is_symbolic(*object));
        let may_be_read = |object: u32| reached.contains(&object) || some_symbolic && is_symbolic(object);
        let mut dropped = None;
        copy.freed.for_each(|object, freed| {
            if may_be_read(object) {
                dropped = Some(freed.at);
            }
        });
        let mut borrowed = false;
        copy.loans.for_each(|loan, live| {
            borrowed |= self.table.loans[loan as usize].exclusive && live.of.objects().any(may_be_read);
        });
        if dropped.is_none() && !borrowed {
            return None;
        }
        let spoiled = self.allocate(state, site.expr, SPOILED, Shape::Unknown);
        if let Some(at) = dropped {
            state.free(spoiled, Freed { surely: false, at }, &self.table);
        }
        if borrowed {
            let loan = self.assumed_loan(site, Assumed::Exclusive);
            state.take(loan, Live { surely: false, of: Value::of(Target::Object(spoiled)) });
        }
        Some(spoiled)
    }

    /// `await e`: the result of the task, or `e` itself when it is no task's handle.
    pub(super) fn wait(&mut self, state: &mut State, expr: ExprId, operand: &Value, usage: &Usage) -> Called {
        self.access(state, operand, usage);
        let mut value = Value::flags(operand.other());
        let mut tasks = Value::default();
        for target in operand.targets() {
            let objects = self.underlying(state, &Value::of(*target));
            let shapes: Vec<_> =
                objects.objects().map(|object| self.table.objects[object as usize].shape.clone()).collect();
            if shapes.iter().any(|shape| *shape != Shape::Task) || shapes.is_empty() {
                value.add(*target);
            }
            if shapes.iter().any(|shape| matches!(shape, Shape::Task | Shape::Unknown)) {
                tasks.add(*target);
            }
        }
        if !tasks.targets().is_empty() {
            let result = self.load(state, &tasks, &Field::Element);
            // The handle that a task would give back stops the run here.
            let handles = result.targets().iter().filter(|target| matches!(target, Target::Handle(_)));
            let handles = handles.fold(Value::plain(), |all, handle| all.joined(&Value::of(*handle)));
            self.access(state, &handles, &Usage { usage: Use::Send, name: None, ..usage.clone() });
            // Of a task from elsewhere the caller knows what is in its result.
            let sent = Usage { usage: Use::Send, name: None, certain: false, ..usage.clone() };
            for object in result.objects() {
                self.note_effects(state, &Value::of(Target::Object(object)), &sent);
            }
            let spoiled: Vec<_> = result.objects().filter(|object| self.is_spoiled(state, *object)).collect();
            for object in &spoiled {
                let usage = Usage { usage: Use::Read, name: None, certain: false, ..usage.clone() };
                self.access(state, &Value::of(Target::Object(*object)), &usage);
            }
            let tells = |target: &&Target| match target {
                // One that was dropped may be the result itself, dropped after an earlier `await`.
                Target::Object(object) => !self.stands_for_spoiled(*object),
                Target::Handle(_) => false,
                Target::Function(_) => true,
            };
            let rest = result
                .targets()
                .iter()
                .filter(tells)
                .fold(Value::flags(result.other()), |all, target| all.joined(&Value::of(*target)));
            value.join(&rest);
            // Of a task from elsewhere nothing is known.
            let is_known = |object: u32| self.table.objects[object as usize].shape == Shape::Task;
            if !self.underlying(state, &tasks).objects().all(is_known) {
                value.join(&self.fresh(expr, true));
            }
        }
        Called {
            value,
            thrown: Value::flags(Value::TEXT | Value::PLAIN),
            returns: true,
            throws: true,
            throws_itself: true,
        }
    }

    /// Whether it may stand for what cannot be copied back. That of a task that a callee started is known by its drop alone.
    fn is_spoiled(&self, state: &State, object: u32) -> bool {
        self.stands_for_spoiled(object) || state.freed.get(object).is_some()
    }

    fn stands_for_spoiled(&self, object: u32) -> bool {
        matches!(self.table.objects[object as usize].origin, Origin::Site { part: SPOILED, .. })
    }

    /// A value is copied into a task.
    fn send(&mut self, state: &mut State, value: &Value, name: Option<String>, site: &Site) {
        let usage = Usage { usage: Use::Send, at: site.step, name, certain: true, callee: None, source: None };
        self.access(state, value, &usage);
    }

    /// Functions that a task gives back come with what they have captured, and with what is in that.
    fn adopt(&mut self, state: &mut State, copy: &State, functions: &Value) {
        for object in self.reach_all(copy, functions).objects {
            if self.table.objects[object as usize].symbolic {
                continue;
            }
            for slot in self.table.objects[object as usize].slots.clone() {
                if let Some(held) = copy.written(slot).cloned() {
                    state.store(slot, &held, false, &self.table);
                }
            }
            // That of another task has the same name, and so has what was sent.
            self.table.objects[object as usize].single = false;
            state.note_born(object);
        }
    }
}
