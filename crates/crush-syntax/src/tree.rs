//! The syntax tree of one version of a text, and how an edit makes the next one from it.

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;

use tree_sitter::{InputEdit, Parser, Point};

use crate::text::{Text, TextEdit, TextRange};

/// A node of the tree.
pub type Node<'tree> = tree_sitter::Node<'tree>;

/// A place in the tree that moves cheaply from node to node.
pub type TreeCursor<'tree> = tree_sitter::TreeCursor<'tree>;

/// What a node is known by as long as it is reused from tree to tree.
pub type NodeId = usize;

thread_local! {
    // A parser keeps its buffers between uses; making one for every keystroke would cost more than the parse.
    static PARSER: RefCell<Parser> = RefCell::new(new_parser());
}

fn new_parser() -> Parser {
    let mut parser = Parser::new();
    parser
        .set_language(&tree_sitter_crush::LANGUAGE.into())
        .expect("the grammar is built for the tree-sitter version it is used with");
    parser
}

/// A broken text of at most so many bytes is parsed from scratch at every edit: that takes five milliseconds at most.
const SMALL: usize = 64 << 10;

/// A text and its syntax tree. Cloning is cheap.
#[derive(Clone)]
pub struct Tree {
    text: Text,
    tree: tree_sitter::Tree,
    is_settled: bool,
}

impl Tree {
    /// Parses `text` from scratch.
    pub fn parse(text: Text) -> Self {
        let tree = parse(&text, None);
        Self { text, tree, is_settled: true }
    }

    /// Whether the tree is surely the one that [`Tree::parse`] makes of the text.
    ///
    /// How the parser goes on behind an error depends on what it takes over from the tree before. So a long text that was
    /// edited and has an error may be understood in another way than when it is opened.
    pub fn is_settled(&self) -> bool {
        self.is_settled
    }

    /// The tree after `edits`, applied one after the other, each in terms of the text that the one before it left.
    ///
    /// What the edits did not touch is reused, and keeps its [`NodeId`]s as long as `self` lives.
    pub fn edited(&self, edits: &[TextEdit]) -> Self {
        let sketched = self.sketched(edits);
        match sketched.is_settled || sketched.text.len() > SMALL {
            true => sketched,
            false => Self::parse(sketched.text),
        }
    }

    /// Like [`Tree::edited`], for a look at what might be: broken text is never parsed from scratch.
    pub fn sketched(&self, edits: &[TextEdit]) -> Self {
        let mut text = self.text.clone();
        let mut tree = self.tree.clone();
        for edit in edits {
            let input_edit = apply(&mut text, edit);
            tree.edit(&input_edit);
        }
        let tree = parse(&text, Some(&tree));
        let is_settled = !tree.root_node().has_error();
        Self { text, tree, is_settled }
    }

    /// The text.
    pub fn text(&self) -> &Text {
        &self.text
    }

    /// The root node.
    pub fn root(&self) -> Node<'_> {
        self.tree.root_node()
    }

    /// The text of `node`.
    pub fn text_of(&self, node: Node<'_>) -> Cow<'_, str> {
        self.text.slice(TextRange::new(node.start_byte(), node.end_byte()))
    }

    /// The smallest named node around `offset`; between two tokens, the one that ends there if it is a name.
    pub fn node_at(&self, offset: usize) -> Node<'_> {
        let root = self.root();
        let at = |start: usize, end: usize| root.named_descendant_for_byte_range(start, end).unwrap_or(root);
        let offset = self.text.floor_boundary(offset);
        let here = at(offset, offset);
        if here.kind() != "identifier" && offset > 0 {
            let before = at(self.text.floor_boundary(offset - 1), offset);
            if before.kind() == "identifier" {
                return before;
            }
        }
        here
    }
}

impl fmt::Debug for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.root().to_sexp())
    }
}

fn parse(text: &Text, old: Option<&tree_sitter::Tree>) -> tree_sitter::Tree {
    let rope = text.rope();
    let mut read = |offset: usize, _: Point| -> &[u8] {
        if offset >= rope.len_bytes() {
            return &[];
        }
        let (chunk, chunk_start, _, _) = rope.chunk_at_byte(offset);
        &chunk.as_bytes()[offset - chunk_start..]
    };
    PARSER.with_borrow_mut(|parser| {
        parser.parse_with_options(&mut read, old, None).expect("a parse without a deadline or a cancellation ends")
    })
}

/// Applies `edit` to `text` and says to tree-sitter what was done.
fn apply(text: &mut Text, edit: &TextEdit) -> InputEdit {
    let start_byte = text.floor_boundary(edit.range.start);
    let old_end_byte = text.floor_boundary(edit.range.end).max(start_byte);
    let (start_position, old_end_position) = (point(text, start_byte), point(text, old_end_byte));
    text.apply(edit);
    let new_end_byte = start_byte + edit.new_text.len();
    InputEdit {
        start_byte,
        old_end_byte,
        new_end_byte,
        start_position,
        old_end_position,
        new_end_position: point(text, new_end_byte),
    }
}

/// Rows and columns are for tree-sitter's own books; everything of ours counts bytes.
fn point(text: &Text, offset: usize) -> Point {
    let row = text.line_of(offset);
    Point::new(row, offset - text.rope().line_to_byte(row))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edited_tree_equals_a_fresh_one() {
        let old = Tree::parse(Text::from("let a = 1\nlet b = 2\n"));
        let edit = TextEdit { range: TextRange::new(8, 9), new_text: "[1, 2]".into() };
        let new = old.edited(&[edit]);
        assert_eq!(new.text().to_string(), "let a = [1, 2]\nlet b = 2\n");
        assert_eq!(new.root().to_sexp(), Tree::parse(new.text().clone()).root().to_sexp());
    }
}
