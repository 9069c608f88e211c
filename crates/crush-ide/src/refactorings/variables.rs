//! Where the variables of a body are written and read.

use crush_hir::body::{Body, Callee, ExprKind, LocalId, LocalKind, Place as Target, StmtKind};
use crush_hir::source_map::BodyRange;

/// A place where a variable stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Occurrence {
    pub(super) local: LocalId,
    pub(super) range: BodyRange,
    /// Whether it is given a value here.
    pub(super) writes: bool,
    /// Whether its value is used here.
    pub(super) reads: bool,
}

/// All of a body, in the order of the text.
pub(super) fn occurrences(body: &Body) -> Vec<Occurrence> {
    let mut found = Vec::new();
    for expr in &body.exprs {
        if let ExprKind::Local(local) = expr.kind {
            found.push(Occurrence { local, range: expr.range, writes: false, reads: true });
        }
    }
    for stmt in &body.stmts {
        let (local, range, reads) = match &stmt.kind {
            StmtKind::Let { local, name_range, .. } => (*local, *name_range, false),
            // A loop over numbers counts on from what its body has left.
            StmtKind::For { variable, name_range, .. } => (*variable, *name_range, true),
            StmtKind::Try { error: Some((local, range)), .. } => (*local, *range, false),
            StmtKind::Assign { place: Target::Local(local), place_range, op, .. } => {
                (*local, *place_range, op.is_some())
            }
            _ => continue,
        };
        found.push(Occurrence { local, range, writes: true, reads });
    }
    for (index, local) in (0..).zip(&body.locals) {
        if !matches!(local.kind, LocalKind::Let | LocalKind::LoopVariable | LocalKind::CatchName) {
            found.push(Occurrence { local: LocalId(index), range: local.range, writes: true, reads: false });
        }
    }
    found.sort_by_key(|it| it.range);
    found.dedup_by_key(|it| (it.range, it.local, it.writes));
    found
}

/// The occurrences of one variable.
pub(super) fn of_local(body: &Body, local: LocalId) -> Vec<Occurrence> {
    let mut found = occurrences(body);
    found.retain(|it| it.local == local);
    found
}

/// Whether a variable is an object at any time: all that it is ever given is one by itself, of the kinds that are wanted.
pub(super) fn surely_holds(body: &Body, local: LocalId, is_wanted: impl Fn(&ExprKind) -> bool) -> bool {
    let mut given = Vec::new();
    for stmt in &body.stmts {
        match &stmt.kind {
            StmtKind::Let { local: it, value, .. } if *it == local => given.push(*value),
            StmtKind::Assign { place: Target::Local(it), value, op: None, .. } if *it == local => given.push(*value),
            _ => {}
        }
    }
    let writes = of_local(body, local).iter().filter(|it| it.writes).count();
    !given.is_empty() && given.len() == writes && given.iter().all(|value| is_wanted(&body[*value].kind))
}

/// Whether a call gives a value of one of these types, by what the library declares.
pub(super) fn gives(call: &ExprKind, types: &[&str]) -> bool {
    let ExprKind::Call { callee: Callee::Capability(name), .. } = call else { return false };
    crush_library::capability(name).is_some_and(|declaration| types.contains(&declaration.result.to_string().as_str()))
}

/// Whether a variable may have another value elsewhere, or later, for a lambda sees it: one that is given a value once is the
/// same for everybody (B9), and the variable of a loop is one for all rounds.
pub(super) fn is_shared(body: &Body, local: LocalId) -> bool {
    let is_written_again = || of_local(body, local).iter().filter(|it| it.writes).count() > 1;
    body[local].captured && (body[local].kind == LocalKind::LoopVariable || is_written_again())
}
