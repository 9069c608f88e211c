//! Formatting a part of a file: the statements that a range touches.

use crush_syntax::{Node, TextRange, Tree};

/// The whole statements, arms or methods that `range` touches, of the innermost block around it.
pub(crate) fn statements(tree: &Tree, range: TextRange) -> TextRange {
    let root = tree.root();
    let mut node = root.descendant_for_byte_range(range.start, range.end).unwrap_or(root);
    if is_list(node)
        && let Some(TextRange { start, end }) = touched(node, range)
    {
        return TextRange::new(line_start(tree, start), end);
    }
    while let Some(parent) = node.parent() {
        if is_list(parent) {
            break;
        }
        node = parent;
    }
    TextRange::new(line_start(tree, node.start_byte()), node.end_byte())
}

/// Where the line begins on which something stands, if nothing stands before it there.
fn line_start(tree: &Tree, offset: usize) -> usize {
    let text = tree.text();
    let Some(line) = text.line_range(text.line_of(offset)) else { return offset };
    let is_first = text.slice(TextRange::new(line.start, offset)).trim().is_empty();
    if is_first { line.start } else { offset }
}

fn touched(list: Node<'_>, range: TextRange) -> Option<TextRange> {
    let touches = |node: &Node<'_>| node.start_byte() < range.end.max(range.start + 1) && range.start < node.end_byte();
    let mut cursor = list.walk();
    let mut items = list.children(&mut cursor).filter(touches);
    let first = items.next()?;
    if !first.is_named() && matches!(first.kind(), "{" | "}") {
        // The braces too: then it is the whole block.
        return None;
    }
    let last = items.last().unwrap_or(first);
    if last.kind() == "}" {
        return None;
    }
    Some(TextRange::new(first.start_byte(), last.end_byte()))
}

fn is_list(node: Node<'_>) -> bool {
    matches!(node.kind(), "source_file" | "block" | "method_list" | "match_arms")
}

/// What ends where a character was just typed: with a `}` the whole statement that it closes, with a line break the
/// statement on the line before.
pub(crate) fn ended_at(tree: &Tree, offset: usize, typed: char) -> Option<TextRange> {
    let text = tree.text();
    let end = match typed {
        '}' => text.floor_boundary(offset),
        '\n' => text.line_range(text.line_of(offset).checked_sub(1)?)?.end,
        _ => return None,
    };
    let mut node = tree.root().descendant_for_byte_range(end.checked_sub(1)?, end)?;
    if typed == '}' && node.kind() != "}" {
        // In a string, a comment or a block of another language.
        return None;
    }
    while node.end_byte() <= end {
        let parent = node.parent()?;
        if is_list(parent) && node.is_named() {
            return Some(TextRange::new(line_start(tree, node.start_byte()), end));
        }
        node = parent;
    }
    None
}
