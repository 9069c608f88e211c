//! Folds: a variable is bound again and again to something new that was made of its old value.

use super::helper::Does;
use super::program::Line;
use super::scope::{Generator, Kind};

impl Generator {
    /// A variable is bound to something new of the same kind.
    pub(super) fn fold(&mut self) -> Option<String> {
        let kind = self.kind();
        let name = self.variable(kind)?;
        Some(format!("{name} = {}", self.folded(kind, &name)))
    }

    /// Something new of the same kind, which holds what there was or was computed from it.
    fn folded(&mut self, kind: Kind, of: &str) -> String {
        let choice = self.random.u32(0..4);
        match (kind, choice) {
            (Kind::Flat, 0) => format!("[{of}]"),
            (Kind::Flat, 1) => format!("({of} + [7])"),
            (Kind::Flat, 2) => format!("[{of}][:]"),
            (Kind::Flat, _) => self.node(of),
            (Kind::Nested, 0) => format!("[{of}, [1]]"),
            (Kind::Nested, 1) => format!("[{of}[0], [1]]"),
            (Kind::Nested, 2) => format!("array.map({of}, |v| [v])"),
            (Kind::Nested, _) => format!("[{}, {of}[0]]", self.node(of)),
            (Kind::Record, 0) => format!("P {{ p: {of}.q, q: {of}.p }}"),
            (Kind::Record, 1) => format!("P {{ p: [{of}], q: {of}.q }}"),
            (Kind::Record, 2) => format!("Q {{ p: {}, q: {of}.p }}", self.node(of)),
            (Kind::Record, _) => format!("{of}.clone()"),
            (Kind::Table, 0) => format!("{{next: {of}, p: {of}.p, q: [1]}}"),
            (Kind::Table, 1) => format!("{{p: [{of}], q: {of}.q}}"),
            (Kind::Table, 2) => format!("collections.merge({of}, {{p: {}}})", self.node(&format!("{of}.p"))),
            (Kind::Table, _) => format!("{{p: {}, q: {of}.p}}", self.node(of)),
            (Kind::Tree, 0 | 1) => format!("T {{ own: {of}.own, kids: [{of}] }}"),
            (Kind::Tree, 2) => format!("T {{ own: {}, kids: {of}.kids[:] }}", self.node(of)),
            (Kind::Tree, _) => format!("T {{ own: [{of}], kids: [] }}"),
            (Kind::Outer, 0) => format!("O {{ r: {of}.r, p: [{of}] }}"),
            (Kind::Outer, 1) => format!("O {{ r: {of}.r, p: {} }}", self.node(of)),
            (Kind::Outer, _) => format!("O {{ r: P {{ p: {of}.p, q: [1] }}, p: {of}.p }}"),
            (Kind::Text, _) => format!("({of} + \"d\")"),
        }
    }

    /// A call of a function that reads, borrows or drops what it is given, and gives a new array.
    fn node(&mut self, of: &str) -> String {
        let does = if self.wild(100) { Does::Spend } else { Does::Node };
        format!("{}({of})", self.helper(does))
    }

    /// A loop that folds, among whatever else it does; what there was before is often kept.
    pub(super) fn fold_loop(&mut self, depth: usize) -> Vec<Line> {
        let kind = self.kind();
        let value = self.value(kind, 1);
        let (last, folded) = (self.declare(kind), self.declare(kind));
        let mut lines = vec![Line::text(format!("let {last} = {value}")), Line::text(format!("let {folded} = {last}"))];
        self.place.loops += 1;
        let mut body = if self.chance(50) { self.inner(depth) } else { Vec::new() };
        if self.chance(70) {
            body.push(Line::text(format!("{last} = {folded}")));
        }
        body.push(Line::text(format!("{folded} = {}", self.folded(kind, &folded))));
        if self.chance(50) {
            body.extend(self.inner(depth));
        }
        self.place.loops -= 1;
        lines.extend(self.times(body));
        lines
    }

    /// Three turns of a loop.
    fn times(&mut self, mut body: Vec<Line>) -> Vec<Line> {
        let counter = self.fresh();
        if self.chance(50) {
            return vec![Line::block(format!("for {counter} in 0..3 {{"), body)];
        }
        body.insert(0, Line::text(format!("{counter} = {counter} + 1")));
        vec![Line::text(format!("let {counter} = 0")), Line::block(format!("while {counter} < 3 {{"), body)]
    }

    /// A fold of arrays, maps and structs in each other, which is only read as a whole.
    pub(super) fn chain_loop(&mut self) -> Vec<Line> {
        let start = self.argument(Kind::Flat, 1);
        let (chain, last) = (self.fresh(), self.fresh());
        let mut lines = vec![self.declaration(&chain, &start, Kind::Flat), Line::text(format!("let {last} = {chain}"))];
        let mut body = Vec::new();
        for _ in 0..self.random.usize(1..3) {
            body.extend(self.chain_step(&chain, &last));
        }
        body.push(Line::text(format!("{chain} = {}", self.link(&chain))));
        if self.chance(50) {
            body.extend(self.chain_step(&chain, &last));
        }
        lines.extend(self.times(body));
        lines.push(Line::text(format!("print({chain})")));
        lines.push(Line::text(format!("print({last})")));
        lines
    }

    /// A longer chain.
    fn link(&mut self, of: &str) -> String {
        match self.random.u32(0..7) {
            0 => format!("[{of}]"),
            1 => format!("{{next: {of}}}"),
            2 if !self.place.in_module => format!("P {{ p: {of}, q: [1] }}"),
            3 => format!("[{of}][:]"),
            4 => format!("{{next: {}}}", self.node(of)),
            _ => self.node(of),
        }
    }

    /// What a turn does with the chain, and with what it was.
    fn chain_step(&mut self, chain: &str, last: &str) -> Vec<Line> {
        let borrowed = self.fresh();
        match self.random.u32(0..9) {
            0..=2 => vec![Line::text(format!("{last} = {chain}"))],
            3 => vec![Line::text(format!("print({last})"))],
            4 => vec![Line::text(format!("print({chain} == {last})"))],
            5 => vec![Line::text(format!("{last} = &{chain}"))],
            6 => {
                let of = if self.wild(100) { format!("&mut {chain}") } else { format!("&{chain}") };
                vec![Line::text(format!("let {borrowed} = {of}")), Line::text(format!("print({borrowed})"))]
            }
            7 if self.wild(200) => {
                let dropped = if self.random.bool() { chain } else { last };
                vec![Line::text(format!("drop({dropped})"))]
            }
            _ => vec![Line::text(format!("print(\"n\" + {chain})"))],
        }
    }

    /// `array.reduce` with a lambda that does more than give the next value.
    pub(super) fn reduce(&mut self, depth: usize) -> Vec<Line> {
        let list = self.argument(Kind::Nested, 1);
        let start = self.value(Kind::Flat, 1);
        let kept = self.variable(Kind::Flat);
        let (outer, loops) = (self.scope.clone(), std::mem::take(&mut self.place.loops));
        let (folded, element) = (self.declare(Kind::Flat), self.declare(Kind::Flat));
        self.place.lambdas += 1;
        let mut body = if self.chance(60) { self.inner(depth) } else { Vec::new() };
        if let Some(kept) = kept
            && self.chance(50)
        {
            body.push(Line::text(format!("{kept} = {folded}")));
        }
        let next = self.fresh();
        let value = self.folded(Kind::Flat, &folded);
        body.push(self.declaration(&next, &value, Kind::Flat));
        if self.wild(100) {
            body.push(Line::text(format!("drop({folded})")));
        } else if self.chance(50) {
            body.push(Line::text(self.simple(0)));
        }
        body.push(Line::text(format!("return {next}")));
        self.place.lambdas -= 1;
        (self.scope, self.place.loops) = (outer, loops);
        let result = self.declare(Kind::Flat);
        let head = format!("let {result} = array.reduce({list}, |{folded}, {element}| {{");
        vec![Line::Block { parts: vec![(head, body)], end: format!("}}, {start})") }]
    }
}
