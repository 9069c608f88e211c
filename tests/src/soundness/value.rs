//! Expressions of a kind.

use super::scope::{Function, Generator, Kind};

impl Generator {
    /// An expression of a kind.
    pub(super) fn value(&mut self, kind: Kind, depth: usize) -> String {
        if let Some(name) = self.variable(kind)
            && self.chance(55)
        {
            return if self.chance(5) { format!("{name}.clone()") } else { name };
        }
        if depth > 0
            && self.chance(30)
            && let Some(call) = self.call_giving(kind, depth - 1)
        {
            return call;
        }
        match kind {
            Kind::Flat => self.flat(depth),
            Kind::Nested => self.nested(depth),
            Kind::Record => self.record(depth),
            Kind::Table => self.table(depth),
            Kind::Tree => self.tree(depth),
            Kind::Outer => self.outer(depth),
            Kind::Text => self.text(),
        }
    }

    fn flat(&mut self, depth: usize) -> String {
        let choice = self.random.u32(0..15);
        let of = match choice {
            0..=2 => Kind::Nested,
            3..=5 => Kind::Record,
            6 | 7 => Kind::Table,
            8 => Kind::Tree,
            14 => Kind::Outer,
            _ => Kind::Flat,
        };
        let Some(name) = self.variable(of) else { return self.literal(Kind::Flat) };
        match choice {
            0 => format!("{name}[0]"),
            1 => format!("{name}[1]"),
            2 => self.library_list(&name, depth),
            3 => format!("{name}.p"),
            4 => format!("{name}.q"),
            5 if self.chance(15) => format!("P::first({name})"),
            5 => format!("{name}.{}()", self.pick(&["first", "twice"]).unwrap_or("first")),
            6 => format!("{name}.{}", self.pick(&["p", "q"]).unwrap_or("p")),
            7 => self.library_value(&name, depth),
            8 => format!("{name}.own"),
            9 => format!("{name}{}", self.pick(&["[:]", "[:]", "[:1]", "[::2]", "[-1:]"]).unwrap_or("[:]")),
            10 => format!("({name} + [4])"),
            11 => format!("{name}.push(6)"),
            12 => format!("array.push({name}, 7)"),
            13 => format!("(({}) + [4])", self.chosen(Kind::Flat)),
            14 => format!("{name}.p"),
            _ => "[1, 2]".to_owned(),
        }
    }

    fn nested(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.literal(Kind::Nested);
        }
        let (a, b) = (self.argument(Kind::Flat, depth - 1), self.value(Kind::Flat, depth - 1));
        match self.variable(Kind::Nested) {
            Some(name) if self.chance(20) => format!("{name}[:]"),
            _ if self.chance(15) => self.library_nested().unwrap_or_else(|| format!("[{a}, {b}]")),
            _ => format!("[{a}, {b}]"),
        }
    }

    fn table(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.literal(Kind::Table);
        }
        let (a, b) = (self.value(Kind::Flat, depth - 1), self.argument(Kind::Flat, depth - 1));
        format!("{{p: {a}, q: {b}}}")
    }

    fn record(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.literal(Kind::Record);
        }
        let (a, b) = (self.argument(Kind::Flat, depth - 1), self.value(Kind::Flat, depth - 1));
        let name = self.record_name();
        format!("{name} {{ p: {a}, q: {b} }}")
    }

    fn outer(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.literal(Kind::Outer);
        }
        let (record, list) = (self.argument(Kind::Record, depth - 1), self.value(Kind::Flat, depth - 1));
        let new = if self.chance(15) { "new " } else { "" };
        format!("{new}O {{ r: {record}, p: {list} }}")
    }

    fn text(&mut self) -> String {
        let Some(name) = self.variable(Kind::Text) else { return self.literal(Kind::Text) };
        match self.random.u32(0..6) {
            0 => format!("({name} + \"d\")"),
            1 => format!("str.to_upper({name})"),
            2 => format!("{name}[0:2]"),
            // Loops go over it.
            3 => self.text_of_anything(Kind::Flat).map_or(name, |text| format!("{text}[0:2]")),
            _ => self.literal(Kind::Text),
        }
    }

    fn record_name(&mut self) -> &'static str {
        if self.chance(70) { "P" } else { "Q" }
    }

    fn tree(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.literal(Kind::Tree);
        }
        let own = self.value(Kind::Flat, depth - 1);
        let kid = match self.variable(Kind::Tree) {
            Some(name) if self.chance(70) => name,
            _ => self.literal(Kind::Tree),
        };
        // Whoever goes over them comes round twice.
        format!("T {{ own: {own}, kids: [{kid}, {}] }}", self.literal(Kind::Tree))
    }

    /// A new value that holds nothing else.
    pub(super) fn literal(&mut self, kind: Kind) -> String {
        match kind {
            Kind::Flat => "[5, 6]".to_owned(),
            Kind::Nested => "[[1, 3], [2, 4]]".to_owned(),
            Kind::Record => format!("{} {{ p: [1, 3], q: [2, 4] }}", self.record_name()),
            Kind::Table => "{p: [1, 3], q: [2, 4]}".to_owned(),
            Kind::Tree => "T { own: [1, 3], kids: [] }".to_owned(),
            Kind::Outer => format!("O {{ r: {}, p: [1, 3] }}", self.literal(Kind::Record)),
            Kind::Text => "\"ab\"".to_owned(),
        }
    }

    /// A value, or a borrow for as long as it is needed.
    pub(super) fn argument(&mut self, kind: Kind, depth: usize) -> String {
        if kind != Kind::Text && self.wild(30) {
            return format!("&mut {}", self.borrowed(kind));
        }
        if self.chance(10) {
            return format!("&{}", self.borrowed(kind));
        }
        if depth > 0 && self.chance(4) {
            return self.chosen(kind);
        }
        self.value(kind, depth)
    }

    /// A borrow expression.
    pub(super) fn borrow(&mut self, kind: Kind) -> String {
        let of = self.borrowed(kind);
        if kind != Kind::Text && self.wild(100) { format!("&mut {of}") } else { format!("&{of}") }
    }

    /// Something that can be borrowed.
    fn borrowed(&mut self, kind: Kind) -> String {
        if kind == Kind::Flat
            && self.chance(35)
            && let Some(inside) = self.inside()
        {
            return inside;
        }
        self.variable(kind).unwrap_or_else(|| self.literal(kind))
    }

    /// A `Flat` that lies in something.
    pub(super) fn inside(&mut self) -> Option<String> {
        const STEPS: [(Kind, &str); 5] = [
            (Kind::Record, ".p"),
            (Kind::Nested, "[0]"),
            (Kind::Table, ".q"),
            (Kind::Tree, ".own"),
            (Kind::Outer, ".p"),
        ];
        let (of, step) = self.pick(&STEPS)?;
        Some(format!("{}{step}", self.variable(of)?))
    }

    /// A value that a branch decides; what comes last in one of its blocks is a borrow.
    pub(super) fn chosen(&mut self, kind: Kind) -> String {
        let borrow = self.borrow(kind);
        let other = if self.chance(25) { self.borrow(kind) } else { self.value(kind, 0) };
        // A brace at the beginning of a block would be a block.
        let other = if other.starts_with('{') { format!("({other})") } else { other };
        let (first, second) = if self.random.bool() { (borrow, other) } else { (other, borrow) };
        let before = if self.chance(20) { "print(3); " } else { "" };
        match self.chance(40) {
            true => format!("match {} % 2 {{ 1 => {{ {before}{first} }}, _ => {{ {second} }} }}", self.bit()),
            false => format!("if {} {{ {before}{first} }} else {{ {second} }}", self.condition()),
        }
    }

    /// A call of a function or method that gives a value of a kind.
    fn call_giving(&mut self, kind: Kind, depth: usize) -> Option<String> {
        let giving: Vec<_> = self.reachable().into_iter().filter(|function| function.gives == Some(kind)).collect();
        let function = self.pick(&giving)?;
        self.call(&function, depth)
    }

    /// A call of any function.
    pub(super) fn some_call(&mut self, depth: usize) -> Option<String> {
        let function = self.pick(&self.reachable())?;
        self.call(&function, depth)
    }

    /// The functions that may be called from here.
    pub(super) fn reachable(&self) -> Vec<Function> {
        let here = self.functions.iter().filter(|function| function.in_module || !self.place.in_module);
        here.cloned().collect()
    }

    pub(super) fn call(&mut self, function: &Function, depth: usize) -> Option<String> {
        let mut args: Vec<_> = Vec::new();
        for kind in &function.params {
            args.push(self.argument(*kind, depth));
        }
        args.push(if self.place.function.is_none() { "0" } else { "depth + 1" }.to_owned());
        args.push("input".to_owned());
        if function.takes_function {
            args.push(self.function_value(depth));
        }
        let args = args.join(", ");
        match function.receiver {
            Some(kind) => Some(format!("{}.{}({args})", self.variable(kind)?, function.name)),
            None if function.in_module && !self.place.in_module => {
                Some(format!("{}{}({args})", self.qualifier, function.name))
            }
            None => Some(format!("{}({args})", function.name)),
        }
    }

    /// A function of one `Flat`.
    pub(super) fn function_value(&mut self, depth: usize) -> String {
        let lambdas = self.scope.lambdas.clone();
        match self.pick(&lambdas) {
            Some(lambda) if self.chance(60) => lambda,
            _ => self.short_lambda(depth),
        }
    }

    /// A lambda of one line.
    pub(super) fn short_lambda(&mut self, depth: usize) -> String {
        let outer = self.scope.clone();
        let parameter = self.declare(Kind::Flat);
        self.place.lambdas += 1;
        let statement = self.simple(depth.min(1));
        let body = match self.random.u32(0..3) {
            0 => {
                let value = self.value(Kind::Flat, 0);
                format!("{statement}; return {value}")
            }
            _ => statement,
        };
        self.place.lambdas -= 1;
        self.scope = outer;
        format!("|{parameter}| {{ {body} }}")
    }
}
