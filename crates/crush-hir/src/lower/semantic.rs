//! `semantic_switch`: a choice by meaning, which a provider makes.

use crush_syntax::Node;

use super::Lowering;
use crate::body::{Callee, ExprKind, Literal, MatchArm, Name, Pattern, StmtKind};
use crate::source_map::BodyRange;

/// The capability that chooses: it is given the value and the concepts, and gives one of them, or null.
const CHOOSE: &str = "semantic.switch";

impl<'tree> Lowering<'tree> {
    /// `semantic_switch v { case "a": … fallback: … }` is a `match` over what the provider chooses.
    pub(super) fn semantic_switch(&mut self, node: Node<'tree>) -> StmtKind {
        let range = self.range(node);
        let value = self.expression_field(node, "value");
        let mut args = vec![value];
        let mut arms = Vec::new();
        let mut fallback = None;
        let mut cursor = node.walk();
        let children: Vec<_> = node.named_children(&mut cursor).collect();
        for child in children {
            match child.kind() {
                "semantic_case" => {
                    let Some(concept) = child.child_by_field_name("concept") else { continue };
                    let concept_range = self.range(concept);
                    let text = match concept.kind() {
                        "string" => self.string(concept),
                        _ => self.text_of(concept).into(),
                    };
                    args.push(self.expr(ExprKind::Literal(Literal::Str(text.clone())), concept_range));
                    arms.push(self.semantic_arm(Pattern::Literal(Literal::Str(text)), child));
                }
                "semantic_fallback" => fallback = Some(child),
                _ => {}
            }
        }
        if let Some(fallback) = fallback {
            arms.push(self.semantic_arm(Pattern::Wildcard, fallback));
        }
        let word = BodyRange::new(range.start, range.start + "semantic_switch".len() as u32);
        let callee = Callee::Capability(Name::new_static(CHOOSE));
        let scrutinee = self.expr(ExprKind::Call { callee, callee_range: word, args }, word);
        StmtKind::Expr(self.expr(ExprKind::Match { scrutinee, arms }, range))
    }

    fn semantic_arm(&mut self, pattern: Pattern, node: Node<'tree>) -> MatchArm {
        let body = self.open_block(self.range(node));
        let concept = node.child_by_field_name("concept");
        let mut cursor = node.walk();
        let is_statement = |child: &Node<'_>| Some(*child) != concept && (!child.is_extra() || child.is_error());
        let statements: Vec<_> = node.named_children(&mut cursor).filter(is_statement).collect();
        for statement in statements {
            self.statement(body, statement);
        }
        self.close_block();
        MatchArm { pattern, body }
    }
}
