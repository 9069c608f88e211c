//! What the syntax tree alone tells: its nodes, and what folds.

use crush_syntax::{Text, TextRange};

use crate::{FileAnalysis, Snapshot};

/// A node of the syntax tree, as `crush-analyzer parse` lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxNode<'a> {
    /// Its kind in the grammar.
    pub kind: &'a str,
    /// The field of its parent that it fills.
    pub field: Option<&'a str>,
    /// How deep it is nested.
    pub depth: usize,
    /// Where it stands.
    pub range: TextRange,
    /// Whether it is text that did not parse.
    pub is_error: bool,
    /// Whether the parser put it in because it was missing.
    pub is_missing: bool,
    /// Whether it has no named children.
    pub is_leaf: bool,
}

/// All named, broken and missing nodes, parents before children.
pub fn syntax_nodes(analysis: &FileAnalysis) -> Vec<SyntaxNode<'_>> {
    let mut nodes = Vec::new();
    let root = analysis.tree().root();
    let mut cursor = root.walk();
    let mut depth = 0;
    loop {
        let node = cursor.node();
        if node.is_named() || node.is_missing() {
            nodes.push(SyntaxNode {
                kind: node.kind(),
                field: cursor.field_name(),
                depth,
                range: TextRange::new(node.start_byte(), node.end_byte()),
                is_error: node.is_error(),
                is_missing: node.is_missing(),
                is_leaf: node.named_child_count() == 0,
            });
        }
        if cursor.goto_first_child() {
            depth += 1;
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return nodes;
            }
            depth -= 1;
        }
    }
}

/// Ranges that fold: blocks, literals and bodies over more than one line.
pub fn folds(snapshot: &Snapshot) -> Vec<TextRange> {
    const FOLDED: &[&str] = &[
        "block",
        "field_declarations",
        "field_initializers",
        "method_list",
        "match_arms",
        "array",
        "map",
        "arguments",
        "polyglot_body",
    ];
    let analysis = &snapshot.analysis;
    let text = analysis.text();
    let mut line_ends = LineEnds::of(text);
    let mut folds = Vec::new();
    let mut cursor = analysis.tree().root().walk();
    loop {
        let node = cursor.node();
        // On one line nothing folds, however much is in it.
        if line_ends.next_after(node.start_byte()) < node.end_byte() {
            if node.is_named() && FOLDED.contains(&node.kind()) {
                folds.push(TextRange::new(node.start_byte(), node.end_byte()));
            }
            if cursor.goto_first_child() {
                continue;
            }
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                folds.retain(|range| text.line_of(range.start) < text.line_of(range.end));
                return folds;
            }
        }
    }
}

/// Where lines end, for places that come in the order of the text.
struct LineEnds {
    ends: Vec<usize>,
    /// The first that was not before the last place.
    next: usize,
}

impl LineEnds {
    fn of(text: &Text) -> Self {
        Self { ends: text.line_ends(), next: 0 }
    }

    /// Where the line of `offset` ends: at its line break, or nowhere.
    fn next_after(&mut self, offset: usize) -> usize {
        while self.ends.get(self.next).is_some_and(|end| *end < offset) {
            self.next += 1;
        }
        self.ends.get(self.next).copied().unwrap_or(usize::MAX)
    }
}
