//! Where variables live, and how they are read and bound.

use std::sync::Arc;

use crush_hir::body::{BlockId, ExprId, ExprKind, LocalId, LocalKind};
use crush_hir::source_map::BodyRange;
use crush_vm::{Home as DebugHome, Instruction, LocalVariable, OwnerRole, Reg, Span};

use crate::facts::Ownership;
use crate::frame::Mark;
use crate::program::Compiler;

/// Where a variable lives in the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Home {
    /// In a register.
    Reg(Reg),
    /// In an owner register: it never holds anything but borrows of its own.
    Owner(Reg),
    /// In a register, with the borrow that it may own in another.
    Owning {
        /// Its value.
        value: Reg,
        /// The borrow that it owns.
        owner: Reg,
    },
    /// In the cell that a register holds.
    Cell(Reg),
    /// In a cell, with the borrow that it may own in another.
    OwningCell {
        /// The cell of its value.
        value: Reg,
        /// The cell of the borrow that it owns.
        owner: Reg,
    },
}

impl Home {
    fn for_debugging(self) -> DebugHome {
        match self {
            Self::Reg(reg) | Self::Owner(reg) | Self::Owning { value: reg, .. } => DebugHome::Reg(reg),
            Self::Cell(reg) | Self::OwningCell { value: reg, .. } => DebugHome::Cell(reg),
        }
    }
}

/// The open scope of a block.
pub(crate) struct Scope {
    block: BlockId,
    mark: Mark,
    open: usize,
}

impl Compiler<'_, '_> {
    /// Opens the scope of `block`: its variables get their homes.
    pub(crate) fn enter_scope(&mut self, block: BlockId) -> Scope {
        let scope = Scope { block, mark: self.frame.mark(), open: self.frame.open.len() };
        let body = self.body;
        let span = self.span(body[block].range);
        for index in self.facts.locals_of(block) {
            let local = *index;
            if body[local].lambda == self.lambda && body[local].kind != LocalKind::Parameter {
                let home = self.new_home(local, span);
                self.homes.insert(local, home);
            }
        }
        scope
    }

    fn new_home(&mut self, local: LocalId, span: Span) -> Home {
        let captured = self.facts.in_cell(self.body, local);
        match (self.facts.ownership(self.body, local), captured) {
            (Ownership::Never, false) => Home::Reg(self.frame.take()),
            (Ownership::Never, true) => Home::Cell(self.frame.take()),
            (Ownership::Always, _) => Home::Owner(self.open_owner(local)),
            (Ownership::Sometimes, false) => {
                let value = self.frame.take();
                Home::Owning { value, owner: self.open_owner(local) }
            }
            (Ownership::Sometimes, true) => {
                let value = self.frame.take();
                Home::OwningCell { value, owner: self.open_owner_cell(local, span) }
            }
        }
    }

    fn role(&self, local: LocalId) -> OwnerRole {
        OwnerRole::Variable(self.body[local].name.as_str().into())
    }

    fn open_owner(&mut self, local: LocalId) -> Reg {
        let role = self.role(local);
        self.frame.open(role)
    }

    /// A fresh cell for the borrow that a captured variable owns.
    fn open_owner_cell(&mut self, local: LocalId, span: Span) -> Reg {
        let role = self.role(local);
        let owner = self.frame.open_cell(role);
        self.new_owner_cell(owner, span);
        owner
    }

    fn new_owner_cell(&mut self, owner: Reg, span: Span) {
        let mark = self.frame.mark();
        let null = self.frame.take();
        self.frame.emit(Instruction::LoadNull { dst: null }, span);
        self.frame.emit(Instruction::NewCell { dst: owner, src: null }, span);
        self.frame.release(mark);
    }

    /// Gives a captured variable that owns a borrow a new cell for it. The one that it had has been ended.
    pub(crate) fn renew_owner_cell(&mut self, local: LocalId, range: BodyRange) {
        if let Some(&Home::OwningCell { owner, .. }) = self.homes.get(&local) {
            let span = self.span(range);
            self.new_owner_cell(owner, span);
        }
    }

    /// Parameters have their registers already; a captured one that changes moves into a cell.
    pub(crate) fn enter_parameters(&mut self) {
        let body = self.body;
        for (index, &local) in (0..).zip(&body[self.lambda].params) {
            let reg = Reg(index);
            let span = self.span(body[local].range);
            let captured = self.facts.in_cell(body, local);
            if captured {
                self.frame.emit(Instruction::NewCell { dst: reg, src: reg }, span);
            }
            let home = match (self.facts.ownership(body, local), captured) {
                (Ownership::Never, false) => Home::Reg(reg),
                (Ownership::Never, true) => Home::Cell(reg),
                (_, false) => Home::Owning { value: reg, owner: self.open_owner(local) },
                (_, true) => Home::OwningCell { value: reg, owner: self.open_owner_cell(local, span) },
            };
            self.homes.insert(local, home);
            self.bound(local, body[local].range);
        }
    }

    /// Closes a scope: the borrows that its variables own end (B4).
    pub(crate) fn leave_scope(&mut self, scope: Scope) {
        self.end_borrows(&scope);
        self.end_scope(&scope);
    }

    /// Closes the scope of a block that gives a value. Temporary borrows taken in its tail, opened since there were `tail`, end with
    /// the expression around it (B4).
    pub(crate) fn leave_scope_of_value(&mut self, scope: Scope, tail: usize) {
        self.end_borrows_before(&scope, tail);
        self.end_scope(&scope);
    }

    /// Ends the borrows of a scope whose variables are still needed.
    pub(crate) fn end_borrows(&mut self, scope: &Scope) {
        self.end_borrows_before(scope, self.frame.open.len());
    }

    fn end_borrows_before(&mut self, scope: &Scope, kept: usize) {
        let end = self.body[scope.block].range.end;
        let span = self.span(BodyRange::new(end.saturating_sub(1), end));
        // Whoever watches the run sees the last statement of the scope before its borrows end.
        if kept > scope.open && !self.frame.is_dead() {
            self.frame.builder.statement(span);
        }
        self.frame.close_before(kept, scope.open, span);
    }

    /// Closes the scope of the whole function: its end ends the borrows.
    pub(crate) fn leave_function(&mut self, scope: Scope) {
        self.frame.forget(scope.open);
        self.end_scope(&scope);
    }

    /// Gives back the registers of a scope.
    pub(crate) fn end_scope(&mut self, scope: &Scope) {
        self.frame.release(scope.mark);
        for &local in self.facts.locals_of(scope.block) {
            if let Some(entry) = self.debug_locals.remove(&local) {
                self.frame.builder.end_local(entry);
            }
        }
    }

    /// Notes in the debug tables that `local` has just been bound by the text `range`.
    pub(crate) fn bound(&mut self, local: LocalId, range: BodyRange) {
        let Some(&home) = self.homes.get(&local) else { return };
        if self.frame.is_dead() {
            return;
        }
        let entry = match self.debug_locals.get(&local) {
            Some(&entry) => entry,
            None => {
                let name: Arc<str> = self.body[local].name.as_str().into();
                let start = self.frame.builder.pc();
                let span = self.span(self.body[local].range);
                let variable = LocalVariable { name, span, home: home.for_debugging(), start, end: u32::MAX };
                let entry = self.frame.builder.local(variable);
                self.debug_locals.insert(local, entry);
                entry
            }
        };
        let span = self.span(range);
        self.frame.builder.binding(entry, span);
    }

    /// Ends the life of every variable that is still in the debug table.
    pub(crate) fn end_debug_locals(&mut self) {
        for (_, entry) in self.debug_locals.drain() {
            self.frame.builder.end_local(entry);
        }
    }

    /// A register that holds the value of `local`; of a captured one, a new temporary.
    pub(crate) fn read(&mut self, local: LocalId, range: BodyRange) -> Reg {
        match self.homes.get(&local).copied() {
            Some(Home::Reg(reg) | Home::Owner(reg) | Home::Owning { value: reg, .. }) => reg,
            Some(Home::Cell(cell) | Home::OwningCell { value: cell, .. }) => {
                let dst = self.frame.take();
                self.frame.emit(Instruction::GetCell { dst, cell }, self.span(range));
                dst
            }
            None => {
                let dst = self.frame.take();
                self.frame.emit(Instruction::LoadNull { dst }, self.span(range));
                dst
            }
        }
    }

    /// The register that an expression can be evaluated into when its value is for `local` alone.
    pub(crate) fn direct(&self, local: LocalId) -> Option<Reg> {
        match self.homes.get(&local) {
            Some(&(Home::Reg(reg) | Home::Owning { value: reg, .. })) => Some(reg),
            _ => None,
        }
    }

    /// Binds `local` to the value of `value`, by `let` or an assignment. Where that is a borrow, `local` owns it.
    pub(crate) fn bind(&mut self, local: LocalId, value: ExprId, name_range: BodyRange, is_let: bool) {
        if let ExprKind::Borrow { exclusive, operand } = self.body[value].kind {
            self.bind_borrow(local, exclusive, operand, self.body[value].range, is_let);
        } else if let Some(reg) = self.direct(local) {
            self.evaluate_named(value, reg, Some(local));
            self.release_owned(local, self.body[value].range);
        } else {
            let mark = self.frame.mark();
            let early_cell = is_let && matches!(self.body[value].kind, ExprKind::Lambda(_));
            if early_cell {
                // The lambda may capture the variable that it is the value of.
                self.new_cell(local, None, name_range);
            }
            let src = self.frame.take();
            self.evaluate_named(value, src, Some(local));
            self.release_owned(local, self.body[value].range);
            self.store(local, src, name_range, is_let && !early_cell);
            self.frame.release(mark);
        }
        self.bound(local, name_range);
    }

    fn bind_borrow(&mut self, local: LocalId, exclusive: bool, operand: ExprId, range: BodyRange, is_let: bool) {
        let span = self.span(range);
        let mark = self.frame.mark();
        let src = self.operand(operand);
        match self.homes.get(&local).copied() {
            Some(Home::Owner(owner)) => self.frame.emit(borrow(exclusive, owner, src), span),
            Some(Home::Owning { value, owner }) => {
                self.frame.emit(borrow(exclusive, owner, src), span);
                self.frame.emit(Instruction::Move { dst: value, src: owner }, span);
            }
            Some(Home::OwningCell { owner, .. }) => {
                let open = self.frame.open.len();
                let role = self.role(local);
                let taken = self.frame.open(role);
                self.frame.emit(borrow(exclusive, taken, src), span);
                self.store(local, taken, range, is_let);
                self.frame.emit(Instruction::MoveBorrowCell { cell: owner, src: taken }, span);
                self.frame.forget(open);
            }
            _ => {}
        }
        self.frame.release(mark);
    }

    /// Ends the borrow that `local` owns: it is about to hold something else.
    pub(crate) fn release_owned(&mut self, local: LocalId, range: BodyRange) {
        let span = self.span(range);
        match self.homes.get(&local).copied() {
            Some(Home::Owning { owner, .. }) => self.frame.emit(Instruction::EndBorrow { owner }, span),
            Some(Home::OwningCell { owner, .. }) => self.frame.emit(Instruction::EndBorrowCell { cell: owner }, span),
            _ => {}
        }
    }

    /// Puts `src` into the variable; with `fresh`, into a new cell where it lives in one.
    pub(crate) fn store(&mut self, local: LocalId, src: Reg, range: BodyRange, fresh: bool) {
        let span = self.span(range);
        match self.homes.get(&local).copied() {
            Some(Home::Reg(dst) | Home::Owning { value: dst, .. }) if dst != src => {
                self.frame.emit(Instruction::Move { dst, src }, span);
            }
            Some(Home::Cell(cell) | Home::OwningCell { value: cell, .. }) => {
                let instruction = match fresh {
                    true => Instruction::NewCell { dst: cell, src },
                    false => Instruction::SetCell { cell, src },
                };
                self.frame.emit(instruction, span);
            }
            _ => {}
        }
    }

    /// Gives a captured variable a new cell, with null in it or `src`.
    pub(crate) fn new_cell(&mut self, local: LocalId, src: Option<Reg>, range: BodyRange) {
        let span = self.span(range);
        if let Some(Home::Cell(cell) | Home::OwningCell { value: cell, .. }) = self.homes.get(&local).copied() {
            let src = src.unwrap_or_else(|| {
                self.frame.emit(Instruction::LoadNull { dst: cell }, span);
                cell
            });
            self.frame.emit(Instruction::NewCell { dst: cell, src }, span);
        }
    }
}

/// Takes a borrow.
pub(crate) fn borrow(exclusive: bool, dst: Reg, src: Reg) -> Instruction {
    match exclusive {
        true => Instruction::BorrowExclusive { dst, src },
        false => Instruction::BorrowShared { dst, src },
    }
}
