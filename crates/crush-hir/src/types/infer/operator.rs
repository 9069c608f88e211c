//! Operators.

use super::{Inference, words};
use crate::body::{BinaryOp, ExprId, LogicalOp};
use crate::source_map::BodyRange;
use crate::types::Type;

impl Inference<'_> {
    /// `left op rhs`, where the left side is known already.
    pub(super) fn binary(&mut self, op: BinaryOp, (left, left_range): (Type, BodyRange), rhs: ExprId) -> Type {
        let right = self.expr(rhs);
        let right_range = self.body[rhs].range;
        if is_comparison(op) {
            if !left.compares_with(&right) {
                self.report("wrong-operand", left_range.cover(right_range), words::comparison(op, &left, &right));
            }
            return Type::Bool;
        }
        arithmetic(op, &left, &right).unwrap_or_else(|| {
            // The side to blame is the one that no operator of this kind takes; of two, both.
            let range = match (left.is_number(), right.is_number()) {
                (true, false) => right_range,
                (false, true) => left_range,
                _ => left_range.cover(right_range),
            };
            self.report("wrong-operand", range, words::arithmetic(op, &left, &right));
            Type::Any
        })
    }

    pub(super) fn logical(&mut self, op: LogicalOp, lhs: ExprId, rhs: ExprId) -> Type {
        let sides = [lhs, rhs].map(|side| (self.expr(side), self.body[side].range));
        if sides.iter().all(|(side, _)| *side != Type::Any)
            && let Some((side, range)) = sides.iter().find(|(side, _)| *side != Type::Bool)
        {
            self.report("wrong-operand", *range, words::logical(op, side));
        }
        Type::Bool
    }

    /// `start..end`; to get past the end of `..=` one is added to it.
    pub(super) fn range(&mut self, start: ExprId, end: ExprId, inclusive: bool) -> Type {
        self.expr(start);
        let last = self.expr(end);
        if inclusive && arithmetic(BinaryOp::Add, &last, &Type::Int).is_none() {
            self.report("wrong-operand", self.body[end].range, words::range_end(&last));
        }
        Type::array(Type::Int)
    }
}

fn is_comparison(op: BinaryOp) -> bool {
    use BinaryOp::{Equal, Greater, GreaterEqual, Less, LessEqual, NotEqual};
    matches!(op, Equal | NotEqual | Less | LessEqual | Greater | GreaterEqual)
}

/// What arithmetic gives; `None` where the reference rejects it. It lets `null` pass.
fn arithmetic(op: BinaryOp, left: &Type, right: &Type) -> Option<Type> {
    if op == BinaryOp::Add && (*left == Type::String || *right == Type::String) {
        return Some(Type::String);
    }
    Some(match (left, right) {
        (Type::Float, Type::Int | Type::Float) | (Type::Int, Type::Float) => Type::Float,
        (Type::Int, Type::Int) => Type::Int,
        (Type::Array(left), Type::Array(right)) if op == BinaryOp::Add => {
            Type::array(left.merged(right).unwrap_or(Type::Any))
        }
        (Type::Any, _) | (_, Type::Any) | (Type::Null, Type::Null) => Type::Any,
        (Type::Null, other) | (other, Type::Null) => other.clone(),
        _ => return None,
    })
}
