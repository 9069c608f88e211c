//! Operators and parentheses.

use crate::doc::Element;
use crate::syntax::{Kind, NodeId};
use crate::writer::{Separator, Writer};

/// Operators that bind equally: a chain of them breaks at all or at none.
fn level(operator: &str) -> usize {
    const LEVELS: [&[&str]; 6] =
        [&["||", "or"], &["&&", "and"], &["==", "!="], &["<", ">", "<=", ">="], &["+", "-"], &["*", "/", "%"]];
    LEVELS.iter().position(|level| level.contains(&operator)).unwrap_or(LEVELS.len())
}

impl Writer<'_> {
    /// Operands with operators of one level between them. A line may only break behind an operator.
    pub(crate) fn chain(&mut self, id: NodeId, indents: bool) {
        let syntax = self.syntax;
        let kind = syntax.kind(id);
        let mut links = Vec::new();
        let mut first = id;
        let mut chain_level = None;
        while syntax.kind(first) == kind {
            let mut parts = syntax.children(first);
            let (Some(left), Some(operator), Some(right)) = (parts.next(), parts.next(), parts.next()) else { break };
            let level = level(self.text_of(operator));
            if chain_level.is_some_and(|of_chain| of_chain != level) {
                break;
            }
            chain_level = Some(level);
            links.push((operator, right));
            first = left;
        }
        if links.is_empty() {
            return self.spaced(id);
        }
        self.reach(syntax.span(id).start);
        self.document.open(false);
        if kind == Kind::PipelineExpression && links.iter().any(|link| self.line_breaks_in(*link)) {
            self.document.must_break();
        }
        self.node(first);
        if indents {
            self.document.push(Element::Indent);
        }
        for (operator, right) in links.into_iter().rev() {
            self.separate(Separator::Space);
            self.token(operator);
            self.separate(Separator::Line);
            self.node(right);
        }
        if indents {
            self.document.push(Element::Dedent);
        }
        self.document.close();
    }

    /// Whether the line breaks between an operator and its right operand.
    fn line_breaks_in(&self, (operator, right): (NodeId, NodeId)) -> bool {
        self.has_line_break(self.syntax.span(operator).end, self.syntax.span(right).start)
    }

    /// `(a + b)`: a chain in parentheses is indented by them alone.
    pub(crate) fn parenthesized(&mut self, id: NodeId) {
        let syntax = self.syntax;
        let mut parts = syntax.children(id);
        let (Some(open), Some(inner), Some(close)) = (parts.next(), parts.next(), parts.next()) else {
            return self.tight(id);
        };
        self.token(open);
        self.document.open(false);
        self.document.push(Element::Indent);
        self.separate(Separator::SoftLine);
        match syntax.kind(inner) {
            Kind::BinaryExpression | Kind::PipelineExpression => self.chain(inner, false),
            _ => self.node(inner),
        }
        self.comments_before(syntax.span(close).start);
        self.document.push(Element::Dedent);
        self.separate(Separator::SoftLine);
        self.token(close);
        self.document.close();
    }
}
