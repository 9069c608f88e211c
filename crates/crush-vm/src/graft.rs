//! More functions for a program that runs already: those of the program that its text and a little more compile to.

use std::sync::Arc;

use crate::instruction::Instruction;
use crate::operand::{CapId, ConstId, FuncId, NameId, Operand};
use crate::program::{Constant, Function, Program};
use crate::verify::{VerifiedProgram, verify};

/// A program with more functions than it had.
#[derive(Clone, Debug)]
pub struct Grafted {
    /// The program: every number that the old one knows means the same in it.
    pub program: VerifiedProgram,
    /// The new functions.
    pub functions: Vec<FuncId>,
}

/// Takes the functions of `new` that are new into `old`. `None` when the others are not those of `old`.
pub fn graft(old: &VerifiedProgram, new: &Program, is_new: impl Fn(&Function) -> bool) -> Option<Grafted> {
    let mut known = 0;
    let mut added = old.functions.len();
    let functions: Vec<usize> = new
        .functions
        .iter()
        .map(|function| {
            let next = if is_new(function) { &mut added } else { &mut known };
            *next += 1;
            *next - 1
        })
        .collect();
    if known != old.functions.len() || new.classes.len() != old.classes.len() {
        return None;
    }
    let mut tables = Tables {
        functions,
        constants: old.constants.clone(),
        names: old.names.clone(),
        capabilities: old.capabilities.clone(),
    };
    let mut grafted: Vec<(usize, Function)> = Vec::with_capacity(new.functions.len());
    for (index, function) in new.functions.iter().enumerate() {
        let code = function.code.iter().map(|instruction| tables.instruction(new, instruction));
        let function = Function { code: code.collect::<Option<_>>()?, ..function.clone() };
        grafted.push((tables.functions[index], function));
    }
    grafted.sort_by_key(|(index, _)| *index);
    let functions: Vec<_> = grafted.into_iter().map(|(_, function)| function).collect();
    if functions[..known] != old.functions[..] {
        return None;
    }
    let program = Program {
        constants: tables.constants,
        names: tables.names,
        capabilities: tables.capabilities,
        classes: old.classes.clone(),
        functions,
        entry: old.entry,
    };
    let added = (known..added).map(|index| u16::try_from(index).map(FuncId)).collect::<Result<_, _>>().ok()?;
    Some(Grafted { program: verify(program).ok()?, functions: added })
}

/// The tables of the old program, and what is added to them.
struct Tables {
    /// For each function of the new program, its number here.
    functions: Vec<usize>,
    constants: Vec<Constant>,
    names: Vec<Arc<str>>,
    capabilities: Vec<Arc<str>>,
}

impl Tables {
    /// An instruction of the new program, in the numbers of the old one.
    fn instruction(&mut self, new: &Program, instruction: &Instruction) -> Option<Instruction> {
        let mut operands = instruction.operands();
        for operand in &mut operands {
            *operand = match *operand {
                Operand::Const(id) => Operand::Const(ConstId(number(&mut self.constants, &new.constants[id.index()])?)),
                Operand::Name(id) => Operand::Name(NameId(number(&mut self.names, &new.names[id.index()])?)),
                Operand::Cap(id) => Operand::Cap(CapId(number(&mut self.capabilities, &new.capabilities[id.index()])?)),
                Operand::Func(id) => Operand::Func(FuncId(u16::try_from(self.functions[id.index()]).ok()?)),
                // The structs are declared before anything is compiled.
                other => other,
            };
        }
        Instruction::from_operands(instruction.mnemonic(), &operands)
    }
}

/// Where an entry is in a table, at its end if it was not there.
fn number<T: PartialEq + Clone, N: TryFrom<usize>>(table: &mut Vec<T>, entry: &T) -> Option<N> {
    let at = table.iter().position(|known| known == entry).unwrap_or_else(|| {
        table.push(entry.clone());
        table.len() - 1
    });
    N::try_from(at).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asm::assemble;

    const OLD: &str = ".entry @main\n.function @main (2 registers)\nload_function r0, @inner\nload_const r1, \"b\"\nreturn_null\n\
                       .function @inner (1 registers)\nreturn_null";
    /// The same, and a function whose constants and number come before those of others.
    const NEW: &str = ".entry @main\n.function @added (2 registers)\nload_const r0, \"a\"\nload_const r1, \"b\"\nreturn r0\n\
                       .function @main (2 registers)\nload_function r0, @inner\nload_const r1, \"b\"\nreturn_null\n\
                       .function @inner (1 registers)\nreturn_null";

    #[test]
    fn what_was_there_keeps_its_numbers() {
        let old = verify(assemble(OLD).expect("CASM")).expect("it passes");
        let new = assemble(NEW).expect("CASM");
        let grafted = graft(&old, &new, |function| &*function.name == "added").expect("the rest is the same");
        assert_eq!(grafted.program.functions[..2], old.functions[..]);
        assert_eq!(grafted.functions, [FuncId(2)]);
        assert_eq!(grafted.program.constants.len(), 2);
        assert!(graft(&old, &new, |_| false).is_none(), "then there is a function too many");
    }
}
