//! What did not parse, in words.

use crush_syntax::{Node, TextRange, Tree};

use crate::file::FileHir;

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
    errors
}

/// Walks the part of the tree under `node` that holds errors.
fn collect(tree: &Tree, node: Node<'_>, errors: &mut Vec<SyntaxError>) {
    let mut cursor = node.walk();
    loop {
        let node = cursor.node();
        let descend = if node.is_missing() {
            errors.push(missing(tree, node));
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
    SyntaxError { message, range }
}

fn missing(tree: &Tree, node: Node<'_>) -> SyntaxError {
    if let Some(error) = late_else(node).or_else(|| declaration_in_block(node)) {
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
fn late_else(node: Node<'_>) -> Option<SyntaxError> {
    let clause = node.parent().filter(|_| node.kind().starts_with("else on"))?;
    let keyword = clause.children(&mut clause.walk()).find(|child| child.kind() == "else" && !child.is_missing())?;
    let message = "`else` has to stand on the line of the `}` before it".to_owned();
    Some(SyntaxError { message, range: TextRange::new(keyword.start_byte(), keyword.end_byte()) })
}

/// A declaration where a block is still open: a function in a function, or a `}` that was forgotten before it.
fn declaration_in_block(node: Node<'_>) -> Option<SyntaxError> {
    if node.kind() != "}" {
        return None;
    }
    let mut at = node;
    while at.next_sibling().is_none() {
        at = at.parent()?;
    }
    let mut next = at.next_sibling()?;
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
