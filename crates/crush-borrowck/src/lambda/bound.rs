//! What variables are, whoever binds them.

use crush_hir::body::{Body, ExprId, ExprKind, LocalId, Name, Pattern};
use crush_hir::cfg::{Action, Cfg};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::table::Shape;

/// What variables that lambdas share are, where every binding in the function makes the same: a lambda that has captured such
/// a variable knows it.
pub(super) fn shapes(body: &Body, graphs: &[Cfg]) -> FxHashMap<LocalId, Shape> {
    let mut shapes: FxHashMap<LocalId, Shape> = FxHashMap::default();
    let mut others = parameters(body);
    let actions = graphs.iter().flat_map(|graph| &graph.nodes).flat_map(|node| &node.actions);
    for action in actions {
        match action {
            Action::Bind { local, value, .. } if body[*local].captured => match made(body, *value) {
                Some(shape) if shapes.get(local).is_none_or(|known| *known == shape) => {
                    shapes.insert(*local, shape);
                }
                _ => {
                    others.insert(*local);
                }
            },
            Action::BindElement { local, .. } => {
                others.insert(*local);
            }
            Action::Catch { name: Some((local, _)) } => {
                others.insert(*local);
            }
            Action::BindArm { expr, arm } => {
                if let ExprKind::Match { arms, .. } = &body[*expr].kind
                    && let Some(arm) = arms.get(*arm)
                {
                    bound(&arm.pattern, &mut others);
                }
            }
            _ => {}
        }
    }
    shapes.retain(|local, _| !others.contains(local));
    shapes
}

/// Variables that are declared at several places: by several `let`s of one block, or as a parameter and then by a `let`. Each
/// makes another variable, but what lambdas have captured of the ones before owns the same borrow: an assignment there ends it
/// here.
pub(super) fn declared_twice(body: &Body, graphs: &[Cfg]) -> FxHashSet<LocalId> {
    let mut once = parameters(body);
    let mut twice = FxHashSet::default();
    for action in graphs.iter().flat_map(|graph| &graph.nodes).flat_map(|node| &node.actions) {
        let (Action::Bind { local, declares: true, .. }
        | Action::Declare(local)
        | Action::Catch { name: Some((local, _)) }) = action
        else {
            continue;
        };
        if !once.insert(*local) {
            twice.insert(*local);
        }
    }
    twice
}

/// The parameters of all lambdas.
fn parameters(body: &Body) -> FxHashSet<LocalId> {
    body.lambdas.iter().flat_map(|lambda| lambda.params.iter().copied()).collect()
}

/// What an expression makes, whatever happens: `x += [1]` makes an array of an array.
fn made(body: &Body, value: ExprId) -> Option<Shape> {
    match &body[value].kind {
        ExprKind::Array(_) => Some(Shape::Array),
        ExprKind::Map(_) => Some(Shape::Map),
        ExprKind::Struct { name, .. } => Some(Shape::Struct(Name::clone(name))),
        ExprKind::Copy(operand) => made(body, *operand),
        _ => None,
    }
}

/// The variables that a pattern binds.
fn bound(pattern: &Pattern, locals: &mut FxHashSet<LocalId>) {
    match pattern {
        Pattern::Binding(local) => {
            locals.insert(*local);
        }
        Pattern::Struct { fields, .. } => fields.iter().for_each(|(_, field)| bound(field, locals)),
        Pattern::Wildcard | Pattern::Literal(_) | Pattern::Missing => {}
    }
}
