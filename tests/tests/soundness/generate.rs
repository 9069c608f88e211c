//! Random programs that compile, run far, and mistreat borrows.
//!
//! Kinds of variables keep other faults rare: lists of numbers, lists of lists, and a struct of two lists. Handles, aliases
//! and elements have the kind of what they stand for.

use std::fmt::Write as _;

/// A program as a tree of lines, so that it can be made smaller.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    functions: Vec<Block>,
    main: Vec<Line>,
}

#[derive(Clone, Debug)]
struct Block {
    head: String,
    body: Vec<Line>,
    tail: String,
}

#[derive(Clone, Debug)]
enum Line {
    Text(String),
    /// Parts of one statement: `if a {`, `} else {`.
    Block(Vec<(String, Vec<Line>)>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Numbers.
    Flat,
    /// Lists of numbers.
    Nested,
    /// `P { p, q }`.
    Record,
    /// `{p: …, q: …}`.
    Table,
}

const KINDS: [Kind; 4] = [Kind::Flat, Kind::Nested, Kind::Record, Kind::Table];

struct Function {
    name: String,
    params: Vec<Kind>,
    /// Takes a function of one `Flat` as its last argument.
    takes_function: bool,
    gives: Option<Kind>,
}

struct Generator {
    random: fastrand::Rng,
    functions: Vec<Function>,
    scope: Vec<(String, Kind)>,
    /// Function values in scope, of one `Flat`.
    lambdas: Vec<String>,
    /// Tasks in scope, with the kind of what they give.
    tasks: Vec<(String, Option<Kind>)>,
    count: usize,
    loops: usize,
    gives: Option<Kind>,
    in_main: bool,
    /// Inside a lambda no `return` of the function.
    in_lambda: usize,
}

pub(crate) fn program(seed: u64) -> Program {
    let mut generator = Generator {
        random: fastrand::Rng::with_seed(seed),
        functions: Vec::new(),
        scope: Vec::new(),
        lambdas: Vec::new(),
        tasks: Vec::new(),
        count: 0,
        loops: 0,
        gives: None,
        in_main: false,
        in_lambda: 0,
    };
    let mut functions = Vec::new();
    for index in 0..generator.random.usize(0..4) {
        functions.push(generator.function(index));
    }
    generator.in_main = true;
    generator.gives = None;
    generator.scope.clear();
    generator.lambdas.clear();
    generator.tasks.clear();
    let size = generator.random.usize(4..14);
    let mut main = vec![
        Line::Text("let a = [1, 2]".to_owned()),
        Line::Text("let b = [[1], [2, 3]]".to_owned()),
        Line::Text("let c = P { p: [1], q: [2] }".to_owned()),
        Line::Text("let d = {p: [1], q: a}".to_owned()),
    ];
    generator.scope.extend([
        ("a".to_owned(), Kind::Flat),
        ("b".to_owned(), Kind::Nested),
        ("c".to_owned(), Kind::Record),
        ("d".to_owned(), Kind::Table),
    ]);
    main.extend(generator.lines(size, 3));
    Program { functions, main }
}

/// What every program has: methods, and functions that take and give function values.
const PRELUDE: &str = "\
struct P { p: Array, q: Array }
trait Twice {
    fn twice(self) {
        self.q.push(1)
        return self.q
    }
}
impl P {
    fn add(self, v) {
        self.p.push(v)
    }
    fn swap(self) {
        let t = self.p
        self.p = self.q
        self.q = t
    }
    fn first(self) {
        return self.p
    }
}
impl Twice for P {
}
fn keeper(x) {
    return |v| { x.push(1); print(v) }
}
fn holder(x) {
    let r = &x
    return |v| { print(r); print(v) }
}
async fn spawned(x) {
    x.push(1)
    return x
}
fn twin(r, x) {
    r.p = x
    x.push(2)
    return P { p: x, q: x }
}
fn lent(x) {
    let r = &x
    return r
}
fn apply(g, x) {
    g(x)
    return x
}
fn each(xs, g) {
    for x in xs {
        g(x)
    }
}
";

impl Program {
    pub(crate) fn text(&self) -> String {
        let mut text = String::from(PRELUDE);
        for function in &self.functions {
            let _ = writeln!(text, "{}", function.head);
            show(&function.body, 1, &mut text);
            let _ = writeln!(text, "    {}\n}}", function.tail);
        }
        text.push_str("let input = 0\n");
        show(&self.main, 0, &mut text);
        text
    }
}

fn show(lines: &[Line], depth: usize, text: &mut String) {
    let indent = "    ".repeat(depth);
    for line in lines {
        match line {
            Line::Text(line) => {
                let _ = writeln!(text, "{indent}{line}");
            }
            Line::Block(parts) => {
                for (head, body) in parts {
                    let _ = writeln!(text, "{indent}{head}");
                    show(body, depth + 1, text);
                }
                let _ = writeln!(text, "{indent}}}");
            }
        }
    }
}

/// Leaves out lines and blocks as long as `fails` holds.
pub(crate) fn shrink(mut program: Program, fails: impl Fn(&Program) -> bool) -> Program {
    loop {
        let count = size(&program.main) + program.functions.iter().map(|function| size(&function.body)).sum::<usize>();
        let mut smaller_found = false;
        for at in 0..count + program.functions.len() {
            for unwrap in [false, true] {
                let mut smaller = program.clone();
                if at >= count {
                    smaller.functions.remove(at - count);
                } else {
                    let mut left = at;
                    let mut done = remove(&mut smaller.main, &mut left, unwrap);
                    for function in &mut smaller.functions {
                        if !done {
                            done = remove(&mut function.body, &mut left, unwrap);
                        }
                    }
                    if !done {
                        continue;
                    }
                }
                if fails(&smaller) {
                    program = smaller;
                    smaller_found = true;
                    break;
                }
            }
            if smaller_found {
                break;
            }
        }
        if !smaller_found {
            return program;
        }
    }
}

fn size(lines: &[Line]) -> usize {
    lines
        .iter()
        .map(|line| match line {
            Line::Text(_) => 1,
            Line::Block(parts) => 1 + parts.iter().map(|(_, body)| size(body)).sum::<usize>(),
        })
        .sum()
}

/// Removes line number `left`, or puts the content of that block in its place.
fn remove(lines: &mut Vec<Line>, left: &mut usize, unwrap: bool) -> bool {
    for at in 0..lines.len() {
        if *left == 0 {
            match (&lines[at], unwrap) {
                (Line::Block(parts), true) => {
                    let content: Vec<Line> = parts.iter().flat_map(|(_, body)| body.clone()).collect();
                    lines.splice(at..=at, content);
                }
                (Line::Text(_), true) => return false,
                (_, false) => {
                    lines.remove(at);
                }
            }
            return true;
        }
        *left -= 1;
        if let Line::Block(parts) = &mut lines[at] {
            for (_, body) in parts {
                if remove(body, left, unwrap) {
                    return true;
                }
            }
        }
    }
    false
}

impl Generator {
    fn chance(&mut self, percent: u32) -> bool {
        self.random.u32(0..100) < percent
    }

    fn fresh(&mut self) -> String {
        self.count += 1;
        format!("v{}", self.count)
    }

    fn kind(&mut self) -> Kind {
        KINDS[[0, 0, 0, 1, 1, 2, 2, 3][self.random.usize(0..8)]]
    }

    fn variable(&mut self, kind: Kind) -> Option<String> {
        let names: Vec<_> = self.scope.iter().filter(|(_, of)| *of == kind).map(|(name, _)| name.clone()).collect();
        (!names.is_empty()).then(|| names[self.random.usize(0..names.len())].clone())
    }

    fn function(&mut self, index: usize) -> Block {
        let params: Vec<Kind> = (0..self.random.usize(1..4)).map(|_| self.kind()).collect();
        let takes_function = self.chance(30);
        let gives = if self.chance(50) { Some(self.kind()) } else { None };
        let name = format!("f{index}");
        self.scope = params.iter().enumerate().map(|(at, kind)| (format!("p{at}"), *kind)).collect();
        self.lambdas.clear();
        self.tasks.clear();
        let mut names: Vec<_> = self.scope.iter().map(|(name, _)| name.clone()).collect();
        names.push("depth".to_owned());
        if takes_function {
            names.push("g".to_owned());
            self.lambdas.push("g".to_owned());
        }
        self.gives = gives;
        // It may call itself, and those before it.
        self.functions.push(Function { name: name.clone(), params, takes_function, gives });
        let size = self.random.usize(1..6);
        let body = self.lines(size, 2);
        let tail = match gives {
            Some(kind) => format!("return {}", self.value(kind, 1)),
            None => "print(depth)".to_owned(),
        };
        Block {
            head: format!("fn {name}({}) {{\n    if depth > 2 {{ return {} }}", names.join(", "), self.fallback(gives)),
            body,
            tail,
        }
    }

    fn fallback(&self, gives: Option<Kind>) -> &'static str {
        match gives {
            None => "0",
            Some(Kind::Flat) => "[7]",
            Some(Kind::Nested) => "[[7], [8]]",
            Some(Kind::Record) => "P { p: [7], q: [8] }",
            Some(Kind::Table) => "{p: [7], q: [8]}",
        }
    }

    fn lines(&mut self, count: usize, depth: usize) -> Vec<Line> {
        (0..count).flat_map(|_| self.line(depth)).collect()
    }

    /// Lines of a block of their own: what they declare is gone after it.
    fn inner(&mut self, depth: usize) -> Vec<Line> {
        let (scope, lambdas, tasks) = (self.scope.len(), self.lambdas.len(), self.tasks.len());
        let count = self.random.usize(1..4);
        let lines = self.lines(count, depth - 1);
        self.scope.truncate(scope);
        self.lambdas.truncate(lambdas);
        self.tasks.truncate(tasks);
        lines
    }

    fn condition(&mut self) -> String {
        let number = self.random.u32(0..5);
        let counter = if self.in_main { "input" } else { "depth" };
        match self.random.u32(0..4) {
            0 => format!("{counter} == {number}"),
            1 => format!("{counter} < {number}"),
            _ => match self.variable(Kind::Flat) {
                Some(name) if self.chance(40) => format!("len({name}) > {number}"),
                _ => format!("{counter} > {number}"),
            },
        }
    }

    /// An expression of a kind.
    fn value(&mut self, kind: Kind, depth: usize) -> String {
        if let Some(name) = self.variable(kind)
            && self.chance(55)
        {
            return name;
        }
        let nested = self.variable(Kind::Nested);
        let record = self.variable(Kind::Record);
        let function = self
            .functions
            .iter()
            .filter(|function| function.gives == Some(kind))
            .map(|f| f.name.clone())
            .collect::<Vec<_>>();
        if depth > 0 && !function.is_empty() && self.chance(30) {
            let name = function[self.random.usize(0..function.len())].clone();
            if let Some(call) = self.call(&name, depth - 1) {
                return call;
            }
        }
        match kind {
            Kind::Flat => match (self.random.u32(0..8), nested, record) {
                (6, Some(name), _) => self.library_list(&name, depth),
                (7, ..) => match self.variable(Kind::Flat) {
                    Some(name) if self.chance(50) => format!("{name}.push(6)"),
                    Some(name) => format!("array.push({name}, 7)"),
                    None => "array.sort([2, 1])".to_owned(),
                },
                (0, Some(name), _) => format!("{name}[0]"),
                (1, Some(name), _) => format!("{name}[1]"),
                (2, _, Some(name)) => format!("{name}.{}", if self.chance(50) { "p" } else { "q" }),
                (3, _, Some(name)) => format!("{name}.{}()", if self.chance(50) { "first" } else { "twice" }),
                (5, ..) if self.variable(Kind::Table).is_some() => {
                    let name = self.variable(Kind::Table).unwrap_or_default();
                    match self.random.u32(0..3) {
                        0 => format!("{name}.p"),
                        1 => format!("{name}[\"q\"]"),
                        _ => format!("{name}[{name}.keys()[0]]"),
                    }
                }
                (4, ..) => match self.variable(Kind::Flat) {
                    Some(name) if self.chance(50) => format!("{name}[:]"),
                    Some(name) => format!("({name} + [4])"),
                    None => "[5]".to_owned(),
                },
                _ => "[1, 2]".to_owned(),
            },
            Kind::Nested => {
                if depth == 0 {
                    return "[[1], [2]]".to_owned();
                }
                let (a, b) = (self.value(Kind::Flat, depth - 1), self.value(Kind::Flat, depth - 1));
                match self.variable(Kind::Nested) {
                    Some(name) if self.chance(20) => format!("{name}[:]"),
                    _ => format!("[{a}, {b}]"),
                }
            }
            Kind::Table => {
                if depth == 0 {
                    return "{p: [1], q: [2]}".to_owned();
                }
                let (a, b) = (self.value(Kind::Flat, depth - 1), self.value(Kind::Flat, depth - 1));
                format!("{{p: {a}, q: {b}}}")
            }
            Kind::Record => {
                if depth == 0 {
                    return "P { p: [1], q: [2] }".to_owned();
                }
                let (a, b) = (self.value(Kind::Flat, depth - 1), self.value(Kind::Flat, depth - 1));
                format!("P {{ p: {a}, q: {b} }}")
            }
        }
    }

    fn argument(&mut self, kind: Kind, depth: usize) -> String {
        match self.random.u32(0..10) {
            0 => format!("&{}", self.place(kind)),
            1 => format!("&mut {}", self.place(kind)),
            _ => self.value(kind, depth),
        }
    }

    /// Something that can be borrowed.
    fn place(&mut self, kind: Kind) -> String {
        match (self.variable(kind), kind, self.variable(Kind::Record), self.variable(Kind::Nested)) {
            (_, Kind::Flat, Some(name), _) if self.chance(20) => format!("{name}.p"),
            (_, Kind::Flat, _, Some(name)) if self.chance(20) => format!("{name}[0]"),
            (Some(name), ..) => name,
            _ => self.fallback(Some(kind)).to_owned(),
        }
    }

    fn call(&mut self, name: &str, depth: usize) -> Option<String> {
        let function = self.functions.iter().find(|function| function.name == name)?;
        let (params, takes_function) = (function.params.clone(), function.takes_function);
        let mut args: Vec<_> = params.into_iter().map(|kind| self.argument(kind, depth)).collect();
        args.push(if self.in_main { "input".to_owned() } else { "depth + 1".to_owned() });
        if takes_function {
            args.push(self.function_value(depth));
        }
        Some(format!("{name}({})", args.join(", ")))
    }

    fn function_value(&mut self, depth: usize) -> String {
        if !self.lambdas.is_empty() && self.chance(50) {
            return self.lambdas[self.random.usize(0..self.lambdas.len())].clone();
        }
        self.lambda(depth)
    }

    fn lambda(&mut self, depth: usize) -> String {
        let parameter = self.fresh();
        let scope = self.scope.len();
        self.scope.push((parameter.clone(), Kind::Flat));
        self.in_lambda += 1;
        let lines: Vec<_> = (0..self.random.usize(1..3)).map(|_| self.simple(depth.min(1))).collect();
        self.in_lambda -= 1;
        self.scope.truncate(scope);
        format!("|{parameter}| {{ {} }}", lines.join("; "))
    }

    /// A statement of one line that declares nothing.
    fn simple(&mut self, depth: usize) -> String {
        let flat = self.variable(Kind::Flat);
        let nested = self.variable(Kind::Nested);
        let record = self.variable(Kind::Record);
        match (self.random.u32(0..24), flat, nested, record) {
            (0..=3, Some(name), ..) => format!("{name}.push({})", self.random.u32(0..9)),
            (4, Some(name), ..) => format!("{name}[0] = {}", self.random.u32(0..9)),
            (5, _, Some(name), _) => format!("{name}.push({})", self.argument(Kind::Flat, depth)),
            (6, _, Some(name), _) => format!("{name}[0] = {}", self.value(Kind::Flat, depth)),
            (7, .., Some(name)) => {
                let field = if self.chance(50) { "p" } else { "q" };
                format!("{name}.{field} = {}", self.argument(Kind::Flat, depth))
            }
            (8, .., Some(name)) => format!("{name}.add({})", self.random.u32(0..9)),
            (9, .., Some(name)) => format!("{name}.swap()"),
            (10, _, Some(name), _) => format!("{name}[0].push(1)"),
            (11, .., Some(name)) => format!("{name}.q.push(1)"),
            (12..=13, ..) => {
                let kind = self.kind();
                format!("print({})", self.value(kind, depth))
            }
            (14, Some(a), ..) => format!("print({a} == {})", self.value(Kind::Flat, 0)),
            (15, _, Some(name), _) => format!("print(\"n\" + {name})"),
            (16, ..) => {
                let kind = self.kind();
                match self.variable(kind) {
                    Some(name) => format!("drop({name})"),
                    None => "print(0)".to_owned(),
                }
            }
            (17..=18, ..) => {
                let kind = self.kind();
                match self.variable(kind) {
                    Some(name) if self.chance(40) => format!("{name} = {}", self.borrow(kind)),
                    Some(name) => format!("{name} = {}", self.value(kind, depth)),
                    None => "print(1)".to_owned(),
                }
            }
            (19..=20, ..) if !self.functions.is_empty() => {
                let name = self.functions[self.random.usize(0..self.functions.len())].name.clone();
                self.call(&name, depth).unwrap_or_default()
            }
            (21..=22, ..) if !self.lambdas.is_empty() => {
                let lambda = self.lambdas[self.random.usize(0..self.lambdas.len())].clone();
                format!("{lambda}({})", self.argument(Kind::Flat, depth))
            }
            (23, Some(name), ..) if self.chance(30) => format!("{name} += [6]"),
            _ => "print(2)".to_owned(),
        }
    }

    /// A list of numbers that the library gives of a list of lists.
    fn library_list(&mut self, nested: &str, depth: usize) -> String {
        match self.random.u32(0..6) {
            0 => format!("collections.reverse({nested})[0]"),
            1 => format!("collections.flatten({nested})"),
            2 => format!("collections.unique({nested})[0]"),
            3 => format!("array.map({nested}, {})", self.function_value(depth)),
            4 => format!("array.map({nested}, |v| v)[0]"),
            _ => format!("parallel_map({nested}, |v| {{ v.push(9); return v }})[0]"),
        }
    }

    fn start_task(&mut self) -> Vec<Line> {
        let name = self.fresh();
        let functions: Vec<_> = self.functions.iter().map(|function| (function.name.clone(), function.gives)).collect();
        let (task, gives) = match self.random.u32(0..5) {
            4 => (format!("spawn lent({})", self.argument(Kind::Flat, 1)), Some(Kind::Flat)),
            0 => (format!("spawned({})", self.argument(Kind::Flat, 1)), Some(Kind::Flat)),
            1 => {
                let record = self.argument(Kind::Record, 1);
                (format!("spawn twin({record}, {})", self.argument(Kind::Flat, 1)), Some(Kind::Record))
            }
            _ if functions.is_empty() => ("spawn twin(P { p: [1], q: [2] }, [3])".to_owned(), Some(Kind::Record)),
            _ => {
                let (function, gives) = functions[self.random.usize(0..functions.len())].clone();
                match self.call(&function, 1) {
                    Some(call) => (format!("spawn {call}"), gives),
                    None => ("spawned([4])".to_owned(), Some(Kind::Flat)),
                }
            }
        };
        self.tasks.push((name.clone(), gives));
        vec![Line::Text(format!("let {name} = {task}"))]
    }

    fn await_task(&mut self) -> Vec<Line> {
        if self.tasks.is_empty() {
            return self.start_task();
        }
        let (task, gives) = self.tasks[self.random.usize(0..self.tasks.len())].clone();
        let name = self.fresh();
        if let Some(kind) = gives {
            self.scope.push((name.clone(), kind));
        }
        vec![Line::Text(format!("let {name} = await {task}"))]
    }

    fn borrow(&mut self, kind: Kind) -> String {
        let place = self.place(kind);
        if self.chance(50) { format!("&mut {place}") } else { format!("&{place}") }
    }

    fn line(&mut self, depth: usize) -> Vec<Line> {
        let simple = |text: String| vec![Line::Text(text)];
        match self.random.u32(0..30) {
            0..=3 => {
                let kind = self.kind();
                let value = self.value(kind, 2);
                let name = self.fresh();
                self.scope.push((name.clone(), kind));
                simple(format!("let {name} = {value}"))
            }
            4..=5 => {
                let kind = self.kind();
                let borrow = self.borrow(kind);
                let name = self.fresh();
                self.scope.push((name.clone(), kind));
                simple(format!("let {name} = {borrow}"))
            }
            8 => {
                let lambda = match self.random.u32(0..4) {
                    0 => format!("keeper({})", self.argument(Kind::Flat, 1)),
                    1 => format!("holder({})", self.value(Kind::Flat, 1)),
                    _ => self.lambda(1),
                };
                let name = self.fresh();
                self.lambdas.push(name.clone());
                simple(format!("let {name} = {lambda}"))
            }
            22 => {
                let (function, list) = (self.function_value(1), self.argument(Kind::Nested, 1));
                let each = ["each", "array.each"][self.random.usize(0..2)];
                simple(format!("{each}({list}, {function})"))
            }
            23 => {
                let (function, list) = (self.function_value(1), self.argument(Kind::Flat, 1));
                let name = self.fresh();
                self.scope.push((name.clone(), Kind::Flat));
                simple(format!("let {name} = apply({function}, {list})"))
            }
            24 => match self.variable(Kind::Table) {
                Some(name) => {
                    let value = self.argument(Kind::Flat, 1);
                    let key = self.fresh();
                    let line = match self.random.u32(0..4) {
                        0 => format!("{name}.p = {value}"),
                        1 => format!("{name}[\"r\"] = {value}"),
                        2 => format!("for {key} in {name}.keys() {{ {name}[{key}].push(1) }}"),
                        _ => format!("for {key} in {name}.keys() {{ {name}[{key}] = {value} }}"),
                    };
                    simple(line)
                }
                None => simple("print(6)".to_owned()),
            },
            9..=11 if depth > 0 => {
                let condition = self.condition();
                let mut parts = vec![(format!("if {condition} {{"), self.inner(depth))];
                if self.chance(50) {
                    parts.push(("} else {".to_owned(), self.inner(depth)));
                }
                vec![Line::Block(parts)]
            }
            12..=14 if depth > 0 => {
                let kind = if self.chance(60) { Kind::Flat } else { Kind::Nested };
                let iterated = match self.random.u32(0..4) {
                    0 => self.borrow(kind),
                    _ => self.value(kind, 1),
                };
                let variable = self.fresh();
                let scope = self.scope.len();
                if kind == Kind::Nested {
                    self.scope.push((variable.clone(), Kind::Flat));
                }
                self.loops += 1;
                let body = self.inner(depth);
                self.loops -= 1;
                self.scope.truncate(scope);
                vec![Line::Block(vec![(format!("for {variable} in {iterated} {{"), body)])]
            }
            15 if depth > 0 => {
                let counter = self.fresh();
                self.loops += 1;
                let mut body = vec![Line::Text(format!("{counter} = {counter} + 1"))];
                body.extend(self.inner(depth));
                self.loops -= 1;
                vec![
                    Line::Text(format!("let {counter} = 0")),
                    Line::Block(vec![(format!("while {counter} < 3 {{"), body)]),
                ]
            }
            16 if depth > 0 => {
                let mut body = self.inner(depth);
                if self.chance(60) {
                    let condition = self.condition();
                    body.push(Line::Text(format!("if {condition} {{ throw {} }}", self.value(Kind::Flat, 0))));
                    body.extend(self.inner(depth));
                }
                let error = self.fresh();
                let handler = self.inner(depth);
                vec![Line::Block(vec![("try {".to_owned(), body), (format!("}} catch {error} {{"), handler)])]
            }
            17 if self.loops > 0 && self.in_lambda == 0 => {
                let condition = self.condition();
                let word = if self.chance(50) { "break" } else { "continue" };
                simple(format!("if {condition} {{ {word} }}"))
            }
            18 if !self.in_main && self.in_lambda == 0 => {
                let condition = self.condition();
                let value = match self.gives {
                    Some(kind) => self.value(kind, 1),
                    None => "0".to_owned(),
                };
                simple(format!("if {condition} {{ return {value} }}"))
            }
            19 => {
                let condition = self.condition();
                let (a, b) = (self.value(Kind::Flat, 1), self.value(Kind::Flat, 1));
                let name = self.fresh();
                self.scope.push((name.clone(), Kind::Flat));
                simple(format!("let {name} = if {condition} {{ {a} }} else {{ {b} }}"))
            }
            20 => match self.variable(Kind::Record) {
                Some(record) => {
                    let name = self.fresh();
                    let inner = self.simple(1);
                    simple(format!(
                        "match {record} {{ P {{ p: {name}, q: {name}q }} => {{ {name}.push(1); {name}q.push(1); {inner} }} _ => {{ print(3) }} }}"
                    ))
                }
                None => simple("print(4)".to_owned()),
            },
            21 => self.start_task(),
            25 => self.await_task(),
            _ => simple(self.simple(1)),
        }
    }
}
