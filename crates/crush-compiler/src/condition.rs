//! Conditions: comparisons and `&&`, `||`, `!` become jumps.

use crush_hir::body::{BinaryOp, ExprId, ExprKind, Literal, LogicalOp, UnaryOp};
use crush_vm::{Far, Instruction, Label, Near, Reg};

use crate::program::Compiler;

impl Compiler<'_, '_> {
    /// The condition of an `if` or a loop, a full expression: jumps to `target` when it is `sense`.
    pub(crate) fn head_condition(&mut self, id: ExprId, target: Label, sense: bool) {
        let mark = self.frame.mark();
        if self.facts.borrows(id) {
            // The borrows have to end on both ways, so the value comes first.
            let range = self.body[id].range;
            let cond = self.full(range, |this| {
                let cond = this.frame.take();
                this.evaluate(id, cond);
                cond
            });
            self.jump_on(cond, target, sense, id);
        } else {
            self.condition(id, target, sense);
        }
        self.frame.release(mark);
    }

    /// Jumps to `target` when `id` is `sense`, and goes on otherwise.
    pub(crate) fn condition(&mut self, id: ExprId, target: Label, sense: bool) {
        let mark = self.frame.mark();
        self.deep(|this| this.condition_at(id, target, sense));
        self.frame.release(mark);
    }

    fn condition_at(&mut self, id: ExprId, target: Label, sense: bool) {
        match self.body[id].kind {
            ExprKind::Literal(Literal::Bool(value)) => {
                if value == sense {
                    let span = self.span(self.body[id].range);
                    self.frame.jump(Instruction::Jump { target: Far(0) }, target, span);
                }
            }
            ExprKind::Unary { op: UnaryOp::Not, operand } => self.condition(operand, target, !sense),
            ExprKind::Logical { op, lhs, rhs } => {
                // `a && b` is false as soon as `a` is; `a || b` is true as soon as `a` is.
                let decided = op == LogicalOp::Or;
                if decided == sense {
                    self.condition(lhs, target, sense);
                    self.condition(rhs, target, sense);
                } else {
                    let end = self.frame.label();
                    self.condition(lhs, end, decided);
                    self.condition(rhs, target, sense);
                    self.frame.place(end);
                }
            }
            ExprKind::Binary { op, lhs, rhs } if is_comparison(op) => {
                self.comparison(id, op, (lhs, rhs), target, sense)
            }
            _ => {
                let cond = self.operand(id);
                self.jump_on(cond, target, sense, id);
            }
        }
    }

    fn jump_on(&mut self, cond: Reg, target: Label, sense: bool, id: ExprId) {
        let jump = match sense {
            true => Instruction::JumpIf { cond, target: Far(0) },
            false => Instruction::JumpIfNot { cond, target: Far(0) },
        };
        self.frame.jump(jump, target, self.span(self.body[id].range));
    }

    fn comparison(&mut self, id: ExprId, op: BinaryOp, (lhs, rhs): (ExprId, ExprId), target: Label, sense: bool) {
        let span = self.span(self.body[id].range);
        let jump = if let Some(value) = self.small_int(rhs) {
            let lhs = self.operand(lhs);
            compare_int(op, sense, lhs, value)
        } else if let Some(value) = self.small_int(lhs) {
            let rhs = self.operand(rhs);
            compare_int(mirrored(op), sense, rhs, value)
        } else {
            let lhs = self.stable_operand(lhs, &[rhs]);
            let rhs = self.operand(rhs);
            compare(op, sense, lhs, rhs)
        };
        self.frame.jump(jump, target, span);
    }
}

pub(crate) fn is_comparison(op: BinaryOp) -> bool {
    use BinaryOp::{Equal, Greater, GreaterEqual, Less, LessEqual, NotEqual};
    matches!(op, Equal | NotEqual | Less | LessEqual | Greater | GreaterEqual)
}

/// The comparison with its sides exchanged.
fn mirrored(op: BinaryOp) -> BinaryOp {
    match op {
        BinaryOp::Less => BinaryOp::Greater,
        BinaryOp::LessEqual => BinaryOp::GreaterEqual,
        BinaryOp::Greater => BinaryOp::Less,
        BinaryOp::GreaterEqual => BinaryOp::LessEqual,
        other => other,
    }
}

fn compare(op: BinaryOp, sense: bool, lhs: Reg, rhs: Reg) -> Instruction {
    let target = Near(0);
    match (op, sense) {
        (BinaryOp::Equal, true) | (BinaryOp::NotEqual, false) => Instruction::JumpEq { lhs, rhs, target },
        (BinaryOp::Less, true) => Instruction::JumpLt { lhs, rhs, target },
        (BinaryOp::Less, false) => Instruction::JumpNotLt { lhs, rhs, target },
        (BinaryOp::LessEqual, true) => Instruction::JumpLe { lhs, rhs, target },
        (BinaryOp::LessEqual, false) => Instruction::JumpNotLe { lhs, rhs, target },
        (BinaryOp::Greater | BinaryOp::GreaterEqual, _) => compare(mirrored(op), sense, rhs, lhs),
        _ => Instruction::JumpNe { lhs, rhs, target },
    }
}

fn compare_int(op: BinaryOp, sense: bool, lhs: Reg, rhs: i16) -> Instruction {
    let target = Near(0);
    match (op, sense) {
        (BinaryOp::Equal, true) | (BinaryOp::NotEqual, false) => Instruction::JumpEqInt { lhs, rhs, target },
        (BinaryOp::Less, true) => Instruction::JumpLtInt { lhs, rhs, target },
        (BinaryOp::Less, false) => Instruction::JumpNotLtInt { lhs, rhs, target },
        (BinaryOp::LessEqual, true) => Instruction::JumpLeInt { lhs, rhs, target },
        (BinaryOp::LessEqual, false) => Instruction::JumpNotLeInt { lhs, rhs, target },
        (BinaryOp::Greater, true) => Instruction::JumpGtInt { lhs, rhs, target },
        (BinaryOp::Greater, false) => Instruction::JumpNotGtInt { lhs, rhs, target },
        (BinaryOp::GreaterEqual, true) => Instruction::JumpGeInt { lhs, rhs, target },
        (BinaryOp::GreaterEqual, false) => Instruction::JumpNotGeInt { lhs, rhs, target },
        _ => Instruction::JumpNeInt { lhs, rhs, target },
    }
}
