//! Changes that wait until the loop is over.

use crush_syntax::{Node, TextEdit, TextRange};

use super::site::{Site, ancestors, descendants, is_variable, range_of};
use crate::diagnostics::Fix;

/// What is pushed is collected in an array of its own, and pushed after the loop:
///
/// ```text
/// let added = []
/// for x in xs {
///     added.push(x)
/// }
/// for value in added { xs.push(value) }
/// ```
pub(super) fn change_after_the_loop(site: &Site<'_>) -> Option<Fix> {
    let iterated = site.iterated().next()?;
    let statement = ancestors(iterated).find(|node| node.kind() == "for_statement")?;
    let receiver = receiver_of_push(site, site.here)?;
    let body = statement.child_by_field_name("body")?;
    let inside = descendants(body);
    // What leaves the function would leave without the changes, and what is in a function may run at any time.
    let leaves = |node: &&Node<'_>| {
        matches!(
            node.kind(),
            "return_statement" | "throw_statement" | "try_statement" | "lambda_expression" | "let_statement"
        ) && (node.kind() != "let_statement" || declares(site, **node, &receiver))
    };
    if inside.iter().any(|node| leaves(&node)) {
        return None;
    }
    let pushes: Vec<_> =
        inside.iter().filter(|node| receiver_of_push(site, **node) == Some(receiver.clone())).collect();
    // A push gives the array, and what is done with that is another matter.
    if pushes.is_empty()
        || !pushes.iter().all(|push| push.parent().is_some_and(|it| it.kind() == "expression_statement"))
    {
        return None;
    }
    let (collected, value) =
        (free_name(site, &["added", "to_add", "collected"])?, free_name(site, &["value", "item", "each"])?);
    let (start, indent) = site.line_start(statement)?;
    let mut edits =
        vec![TextEdit { range: TextRange::empty(start), new_text: format!("{indent}let {collected} = []\n") }];
    edits.extend(pushes.iter().filter_map(|push| {
        let object = push.child_by_field_name("function")?.child_by_field_name("object")?;
        Some(TextEdit { range: range_of(object), new_text: collected.to_owned() })
    }));
    let after = format!("\n{indent}for {value} in {collected} {{ {receiver}.push({value}) }}");
    edits.push(TextEdit { range: TextRange::empty(statement.end_byte()), new_text: after });
    Some(Fix {
        title: format!("collect in `{collected}` and change `{receiver}` after the loop"),
        edits,
        is_safe: false,
    })
}

fn declares(site: &Site<'_>, statement: Node<'_>, name: &str) -> bool {
    statement.child_by_field_name("name").is_some_and(|declared| site.text(declared) == name)
}

/// `xs` of `xs.push(…)`.
fn receiver_of_push(site: &Site<'_>, node: Node<'_>) -> Option<String> {
    let function = node.child_by_field_name("function").filter(|_| node.kind() == "call_expression")?;
    let object = function.child_by_field_name("object").filter(|_| function.kind() == "field_expression")?;
    let method = site.text(function.child_by_field_name("field")?);
    let arguments = node.child_by_field_name("arguments")?;
    let is_push = method == "push" && arguments.named_child_count() == 1;
    (is_push && is_variable(object)).then(|| site.text(object))
}

/// The first of these names that the text does not use.
fn free_name<'n>(site: &Site<'_>, names: &[&'n str]) -> Option<&'n str> {
    let is_free = |name: &str| site.tree.text().find_all(name).is_empty();
    names.iter().copied().find(|name| is_free(name))
}
