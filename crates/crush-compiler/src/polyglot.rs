//! Blocks of other languages.

use crush_hir::body::{ExprId, ExprKind, Literal};
use crush_vm::{Constant, Instruction, Reg};

use crate::expr::slots;
use crate::program::Compiler;

impl Compiler<'_, '_> {
    /// The arguments of the call that a block stands for. Its body gets as many lines before it as the file has, so that the
    /// lines in the errors of the other language are those of the file.
    pub(crate) fn guest_arguments(&mut self, args: &[ExprId]) -> Reg {
        let first = self.frame.take_run(args.len());
        for (index, (slot, &id)) in slots(first).zip(args).enumerate() {
            match &self.body[id].kind {
                ExprKind::Literal(Literal::Str(body)) if index == 0 => {
                    let range = self.body[id].range;
                    let lines = self.shared.line_of(self.range(range).start);
                    let constant = self.constant(Constant::Str(format!("{}{body}", "\n".repeat(lines)).into()), range);
                    self.frame.emit(Instruction::LoadConst { dst: slot, constant }, self.span(range));
                }
                _ => self.evaluate(id, slot),
            }
        }
        first
    }
}
