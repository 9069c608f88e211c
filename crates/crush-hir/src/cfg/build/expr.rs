//! Expressions: operands left to right, the access itself last.

use super::Builder;
use crate::body::{BinaryOp, BlockId, Callee, ExprId, ExprKind, MatchArm, Pattern, UnaryOp};
use crate::cfg::{Access, Action, LoanOwner};

impl Builder<'_> {
    /// Builds what makes the value of `id`.
    pub(super) fn expr(&mut self, id: ExprId) {
        let body = self.body;
        let expr = &body[id];
        match &expr.kind {
            ExprKind::Missing
            | ExprKind::Unsupported(_)
            | ExprKind::Literal(_)
            | ExprKind::Local(_)
            | ExprKind::Name(_)
            | ExprKind::Path { .. }
            | ExprKind::Lambda(_)
            | ExprKind::Yield => self.push(Action::Evaluate(id)),
            ExprKind::Array(elements) => self.operands(elements.iter().copied(), id),
            ExprKind::Map(entries) => self.operands(entries.iter().map(|(_, value)| *value), id),
            ExprKind::Struct { fields, .. } => self.operands(fields.iter().map(|(_, _, value)| *value), id),
            ExprKind::Range { start, end, .. } => self.operands([*start, *end], id),
            ExprKind::Unary { op, operand } => {
                self.expr(*operand);
                if *op == UnaryOp::Not {
                    self.test(*operand);
                }
                self.push(Action::Evaluate(id));
            }
            ExprKind::Binary { op, lhs, rhs } => {
                self.expr(*lhs);
                self.expr(*rhs);
                let (lhs, rhs, at) = (*lhs, *rhs, expr.range);
                match op {
                    BinaryOp::Equal | BinaryOp::NotEqual => self.push(Action::Compare { lhs, rhs, at }),
                    BinaryOp::Add => self.push(Action::Join { lhs, rhs, at }),
                    // Operands that do not fit are read before that is told.
                    _ => [lhs, rhs].into_iter().for_each(|operand| self.test(operand)),
                }
                self.push(Action::Evaluate(id));
            }
            ExprKind::Logical { lhs, rhs, .. } => {
                self.expr(*lhs);
                self.test(*lhs);
                self.push(Action::Discard(*lhs));
                let (more, short) = self.branch();
                let after = self.node();
                self.here = more;
                self.expr(*rhs);
                self.test(*rhs);
                self.push(Action::Discard(*rhs));
                self.goto(after);
                self.here = short;
                self.goto(after);
                self.here = after;
                self.push(Action::Evaluate(id));
            }
            ExprKind::Borrow { exclusive, operand } => {
                self.expr(*operand);
                let loan = self.loan(*exclusive, LoanOwner::Temporary, *operand, id);
                self.push(Action::Take(loan));
                self.temporary(loan);
            }
            ExprKind::Field { base, .. } => {
                self.expr(*base);
                self.access(Access::Read, *base, expr.range);
                self.push(Action::Evaluate(id));
            }
            ExprKind::Index { base, index } => {
                self.expr(*base);
                self.expr(*index);
                self.access(Access::Read, *base, expr.range);
                self.push(Action::Evaluate(id));
            }
            ExprKind::Slice { base, start, end, step } => {
                self.expr(*base);
                for bound in [start, end, step].into_iter().flatten() {
                    self.expr(*bound);
                }
                self.access(Access::Read, *base, expr.range);
                self.push(Action::Evaluate(id));
            }
            ExprKind::Call { callee, args, .. } => {
                match callee {
                    Callee::Method { receiver, .. } => self.expr(*receiver),
                    Callee::Value(callee) => self.expr(*callee),
                    Callee::Name(_) | Callee::Capability(_) | Callee::Path { .. } => {}
                }
                for arg in args {
                    self.expr(*arg);
                }
                self.push(Action::Call(id));
            }
            ExprKind::Spawn { function, args } => {
                self.expr(*function);
                for arg in args {
                    self.expr(*arg);
                }
                self.push(Action::Call(id));
            }
            ExprKind::Copy(operand) => self.operands([*operand], id),
            ExprKind::Await(operand) => {
                self.expr(*operand);
                self.push(Action::Call(id));
            }
            ExprKind::If { condition, then_block, else_block } => {
                self.head(*condition);
                self.test(*condition);
                self.push(Action::Discard(*condition));
                self.if_branches(id, *then_block, *else_block);
            }
            ExprKind::Match { scrutinee, arms } => {
                self.head(*scrutinee);
                self.match_arms(id, *scrutinee, arms);
            }
        }
    }

    /// Whether a value counts as true is read off it. What operators give is no object.
    pub(super) fn test(&mut self, value: ExprId) {
        let is_plain = match &self.body[value].kind {
            ExprKind::Literal(_) | ExprKind::Unary { .. } | ExprKind::Logical { .. } => true,
            ExprKind::Binary { op, .. } => *op != BinaryOp::Add,
            _ => false,
        };
        if !is_plain {
            self.access(Access::Read, value, self.body[value].range);
        }
    }

    fn operands(&mut self, operands: impl IntoIterator<Item = ExprId>, id: ExprId) {
        for operand in operands {
            self.expr(operand);
        }
        self.push(Action::Evaluate(id));
    }

    /// The head of an `if` or `match` is a full expression of its own (B4).
    fn head(&mut self, head: ExprId) {
        self.full(|builder| builder.expr(head));
    }

    fn if_branches(&mut self, id: ExprId, then_block: BlockId, else_block: Option<BlockId>) {
        let (then, otherwise) = self.branch();
        let after = self.node();
        self.here = then;
        self.block(then_block, Some(id));
        self.goto(after);
        self.here = otherwise;
        match else_block {
            Some(block) => self.block(block, Some(id)),
            None => self.push(Action::Null(id)),
        }
        self.goto(after);
        self.here = after;
    }

    fn match_arms(&mut self, id: ExprId, scrutinee: ExprId, arms: &[MatchArm]) {
        let after = self.node();
        for (index, arm) in arms.iter().enumerate() {
            self.push(Action::Test { expr: id, arm: index });
            let always = matches!(arm.pattern, Pattern::Wildcard | Pattern::Binding(_));
            let (matched, next) = if always {
                let (matched, next) = (self.node(), self.node());
                self.goto(matched);
                (matched, next)
            } else {
                self.branch()
            };
            self.here = matched;
            self.push(Action::BindArm { expr: id, arm: index });
            self.push(Action::Discard(scrutinee));
            self.block(arm.body, Some(id));
            self.goto(after);
            self.here = next;
        }
        self.push(Action::Discard(scrutinee));
        self.push(Action::Null(id));
        self.goto(after);
        self.here = after;
    }
}
