//! Statements.

use crush_syntax::Node;

use super::Lowering;
use crate::body::{BinaryOp, BlockId, ExprId, ExprKind, LocalKind, Name, Place, StmtKind};
use crate::source_map::BodyRange;

impl<'tree> Lowering<'tree> {
    pub(super) fn statement(&mut self, block: BlockId, node: Node<'tree>) {
        if node.kind() == "polyglot_block" {
            return self.polyglot_block(block, node);
        }
        let range = self.range(node);
        let kind = match self.deeper(node, |this| this.statement_kind(node, range)) {
            Some(Some(kind)) => kind,
            Some(None) => return,
            None => StmtKind::Missing,
        };
        self.stmt(block, kind, range);
    }

    /// What the statement `node` is; `None` when it does nothing.
    fn statement_kind(&mut self, node: Node<'tree>, range: BodyRange) -> Option<StmtKind> {
        Some(match node.kind() {
            "let_statement" => self.let_statement(node),
            "assignment_statement" => self.assignment(node),
            "expression_statement" => match node.named_child(0) {
                Some(inner) => StmtKind::Expr(self.effect(inner)),
                None => StmtKind::Missing,
            },
            "return_statement" => {
                let value = node.child_by_field_name("value").map(|value| self.expression(value));
                StmtKind::Return(value.map(|value| self.copied(value)))
            }
            "throw_statement" => StmtKind::Throw(self.expression_field(node, "value")),
            "break_statement" => self.jump(StmtKind::Break, "break", range),
            "continue_statement" => self.jump(StmtKind::Continue, "continue", range),
            "yield_statement" => StmtKind::Expr(self.expr(ExprKind::Yield, range)),
            "while_statement" => {
                let condition = self.expression_field(node, "condition");
                StmtKind::While { condition, body: self.loop_body(node, |_| {}) }
            }
            "for_statement" => self.for_statement(node),
            "try_statement" => self.try_statement(node),
            "export_statement" => match node.child_by_field_name("value") {
                Some(value) => StmtKind::Expr(self.expression(value)),
                None => {
                    let name = node.child_by_field_name("name")?;
                    StmtKind::Expr(self.expression(name))
                }
            },
            // Declarations: the file has them.
            "struct_definition" | "annotation" | "capability_declaration" => return None,
            "language_import" => {
                self.guest_import(node);
                return None;
            }
            "module_import" => {
                if !self.is_in_main(node) {
                    let message = "an import stands at the top level of a file, not inside a block";
                    self.problem("import-not-at-top", range, message);
                }
                return None;
            }
            "capability_import" => {
                self.refused_import("use @cap", "no host hands capabilities out this way: call one by its name", range)
            }
            "mcp_import" => self.refused_import("use @mcp", "no host speaks to MCP servers", range),
            "external_import" => self.refused_import("import @", "no host loads resources from outside", range),
            "semantic_switch_statement" => self.semantic_switch(node),
            "comment" => return None,
            _ => StmtKind::Missing,
        })
    }

    fn let_statement(&mut self, node: Node<'tree>) -> StmtKind {
        let Some((name, name_range)) = self.name_field(node, "name") else {
            return StmtKind::Expr(self.expression_field(node, "value"));
        };
        // A lambda may call itself by the name it is given; any other value is evaluated before the name is known.
        let is_lambda = node.child_by_field_name("value").is_some_and(|value| value.kind() == "lambda_expression");
        let early = is_lambda.then(|| self.bind(name.clone(), LocalKind::Let, name_range));
        let value = self.expression_field(node, "value");
        let value = self.copied(value);
        let local = early.unwrap_or_else(|| self.bind(name, LocalKind::Let, name_range));
        let annotation = self.annotate(local, node);
        StmtKind::Let { local, name_range, annotation, value }
    }

    fn assignment(&mut self, node: Node<'tree>) -> StmtKind {
        let (place, place_range) = match node.child_by_field_name("left") {
            Some(left) => (self.place(left), self.range(left)),
            None => (Place::Invalid, self.range(node)),
        };
        if place == Place::Invalid {
            self.problem(
                "invalid-assignment",
                place_range,
                "only a variable, a field or an element can be assigned to",
            );
        }
        let op = node.child_by_field_name("operator").and_then(|operator| match operator.kind() {
            "+=" => Some(BinaryOp::Add),
            "-=" => Some(BinaryOp::Subtract),
            "*=" => Some(BinaryOp::Multiply),
            "/=" => Some(BinaryOp::Divide),
            "%=" => Some(BinaryOp::Remainder),
            _ => None,
        });
        let value = self.expression_field(node, "right");
        let value = if op.is_none() { self.copied(value) } else { value };
        StmtKind::Assign { place, place_range, op, value }
    }

    fn place(&mut self, mut node: Node<'tree>) -> Place {
        while node.kind() == "parenthesized_expression" {
            match node.named_child(0) {
                Some(inner) => node = inner,
                None => return Place::Invalid,
            }
        }
        match node.kind() {
            "identifier" => {
                let name = self.name(node);
                match self.resolve(&name) {
                    Some(local) => Place::Local(local),
                    None => Place::Unresolved(name),
                }
            }
            "field_expression" => {
                let base = self.expression_field(node, "object");
                let end = self.range(node).end;
                let (name, name_range) =
                    self.name_field(node, "field").unwrap_or_else(|| (Name::default(), BodyRange::new(end, end)));
                Place::Field { base, name, name_range }
            }
            "index_expression" => Place::Index {
                base: self.expression_field(node, "object"),
                index: self.expression_field(node, "index"),
            },
            _ => Place::Invalid,
        }
    }

    fn jump(&mut self, kind: StmtKind, word: &str, range: BodyRange) -> StmtKind {
        if self.loops.last().is_none_or(|&open| open == 0) {
            self.problem("outside-loop", range, format!("`{word}` outside a loop"));
        }
        kind
    }

    fn loop_body(&mut self, node: Node<'tree>, declare: impl FnOnce(&mut Self)) -> BlockId {
        if let Some(open) = self.loops.last_mut() {
            *open += 1;
        }
        let body = self.block_field(node, "body", declare);
        if let Some(open) = self.loops.last_mut() {
            *open -= 1;
        }
        body
    }

    fn block_field(&mut self, node: Node<'tree>, field: &str, declare: impl FnOnce(&mut Self)) -> BlockId {
        match node.child_by_field_name(field) {
            Some(block) => self.block(block, false, declare),
            None => {
                let range = self.range(node);
                let block = self.open_block(BodyRange::new(range.end, range.end));
                declare(self);
                self.close_block();
                block
            }
        }
    }

    fn for_statement(&mut self, node: Node<'tree>) -> StmtKind {
        let iterable = self.expression_field(node, "iterable");
        let named = self.name_field(node, "variable");
        let (name, name_range) = named.unwrap_or_else(|| (Name::new_static("_"), self.range(node)));
        let mut variable = None;
        let body = self.loop_body(node, |this| variable = Some(this.bind(name, LocalKind::LoopVariable, name_range)));
        match variable {
            Some(variable) => StmtKind::For { variable, name_range, iterable, body },
            None => StmtKind::Missing,
        }
    }

    fn try_statement(&mut self, node: Node<'tree>) -> StmtKind {
        let body = self.block_field(node, "body", |_| {});
        let named = self.name_field(node, "error");
        let mut error = None;
        let handler = self.block_field(node, "handler", |this| {
            error = named.map(|(name, range)| (this.bind(name, LocalKind::CatchName, range), range));
        });
        StmtKind::Try { body, error, handler }
    }

    /// An expression for its effect: its blocks need no value.
    pub(super) fn effect(&mut self, node: Node<'tree>) -> ExprId {
        match node.kind() {
            "if_expression" => self.if_expression(node, false),
            "match_expression" => self.match_expression(node, false),
            _ => self.expression(node),
        }
    }

    /// An import that the language has and nothing can run.
    fn refused_import(&mut self, form: &'static str, why: &str, range: BodyRange) -> StmtKind {
        self.problem("unsupported-import", range, format!("`{form}` cannot be run: {why}"));
        StmtKind::Unsupported(Name::new_static(form))
    }

    /// Whether a statement stands directly in `fn main`, whose imports are the file's.
    fn is_in_main(&self, node: Node<'tree>) -> bool {
        let function = node.parent().and_then(|block| block.parent()).filter(|it| it.kind() == "function_definition");
        function.is_some_and(|function| {
            function.parent().is_some_and(|root| root.parent().is_none())
                && function.child_by_field_name("name").is_some_and(|name| self.text_of(name) == "main")
        })
    }
}
