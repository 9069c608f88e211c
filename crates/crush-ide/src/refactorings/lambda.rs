//! The spellings of a lambda: `|x| x + 1`, `|x| => x + 1`, `|x| { return x + 1 }`.

use crush_syntax::{Node, TextEdit, TextRange};

use super::place::Place;
use super::{Refactoring, RefactoringKind, wording};
use crate::nodes::{ancestors, descendants, range_of};

/// The other spellings of the lambda at the cursor.
pub(super) fn respell(place: &Place<'_>) -> Vec<Refactoring> {
    let node = place.node();
    let Some(lambda) = ancestors(node).find(|node| node.kind() == "lambda_expression") else { return Vec::new() };
    let (Some(parameters), Some(body)) = (lambda.child_by_field_name("parameters"), lambda.child_by_field_name("body"))
    else {
        return Vec::new();
    };
    // The cursor is on the head of the lambda, or all of it is selected.
    let is_meant = place.selected.end <= body.start_byte() + 1 || place.selected == range_of(lambda);
    let has_comment = |node: Node<'_>| descendants(node).iter().any(|node| node.kind() == "comment");
    if !is_meant || place.selected.start < lambda.start_byte() || has_comment(lambda) {
        return Vec::new();
    }
    let between = TextRange::new(parameters.end_byte(), body.start_byte());
    let arrow = place.tree.text().slice(between).trim().to_owned();
    let mut found = Vec::new();
    let mut offer = |title: &str, range: TextRange, new_text: String| {
        let edits = vec![TextEdit { range, new_text }];
        found.extend(Refactoring::tried(place, RefactoringKind::Rewrite, title.to_owned(), edits));
    };
    let rest = TextRange::new(parameters.end_byte(), lambda.end_byte());
    if body.kind() == "block" {
        // Behind an expression anything would be a part of it.
        if let Some(value) = only_value(body).filter(|_| wording::is_whole(lambda)) {
            let text = wording::as_value(place.tree, value);
            let text = if value.kind() == "map" { format!("({text})") } else { text };
            offer("write the lambda as an expression", rest, format!(" {text}"));
        }
        return found;
    }
    let text = wording::as_value(place.tree, body);
    offer("write the lambda as a block", rest, format!(" {{ return {text} }}"));
    match arrow.as_str() {
        "" => offer("write the lambda with `=>`", between, " => ".to_owned()),
        _ => offer("write the lambda without an arrow", between, " ".to_owned()),
    }
    found
}

/// What a block returns that does nothing else.
fn only_value(block: Node<'_>) -> Option<Node<'_>> {
    let mut cursor = block.walk();
    let mut statements = block.named_children(&mut cursor);
    let only = statements.next().filter(|it| it.kind() == "return_statement")?;
    let value = only.child_by_field_name("value")?;
    statements.next().is_none().then_some(value)
}
