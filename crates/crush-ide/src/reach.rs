//! Which functions of a program a run may come to.

use crush_vm::{Instruction, Program};

/// For each function, whether the entry leads to it by calls, function values and methods.
pub(crate) fn reached(program: &Program) -> Vec<bool> {
    let mut reached = vec![false; program.functions.len()];
    let methods = program.classes.iter().flat_map(|class| &class.methods).map(|(_, function)| *function);
    let mut open: Vec<_> = methods.chain([program.entry]).collect();
    while let Some(function) = open.pop() {
        if std::mem::replace(&mut reached[function.index()], true) {
            continue;
        }
        open.extend(program.function(function).code.iter().filter_map(|instruction| match instruction {
            Instruction::Call { function, .. }
            | Instruction::LoadFunction { function, .. }
            | Instruction::NewClosure { function, .. } => Some(*function),
            _ => None,
        }));
    }
    reached
}
