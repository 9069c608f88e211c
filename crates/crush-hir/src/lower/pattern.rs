//! Patterns of `match`.

use crush_syntax::Node;

use super::{Lowering, literal};
use crate::body::{Literal, LocalKind, Name, Pattern};

impl<'tree> Lowering<'tree> {
    /// The pattern `node`; its names are new variables of the open block.
    pub(super) fn pattern(&mut self, node: Node<'tree>) -> Pattern {
        self.deeper(node, |this| this.pattern_kind(node)).unwrap_or(Pattern::Missing)
    }

    fn pattern_kind(&mut self, node: Node<'tree>) -> Pattern {
        match node.kind() {
            "wildcard_pattern" => Pattern::Wildcard,
            "identifier" => {
                let (name, range) = (self.name(node), self.range(node));
                Pattern::Binding(self.declare(name, LocalKind::MatchBinding, range))
            }
            "literal_pattern" => match node.named_child(0).or_else(|| node.child(0)) {
                Some(inner) => self.literal_pattern(inner),
                None => Pattern::Missing,
            },
            // `P(x)` looks at the struct alone: it has no field patterns.
            "struct_pattern" | "tuple_pattern" => {
                let range = self.range(node);
                let (name, name_range) = self.name_field(node, "name").unwrap_or((Name::default(), range));
                let mut cursor = node.walk();
                let fields: Vec<_> = node.named_children(&mut cursor).filter(|n| n.kind() == "field_pattern").collect();
                let fields = fields.into_iter().filter_map(|field| self.field_pattern(field)).collect();
                Pattern::Struct { name, name_range, fields }
            }
            _ => Pattern::Missing,
        }
    }

    fn field_pattern(&mut self, node: Node<'tree>) -> Option<(Name, Pattern)> {
        let (name, range) = self.name_field(node, "name")?;
        let pattern = match node.child_by_field_name("pattern") {
            Some(pattern) => self.pattern(pattern),
            None => Pattern::Binding(self.declare(name.clone(), LocalKind::MatchBinding, range)),
        };
        Some((name, pattern))
    }

    fn literal_pattern(&mut self, node: Node<'tree>) -> Pattern {
        match node.kind() {
            "integer" => match literal::integer(self.text_of(node)) {
                Some(value) => Pattern::Literal(Literal::Int(value)),
                None => {
                    let range = self.range(node);
                    self.problem("integer-range", range, "this integer does not fit in 64 bits");
                    Pattern::Missing
                }
            },
            "string" => Pattern::Literal(Literal::Str(self.string(node))),
            "true" => Pattern::Literal(Literal::Bool(true)),
            "false" => Pattern::Literal(Literal::Bool(false)),
            _ => Pattern::Missing,
        }
    }
}
