//! What a compiler builds programs with: tables without duplicates, and functions with labels.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::instruction::Instruction;
use crate::operand::{CapId, ClassId, ConstId, Far, FuncId, NameId, Reg};
use crate::program::{
    Binding, Class, Constant, Debug, Function, Handler, LocalVariable, Owner, OwnerRole, Program, Statement,
};
use crate::source::{FileId, Span};

/// What cannot be built: a table is full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildError {
    /// What there is too much of.
    pub what: &'static str,
    /// How many there may be.
    pub limit: usize,
}

impl std::fmt::Display for BuildError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "too many {}: at most {} fit", self.what, self.limit)
    }
}

impl std::error::Error for BuildError {}

/// Builds a [`Program`].
///
/// Functions are declared before they are defined, so that they can call each other.
#[derive(Debug, Default)]
pub struct ProgramBuilder {
    program: Program,
    constants: FxHashMap<Constant, ConstId>,
    names: FxHashMap<Arc<str>, NameId>,
    capabilities: FxHashMap<Arc<str>, CapId>,
}

impl ProgramBuilder {
    /// An empty program.
    pub fn new() -> Self {
        Self::default()
    }

    /// The constant, entered once.
    pub fn constant(&mut self, constant: Constant) -> Result<ConstId, BuildError> {
        if let Some(&id) = self.constants.get(&constant) {
            return Ok(id);
        }
        let id = ConstId(next_index(self.program.constants.len(), "constants")?);
        self.program.constants.push(constant.clone());
        self.constants.insert(constant, id);
        Ok(id)
    }

    /// The name of a field or method, entered once.
    pub fn name(&mut self, name: &str) -> Result<NameId, BuildError> {
        if let Some(&id) = self.names.get(name) {
            return Ok(id);
        }
        let id = NameId(next_index(self.program.names.len(), "names of fields and methods")?);
        let name: Arc<str> = name.into();
        self.program.names.push(name.clone());
        self.names.insert(name, id);
        Ok(id)
    }

    /// The capability of this dotted name, entered once.
    pub fn capability(&mut self, name: &str) -> Result<CapId, BuildError> {
        if let Some(&id) = self.capabilities.get(name) {
            return Ok(id);
        }
        let id = CapId(next_index(self.program.capabilities.len(), "capabilities")?);
        let name: Arc<str> = name.into();
        self.program.capabilities.push(name.clone());
        self.capabilities.insert(name, id);
        Ok(id)
    }

    /// A new class with its fields in order.
    pub fn class(&mut self, name: &str, fields: impl IntoIterator<Item = Arc<str>>) -> Result<ClassId, BuildError> {
        let id = ClassId(next_index(self.program.classes.len(), "structs")?);
        let fields = fields.into_iter().collect();
        self.program.classes.push(Class {
            name: name.into(),
            fields,
            methods: Vec::new(),
            identity: false,
            copied: false,
            bound: Vec::new(),
        });
        Ok(id)
    }

    /// Says whether `==` tells the instances of a class apart, whatever their fields are.
    pub fn set_identity(&mut self, class: ClassId, identity: bool) {
        self.program.classes[class.index()].identity = identity;
    }

    /// Says whether the instances of a class are copied when they are assigned, passed or returned.
    pub fn set_copied(&mut self, class: ClassId, copied: bool) {
        self.program.classes[class.index()].copied = copied;
    }

    /// Says that a method of a class keeps a receiver of its own when it is read as a value.
    pub fn set_bound(&mut self, class: ClassId, method: &str) {
        self.program.classes[class.index()].bound.push(method.into());
    }

    /// Gives a class a method; a method of the same name is replaced.
    pub fn method(&mut self, class: ClassId, name: &str, function: FuncId) {
        let methods = &mut self.program.classes[class.index()].methods;
        match methods.iter_mut().find(|(known, _)| &**known == name) {
            Some(method) => method.1 = function,
            None => methods.push((name.into(), function)),
        }
    }

    /// A function that is defined later.
    pub fn declare(&mut self, name: &str, params: u16) -> Result<FuncId, BuildError> {
        let id = FuncId(next_index(self.program.functions.len(), "functions")?);
        self.program.functions.push(Function { name: name.into(), params, ..Function::default() });
        Ok(id)
    }

    /// Defines a declared function.
    pub fn define(&mut self, id: FuncId, function: Function) {
        self.program.functions[id.index()] = function;
    }

    /// What is declared of a function so far.
    pub fn function(&self, id: FuncId) -> &Function {
        &self.program.functions[id.index()]
    }

    /// The program, to start at `entry`.
    pub fn finish(mut self, entry: FuncId) -> Program {
        self.program.entry = entry;
        self.program
    }
}

fn next_index<T: TryFrom<usize>>(len: usize, what: &'static str) -> Result<T, BuildError> {
    let limit = if size_of::<T>() == 2 { 1 << 16 } else { 1 << 32 };
    T::try_from(len).map_err(|_| BuildError { what, limit })
}

/// A place in the code of a [`FunctionBuilder`], to jump to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Label(u32);

/// Builds a [`Function`]: emit instructions in order, jump to labels.
///
/// Debug tables are kept in terms of instructions, and stay right when [`FunctionBuilder::finish`] widens jumps.
#[derive(Debug)]
pub struct FunctionBuilder {
    function: Function,
    /// Where each label stands; `None` until it is placed.
    labels: Vec<Option<u32>>,
    /// The label that each jump goes to, by instruction.
    jumps: FxHashMap<u32, Label>,
    handlers: Vec<(u32, u32, Label, Reg)>,
}

impl FunctionBuilder {
    /// A function with its parameters and captures, which take the first registers.
    pub fn new(name: &str, params: u16, captures: u16, file: FileId, span: Span) -> Self {
        let debug = Debug { file, span, ..Debug::default() };
        let registers = params.saturating_add(captures);
        Self {
            function: Function { name: name.into(), params, captures, registers, debug, ..Function::default() },
            labels: Vec::new(),
            jumps: FxHashMap::default(),
            handlers: Vec::new(),
        }
    }

    /// The number of the next instruction, for debug tables and handlers.
    pub fn pc(&self) -> u32 {
        self.function.code.len() as u32
    }

    /// Makes sure that the frame has `count` registers.
    pub fn reserve_registers(&mut self, count: u16) {
        self.function.registers = self.function.registers.max(count);
    }

    /// Declares a register as the owner of borrows.
    pub fn owner(&mut self, reg: Reg, role: OwnerRole) {
        self.function.owners.push(Owner { reg, role });
    }

    /// Declares that a register holds an owner cell of this frame.
    pub fn owner_cell(&mut self, reg: Reg, role: OwnerRole) {
        self.function.owner_cells.push(Owner { reg, role });
    }

    /// Appends an instruction that comes from `span`.
    pub fn emit(&mut self, instruction: Instruction, span: Span) {
        debug_assert!(instruction.jump_offset().is_none(), "jumps go to labels: `emit_jump`");
        self.push(instruction, span);
    }

    /// Appends a jump, conditional or not, to a label; whatever its target holds is replaced.
    ///
    /// ```
    /// # use crush_vm::{FunctionBuilder, Instruction, FileId, Span, Reg, Near};
    /// # let mut f = FunctionBuilder::new("f", 2, 0, FileId(0), Span::default());
    /// let end = f.label();
    /// f.emit_jump(Instruction::JumpLt { lhs: Reg(0), rhs: Reg(1), target: Near(0) }, end, Span::default());
    /// f.place(end);
    /// ```
    pub fn emit_jump(&mut self, instruction: Instruction, label: Label, span: Span) {
        debug_assert!(instruction.jump_offset().is_some(), "`{}` does not jump", instruction.mnemonic());
        self.jumps.insert(self.pc(), label);
        self.push(instruction, span);
    }

    fn push(&mut self, instruction: Instruction, span: Span) {
        self.function.code.push(instruction);
        self.function.debug.spans.push(span);
    }

    /// A new label, to be placed once.
    pub fn label(&mut self) -> Label {
        self.labels.push(None);
        Label(self.labels.len() as u32 - 1)
    }

    /// Places a label before the next instruction.
    pub fn place(&mut self, label: Label) {
        let pc = self.pc();
        let place = &mut self.labels[label.0 as usize];
        debug_assert!(place.is_none(), "a label stands at one place");
        *place = Some(pc);
    }

    /// Lets a `throw` in the instructions from `start` up to here go to `target` with its value in `dst`. Inner ones
    /// first.
    pub fn handler(&mut self, start: u32, target: Label, dst: Reg) {
        self.handlers.push((start, self.pc(), target, dst));
    }

    /// Marks the beginning of a statement at the next instruction.
    pub fn statement(&mut self, span: Span) {
        let pc = self.pc();
        self.function.debug.statements.push(Statement { pc, span });
    }

    /// Declares a variable whose value is there from `local.start` to `local.end`.
    pub fn local(&mut self, local: LocalVariable) -> u32 {
        self.function.debug.locals.push(local);
        self.function.debug.locals.len() as u32 - 1
    }

    /// Ends the life of a variable at the next instruction.
    pub fn end_local(&mut self, local: u32) {
        let pc = self.pc();
        self.function.debug.locals[local as usize].end = pc;
    }

    /// Tells that `local` was just bound, by the text `span`.
    pub fn binding(&mut self, local: u32, span: Span) {
        let pc = self.pc();
        self.function.debug.bindings.push(Binding { pc, local, span });
    }

    /// The function. Conditional jumps that 16 bits do not reach get an unconditional one behind them; a label that was
    /// never placed stands at the end, where null is returned.
    pub fn finish(mut self) -> Result<Function, BuildError> {
        const LIMIT: usize = i32::MAX as usize / 4;
        if self.function.code.len() > LIMIT {
            return Err(BuildError { what: "instructions in one function", limit: LIMIT });
        }
        let end = self.pc();
        let labels: Vec<u32> = self.labels.iter().map(|place| place.unwrap_or(end)).collect();
        let ends_open = self.function.code.last().is_none_or(|last| !last.is_terminator());
        if ends_open || labels.contains(&end) {
            let end = self.function.debug.span.end;
            self.push(Instruction::ReturnNull {}, Span::new(end, end));
        }
        let wide = self.wide_jumps(&labels);
        self.lay_out(&labels, &wide);
        Ok(self.function)
    }

    /// The conditional jumps that do not reach their label, in order. Widening one moves others further apart, so this
    /// goes on until no more is found.
    fn wide_jumps(&self, labels: &[u32]) -> Vec<u32> {
        let mut wide: Vec<u32> = Vec::new();
        loop {
            let reaches = |pc: u32, label: Label| {
                let offset = jump_offset(&wide, pc, labels[label.0 as usize]);
                self.function.code[pc as usize].with_jump_offset(offset).is_some()
            };
            let found: Vec<u32> = self
                .jumps
                .iter()
                .filter(|&(&pc, &label)| wide.binary_search(&pc).is_err() && !reaches(pc, label))
                .map(|(&pc, _)| pc)
                .collect();
            if found.is_empty() {
                return wide;
            }
            wide.extend(found);
            wide.sort_unstable();
        }
    }

    /// Writes the code, with each wide jump as three instructions: the condition jumps over a jump that leads on, to a
    /// jump that reaches.
    fn lay_out(&mut self, labels: &[u32], wide: &[u32]) {
        let code = std::mem::take(&mut self.function.code);
        let spans = std::mem::take(&mut self.function.debug.spans);
        for (pc, (instruction, span)) in (0u32..).zip(code.into_iter().zip(spans)) {
            let offset = self.jumps.get(&pc).map(|label| jump_offset(wide, pc, labels[label.0 as usize]));
            if wide.binary_search(&pc).is_ok() {
                let far = Instruction::Jump { target: Far(offset.unwrap_or(0) as i32 - 2) };
                let over = Instruction::Jump { target: Far(1) };
                let test = instruction.with_jump_offset(1).unwrap_or(instruction);
                self.function.code.extend([test, over, far]);
                self.function.debug.spans.extend([span; 3]);
            } else {
                let aimed = offset.and_then(|offset| instruction.with_jump_offset(offset));
                self.function.code.push(aimed.unwrap_or(instruction));
                self.function.debug.spans.push(span);
            }
        }
        let moved = |pc: u32| moved(wide, pc);
        self.function.handlers.extend(self.handlers.iter().map(|&(start, end, target, dst)| Handler {
            start: moved(start),
            end: moved(end),
            target: moved(labels[target.0 as usize]),
            dst,
        }));
        let debug = &mut self.function.debug;
        debug.statements.iter_mut().for_each(|statement| statement.pc = moved(statement.pc));
        debug.bindings.iter_mut().for_each(|binding| binding.pc = moved(binding.pc));
        for local in &mut debug.locals {
            (local.start, local.end) = (moved(local.start), moved(local.end));
        }
    }
}

/// Where an instruction stands when each jump in `wide` takes three places.
fn moved(wide: &[u32], pc: u32) -> u32 {
    pc + 2 * wide.partition_point(|&at| at < pc) as u32
}

/// The jump from `pc` to `target`, counted from the instruction after it, when each jump in `wide` takes three places.
fn jump_offset(wide: &[u32], pc: u32, target: u32) -> i64 {
    i64::from(moved(wide, target)) - i64::from(moved(wide, pc)) - 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operand::Near;

    #[test]
    fn a_jump_that_sixteen_bits_do_not_reach_is_widened() {
        let mut f = FunctionBuilder::new("f", 2, 0, FileId(0), Span::default());
        let (end, back) = (f.label(), f.label());
        f.place(back);
        let near = Instruction::JumpLt { lhs: Reg(0), rhs: Reg(1), target: Near(0) };
        f.emit_jump(near, end, Span::new(1, 2));
        for _ in 0..40_000 {
            f.emit(Instruction::LoadNull { dst: Reg(0) }, Span::default());
        }
        f.statement(Span::default());
        f.emit_jump(near, back, Span::new(3, 4));
        f.place(end);
        let f = f.finish().expect("fits");
        assert_eq!(f.code[0], near.with_jump_offset(1).unwrap());
        assert_eq!(f.code[1], Instruction::Jump { target: Far(1) });
        assert_eq!(f.code[2], Instruction::Jump { target: Far(40_003) });
        assert_eq!(f.code[40_003], near.with_jump_offset(1).unwrap());
        assert_eq!(f.code[40_005], Instruction::Jump { target: Far(-40_006) });
        assert_eq!(f.code[40_006], Instruction::ReturnNull {});
        assert_eq!(f.debug.statements[0].pc, 40_003);
        assert_eq!(f.debug.spans.len(), f.code.len());
    }

    #[test]
    fn tables_hold_each_entry_once() {
        let mut program = ProgramBuilder::new();
        assert_eq!(program.constant(Constant::Float(0.0)), program.constant(Constant::Float(0.0)));
        assert_ne!(program.constant(Constant::Float(0.0)), program.constant(Constant::Float(-0.0)));
        assert_eq!(program.name("x"), program.name("x"));
        assert_eq!(program.capability("fs.read"), program.capability("fs.read"));
    }
}
