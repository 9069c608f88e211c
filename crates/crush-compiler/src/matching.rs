//! `match`.

use crush_hir::body::{ExprId, ExprKind, Literal, MatchArm, Pattern};
use crush_hir::source_map::BodyRange;
use crush_vm::{Far, Instruction, Label, Near, Reg};

use crate::program::Compiler;

impl Compiler<'_, '_> {
    /// A `match`; the value of the arm taken goes to `dst` if it is wanted.
    pub(crate) fn match_on(&mut self, id: ExprId, scrutinee: ExprId, arms: &[MatchArm], dst: Option<Reg>) {
        let range = self.body[scrutinee].range;
        let span = self.span(self.body[id].range);
        let value = self.full(range, |this| {
            let value = this.operand(scrutinee);
            // The head ends a borrow that is matched itself, and its handle is dead then (B5).
            match this.body[scrutinee].kind {
                ExprKind::Borrow { .. } => this.moved(value, range),
                _ => value,
            }
        });
        let end = self.frame.label();
        for arm in arms {
            let next = self.frame.label();
            let scope = self.enter_scope(arm.body);
            let pattern_range = self.pattern_range(arm);
            self.pattern(&arm.pattern, value, next, pattern_range);
            self.statements(arm.body);
            let tail_opens = self.frame.open.len();
            match (self.body[arm.body].tail, dst) {
                (Some(tail), Some(dst)) => self.evaluate(tail, dst),
                (Some(tail), None) => self.effect(tail),
                (None, Some(dst)) => self.frame.emit(Instruction::LoadNull { dst }, span),
                (None, None) => {}
            }
            match dst {
                Some(_) => self.leave_scope_of_value(scope, tail_opens),
                None => self.leave_scope(scope),
            }
            if matches!(arm.pattern, Pattern::Wildcard | Pattern::Binding(_)) {
                // Whatever it is, it matches: arms behind this one are never reached.
                return self.frame.place(end);
            }
            self.frame.jump(Instruction::Jump { target: Far(0) }, end, span);
            self.frame.place(next);
        }
        if let Some(dst) = dst {
            self.frame.emit(Instruction::LoadNull { dst }, span);
        }
        self.frame.place(end);
    }

    /// Another register with the same value.
    fn moved(&mut self, src: Reg, range: BodyRange) -> Reg {
        let dst = self.frame.take();
        self.frame.emit(Instruction::Move { dst, src }, self.span(range));
        dst
    }

    /// The text that stands for the test of an arm: a name in the pattern, or the start of the arm's body.
    fn pattern_range(&self, arm: &MatchArm) -> BodyRange {
        match &arm.pattern {
            Pattern::Binding(local) => self.body[*local].range,
            Pattern::Struct { name_range, .. } => *name_range,
            _ => self.body[arm.body].range,
        }
    }

    /// Tests `value`, going to `next` if it does not match, and binds the names of the pattern.
    fn pattern(&mut self, pattern: &Pattern, value: Reg, next: Label, range: BodyRange) {
        let span = self.span(range);
        match pattern {
            Pattern::Wildcard => {}
            Pattern::Missing => self.not_understood(range),
            Pattern::Binding(local) => {
                let range = self.body[*local].range;
                self.store(*local, value, range, true);
                self.bound(*local, range);
            }
            Pattern::Literal(Literal::Int(int)) if i16::try_from(*int).is_ok() => {
                let rhs = i16::try_from(*int).unwrap_or_default();
                self.frame.jump(Instruction::JumpNeInt { lhs: value, rhs, target: Near(0) }, next, span);
            }
            Pattern::Literal(literal) => {
                let mark = self.frame.mark();
                let rhs = self.frame.take();
                self.literal(literal, rhs, range);
                self.frame.jump(Instruction::JumpNe { lhs: value, rhs, target: Near(0) }, next, span);
                self.frame.release(mark);
            }
            Pattern::Struct { name, name_range, fields } => {
                let mark = self.frame.mark();
                let test = self.frame.take();
                let Some(class) = self.shared.class(name) else { return };
                let span = self.span(*name_range);
                let descendants = self.shared.descendants(name).to_vec();
                let is_one = self.frame.label();
                for descendant in descendants {
                    self.frame.emit(Instruction::IsInstance { dst: test, src: value, class: descendant }, span);
                    self.frame.jump(Instruction::JumpIf { cond: test, target: Far(0) }, is_one, span);
                }
                self.frame.emit(Instruction::IsInstance { dst: test, src: value, class }, span);
                self.frame.jump(Instruction::JumpIfNot { cond: test, target: Far(0) }, next, span);
                self.frame.place(is_one);
                for (field, pattern) in fields {
                    let name = self.name(field, *name_range);
                    self.frame.emit(Instruction::GetField { dst: test, object: value, name }, span);
                    // A nested pattern takes the same register again only after this one is done with.
                    let inner = self.frame.mark();
                    self.deep(|this| this.pattern(pattern, test, next, range));
                    self.frame.release(inner);
                }
                self.frame.release(mark);
            }
        }
    }
}
