//! Where structs have kinds: `S(…)` that makes an instance, and instances that are copied.

use super::Lowering;
use crate::body::{BlockId, BodyOwner, Callee, ExprId, ExprKind, LocalKind, MatchArm, Name, Pattern, Place, StmtKind};
use crate::kinds::Constructor;
use crate::source_map::BodyRange;

impl Lowering<'_> {
    /// A call; of the name of a struct that is made by a function, what makes it.
    pub(super) fn called(
        &mut self,
        callee: Callee,
        callee_range: BodyRange,
        args: Vec<ExprId>,
        range: BodyRange,
    ) -> ExprId {
        let args =
            if self.keeps_arguments(&callee) { args } else { args.into_iter().map(|arg| self.copied(arg)).collect() };
        let facts = self.facts;
        match &callee {
            Callee::Name(name) if let Some(constructor) = facts.constructor(name) => {
                self.construction(constructor, callee_range, args, range)
            }
            _ => self.expr(ExprKind::Call { callee, callee_range, args }, range),
        }
    }

    /// An instance that a function makes, or is given: `match new S() { s => { f(s, …) s } }`.
    pub(super) fn construction(
        &mut self,
        constructor: &Constructor,
        callee_range: BodyRange,
        mut args: Vec<ExprId>,
        range: BodyRange,
    ) -> ExprId {
        let Constructor { structure, function, is_own, is_factory } = constructor;
        let callee = if *is_own {
            Callee::Path { scope: structure.clone(), name: function.clone() }
        } else {
            Callee::Name(function.clone())
        };
        if *is_factory {
            return self.expr(ExprKind::Call { callee, callee_range, args }, range);
        }
        let fresh =
            ExprKind::Struct { name: structure.clone(), name_range: callee_range, fields: Vec::new(), is_new: true };
        let scrutinee = self.expr(fresh, range);
        let block = self.open_block(range);
        let instance = self.declare(structure.clone(), LocalKind::MatchBinding, callee_range);
        args.insert(0, self.expr(ExprKind::Local(instance), callee_range));
        let call = self.expr(ExprKind::Call { callee, callee_range, args }, range);
        self.stmt(block, StmtKind::Expr(call), range);
        let tail = self.expr(ExprKind::Local(instance), callee_range);
        self.body.blocks[block.index()].tail = Some(tail);
        self.close_block();
        let arms = vec![MatchArm { pattern: Pattern::Binding(instance), body: block }];
        self.expr(ExprKind::Match { scrutinee, arms }, range)
    }

    /// A value that is assigned, passed or returned: copied, where the file has structs that are copied then. What
    /// cannot be an instance that something else refers to is left alone.
    pub(super) fn copied(&mut self, value: ExprId) -> ExprId {
        if self.facts.copied.is_empty() {
            return value;
        }
        let expr = &self.body[value];
        match expr.kind {
            ExprKind::Local(_)
            | ExprKind::Field { .. }
            | ExprKind::Index { .. }
            | ExprKind::Call { .. }
            | ExprKind::If { .. }
            | ExprKind::Match { .. }
            | ExprKind::Await(_) => {
                let range = expr.range;
                self.expr(ExprKind::Copy(value), range)
            }
            _ => value,
        }
    }

    /// Whether arguments are handed over as they are: to capabilities, and to the methods of arrays and maps.
    fn keeps_arguments(&self, callee: &Callee) -> bool {
        match callee {
            Callee::Capability(_) => true,
            Callee::Method { name, .. } => crush_library::methods_named(name).next().is_some(),
            Callee::Name(name) => crush_library::function(name).is_some(),
            Callee::Path { .. } | Callee::Value(_) => false,
        }
    }

    /// `self` is a copy in the methods of a struct that are given one.
    pub(super) fn copy_receiver(&mut self, block: BlockId) {
        let BodyOwner::Method { type_name, .. } = &self.body.owner else { return };
        if !self.facts.by_value.contains(type_name) || self.facts.copied.is_empty() {
            return;
        }
        let receiver = self.body.lambdas[0].params.first().copied();
        if let Some(receiver) = receiver.filter(|receiver| self.body[*receiver].name == Name::new_static("self")) {
            let range = self.body[receiver].range;
            let value = self.expr(ExprKind::Local(receiver), range);
            let value = self.copied(value);
            let place = Place::Local(receiver);
            self.stmt(block, StmtKind::Assign { place, place_range: range, op: None, value }, range);
        }
    }
}
