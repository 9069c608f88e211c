//! Statements and functions.

use crush_hir::body::{BinaryOp, BlockId, Body, Callee, ExprId, ExprKind, LambdaId, Place, StmtId, StmtKind};
use crush_hir::source_map::BodyRange;
use crush_vm::{Far, Instruction, Reg};

use crate::program::Compiler;
use crate::variables::Home;

impl Compiler<'_, '_> {
    /// The code of the function being compiled, from the first instruction to the last.
    pub(crate) fn function_body(&mut self) {
        let lambda = &self.body[self.lambda];
        let (block, result) = (lambda.block, lambda.result);
        self.enter_parameters();
        let scope = self.enter_scope(block);
        self.statements(block);
        if let Some(result) = result.or(self.body[block].tail) {
            let range = self.body[result].range;
            let src = self.operand(result);
            self.frame.emit(Instruction::Return { src }, self.span(range));
        }
        self.leave_function(scope);
        self.end_debug_locals();
    }

    pub(crate) fn statements(&mut self, block: BlockId) {
        let body = self.body;
        for &stmt in &body[block].stmts {
            self.statement(stmt);
        }
    }

    /// A block for its effect.
    pub(crate) fn block(&mut self, block: BlockId) {
        let scope = self.enter_scope(block);
        self.statements(block);
        if let Some(tail) = self.body[block].tail {
            self.effect(tail);
        }
        self.leave_scope(scope);
    }

    fn statement(&mut self, id: StmtId) {
        self.deep(|this| this.statement_at(id));
    }

    fn statement_at(&mut self, id: StmtId) {
        let body = self.body;
        let stmt = &body[id];
        let span = self.span(stmt.range);
        if !self.frame.is_dead() {
            self.frame.builder.statement(span);
        }
        let mark = self.frame.mark();
        match &stmt.kind {
            StmtKind::Let { local, name_range, value, .. } => {
                self.full(stmt.range, |this| this.bind(*local, *value, *name_range, true));
            }
            StmtKind::Assign { place, place_range, op, value } => {
                self.full(stmt.range, |this| this.assignment(place, *place_range, *op, *value));
            }
            StmtKind::Expr(value) => self.full(stmt.range, |this| this.effect(*value)),
            StmtKind::While { condition, body } => {
                self.with_constants(*condition, *body, |this| this.while_loop(*condition, *body));
            }
            StmtKind::For { variable, name_range, iterable, body } => {
                self.with_constants(*iterable, *body, |this| this.for_loop(*variable, *name_range, *iterable, *body));
            }
            StmtKind::Break => self.jump_out(stmt.range, true),
            StmtKind::Continue => self.jump_out(stmt.range, false),
            StmtKind::Return(None) => self.frame.emit(Instruction::ReturnNull {}, span),
            StmtKind::Return(Some(value)) => {
                let open = self.frame.open.len();
                let src = self.operand(*value);
                self.frame.emit(Instruction::Return { src }, span);
                self.frame.forget(open);
            }
            StmtKind::Throw(value) => {
                let open = self.frame.open.len();
                let src = self.operand(*value);
                self.frame.emit(Instruction::Throw { src }, span);
                self.frame.forget(open);
            }
            StmtKind::Try { body, error, handler } => self.try_catch(stmt.range, *body, *error, *handler),
            StmtKind::Unsupported(what) => self.not_supported(what, stmt.range),
            StmtKind::Missing => self.not_understood(stmt.range),
        }
        self.frame.release(mark);
    }

    /// A full expression: the temporary borrows taken in it end with it (B4).
    pub(crate) fn full<T>(&mut self, range: BodyRange, compile: impl FnOnce(&mut Self) -> T) -> T {
        let open = self.frame.open.len();
        let result = compile(self);
        let span = self.span(range);
        self.frame.close(open, span);
        result
    }

    /// An expression for its effect.
    pub(crate) fn effect(&mut self, id: ExprId) {
        let mark = self.frame.mark();
        match &self.body[id].kind {
            ExprKind::If { condition, then_block, else_block } => {
                self.deep(|this| this.if_statement(*condition, *then_block, *else_block));
            }
            ExprKind::Match { scrutinee, arms } => self.deep(|this| this.match_on(id, *scrutinee, arms, None)),
            ExprKind::Call { callee: Callee::Name(name), args, .. } if self.is_effect(name, args) => {
                let range = self.body[id].range;
                self.call_for_effect(name, args, range);
            }
            ExprKind::Literal(_) | ExprKind::Local(_) => {}
            _ => {
                let dst = self.frame.take();
                self.evaluate(id, dst);
            }
        }
        self.frame.release(mark);
    }

    fn if_statement(&mut self, condition: ExprId, then_block: BlockId, else_block: Option<BlockId>) {
        let otherwise = self.frame.label();
        self.head_condition(condition, otherwise, false);
        self.block(then_block);
        match else_block {
            Some(else_block) => {
                let end = self.frame.label();
                let span = self.span(self.body[then_block].range);
                self.frame.jump(Instruction::Jump { target: Far(0) }, end, span);
                self.frame.place(otherwise);
                self.block(else_block);
                self.frame.place(end);
            }
            None => self.frame.place(otherwise),
        }
    }

    fn assignment(&mut self, place: &Place, place_range: BodyRange, op: Option<BinaryOp>, value: ExprId) {
        let span = self.span(place_range);
        match (place, op) {
            (Place::Local(local), None) => self.bind(*local, value, place_range, false),
            (Place::Local(local), Some(op)) => {
                let rhs = self.right_operand(value);
                let lhs = self.read(*local, place_range);
                let dst = self.direct(*local).unwrap_or_else(|| self.frame.take());
                self.arithmetic(op, dst, lhs, rhs, place_range.cover(self.body[value].range));
                self.release_owned(*local, place_range);
                self.store(*local, dst, place_range, false);
                self.bound(*local, place_range);
            }
            (Place::Field { base, name, .. }, op) => {
                let object = self.stable_operand(*base, &[value]);
                let name = self.name(name, place_range);
                let before = op.map(|op| {
                    let before = self.frame.take();
                    self.frame.emit(Instruction::GetField { dst: before, object, name }, span);
                    (op, before)
                });
                let src = self.assigned_value(before, value, place_range);
                self.frame.emit(Instruction::SetField { object, name, src }, span);
            }
            (Place::Index { base, index }, op) => {
                let object = self.stable_operand(*base, &[*index, value]);
                let index = self.stable_operand(*index, &[value]);
                let before = op.map(|op| {
                    let before = self.frame.take();
                    self.frame.emit(Instruction::GetIndex { dst: before, object, index }, span);
                    (op, before)
                });
                let src = self.assigned_value(before, value, place_range);
                self.frame.emit(Instruction::SetIndex { object, index, src }, span);
            }
            (Place::Unresolved(_) | Place::Invalid, _) => self.effect(value),
        }
    }

    /// The value to write, combined with the one before where the assignment says so.
    fn assigned_value(&mut self, before: Option<(BinaryOp, Reg)>, value: ExprId, place_range: BodyRange) -> Reg {
        match before {
            None => self.operand(value),
            Some((op, before)) => {
                let rhs = self.right_operand(value);
                let range = place_range.cover(self.body[value].range);
                self.arithmetic(op, before, before, rhs, range);
                before
            }
        }
    }

    fn try_catch(
        &mut self,
        range: BodyRange,
        body: BlockId,
        error: Option<(crush_hir::body::LocalId, BodyRange)>,
        handler: BlockId,
    ) {
        let span = self.span(range);
        let (landing, end) = (self.frame.label(), self.frame.label());
        let (start, opened, reachable) = (self.frame.builder.pc(), self.frame.opened.len(), !self.frame.is_dead());
        self.block(body);
        // What was thrown arrives in a register of its own: the variable may still own a borrow.
        let mark = self.frame.mark();
        let thrown = self.frame.take();
        self.frame.builder.handler(start, landing, thrown);
        self.frame.jump(Instruction::Jump { target: Far(0) }, end, span);
        if reachable {
            self.frame.enter(landing);
        }
        self.frame.place(landing);
        self.frame.unwind(opened, span);
        let scope = self.enter_scope(handler);
        if let Some((local, name_range)) = error {
            self.release_owned(local, name_range);
            let declared_here = self.body[local].scope == handler;
            self.store(local, thrown, name_range, declared_here);
            self.bound(local, name_range);
        }
        self.statements(handler);
        self.leave_scope(scope);
        self.frame.place(end);
        self.frame.release(mark);
    }

    /// Compiles a lambda of the body as a function of its own, and gives it with the captures in order.
    pub(crate) fn lambda_function(&mut self, lambda: LambdaId, name: &str) -> (crush_vm::FuncId, Vec<Reg>) {
        let body: &Body = self.body;
        let it = &body[lambda];
        let mut captures = Vec::new();
        let mut inner_homes = rustc_hash::FxHashMap::default();
        let first = it.params.len();
        for &local in &it.captures {
            let slot = |captures: &Vec<Reg>| Reg(u16::try_from(first + captures.len()).unwrap_or(u16::MAX));
            match self.homes.get(&local).copied() {
                Some(Home::OwningCell { value, owner }) if self.facts.bound_in_lambda(local) => {
                    let value_slot = slot(&captures);
                    captures.push(value);
                    let owner_slot = slot(&captures);
                    captures.push(owner);
                    inner_homes.insert(local, Home::OwningCell { value: value_slot, owner: owner_slot });
                }
                Some(Home::Cell(cell) | Home::OwningCell { value: cell, .. }) => {
                    inner_homes.insert(local, Home::Cell(slot(&captures)));
                    captures.push(cell);
                }
                // It never changes.
                Some(Home::Reg(value)) => {
                    inner_homes.insert(local, Home::Reg(slot(&captures)));
                    captures.push(value);
                }
                _ => {}
            }
        }
        let range = self.range(it.range);
        let function = self.shared.declare_lambda(name, it.params.len(), range);
        let frame = self.shared.frame(name, it.params.len(), captures.len(), self.span(it.range));
        let outer_frame = std::mem::replace(&mut self.frame, frame);
        let outer_homes = std::mem::replace(&mut self.homes, inner_homes);
        let outer_locals = std::mem::take(&mut self.debug_locals);
        let outer_lambda = std::mem::replace(&mut self.lambda, lambda);
        for &local in &it.captures {
            self.bound(local, body[local].range);
        }
        self.function_body();
        self.lambda = outer_lambda;
        self.debug_locals = outer_locals;
        self.homes = outer_homes;
        let frame = std::mem::replace(&mut self.frame, outer_frame);
        self.shared.define(function, frame, range);
        (function, captures)
    }

    /// Compiles what may be nested deeply, on a stack that is large enough.
    pub(crate) fn deep<T>(&mut self, compile: impl FnOnce(&mut Self) -> T) -> T {
        const RED_ZONE: usize = 128 * 1024;
        const GROWTH: usize = 1024 * 1024;
        stacker::maybe_grow(RED_ZONE, GROWTH, || compile(self))
    }
}
