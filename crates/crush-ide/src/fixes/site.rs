//! A report and what stands in the text at its places.

use crush_hir::modules::ModuleId;
use crush_syntax::{Node, TextRange, Tree};

use crate::FileAnalysis;
use crate::diagnostics::Diagnostic;
use crate::nodes;
pub(super) use crate::nodes::{ancestors, descendants, is_field, range_of};

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
            let node = nodes::with_parentheses(node);
            (is_field(node, "for_statement", "iterable")).then_some(node)
        })
    }

    fn named(&self, borrow: Node<'a>) -> Option<Named<'a>> {
        let value = nodes::with_parentheses(borrow);
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
        nodes::line_start(self.tree, node)
    }

    /// Where a statement ends, with its semicolon and the comment behind it on its line.
    pub(super) fn end_of(&self, statement: Node<'_>) -> usize {
        nodes::end_of(statement)
    }

    /// What to take away so that nothing of a statement is left: its lines, if it has them for itself.
    pub(super) fn whole(&self, statement: Node<'_>) -> TextRange {
        nodes::whole(self.tree, statement)
    }
}

/// The node of a range.
fn node_of(tree: &Tree, range: TextRange) -> Node<'_> {
    let root = tree.root();
    root.named_descendant_for_byte_range(range.start, range.end).unwrap_or(root)
}

/// The statement of `block` in which a node lies.
pub(super) fn statement_in<'a>(block: Node<'_>, node: Node<'a>) -> Option<Node<'a>> {
    ancestors(node).find(|ancestor| ancestor.parent().is_some_and(|parent| parent.id() == block.id()))
}

/// Whether a name is a variable where it stands, and not that of a field or method.
pub(super) fn is_variable(node: Node<'_>) -> bool {
    node.kind() == "identifier"
        && !is_field(node, "field_expression", "field")
        && !is_field(node, "field_initializer", "name")
        && !is_field(node, "parameter", "name")
}
