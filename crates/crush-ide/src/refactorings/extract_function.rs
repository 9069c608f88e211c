//! Statements, or an expression, become a function of their own.
//!
//! Functions see no variable of another one, so what is used inside is passed, and what is given a value inside and read
//! behind is returned ([`outside`](super::outside)). An object that is only read is passed as `&xs`, one that is changed as
//! `&mut xs`, where the text tells that it is an object and the analysis has nothing against it; else as it is, which is the
//! same object (and, of a handle, the same borrow).

use crush_syntax::{Node, TextEdit, TextRange};

use super::outside::{Outside, Passing, Selection};
use super::place::Place;
use super::{Refactoring, RefactoringKind, wording};
use crate::nodes::{ancestors, descendants, is_field, line_start, range_of};

/// The selected statements or expression, as a function.
pub(super) fn extract(place: &Place<'_>) -> Option<Refactoring> {
    if place.selected.is_empty() || place.copies_values() {
        return None;
    }
    let selection = statements(place).or_else(|| expression(place))?;
    let outside = Outside::of(place, &selection)?;
    let home = Home::of(place, selection.nodes[0])?;
    let name = wording::free_name(place.tree, &["extracted"]);
    let borrowing = outside.passings(place, &selection);
    let as_is = vec![Passing::AsIs; outside.taken.len()];
    let mut ways = vec![as_is];
    if !borrowing.iter().all(|passing| *passing == Passing::AsIs) {
        ways.insert(0, borrowing);
    }
    ways.into_iter().find_map(|passings| {
        let edits = edits(place, &selection, &outside, &passings, &home, &name);
        let title = format!("extract into the function `{name}`");
        Refactoring::tried(place, RefactoringKind::Extract, title, edits)
    })
}

/// The statements that are selected, none of which leaves them for elsewhere.
fn statements<'a>(place: &Place<'a>) -> Option<Selection<'a>> {
    let node = place.node();
    let block = ancestors(node).find(|node| matches!(node.kind(), "block" | "source_file"))?;
    let mut cursor = block.walk();
    let inside = |child: &Node<'_>| {
        let range = range_of(*child);
        place.selected.start < range.end && range.start < place.selected.end
    };
    let nodes: Vec<_> =
        block.named_children(&mut cursor).filter(|child| child.kind() != "comment").filter(inside).collect();
    let (first, last) = (nodes.first()?, nodes.last()?);
    let end =
        place.tree.text().slice(TextRange::new(last.end_byte(), place.selected.end.max(last.end_byte()))).into_owned();
    let is_all = first.start_byte() == place.selected.start
        && last.end_byte() <= place.selected.end
        && end.trim_matches([';', ' ', '\t', '\n', '\r']).is_empty();
    let are_movable = nodes.iter().all(|node| {
        matches!(
            node.kind(),
            "let_statement"
                | "assignment_statement"
                | "expression_statement"
                | "while_statement"
                | "for_statement"
                | "try_statement"
                | "throw_statement"
        )
    });
    if !is_all || !are_movable || nodes.iter().any(|node| leaves(*node)) {
        return None;
    }
    let range = TextRange::new(first.start_byte(), last.end_byte());
    // The value of a block is no statement.
    let body = place.body();
    let is_value = |tail: crush_hir::body::ExprId| {
        let tail = place.in_file(body[tail].range);
        nodes.iter().any(|node| range_of(*node).contains(tail) && range_of(*node).start == tail.start)
            && range_of(block).contains(tail)
    };
    let tails = body.blocks.iter().filter(|it| place.in_file(it.range) == range_of(block)).filter_map(|it| it.tail);
    if tails.into_iter().any(is_value) {
        return None;
    }
    Some(Selection { range, nodes, is_expression: false })
}

/// The expression that is selected.
fn expression<'a>(place: &Place<'a>) -> Option<Selection<'a>> {
    let node = place.node();
    let is_read = !is_field(node, "call_expression", "function")
        && !is_field(node, "pipeline_expression", "right")
        && !is_field(node, "assignment_statement", "left");
    let is_worth_it = !matches!(
        node.kind(),
        "identifier"
            | "integer"
            | "float"
            | "string"
            | "true"
            | "false"
            | "null"
            | "lambda_expression"
            | "borrow_expression"
    );
    let is_counted = node.kind() == "range_expression" && wording::is_counted(node);
    place
        .expression(node)
        .filter(|_| is_read && !is_counted && is_worth_it && range_of(node) == place.selected && !leaves(node))?;
    Some(Selection { range: place.selected, nodes: vec![node], is_expression: true })
}

/// Whether something in a node is about what surrounds it: it leaves a loop or function, waits, or has names that others see.
fn leaves(node: Node<'_>) -> bool {
    descendants(node).into_iter().any(|inner| {
        let until = |kinds: &[&str]| {
            let mut between =
                ancestors(inner).take_while(|above| above.id() != node.id() || kinds.contains(&node.kind()));
            between.any(|above| kinds.contains(&above.kind()))
        };
        match inner.kind() {
            "return_statement" => !until(&["lambda_expression"]),
            "break_statement" | "continue_statement" => {
                !until(&["lambda_expression", "while_statement", "for_statement"])
            }
            "await_expression"
            | "yield_statement"
            | "polyglot_block"
            | "semantic_switch_statement"
            | "struct_definition"
            | "export_statement"
            | "module_import"
            | "capability_import"
            | "mcp_import"
            | "language_import"
            | "external_import" => true,
            _ => false,
        }
    })
}

/// Where the new function goes.
struct Home {
    at: usize,
    /// In front of a statement of the top level, or behind a function.
    is_before: bool,
    /// Whether an empty line has to be put between it and what stands on its other side.
    needs_line: bool,
}

impl Home {
    fn of(place: &Place<'_>, node: Node<'_>) -> Option<Self> {
        let item = ancestors(node).find(|node| node.parent().is_some_and(|it| it.kind() == "source_file"))?;
        let text = place.tree.text();
        let has_text = |line: Option<TextRange>| line.is_some_and(|line| !text.slice(line).trim().is_empty());
        if !matches!(item.kind(), "function_definition" | "impl_block" | "trait_definition") {
            let (at, _) = line_start(place.tree, item)?;
            let above = text.line_of(at).checked_sub(1).and_then(|line| text.line_range(line));
            return Some(Self { at, is_before: true, needs_line: has_text(above) });
        }
        let last = text.line_of(item.end_byte());
        let line = text.line_range(last)?;
        let rest = text.slice(TextRange::new(item.end_byte(), line.end.max(item.end_byte())));
        let needs_line = has_text(text.line_range(last + 1));
        rest.trim().is_empty().then_some(Self { at: item.end_byte(), is_before: false, needs_line })
    }

    /// The text that puts a function there.
    fn put(&self, function: &str) -> String {
        let line = if self.needs_line { "\n" } else { "" };
        if self.is_before { format!("{line}{function}\n\n") } else { format!("\n\n{function}{line}") }
    }
}

fn edits(
    place: &Place<'_>,
    selection: &Selection<'_>,
    outside: &Outside,
    passings: &[Passing],
    home: &Home,
    name: &str,
) -> Vec<TextEdit> {
    let body = place.body();
    let name_of = |local: &crush_hir::body::LocalId| body[*local].name.to_string();
    let parameters: Vec<_> = outside.taken.iter().map(name_of).collect();
    let arguments: Vec<_> = parameters
        .iter()
        .zip(passings)
        .map(|(parameter, passing)| format!("{}{parameter}", passing.prefix()))
        .collect();
    let given: Vec<_> = outside.given.iter().map(|given| name_of(&given.local)).collect();
    let indentation = line_start(place.tree, selection.nodes[0]).map(|(_, it)| it).unwrap_or_default();
    let mut inside = match selection.is_expression {
        true => format!("    return {}", wording::as_value(place.tree, selection.nodes[0])),
        false => wording::reindented(place.tree, selection.range, &indentation, "    "),
    };
    match given.as_slice() {
        [] => {}
        [one] => inside.push_str(&format!("\n    return {one}")),
        several => inside.push_str(&format!("\n    return [{}]", several.join(", "))),
    }
    let function = format!("fn {name}({}) {{\n{inside}\n}}", parameters.join(", "));
    let call = format!("{name}({})", arguments.join(", "));
    let take = |index: usize, value: &str| {
        let keyword = if outside.given[index].is_declared_inside { "let " } else { "" };
        format!("{keyword}{} = {value}", given[index])
    };
    let call = match given.len() {
        0 => call,
        1 => take(0, &call),
        count => {
            let results = wording::free_name(place.tree, &["results"]);
            let lines: Vec<_> = (0..count).map(|index| take(index, &format!("{results}[{index}]"))).collect();
            let separator = if indentation.is_empty() && line_start(place.tree, selection.nodes[0]).is_none() {
                "; ".to_owned()
            } else {
                format!("\n{indentation}")
            };
            std::iter::once(format!("let {results} = {call}")).chain(lines).collect::<Vec<_>>().join(&separator)
        }
    };
    vec![
        TextEdit { range: TextRange::empty(home.at), new_text: home.put(&function) },
        TextEdit { range: selection.range, new_text: call },
    ]
}
