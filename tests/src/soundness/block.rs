//! Statements with blocks: branches, loops, exceptions, lambdas.

use super::program::Line;
use super::scope::{Generator, Kind};

impl Generator {
    pub(super) fn lines(&mut self, count: usize, depth: usize) -> Vec<Line> {
        (0..count).flat_map(|_| self.line(depth)).collect()
    }

    /// Lines of a block of their own: what they declare is gone after it.
    pub(super) fn inner(&mut self, depth: usize) -> Vec<Line> {
        let outer = self.scope.clone();
        let count = self.random.usize(1..4);
        let mut lines = self.lines(count, depth.saturating_sub(1));
        lines.extend(self.await_rest(outer.tasks.len()));
        self.scope = outer;
        lines
    }

    fn line(&mut self, depth: usize) -> Vec<Line> {
        if self.budget == 0 {
            return Vec::new();
        }
        self.budget -= 1;
        let deep = depth > 0;
        match self.random.u32(0..59) {
            0..=4 => self.variable_declaration(false),
            5..=7 => self.variable_declaration(true),
            8 => self.chosen_declaration(),
            9 => self.start_task(),
            10 => self.await_task(),
            11 => self.callback(depth),
            12 => self.apply(),
            13..=15 => self.lambda_declaration(depth),
            16..=19 if deep => self.branch(depth),
            20..=23 if deep => self.for_loop(depth),
            24 | 25 if deep => self.while_loop(depth),
            26..=28 if deep => self.try_block(depth),
            29 | 30 if deep => self.match_block(depth),
            31 | 32 => self.leave_loop(),
            33 => self.leave_function(),
            34 => self.throw(),
            35..=37 if deep => self.fold_loop(depth),
            38 if deep => self.chain_loop(),
            39 if deep => self.reduce(depth),
            40 | 41 => self.lend(depth),
            42 | 43 => self.chosen_lambda(),
            44 => self.borrowed_text(),
            45 => vec![Line::text(self.each_lambda())],
            _ => vec![Line::text(self.simple(1))],
        }
    }

    fn branch(&mut self, depth: usize) -> Vec<Line> {
        let condition = self.condition();
        let reachable = self.reachable();
        let called = self.pick(&reachable).and_then(|function| Some((self.call(&function, 0)?, function.gives)));
        let condition = match called {
            // The right side runs on one path alone, and most often holds.
            Some((call, gives)) if self.chance(12) => {
                format!("{condition} && {call} {} null", if gives.is_some() { "!=" } else { "==" })
            }
            _ => condition,
        };
        let mut parts = vec![(format!("if {condition} {{"), self.inner(depth))];
        if self.chance(50) {
            parts.push(("} else {".to_owned(), self.inner(depth)));
        }
        vec![Line::Block { parts, end: "}".to_owned() }]
    }

    fn for_loop(&mut self, depth: usize) -> Vec<Line> {
        let (iterated, element) = self.iterated().unwrap_or_else(|| ("0..2".to_owned(), None));
        let outer = self.scope.clone();
        let variable = self.fresh();
        self.scope.variables.extend(element.map(|element| (variable.clone(), element)));
        self.place.loops += 1;
        let body = self.inner(depth);
        self.place.loops -= 1;
        self.scope = outer;
        vec![Line::block(format!("for {variable} in {iterated} {{"), body)]
    }

    /// What a loop goes over, and what its elements are.
    fn iterated(&mut self) -> Option<(String, Option<Kind>)> {
        Some(match self.random.u32(0..14) {
            0..=4 => (self.lent(Kind::Flat), None),
            5..=7 => (self.lent(Kind::Nested), Some(Kind::Flat)),
            8 if !self.place.in_module => (format!("{}.kids", self.variable(Kind::Tree)?), Some(Kind::Tree)),
            9 => (self.lent(Kind::Text), Some(Kind::Text)),
            10 => (self.entries()?, Some(Kind::Flat)),
            11 => (self.groups()?, Some(Kind::Nested)),
            _ => (format!("{}.keys()", self.variable(Kind::Table)?), Some(Kind::Text)),
        })
    }

    /// A value, or a borrow that a loop holds.
    fn lent(&mut self, kind: Kind) -> String {
        match self.random.u32(0..20) {
            0..5 => self.borrow(kind),
            5 | 6 => format!("({})", self.chosen(kind)),
            _ => self.value(kind, 1),
        }
    }

    fn while_loop(&mut self, depth: usize) -> Vec<Line> {
        let counter = self.fresh();
        self.place.loops += 1;
        self.scope.counters.push(counter.clone());
        let mut body = vec![Line::text(format!("{counter} = {counter} + 1"))];
        body.extend(self.inner(depth));
        self.scope.counters.pop();
        self.place.loops -= 1;
        vec![Line::text(format!("let {counter} = 0")), Line::block(format!("while {counter} < 3 {{"), body)]
    }

    /// What is thrown is a `Flat`.
    fn try_block(&mut self, depth: usize) -> Vec<Line> {
        let mut body = self.inner(depth);
        if self.chance(60) {
            body.extend(self.throw());
            body.extend(self.inner(depth));
        }
        let outer = self.scope.clone();
        let error = self.declare(Kind::Flat);
        let handler = self.inner(depth);
        self.scope = outer;
        let parts = vec![("try {".to_owned(), body), (format!("}} catch {error} {{"), handler)];
        vec![Line::Block { parts, end: "}".to_owned() }]
    }

    pub(super) fn throw(&mut self) -> Vec<Line> {
        let condition = self.condition();
        let thrown = if self.chance(8) { self.borrow(Kind::Flat) } else { self.value(Kind::Flat, 0) };
        vec![Line::text(format!("if {condition} {{ throw {thrown} }}"))]
    }

    fn match_block(&mut self, depth: usize) -> Vec<Line> {
        let matched = match self.random.u32(0..10) {
            0..=3 => self.match_record(depth),
            4..=6 => self.match_outer(depth),
            7 => self.match_name(depth),
            _ => None,
        };
        matched.unwrap_or_else(|| {
            let arms = vec![Line::block("0 => {", self.inner(depth)), Line::block("_ => {", self.inner(depth))];
            vec![Line::block(format!("match {} % 2 {{", self.bit()), arms)]
        })
    }

    fn match_record(&mut self, depth: usize) -> Option<Vec<Line>> {
        let record = self.variable(Kind::Record)?;
        let scrutinee = self.scrutinee(record, Kind::Record);
        let outer = self.scope.clone();
        let (p, q) = (self.declare(Kind::Flat), self.declare(Kind::Flat));
        let fields = self.inner(depth);
        self.scope = outer;
        let other = self.inner(depth);
        let arms = vec![Line::block(format!("P {{ p: {p}, q: {q} }} => {{"), fields), Line::block("_ => {", other)];
        Some(vec![Line::block(format!("match {scrutinee} {{"), arms)])
    }

    /// Patterns in patterns, where what is inside may be gone, or a borrow.
    fn match_outer(&mut self, depth: usize) -> Option<Vec<Line>> {
        let name = self.variable(Kind::Outer)?;
        let mut lines = Vec::new();
        if self.wild(100) {
            lines.push(Line::text(format!("drop({name}.r)")));
        }
        if self.chance(15) {
            lines.push(Line::text(format!("{name}.r = {}", self.borrow(Kind::Record))));
        }
        let scrutinee = self.scrutinee(name, Kind::Outer);
        let outer = self.scope.clone();
        let (first, second) = (self.declare(Kind::Flat), self.declare(Kind::Flat));
        let pattern = match self.random.u32(0..4) {
            0 => format!("O {{ r: Q {{ q: {first} }}, p: {second} }}"),
            1 => format!("O {{ p: {second}, r: P {{ p: {first} }} }}"),
            _ => format!("O {{ r: P {{ p: {first}, q: {second} }} }}"),
        };
        let inside = self.inner(depth);
        self.scope = outer.clone();
        let record = self.declare(Kind::Record);
        let whole = self.inner(depth);
        self.scope = outer;
        let arms = vec![
            Line::block(format!("{pattern} => {{"), inside),
            Line::block(format!("O {{ r: {record} }} => {{"), whole),
        ];
        lines.push(Line::block(format!("match {scrutinee} {{"), arms));
        Some(lines)
    }

    /// A pattern that is a name takes whatever comes.
    fn match_name(&mut self, depth: usize) -> Option<Vec<Line>> {
        let kind = self.kind();
        let name = self.variable(kind)?;
        let scrutinee = self.scrutinee(name, kind);
        let outer = self.scope.clone();
        let bound = self.declare(kind);
        let body = self.inner(depth);
        self.scope = outer;
        Some(vec![Line::block(format!("match {scrutinee} {{"), vec![Line::block(format!("{bound} => {{"), body)])])
    }

    /// What is matched: a variable, or a borrow of it for as long as the head needs it.
    fn scrutinee(&mut self, name: String, kind: Kind) -> String {
        match self.random.u32(0..10) {
            0 | 1 => format!("&{name}"),
            2 if kind != Kind::Text && self.wild(200) => format!("&mut {name}"),
            _ => name,
        }
    }

    fn leave_loop(&mut self) -> Vec<Line> {
        if self.place.loops == 0 {
            return vec![Line::text(self.simple(1))];
        }
        let condition = self.condition();
        let word = if self.chance(50) { "break" } else { "continue" };
        vec![Line::text(format!("if {condition} {{ {word} }}"))]
    }

    fn leave_function(&mut self) -> Vec<Line> {
        let gives = match self.place.function {
            Some(gives) if self.place.lambdas == 0 => gives,
            _ => return vec![Line::text(self.simple(1))],
        };
        let condition = self.condition();
        let value = gives.map_or_else(|| "0".to_owned(), |kind| self.value(kind, 1));
        vec![Line::text(format!("if {condition} {{ return {value} }}"))]
    }

    /// The body of a lambda of one `Flat`, and the name of that.
    pub(super) fn lambda_body(&mut self, depth: usize) -> (String, Vec<Line>) {
        let (outer, loops) = (self.scope.clone(), std::mem::take(&mut self.place.loops));
        let parameter = self.declare(Kind::Flat);
        self.place.lambdas += 1;
        let mut body = self.inner(depth);
        if self.chance(40) {
            body.push(Line::text(format!("return {}", self.value(Kind::Flat, 1))));
        }
        self.place.lambdas -= 1;
        (self.scope, self.place.loops) = (outer, loops);
        (parameter, body)
    }

    fn lambda_declaration(&mut self, depth: usize) -> Vec<Line> {
        let name = self.fresh();
        let line = match self.random.u32(0..6) {
            0 => self.closure(&name, "keeper"),
            1 => self.closure(&name, "holder"),
            _ => {
                let (parameter, body) = self.lambda_body(depth);
                Line::block(format!("let {name} = |{parameter}| {{"), body)
            }
        };
        self.scope.lambdas.push(name);
        vec![line]
    }

    /// What a function of the program gives for an argument: a function that keeps it.
    fn closure(&mut self, name: &str, maker: &str) -> Line {
        let argument = self.argument(Kind::Flat, 1);
        Line::Let(format!("let {name} = {maker}({argument})"), format!("let {name} = |v| {{ print(v) }}"))
    }

    /// Something calls a function with each element of a list.
    fn callback(&mut self, depth: usize) -> Vec<Line> {
        let list = self.argument(Kind::Nested, 1);
        let each = self.pick(&["each", "array.each", "array.map", "parallel_map"]).unwrap_or("each");
        if self.chance(50) {
            let function = self.function_value(1);
            return vec![Line::text(format!("{each}({list}, {function})"))];
        }
        let (parameter, body) = self.lambda_body(depth);
        let parts = vec![(format!("{each}({list}, |{parameter}| {{"), body)];
        vec![Line::Block { parts, end: "})".to_owned() }]
    }

    fn apply(&mut self) -> Vec<Line> {
        let (function, list) = (self.function_value(1), self.argument(Kind::Flat, 1));
        let name = self.declare(Kind::Flat);
        vec![self.declaration(&name, &format!("apply({function}, {list})"), Kind::Flat)]
    }
}
