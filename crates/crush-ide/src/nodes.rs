//! Steps through the syntax tree, and from its nodes to lines, that several features take.

use crush_syntax::{Node, TextRange, Tree};

/// The range of a node.
pub(crate) fn range_of(node: Node<'_>) -> TextRange {
    TextRange::new(node.start_byte(), node.end_byte())
}

/// Whether a node is this field of a node of this kind.
pub(crate) fn is_field(node: Node<'_>, kind: &str, field: &str) -> bool {
    let parent = node.parent().filter(|parent| parent.kind() == kind);
    parent.and_then(|parent| parent.child_by_field_name(field)).is_some_and(|child| child.id() == node.id())
}

/// A node and what it lies in, from inside to outside.
pub(crate) fn ancestors(node: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    std::iter::successors(Some(node), |node| node.parent())
}

/// A node and all that lies in it, in the order of the text.
pub(crate) fn descendants(node: Node<'_>) -> Vec<Node<'_>> {
    let mut found = vec![node];
    let mut next = 0;
    while let Some(node) = found.get(next).copied() {
        let mut cursor = node.walk();
        found.extend(node.named_children(&mut cursor));
        next += 1;
    }
    found.sort_by_key(|node| (node.start_byte(), std::cmp::Reverse(node.end_byte())));
    found
}

/// What stands in parentheses, however many there are.
pub(crate) fn without_parentheses(mut node: Node<'_>) -> Node<'_> {
    while node.kind() == "parenthesized_expression" {
        let inner = node.named_children(&mut node.walk()).find(|child| !child.is_extra());
        match inner {
            Some(inner) => node = inner,
            None => break,
        }
    }
    node
}

/// A node with the parentheses around it.
pub(crate) fn with_parentheses(mut node: Node<'_>) -> Node<'_> {
    while let Some(parent) = node.parent().filter(|parent| parent.kind() == "parenthesized_expression") {
        node = parent;
    }
    node
}

/// The start of the line on which a node begins, if nothing stands before it there, and its indentation.
pub(crate) fn line_start(tree: &Tree, node: Node<'_>) -> Option<(usize, String)> {
    let text = tree.text();
    let line = text.line_range(text.line_of(node.start_byte()))?;
    let before = text.slice(TextRange::new(line.start, node.start_byte()));
    before.trim().is_empty().then(|| (line.start, before.into_owned()))
}

/// Where a statement ends, with its semicolon and the comment behind it on its line.
pub(crate) fn end_of(statement: Node<'_>) -> usize {
    let row = statement.end_position().row;
    let belongs = |next: &Node<'_>| (next.kind() == ";" || next.kind() == "comment") && next.end_position().row == row;
    let behind =
        std::iter::successors(statement.next_sibling().filter(belongs), |node| node.next_sibling().filter(belongs));
    behind.last().map_or(statement.end_byte(), |node| node.end_byte())
}

/// What to take away so that nothing of a statement is left: its lines, if it has them for itself.
pub(crate) fn whole(tree: &Tree, statement: Node<'_>) -> TextRange {
    let text = tree.text();
    let end = end_of(statement);
    let last = text.line_of(end);
    let line_end = text.line_range(last).map_or(end, |line| line.end.max(end));
    let is_last = text.slice(TextRange::new(end, line_end)).trim().is_empty();
    match (line_start(tree, statement), text.line_range(last + 1)) {
        (Some((start, _)), Some(next)) if is_last => TextRange::new(start, next.start),
        _ => {
            let after = text.slice(TextRange::new(end, line_end));
            let blank = after.len() - after.trim_start_matches([' ', '\t']).len();
            TextRange::new(statement.start_byte(), end + blank)
        }
    }
}
