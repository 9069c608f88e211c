//! What nothing in a body needs.

use crush_hir::body::{Body, BodyOwner, LocalId, LocalKind, StmtKind};
use crush_hir::source_map::BodyRange;

use super::{Access, Hidden, NameUse, What};

/// Names that nobody reads, and statements that nothing reaches, each with the words for it.
pub(super) fn find(body: &Body, uses: &[NameUse], hidden: &[Hidden]) -> Vec<(BodyRange, String)> {
    let mut read = vec![false; body.locals.len()];
    let mut mark = |local: LocalId| _ = read.get_mut(local.index()).map(|read| *read = true);
    for name in uses {
        if let (What::Local(local), Access::Read) = (&name.what, name.access) {
            mark(*local);
        }
    }
    hidden.iter().for_each(|hidden| mark(hidden.local));
    let declared = uses.iter().filter(|name| name.access == Access::Declare);
    let unread = declared.filter_map(|name| {
        let What::Local(local) = name.what else { return None };
        let is_asked_for = body[local].kind == LocalKind::Parameter
            && body[local].lambda == Body::ROOT
            && matches!(body.owner, BodyOwner::Method { .. });
        let is_meant = read[local.index()] || is_asked_for || name.name.starts_with('_');
        (!is_meant).then(|| (name.range, format!("`{}` is never read", name.name)))
    });
    let mut found: Vec<_> = unread.collect();
    for block in &body.blocks {
        let ends = |stmt: &StmtKind| {
            matches!(stmt, StmtKind::Return(_) | StmtKind::Break | StmtKind::Continue | StmtKind::Throw(_))
        };
        let end = block.stmts.iter().position(|stmt| ends(&body[*stmt].kind));
        let rest = end.map(|end| &block.stmts[end + 1..]).unwrap_or_default();
        if let (Some(first), Some(last)) = (rest.first(), rest.last()) {
            let range = body[*first].range.cover(body[*last].range);
            found.push((range, "this is never reached".to_string()));
        }
    }
    found
}
