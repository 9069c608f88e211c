//! How a piece of the program is written in another place.

use crush_syntax::{Node, TextRange, Tree};

use crate::nodes::{ancestors, is_field};

/// Kinds that need no parentheses, whatever stands beside them.
const ATOMS: &[&str] = &[
    "identifier",
    "integer",
    "float",
    "true",
    "false",
    "null",
    "string",
    "array",
    "call_expression",
    "field_expression",
    "index_expression",
    "slice_expression",
    "path_expression",
    "parenthesized_expression",
];

/// The text of an expression, as the whole of a value on a line of its own.
pub(super) fn as_value(tree: &Tree, expression: Node<'_>) -> String {
    let text = tree.text_of(expression).into_owned();
    // Between brackets a newline is a blank, and elsewhere an end.
    if text.contains('\n') && !encloses_its_lines(tree, expression) { format!("({text})") } else { text }
}

/// The text of an expression, for the place where `replaced` stands.
pub(super) fn in_place_of(tree: &Tree, expression: Node<'_>, replaced: Node<'_>) -> String {
    let text = as_value(tree, expression);
    let is_number = matches!(expression.kind(), "integer" | "float");
    let is_atom =
        ATOMS.contains(&expression.kind()) && !(is_number && is_field(replaced, "field_expression", "object"));
    if is_atom || text.starts_with('(') && text.ends_with(')') && text.contains('\n') || is_whole(replaced) {
        text
    } else {
        format!("({text})")
    }
}

/// Whether a node stands where any expression can, without parentheses.
pub(super) fn is_whole(node: Node<'_>) -> bool {
    let parent = node.parent().map_or("", |parent| parent.kind());
    matches!(parent, "arguments" | "array" | "parenthesized_expression")
        || [
            ("let_statement", "value"),
            ("assignment_statement", "right"),
            ("return_statement", "value"),
            ("throw_statement", "value"),
            ("map_entry", "value"),
            ("field_initializer", "value"),
            ("named_argument", "value"),
            ("index_expression", "index"),
        ]
        .iter()
        .any(|(kind, field)| is_field(node, kind, field))
}

/// Whether a name is what a call calls: in its place `p.f` would be a method.
pub(super) fn is_called(name: Node<'_>) -> bool {
    ["call_expression", "spawn_expression"].iter().any(|kind| is_field(name, kind, "function"))
        || is_field(name, "pipeline_expression", "right")
}

/// Whether an expression stands where a loop counts: what a lambda sees of its variable then is not what it sees when the loop
/// runs over an array of the same numbers.
pub(super) fn is_counted(expression: Node<'_>) -> bool {
    is_field(crate::nodes::with_parentheses(expression), "for_statement", "iterable")
}

/// Whether all line breaks of an expression stand between brackets of its own.
fn encloses_its_lines(tree: &Tree, expression: Node<'_>) -> bool {
    let ends_before = |node: Node<'_>| {
        let before = TextRange::new(expression.start_byte(), node.start_byte());
        !tree.text().slice(before).contains('\n') && node.end_byte() == expression.end_byte()
    };
    match expression.kind() {
        "array" | "map" | "string" | "parenthesized_expression" => true,
        "call_expression" => expression.child_by_field_name("arguments").is_some_and(ends_before),
        "struct_literal" => expression.child_by_field_name("body").is_some_and(ends_before),
        "match_expression" => expression.child_by_field_name("arms").is_some_and(ends_before),
        "lambda_expression" => expression
            .child_by_field_name("body")
            .is_some_and(|body| ends_before(body) && (body.kind() == "block" || encloses_its_lines(tree, body))),
        _ => false,
    }
}

/// A name that nothing has: one of these, or the last with a number.
pub(super) fn free_name(tree: &Tree, wanted: &[&str]) -> String {
    let is_free = |name: &str| {
        !is_word_of(tree, name)
            && crush_library::function(name).is_none()
            && crush_library::namespace(name).is_none()
            && crate::check_name(name).is_ok()
    };
    let last = wanted.last().copied().unwrap_or("value");
    let numbered = (2..).map(|number| format!("{last}{number}"));
    let mut names = wanted.iter().map(|name| (*name).to_owned()).chain(numbered);
    names.find(|name| is_free(name)).unwrap_or_else(|| last.to_owned())
}

/// Whether a word stands anywhere in the text.
fn is_word_of(tree: &Tree, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let text = tree.text();
    text.find_all(word).into_iter().any(|start| {
        let end = start + word.len();
        let line = text.line_range(text.line_of(start)).unwrap_or(TextRange::new(start, end));
        let before = text.slice(TextRange::new(line.start, start));
        let after = text.slice(TextRange::new(end, line.end.max(end)));
        !before.ends_with(is_part) && !after.starts_with(is_part)
    })
}

/// Whole lines, moved from one indentation to another. What is in the middle of a text or comment at the start of its line stays.
pub(super) fn reindented(tree: &Tree, range: TextRange, from: &str, to: &str) -> String {
    let mut moved = String::new();
    let mut start = range.start;
    for (index, line) in tree.text().slice(range).split_inclusive('\n').enumerate() {
        let is_inside = ancestors(tree.node_at(start)).any(|node| {
            matches!(node.kind(), "string" | "comment") && node.start_byte() < start && start < node.end_byte()
        });
        let is_blank = line.trim().is_empty();
        if index > 0 && (is_inside || is_blank) {
            moved.push_str(line);
        } else {
            moved.push_str(to);
            moved.push_str(if index > 0 { line.strip_prefix(from).unwrap_or(line) } else { line });
        }
        start += line.len();
    }
    moved
}
