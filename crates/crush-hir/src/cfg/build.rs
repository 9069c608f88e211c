//! From a lambda of a body to its graph.

mod expr;

use super::{Access, Action, Cfg, Combined, Loan, LoanId, LoanOwner, Next, Node, NodeId};
use crate::body::{BlockId, Body, ExprId, ExprKind, LambdaId, Literal, LocalId, Place, StmtId, StmtKind};
use crate::source_map::BodyRange;

pub(super) fn build(body: &Body, lambda: LambdaId) -> Cfg {
    let mut owns_locals = vec![false; body.blocks.len()];
    for local in body.locals.iter().filter(|local| local.lambda == lambda) {
        if let Some(owns) = owns_locals.get_mut(local.scope.index()) {
            *owns = true;
        }
    }
    let empty = || Node { actions: Vec::new(), next: Next::Stop, unwind: Cfg::UNWOUND };
    let mut builder = Builder {
        body,
        cfg: Cfg { lambda, nodes: vec![empty(), empty(), empty()], loans: Vec::new() },
        here: Cfg::ENTRY,
        unwind: Cfg::UNWOUND,
        frames: Vec::new(),
        owns_locals,
        blocks: Vec::new(),
    };
    builder.lambda(lambda);
    builder.cfg
}

/// What a jump has to clean up on its way out, innermost last.
enum Frame {
    /// A block whose variables go out of scope.
    Scope(BlockId),
    /// A full expression, with the temporary borrows taken in it so far.
    Full(Vec<LoanId>),
    /// A loop: where `continue` and `break` go, and the borrows that end with it.
    Loop { head: NodeId, done: NodeId, loans: Vec<LoanId>, iterable: Option<ExprId> },
}

struct Builder<'a> {
    body: &'a Body,
    cfg: Cfg,
    here: NodeId,
    unwind: NodeId,
    frames: Vec<Frame>,
    owns_locals: Vec<bool>,
    /// Every block built so far: what an error has to leave is the tail of this list that was built in the `try`.
    blocks: Vec<BlockId>,
}

impl Builder<'_> {
    fn lambda(&mut self, id: LambdaId) {
        let lambda = &self.body[id];
        let block = lambda.block;
        self.frames.push(Frame::Scope(block));
        match lambda.result {
            Some(result) => {
                self.full(|builder| builder.expr(result));
                self.push(Action::Return(Some(result)));
            }
            None => {
                self.stmts(block);
                if let Some(tail) = self.body[block].tail {
                    self.full(|builder| builder.expr(tail));
                    self.push(Action::Return(Some(tail)));
                } else {
                    self.push(Action::Return(None));
                }
            }
        }
        self.push(Action::Leave(block));
        self.goto(Cfg::EXIT);
        self.cfg.nodes[Cfg::UNWOUND.index()].actions.push(Action::Leave(block));
    }

    // ---- nodes

    fn push(&mut self, action: Action) {
        let here = self.here.index();
        self.cfg.nodes[here].actions.push(action);
    }

    fn node(&mut self) -> NodeId {
        self.cfg.nodes.push(Node { actions: Vec::new(), next: Next::Stop, unwind: self.unwind });
        NodeId((self.cfg.nodes.len() - 1) as u32)
    }

    fn goto(&mut self, to: NodeId) {
        let here = self.here.index();
        self.cfg.nodes[here].next = Next::Goto(to);
    }

    /// Branches to two new nodes, and leaves off in neither.
    fn branch(&mut self) -> (NodeId, NodeId) {
        let targets = (self.node(), self.node());
        let here = self.here.index();
        self.cfg.nodes[here].next = Next::Branch(targets.0, targets.1);
        targets
    }

    /// After a jump: what follows is in a node that nothing reaches.
    fn unreachable(&mut self) {
        self.here = self.node();
    }

    // ---- full expressions, jumps

    /// Builds a full expression: its temporary borrows end with it.
    fn full<T>(&mut self, build: impl FnOnce(&mut Self) -> T) -> T {
        self.frames.push(Frame::Full(Vec::new()));
        let built = build(self);
        if let Some(Frame::Full(loans)) = self.frames.pop() {
            for loan in loans.into_iter().rev() {
                self.push(Action::End(loan));
            }
        }
        built
    }

    fn temporary(&mut self, loan: LoanId) {
        let frames = self.frames.iter_mut().rev();
        if let Some(loans) =
            frames.filter_map(|frame| if let Frame::Full(loans) = frame { Some(loans) } else { None }).next()
        {
            loans.push(loan);
        }
    }

    fn loan(&mut self, exclusive: bool, owner: LoanOwner, operand: ExprId, expr: ExprId) -> LoanId {
        let range = self.body[expr].range;
        self.cfg.loans.push(Loan { exclusive, owner, operand, expr, range });
        LoanId((self.cfg.loans.len() - 1) as u32)
    }

    /// Cleans up the frames from the top down to, and with, the one at `down_to`.
    fn clean_up(&mut self, down_to: usize) {
        let mut actions = Vec::new();
        for frame in self.frames[down_to..].iter().rev() {
            match frame {
                Frame::Scope(block) => actions.extend(self.leave(*block)),
                Frame::Full(loans) => actions.extend(loans.iter().rev().map(|loan| Action::End(*loan))),
                Frame::Loop { loans, iterable, .. } => {
                    actions.extend(loans.iter().rev().map(|loan| Action::End(*loan)));
                    actions.extend(iterable.map(Action::Discard));
                }
            }
        }
        for action in actions {
            self.push(action);
        }
    }

    fn leave(&self, block: BlockId) -> Option<Action> {
        self.owns_locals.get(block.index()).copied().unwrap_or(false).then_some(Action::Leave(block))
    }

    /// `break` or `continue`: out of everything up to the nearest loop. Outside a loop it goes nowhere.
    fn jump(&mut self, leaves_loop: bool) {
        let found = self.frames.iter().rposition(|frame| matches!(frame, Frame::Loop { .. }));
        if let Some(position) = found
            && let Frame::Loop { head, done, .. } = self.frames[position]
        {
            self.clean_up(position + 1);
            self.goto(if leaves_loop { done } else { head });
        }
        self.unreachable();
    }

    // ---- blocks and statements

    /// Builds a block; when `value` is given, that expression gets the block's value.
    fn block(&mut self, block: BlockId, value: Option<ExprId>) {
        self.frames.push(Frame::Scope(block));
        self.stmts(block);
        match (self.body[block].tail, value) {
            (Some(tail), Some(to)) => {
                self.expr(tail);
                self.push(Action::Copy { from: tail, to });
            }
            (Some(tail), None) => {
                self.full(|builder| builder.expr(tail));
                self.push(Action::Discard(tail));
            }
            (None, Some(to)) => self.push(Action::Null(to)),
            (None, None) => {}
        }
        self.frames.pop();
        if let Some(leave) = self.leave(block) {
            self.push(leave);
        }
    }

    fn stmts(&mut self, block: BlockId) {
        self.blocks.push(block);
        for stmt in &self.body[block].stmts {
            self.stmt(*stmt);
        }
    }

    fn stmt(&mut self, id: StmtId) {
        let stmt = &self.body[id];
        match &stmt.kind {
            StmtKind::Let { local, name_range, value, .. } => self.bind(*local, *name_range, *value, true),
            StmtKind::Assign { place, place_range, op, value } => {
                self.assign(place, *place_range, op.is_some(), *value);
            }
            StmtKind::Expr(expr) => {
                self.full(|builder| builder.expr(*expr));
                self.push(Action::Discard(*expr));
            }
            StmtKind::While { condition, body } => self.while_loop(*condition, *body),
            StmtKind::For { variable, name_range, iterable, body } => {
                self.for_loop(*variable, *name_range, *iterable, *body);
            }
            StmtKind::Break => self.jump(true),
            StmtKind::Continue => self.jump(false),
            StmtKind::Return(value) => {
                if let Some(value) = value {
                    self.full(|builder| builder.expr(*value));
                }
                self.push(Action::Return(*value));
                self.clean_up(0);
                self.goto(Cfg::EXIT);
                self.unreachable();
            }
            StmtKind::Throw(value) => {
                self.full(|builder| builder.expr(*value));
                self.push(Action::Throw(*value));
                self.unreachable();
            }
            StmtKind::Try { body, error, handler } => self.try_catch(*body, *error, *handler),
            StmtKind::Unsupported(_) | StmtKind::Missing => {}
        }
    }

    /// `let x = e` and `x = e`: where `e` itself is a borrow, `x` owns it (B4).
    fn bind(&mut self, local: LocalId, at: BodyRange, value: ExprId, declares: bool) {
        self.full(|builder| {
            let mut keep = None;
            if let ExprKind::Borrow { exclusive, operand } = builder.body[value].kind {
                builder.expr(operand);
                let loan = builder.loan(exclusive, LoanOwner::Local(local), operand, value);
                builder.push(Action::Take(loan));
                keep = Some(loan);
            } else {
                builder.expr(value);
            }
            builder.push(Action::Release { local, keep });
            builder.push(Action::Bind { local, value, at, declares });
        });
    }

    fn assign(&mut self, place: &Place, place_range: BodyRange, compound: bool, value: ExprId) {
        match place {
            Place::Local(local) if !compound => self.bind(*local, place_range, value, false),
            Place::Local(local) => self.full(|builder| {
                builder.expr(value);
                builder.push(Action::Combine { place: Combined::Local(*local), value, at: place_range });
                builder.push(Action::Release { local: *local, keep: None });
                builder.push(Action::Bind { local: *local, value, at: place_range, declares: false });
            }),
            Place::Field { base, name, .. } => self.full(|builder| {
                builder.expr(*base);
                if compound {
                    let place = Combined::Field(*base, name.clone());
                    builder.access(Access::Read, *base, place_range);
                    builder.push(Action::Keep { place, value });
                }
                builder.expr(value);
                if compound {
                    let place = Combined::Field(*base, name.clone());
                    builder.push(Action::Combine { place, value, at: place_range });
                }
                builder.access(Access::Write, *base, place_range);
                builder.push(Action::StoreField { base: *base, value, at: place_range, name: name.clone() });
            }),
            Place::Index { base, index } => self.full(|builder| {
                builder.expr(*base);
                builder.expr(*index);
                if compound {
                    builder.access(Access::Read, *base, place_range);
                    builder.push(Action::Keep { place: Combined::Index(*base, *index), value });
                }
                builder.expr(value);
                if compound {
                    let place = Combined::Index(*base, *index);
                    builder.push(Action::Combine { place, value, at: place_range });
                }
                builder.access(Access::Write, *base, place_range);
                builder.push(Action::StoreIndex { base: *base, index: *index, value, at: place_range });
            }),
            Place::Unresolved(_) | Place::Invalid => {
                self.full(|builder| builder.expr(value));
                self.push(Action::Discard(value));
            }
        }
    }

    fn access(&mut self, access: Access, object: ExprId, at: BodyRange) {
        self.push(Action::Access { access, object, at });
    }

    fn while_loop(&mut self, condition: ExprId, body: BlockId) {
        let head = self.node();
        self.goto(head);
        self.here = head;
        self.full(|builder| builder.expr(condition));
        self.test(condition);
        self.push(Action::Discard(condition));
        let (inside, done) = if self.is_true(condition) {
            // `while true` is left by `break` alone.
            let (inside, done) = (self.node(), self.node());
            self.goto(inside);
            (inside, done)
        } else {
            self.branch()
        };
        self.here = inside;
        self.frames.push(Frame::Loop { head, done, loans: Vec::new(), iterable: None });
        self.block(body, None);
        self.goto(head);
        self.frames.pop();
        self.here = done;
    }

    fn is_true(&self, condition: ExprId) -> bool {
        matches!(self.body[condition].kind, ExprKind::Literal(Literal::Bool(true)))
    }

    fn for_loop(&mut self, variable: LocalId, at: BodyRange, iterable: ExprId, body: BlockId) {
        let mut loans = Vec::new();
        let own = self.full(|builder| {
            if let ExprKind::Borrow { exclusive, operand } = builder.body[iterable].kind {
                // The handle that is iterated ends with the loop, not with the head (B4).
                builder.expr(operand);
                let loan = builder.loan(exclusive, LoanOwner::Iterated, operand, iterable);
                builder.push(Action::Take(loan));
                loans.push(loan);
            } else {
                builder.expr(iterable);
            }
            let loan = builder.loan(false, LoanOwner::Loop, iterable, iterable);
            builder.push(Action::Take(loan));
            loans.push(loan);
            loan
        });
        self.push(Action::Declare(variable));
        let head = self.node();
        self.goto(head);
        self.here = head;
        let (inside, finished) = self.branch();
        let done = self.node();
        // Normal end and `break` meet in `finished`, where the borrows end.
        self.frames.push(Frame::Loop { head, done: finished, loans: loans.clone(), iterable: Some(iterable) });
        self.here = inside;
        self.push(Action::Release { local: variable, keep: None });
        self.push(Action::BindElement { local: variable, iterable, loan: own, at });
        self.block(body, None);
        self.goto(head);
        self.frames.pop();
        self.here = finished;
        for loan in loans.into_iter().rev() {
            self.push(Action::End(loan));
        }
        self.push(Action::Discard(iterable));
        self.goto(done);
        self.here = done;
    }

    fn try_catch(&mut self, body: BlockId, error: Option<(LocalId, BodyRange)>, handler: BlockId) {
        let landing = self.node();
        let outer_unwind = std::mem::replace(&mut self.unwind, landing);
        let (first_loan, first_block) = (self.cfg.loans.len(), self.blocks.len());
        let tried = self.node();
        self.goto(tried);
        self.here = tried;
        self.block(body, None);
        let end_of_body = self.here;

        // The landing: unwinding has ended everything that was taken inside and is not owned by a variable outside.
        self.unwind = outer_unwind;
        self.here = landing;
        let blocks: Vec<_> = self.blocks[first_block..].to_vec();
        for block in blocks.into_iter().rev() {
            if let Some(leave) = self.leave(block) {
                self.push(leave);
            }
        }
        for loan in (first_loan..self.cfg.loans.len()).rev() {
            if !matches!(self.cfg.loans[loan].owner, LoanOwner::Local(_)) {
                self.push(Action::End(LoanId(loan as u32)));
            }
        }
        if let Some((local, _)) = error {
            self.push(Action::Release { local, keep: None });
        }
        self.push(Action::Catch { name: error });
        self.block(handler, None);
        let end_of_handler = self.here;

        let after = self.node();
        for end in [end_of_body, end_of_handler] {
            self.here = end;
            self.goto(after);
        }
        self.here = after;
    }
}
