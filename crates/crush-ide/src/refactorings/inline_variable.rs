//! A variable gives way to its value: the other way round from extracting it.

use crush_hir::body::{ExprId, ExprKind, LocalId, StmtKind};
use crush_syntax::{Node, TextEdit};

use super::place::Place;
use super::variables::{self, Occurrence};
use super::{Refactoring, RefactoringKind, order, wording};
use crate::nodes::{end_of, range_of, whole, without_parentheses};

/// The variable at the cursor, when its value is a constant, or is read once, by the next statement, and nothing before that
/// would notice.
pub(super) fn inline(place: &Place<'_>) -> Option<Refactoring> {
    let local = place.local(place.name()?)?;
    let body = place.body();
    let found = variables::of_local(body, local);
    let (written, read): (Vec<Occurrence>, Vec<Occurrence>) = found.into_iter().partition(|it| it.writes);
    let [declared] = written.as_slice() else { return None };
    if read.is_empty() || place.copies_values() || is_taken_by_name(place, local) {
        return None;
    }
    let name = place.tree.node_at(place.in_file(declared.range).start);
    let statement = name.parent().filter(|parent| parent.kind() == "let_statement")?;
    let StmtKind::Let { value, annotation: None, .. } = &body[place.statement(statement)?].kind else { return None };
    // What is said of the variable would be lost with it.
    let has_comment = end_of(statement) != statement.end_byte()
        && !place
            .tree
            .text()
            .slice(crush_syntax::TextRange::new(statement.end_byte(), end_of(statement)))
            .trim()
            .eq(";");
    let expression = without_parentheses(statement.child_by_field_name("value")?);
    if has_comment || crate::nodes::descendants(expression).iter().any(|node| node.kind() == "comment") {
        return None;
    }
    // A lambda is printed by the name of the variable that it is given to.
    if matches!(body[*value].kind, ExprKind::Lambda(_)) {
        return None;
    }
    if !is_constant(place, *value) && !is_read_next(place, statement, *value, &read) {
        return None;
    }
    let mut edits = vec![TextEdit { range: whole(place.tree, statement), new_text: String::new() }];
    for read in &read {
        let node = place.tree.node_at(place.in_file(read.range).start);
        let is_shorthand = node.parent().is_some_and(|it| it.kind() == "field_initializer" && it.child_count() == 1);
        let is_counted = expression.kind() == "range_expression" && wording::is_counted(node);
        if node.kind() != "identifier" || is_shorthand || is_counted || wording::is_called(node) {
            return None;
        }
        let new_text = wording::in_place_of(place.tree, expression, node);
        edits.push(TextEdit { range: range_of(node), new_text });
    }
    let title = format!("inline the variable `{}`", body[local].name);
    Refactoring::tried(place, RefactoringKind::Inline, title, edits)
}

/// Whether a polyglot block or an export takes the variable by its name.
fn is_taken_by_name(place: &Place<'_>, local: LocalId) -> bool {
    let names = place.analysis.names().of_body(place.analysis.hir(), place.tree, place.id);
    names.hidden.iter().any(|hidden| hidden.local == local)
        || variables::of_local(place.body(), local).iter().any(|it| {
            let node = place.tree.node_at(place.in_file(it.range).start);
            node.parent().is_some_and(|parent| parent.kind() == "export_statement")
        })
}

/// Whether a value is the same wherever it stands, and as often as it likes.
fn is_constant(place: &Place<'_>, value: ExprId) -> bool {
    matches!(place.body()[value].kind, ExprKind::Literal(_))
}

/// Whether the only reader is the statement behind the declaration, and the value may as well come there.
fn is_read_next(place: &Place<'_>, statement: Node<'_>, value: ExprId, read: &[Occurrence]) -> bool {
    let body = place.body();
    let next = std::iter::successors(statement.next_named_sibling(), |node| node.next_named_sibling())
        .find(|node| node.kind() != "comment");
    let ([only], Some(next)) = (read, next) else { return false };
    let reader = body.exprs.iter().position(|expr| expr.range == only.range && matches!(expr.kind, ExprKind::Local(_)));
    let Some(reader) = reader.and_then(|at| u32::try_from(at).ok()).map(ExprId) else { return false };
    let before = order::before_in(place, next, reader);
    before.is_some_and(|before| before.may_follow(body, order::effect(body, value)))
}
