//! Literals that loops calculate with: they are loaded once, before the outermost loop.

use crush_hir::body::{BlockId, Body, ExprId, ExprKind, Literal, StmtKind};
use crush_vm::{ConstId, Constant, Instruction, Reg};

use crate::program::Compiler;

/// More than these are loaded where they stand: each takes a register of the frame.
const MOST: usize = 16;

impl Compiler<'_, '_> {
    /// Compiles a loop. If it is an outermost one, the literals that are operands in it are in registers meanwhile.
    pub(crate) fn with_constants(&mut self, head: ExprId, block: BlockId, compile: impl FnOnce(&mut Self)) {
        if !self.frame.loops.is_empty() || self.frame.is_dead() {
            return compile(self);
        }
        let mark = self.frame.mark();
        let outside = std::mem::take(&mut self.constants);
        let mut loaded: Vec<(ConstId, Reg)> = Vec::new();
        for id in operands_in(self.body, head, block) {
            let Some(constant) = self.loaded_once(id) else { continue };
            let known = loaded.iter().find(|(known, _)| *known == constant);
            let reg = match known {
                Some(&(_, reg)) => reg,
                None if loaded.len() < MOST => {
                    let dst = self.frame.take();
                    self.frame.emit(Instruction::LoadConst { dst, constant }, self.span(self.body[id].range));
                    loaded.push((constant, dst));
                    dst
                }
                None => continue,
            };
            self.constants.insert(id, reg);
        }
        compile(self);
        self.constants = outside;
        self.frame.release(mark);
    }

    /// The constant of a literal that takes an instruction of its own.
    fn loaded_once(&mut self, id: ExprId) -> Option<ConstId> {
        let ExprKind::Literal(literal) = &self.body[id].kind else { return None };
        let constant = match literal {
            Literal::Int(value) if i16::try_from(*value).is_err() => Constant::Int(*value),
            Literal::Float(value) => Constant::Float(*value),
            Literal::Str(value) => Constant::Str(value.as_str().into()),
            _ => return None,
        };
        Some(self.constant(constant, self.body[id].range))
    }
}

/// The operands of operators in a loop, those in lambdas left out.
fn operands_in(body: &Body, head: ExprId, block: BlockId) -> Vec<ExprId> {
    let (mut found, mut blocks, mut exprs) = (Vec::new(), vec![block], vec![head]);
    loop {
        while let Some(expr) = exprs.pop() {
            if let ExprKind::Binary { lhs, rhs, .. } = &body[expr].kind {
                found.extend([*lhs, *rhs]);
            }
            body.blocks(expr, |block| blocks.push(block));
            body.operands(expr, |operand| exprs.push(operand));
        }
        let Some(block) = blocks.pop() else { break };
        exprs.extend(body[block].tail);
        for &stmt in &body[block].stmts {
            body.stmt_operands(stmt, |operand| exprs.push(operand));
            body.stmt_blocks(stmt, |block| blocks.push(block));
            if let StmtKind::Assign { op: Some(_), value, .. } = &body[stmt].kind {
                found.push(*value);
            }
        }
    }
    // In the order of the text, so that the code reads like it.
    found.sort_by_key(|id| body[*id].range.start);
    found
}
