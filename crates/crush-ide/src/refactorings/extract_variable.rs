//! An expression gets a name of its own: `print(a.b + 1)` becomes `let b = a.b` and `print(b + 1)`.

use crush_hir::body::ExprKind;
use crush_syntax::{Node, TextEdit, TextRange};

use super::place::Place;
use super::{Refactoring, RefactoringKind, order, wording};
use crate::nodes::{is_field, line_start, range_of, without_parentheses};

/// The selected expression goes into a variable, in front of its statement. Right where the statement surely evaluates it,
/// exactly once, and nothing before it would notice.
pub(super) fn extract(place: &Place<'_>) -> Option<Refactoring> {
    let selected = place.node();
    if place.selected.is_empty() || range_of(selected) != place.selected {
        return None;
    }
    let expression = without_parentheses(selected);
    let is_all = ["let_statement", "expression_statement"]
        .iter()
        .any(|kind| selected.parent().is_some_and(|parent| parent.kind() == *kind))
        || is_field(selected, "assignment_statement", "left");
    let is_counted = expression.kind() == "range_expression" && wording::is_counted(selected);
    if is_all || is_counted || !is_read_there(selected) {
        return None;
    }
    let target = place.expression(expression)?;
    // A lambda is printed by the name of the variable that it is given to.
    let is_refused = matches!(place.body()[target].kind, ExprKind::Local(_) | ExprKind::Lambda(_));
    if is_refused || place.copies_values() {
        return None;
    }
    let statement = place.statement_around(selected)?;
    let before = order::before_in(place, statement, target)?;
    if !before.may_follow(place.body(), order::effect(place.body(), target)) {
        return None;
    }
    let name = wording::free_name(place.tree, &[&named_after(place, expression)]);
    let value = wording::as_value(place.tree, expression);
    let declaration = match line_start(place.tree, statement) {
        Some((_, indentation)) => format!("let {name} = {value}\n{indentation}"),
        None => format!("let {name} = {value}; "),
    };
    let edits = vec![
        TextEdit { range: TextRange::empty(statement.start_byte()), new_text: declaration },
        TextEdit { range: place.selected, new_text: name.clone() },
    ];
    Refactoring::tried(place, RefactoringKind::Extract, format!("extract into the variable `{name}`"), edits)
}

/// Whether a node stands where a value is read: not where something is assigned, nor what a function is called by.
fn is_read_there(node: Node<'_>) -> bool {
    !is_field(node, "call_expression", "function") && !is_field(node, "pipeline_expression", "right")
}

/// What a variable with the value of an expression could be called.
fn named_after(place: &Place<'_>, expression: Node<'_>) -> String {
    let field = |node: Node<'_>, name| node.child_by_field_name(name).map(|named| place.text(named));
    let name = match expression.kind() {
        "field_expression" => field(expression, "field"),
        "index_expression" | "slice_expression" => Some("item".to_owned()),
        "struct_literal" | "new_expression" => field(expression, "name").map(|name| name.to_lowercase()),
        "lambda_expression" => Some("function".to_owned()),
        "array" => Some("items".to_owned()),
        "string" => Some("text".to_owned()),
        "call_expression" => expression.child_by_field_name("function").and_then(|function| match function.kind() {
            "field_expression" => field(function, "field"),
            _ => Some("result".to_owned()),
        }),
        "borrow_expression" => field(expression, "operand").map(|operand| format!("{operand}_handle")),
        _ => None,
    };
    name.filter(|name| crate::check_name(name).is_ok()).unwrap_or_else(|| "value".to_owned())
}
