//! Tasks (T1 to T3): `spawn`, `await`, `yield` and `async fn`.

use crush_hir::body::ExprId;
use crush_hir::source_map::BodyRange;
use crush_syntax::TextRange;
use crush_vm::{Far, FuncId, Instruction, Near, Reg, Span};

use crate::program::{Compiler, Shared};

impl Compiler<'_, '_> {
    /// `spawn f(a…)`.
    pub(crate) fn spawn(&mut self, function: ExprId, args: &[ExprId], dst: Reg, range: BodyRange) {
        let span = self.span(range);
        let count = self.count(args.len(), range);
        let callee = self.stable_operand(function, args);
        let first = self.run(args);
        self.frame.emit(Instruction::Spawn { dst, callee, first, count }, span);
    }

    /// `await e`.
    pub(crate) fn await_value(&mut self, operand: ExprId, dst: Reg, range: BodyRange) {
        let span = self.span(range);
        let src = self.operand(operand);
        self.frame.emit(Instruction::Await { dst, src }, span);
    }

    /// `parallel_map(items, function)`: a task for each element; their results in the order of the elements.
    pub(crate) fn parallel_map(&mut self, items: ExprId, function: ExprId, dst: Reg, range: BodyRange) {
        let span = self.span(range);
        let push = self.name("push", range);
        let src = self.stable_operand(items, &[function]);
        let callee = self.operand(function);
        let (handles, pushed) = (self.frame.take(), self.frame.take());
        self.frame.emit(Instruction::SpawnEach { dst: handles, src, callee }, span);
        // The results so far, and the next one, as `push` takes them.
        let results = self.frame.take_run(2);
        let next = Reg(results.0 + 1);
        self.frame.emit(Instruction::NewArray { dst: results, first: results, count: 0 }, span);
        let open = self.frame.open.len();
        let iter = self.frame.open_loop();
        self.frame.emit(Instruction::IterStart { iter, src: handles }, span);
        let (inside, step) = (self.frame.label(), self.frame.label());
        let reachable = !self.frame.is_dead();
        self.frame.jump(Instruction::Jump { target: Far(0) }, step, span);
        if reachable {
            self.frame.enter(inside);
        }
        self.frame.place(inside);
        self.frame.emit(Instruction::Await { dst: next, src: next }, span);
        self.frame.emit(Instruction::CallMethod { dst: pushed, name: push, first: results, count: 1 }, span);
        self.frame.place(step);
        self.frame.jump(Instruction::IterNext { dst: next, iter, target: Near(0) }, inside, span);
        self.frame.close(open, span);
        self.frame.emit(Instruction::Move { dst, src: results }, span);
    }

    /// `yield`, whose value is null.
    pub(crate) fn yield_turn(&mut self, dst: Reg, range: BodyRange) {
        let span = self.span(range);
        self.frame.emit(Instruction::Yield {}, span);
        self.frame.emit(Instruction::LoadNull { dst }, span);
    }
}

impl Shared<'_> {
    /// What is called by the name of an `async fn` starts a task that runs its body: this defines the one, and gives the
    /// function that the body is to become.
    pub(crate) fn async_function(
        &mut self,
        starter: FuncId,
        name: &str,
        params: usize,
        span: Span,
        range: TextRange,
    ) -> FuncId {
        let body = self.declare_lambda(name, params, range);
        let mut frame = self.frame(name, params, 0, span);
        let callee = frame.take();
        frame.emit(Instruction::LoadFunction { dst: callee, function: body }, span);
        let count = u8::try_from(params).unwrap_or_else(|_| {
            self.problem("too-large", "an `async fn` takes at most 255 arguments".into(), range);
            u8::MAX
        });
        // Without text of its own: what goes wrong here went wrong at the call.
        frame.emit(Instruction::Spawn { dst: callee, callee, first: Reg(0), count }, Span::default());
        frame.emit(Instruction::Return { src: callee }, Span::default());
        self.define(starter, frame, range);
        body
    }
}
