//! Functions, methods, and whole programs.

use super::program::{Line, Program};
use super::scope::{Function, Generator, Kind, Place, Scope};

/// What every program has, line by line: structs, methods, and functions that take and give function values.
const PRELUDE: &[(&str, &[&str])] = &[
    ("trait Twice {", &["fn twice(self) {", "    self.q.push(1)", "    return self.q", "}"]),
    ("impl Twice for P {", &[]),
    ("impl Twice for Q {", &[]),
    ("trait Whole {", &["fn whole(self) {", "    return [self.p, self.first()]", "}"]),
    ("impl Whole for P {", &[]),
    ("impl Whole for Q {", &[]),
    ("fn keeper(x) {", &["return |v| { x.push(1); print(v) }"]),
    ("fn holder(x) {", &["let r = &x", "return |v| { print(r); print(v) }"]),
    ("async fn spawned(x) {", &["x.push(1)", "return x"]),
    ("fn twin(r, x) {", &["r.p = x", "x.push(2)", "return P { p: x, q: x }"]),
    ("fn lent(x) {", &["let r = &x", "return r"]),
    ("fn apply(g, x) {", &["g(x)", "return x"]),
    ("fn each(xs, g) {", &["for x in xs {", "    g(x)", "}"]),
];

/// The methods that both structs have, each with bodies to choose from.
const METHODS: [(&str, [&[&str]; 2]); 3] = [
    ("fn add(self, v) {", [&["self.p.push(v)"], &["self.q.push(v)", "self.p = self.q"]]),
    ("fn swap(self) {", [&["let t = self.p", "self.p = self.q", "self.q = t"], &["self.q = &self.p"]]),
    ("fn first(self) {", [&["return self.p"], &["self.p.push(8)", "return self.q"]]),
];

/// The kind of a struct with a parent.
const CHILD: &str = "@kind(parents: [P], resolution: single)";

/// Kinds that a struct may have.
const STRUCT_KINDS: [&str; 4] =
    [CHILD, "@kind(semantics: value(copy))", "@kind(equality: identity)", "@kind(receiver: explicit_value)"];

/// What the main program begins with, besides its input.
const BEGINNING: [(&str, &str, Kind); 7] = [
    ("a", "[1, 2]", Kind::Flat),
    ("b", "[[1, 4], [2, 3]]", Kind::Nested),
    // Which struct it is, the input decides.
    ("c", "if INPUT % 2 == 0 { P { p: [1, 5], q: [2, 6] } } else { Q { p: [1, 5], q: [2, 6] } }", Kind::Record),
    ("d", "{p: [1, 7], q: a}", Kind::Table),
    ("t", "T { own: a, kids: [T { own: [2, 8], kids: [] }, T { own: [3, 9], kids: [] }] }", Kind::Tree),
    ("o", "O { r: c, p: a }", Kind::Outer),
    ("s", "\"abc\"", Kind::Text),
];

pub(super) fn texts(lines: &[&str]) -> Vec<Line> {
    lines.iter().map(|line| Line::text(*line)).collect()
}

impl Generator {
    /// A whole program.
    pub(super) fn program(mut self) -> Program {
        let mut program = Program::default();
        if self.chance(25) {
            self.place.in_module = true;
            for index in 0..self.random.usize(1..3) {
                program.module.push(self.function(format!("g{index}")));
            }
            self.place = Place::default();
            let import = match self.chance(60) {
                true => {
                    self.qualifier = "m.";
                    "import m".to_owned()
                }
                false => {
                    let names: Vec<_> = self.functions.iter().map(|function| function.name.clone()).collect();
                    format!("import m {{ {} }}", names.join(", "))
                }
            };
            program.main.push(Line::text(import));
            // A module does not see what helps here.
            let helpers = PRELUDE.iter().filter(|(head, _)| !head.contains("trait") && !head.contains("impl"));
            let own = |head: &str| !head.contains("twin(");
            program
                .module
                .extend(helpers.filter(|(head, _)| own(head)).map(|(head, lines)| Line::block(*head, texts(lines))));
            program.module.extend(self.needed_helpers(true));
        }
        program.main.push(Line::text("struct P { p: Array, q: Array }"));
        let kind = if self.chance(30) { self.pick(&STRUCT_KINDS) } else { None };
        program.main.extend(kind.map(Line::text));
        program.main.push(Line::text("struct Q { p: Array, q: Array }"));
        program.main.push(Line::text("struct T { own: Array, kids: Array }"));
        program.main.push(Line::text("struct O { r: Any, p: Array }"));
        program.main.extend(PRELUDE.iter().map(|(head, lines)| Line::block(*head, texts(lines))));
        let after_prelude = program.main.len();
        for name in ["P", "Q"] {
            let mut methods = Vec::new();
            for (head, bodies) in METHODS {
                // What it does not have of its own, it has of its parent.
                if name == "Q" && kind == Some(CHILD) && self.chance(60) {
                    continue;
                }
                let body = if name == "P" && self.chance(70) { bodies[0] } else { bodies[self.random.usize(0..2)] };
                methods.push(Line::block(head, texts(body)));
            }
            program.main.push(Line::block(format!("impl {name} {{"), methods));
        }
        for index in 0..self.random.usize(0..4) {
            let function = self.function(format!("f{index}"));
            program.main.push(function);
        }
        for index in 0..self.random.usize(0..3) {
            let methods = self.method(index);
            program.main.extend(methods);
        }
        self.main(&mut program);
        program.main.splice(after_prelude..after_prelude, self.needed_helpers(false));
        program
    }

    fn main(&mut self, program: &mut Program) {
        self.place = Place::default();
        self.scope = Scope::default();
        program.main.push(Program::reads_input());
        for (name, value, kind) in BEGINNING {
            let value = value.replace("INPUT", &self.bit());
            program.main.push(Line::text(format!("let {name} = {value}")));
            self.scope.variables.push((name.to_owned(), kind));
        }
        // What is left of the budget, or a little at least.
        self.budget = self.budget.max(10);
        let size = self.random.usize(4..16);
        program.main.extend(self.lines(size, 3));
        program.main.extend(self.await_rest(0));
        // What nobody calls tells nothing.
        for function in self.reachable() {
            if let Some(call) = self.call(&function, 0) {
                program.main.push(Line::text(call));
            }
        }
        for lambda in self.scope.lambdas.clone() {
            program.main.push(Line::text(format!("{lambda}(a)")));
        }
    }

    fn function(&mut self, name: String) -> Line {
        let params: Vec<Kind> = (0..self.random.usize(1..4)).map(|_| self.kind()).collect();
        self.with_signature(name, None, params, None)
    }

    /// A method of both structs, each with a body of its own, or of trees, which often call it for their kids.
    fn method(&mut self, index: usize) -> Vec<Line> {
        let name = format!("m{index}");
        let params: Vec<Kind> = (0..self.random.usize(0..3)).map(|_| self.kind()).collect();
        let kind = if self.chance(60) { Kind::Record } else { Kind::Tree };
        let structs: &[&str] = if kind == Kind::Record { &["P", "Q"] } else { &["T"] };
        let mut lines = Vec::new();
        let known = self.functions.len();
        let mut signature = None;
        for name_of in structs {
            let line = self.with_signature(name.clone(), Some(kind), params.clone(), signature);
            // Both have one signature.
            signature = self.functions.get(known).map(|function| (function.takes_function, function.gives));
            self.functions.truncate(known + 1);
            lines.push(Line::block(format!("impl {name_of} {{"), vec![line]));
        }
        lines
    }

    /// A function; `signature`: whether it takes a function, and what it gives.
    fn with_signature(
        &mut self,
        name: String,
        receiver: Option<Kind>,
        params: Vec<Kind>,
        signature: Option<(bool, Option<Kind>)>,
    ) -> Line {
        let (takes_function, gives) = signature.unwrap_or_else(|| {
            let gives = if self.chance(55) { Some(self.kind()) } else { None };
            (self.chance(30), gives)
        });
        let mut scope = Scope::default();
        let mut names = Vec::new();
        if let Some(kind) = receiver {
            names.push("self".to_owned());
            scope.variables.push(("self".to_owned(), kind));
        }
        for (at, kind) in params.iter().enumerate() {
            names.push(format!("p{at}"));
            scope.variables.push((format!("p{at}"), *kind));
        }
        names.extend(["depth".to_owned(), "input".to_owned()]);
        if takes_function {
            names.push("g".to_owned());
            scope.lambdas.push("g".to_owned());
        }
        self.scope = scope;
        let in_module = self.place.in_module;
        self.place = Place { function: Some(gives), in_module, ..Place::default() };
        // It may call itself, and those before it.
        self.functions.push(Function { name: name.clone(), receiver, params, takes_function, gives, in_module });
        let fallback = gives.map_or_else(|| "0".to_owned(), |kind| self.literal(kind));
        let mut body = vec![Line::text(format!("if depth > 2 {{ return {fallback} }}"))];
        if takes_function && self.chance(35) {
            body.extend(self.lend(2));
        }
        let size = self.random.usize(1..6);
        body.extend(self.lines(size, 2));
        body.extend(self.await_rest(0));
        if let Some(kind) = gives {
            let value = if self.wild(40) { self.borrow(kind) } else { self.value(kind, 1) };
            body.push(Line::text(format!("return {value}")));
        }
        self.place = Place { in_module, ..Place::default() };
        Line::block(format!("fn {name}({}) {{", names.join(", ")), body)
    }
}
