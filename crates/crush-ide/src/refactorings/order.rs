//! What is evaluated before what, and whether that may be otherwise.

use crush_hir::body::{Body, Callee, ExprId, ExprKind, Place as Target, StmtKind};
use crush_library::Effect as Argument;
use crush_syntax::Node;

use super::place::Place;
use crate::nodes::{range_of, without_parentheses};

/// What comes of evaluating something, as far as anything else could notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Effect {
    /// Nothing, and it is the same at any time.
    Constant,
    /// It depends on what others may change.
    Reads,
    /// Anything: it may change something, print, borrow, or never end.
    Anything,
}

/// What comes of evaluating an expression.
pub(super) fn effect(body: &Body, expr: ExprId) -> Effect {
    // Without recursion: expressions may nest as deep as they like.
    let (mut whole, mut open) = (Effect::Constant, vec![expr]);
    while let Some(expr) = open.pop() {
        whole = whole.max(own_effect(body, expr));
        body.operands(expr, |operand| open.push(operand));
    }
    whole
}

/// What comes of evaluating an expression whose operands are evaluated.
fn own_effect(body: &Body, expr: ExprId) -> Effect {
    match &body[expr].kind {
        ExprKind::Literal(_)
        | ExprKind::Name(_)
        | ExprKind::Path { .. }
        | ExprKind::Lambda(_)
        | ExprKind::Array(_)
        | ExprKind::Map(_)
        | ExprKind::Struct { .. }
        | ExprKind::Copy(_) => Effect::Constant,
        // Only a lambda could give it another value meanwhile.
        ExprKind::Local(local) if !body[*local].captured => Effect::Constant,
        ExprKind::Local(_)
        | ExprKind::Field { .. }
        | ExprKind::Index { .. }
        | ExprKind::Slice { .. }
        | ExprKind::Range { .. }
        | ExprKind::Unary { .. }
        | ExprKind::Binary { .. }
        | ExprKind::Logical { .. } => Effect::Reads,
        ExprKind::Call { callee, args, .. } if is_reader(callee, args.len()) => Effect::Reads,
        _ => Effect::Anything,
    }
}

/// Whether a call only reads what it is given.
fn is_reader(callee: &Callee, count: usize) -> bool {
    let declaration = match callee {
        Callee::Name(name) if name == "len" => crush_library::function(name),
        Callee::Capability(name) => crush_library::capability(name),
        _ => None,
    };
    declaration.is_some_and(|it| {
        let reads = |index| {
            it.parameter(index).is_some_and(|parameter| matches!(parameter.effect, Argument::Read | Argument::ReadDeep))
        };
        it.pure && !it.name.starts_with("io.") && (0..count).all(reads)
    })
}

/// What a statement evaluates before it comes to an expression.
pub(super) struct Before {
    exprs: Vec<ExprId>,
    /// Whether it also reads what is assigned to.
    reads: bool,
}

impl Before {
    /// What comes of evaluating all that.
    fn effect(&self, body: &Body) -> Effect {
        let own = if self.reads { Effect::Reads } else { Effect::Constant };
        self.exprs.iter().map(|expr| effect(body, *expr)).fold(own, Effect::max)
    }

    /// Whether something with this effect may as well come first.
    pub(super) fn may_follow(&self, body: &Body, moved: Effect) -> bool {
        match (moved, self.effect(body)) {
            (Effect::Constant, _) | (_, Effect::Constant) => true,
            // Of two reads the first that fails ends the program, and then one fails in any order.
            (moved, passed) => moved == Effect::Reads && passed == Effect::Reads,
        }
    }
}

/// What `roots`, evaluated one after the other, evaluate before they come to `target`; `None` where they do not surely come to
/// it, exactly once.
pub(super) fn before(body: &Body, roots: &[ExprId], target: ExprId) -> Option<Before> {
    let mut exprs = Vec::new();
    let is_found = roots.iter().any(|root| {
        let is_in = finds(body, *root, target, &mut exprs);
        if !is_in {
            exprs.push(*root);
        }
        is_in
    });
    is_found.then_some(Before { exprs, reads: false })
}

/// Adds to `before` what an expression evaluates before it comes to `target`; whether it surely does.
fn finds(body: &Body, mut expr: ExprId, target: ExprId, before: &mut Vec<ExprId>) -> bool {
    let known = before.len();
    while expr != target {
        let mut operands = Vec::new();
        body.operands(expr, |operand| operands.push(operand));
        if matches!(body[expr].kind, ExprKind::Logical { .. }) {
            // The right side may not be evaluated.
            operands.truncate(1);
        }
        let wanted = body[target].range;
        let holds = |operand: &ExprId| {
            let range = body[*operand].range;
            range.start <= wanted.start && wanted.end <= range.end
        };
        let Some(at) = operands.iter().position(holds) else {
            before.truncate(known);
            return false;
        };
        before.extend_from_slice(&operands[..at]);
        expr = operands[at];
    }
    true
}

/// What a statement evaluates before it comes to `target`; `None` where it does not surely come to it, exactly once.
pub(super) fn before_in(place: &Place<'_>, statement: Node<'_>, target: ExprId) -> Option<Before> {
    let body = place.body();
    let Some(id) = place.statement(statement) else {
        // The last expression of a block that has a value.
        let inner =
            without_parentheses(statement.named_child(0).filter(|_| statement.kind() == "expression_statement")?);
        let range = place.in_body(range_of(inner))?;
        let tail = body.blocks.iter().filter_map(|block| block.tail).find(|tail| body[*tail].range == range)?;
        return before(body, &[tail], target);
    };
    if matches!(body[id].kind, StmtKind::While { .. }) {
        return None;
    }
    let mut roots = Vec::new();
    body.stmt_operands(id, |operand| roots.push(operand));
    let found = before(body, &roots, target)?;
    let reads = match &body[id].kind {
        StmtKind::Assign { place: Target::Local(local), op: Some(_), .. } => body[*local].captured,
        StmtKind::Assign { op: Some(_), .. } => true,
        _ => false,
    };
    Some(Before { reads, ..found })
}
