//! What a copy of a value may be: `x.clone()`, and a struct that is copied as a value.

use crush_hir::body::ExprId;
use rustc_hash::FxHashSet;

use super::Lambda;
use super::access::{Usage, references};
use crate::state::State;
use crate::summary::Use;
use crate::table::{Alias, Field, Origin, Shape};
use crate::value::{Target, Value};

/// Tells the copy of an object from what else its expression makes.
const COPY: u32 = u32::MAX - 3;

/// Tells the copies of values from what else an expression makes: as many below this as there are in one another.
const VALUE: u32 = u32::MAX - 4;

/// As many copies within each other are told apart. Loss: what lies deeper counts as possibly the original.
const NESTED: u32 = 16;

impl Lambda<'_> {
    /// A value that is assigned, passed or returned where structs are copied then. It is read if it is such an instance.
    pub(super) fn copied_value(&mut self, state: &mut State, value: &Value, expr: ExprId, usage: &Usage) -> Value {
        let mut made = 0;
        self.copied_part(state, value, expr, usage, &mut made)
    }

    fn copied_part(&mut self, state: &mut State, value: &Value, expr: ExprId, usage: &Usage, made: &mut u32) -> Value {
        let mut result = Value::flags(value.other());
        for target in value.targets() {
            let Target::Object(object) = *target else {
                result.add(*target);
                continue;
            };
            let one = Value::of(*target);
            match self.table.objects[object as usize].shape.clone() {
                // What it holds is known here.
                Shape::Struct(name)
                    if self.body.copied.contains(&name) && !self.table.is_known_elsewhere(object) && *made < NESTED =>
                {
                    // What was dropped is copied as what it is, a reference, and not read.
                    let may_be_freed = self.may_be_freed(state, object);
                    self.access(state, &one, &copying(usage, value.only().is_some(), may_be_freed));
                    let part = VALUE - *made;
                    *made += 1;
                    let slots = self.table.objects[object as usize].slots.clone();
                    let mut held = Vec::new();
                    for slot in slots {
                        let field = self.table.fields[self.table.slots[slot as usize].field as usize].clone();
                        if let Some(written) = state.written(slot).cloned() {
                            let inner = Usage { certain: false, name: None, ..usage.clone() };
                            held.push((field, self.copied_part(state, &written, expr, &inner, made)));
                        }
                    }
                    let copy = self.allocate(state, expr, part, Shape::Struct(name));
                    let copy = Value::of(Target::Object(copy));
                    for (field, value) in held {
                        self.store(state, &copy, &field, &value, true);
                    }
                    result.join(&copy);
                    if may_be_freed {
                        result.add(*target);
                    }
                }
                Shape::Struct(name) if !self.body.copied.contains(&name) => {
                    result.add(*target);
                }
                shape @ (Shape::Struct(_) | Shape::Unknown) => {
                    // It may be copied, with the copied structs in it, or be something else.
                    let is_copied = shape != Shape::Unknown;
                    let may_be_freed = self.may_be_freed(state, object);
                    if is_copied {
                        self.access(state, &one, &copying(usage, value.only().is_some(), may_be_freed));
                    }
                    let usage = Usage { usage: Use::Copy, certain: false, ..usage.clone() };
                    self.access(state, &one, &usage);
                    let anything = self.anything_in(state, &one);
                    let fresh = self.fresh(expr, true);
                    self.store(state, &fresh, &Field::Element, &anything, true);
                    result.join(&fresh);
                    if !is_copied || may_be_freed {
                        result.add(*target);
                    } else {
                        // A caller may have handed in a handle of it, and that is not copied.
                        self.add_kept(&mut result, object, true);
                    }
                }
                Shape::Array | Shape::Map | Shape::Closure(..) | Shape::Cell | Shape::Task => {
                    result.add(*target);
                }
            }
        }
        result
    }

    /// Whether an object may have been dropped here: then a copy of it is it itself.
    fn may_be_freed(&self, state: &State, object: u32) -> bool {
        let mut may_be = false;
        state.freed.for_each(|freed, _| may_be |= self.table.alias(freed, object) != Alias::No);
        may_be
    }

    /// A deep copy: new objects, in which functions, the handles of tasks and borrow handles are what they were.
    pub(super) fn deep_copy(&mut self, state: &mut State, value: &Value, expr: ExprId) -> Value {
        let objects = self.underlying(state, value);
        let flags = Value::flags(value.other() & Value::TEXT);
        if objects.targets().is_empty() {
            return flags.joined(&Value::plain());
        }
        // An object that was made here is known part by part, and so is its copy.
        if let (Some(Target::Object(object)), 0) = (objects.only(), value.other())
            && !self.table.is_known_elsewhere(object)
            && matches!(self.table.objects[object as usize].shape, Shape::Array | Shape::Map | Shape::Struct(_))
        {
            let shape = self.table.objects[object as usize].shape.clone();
            let held: Vec<_> = self.table.objects[object as usize].slots.clone();
            let held: Vec<(Field, Value)> = held
                .into_iter()
                .filter_map(|slot| {
                    let field = self.table.fields[self.table.slots[slot as usize].field as usize].clone();
                    Some((field, state.written(slot)?.clone()))
                })
                .collect();
            let shares = !self.is_tree(state, &objects);
            let part = |(field, value)| (field, self.part_of_copy(state, &value, (expr, shares)));
            let held: Vec<_> = held.into_iter().map(part).collect();
            let copy = self.allocate(state, expr, COPY, shape);
            let copy = Value::of(Target::Object(copy));
            for (field, value) in held {
                self.store(state, &copy, &field, &value, true);
            }
            return copy;
        }
        // Whatever it holds, it is itself new: what is no array, map or struct has no such method.
        let kept = self.kept_in_clone(state, &objects, false);
        let shares = !self.is_tree(state, &objects);
        let fresh = self.fresh(expr, shares);
        self.hold(state, &fresh, &kept);
        fresh
    }

    /// A tree of objects that were not there before. It `shares`: several paths may lead to one of them.
    pub(super) fn fresh(&mut self, expr: ExprId, shares: bool) -> Value {
        let fresh = self.table.object(Origin::Fresh(expr), Shape::Unknown);
        self.table.objects[fresh as usize].shares |= shares;
        Value::of(Target::Object(fresh)).joined(&Value::flags(Value::TEXT | Value::PLAIN))
    }

    /// Something may be anywhere in a tree of new objects. Where nothing is, what lies at one place is not at another.
    pub(super) fn hold(&mut self, state: &mut State, tree: &Value, value: &Value) {
        if !value.targets().is_empty() {
            self.store(state, tree, &Field::Element, value, true);
        }
    }

    /// Whether surely one path alone leads to each object that a value reaches: then it is so in a copy too.
    pub(super) fn is_tree(&self, state: &State, value: &Value) -> bool {
        let mut waiting: Vec<Target> = value.targets().to_vec();
        let mut seen = FxHashSet::default();
        while let Some(target) = waiting.pop() {
            let Target::Object(object) = target else { return false };
            let it = &self.table.objects[object as usize];
            let is_known = match it.origin {
                Origin::Fresh(_) => !it.shares && !self.table.exposed[object as usize],
                _ => !it.symbolic && it.single && !self.table.exposed[object as usize],
            };
            if !is_known || !seen.insert(object) {
                return false;
            }
            if it.symbolic {
                let mut is_changed = false;
                state.for_each_stored(Some(object), &self.table, |stored| is_changed |= !stored.targets().is_empty());
                if is_changed {
                    return false;
                }
            }
            for slot in &it.slots {
                let held = state.written(*slot).map_or(&[][..], Value::targets);
                let is_many = self.table.fields[self.table.slots[*slot as usize].field as usize].is_many();
                if is_many && !held.is_empty() {
                    return false;
                }
                waiting.extend_from_slice(held);
            }
        }
        self.spend(seen.len());
        true
    }

    /// What stands in a copy for a value of the original.
    fn part_of_copy(&mut self, state: &mut State, value: &Value, (expr, shares): (ExprId, bool)) -> Value {
        let is_shared =
            |object: u32| matches!(self.table.objects[object as usize].shape, Shape::Closure(..) | Shape::Task);
        if value.objects().all(is_shared) {
            return value.clone();
        }
        let kept = self.kept_in_clone(state, value, true);
        let fresh = self.fresh(expr, shares);
        self.hold(state, &fresh, &kept);
        fresh.joined(&kept)
    }

    /// What a clone shares with a value, or with what lies below it alone: functions, the handles of tasks, and borrow
    /// handles.
    pub(super) fn kept_in_clone(&mut self, state: &State, value: &Value, itself: bool) -> Value {
        let below = self.reach_by_references(state, &references(value));
        let mut kept = Value::flags(Value::TEXT | Value::PLAIN);
        let all = if itself { below.joined(value) } else { below };
        for target in all.targets() {
            match *target {
                Target::Object(object) => self.add_kept(&mut kept, object, true),
                other => {
                    kept.add(other);
                }
            }
        }
        if !itself {
            value.objects().for_each(|object| self.add_kept(&mut kept, object, false));
        }
        kept
    }

    fn add_kept(&mut self, kept: &mut Value, object: u32, itself: bool) {
        let it = &self.table.objects[object as usize];
        let is_told = !it.symbolic || self.table.family(object).is_some();
        let shared = match (&it.shape, &it.origin) {
            (Shape::Closure(..) | Shape::Task, _) => itself.then_some(object),
            (Shape::Cell, _) => None,
            // Objects of several shapes may be functions.
            (Shape::Unknown, _) if is_told && !it.symbolic => itself.then_some(object),
            _ if is_told => None,
            (_, Origin::Havoc | Origin::Kept { .. }) => Some(object),
            _ => Some(self.table.object(Origin::Kept { base: object, itself }, Shape::Unknown)),
        };
        kept.join(&shared.map_or_else(Value::default, |shared| Value::of(Target::Object(shared))));
    }
}

/// The use of an instance that is copied: it is read, unless it was dropped.
fn copying(usage: &Usage, is_it: bool, may_be_freed: bool) -> Usage {
    match may_be_freed {
        true => Usage { usage: Use::Copy, certain: false, ..usage.clone() },
        false => Usage { certain: usage.certain && is_it, ..usage.clone() },
    }
}
