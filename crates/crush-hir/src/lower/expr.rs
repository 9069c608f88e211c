//! Expressions.

use crush_syntax::Node;

use super::{Lowering, literal};
use crate::body::{
    BinaryOp, BlockId, Callee, ExprId, ExprKind, Literal, LogicalOp, MatchArm, Name, Pattern, StmtKind, UnaryOp,
};
use crate::kinds::Constructor;
use crate::source_map::BodyRange;

impl<'tree> Lowering<'tree> {
    /// The expression in a field of `node`; `Missing` where there is none.
    pub(super) fn expression_field(&mut self, node: Node<'tree>, field: &str) -> ExprId {
        match node.child_by_field_name(field) {
            Some(inner) => self.expression(inner),
            None => {
                let end = self.range(node).end;
                self.expr(ExprKind::Missing, BodyRange::new(end, end))
            }
        }
    }

    fn optional_expression(&mut self, node: Node<'tree>, field: &str) -> Option<ExprId> {
        node.child_by_field_name(field).map(|inner| self.expression(inner))
    }

    pub(super) fn expression(&mut self, node: Node<'tree>) -> ExprId {
        let lowered = self.deeper(node, |this| this.expression_at(node));
        lowered.unwrap_or_else(|| {
            let range = self.range(node);
            self.expr(ExprKind::Missing, range)
        })
    }

    fn expression_at(&mut self, node: Node<'tree>) -> ExprId {
        let range = self.range(node);
        let kind = match node.kind() {
            "identifier" if !node.is_missing() => self.name_expression(node),
            "integer" => self.integer(node, range),
            "float" => self.float(node, range),
            "true" => ExprKind::Literal(Literal::Bool(true)),
            "false" => ExprKind::Literal(Literal::Bool(false)),
            "null" => ExprKind::Literal(Literal::Null),
            "string" => ExprKind::Literal(Literal::Str(self.string(node))),
            "array" => ExprKind::Array(self.expressions_in(node)),
            "map" => self.map_literal(node),
            "struct_literal" => self.struct_literal(node, false),
            "new_expression" => match self.constructor_of(node) {
                Some(constructor) => return self.construction(constructor, range, Vec::new(), range),
                None => self.new_expression(node),
            },
            "range_expression" => ExprKind::Range {
                start: self.expression_field(node, "start"),
                end: self.expression_field(node, "end"),
                inclusive: self.operator(node) == "..=",
            },
            "unary_expression" => {
                let op = if self.operator(node) == "-" { UnaryOp::Negate } else { UnaryOp::Not };
                ExprKind::Unary { op, operand: self.expression_field(node, "operand") }
            }
            "binary_expression" => self.binary(node),
            "pipeline_expression" => return self.pipeline(node, range),
            "borrow_expression" => self.borrow(node, range),
            "call_expression" => return self.call(node, range, None),
            "field_expression" => {
                let base = self.expression_field(node, "object");
                let (name, name_range) =
                    self.name_field(node, "field").unwrap_or((Name::default(), BodyRange::new(range.end, range.end)));
                ExprKind::Field { base, name, name_range }
            }
            "index_expression" => {
                let base = self.expression_field(node, "object");
                ExprKind::Index { base, index: self.expression_field(node, "index") }
            }
            "slice_expression" => ExprKind::Slice {
                base: self.expression_field(node, "object"),
                start: self.optional_expression(node, "start"),
                end: self.optional_expression(node, "end"),
                step: self.optional_expression(node, "step"),
            },
            "path_expression" => match self.path(node) {
                Some((scope, name)) => ExprKind::Path { scope, name },
                None => ExprKind::Missing,
            },
            "lambda_expression" => self.lambda(node, range),
            "parenthesized_expression" => match node.named_children(&mut node.walk()).find(|child| !child.is_extra()) {
                Some(inner) => return self.expression(inner),
                None => ExprKind::Missing,
            },
            "if_expression" => return self.if_expression(node, true),
            "match_expression" => return self.match_expression(node, true),
            "await_expression" => ExprKind::Await(self.expression_field(node, "operand")),
            "spawn_expression" => {
                ExprKind::Spawn { function: self.expression_field(node, "function"), args: self.arguments(node) }
            }
            "yield_expression" => ExprKind::Yield,
            _ => ExprKind::Missing,
        };
        self.expr(kind, range)
    }

    fn operator(&self, node: Node<'tree>) -> &'tree str {
        node.child_by_field_name("operator").map_or("", |operator| operator.kind())
    }

    fn name_expression(&mut self, node: Node<'tree>) -> ExprKind {
        let name = self.name(node);
        match self.resolve(&name) {
            Some(local) => ExprKind::Local(local),
            None => ExprKind::Name(name),
        }
    }

    fn integer(&mut self, node: Node<'tree>, range: BodyRange) -> ExprKind {
        match literal::integer(self.text_of(node)) {
            Some(value) => ExprKind::Literal(Literal::Int(value)),
            None => {
                self.problem("integer-range", range, "this integer does not fit in 64 bits");
                ExprKind::Missing
            }
        }
    }

    fn float(&mut self, node: Node<'tree>, range: BodyRange) -> ExprKind {
        match self.text_of(node).parse::<f64>() {
            Ok(value) if value.is_finite() => ExprKind::Literal(Literal::Float(value)),
            Ok(_) => {
                self.problem("float-range", range, "this float is too large for 64 bits");
                ExprKind::Missing
            }
            Err(_) => ExprKind::Missing,
        }
    }

    /// The expressions that are children of `node`, in order.
    fn expressions_in(&mut self, node: Node<'tree>) -> Vec<ExprId> {
        let mut cursor = node.walk();
        let children: Vec<_> =
            node.named_children(&mut cursor).filter(|child| !child.is_extra() && !child.is_error()).collect();
        children.into_iter().map(|child| self.argument(child)).collect()
    }

    /// An argument; the name of a named one says nothing, arguments are taken in order.
    fn argument(&mut self, node: Node<'tree>) -> ExprId {
        if node.kind() == "named_argument" { self.expression_field(node, "value") } else { self.expression(node) }
    }

    fn arguments(&mut self, node: Node<'tree>) -> Vec<ExprId> {
        match node.child_by_field_name("arguments") {
            Some(arguments) => self.expressions_in(arguments),
            None => Vec::new(),
        }
    }

    fn map_literal(&mut self, node: Node<'tree>) -> ExprKind {
        let mut cursor = node.walk();
        let entries: Vec<_> = node.named_children(&mut cursor).filter(|child| child.kind() == "map_entry").collect();
        let entries = entries.into_iter().filter_map(|entry| {
            let key = entry.child_by_field_name("key")?;
            let name = match key.kind() {
                "string" => self.string(key),
                _ => self.name(key),
            };
            let value = self.expression_field(entry, "value");
            Some((name, self.copied(value)))
        });
        ExprKind::Map(entries.collect())
    }

    fn struct_literal(&mut self, node: Node<'tree>, is_new: bool) -> ExprKind {
        let Some((name, name_range)) = self.name_field(node, "name") else { return ExprKind::Missing };
        let mut fields = Vec::new();
        if let Some(body) = node.child_by_field_name("body") {
            let mut cursor = body.walk();
            let initializers: Vec<_> =
                body.named_children(&mut cursor).filter(|child| child.kind() == "field_initializer").collect();
            for initializer in initializers {
                let Some(field) = initializer.child_by_field_name("name") else { continue };
                let value = match initializer.child_by_field_name("value") {
                    Some(value) => self.expression(value),
                    None => self.expression(field),
                };
                let value = self.copied(value);
                fields.push((self.name(field), self.range(field), value));
            }
        }
        ExprKind::Struct { name, name_range, fields, is_new }
    }

    /// The function that `new P()` calls.
    fn constructor_of(&self, node: Node<'tree>) -> Option<&'tree Constructor> {
        let arguments = node.child_by_field_name("arguments").map_or(0, |arguments| arguments.named_child_count());
        let is_plain = arguments == 0 && node.child_by_field_name("body").is_none();
        let (name, _) = self.name_field(node, "name").filter(|_| is_plain)?;
        self.facts.constructor(&name)
    }

    /// `new P()` gives every field null; `new P { … }` is the same as `P { … }`.
    fn new_expression(&mut self, node: Node<'tree>) -> ExprKind {
        if let Some(arguments) = node.child_by_field_name("arguments")
            && arguments.named_child_count() > 0
        {
            let range = self.range(arguments);
            let name = self.name_field(node, "name").map(|(name, _)| name).unwrap_or_default();
            let message = format!("`new` takes no arguments: name the fields, `{name} {{ … }}`");
            self.problem("new-arguments", range, message);
            self.expressions_in(arguments);
        }
        self.struct_literal(node, node.child_by_field_name("body").is_none())
    }

    fn binary(&mut self, node: Node<'tree>) -> ExprKind {
        let lhs = self.expression_field(node, "left");
        let rhs = self.expression_field(node, "right");
        let op = match self.operator(node) {
            "&&" | "and" => return ExprKind::Logical { op: LogicalOp::And, lhs, rhs },
            "||" | "or" => return ExprKind::Logical { op: LogicalOp::Or, lhs, rhs },
            "+" => BinaryOp::Add,
            "-" => BinaryOp::Subtract,
            "*" => BinaryOp::Multiply,
            "/" => BinaryOp::Divide,
            "%" => BinaryOp::Remainder,
            "==" => BinaryOp::Equal,
            "!=" => BinaryOp::NotEqual,
            "<" => BinaryOp::Less,
            "<=" => BinaryOp::LessEqual,
            ">" => BinaryOp::Greater,
            ">=" => BinaryOp::GreaterEqual,
            _ => return ExprKind::Missing,
        };
        ExprKind::Binary { op, lhs, rhs }
    }

    fn borrow(&mut self, node: Node<'tree>, range: BodyRange) -> ExprKind {
        let operand = self.expression_field(node, "operand");
        if let ExprKind::Literal(Literal::Int(_) | Literal::Float(_) | Literal::Bool(_) | Literal::Null) =
            self.body[operand].kind
        {
            self.problem("borrow-of-immediate", range, "only an object can be borrowed, and this value is none");
        }
        ExprKind::Borrow { exclusive: node.child_by_field_name("mutable").is_some(), operand }
    }

    /// `a |> f`, `a |> f(b)`: the left side is the first argument.
    fn pipeline(&mut self, node: Node<'tree>, range: BodyRange) -> ExprId {
        let left = self.expression_field(node, "left");
        let Some(right) = node.child_by_field_name("right") else {
            return self.expr(ExprKind::Missing, range);
        };
        if right.kind() == "call_expression" {
            return self.call(right, range, Some(left));
        }
        let (callee, callee_range) = self.callee(right);
        self.called(callee, callee_range, vec![left], range)
    }

    /// A call, with the left side of a pipeline as its first argument.
    fn call(&mut self, node: Node<'tree>, range: BodyRange, piped: Option<ExprId>) -> ExprId {
        let Some(function) = node.child_by_field_name("function") else {
            return self.expr(ExprKind::Missing, range);
        };
        let (callee, callee_range) = self.callee(function);
        let mut args: Vec<_> = piped.into_iter().collect();
        args.extend(self.arguments(node));
        self.called(callee, callee_range, args, range)
    }

    fn callee(&mut self, node: Node<'tree>) -> (Callee, BodyRange) {
        let range = self.range(node);
        match node.kind() {
            "identifier" => {
                let name = self.name(node);
                match self.resolve(&name) {
                    Some(local) => (Callee::Value(self.expr(ExprKind::Local(local), range)), range),
                    None => (Callee::Name(name), range),
                }
            }
            "path_expression" => match self.path(node) {
                Some((scope, name)) => (Callee::Path { scope, name }, range),
                None => (Callee::Value(self.expr(ExprKind::Missing, range)), range),
            },
            "field_expression" => self.method(node, range),
            _ => (Callee::Value(self.expression(node)), range),
        }
    }

    /// `e.name` before its arguments: a capability when `e` is a name that no variable here has.
    fn method(&mut self, node: Node<'tree>, range: BodyRange) -> (Callee, BodyRange) {
        let (name, name_range) =
            self.name_field(node, "field").unwrap_or((Name::default(), BodyRange::new(range.end, range.end)));
        if let Some(object) = node.child_by_field_name("object")
            && object.kind() == "identifier"
        {
            let namespace = self.name(object);
            if self.resolve(&namespace).is_none() {
                return (Callee::Capability(format!("{namespace}.{name}").into()), range);
            }
        }
        (Callee::Method { receiver: self.expression_field(node, "object"), name }, name_range)
    }

    fn path(&self, node: Node<'tree>) -> Option<(Name, Name)> {
        let scope = node.child_by_field_name("scope")?;
        let (name, _) = self.name_field(node, "name")?;
        Some((self.name(scope), name))
    }

    fn lambda(&mut self, node: Node<'tree>, range: BodyRange) -> ExprKind {
        let id = self.in_lambda(range, |this, id| {
            let Some(body) = node.child_by_field_name("body") else {
                let block = this.missing_block(range);
                this.body.lambdas[id.index()].block = block;
                return;
            };
            let body_range = this.range(body);
            let block = this.open_block(body_range);
            this.body.lambdas[id.index()].block = block;
            if let Some(parameters) = node.child_by_field_name("parameters") {
                let text = this.text_of(parameters);
                // The reference reads `|>` as the bar of a lambda here; nobody means that when the other bar is on another line.
                if text.starts_with("|>") && text.contains('\n') {
                    this.problem(
                        "syntax",
                        range,
                        "a line cannot begin with `|>`: put it at the end of the line before",
                    );
                }
                let params = this.parameters(parameters);
                this.body.lambdas[id.index()].params = params;
            }
            if body.kind() == "block" {
                this.statements(block, body, false);
            } else {
                let result = this.expression(body);
                let result = this.copied(result);
                this.body.lambdas[id.index()].result = Some(result);
            }
            this.close_block();
        });
        ExprKind::Lambda(id)
    }

    pub(super) fn if_expression(&mut self, node: Node<'tree>, value_wanted: bool) -> ExprId {
        let range = self.range(node);
        let condition = self.expression_field(node, "condition");
        let then_block = match node.child_by_field_name("consequence") {
            Some(block) => self.block(block, value_wanted, |_| {}),
            None => self.missing_block(range),
        };
        let alternative = node.child_by_field_name("alternative").and_then(|clause| {
            clause.named_children(&mut clause.walk()).find(|child| matches!(child.kind(), "block" | "if_expression"))
        });
        let else_block = alternative.map(|alternative| match alternative.kind() {
            "block" => self.block(alternative, value_wanted, |_| {}),
            _ => self.else_if(alternative, value_wanted),
        });
        self.expr(ExprKind::If { condition, then_block, else_block }, range)
    }

    /// `else if …` is `else { if … }`.
    fn else_if(&mut self, node: Node<'tree>, value_wanted: bool) -> BlockId {
        let range = self.range(node);
        let block = self.open_block(range);
        let inner = self.deeper(node, |this| this.if_expression(node, value_wanted));
        let inner = inner.unwrap_or_else(|| self.expr(ExprKind::Missing, range));
        if value_wanted {
            self.body.blocks[block.index()].tail = Some(inner);
        } else {
            self.stmt(block, StmtKind::Expr(inner), range);
        }
        self.close_block();
        block
    }

    pub(super) fn match_expression(&mut self, node: Node<'tree>, value_wanted: bool) -> ExprId {
        let range = self.range(node);
        let scrutinee = self.expression_field(node, "value");
        let mut arms = Vec::new();
        if let Some(list) = node.child_by_field_name("arms") {
            let mut cursor = list.walk();
            let nodes: Vec<_> = list.named_children(&mut cursor).filter(|child| child.kind() == "match_arm").collect();
            for arm in nodes {
                arms.push(self.match_arm(arm, value_wanted));
            }
        }
        self.expr(ExprKind::Match { scrutinee, arms }, range)
    }

    fn match_arm(&mut self, node: Node<'tree>, value_wanted: bool) -> MatchArm {
        let body = node.child_by_field_name("body");
        let range = self.range(body.unwrap_or(node));
        let block = self.open_block(range);
        let pattern = match node.child_by_field_name("pattern") {
            Some(pattern) => self.pattern(pattern),
            None => Pattern::Missing,
        };
        match body {
            Some(body) if body.kind() == "block" => self.statements(block, body, value_wanted),
            Some(body) if value_wanted => {
                let tail = self.expression(body);
                self.body.blocks[block.index()].tail = Some(tail);
            }
            Some(body) => {
                let value = self.deeper(body, |this| this.effect(body));
                let value = value.unwrap_or_else(|| self.expr(ExprKind::Missing, range));
                self.stmt(block, StmtKind::Expr(value), range);
            }
            None => {}
        }
        self.close_block();
        MatchArm { pattern, body: block }
    }
}
