//! The types of a body's expressions, and what is wrong with them.
//!
//! What the reference does not look at is not looked at here (L1): the arms of a `match`, the operands of an index, of
//! `await` and of `spawn`, what is thrown, and what is written to a field. A run shows what is wrong there.

mod call;
mod operator;
mod words;

pub(crate) use words::unknown_type as unknown;

use rustc_hash::FxHashMap;

use super::{Signature, Type, named};
use crate::body::{
    Block, BlockId, Body, ExprId, ExprKind, LambdaId, Literal, LocalId, Name, Place, Problem, Severity, StmtId,
    StmtKind, TypeName, UnaryOp,
};
use crate::file::FileHir;
use crate::modules::ModuleId;
use crate::source_map::BodyRange;

/// What the functions of a file give, by their names; `S::f` for a method.
pub type Results = FxHashMap<Name, Type>;

/// What the functions of other files give, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Elsewhere(FxHashMap<ModuleId, Results>);

impl Elsewhere {
    /// Adds what the functions of a file give. A struct literal that comes from another file is a map, as the reference has
    /// it: only the file of a struct knows how to write one down.
    pub fn add(&mut self, module: ModuleId, results: &Results) {
        let seen = |ty: &Type| match ty {
            Type::Literal(_) => Type::Map,
            other => other.clone(),
        };
        self.0.insert(module, results.iter().map(|(name, ty)| (name.clone(), seen(ty))).collect());
    }
}

/// What is known of a body.
#[derive(Clone, Debug, PartialEq)]
pub struct Inferred {
    /// What it gives.
    pub result: Type,
    /// What is wrong with its types.
    pub problems: Vec<Problem>,
    /// Structs whose fields it asked for.
    pub structs: Vec<Name>,
}

/// Stack that a step of the recursion is sure to have; and how much is added when there is less.
const STACK_RED_ZONE: usize = 64 * 1024;
const STACK_GROWTH: usize = 1024 * 1024;

/// The types of `body`, given what the functions that it calls give, in its file and elsewhere.
pub fn infer(file: &FileHir, body: &Body, results: &Results, elsewhere: &Elsewhere) -> Inferred {
    let mut inference = Inference {
        file,
        body,
        results,
        elsewhere,
        types: vec![Type::Any; body.locals.len()],
        shadowed: Vec::new(),
        returned: None,
        is_lambda: false,
        is_tried: false,
        problems: Vec::new(),
        structs: Vec::new(),
    };
    let root = &body[Body::ROOT];
    inference.parameters(&root.params);
    inference.statements(&body[root.block]);
    let Inference { returned, problems, structs, .. } = inference;
    Inferred { result: returned.unwrap_or(Type::Null), problems, structs }
}

struct Inference<'a> {
    file: &'a FileHir,
    body: &'a Body,
    results: &'a Results,
    elsewhere: &'a Elsewhere,
    /// The type of each variable as of now.
    types: Vec<Type>,
    /// For each open block, the types that its variables had before: a `let` in a block is forgotten after it.
    shadowed: Vec<Vec<(LocalId, Type)>>,
    /// What the function or lambda returned so far.
    returned: Option<Type>,
    is_lambda: bool,
    /// Inside `try`, where the types of `let` are not held against the values.
    is_tried: bool,
    problems: Vec<Problem>,
    structs: Vec<Name>,
}

impl Inference<'_> {
    fn report(&mut self, code: &'static str, range: BodyRange, message: String) {
        self.problems.push(Problem { code, severity: Severity::Error, message, range });
    }

    fn define(&mut self, local: LocalId, ty: Type) {
        let before = std::mem::replace(&mut self.types[local.index()], ty);
        if let Some(block) = self.shadowed.last_mut() {
            block.push((local, before));
        }
    }

    fn scoped<T>(&mut self, inside: impl FnOnce(&mut Self) -> T) -> T {
        self.shadowed.push(Vec::new());
        let result = inside(self);
        for (local, before) in self.shadowed.pop().unwrap_or_default().into_iter().rev() {
            self.types[local.index()] = before;
        }
        result
    }

    /// The type that is written as `annotation`; reports one that there is not.
    fn annotated(&mut self, annotation: &TypeName) -> Type {
        named(self.file, &annotation.name).unwrap_or_else(|| {
            if !self.file.imports_modules() {
                let message = words::unknown_type(self.file, &annotation.name);
                self.report("unknown-type", annotation.range, message);
            }
            Type::Any
        })
    }

    fn parameters(&mut self, params: &[LocalId]) -> Vec<Type> {
        let body = self.body;
        let typed = |this: &mut Self, param: &LocalId| {
            let ty = body[*param].annotation.as_ref().map_or(Type::Any, |annotation| this.annotated(annotation));
            this.define(*param, ty.clone());
            ty
        };
        params.iter().map(|param| typed(self, param)).collect()
    }

    fn block(&mut self, block: BlockId) {
        let body = self.body;
        self.scoped(|this| this.statements(&body[block]));
    }

    fn statements(&mut self, block: &Block) {
        stacker::maybe_grow(STACK_RED_ZONE, STACK_GROWTH, || {
            block.stmts.iter().for_each(|&stmt| self.statement(stmt));
            if let Some(tail) = block.tail {
                self.expr(tail);
            }
        });
    }

    fn statement(&mut self, id: StmtId) {
        let body = self.body;
        match &body[id].kind {
            StmtKind::Let { local, annotation, value, .. } => self.let_statement(*local, annotation.as_ref(), *value),
            StmtKind::Assign { place, op, value, .. } => match (place, op) {
                (Place::Local(local), Some(op)) => {
                    let left = self.types[local.index()].clone();
                    let range = body[id].range;
                    self.binary(*op, (left, range), *value);
                }
                (Place::Local(_) | Place::Unresolved(_), _) => {
                    self.expr(*value);
                }
                (Place::Index { base, index }, _) => {
                    for operand in [*base, *index, *value] {
                        self.expr(operand);
                    }
                }
                (Place::Field { .. } | Place::Invalid, _) => {}
            },
            StmtKind::Expr(value) => {
                self.expr(*value);
            }
            StmtKind::While { condition, body } => {
                self.condition(*condition);
                self.block(*body);
            }
            StmtKind::For { variable, iterable, body: block, .. } => {
                let element = self.element(*iterable);
                self.scoped(|this| {
                    this.define(*variable, element);
                    this.statements(&body[*block]);
                });
            }
            StmtKind::Return(value) => self.return_statement(*value, body[id].range),
            StmtKind::Try { body: tried, error, handler } => {
                let outer = std::mem::replace(&mut self.is_tried, true);
                self.block(*tried);
                self.scoped(|this| {
                    if let Some((local, _)) = error {
                        this.define(*local, Type::Any);
                    }
                    this.statements(&body[*handler]);
                });
                self.is_tried = outer;
            }
            StmtKind::Break
            | StmtKind::Continue
            | StmtKind::Throw(_)
            | StmtKind::Unsupported(_)
            | StmtKind::Missing => {}
        }
    }

    fn let_statement(&mut self, local: LocalId, annotation: Option<&TypeName>, value: ExprId) {
        if matches!(self.body[value].kind, ExprKind::Lambda(_)) {
            // It may call itself by this name, and what it gives is not known yet.
            self.define(local, Type::Any);
        }
        let given = self.expr(value);
        if let Some(annotation) = annotation.filter(|_| !self.is_tried) {
            let wanted = self.annotated(annotation);
            if !wanted.takes(&given) {
                let message = words::wrong_type(&self.body[local].name, &wanted, &given);
                self.report("wrong-type", self.body[value].range, message);
            }
        }
        self.define(local, given);
    }

    fn return_statement(&mut self, value: Option<ExprId>, range: BodyRange) {
        let given = value.map_or(Type::Null, |value| self.expr(value));
        let Some(before) = self.returned.take() else {
            self.returned = Some(given);
            return;
        };
        let merged = before.merged(&given);
        if merged.is_none() && !self.is_lambda {
            let range = value.map_or(range, |value| self.body[value].range);
            let message = words::conflicting_results(&before, &given);
            self.report("conflicting-results", range, message);
        }
        self.returned = Some(merged.unwrap_or(Type::Any));
    }

    fn condition(&mut self, condition: ExprId) {
        let given = self.expr(condition);
        if !matches!(given, Type::Bool | Type::Any) {
            let message = words::condition(&given);
            self.report("wrong-condition", self.body[condition].range, message);
        }
    }

    /// What a `for` over `iterable` gives its variable.
    fn element(&mut self, iterable: ExprId) -> Type {
        match self.expr(iterable) {
            Type::Array(element) => Type::clone(&element),
            Type::Map | Type::String | Type::Instance(_) | Type::Literal(_) => Type::String,
            Type::Any | Type::Optional(_) => Type::Any,
            other => {
                let message = words::not_iterable(&other);
                self.report("not-iterable", self.body[iterable].range, message);
                Type::Any
            }
        }
    }

    fn expr(&mut self, id: ExprId) -> Type {
        stacker::maybe_grow(STACK_RED_ZONE, STACK_GROWTH, || self.expr_kind(id))
    }

    fn expr_kind(&mut self, id: ExprId) -> Type {
        let body = self.body;
        match &body[id].kind {
            ExprKind::Literal(literal) => match literal {
                Literal::Null => Type::Null,
                Literal::Bool(_) => Type::Bool,
                Literal::Int(_) => Type::Int,
                Literal::Float(_) => Type::Float,
                Literal::Str(_) => Type::String,
            },
            ExprKind::Local(local) => self.types[local.index()].clone(),
            ExprKind::Name(name) if name == "args" && self.file.function(name).is_none() => Type::array(Type::String),
            ExprKind::Array(elements) => self.array(elements),
            ExprKind::Map(entries) => {
                entries.iter().for_each(|(_, value)| _ = self.expr(*value));
                Type::Map
            }
            ExprKind::Struct { name, fields, is_new, .. } => {
                fields.iter().for_each(|(_, _, value)| _ = self.expr(*value));
                if *is_new { Type::Instance(name.clone()) } else { Type::Literal(name.clone()) }
            }
            ExprKind::Range { start, end, inclusive } => self.range(*start, *end, *inclusive),
            ExprKind::Unary { op, operand } => match (op, self.expr(*operand)) {
                (UnaryOp::Not, _) => Type::Bool,
                (UnaryOp::Negate, number @ (Type::Int | Type::Float)) => number,
                (UnaryOp::Negate, _) => Type::Any,
            },
            ExprKind::Binary { op, lhs, rhs } => {
                let left = self.expr(*lhs);
                self.binary(*op, (left, body[*lhs].range), *rhs)
            }
            ExprKind::Logical { op, lhs, rhs } => self.logical(*op, *lhs, *rhs),
            ExprKind::Borrow { operand, .. } => {
                self.expr(*operand);
                Type::Any
            }
            ExprKind::Copy(operand) => self.expr(*operand),
            ExprKind::Field { base, name, name_range } => self.field(*base, name, *name_range),
            ExprKind::Slice { base, start, end, step } => {
                self.expr(*base);
                [start, end, step].into_iter().flatten().for_each(|&bound| _ = self.expr(bound));
                Type::Any
            }
            ExprKind::Call { callee, callee_range, args } => self.call(callee, *callee_range, args),
            ExprKind::Lambda(lambda) => self.lambda(*lambda),
            ExprKind::If { condition, then_block, else_block } => {
                self.condition(*condition);
                self.block(*then_block);
                else_block.iter().for_each(|&block| self.block(block));
                Type::Any
            }
            ExprKind::Missing
            | ExprKind::Unsupported(_)
            | ExprKind::Name(_)
            | ExprKind::Path { .. }
            | ExprKind::Index { .. }
            | ExprKind::Match { .. }
            | ExprKind::Await(_)
            | ExprKind::Spawn { .. }
            | ExprKind::Yield => Type::Any,
        }
    }

    fn array(&mut self, elements: &[ExprId]) -> Type {
        let merged = elements.iter().fold(None, |merged: Option<Type>, &element| {
            let given = self.expr(element);
            Some(merged.map_or(given.clone(), |merged| merged.merged(&given).unwrap_or(Type::Any)))
        });
        Type::array(merged.unwrap_or(Type::Any))
    }

    fn field(&mut self, base: ExprId, name: &Name, range: BodyRange) -> Type {
        match self.expr(base) {
            Type::Any | Type::Map | Type::Literal(_) => Type::Any,
            Type::Instance(structure) => {
                if !self.structs.contains(&structure) {
                    self.structs.push(structure.clone());
                }
                let Some(declared) = self.file.resolve_struct(&structure) else { return Type::Any };
                let declared = declared.it;
                match declared.fields.iter().find(|field| field.name == *name) {
                    Some(field) => field.annotation.as_ref().and_then(|it| named(self.file, it)).unwrap_or(Type::Any),
                    None => {
                        let message = words::unknown_field(declared, name);
                        self.report("unknown-field", range, message);
                        Type::Any
                    }
                }
            }
            other => {
                let message = words::no_fields(&other, name);
                self.report("no-fields", range, message);
                Type::Any
            }
        }
    }

    fn lambda(&mut self, id: LambdaId) -> Type {
        let lambda = &self.body[id];
        let outer = (self.returned.take(), self.is_lambda, self.is_tried);
        (self.is_lambda, self.is_tried) = (true, false);
        let (params, result) = self.scoped(|this| {
            let params = this.parameters(&lambda.params);
            this.statements(&this.body[lambda.block]);
            let result = lambda.result.map(|result| this.expr(result));
            (params, result)
        });
        let result = result.or(self.returned.take()).unwrap_or(Type::Null);
        (self.returned, self.is_lambda, self.is_tried) = outer;
        Type::Function(Some(std::sync::Arc::new(Signature { params, result })))
    }
}
