//! `match`: what an arm reads, which values come to it, and what it binds.

use crush_hir::body::{ExprId, ExprKind, Literal, LocalId, MatchArm, Name, Pattern};
use crush_hir::source_map::BodyRange;

use super::Lambda;
use super::access::Usage;
use crate::state::{Home, State};
use crate::summary::Use;
use crate::table::{Field, Shape};
use crate::value::{Target, Value};

impl<'a> Lambda<'a> {
    pub(super) fn arm(&self, expr: ExprId, arm: usize) -> Option<(ExprId, &'a MatchArm)> {
        let body = self.body;
        match &body[expr].kind {
            ExprKind::Match { scrutinee, arms } => Some((*scrutinee, arms.get(arm)?)),
            _ => None,
        }
    }

    /// A struct pattern reads the object, and so does a string, which is compared with it; another pattern does not.
    pub(super) fn test(&mut self, state: &mut State, value: &Value, scrutinee: ExprId, arm: &MatchArm) {
        match &arm.pattern {
            Pattern::Struct { fields, name_range, .. } => {
                // Anything but an instance is not read.
                let is_instance = |object: u32| matches!(self.table.objects[object as usize].shape, Shape::Struct(_));
                let objects = self.underlying(state, value);
                let certain = value.other() == 0 && !objects.is_empty() && objects.objects().all(is_instance);
                self.read(state, value, Use::Read, scrutinee, *name_range, certain);
                self.test_fields(state, value, fields, *name_range);
            }
            Pattern::Literal(Literal::Str(_)) => {
                let certain = value.other() == 0 && !self.maybe_plain(value);
                self.read(state, value, Use::Read, scrutinee, self.body[arm.body].range, certain);
            }
            Pattern::Literal(_) | Pattern::Binding(_) | Pattern::Wildcard | Pattern::Missing => {}
        }
    }

    /// Parts are read where they are matched with patterns that read them, and only where what is around them matches.
    fn test_fields(&mut self, state: &mut State, value: &Value, fields: &[(Name, Pattern)], around: BodyRange) {
        for (name, pattern) in fields {
            let (range, fields) = match pattern {
                Pattern::Struct { fields, name_range, .. } => (*name_range, &fields[..]),
                Pattern::Literal(Literal::Str(_)) => (around, &[][..]),
                Pattern::Literal(_) | Pattern::Binding(_) | Pattern::Wildcard | Pattern::Missing => continue,
            };
            let inner = self.load(state, value, &Field::Named(name.clone()));
            let at = self.step(range);
            let usage = Usage { usage: Use::Read, at, name: None, certain: false, callee: None, source: None };
            self.access(state, &inner, &usage);
            self.test_fields(state, &inner, fields, around);
        }
    }

    pub(super) fn bind_pattern(&mut self, state: &mut State, value: &Value, pattern: &Pattern) {
        match pattern {
            Pattern::Binding(local) => {
                self.declare(state, *local);
                self.note_loose(*local, value, |_| false);
                self.bind(state, *local, value, None);
            }
            Pattern::Struct { fields, .. } => {
                for (name, pattern) in fields {
                    let inner = self.load(state, value, &Field::Named(name.clone()));
                    self.bind_pattern(state, &inner, pattern);
                }
            }
            Pattern::Wildcard | Pattern::Literal(_) | Pattern::Missing => {}
        }
    }

    /// The state in which an arm matches, or does not; `None`: it never is that way. A struct pattern tells values apart.
    pub(super) fn tested(&mut self, state: &State, expr: ExprId, arm: usize, matches: bool) -> Option<State> {
        let mut state = state.clone();
        let Some((scrutinee, arm)) = self.arm(expr, arm) else { return Some(state) };
        let Pattern::Struct { name, fields, .. } = &arm.pattern else { return Some(state) };
        let value = state.value(scrutinee);
        let takes_all = fields.iter().all(|(_, field)| matches!(field, Pattern::Binding(_) | Pattern::Wildcard));
        let mut narrowed = if matches { value.clone().without_others() } else { value.clone() };
        narrowed.retain(|target| match matches {
            true => self.may_be_instance(&state, target, name),
            false => !(takes_all && self.is_instance(&state, target, name)),
        });
        if narrowed.is_empty() && !value.is_empty() {
            return None;
        }
        // What an object is has been read, either way.
        let read = Usage {
            usage: Use::Read,
            at: self.step(self.body[scrutinee].range),
            name: None,
            certain: true,
            callee: None,
            source: None,
        };
        self.assume_passed(&mut state, &value, &read);
        if narrowed != value {
            if let Some(Home::Local(local)) = state.read_from(scrutinee)
                && self.is_own(local)
                && self.variable(&state, local) == value
            {
                self.narrow(&mut state, local, &narrowed);
            }
            state.set_value(scrutinee, narrowed);
        }
        Some(state)
    }

    /// A variable holds less than it seemed to.
    pub(super) fn narrow(&mut self, state: &mut State, local: LocalId, value: &Value) {
        if self.in_cell(local) {
            let slot = self.cell_slot(local);
            state.store(slot, value, true, &self.table);
        } else {
            state.locals.insert(local.0, value.clone());
        }
    }

    /// Whether it is surely of that struct.
    fn is_instance(&self, state: &State, target: Target, name: &Name) -> bool {
        let is_one = |object: u32| {
            !self.lookup.is_related(name)
                && matches!(&self.table.objects[object as usize].shape, Shape::Struct(of) if of == name)
        };
        match target {
            Target::Object(object) => is_one(object),
            Target::Handle(loan) => state.loans.get(loan).is_some_and(|live| live.of.objects().all(is_one)),
            Target::Function(_) => false,
        }
    }

    /// Whether it may be of that struct. What a dead handle was of is no question: reading it stops the run.
    fn may_be_instance(&self, state: &State, target: Target, name: &Name) -> bool {
        let may_be = |object: u32| match &self.table.objects[object as usize].shape {
            Shape::Unknown => true,
            Shape::Struct(of) => of == name || self.lookup.is_related(of) && self.lookup.is_related(name),
            Shape::Array | Shape::Map | Shape::Closure(..) | Shape::Cell | Shape::Task => false,
        };
        match target {
            Target::Object(object) => may_be(object),
            Target::Handle(loan) => state.loans.get(loan).is_none_or(|live| live.of.objects().any(may_be)),
            Target::Function(_) => false,
        }
    }
}
