//! Which expressions an expression or statement evaluates itself, and which blocks it runs.

use crate::body::{BlockId, Body, Callee, ExprId, ExprKind, Place, StmtId, StmtKind};

impl Body {
    /// Calls `visit` with each operand of `expr`, in the order of evaluation. What stands in blocks and lambdas is none.
    pub fn operands(&self, expr: ExprId, mut visit: impl FnMut(ExprId)) {
        match &self[expr].kind {
            ExprKind::Missing
            | ExprKind::Unsupported(_)
            | ExprKind::Literal(_)
            | ExprKind::Local(_)
            | ExprKind::Name(_)
            | ExprKind::Path { .. }
            | ExprKind::Lambda(_)
            | ExprKind::Yield => {}
            ExprKind::Array(elements) => elements.iter().copied().for_each(visit),
            ExprKind::Map(entries) => entries.iter().for_each(|(_, value)| visit(*value)),
            ExprKind::Struct { fields, .. } => fields.iter().for_each(|(_, _, value)| visit(*value)),
            ExprKind::Range { start, end, .. } => [*start, *end].into_iter().for_each(visit),
            ExprKind::Unary { operand, .. }
            | ExprKind::Borrow { operand, .. }
            | ExprKind::Await(operand)
            | ExprKind::Copy(operand) => {
                visit(*operand);
            }
            ExprKind::Binary { lhs, rhs, .. } | ExprKind::Logical { lhs, rhs, .. } => {
                [*lhs, *rhs].into_iter().for_each(visit);
            }
            ExprKind::Field { base, .. } => visit(*base),
            ExprKind::Index { base, index } => [*base, *index].into_iter().for_each(visit),
            ExprKind::Slice { base, start, end, step } => {
                visit(*base);
                [start, end, step].into_iter().flatten().copied().for_each(visit);
            }
            ExprKind::Call { callee, args, .. } => {
                if let Callee::Method { receiver: first, .. } | Callee::Value(first) = callee {
                    visit(*first);
                }
                args.iter().copied().for_each(visit);
            }
            ExprKind::Spawn { function, args } => {
                visit(*function);
                args.iter().copied().for_each(visit);
            }
            ExprKind::If { condition: head, .. } | ExprKind::Match { scrutinee: head, .. } => visit(*head),
        }
    }

    /// Calls `visit` with each expression that `stmt` evaluates itself, in the order of evaluation.
    pub fn stmt_operands(&self, stmt: StmtId, mut visit: impl FnMut(ExprId)) {
        match &self[stmt].kind {
            StmtKind::Let { value, .. } | StmtKind::Expr(value) | StmtKind::Throw(value) => visit(*value),
            StmtKind::Assign { place, value, .. } => {
                match place {
                    Place::Field { base, .. } => visit(*base),
                    Place::Index { base, index } => [*base, *index].into_iter().for_each(&mut visit),
                    Place::Local(_) | Place::Unresolved(_) | Place::Invalid => {}
                }
                visit(*value);
            }
            StmtKind::While { condition, .. } => visit(*condition),
            StmtKind::For { iterable, .. } => visit(*iterable),
            StmtKind::Return(value) => value.iter().copied().for_each(visit),
            StmtKind::Break
            | StmtKind::Continue
            | StmtKind::Try { .. }
            | StmtKind::Unsupported(_)
            | StmtKind::Missing => {}
        }
    }

    /// Calls `visit` with each block that `expr` runs, in the order of the text. What stands in lambdas is none.
    pub fn blocks(&self, expr: ExprId, mut visit: impl FnMut(BlockId)) {
        match &self[expr].kind {
            ExprKind::If { then_block, else_block, .. } => {
                visit(*then_block);
                else_block.iter().copied().for_each(visit);
            }
            ExprKind::Match { arms, .. } => arms.iter().for_each(|arm| visit(arm.body)),
            _ => {}
        }
    }

    /// Calls `visit` with each block that `stmt` runs itself, in the order of the text.
    pub fn stmt_blocks(&self, stmt: StmtId, mut visit: impl FnMut(BlockId)) {
        match &self[stmt].kind {
            StmtKind::While { body, .. } | StmtKind::For { body, .. } => visit(*body),
            StmtKind::Try { body, handler, .. } => [*body, *handler].into_iter().for_each(visit),
            _ => {}
        }
    }
}
