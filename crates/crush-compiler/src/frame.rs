//! The frame of the function being compiled: its registers, the borrows open in it, and the code so far.
//!
//! Registers for variables and temporaries are taken and given back like a stack. A register that owns borrows is never
//! anything else (the VM holds us to that), so owners are taken above all others and used again for owners alone.

use crush_vm::{FunctionBuilder, Instruction, Label, OwnerRole, Reg, Span};
use rustc_hash::FxHashSet;

/// A function under construction.
pub(crate) struct Frame {
    pub(crate) builder: FunctionBuilder,
    /// The first register that may be free.
    next: u16,
    /// One past the highest register ever used.
    high: u16,
    /// Registers set apart for owners, owner cells and what goes with them.
    reserved: FxHashSet<u16>,
    /// Owners that nobody uses now, by what they are.
    free: Vec<(OwnerShape, OwnerRole, Reg)>,
    /// Borrows that may be open here, outer first.
    pub(crate) open: Vec<OpenBorrow>,
    /// Every borrow opened so far, to know which ones an error may leave open.
    pub(crate) opened: Vec<OpenBorrow>,
    pub(crate) loops: Vec<Loop>,
    /// Whether nothing leads here.
    dead: bool,
    used_labels: FxHashSet<Label>,
    /// Whether there were more registers than a frame can have.
    pub(crate) overflowed: bool,
}

/// What stands in an owner register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum OwnerShape {
    /// The borrow.
    Single,
    /// The borrow of a loop, with its position in the register after it.
    Loop,
    /// A cell with the borrow.
    Cell,
}

/// A borrow that may be open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OpenBorrow {
    pub(crate) reg: Reg,
    shape: OwnerShape,
    role: OwnerRole,
}

/// A loop being compiled.
pub(crate) struct Loop {
    pub(crate) on_continue: Label,
    pub(crate) on_break: Label,
    /// How many borrows are open outside its body.
    pub(crate) open: usize,
}

/// A level of the register stack to go back to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark(u16);

impl Frame {
    pub(crate) fn new(builder: FunctionBuilder, fixed: u16) -> Self {
        Self {
            builder,
            next: fixed,
            high: fixed,
            reserved: FxHashSet::default(),
            free: Vec::new(),
            open: Vec::new(),
            opened: Vec::new(),
            loops: Vec::new(),
            dead: false,
            used_labels: FxHashSet::default(),
            overflowed: false,
        }
    }

    // Registers

    pub(crate) fn mark(&self) -> Mark {
        Mark(self.next)
    }

    /// Gives back every register taken since `mark`.
    pub(crate) fn release(&mut self, mark: Mark) {
        self.next = mark.0;
    }

    /// A free register.
    pub(crate) fn take(&mut self) -> Reg {
        self.take_run(1)
    }

    /// The first of `count` free registers in a row.
    pub(crate) fn take_run(&mut self, count: usize) -> Reg {
        let Ok(count) = u16::try_from(count) else { return self.overflow() };
        loop {
            let first = self.next;
            let Some(end) = first.checked_add(count) else { return self.overflow() };
            match (first..end).rev().find(|reg| self.reserved.contains(reg)) {
                Some(reserved) => self.next = reserved + 1,
                None => {
                    self.next = end;
                    self.high = self.high.max(end);
                    return Reg(first);
                }
            }
        }
    }

    fn overflow(&mut self) -> Reg {
        self.overflowed = true;
        Reg(0)
    }

    /// Where a run of `count` registers would begin.
    pub(crate) fn reserve(&mut self, count: u16) -> Reg {
        let first = self.high;
        match first.checked_add(count) {
            Some(end) => {
                self.reserved.extend(first..end);
                self.high = end;
                Reg(first)
            }
            None => self.overflow(),
        }
    }

    /// How many registers the frame needs.
    pub(crate) fn registers(&self) -> u16 {
        self.high
    }

    // Owners

    fn owner(&mut self, shape: OwnerShape, role: OwnerRole) -> Reg {
        let known = self.free.iter().position(|(free, of, _)| *free == shape && *of == role);
        let reg = match known {
            Some(index) => self.free.swap_remove(index).2,
            None => {
                let reg = self.reserve(if shape == OwnerShape::Loop { 2 } else { 1 });
                match shape {
                    OwnerShape::Cell => self.builder.owner_cell(reg, role.clone()),
                    _ => self.builder.owner(reg, role.clone()),
                }
                reg
            }
        };
        let open = OpenBorrow { reg, shape, role };
        self.open.push(open.clone());
        self.opened.push(open);
        reg
    }

    /// An owner register for a borrow; it is open until [`Frame::close`].
    pub(crate) fn open(&mut self, role: OwnerRole) -> Reg {
        self.owner(OwnerShape::Single, role)
    }

    /// The registers of a loop over an object: the owner, and the position after it.
    pub(crate) fn open_loop(&mut self) -> Reg {
        self.owner(OwnerShape::Loop, OwnerRole::Loop)
    }

    /// A register for a cell that owns a borrow.
    pub(crate) fn open_cell(&mut self, role: OwnerRole) -> Reg {
        self.owner(OwnerShape::Cell, role)
    }

    /// Ends the borrows opened since there were `count`, latest first.
    pub(crate) fn close(&mut self, count: usize, span: Span) {
        while self.open.len() > count {
            if let Some(open) = self.open.pop() {
                self.end(&open, span);
                self.free.push((open.shape, open.role, open.reg));
            }
        }
    }

    /// Ends the borrows opened since there were `count`, but for those opened since there were `kept`.
    pub(crate) fn close_before(&mut self, kept: usize, count: usize, span: Span) {
        let kept = self.open.split_off(kept);
        self.close(count, span);
        self.open.extend(kept);
    }

    /// As [`Frame::close`], where the end of the function ends them anyway.
    pub(crate) fn forget(&mut self, count: usize) {
        for open in self.open.drain(count..) {
            self.free.push((open.shape, open.role, open.reg));
        }
    }

    /// Emits the end of the borrows opened since there were `count`: control leaves, the code goes on with them open.
    pub(crate) fn leave(&mut self, count: usize, span: Span) {
        for open in self.open[count..].to_vec().iter().rev() {
            self.end(open, span);
        }
    }

    /// Emits the end of every borrow that was opened since the `since`th one: an error may have left any of them open.
    pub(crate) fn unwind(&mut self, since: usize, span: Span) {
        let mut seen = FxHashSet::default();
        for open in self.opened[since..].to_vec().iter().rev() {
            if seen.insert(open.reg) {
                self.end(open, span);
            }
        }
    }

    fn end(&mut self, open: &OpenBorrow, span: Span) {
        self.emit(
            match open.shape {
                OwnerShape::Cell => Instruction::EndBorrowCell { cell: open.reg },
                OwnerShape::Single | OwnerShape::Loop => Instruction::EndBorrow { owner: open.reg },
            },
            span,
        );
    }

    // Code

    /// Whether nothing leads to the next instruction, which is then not emitted.
    pub(crate) fn is_dead(&self) -> bool {
        self.dead
    }

    pub(crate) fn emit(&mut self, instruction: Instruction, span: Span) {
        if !self.dead {
            self.builder.emit(instruction, span);
            self.dead = instruction.is_terminator();
        }
    }

    pub(crate) fn jump(&mut self, instruction: Instruction, label: Label, span: Span) {
        if !self.dead {
            self.used_labels.insert(label);
            self.builder.emit_jump(instruction, label, span);
            self.dead = instruction.is_terminator();
        }
    }

    pub(crate) fn label(&mut self) -> Label {
        self.builder.label()
    }

    /// Places `label`: if something jumps to it, code goes on here.
    pub(crate) fn place(&mut self, label: Label) {
        self.builder.place(label);
        self.dead &= !self.used_labels.contains(&label);
    }

    /// Notes that the VM goes to `label` by itself.
    pub(crate) fn enter(&mut self, label: Label) {
        self.used_labels.insert(label);
    }
}
