//! Which variable a name means while a body is lowered.

use rustc_hash::FxHashMap;

use crate::body::{BlockId, Lambda, LambdaId, Local, LocalId, LocalKind, Name};
use crate::source_map::BodyRange;

/// The variables visible at one point of a body, inner before outer.
#[derive(Default)]
pub(super) struct Scopes {
    /// For each name, the variables that it has meant; the last is the one it means now.
    visible: FxHashMap<Name, Vec<LocalId>>,
    /// Names declared in each open block, inner last.
    blocks: Vec<(BlockId, Vec<Name>)>,
    /// The function being lowered, outer first.
    lambdas: Vec<LambdaId>,
}

impl Scopes {
    pub(super) fn enter_lambda(&mut self, lambda: LambdaId) {
        self.lambdas.push(lambda);
    }

    pub(super) fn leave_lambda(&mut self) {
        self.lambdas.pop();
    }

    pub(super) fn enter_block(&mut self, block: BlockId) {
        self.blocks.push((block, Vec::new()));
    }

    pub(super) fn leave_block(&mut self) {
        for name in self.blocks.pop().map(|(_, names)| names).unwrap_or_default() {
            if let Some(stack) = self.visible.get_mut(&name) {
                stack.pop();
            }
        }
    }

    /// The block being lowered.
    pub(super) fn block(&self) -> Option<BlockId> {
        self.blocks.last().map(|(block, _)| *block)
    }

    /// The function being lowered.
    pub(super) fn lambda(&self) -> LambdaId {
        self.lambdas.last().copied().unwrap_or(LambdaId(0))
    }

    /// What `name` means here, noting the capture when an enclosing function has it (B9).
    pub(super) fn resolve(&self, name: &str, locals: &mut [Local], lambdas: &mut [Lambda]) -> Option<LocalId> {
        let id = *self.visible.get(name)?.last()?;
        let local = &mut locals[id.index()];
        let home = local.lambda;
        for &lambda in self.lambdas.iter().rev().take_while(|&&lambda| lambda != home) {
            local.captured = true;
            let captures = &mut lambdas[lambda.index()].captures;
            if !captures.contains(&id) {
                captures.push(id);
            }
        }
        Some(id)
    }

    /// The variable of this function that `name` already means, if any.
    pub(super) fn own(&self, name: &str, locals: &[Local]) -> Option<LocalId> {
        let id = *self.visible.get(name)?.last()?;
        (locals[id.index()].lambda == self.lambda()).then_some(id)
    }

    /// A new variable of the block being lowered.
    pub(super) fn declare(
        &mut self,
        name: Name,
        kind: LocalKind,
        range: BodyRange,
        locals: &mut Vec<Local>,
    ) -> LocalId {
        let id = LocalId(u32::try_from(locals.len()).unwrap_or(u32::MAX));
        let lambda = self.lambda();
        if let Some((block, names)) = self.blocks.last_mut() {
            names.push(name.clone());
            let scope = *block;
            self.visible.entry(name.clone()).or_default().push(id);
            locals.push(Local { name, kind, lambda, scope, range, captured: false, annotation: None });
        }
        id
    }
}
