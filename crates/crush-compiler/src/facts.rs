//! What the compiler has to know of a body before it emits code.

use crush_hir::body::{BlockId, Body, ExprId, ExprKind, LambdaId, LocalId, LocalKind, Place, StmtKind};

/// Facts about the variables and expressions of one body.
pub(crate) struct Facts {
    locals: Vec<LocalFacts>,
    exprs: Vec<ExprFacts>,
    /// The variables of each block.
    scopes: Vec<Vec<LocalId>>,
}

#[derive(Clone, Copy, Default)]
struct LocalFacts {
    /// How often the text binds it, its declaration included.
    bindings: u32,
    /// Whether one of them is `&e` or `&mut e`: the variable then owns borrows (B4).
    takes_borrow: bool,
    /// Whether one of them is anything else.
    takes_value: bool,
    /// Whether a lambda inside binds it.
    bound_in_lambda: bool,
    /// Where a `let` of it ends.
    let_end: Option<u32>,
    /// Whether lambdas can have a copy of it instead of a cell.
    by_value: bool,
}

#[derive(Clone, Copy, Default)]
struct ExprFacts {
    /// Whether statements run inside it: an operand read before may change meanwhile.
    has_blocks: bool,
    /// Whether it takes a borrow that must end with it.
    borrows: bool,
}

/// How a variable holds borrows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ownership {
    /// It never owns one.
    Never,
    /// It never holds anything else: the owner register is the variable.
    Always,
    /// Sometimes: it has an owner register beside its value.
    Sometimes,
}

impl Facts {
    pub(crate) fn of(body: &Body) -> Self {
        let mut facts = Self {
            locals: vec![LocalFacts::default(); body.locals.len()],
            exprs: vec![ExprFacts::default(); body.exprs.len()],
            scopes: vec![Vec::new(); body.blocks.len()],
        };
        for (index, local) in (0..).zip(&body.locals) {
            facts.scopes[local.scope.index()].push(LocalId(index));
        }
        for lambda in 0..body.lambdas.len() {
            let id = LambdaId(u32::try_from(lambda).unwrap_or(u32::MAX));
            facts.blocks_of(body, id);
        }
        facts.expressions(body);
        facts.captures(body);
        facts
    }

    /// A variable that is bound once, before any lambda that has it is made, is to all of them what it is then (B9). One that
    /// owns borrows stays in a cell, and so does a loop variable, which is one for all rounds.
    fn captures(&mut self, body: &Body) {
        for (index, facts) in self.locals.iter_mut().enumerate() {
            let local = &body.locals[index];
            facts.by_value = match local.kind {
                LocalKind::Parameter => facts.bindings == 0,
                LocalKind::Let => facts.bindings == 1 && facts.let_end.is_some() && !facts.takes_borrow,
                _ => false,
            };
        }
        for lambda in &body.lambdas {
            for local in &lambda.captures {
                let facts = &mut self.locals[local.index()];
                facts.by_value &= facts.let_end.is_none_or(|end| end <= lambda.range.start);
            }
        }
    }

    /// Notes the bindings in the statements of `lambda`.
    fn blocks_of(&mut self, body: &Body, lambda: LambdaId) {
        let mut blocks = vec![body[lambda].block];
        let mut exprs: Vec<ExprId> = body[lambda].result.into_iter().collect();
        loop {
            while let Some(expr) = exprs.pop() {
                body.blocks(expr, |block| blocks.push(block));
                body.operands(expr, |operand| exprs.push(operand));
            }
            let Some(block) = blocks.pop() else { return };
            exprs.extend(body[block].tail);
            for &stmt in &body[block].stmts {
                body.stmt_operands(stmt, |operand| exprs.push(operand));
                body.stmt_blocks(stmt, |block| blocks.push(block));
                self.statement(body, &body[stmt].kind, lambda);
            }
        }
    }

    fn statement(&mut self, body: &Body, kind: &StmtKind, lambda: LambdaId) {
        match kind {
            StmtKind::Let { local, value, .. } => {
                self.bind(body, *local, Some(*value), lambda);
                self.locals[local.index()].let_end = Some(body[*value].range.end);
            }
            StmtKind::Assign { place: Place::Local(local), op, value, .. } => {
                self.bind(body, *local, op.is_none().then_some(*value), lambda);
            }
            StmtKind::For { variable, .. } => self.bind(body, *variable, None, lambda),
            StmtKind::Try { error: Some((local, _)), .. } => self.bind(body, *local, None, lambda),
            _ => {}
        }
    }

    fn bind(&mut self, body: &Body, local: LocalId, value: Option<ExprId>, lambda: LambdaId) {
        let facts = &mut self.locals[local.index()];
        facts.bindings += 1;
        match value {
            Some(value) if matches!(body[value].kind, ExprKind::Borrow { .. }) => facts.takes_borrow = true,
            _ => facts.takes_value = true,
        }
        facts.bound_in_lambda |= body[local].lambda != lambda;
    }

    /// Operands stand before what uses them, so one pass does.
    fn expressions(&mut self, body: &Body) {
        for index in 0..body.exprs.len() {
            let id = ExprId(u32::try_from(index).unwrap_or(u32::MAX));
            let mut facts = ExprFacts {
                has_blocks: matches!(body[id].kind, ExprKind::If { .. } | ExprKind::Match { .. }),
                borrows: matches!(body[id].kind, ExprKind::Borrow { .. }),
            };
            body.operands(id, |operand| {
                let inner = self.exprs[operand.index()];
                facts.has_blocks |= inner.has_blocks;
                facts.borrows |= inner.borrows;
            });
            // A block may take borrows that end with the whole expression: those of its tail.
            facts.borrows |= facts.has_blocks;
            self.exprs[index] = facts;
        }
    }

    pub(crate) fn ownership(&self, body: &Body, local: LocalId) -> Ownership {
        let facts = self.locals[local.index()];
        let plain = body[local].kind == LocalKind::Let && !body[local].captured;
        match (facts.takes_borrow, facts.takes_value || !plain) {
            (false, _) => Ownership::Never,
            (true, false) => Ownership::Always,
            (true, true) => Ownership::Sometimes,
        }
    }

    pub(crate) fn locals_of(&self, block: BlockId) -> &[LocalId] {
        &self.scopes[block.index()]
    }

    /// Whether it lives in a cell, because lambdas have it too and it may change.
    pub(crate) fn in_cell(&self, body: &Body, local: LocalId) -> bool {
        body[local].captured && !self.locals[local.index()].by_value
    }

    pub(crate) fn bound_in_lambda(&self, local: LocalId) -> bool {
        self.locals[local.index()].bound_in_lambda
    }

    /// Whether nothing but its loop binds the variable.
    pub(crate) fn bound_once(&self, local: LocalId) -> bool {
        self.locals[local.index()].bindings == 1
    }

    pub(crate) fn has_blocks(&self, expr: ExprId) -> bool {
        self.exprs[expr.index()].has_blocks
    }

    pub(crate) fn borrows(&self, expr: ExprId) -> bool {
        self.exprs[expr.index()].borrows
    }
}
