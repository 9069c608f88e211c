//! What the values of a program can be, as far as the text tells: which structs, which map keys, which kinds.
//!
//! This is a guess for people, not a type system: it looks at everything that a variable is ever given, in whatever order, asks
//! callers what they pass and functions what they return, and gives up after so many steps. What it cannot tell is *open*: then
//! anything is possible, and whoever asks shows all that there is.

mod bodies;
mod shape;
mod sources;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use crush_hir::body::{
    Block, BlockId, Body, BodyOwner, Callee, ExprId, ExprKind, Literal, LocalId, LocalKind, Name, StmtKind,
};
use crush_hir::file::{BodyId, FileHir};
use crush_hir::modules::ModuleId;

pub(crate) use bodies::BodiesCache;
use bodies::Lowered;
pub(crate) use shape::{Kind, Shape};
use sources::Step;

use crate::FileAnalysis;

/// So many expressions are looked at for one answer.
const BUDGET: u32 = 4_000;

/// So many calls are followed into each other.
const MOST_CALLS: u32 = 3;

/// A body of a program.
type BodyKey = (ModuleId, BodyId);

/// Bodies of a file, by the functions that they name.
type Callers = HashMap<Name, Vec<BodyId>>;

/// The values of a program. Made for one request: it knows which bodies it has looked into.
pub(crate) struct Values<'a> {
    analysis: &'a FileAnalysis,
    bodies: RefCell<HashMap<BodyKey, Arc<Lowered>>>,
    /// The bodies of a file that name a function, by its name.
    callers: RefCell<HashMap<ModuleId, Rc<Callers>>>,
    budget: Cell<u32>,
}

impl<'a> Values<'a> {
    pub(crate) fn new(analysis: &'a FileAnalysis) -> Self {
        Self { analysis, bodies: RefCell::default(), callers: RefCell::default(), budget: Cell::new(BUDGET) }
    }

    /// What an expression of a body can be.
    pub(crate) fn of(&self, at: BodyKey, expr: ExprId) -> Shape {
        self.budget.set(BUDGET);
        let mut shape = Shape::default();
        self.look(at, expr, &[], MOST_CALLS, &mut shape);
        shape
    }

    /// What a variable of a body can be.
    pub(crate) fn of_local(&self, at: BodyKey, local: LocalId) -> Shape {
        self.budget.set(BUDGET);
        let mut shape = Shape::default();
        self.look_at_local(at, local, &[], MOST_CALLS, &mut shape);
        shape
    }

    /// What the name that starts at `start` of a body is a member of: the receiver of a method, the object of a field.
    pub(crate) fn of_owner(&self, at: BodyKey, start: u32) -> Shape {
        let lowered = self.lowered(at);
        let owner = lowered.sources.owner_at(start);
        owner.map_or_else(Shape::open, |owner| self.of(at, owner))
    }

    fn hir(&self, module: ModuleId) -> Option<&'a FileHir> {
        self.analysis.file(module).map(|file| file.hir)
    }

    fn lowered(&self, at: BodyKey) -> Arc<Lowered> {
        if let Some(known) = self.bodies.borrow().get(&at) {
            return Arc::clone(known);
        }
        let lowered = match self.analysis.file(at.0) {
            Some(file) => self.analysis.bodies().get(file.hir.body_key(at.1), || file.hir.lower(file.tree, at.1)),
            None => Arc::new(Lowered::of(Body::empty(BodyOwner::TopLevel))),
        };
        self.bodies.borrow_mut().insert(at, Arc::clone(&lowered));
        lowered
    }

    /// Adds to `shape` what is reached from `expr` by `path`.
    fn look(&self, at: BodyKey, expr: ExprId, path: &[Step], calls: u32, shape: &mut Shape) {
        let Some(left) = self.budget.get().checked_sub(1) else {
            shape.is_open = true;
            return;
        };
        self.budget.set(left);
        let lowered = self.lowered(at);
        let body = &lowered.body;
        let deeper = |step: Step| std::iter::once(step).chain(path.iter().cloned()).collect::<Vec<_>>();
        match &body[expr].kind {
            ExprKind::Local(local) => self.look_at_local(at, *local, path, calls, shape),
            ExprKind::Field { base, name, .. } => {
                self.look(at, *base, &deeper(Step::Field(name.clone())), calls, shape)
            }
            ExprKind::Index { base, index } => {
                let step = match &body[*index].kind {
                    ExprKind::Literal(Literal::Str(key)) => Step::Field(key.clone()),
                    _ => Step::Element,
                };
                self.look(at, *base, &deeper(step), calls, shape);
            }
            ExprKind::Borrow { operand, .. } | ExprKind::Copy(operand) | ExprKind::Await(operand) => {
                self.look(at, *operand, path, calls, shape);
            }
            ExprKind::Slice { base, .. } => self.look(at, *base, path, calls, shape),
            ExprKind::If { then_block, else_block, .. } => {
                for block in std::iter::once(then_block).chain(else_block) {
                    self.look_at_tail(at, *block, path, calls, shape);
                }
            }
            ExprKind::Match { arms, .. } => {
                arms.iter().for_each(|arm| self.look_at_tail(at, arm.body, path, calls, shape));
            }
            ExprKind::Array(elements) => match path.split_first() {
                None => shape.add(Kind::Array),
                Some((Step::Element, rest)) => {
                    elements.iter().for_each(|element| self.look(at, *element, rest, calls, shape));
                }
                Some(_) => {}
            },
            ExprKind::Map(entries) => match path.split_first() {
                None => {
                    shape.add(Kind::Map);
                    entries.iter().for_each(|(key, _)| shape.add_key(key));
                }
                Some((step, rest)) => {
                    let meant = entries.iter().filter(|(key, _)| step.may_be(key));
                    meant.for_each(|(_, value)| self.look(at, *value, rest, calls, shape));
                }
            },
            ExprKind::Struct { name, fields, .. } => match path.split_first() {
                None => shape.add_struct(name),
                Some((step, rest)) => {
                    let meant = fields.iter().filter(|(field, ..)| step.may_be(field));
                    meant.for_each(|(_, _, value)| self.look(at, *value, rest, calls, shape));
                }
            },
            ExprKind::Literal(literal) if path.is_empty() => shape.add(match literal {
                Literal::Null => Kind::Null,
                Literal::Bool(_) => Kind::Bool,
                Literal::Int(_) | Literal::Float(_) => Kind::Number,
                Literal::Str(_) => Kind::String,
            }),
            ExprKind::Unary { .. } | ExprKind::Range { .. } | ExprKind::Logical { .. } if path.is_empty() => {
                shape.add(Kind::Number);
            }
            // `+` joins strings and arrays as well.
            ExprKind::Binary { .. } | ExprKind::Literal(_) => shape.is_open |= !path.is_empty(),
            ExprKind::Lambda(_) => shape.add(Kind::Function),
            ExprKind::Call { callee, .. } => self.look_at_result(at, callee, path, calls, shape),
            _ => shape.is_open = true,
        }
        if matches!(body[expr].kind, ExprKind::Binary { .. }) {
            shape.is_open = true;
        }
    }

    fn look_at_tail(&self, at: BodyKey, block: BlockId, path: &[Step], calls: u32, shape: &mut Shape) {
        match self.lowered(at).body[block] {
            Block { tail: Some(tail), .. } => self.look(at, tail, path, calls, shape),
            _ => shape.add(Kind::Null),
        }
    }

    fn look_at_local(&self, at: BodyKey, local: LocalId, path: &[Step], calls: u32, shape: &mut Shape) {
        let lowered = self.lowered(at);
        let it = &lowered.body[local];
        // A value that comes of itself adds nothing, and would never end.
        if path.len() > 6 || !shape.visit(at, local, path.len()) {
            return;
        }
        if let Some(annotation) = &it.annotation {
            self.look_at_type(at.0, &annotation.name, path, shape);
        }
        for (source, steps) in lowered.sources.of_local(local) {
            let whole: Vec<_> = steps.iter().chain(path).cloned().collect();
            self.look(at, *source, &whole, calls, shape);
        }
        for (steps, value) in lowered.sources.written_into(local) {
            match path.strip_prefix(steps.as_slice()) {
                Some(rest) => self.look(at, *value, rest, calls, shape),
                None => {
                    if let ([Step::Field(key)], []) = (steps.as_slice(), path) {
                        shape.add_key(key);
                    }
                }
            }
        }
        if it.kind == LocalKind::Parameter && it.annotation.is_none() {
            self.look_at_parameter(at, local, path, calls, shape);
        } else if matches!(it.kind, LocalKind::CatchName | LocalKind::PolyglotOutput) {
            shape.is_open = true;
        }
    }

    /// What is written as a type.
    fn look_at_type(&self, module: ModuleId, name: &Name, path: &[Step], shape: &mut Shape) {
        let Some(found) = self.hir(module).and_then(|hir| hir.resolve_struct(name)) else {
            match (path, Kind::named(name)) {
                ([], Some(kind)) => shape.add(kind),
                _ => shape.is_open = true,
            }
            return;
        };
        match path.split_first() {
            None => shape.add_struct(name),
            Some((Step::Field(field), rest)) => {
                let declared = found.it.fields.iter().find(|declared| declared.name == *field);
                match declared.and_then(|declared| declared.annotation.as_ref()) {
                    Some(annotation) => self.look_at_type(found.module, annotation, rest, shape),
                    None => shape.is_open = true,
                }
            }
            Some(_) => shape.is_open = true,
        }
    }

    /// What callers pass for a parameter; `self` is what its `impl` is for.
    fn look_at_parameter(&self, at: BodyKey, local: LocalId, path: &[Step], calls: u32, shape: &mut Shape) {
        let lowered = self.lowered(at);
        let body = &lowered.body;
        let index = body[Body::ROOT].params.iter().position(|param| *param == local);
        let Some(index) = index else {
            // Nobody can tell who calls a lambda.
            shape.is_open = true;
            return;
        };
        let owner = match &body.owner {
            BodyOwner::Method { type_name, .. } if index == 0 && body[local].name == "self" => {
                return match self.hir(at.0).and_then(|hir| hir.resolve_struct(type_name)) {
                    Some(_) => self.look_at_type(at.0, type_name, path, shape),
                    None => shape.is_open = true,
                };
            }
            BodyOwner::Function { name, .. } => name.clone(),
            _ => {
                shape.is_open = true;
                return;
            }
        };
        let Some(calls) = calls.checked_sub(1) else {
            shape.is_open = true;
            return;
        };
        let mut is_called = false;
        for (caller, call_args) in self.calls_of(at.0, &owner) {
            match call_args.get(index) {
                Some(arg) => {
                    is_called = true;
                    self.look(caller, *arg, path, calls, shape);
                }
                None => shape.is_open = true,
            }
        }
        shape.is_open |= !is_called;
    }

    /// The calls of a function in its own file, with their arguments.
    fn calls_of(&self, module: ModuleId, name: &Name) -> Vec<(BodyKey, Vec<ExprId>)> {
        let mut found = Vec::new();
        for &body in self.callers(module).get(name).into_iter().flatten() {
            let lowered = self.lowered((module, body));
            for call in lowered.sources.calls_of(name) {
                if let ExprKind::Call { args, .. } | ExprKind::Spawn { args, .. } = &lowered.body[*call].kind {
                    found.push(((module, body), args.clone()));
                }
            }
        }
        found
    }

    /// Which bodies of a file name which functions.
    fn callers(&self, module: ModuleId) -> Rc<Callers> {
        if let Some(known) = self.callers.borrow().get(&module) {
            return Rc::clone(known);
        }
        let mut callers = Callers::default();
        if let Some(file) = self.analysis.file(module) {
            for body in file.hir.bodies() {
                let names = self.analysis.names().of_body(file.hir, file.tree, body);
                for name in &names.functions {
                    callers.entry(name.clone()).or_default().push(body);
                }
            }
        }
        let callers = Rc::new(callers);
        self.callers.borrow_mut().insert(module, Rc::clone(&callers));
        callers
    }

    /// What a call gives.
    fn look_at_result(&self, at: BodyKey, callee: &Callee, path: &[Step], calls: u32, shape: &mut Shape) {
        let declared = |declaration: &crush_library::Declaration, shape: &mut Shape| match path {
            [] => shape.add_declared(declaration.result),
            _ => shape.is_open = true,
        };
        let Some(hir) = self.hir(at.0) else { return };
        let found = match callee {
            Callee::Name(name) => match hir.resolve_function(name) {
                Some(found) => Some((found.module, found.file.function_body(name))),
                None => match crush_library::function(name) {
                    Some(declaration) => return declared(declaration, shape),
                    None => None,
                },
            },
            Callee::Capability(name) => match crush_library::capability(name) {
                Some(declaration) => return declared(declaration, shape),
                None => name.split_once('.').and_then(|(module, name)| {
                    let found = hir.resolve_qualified(module, name)?.ok()?;
                    Some((found.module, found.file.function_body(name)))
                }),
            },
            Callee::Path { scope, name } => hir.resolve_method(scope, name).map(|found| (found.module, Some(found.it))),
            Callee::Method { receiver, name } => {
                let mut owner = Shape::default();
                self.look(at, *receiver, &[], calls, &mut owner);
                let method = owner.structs.iter().find_map(|structure| hir.resolve_method(structure, name));
                match method {
                    Some(found) => Some((found.module, Some(found.it))),
                    None => match crush_library::methods_named(name).next() {
                        Some((_, declaration)) if !owner.is_open => return declared(declaration, shape),
                        _ => None,
                    },
                }
            }
            Callee::Value(_) => None,
        };
        match (found, calls.checked_sub(1)) {
            (Some((module, Some(body))), Some(calls)) if body != BodyId::TopLevel => {
                self.look_at_returns((module, body), path, calls, shape);
            }
            _ => shape.is_open = true,
        }
    }

    /// What a function returns.
    fn look_at_returns(&self, at: BodyKey, path: &[Step], calls: u32, shape: &mut Shape) {
        let lowered = self.lowered(at);
        let declared = self.hir(at.0).and_then(|hir| hir.function_of(at.1)?.return_type.clone());
        if let Some(declared) = declared {
            return self.look_at_type(at.0, &declared, path, shape);
        }
        for stmt in &lowered.body.stmts {
            if let StmtKind::Return(Some(value)) = stmt.kind {
                self.look(at, value, path, calls, shape);
            }
        }
    }
}
