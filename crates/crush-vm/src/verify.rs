//! Checks a program before it runs, so that no bytecode can make the VM misbehave: every register lies in its frame,
//! every table entry exists, every jump lands on an instruction, control never runs off the end, and owners hold nothing
//! but borrows of their own. The interpreter relies on this without looking again.

use std::ops::Deref;
use std::sync::Arc;

use crate::instruction::{Instruction, RegUse};
use crate::operand::{FuncId, Operand, Reg};
use crate::program::{Function, Home, Program};

/// A program that was checked. Cheap to clone.
#[derive(Clone, Debug)]
pub struct VerifiedProgram(Arc<Verified>);

impl Deref for VerifiedProgram {
    type Target = Program;

    fn deref(&self) -> &Program {
        &self.0.program
    }
}

#[derive(Debug)]
struct Verified {
    program: Program,
    entries: Box<[Entry]>,
}

/// What a call needs to know of a function, side by side: a function with all its tables takes several lines of a cache.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    /// Where its code begins.
    pub(crate) code: *const Instruction,
    /// How many registers its frame has.
    pub(crate) registers: u16,
    /// How many parameters it has.
    pub(crate) params: u16,
    /// Whether its frame can own borrows.
    pub(crate) owns: bool,
}

// Safety: the code that an entry points to belongs to the program beside it, which nothing changes; so it may be read from
// any thread for as long as the program is there.
unsafe impl Send for Entry {}
// Safety: as above.
unsafe impl Sync for Entry {}

impl VerifiedProgram {
    /// What calls need to know of the functions, by their numbers. The code is there as long as the program is.
    pub(crate) fn entries(&self) -> &[Entry] {
        &self.0.entries
    }
}

/// What is wrong with a program, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyError {
    /// The function, by number and name; none where a table of the program is wrong.
    pub function: Option<(FuncId, Arc<str>)>,
    /// The instruction.
    pub pc: Option<u32>,
    /// What is wrong.
    pub problem: String,
}

impl std::fmt::Display for VerifyError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some((id, name)) = &self.function {
            write!(f, "function {} (`{name}`)", id.0)?;
            if let Some(pc) = self.pc {
                write!(f, ", instruction {pc}")?;
            }
            f.write_str(": ")?;
        }
        f.write_str(&self.problem)
    }
}

impl std::error::Error for VerifyError {}

/// Checks a program.
pub fn verify(program: Program) -> Result<VerifiedProgram, VerifyError> {
    let in_tables = |problem: String| VerifyError { function: None, pc: None, problem };
    check_tables(&program).map_err(in_tables)?;
    for (id, function) in program.functions.iter().enumerate() {
        let named = || Some((FuncId(id as u16), function.name.clone()));
        let located = |(pc, problem)| VerifyError { function: named(), pc, problem };
        FunctionCheck::new(&program, function).and_then(|check| check.run()).map_err(located)?;
    }
    let entry = |function: &Function| Entry {
        code: function.code.as_ptr(),
        registers: function.registers,
        params: function.params,
        owns: !function.owners.is_empty() || !function.owner_cells.is_empty(),
    };
    let entries = program.functions.iter().map(entry).collect();
    Ok(VerifiedProgram(Arc::new(Verified { program, entries })))
}

fn check_tables(program: &Program) -> Result<(), String> {
    let full = |len: usize| len > 1 << 16;
    if full(program.functions.len()) || full(program.classes.len()) || full(program.names.len()) {
        return Err("a table has more than 65536 entries".into());
    }
    let Some(entry) = program.functions.get(program.entry.index()) else {
        return Err(format!("the entry is function {}, but there are {}", program.entry.0, program.functions.len()));
    };
    if entry.params != 0 || entry.captures != 0 {
        return Err("the entry function takes parameters or captures".into());
    }
    let instructions: usize = program.functions.iter().map(|function| function.code.len()).sum();
    if instructions > i32::MAX as usize {
        return Err("there are more than 2147483647 instructions".into());
    }
    let owners: usize = program.functions.iter().map(|f| f.owners.len() + f.owner_cells.len()).sum();
    if owners + program.capabilities.len() > i32::MAX as usize {
        return Err("there are more than 2147483647 owners".into());
    }
    for class in &program.classes {
        if class.fields.len() > usize::from(u16::MAX) {
            return Err(format!("`{}` has more than 65535 fields", class.name));
        }
        for (name, method) in &class.methods {
            match program.functions.get(method.index()) {
                None => {
                    return Err(format!("`{}.{name}` is function {}, which is not there", class.name, method.0));
                }
                Some(function) if function.captures != 0 => {
                    return Err(format!("`{}.{name}` captures variables", class.name));
                }
                Some(_) => {}
            }
        }
    }
    Ok(())
}

/// What is wrong in a function, and at which instruction.
type Problem = (Option<u32>, String);

struct FunctionCheck<'p> {
    program: &'p Program,
    function: &'p Function,
    is_owner: Vec<bool>,
}

impl<'p> FunctionCheck<'p> {
    fn new(program: &'p Program, function: &'p Function) -> Result<Self, Problem> {
        let fixed = u32::from(function.params) + u32::from(function.captures);
        if fixed > u32::from(function.registers) {
            return Err((None, format!("{fixed} parameters and captures do not fit {} registers", function.registers)));
        }
        let mut is_owner = vec![false; usize::from(function.registers)];
        for owner in &function.owners {
            match is_owner.get_mut(owner.reg.index()) {
                Some(flag) if !*flag && u32::from(owner.reg.0) >= fixed => *flag = true,
                _ => {
                    return Err((None, format!("r{} cannot be an owner, or is one twice", owner.reg.0)));
                }
            }
        }
        for cell in &function.owner_cells {
            if is_owner.get(cell.reg.index()) != Some(&false) {
                return Err((None, format!("r{} cannot hold an owner cell", cell.reg.0)));
            }
        }
        Ok(Self { program, function, is_owner })
    }

    fn run(&self) -> Result<(), Problem> {
        let Some(last) = self.function.code.last() else {
            return Err((None, "it has no instruction".into()));
        };
        if !last.is_terminator() {
            return Err((Some(self.function.code.len() as u32 - 1), "control runs off the end".into()));
        }
        for (pc, instruction) in (0u32..).zip(&self.function.code) {
            self.instruction(pc, instruction).map_err(|problem| (Some(pc), problem))?;
        }
        self.handlers().and_then(|()| self.debug_tables()).map_err(|problem| (None, problem))
    }

    fn instruction(&self, pc: u32, instruction: &Instruction) -> Result<(), String> {
        for operand in instruction.operands() {
            self.operand(pc, operand)?;
        }
        let mut problem = Ok(());
        instruction.registers(|using| {
            if problem.is_ok() {
                problem = self.register_use(using);
            }
        });
        problem?;
        match *instruction {
            Instruction::Call { function, first, .. } => {
                let callee = self.program.function(function);
                self.no_captures(callee)?;
                self.consecutive(first, callee.params.into())
            }
            Instruction::LoadFunction { function, .. } => self.no_captures(self.program.function(function)),
            Instruction::NewClosure { function, first, .. } => {
                self.consecutive(first, self.program.function(function).captures.into())
            }
            Instruction::NewInstance { class, first, .. } => {
                self.consecutive(first, self.program.classes[class.index()].fields.len() as u32)
            }
            Instruction::Marked { .. } => Err("marks are put into code as it begins to run".into()),
            _ => Ok(()),
        }
    }

    fn operand(&self, pc: u32, operand: Operand) -> Result<(), String> {
        let program = self.program;
        let (what, index, len) = match operand {
            Operand::Const(id) => ("constant", id.index(), program.constants.len()),
            Operand::Func(id) => ("function", id.index(), program.functions.len()),
            Operand::Name(id) => ("name", id.index(), program.names.len()),
            Operand::Class(id) => ("class", id.index(), program.classes.len()),
            Operand::Cap(id) => ("capability", id.index(), program.capabilities.len()),
            Operand::Jump(offset) => {
                let target = i64::from(pc) + 1 + offset;
                let inside = (0..self.function.code.len() as i64).contains(&target);
                return if inside { Ok(()) } else { Err(format!("it jumps to {target}, where no instruction is")) };
            }
            Operand::Reg(_) | Operand::Int(_) | Operand::Flag(_) => return Ok(()),
        };
        if index < len { Ok(()) } else { Err(format!("there is no {what} {index}")) }
    }

    fn register_use(&self, using: RegUse) -> Result<(), String> {
        match using {
            RegUse::Read(reg, count) => self.consecutive(reg, count),
            RegUse::Write(reg) => self.consecutive(reg, 1).and_then(|()| match self.is_owner[reg.index()] {
                false => Ok(()),
                true => Err(format!("r{} is an owner: only a borrow may be put there", reg.0)),
            }),
            RegUse::Own(reg) => self.consecutive(reg, 1).and_then(|()| match self.is_owner[reg.index()] {
                true => Ok(()),
                false => Err(format!("r{} is no owner", reg.0)),
            }),
        }
    }

    fn consecutive(&self, first: Reg, count: u32) -> Result<(), String> {
        let end = u32::from(first.0) + count;
        let registers = u32::from(self.function.registers);
        if end <= registers { Ok(()) } else { Err(format!("r{} is outside the {registers} registers", end - 1)) }
    }

    fn no_captures(&self, callee: &Function) -> Result<(), String> {
        if callee.captures == 0 { Ok(()) } else { Err(format!("`{}` captures variables", callee.name)) }
    }

    fn handlers(&self) -> Result<(), String> {
        let len = self.function.code.len() as u32;
        for handler in &self.function.handlers {
            if handler.start > handler.end || handler.end > len || handler.target >= len {
                return Err(format!("the handler of {}..{} lies outside the code", handler.start, handler.end));
            }
            self.register_use(RegUse::Write(handler.dst))?;
        }
        Ok(())
    }

    /// The interpreter reads them only to report, but readers of the tables may trust them too.
    fn debug_tables(&self) -> Result<(), String> {
        let debug = &self.function.debug;
        let len = self.function.code.len() as u32;
        if debug.spans.len() != self.function.code.len() {
            return Err(format!("{} instructions have {} source ranges", len, debug.spans.len()));
        }
        if debug.statements.iter().any(|statement| statement.pc >= len) {
            return Err("a statement lies outside the code".into());
        }
        let in_order = debug.statements.is_sorted_by_key(|statement| statement.pc)
            && debug.bindings.is_sorted_by_key(|binding| binding.pc);
        if !in_order {
            return Err("statements or bindings are not in the order of the code".into());
        }
        if debug.bindings.iter().any(|binding| binding.pc >= len || binding.local as usize >= debug.locals.len()) {
            return Err("a binding lies outside the code, or binds no variable".into());
        }
        for local in &debug.locals {
            let (Home::Reg(reg) | Home::Cell(reg)) = local.home;
            self.consecutive(reg, 1)?;
            if local.start > local.end || local.end > len {
                return Err(format!("`{}` lives outside the code", local.name));
            }
        }
        Ok(())
    }
}
