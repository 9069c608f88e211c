//! A call gives way to what the function returns, where that is one expression.

use crush_hir::body::{Body, Callee, ExprId, ExprKind, LocalId, StmtKind};
use crush_syntax::{Node, TextEdit, TextRange, Tree};

use super::order::{self, Effect};
use super::place::Place;
use super::{Refactoring, RefactoringKind, wording};
use crate::nodes::{descendants, range_of, without_parentheses};

/// The call of a function of the file at the cursor. Right where each argument is evaluated as often, and in the same order,
/// as far as anybody could notice.
pub(super) fn inline(place: &Place<'_>) -> Option<Refactoring> {
    let name = place.name()?;
    let call = name.parent().filter(|parent| {
        parent.kind() == "call_expression"
            && parent.child_by_field_name("function").is_some_and(|function| function.id() == name.id())
    })?;
    let caller = place.body();
    let ExprKind::Call { callee: Callee::Name(function), args, .. } = &caller[place.expression(call)?].kind else {
        return None;
    };
    let arguments = call.child_by_field_name("arguments")?;
    let mut cursor = arguments.walk();
    let arguments: Vec<_> =
        arguments.named_children(&mut cursor).filter(|argument| argument.kind() != "comment").collect();
    let inlined = Inlined::of(place, function)?;
    let is_meant_so = inlined.names().all(|name| caller.locals.iter().all(|local| local.name != name));
    if args.len() != arguments.len()
        || arguments.iter().any(|argument| argument.kind() == "named_argument")
        || inlined.parameters().len() != args.len()
        || place.copies_values()
        || !is_meant_so
    {
        return None;
    }
    if !inlined.evaluates(caller, args) {
        return None;
    }
    let new_text = inlined.with(place.tree, &arguments, call);
    let edits = vec![TextEdit { range: range_of(call), new_text }];
    Refactoring::tried(place, RefactoringKind::Inline, format!("inline `{function}` here"), edits)
}

/// A function that does nothing but give the value of an expression.
struct Inlined<'a> {
    body: Body,
    value: ExprId,
    /// The expression in the text.
    node: Node<'a>,
    /// Where each parameter is read, and which one it is.
    reads: Vec<(TextRange, ExprId, usize)>,
}

impl<'a> Inlined<'a> {
    fn of(place: &Place<'a>, name: &str) -> Option<Self> {
        let hir = place.analysis.hir();
        let found = hir.resolve_function(name)?;
        if found.module != hir.module() || !hir.replaced_functions().is_empty() {
            return None;
        }
        let id = hir.function_body(name)?;
        let (body, map) = (hir.lower(place.tree, id), hir.body_map(id));
        let root = &body[body[Body::ROOT].block];
        let [only] = root.stmts.as_slice() else { return None };
        let StmtKind::Return(Some(value)) = body[*only].kind else { return None };
        // What has blocks or lambdas in it has variables of its own, and does not surely evaluate everything.
        let is_plain = body.blocks.len() == 1 && body.lambdas.len() == 1 && !body.owner.is_async();
        let is_refused = |expr: &crush_hir::body::Expr| {
            matches!(
                expr.kind,
                ExprKind::Missing
                    | ExprKind::Unsupported(_)
                    | ExprKind::Await(_)
                    | ExprKind::Yield
                    | ExprKind::Copy(_)
                    | ExprKind::Spawn { .. }
            )
        };
        if !is_plain || body.exprs.iter().any(is_refused) {
            return None;
        }
        let in_file = |range| {
            let (start, end) = map.range_to_file(range);
            TextRange::new(start as usize, end as usize)
        };
        let statement = in_file(body[*only].range);
        let statement = place.tree.root().named_descendant_for_byte_range(statement.start, statement.end)?;
        let node = without_parentheses(statement.child_by_field_name("value")?);
        if descendants(statement).iter().any(|node| node.kind() == "comment") {
            return None;
        }
        let reads = (0..).map(ExprId).zip(&body.exprs).filter_map(|(id, expr)| {
            let ExprKind::Local(local) = expr.kind else { return None };
            let index = body[Body::ROOT].params.iter().position(|param| *param == local)?;
            Some((in_file(expr.range), id, index))
        });
        let reads: Vec<_> = reads.collect();
        if reads.iter().any(|(range, ..)| wording::is_called(place.tree.node_at(range.start))) {
            return None;
        }
        Some(Self { value, node, reads, body })
    }

    fn parameters(&self) -> &[LocalId] {
        &self.body[Body::ROOT].params
    }

    /// The names in it that are no parameters.
    fn names(&self) -> impl Iterator<Item = &str> {
        self.body.exprs.iter().filter_map(|expr| match &expr.kind {
            ExprKind::Name(name) | ExprKind::Call { callee: Callee::Name(name), .. } => Some(name.as_str()),
            ExprKind::Call { callee: Callee::Capability(name), .. } => name.split('.').next(),
            _ => None,
        })
    }

    /// Whether the value with these arguments in the places of the parameters evaluates them as a call does.
    fn evaluates(&self, caller: &Body, args: &[ExprId]) -> bool {
        // A constant is the same wherever it stands, and as often as it likes; but an object is a new one every time.
        let is_simple = |arg: ExprId| match caller[arg].kind {
            ExprKind::Literal(_) | ExprKind::Name(_) => true,
            ExprKind::Local(local) => !caller[local].captured,
            _ => false,
        };
        let mut others = args.iter().enumerate().filter(|(_, arg)| !is_simple(**arg));
        let Some((index, arg)) = others.next() else { return true };
        if others.next().is_some() {
            return false;
        }
        let mut reads = self.reads.iter().filter(|(_, _, read)| *read == index);
        let (Some((_, read, _)), None) = (reads.next(), reads.next()) else { return false };
        let before = order::before(&self.body, &[self.value], *read);
        let own: Effect = order::effect(caller, *arg);
        before.is_some_and(|before| before.may_follow(&self.body, own))
    }

    /// The text of the value with the arguments in it, for the place of a call.
    fn with(&self, tree: &Tree, arguments: &[Node<'_>], call: Node<'_>) -> String {
        let mut text = wording::in_place_of(tree, self.node, call);
        // It may stand in parentheses now.
        let offset = text.find(&*tree.text_of(self.node)).unwrap_or_default();
        let mut reads = self.reads.clone();
        reads.sort_by_key(|(range, ..)| std::cmp::Reverse(range.start));
        for (range, _, index) in reads {
            let argument = wording::in_place_of(tree, without_parentheses(arguments[index]), tree.node_at(range.start));
            let start = offset + range.start - self.node.start_byte();
            text.replace_range(start..start + range.len(), &argument);
        }
        text
    }
}
