//! What stands between the parts of a construct on one line.

use crate::syntax::{Kind, NodeId};
use crate::writer::{Separator, Writer};

impl Writer<'_> {
    /// Writes the parts of a node with spaces between them, but where punctuation sticks to its neighbour.
    pub(crate) fn spaced(&mut self, id: NodeId) {
        let whole = self.syntax.kind(id);
        let mut before = None;
        for part in self.syntax.children(id) {
            let kind = self.syntax.kind(part);
            if kind == Kind::Semicolon || whole == Kind::MatchArm && kind == Kind::Comma {
                continue;
            }
            if let Some(before) = before {
                let sticks = sticks_behind(kind, whole) || sticks_before(before, whole);
                self.separate(if sticks { Separator::Nothing } else { Separator::Space });
            }
            self.node(part);
            before = Some(kind);
        }
    }

    /// Writes the parts of a node without anything between them.
    pub(crate) fn tight(&mut self, id: NodeId) {
        for (index, part) in self.syntax.children(id).enumerate() {
            if index > 0 {
                self.separate(Separator::Nothing);
            }
            self.node(part);
        }
    }
}

/// Whether nothing stands in front of it.
fn sticks_behind(kind: Kind, whole: Kind) -> bool {
    match kind {
        Kind::Comma
        | Kind::Colon
        | Kind::Dot
        | Kind::PathSeparator
        | Kind::CloseParen
        | Kind::CloseBracket
        | Kind::Arguments
        | Kind::Parameters
        | Kind::AnnotationArguments
        | Kind::PolyglotDependencies => true,
        Kind::OpenBracket => whole == Kind::IndexExpression,
        _ => whole == Kind::RangeExpression,
    }
}

/// Whether nothing stands behind it.
fn sticks_before(kind: Kind, whole: Kind) -> bool {
    match kind {
        Kind::OpenParen | Kind::OpenBracket | Kind::Dot | Kind::PathSeparator | Kind::At => true,
        Kind::Minus | Kind::Bang => whole == Kind::UnaryExpression,
        Kind::And => whole == Kind::BorrowExpression,
        _ => whole == Kind::RangeExpression,
    }
}
