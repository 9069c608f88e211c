//! Callees before callers: Tarjan's strongly connected components, without recursion, and lowering bodies on the way.

use crush_hir::body::Body;
use crush_hir::file::BodyId;
use crush_hir::modules::ModuleId;
use rustc_hash::{FxHashMap, FxHashSet};

use super::Analysis;
use crate::report::FunctionId;

/// The bodies that are in use while a walk goes on.
pub(super) type Bodies = FxHashMap<FunctionId, Body>;

/// Calls `visit` with every component that a root reaches, callees first. The body of a stale function is lowered when the
/// walk comes to it, since only then is it known whom it calls.
pub(super) fn components<L: FnMut(ModuleId, BodyId) -> Body>(
    roots: Vec<FunctionId>,
    analysis: &mut Analysis,
    stale: &FxHashSet<FunctionId>,
    lower: &mut L,
    bodies: &mut Bodies,
    visit: &mut impl FnMut(&mut Analysis, &mut L, &mut Bodies, &[FunctionId]),
) {
    let mut walk = Walk::default();
    for root in roots {
        if !walk.numbers.contains_key(&root) {
            walk.from(root, analysis, stale, lower, bodies, visit);
        }
    }
}

#[derive(Default)]
struct Walk {
    /// When each function was met first, and the earliest still open that it reaches.
    numbers: FxHashMap<FunctionId, (u32, u32)>,
    open: Vec<FunctionId>,
    is_open: FxHashSet<FunctionId>,
}

impl Walk {
    fn from<L: FnMut(ModuleId, BodyId) -> Body>(
        &mut self,
        root: FunctionId,
        analysis: &mut Analysis,
        stale: &FxHashSet<FunctionId>,
        lower: &mut L,
        bodies: &mut Bodies,
        visit: &mut impl FnMut(&mut Analysis, &mut L, &mut Bodies, &[FunctionId]),
    ) {
        let mut stack = vec![(root, self.enter(root, analysis, stale, lower, bodies), 0)];
        while let Some((id, callees, at)) = stack.last_mut() {
            let id = *id;
            if let Some(callee) = callees.get(*at).copied() {
                *at += 1;
                if !self.numbers.contains_key(&callee) {
                    let below = self.enter(callee, analysis, stale, lower, bodies);
                    stack.push((callee, below, 0));
                } else if self.is_open.contains(&callee) {
                    self.lower_to(id, self.numbers[&callee].0);
                }
                continue;
            }
            stack.pop();
            let (number, lowest) = self.numbers[&id];
            if let Some((caller, ..)) = stack.last() {
                self.lower_to(*caller, lowest);
            }
            if number == lowest {
                let first = self.open.iter().rposition(|open| *open == id).unwrap_or(0);
                let members = self.open.split_off(first);
                for member in &members {
                    self.is_open.remove(member);
                }
                visit(analysis, lower, bodies, &members);
            }
        }
    }

    fn lower_to(&mut self, id: FunctionId, number: u32) {
        if let Some(entry) = self.numbers.get_mut(&id) {
            entry.1 = entry.1.min(number);
        }
    }

    fn enter<L: FnMut(ModuleId, BodyId) -> Body>(
        &mut self,
        id: FunctionId,
        analysis: &mut Analysis,
        stale: &FxHashSet<FunctionId>,
        lower: &mut L,
        bodies: &mut Bodies,
    ) -> Vec<FunctionId> {
        let number = self.numbers.len() as u32;
        self.numbers.insert(id, (number, number));
        self.open.push(id);
        self.is_open.insert(id);
        if stale.contains(&id) {
            let body = analysis.lowered(id, lower);
            analysis.note_mentions(id, &body);
            bodies.insert(id, body);
        }
        analysis.callees(id)
    }
}
