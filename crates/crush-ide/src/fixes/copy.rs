//! A copy in place of the object itself.

use crush_syntax::{Node, TextRange};

use super::replacing;
use super::site::{Site, ancestors, range_of};
use crate::diagnostics::Fix;

/// What an expression gives, as far as the text around it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Array,
    Map,
}

/// `for x in xs` becomes `for x in xs[:]`, `for k in m` becomes `for k in m.keys()`.
pub(super) fn iterate_over_a_copy(site: &Site<'_>) -> Vec<Fix> {
    let copied = site.iterated().filter_map(|iterated| {
        let operand = iterated.child_by_field_name("operand").filter(|_| iterated.kind() == "borrow_expression");
        let object = operand.unwrap_or(iterated);
        if !matches!(object.kind(), "identifier" | "field_expression" | "index_expression") {
            return None;
        }
        let text = site.text(object);
        match shape(site, object)? {
            Shape::Array => Some(replacing("iterate over a copy", range_of(iterated), format!("{text}[:]"))),
            Shape::Map => Some(replacing("iterate over the keys", range_of(iterated), format!("{text}.keys()"))),
        }
    });
    copied.collect()
}

/// `array.each(xs, f)` becomes `array.each(xs[:], f)`, when `f` changes `xs`.
pub(super) fn give_a_copy(site: &Site<'_>) -> Vec<Fix> {
    if site.report.code != "callback-changes-argument" || site.here.kind() != "call_expression" {
        return Vec::new();
    }
    let Some(arguments) = site.here.child_by_field_name("arguments") else { return Vec::new() };
    let mut cursor = arguments.walk();
    let names = arguments.named_children(&mut cursor).filter(|argument| argument.kind() == "identifier");
    let is_array = |name: &Node<'_>| shape(site, *name) == Some(Shape::Array);
    let copied = names.filter(is_array).map(|name| {
        let title = format!("give a copy of `{}`", site.text(name));
        replacing(title, TextRange::empty(name.end_byte()), "[:]")
    });
    copied.collect()
}

/// What an object is: as it was declared, or as it is changed.
fn shape(site: &Site<'_>, object: Node<'_>) -> Option<Shape> {
    let declared = (object.kind() == "identifier").then(|| declared(site, object)).flatten();
    declared.or_else(|| site.steps.iter().chain([&site.here]).find_map(|node| changed(site, *node)))
}

/// What the nearest declaration of a name above it gives.
fn declared(site: &Site<'_>, name: Node<'_>) -> Option<Shape> {
    let text = site.text(name);
    for ancestor in ancestors(name) {
        let mut before = ancestor.prev_named_sibling();
        while let Some(statement) = before {
            let declared = statement.child_by_field_name("name").filter(|_| statement.kind() == "let_statement");
            if declared.is_some_and(|declared| site.text(declared) == text) {
                return match statement.child_by_field_name("value")?.kind() {
                    "array" | "slice_expression" => Some(Shape::Array),
                    "map" => Some(Shape::Map),
                    _ => None,
                };
            }
            before = statement.prev_named_sibling();
        }
        if ancestor.kind() == "function_definition" {
            return None;
        }
    }
    None
}

/// What can be changed like this.
fn changed(site: &Site<'_>, change: Node<'_>) -> Option<Shape> {
    match change.kind() {
        "call_expression" => {
            let function = change.child_by_field_name("function")?;
            let field = function.child_by_field_name("field").filter(|_| function.kind() == "field_expression")?;
            // Only arrays have these methods.
            let is_of_arrays = matches!(site.text(field).as_str(), "push" | "append" | "pop" | "insert");
            is_of_arrays.then_some(Shape::Array)
        }
        "assignment_statement" => match change.child_by_field_name("left")?.child_by_field_name("index")?.kind() {
            "string" => Some(Shape::Map),
            "integer" => Some(Shape::Array),
            _ => None,
        },
        _ => None,
    }
}
