//! Where a refactoring is asked for: what is selected, and the body around it.

use std::cell::OnceCell;

use crush_hir::body::{Body, ExprId, ExprKind, LocalId, StmtId};
use crush_hir::file::BodyId;
use crush_hir::source_map::{BodyMap, BodyRange};
use crush_syntax::{Node, TextRange, Tree};

use crate::FileAnalysis;
use crate::nodes::{range_of, without_parentheses};

/// What is selected, and the body around it.
pub(super) struct Place<'a> {
    pub(super) analysis: &'a FileAnalysis,
    pub(super) tree: &'a Tree,
    /// What is selected, without the blanks around it; empty for a cursor.
    pub(super) selected: TextRange,
    pub(super) id: BodyId,
    map: BodyMap,
    body: OnceCell<Body>,
}

impl<'a> Place<'a> {
    pub(super) fn new(analysis: &'a FileAnalysis, range: TextRange) -> Option<Self> {
        let tree = analysis.tree();
        // Of what does not parse nobody knows what it does.
        if tree.root().has_error() {
            return None;
        }
        let text = tree.text().slice(range);
        let start = range.start + text.len() - text.trim_start().len();
        let selected = match text.trim().len() {
            0 => TextRange::empty(range.start),
            length => TextRange::new(start, start + length),
        };
        let id = analysis.hir().body_at(selected.start)?;
        let map = analysis.hir().body_map(id);
        Some(Self { analysis, tree, selected, id, map, body: OnceCell::new() })
    }

    /// The body around the selection.
    pub(super) fn body(&self) -> &Body {
        self.body.get_or_init(|| self.analysis.hir().lower(self.tree, self.id))
    }

    /// Whether assigning or passing a value may copy it: then a name more or less is a copy more or less.
    pub(super) fn copies_values(&self) -> bool {
        !self.body().copied.is_empty()
    }

    /// The smallest node around the selection.
    pub(super) fn node(&self) -> Node<'a> {
        let root = self.tree.root();
        root.named_descendant_for_byte_range(self.selected.start, self.selected.end).unwrap_or(root)
    }

    /// The name at the cursor, or the one that is selected.
    pub(super) fn name(&self) -> Option<Node<'a>> {
        let node = match self.selected.is_empty() {
            true => self.tree.node_at(self.selected.start),
            false => self.node(),
        };
        (node.kind() == "identifier").then_some(node)
    }

    /// The text of a node.
    pub(super) fn text(&self, node: Node<'_>) -> String {
        self.tree.text_of(node).into_owned()
    }

    /// A range of the body, in the file.
    pub(super) fn in_file(&self, range: BodyRange) -> TextRange {
        let (start, end) = self.map.range_to_file(range);
        TextRange::new(start as usize, end as usize)
    }

    /// A range of the file, in the body.
    pub(super) fn in_body(&self, range: TextRange) -> Option<BodyRange> {
        let offset = |at: usize| u32::try_from(at).ok().and_then(|at| self.map.from_file(at));
        let start = offset(range.start)?;
        Some(BodyRange::new(start, start + u32::try_from(range.len()).ok()?))
    }

    /// The expression that a node is.
    pub(super) fn expression(&self, node: Node<'_>) -> Option<ExprId> {
        let range = self.in_body(range_of(without_parentheses(node)))?;
        let found = self.body().exprs.iter().position(|expr| expr.range == range)?;
        let found = ExprId(u32::try_from(found).ok()?);
        let is_one = !matches!(self.body()[found].kind, ExprKind::Missing | ExprKind::Unsupported(_));
        is_one.then_some(found)
    }

    /// The statement that a node is.
    pub(super) fn statement(&self, node: Node<'_>) -> Option<StmtId> {
        let range = self.in_body(range_of(node))?;
        let found = self.body().stmts.iter().position(|stmt| stmt.range == range)?;
        Some(StmtId(u32::try_from(found).ok()?))
    }

    /// The variable that is declared or read at a node.
    pub(super) fn local(&self, node: Node<'_>) -> Option<LocalId> {
        let range = self.in_body(range_of(node))?;
        super::variables::occurrences(self.body()).into_iter().find(|it| it.range == range).map(|it| it.local)
    }

    /// The statement around a node, and the statements that it stands among: of a block, or of the file.
    pub(super) fn statement_around(&self, node: Node<'a>) -> Option<Node<'a>> {
        crate::nodes::ancestors(node)
            .find(|node| node.parent().is_some_and(|parent| matches!(parent.kind(), "block" | "source_file")))
    }
}
