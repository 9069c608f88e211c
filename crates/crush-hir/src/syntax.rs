//! What did not parse, in words.

use crush_syntax::{Node, TextRange, Tree, TreeCursor};

use crate::file::FileHir;
use crate::habits;

/// Something that did not parse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// What is wrong.
    pub message: String,
    /// Where in the file.
    pub range: TextRange,
}

/// So much of what is unexpected is shown.
const SHOWN: usize = 24;

/// Everything in `tree` that did not parse, in the order of the text. Looks only into items that hold an error.
pub fn errors(file: &FileHir, tree: &Tree) -> Vec<SyntaxError> {
    let mut errors = Vec::new();
    for (index, _) in file.items().iter().enumerate().filter(|(_, item)| item.has_error) {
        if let Some(node) = file.node(tree, index) {
            collect(tree, node, &mut errors);
        }
    }
    // A text so broken that nothing in it is an item.
    if errors.is_empty() && tree.root().has_error() {
        collect(tree, tree.root(), &mut errors);
    }
    errors
}

/// Walks the part of the tree under `item` that holds errors.
fn collect(tree: &Tree, item: Node<'_>, errors: &mut Vec<SyntaxError>) {
    let mut cursor = item.walk();
    loop {
        let node = cursor.node();
        let descend = if node.is_missing() {
            errors.push(missing(tree, &cursor, item));
            false
        } else if node.is_error() {
            errors.push(unexpected(tree, node));
            false
        } else {
            node.has_error()
        };
        if descend && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return;
            }
        }
    }
}

fn unexpected(tree: &Tree, node: Node<'_>) -> SyntaxError {
    let text = tree.text_of(node);
    let line = text.lines().next().unwrap_or_default().trim_end();
    let range = TextRange::new(node.start_byte(), node.start_byte() + line.len().max(usize::from(!text.is_empty())));
    let message = match line.trim() {
        "" => "something is missing here".to_owned(),
        shown if shown.chars().count() > SHOWN => {
            format!("unexpected `{}…`", shown.chars().take(SHOWN).collect::<String>().trim_end())
        }
        shown => format!("unexpected `{shown}`"),
    };
    let message = match habit(tree, node) {
        Some(instead) => format!("{message}: {instead}"),
        None => message,
    };
    SyntaxError { message, range }
}

/// What to write for what begins at a node, when other languages have it. What did not parse may begin a sign earlier or end a
/// sign before.
fn habit(tree: &Tree, node: Node<'_>) -> Option<&'static str> {
    let text = tree.text();
    let line = text.line_range(text.line_of(node.start_byte()))?;
    let (line, at) = (text.slice(line), node.start_byte() - line.start);
    let (before, after) = line.split_at_checked(at)?;
    habits::sign(before.trim_end(), after.trim_start())
}

/// What is missing where the cursor is. It goes up by the cursor: asking a node for its parent walks down from the root,
/// recursively.
fn missing(tree: &Tree, cursor: &TreeCursor<'_>, item: Node<'_>) -> SyntaxError {
    let node = cursor.node();
    if let Some(error) = late_else(cursor).or_else(|| declaration_in_block(cursor, item)) {
        return error;
    }
    let what = match node.kind() {
        "identifier" => "a name".to_owned(),
        "expression" | "_same_line" => "a value".to_owned(),
        "block" => "a block".to_owned(),
        kind if kind.starts_with('_') || node.is_named() => kind.trim_start_matches('_').replace('_', " "),
        token => format!("`{token}`"),
    };
    // What is missing is missed right behind what stands before it.
    let text = tree.text();
    let mut at = node.start_byte();
    while let Some(line) = text.line_range(text.line_of(at)) {
        let before = text.slice(TextRange::new(line.start, at.max(line.start)));
        let trimmed = before.trim_end().len();
        if trimmed > 0 || line.start == 0 {
            at = line.start + trimmed;
            break;
        }
        at = line.start - 1;
    }
    SyntaxError { message: format!("expected {what}"), range: TextRange::empty(at) }
}

/// An `else` on a later line than the `}` before it.
fn late_else(cursor: &TreeCursor<'_>) -> Option<SyntaxError> {
    let mut up = cursor.clone();
    if !cursor.node().kind().starts_with("else on") || !up.goto_parent() {
        return None;
    }
    let clause = up.node();
    let keyword = clause.children(&mut clause.walk()).find(|child| child.kind() == "else" && !child.is_missing())?;
    let message = "`else` has to stand on the line of the `}` before it".to_owned();
    Some(SyntaxError { message, range: TextRange::new(keyword.start_byte(), keyword.end_byte()) })
}

/// A declaration where a block is still open: a function in a function, or a `}` that was forgotten before it.
fn declaration_in_block(cursor: &TreeCursor<'_>, item: Node<'_>) -> Option<SyntaxError> {
    if cursor.node().kind() != "}" {
        return None;
    }
    let mut next = cursor.clone();
    while !next.goto_next_sibling() {
        if !next.goto_parent() {
            return before_declaration(item.next_sibling()?);
        }
    }
    while next.node().kind() == "\n" {
        if !next.goto_next_sibling() {
            return None;
        }
    }
    before_declaration(next.node())
}

fn before_declaration(mut next: Node<'_>) -> Option<SyntaxError> {
    while next.kind() == "\n" {
        next = next.next_sibling()?;
    }
    let word = match next.kind() {
        "function_definition" => "fn",
        "impl_block" => "impl",
        "trait_definition" => "trait",
        _ => return None,
    };
    let message = format!("expected `}}` before this `{word}`: it belongs at the top of the file");
    let start = next.start_byte();
    Some(SyntaxError { message, range: TextRange::new(start, start + word.len()) })
}
