//! What a copy of a value may be: `x.clone()`.

use crush_hir::body::ExprId;

use super::Lambda;
use crate::state::State;
use crate::table::{Field, Shape};
use crate::value::{Target, Value};

/// Tells the copy of an object from what else its expression makes.
const COPY: u32 = u32::MAX - 3;

impl Lambda<'_> {
    /// A deep copy: new objects, in which functions, the handles of tasks and borrow handles are what they were.
    pub(super) fn deep_copy(&mut self, state: &mut State, value: &Value, expr: ExprId) -> Value {
        let objects = self.underlying(state, value);
        let flags = Value::flags(value.other() & Value::TEXT);
        if objects.targets().is_empty() {
            return flags.joined(&Value::plain());
        }
        // An object that was made here is known part by part, and so is its copy.
        if let (Some(Target::Object(object)), 0) = (objects.only(), value.other())
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
            let held: Vec<_> =
                held.into_iter().map(|(field, value)| (field, self.part_of_copy(state, &value, expr))).collect();
            let copy = self.allocate(state, expr, COPY, shape);
            let copy = Value::of(Target::Object(copy));
            for (field, value) in held {
                self.store(state, &copy, &field, &value, true);
            }
            return copy;
        }
        // Whatever it holds, it is itself new: what is no array, map or struct has no such method.
        let kept = self.kept_in_copy(state, &objects);
        let fresh = self.fresh(expr);
        self.store(state, &fresh, &Field::Element, &kept, true);
        fresh
    }

    /// What stands in a copy for a value of the original.
    fn part_of_copy(&mut self, state: &mut State, value: &Value, expr: ExprId) -> Value {
        let is_shared =
            |object: u32| matches!(self.table.objects[object as usize].shape, Shape::Closure(..) | Shape::Task);
        if value.objects().all(is_shared) {
            return value.clone();
        }
        let kept = self.kept_in_copy(state, value);
        let fresh = self.fresh(expr);
        self.store(state, &fresh, &Field::Element, &kept, true);
        fresh.joined(&kept)
    }

    /// What a copy shares with the original.
    fn kept_in_copy(&mut self, state: &State, value: &Value) -> Value {
        let reached = self.reach_all(state, value);
        let mut kept = Value::flags(Value::TEXT | Value::PLAIN);
        let mut unknown = false;
        for object in &reached.objects {
            match self.table.objects[*object as usize].shape {
                Shape::Closure(..) | Shape::Task => {
                    kept.add(Target::Object(*object));
                }
                // It may be a function, which is the same in the copy.
                Shape::Unknown => unknown = true,
                Shape::Array | Shape::Map | Shape::Struct(_) | Shape::Cell => {}
            }
        }
        for handle in &reached.handles {
            kept.add(Target::Handle(*handle));
        }
        for function in &reached.functions {
            kept.add(*function);
        }
        if unknown {
            kept.join(&self.anything_in(state, value));
        }
        kept
    }
}
