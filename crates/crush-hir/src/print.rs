//! A body as text, for tests and for people who debug: like the source, with every variable numbered.

use std::fmt::{self, Display, Formatter, Write as _};

use crate::body::{
    BinaryOp, BlockId, Body, Callee, ExprId, ExprKind, LambdaId, Literal, LocalId, LogicalOp, Pattern, Place, StmtId,
    StmtKind, UnaryOp,
};

impl Display for Body {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut printer = Printer { body: self, out: String::new(), indent: 0 };
        printer.lambda(Body::ROOT);
        for local in &self.locals {
            if local.captured {
                let _ = writeln!(printer.out, "captured: {}", local.name);
            }
        }
        for problem in &self.problems {
            let _ = writeln!(
                printer.out,
                "{}..{} {}: {}",
                problem.range.start, problem.range.end, problem.code, problem.message
            );
        }
        f.write_str(&printer.out)
    }
}

struct Printer<'a> {
    body: &'a Body,
    out: String,
    indent: usize,
}

impl Printer<'_> {
    fn line(&mut self, text: &str) {
        for _ in 0..self.indent {
            self.out.push_str("    ");
        }
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn local(&self, id: LocalId) -> String {
        format!("{}#{}", self.body[id].name, id.0)
    }

    fn lambda(&mut self, id: LambdaId) {
        let lambda = &self.body[id];
        let params: Vec<_> = lambda.params.iter().map(|&param| self.local(param)).collect();
        let captures: Vec<_> = lambda.captures.iter().map(|&capture| self.local(capture)).collect();
        let mut head = format!("|{}|", params.join(", "));
        if !captures.is_empty() {
            let _ = write!(head, " captures {}", captures.join(", "));
        }
        match lambda.result {
            Some(result) => {
                let result = self.expr(result);
                self.line(&format!("{head} {result}"));
            }
            None => {
                self.line(&head);
                self.block(lambda.block);
            }
        }
    }

    fn block(&mut self, id: BlockId) {
        self.indent += 1;
        let block = &self.body[id];
        for &stmt in &block.stmts {
            self.stmt(stmt);
        }
        if let Some(tail) = block.tail {
            let tail = self.value(tail);
            self.line(&format!("=> {tail}"));
        }
        self.indent -= 1;
    }

    fn stmt(&mut self, id: StmtId) {
        match &self.body[id].kind {
            StmtKind::Let { local, value, .. } => {
                let value = self.value(*value);
                self.line(&format!("let {} = {value}", self.local(*local)));
            }
            StmtKind::Assign { place, op, value, .. } => {
                let place = self.place(place);
                let value = self.value(*value);
                self.line(&format!("{place} {}= {value}", op.map_or("", BinaryOp::symbol)));
            }
            StmtKind::Expr(id) => {
                let value = self.value(*id);
                // An `if` or `match` was printed on the way.
                if value != format!("e{}", id.0) {
                    self.line(&value);
                }
            }
            StmtKind::While { condition, body } => {
                let condition = self.value(*condition);
                self.line(&format!("while {condition}"));
                self.block(*body);
            }
            StmtKind::For { variable, iterable, body, .. } => {
                let iterable = self.value(*iterable);
                self.line(&format!("for {} in {iterable}", self.local(*variable)));
                self.block(*body);
            }
            StmtKind::Break => self.line("break"),
            StmtKind::Continue => self.line("continue"),
            StmtKind::Return(value) => {
                let value = value.map(|value| self.value(value)).unwrap_or_default();
                self.line(format!("return {value}").trim_end());
            }
            StmtKind::Throw(value) => {
                let value = self.value(*value);
                self.line(&format!("throw {value}"));
            }
            StmtKind::Try { body, error, handler } => {
                self.line("try");
                self.block(*body);
                let name = error.map(|(local, _)| self.local(local)).unwrap_or_default();
                self.line(format!("catch {name}").trim_end());
                self.block(*handler);
            }
            StmtKind::Unsupported(what) => self.line(&format!("<unsupported {what}>")),
            StmtKind::Missing => self.line("<missing>"),
        }
    }

    fn place(&mut self, place: &Place) -> String {
        match place {
            Place::Local(local) => self.local(*local),
            Place::Unresolved(name) => format!("<no variable {name}>"),
            Place::Field { base, name, .. } => format!("{}.{name}", self.value(*base)),
            Place::Index { base, index } => format!("{}[{}]", self.value(*base), self.value(*index)),
            Place::Invalid => "<invalid>".into(),
        }
    }

    /// An expression; what does not fit in a line is printed before it and named.
    fn value(&mut self, id: ExprId) -> String {
        match &self.body[id].kind {
            ExprKind::If { condition, then_block, else_block } => {
                let condition = self.value(*condition);
                self.line(&format!("e{} = if {condition}", id.0));
                self.block(*then_block);
                if let Some(else_block) = else_block {
                    self.line("else");
                    self.block(*else_block);
                }
                format!("e{}", id.0)
            }
            ExprKind::Match { scrutinee, arms } => {
                let scrutinee = self.value(*scrutinee);
                self.line(&format!("e{} = match {scrutinee}", id.0));
                self.indent += 1;
                for arm in arms {
                    let pattern = self.pattern(&arm.pattern);
                    self.line(&format!("{pattern} =>"));
                    self.block(arm.body);
                }
                self.indent -= 1;
                format!("e{}", id.0)
            }
            ExprKind::Lambda(lambda) if self.body[*lambda].result.is_none() => {
                self.line(&format!("e{} =", id.0));
                self.lambda(*lambda);
                format!("e{}", id.0)
            }
            _ => self.expr(id),
        }
    }

    fn list(&mut self, ids: &[ExprId]) -> String {
        ids.iter().map(|&id| self.value(id)).collect::<Vec<_>>().join(", ")
    }

    fn expr(&mut self, id: ExprId) -> String {
        match &self.body[id].kind {
            ExprKind::Missing => "<missing>".into(),
            ExprKind::Unsupported(what) => format!("<unsupported {what}>"),
            ExprKind::Literal(literal) => show_literal(literal),
            ExprKind::Local(local) => self.local(*local),
            ExprKind::Name(name) => name.to_string(),
            ExprKind::Path { scope, name } => format!("{scope}::{name}"),
            ExprKind::Array(elements) => format!("[{}]", self.list(elements)),
            ExprKind::Map(entries) => {
                let entries: Vec<_> =
                    entries.iter().map(|(key, value)| format!("{key}: {}", self.value(*value))).collect();
                format!("{{{}}}", entries.join(", "))
            }
            ExprKind::Struct { name, fields, is_new, .. } => {
                let fields: Vec<_> =
                    fields.iter().map(|(field, _, value)| format!("{field}: {}", self.value(*value))).collect();
                format!("{}{name} {{{}}}", if *is_new { "new " } else { "" }, fields.join(", "))
            }
            ExprKind::Range { start, end, inclusive } => {
                format!("({}{}{})", self.value(*start), if *inclusive { "..=" } else { ".." }, self.value(*end))
            }
            ExprKind::Unary { op: UnaryOp::Negate, operand } => format!("-{}", self.value(*operand)),
            ExprKind::Unary { op: UnaryOp::Not, operand } => format!("!{}", self.value(*operand)),
            ExprKind::Binary { op, lhs, rhs } => {
                format!("({} {} {})", self.value(*lhs), op.symbol(), self.value(*rhs))
            }
            ExprKind::Logical { op, lhs, rhs } => {
                let op = if *op == LogicalOp::And { "&&" } else { "||" };
                format!("({} {op} {})", self.value(*lhs), self.value(*rhs))
            }
            ExprKind::Borrow { exclusive, operand } => {
                format!("{}{}", if *exclusive { "&mut " } else { "&" }, self.value(*operand))
            }
            ExprKind::Field { base, name, .. } => format!("{}.{name}", self.value(*base)),
            ExprKind::Index { base, index } => format!("{}[{}]", self.value(*base), self.value(*index)),
            ExprKind::Slice { base, start, end, step } => {
                let base = self.value(*base);
                let [start, end, step] =
                    [start, end, step].map(|part| part.map(|id| self.value(id)).unwrap_or_default());
                format!("{base}[{start}:{end}:{step}]")
            }
            ExprKind::Call { callee, args, .. } => {
                let callee = match callee {
                    Callee::Name(name) => name.to_string(),
                    Callee::Capability(name) => format!("<{name}>"),
                    Callee::Path { scope, name } => format!("{scope}::{name}"),
                    Callee::Method { receiver, name } => format!("{}.{name}", self.value(*receiver)),
                    Callee::Value(value) => self.value(*value),
                };
                format!("{callee}({})", self.list(args))
            }
            ExprKind::Lambda(lambda) => {
                let lambda = &self.body[*lambda];
                let params: Vec<_> = lambda.params.iter().map(|&param| self.local(param)).collect();
                let result = lambda.result.map(|result| self.value(result)).unwrap_or_default();
                format!("|{}| {result}", params.join(", "))
            }
            ExprKind::If { .. } | ExprKind::Match { .. } => self.value(id),
            ExprKind::Copy(operand) => format!("copy {}", self.value(*operand)),
            ExprKind::Await(operand) => format!("await {}", self.value(*operand)),
            ExprKind::Spawn { function, args } => format!("spawn {}({})", self.value(*function), self.list(args)),
            ExprKind::Yield => "yield".into(),
        }
    }

    fn pattern(&self, pattern: &Pattern) -> String {
        match pattern {
            Pattern::Wildcard => "_".into(),
            Pattern::Literal(literal) => show_literal(literal),
            Pattern::Binding(local) => self.local(*local),
            Pattern::Struct { name, fields, .. } => {
                let fields: Vec<_> =
                    fields.iter().map(|(field, pattern)| format!("{field}: {}", self.pattern(pattern))).collect();
                format!("{name} {{{}}}", fields.join(", "))
            }
            Pattern::Missing => "<missing>".into(),
        }
    }
}

fn show_literal(literal: &Literal) -> String {
    match literal {
        Literal::Null => "null".into(),
        Literal::Bool(value) => value.to_string(),
        Literal::Int(value) => value.to_string(),
        Literal::Float(value) => format!("{value:?}"),
        Literal::Str(value) => format!("{value:?}"),
    }
}

impl BinaryOp {
    /// The operator as the source writes it.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
        }
    }
}
