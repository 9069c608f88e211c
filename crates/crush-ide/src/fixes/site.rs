//! A report and what stands in the text at its places.

use crush_hir::modules::ModuleId;
use crush_syntax::{Node, TextRange, Tree};

use crate::FileAnalysis;
use crate::diagnostics::Diagnostic;

/// A report, and the text that it is about.
pub(super) struct Site<'a> {
    pub(super) tree: &'a Tree,
    pub(super) report: &'a Diagnostic,
    /// What the report is about.
    pub(super) here: Node<'a>,
    /// What stands at the places that explain it, as far as they are in this file.
    pub(super) steps: Vec<Node<'a>>,
}

/// A borrow that a variable owns (B4): `let r = &xs` or `r = &xs`.
pub(super) struct Named<'a> {
    pub(super) variable: String,
    /// The statement.
    pub(super) statement: Node<'a>,
    pub(super) borrow: Node<'a>,
}

impl<'a> Site<'a> {
    pub(super) fn new(analysis: &'a FileAnalysis, report: &'a Diagnostic) -> Self {
        let tree = analysis.tree();
        let steps = report.related.iter().filter(|related| related.file == ModuleId::ROOT);
        let steps = steps.map(|related| node_of(tree, related.range)).collect();
        Self { tree, report, here: node_of(tree, report.range), steps }
    }

    /// The text of a node.
    pub(super) fn text(&self, node: Node<'_>) -> String {
        self.tree.text_of(node).into_owned()
    }

    /// The borrow expressions among the steps.
    pub(super) fn borrows(&self) -> impl Iterator<Item = Node<'a>> {
        self.steps.iter().copied().filter(|node| node.kind() == "borrow_expression")
    }

    /// Those that a variable owns.
    pub(super) fn named_borrows(&self) -> impl Iterator<Item = Named<'a>> {
        self.borrows().filter_map(|borrow| self.named(borrow))
    }

    /// The loops among the steps: what they run over.
    pub(super) fn iterated(&self) -> impl Iterator<Item = Node<'a>> {
        self.steps.iter().copied().filter_map(|node| {
            let node = without_parentheses_around(node);
            (is_field(node, "for_statement", "iterable")).then_some(node)
        })
    }

    fn named(&self, borrow: Node<'a>) -> Option<Named<'a>> {
        let value = without_parentheses_around(borrow);
        let statement = value.parent()?;
        let target = match statement.kind() {
            "let_statement" => statement.child_by_field_name("name")?,
            "assignment_statement" if is_field(value, "assignment_statement", "right") => {
                statement.child_by_field_name("left")?
            }
            _ => return None,
        };
        (target.kind() == "identifier").then(|| Named { variable: self.text(target), statement, borrow })
    }

    /// The start of the line on which a node begins, if nothing stands before it there, and its indentation.
    pub(super) fn line_start(&self, node: Node<'_>) -> Option<(usize, String)> {
        let text = self.tree.text();
        let line = text.line_range(text.line_of(node.start_byte()))?;
        let before = text.slice(TextRange::new(line.start, node.start_byte()));
        before.trim().is_empty().then(|| (line.start, before.into_owned()))
    }

    /// Where a statement ends, with its semicolon and the comment behind it on its line.
    pub(super) fn end_of(&self, statement: Node<'_>) -> usize {
        let row = statement.end_position().row;
        let belongs =
            |next: &Node<'_>| (next.kind() == ";" || next.kind() == "comment") && next.end_position().row == row;
        let behind =
            std::iter::successors(statement.next_sibling().filter(belongs), |node| node.next_sibling().filter(belongs));
        behind.last().map_or(statement.end_byte(), |node| node.end_byte())
    }

    /// What to take away so that nothing of a statement is left: its lines, if it has them for itself.
    pub(super) fn whole(&self, statement: Node<'_>) -> TextRange {
        let text = self.tree.text();
        let end = self.end_of(statement);
        let last = text.line_of(end);
        let line_end = text.line_range(last).map_or(end, |line| line.end.max(end));
        let is_last = text.slice(TextRange::new(end, line_end)).trim().is_empty();
        match (self.line_start(statement), text.line_range(last + 1)) {
            (Some((start, _)), Some(next)) if is_last => TextRange::new(start, next.start),
            _ => {
                let after = text.slice(TextRange::new(end, line_end));
                let blank = after.len() - after.trim_start_matches([' ', '\t']).len();
                TextRange::new(statement.start_byte(), end + blank)
            }
        }
    }
}

/// The node of a range.
fn node_of(tree: &Tree, range: TextRange) -> Node<'_> {
    let root = tree.root();
    root.named_descendant_for_byte_range(range.start, range.end).unwrap_or(root)
}

/// The range of a node.
pub(super) fn range_of(node: Node<'_>) -> TextRange {
    TextRange::new(node.start_byte(), node.end_byte())
}

/// Whether a node is this field of a node of this kind.
pub(super) fn is_field(node: Node<'_>, kind: &str, field: &str) -> bool {
    let parent = node.parent().filter(|parent| parent.kind() == kind);
    parent.and_then(|parent| parent.child_by_field_name(field)).is_some_and(|child| child.id() == node.id())
}

fn without_parentheses_around(mut node: Node<'_>) -> Node<'_> {
    while let Some(parent) = node.parent().filter(|parent| parent.kind() == "parenthesized_expression") {
        node = parent;
    }
    node
}

/// The statement of `block` in which a node lies.
pub(super) fn statement_in<'a>(block: Node<'_>, node: Node<'a>) -> Option<Node<'a>> {
    ancestors(node).find(|ancestor| ancestor.parent().is_some_and(|parent| parent.id() == block.id()))
}

/// A node and what it lies in, from inside to outside.
pub(super) fn ancestors(node: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    std::iter::successors(Some(node), |node| node.parent())
}

/// A node and all that lies in it, in the order of the text.
pub(super) fn descendants(node: Node<'_>) -> Vec<Node<'_>> {
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

/// Whether a name is a variable where it stands, and not that of a field or method.
pub(super) fn is_variable(node: Node<'_>) -> bool {
    node.kind() == "identifier"
        && !is_field(node, "field_expression", "field")
        && !is_field(node, "field_initializer", "name")
        && !is_field(node, "parameter", "name")
}
