//! Expressions.
//!
//! An expression is evaluated into a register, which takes the value last of all: the register may belong to a variable
//! that the expression reads.

use crush_hir::body::{BinaryOp, BlockId, ExprId, ExprKind, LambdaId, Literal, LocalId, Name, UnaryOp};
use crush_hir::source_map::BodyRange;
use crush_vm::{Constant, Far, Instruction, OwnerRole, Reg};

use crate::condition::is_comparison;
use crate::program::Compiler;
use crate::variables::borrow;

/// The right side of an operator.
#[derive(Clone, Copy)]
pub(crate) enum Rhs {
    Reg(Reg),
    Int(i16),
}

impl Compiler<'_, '_> {
    /// A register that holds the value of `id`: that of the variable itself, of the literal, or a new temporary.
    pub(crate) fn operand(&mut self, id: ExprId) -> Reg {
        match self.body[id].kind {
            ExprKind::Local(local) => self.read(local, self.body[id].range),
            ExprKind::Borrow { exclusive, operand } => self.temporary_borrow(id, exclusive, operand),
            ExprKind::Literal(_) if let Some(&loaded) = self.constants.get(&id) => loaded,
            _ => {
                let dst = self.frame.take();
                self.evaluate(id, dst);
                dst
            }
        }
    }

    /// As [`Self::operand`], where the value must stay the same while `later` are evaluated.
    pub(crate) fn stable_operand(&mut self, id: ExprId, later: &[ExprId]) -> Reg {
        let may_change = later.iter().any(|&expr| self.facts.has_blocks(expr));
        if may_change && matches!(self.body[id].kind, ExprKind::Local(_)) {
            let dst = self.frame.take();
            self.evaluate(id, dst);
            return dst;
        }
        self.operand(id)
    }

    pub(crate) fn right_operand(&mut self, id: ExprId) -> Rhs {
        match self.small_int(id) {
            Some(value) => Rhs::Int(value),
            None => Rhs::Reg(self.operand(id)),
        }
    }

    /// The value of a literal that fits in an instruction.
    pub(crate) fn small_int(&self, id: ExprId) -> Option<i16> {
        match self.body[id].kind {
            ExprKind::Literal(Literal::Int(value)) => i16::try_from(value).ok(),
            ExprKind::Unary { op: UnaryOp::Negate, operand } => match self.body[operand].kind {
                ExprKind::Literal(Literal::Int(value)) => i16::try_from(-value).ok(),
                _ => None,
            },
            _ => None,
        }
    }

    /// Evaluates `id` into `dst`; a lambda takes the name of the variable that it is for.
    pub(crate) fn evaluate_named(&mut self, id: ExprId, dst: Reg, local: Option<LocalId>) {
        match (&self.body[id].kind, local) {
            (ExprKind::Lambda(lambda), Some(local)) => {
                let name = self.body[local].name.clone();
                self.lambda(*lambda, &name, dst, self.body[id].range);
            }
            _ => self.evaluate(id, dst),
        }
    }

    /// Evaluates `id` into `dst`.
    pub(crate) fn evaluate(&mut self, id: ExprId, dst: Reg) {
        let mark = self.frame.mark();
        self.deep(|this| this.evaluate_at(id, dst));
        self.frame.release(mark);
    }

    fn evaluate_at(&mut self, id: ExprId, dst: Reg) {
        let body = self.body;
        let range = body[id].range;
        let span = self.span(range);
        match &body[id].kind {
            ExprKind::Missing => self.not_understood(range),
            ExprKind::Unsupported(what) => self.not_supported(what, range),
            ExprKind::Literal(literal) => self.literal(literal, dst, range),
            ExprKind::Local(local) => self.copy(*local, dst, range),
            ExprKind::Name(name) => self.function_value(name, dst, range),
            ExprKind::Path { scope, name } => self.method_value(scope, name, dst, range),
            ExprKind::Array(elements) => {
                let first = self.run(elements);
                let count = u16::try_from(elements.len()).unwrap_or(u16::MAX);
                self.frame.emit(Instruction::NewArray { dst, first, count }, span);
            }
            ExprKind::Map(entries) => self.map(entries, dst, range),
            ExprKind::Struct { name, fields, .. } => self.instance(name, fields, dst, range),
            ExprKind::Range { start, end, inclusive } => {
                let start = self.stable_operand(*start, &[*end]);
                let end = self.operand(*end);
                self.frame.emit(Instruction::NewRange { dst, start, end, inclusive: *inclusive }, span);
            }
            ExprKind::Unary { op, operand } => self.unary(*op, *operand, dst, range),
            ExprKind::Binary { .. } => self.binary(id, dst),
            ExprKind::Logical { .. } => self.truth(id, dst),
            ExprKind::Borrow { exclusive, operand } => {
                let src = self.temporary_borrow(id, *exclusive, *operand);
                self.frame.emit(Instruction::Move { dst, src }, span);
            }
            ExprKind::Field { base, name, .. } => {
                if let ExprKind::Name(module) = &self.body[*base].kind
                    && let Some(function) = self.shared.function_of_module(module, name)
                {
                    return self.frame.emit(Instruction::LoadFunction { dst, function }, span);
                }
                let object = self.operand(*base);
                let name = self.name(name, range);
                self.frame.emit(Instruction::GetField { dst, object, name }, span);
            }
            ExprKind::Index { base, index } => {
                let object = self.stable_operand(*base, &[*index]);
                let instruction = match self.right_operand(*index) {
                    Rhs::Int(index) => Instruction::GetIndexInt { dst, object, index },
                    Rhs::Reg(index) => Instruction::GetIndex { dst, object, index },
                };
                self.frame.emit(instruction, span);
            }
            ExprKind::Slice { base, start, end, step } => self.slice(*base, [*start, *end, *step], dst, range),
            ExprKind::Call { callee, args, .. } => self.call(id, callee, args, dst),
            ExprKind::Lambda(lambda) => self.lambda(*lambda, "lambda", dst, range),
            ExprKind::If { condition, then_block, else_block } => {
                self.if_value(*condition, *then_block, *else_block, dst, range);
            }
            ExprKind::Match { scrutinee, arms } => self.match_on(id, *scrutinee, arms, Some(dst)),
            ExprKind::Copy(operand) => {
                let src = self.operand(*operand);
                self.frame.emit(Instruction::Copy { dst, src }, span);
            }
            ExprKind::Await(operand) => self.await_value(*operand, dst, range),
            ExprKind::Spawn { function, args } => self.spawn(*function, args, dst, range),
            ExprKind::Yield => self.yield_turn(dst, range),
        }
    }

    pub(crate) fn literal(&mut self, literal: &Literal, dst: Reg, range: BodyRange) {
        let span = self.span(range);
        let instruction = match literal {
            Literal::Null => Instruction::LoadNull { dst },
            Literal::Bool(value) => Instruction::LoadBool { dst, value: *value },
            Literal::Int(value) => match i32::try_from(*value) {
                Ok(value) => Instruction::LoadInt { dst, value },
                Err(_) => Instruction::LoadConst { dst, constant: self.constant(Constant::Int(*value), range) },
            },
            Literal::Float(value) => {
                Instruction::LoadConst { dst, constant: self.constant(Constant::Float(*value), range) }
            }
            Literal::Str(value) => {
                let constant = self.constant(Constant::Str(value.as_str().into()), range);
                Instruction::LoadConst { dst, constant }
            }
        };
        self.frame.emit(instruction, span);
    }

    fn copy(&mut self, local: LocalId, dst: Reg, range: BodyRange) {
        let span = self.span(range);
        match self.cell_of(local) {
            Some(cell) => self.frame.emit(Instruction::GetCell { dst, cell }, span),
            None => {
                let src = self.read(local, range);
                if src != dst {
                    self.frame.emit(Instruction::Move { dst, src }, span);
                }
            }
        }
    }

    /// The values of `ids` in consecutive registers.
    pub(crate) fn run(&mut self, ids: &[ExprId]) -> Reg {
        let first = self.frame.take_run(ids.len());
        for (slot, &id) in slots(first).zip(ids) {
            self.evaluate(id, slot);
        }
        first
    }

    fn map(&mut self, entries: &[(Name, ExprId)], dst: Reg, range: BodyRange) {
        let span = self.span(range);
        let first = self.frame.take_run(2 * entries.len());
        let mut slots = slots(first);
        for (key, value) in entries {
            let (Some(key_slot), Some(value_slot)) = (slots.next(), slots.next()) else { return };
            let constant = self.constant(Constant::Str(key.as_str().into()), range);
            self.frame.emit(Instruction::LoadConst { dst: key_slot, constant }, span);
            self.evaluate(*value, value_slot);
        }
        let count = u16::try_from(entries.len()).unwrap_or(u16::MAX);
        self.frame.emit(Instruction::NewMap { dst, first, count }, span);
    }

    /// A struct: its fields are evaluated as they are written, and stand in the order of the struct.
    fn instance(&mut self, name: &Name, fields: &[(Name, BodyRange, ExprId)], dst: Reg, range: BodyRange) {
        let span = self.span(range);
        let (Some(class), Some(found)) = (self.shared.class(name), self.shared.file.resolve_struct(name)) else {
            return;
        };
        let structure = found.it;
        let first = self.frame.take_run(structure.fields.len());
        for (field, _, value) in fields {
            let slot = slots(first).zip(&structure.fields).find(|(_, known)| known.name == *field);
            if let Some((slot, _)) = slot {
                self.evaluate(*value, slot);
            }
        }
        for (slot, field) in slots(first).zip(&structure.fields) {
            if !fields.iter().any(|(name, ..)| *name == field.name) {
                self.frame.emit(Instruction::LoadNull { dst: slot }, span);
            }
        }
        self.frame.emit(Instruction::NewInstance { dst, class, first }, span);
    }

    fn unary(&mut self, op: UnaryOp, operand: ExprId, dst: Reg, range: BodyRange) {
        let span = self.span(range);
        match (op, &self.body[operand].kind) {
            (UnaryOp::Negate, ExprKind::Literal(Literal::Int(value))) => {
                self.literal(&Literal::Int(-value), dst, range);
            }
            (UnaryOp::Negate, ExprKind::Literal(Literal::Float(value))) => {
                self.literal(&Literal::Float(-value), dst, range);
            }
            (UnaryOp::Negate, _) => {
                let src = self.operand(operand);
                self.frame.emit(Instruction::Neg { dst, src }, span);
            }
            (UnaryOp::Not, ExprKind::Logical { .. }) => {
                self.truth(operand, dst);
                self.frame.emit(Instruction::Not { dst, src: dst }, span);
            }
            (UnaryOp::Not, _) => {
                let src = self.operand(operand);
                self.frame.emit(Instruction::Not { dst, src }, span);
            }
        }
    }

    fn binary(&mut self, id: ExprId, dst: Reg) {
        let ExprKind::Binary { op, lhs, rhs } = self.body[id].kind else { return };
        let range = self.body[id].range;
        let lhs = self.stable_operand(lhs, &[rhs]);
        let rhs = if is_comparison(op) { Rhs::Reg(self.operand(rhs)) } else { self.right_operand(rhs) };
        self.arithmetic(op, dst, lhs, rhs, range);
    }

    pub(crate) fn arithmetic(&mut self, op: BinaryOp, dst: Reg, lhs: Reg, rhs: Rhs, range: BodyRange) {
        use BinaryOp::{
            Add, Divide, Equal, Greater, GreaterEqual, Less, LessEqual, Multiply, NotEqual, Remainder, Subtract,
        };
        let span = self.span(range);
        let instruction = match rhs {
            Rhs::Int(rhs) => match op {
                Add => Instruction::AddInt { dst, lhs, rhs },
                Subtract => Instruction::SubInt { dst, lhs, rhs },
                Multiply => Instruction::MulInt { dst, lhs, rhs },
                Divide => Instruction::DivInt { dst, lhs, rhs },
                Remainder => Instruction::RemInt { dst, lhs, rhs },
                _ => {
                    let temporary = self.frame.take();
                    self.frame.emit(Instruction::LoadInt { dst: temporary, value: rhs.into() }, span);
                    return self.arithmetic(op, dst, lhs, Rhs::Reg(temporary), range);
                }
            },
            Rhs::Reg(rhs) => match op {
                Add => Instruction::Add { dst, lhs, rhs },
                Subtract => Instruction::Sub { dst, lhs, rhs },
                Multiply => Instruction::Mul { dst, lhs, rhs },
                Divide => Instruction::Div { dst, lhs, rhs },
                Remainder => Instruction::Rem { dst, lhs, rhs },
                Equal => Instruction::Eq { dst, lhs, rhs },
                NotEqual => Instruction::Ne { dst, lhs, rhs },
                Less => Instruction::Lt { dst, lhs, rhs },
                LessEqual => Instruction::Le { dst, lhs, rhs },
                Greater => Instruction::Lt { dst, lhs: rhs, rhs: lhs },
                GreaterEqual => Instruction::Le { dst, lhs: rhs, rhs: lhs },
            },
        };
        self.frame.emit(instruction, span);
    }

    /// `&&` and `||` as values: always a Bool.
    fn truth(&mut self, id: ExprId, dst: Reg) {
        let span = self.span(self.body[id].range);
        let (otherwise, end) = (self.frame.label(), self.frame.label());
        self.condition(id, otherwise, false);
        self.frame.emit(Instruction::LoadBool { dst, value: true }, span);
        self.frame.jump(Instruction::Jump { target: Far(0) }, end, span);
        self.frame.place(otherwise);
        self.frame.emit(Instruction::LoadBool { dst, value: false }, span);
        self.frame.place(end);
    }

    /// Takes a borrow that no variable owns: it ends with the full expression (B4).
    fn temporary_borrow(&mut self, id: ExprId, exclusive: bool, operand: ExprId) -> Reg {
        let span = self.span(self.body[id].range);
        let src = self.operand(operand);
        let owner = self.frame.open(OwnerRole::Temporary);
        self.frame.emit(borrow(exclusive, owner, src), span);
        owner
    }

    fn slice(&mut self, base: ExprId, bounds: [Option<ExprId>; 3], dst: Reg, range: BodyRange) {
        let span = self.span(range);
        let later: Vec<_> = bounds.into_iter().flatten().collect();
        let object = self.stable_operand(base, &later);
        let first = self.frame.take_run(3);
        for (slot, bound) in slots(first).zip(bounds) {
            match bound {
                Some(bound) => self.evaluate(bound, slot),
                None => self.frame.emit(Instruction::LoadNull { dst: slot }, span),
            }
        }
        self.frame.emit(Instruction::Slice { dst, object, first }, span);
    }

    fn if_value(
        &mut self,
        condition: ExprId,
        then_block: BlockId,
        else_block: Option<BlockId>,
        dst: Reg,
        range: BodyRange,
    ) {
        let span = self.span(range);
        let (otherwise, end) = (self.frame.label(), self.frame.label());
        self.head_condition(condition, otherwise, false);
        self.block_value(then_block, dst);
        self.frame.jump(Instruction::Jump { target: Far(0) }, end, span);
        self.frame.place(otherwise);
        match else_block {
            Some(block) => self.block_value(block, dst),
            None => self.frame.emit(Instruction::LoadNull { dst }, span),
        }
        self.frame.place(end);
    }

    fn block_value(&mut self, block: BlockId, dst: Reg) {
        let scope = self.enter_scope(block);
        self.statements(block);
        let tail_opens = self.frame.open.len();
        match self.body[block].tail {
            Some(tail) => self.evaluate(tail, dst),
            None => {
                let span = self.span(self.body[block].range);
                self.frame.emit(Instruction::LoadNull { dst }, span);
            }
        }
        self.leave_scope_of_value(scope, tail_opens);
    }

    fn lambda(&mut self, lambda: LambdaId, name: &str, dst: Reg, range: BodyRange) {
        let span = self.span(range);
        let (function, captures) = self.lambda_function(lambda, name);
        if captures.is_empty() {
            self.frame.emit(Instruction::LoadFunction { dst, function }, span);
            return;
        }
        let first = match consecutive(&captures) {
            Some(first) => first,
            None => {
                let first = self.frame.take_run(captures.len());
                for (slot, &src) in slots(first).zip(&captures) {
                    self.frame.emit(Instruction::Move { dst: slot, src }, span);
                }
                first
            }
        };
        self.frame.emit(Instruction::NewClosure { dst, function, first }, span);
    }
}

/// The registers from `first` on. Beyond the last there is none, and the frame has overflowed.
pub(crate) fn slots(first: Reg) -> impl Iterator<Item = Reg> {
    (first.0..=u16::MAX).map(Reg)
}

/// The first register, when they follow each other.
fn consecutive(regs: &[Reg]) -> Option<Reg> {
    let first = *regs.first()?;
    slots(first).zip(regs).all(|(expected, reg)| *reg == expected).then_some(first)
}
