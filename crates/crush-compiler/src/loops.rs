//! `while` and `for`.
//!
//! The test stands at the end of a loop, so that a round takes one jump.

use crush_hir::body::{BlockId, ExprId, ExprKind, Literal, LocalId, LocalKind};
use crush_hir::source_map::BodyRange;
use crush_vm::{Far, Instruction, Label, Near, OwnerRole, Reg};

use crate::frame::Loop;
use crate::program::Compiler;
use crate::variables::{Home, borrow};

impl Compiler<'_, '_> {
    pub(crate) fn while_loop(&mut self, condition: ExprId, body: BlockId) {
        let span = self.span(self.body[condition].range);
        let forever = matches!(self.body[condition].kind, ExprKind::Literal(Literal::Bool(true)));
        let (inside, test, done) = (self.frame.label(), self.frame.label(), self.frame.label());
        let reachable = !self.frame.is_dead();
        if !forever {
            self.frame.jump(Instruction::Jump { target: Far(0) }, test, span);
        }
        if reachable {
            self.frame.enter(inside);
        }
        self.frame.place(inside);
        self.loop_body(test, done, |this| this.block(body));
        self.frame.place(test);
        if forever {
            self.frame.jump(Instruction::Jump { target: Far(0) }, inside, span);
        } else {
            self.head_condition(condition, inside, true);
        }
        self.frame.place(done);
    }

    fn loop_body<T>(&mut self, on_continue: Label, on_break: Label, compile: impl FnOnce(&mut Self) -> T) -> T {
        let open = self.frame.open.len();
        self.frame.loops.push(Loop { on_continue, on_break, open });
        let result = compile(self);
        self.frame.loops.pop();
        result
    }

    /// `break` or `continue`: what was opened inside the loop ends.
    pub(crate) fn jump_out(&mut self, range: BodyRange, leaves: bool) {
        let span = self.span(range);
        let Some(target) = self.frame.loops.last() else { return };
        let (open, label) = (target.open, if leaves { target.on_break } else { target.on_continue });
        self.frame.leave(open, span);
        self.frame.jump(Instruction::Jump { target: Far(0) }, label, span);
    }

    pub(crate) fn for_loop(&mut self, variable: LocalId, name_range: BodyRange, iterable: ExprId, body: BlockId) {
        match self.body[iterable].kind {
            ExprKind::Range { start, end, inclusive } if self.counts_by_itself(variable, body) => {
                self.range_loop(variable, name_range, (start, end, inclusive), body);
            }
            ExprKind::Range { start, end, inclusive } => {
                self.counting_loop(variable, name_range, (start, end, inclusive), body);
            }
            _ => self.object_loop(variable, name_range, iterable, body),
        }
    }

    /// Whether nobody can tell that the loop counts in registers of its own: the variable is seen in the body alone, and
    /// nothing else binds it.
    fn counts_by_itself(&self, variable: LocalId, body: BlockId) -> bool {
        let local = &self.body[variable];
        local.scope == body
            && local.kind == LocalKind::LoopVariable
            && !local.captured
            && self.facts.bound_once(variable)
    }

    fn range_loop(
        &mut self,
        variable: LocalId,
        name_range: BodyRange,
        (start, end, inclusive): (ExprId, ExprId, bool),
        body: BlockId,
    ) {
        let range = self.body[start].range.cover(self.body[end].range);
        let span = self.span(range);
        let state = self.frame.take_run(2);
        let last = Reg(state.0.saturating_add(1));
        let mark = self.frame.mark();
        self.full(range, |this| {
            let start = this.stable_operand(start, &[end]);
            let end = this.operand(end);
            this.frame.emit(Instruction::RangeStart { state, start, end, inclusive }, span);
        });
        self.frame.release(mark);
        let (inside, step, done) = (self.frame.label(), self.frame.label(), self.frame.label());
        self.frame.jump(Instruction::JumpNotLe { lhs: state, rhs: last, target: Near(0) }, done, span);
        let counter = self.loop_body(step, done, |this| {
            let scope = this.enter_scope(body);
            // Nothing else binds the variable, so that it can count.
            let counter = this.direct(variable).unwrap_or(state);
            this.frame.emit(Instruction::Move { dst: counter, src: state }, span);
            this.frame.place(inside);
            this.renew_owner_cells(body, variable);
            this.bound(variable, name_range);
            this.statements(body);
            if let Some(tail) = this.body[body].tail {
                this.effect(tail);
            }
            this.leave_scope(scope);
            counter
        });
        self.frame.place(step);
        self.frame.jump(Instruction::RangeNext { counter, last, target: Near(0) }, inside, span);
        self.frame.place(done);
    }

    /// A loop over `iterable`, which is borrowed until it is left (B2).
    fn object_loop(&mut self, variable: LocalId, name_range: BodyRange, iterable: ExprId, body: BlockId) {
        let range = self.body[iterable].range;
        let span = self.span(range);
        let open = self.frame.open.len();
        // The handle of `for v in &e` lives as long as the loop (B4); other temporaries end with the head.
        let handle = match self.body[iterable].kind {
            ExprKind::Borrow { exclusive, operand } => {
                let handle = self.frame.open(OwnerRole::Temporary);
                Some((exclusive, operand, handle))
            }
            _ => None,
        };
        let iter = self.frame.open_loop();
        let mark = self.frame.mark();
        self.full(range, |this| {
            let src = match handle {
                Some((exclusive, operand, handle)) => {
                    let src = this.operand(operand);
                    this.frame.emit(borrow(exclusive, handle, src), span);
                    handle
                }
                None => this.operand(iterable),
            };
            this.frame.emit(Instruction::IterStart { iter, src }, span);
        });
        self.frame.release(mark);
        self.rounds(variable, name_range, body, |this, dst, inside| {
            this.frame.jump(Instruction::IterNext { dst, iter, target: Near(0) }, inside, span);
        });
        self.frame.close(open, span);
    }

    /// The rounds of a loop: `next` gives the next element to a register and jumps into the body, or goes on.
    fn rounds(
        &mut self,
        variable: LocalId,
        name_range: BodyRange,
        body: BlockId,
        next: impl FnOnce(&mut Self, Reg, Label),
    ) {
        let span = self.span(name_range);
        let (inside, step, done) = (self.frame.label(), self.frame.label(), self.frame.label());
        let reachable = !self.frame.is_dead();
        let element = self.frame.take();
        let mut dst = element;
        self.loop_body(step, done, |this| {
            let scope = this.enter_scope(body);
            if this.body[variable].scope == body {
                this.new_cell(variable, None, name_range);
            }
            // The element can go straight into the variable, unless a cell or a borrow is in the way.
            if let Some(&Home::Reg(reg)) = this.homes.get(&variable) {
                dst = reg;
            }
            this.frame.jump(Instruction::Jump { target: Far(0) }, step, span);
            if reachable {
                this.frame.enter(inside);
            }
            this.frame.place(inside);
            this.renew_owner_cells(body, variable);
            this.release_owned(variable, name_range);
            this.store(variable, dst, name_range, false);
            this.bound(variable, name_range);
            this.statements(body);
            if let Some(tail) = this.body[body].tail {
                this.effect(tail);
            }
            this.leave_scope(scope);
        });
        self.frame.place(step);
        next(self, dst, inside);
        self.frame.place(done);
    }

    /// A new round: a variable of the body is another one than in the round before, which a lambda may still have.
    fn renew_owner_cells(&mut self, body: BlockId, loop_variable: LocalId) {
        for &local in self.facts.locals_of(body) {
            if local != loop_variable && self.body[local].lambda == self.lambda {
                self.renew_owner_cell(local, self.body[local].range);
            }
        }
    }

    /// A loop whose variable is the counter itself, as the reference has it: the body may change it, and it is one past the
    /// last value afterwards.
    fn counting_loop(
        &mut self,
        variable: LocalId,
        name_range: BodyRange,
        (start, end, inclusive): (ExprId, ExprId, bool),
        body: BlockId,
    ) {
        let range = self.body[start].range.cover(self.body[end].range);
        let span = self.span(range);
        let (inside, step, test, done) =
            (self.frame.label(), self.frame.label(), self.frame.label(), self.frame.label());
        let reachable = !self.frame.is_dead();
        let (counter, limit) = (self.frame.take(), self.frame.take());
        self.full(range, |this| {
            this.evaluate(start, counter);
            this.evaluate(end, limit);
        });
        let scope = self.loop_body(step, done, |this| {
            let scope = this.enter_scope(body);
            if this.body[variable].scope == body {
                this.new_cell(variable, None, name_range);
            }
            this.release_owned(variable, name_range);
            this.store(variable, counter, name_range, false);
            this.frame.jump(Instruction::Jump { target: Far(0) }, test, span);
            if reachable {
                this.frame.enter(inside);
            }
            this.frame.place(inside);
            this.renew_owner_cells(body, variable);
            this.bound(variable, name_range);
            this.statements(body);
            this.end_borrows(&scope);
            scope
        });
        self.frame.place(step);
        let mark = self.frame.mark();
        let value = self.read(variable, name_range);
        self.frame.emit(Instruction::AddInt { dst: counter, lhs: value, rhs: 1 }, span);
        self.release_owned(variable, name_range);
        self.store(variable, counter, name_range, false);
        self.frame.release(mark);
        self.frame.place(test);
        let mark = self.frame.mark();
        let value = self.read(variable, name_range);
        let more = match inclusive {
            true => Instruction::JumpLe { lhs: value, rhs: limit, target: Near(0) },
            false => Instruction::JumpLt { lhs: value, rhs: limit, target: Near(0) },
        };
        self.frame.jump(more, inside, span);
        self.frame.release(mark);
        self.frame.place(done);
        self.end_scope(&scope);
    }
}
