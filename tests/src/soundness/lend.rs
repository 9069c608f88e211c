//! What is lent to functions that are only known when they are called: they may change it, drop it, keep it, or look at
//! where it has been put meanwhile.

use super::helper::Does;
use super::program::Line;
use super::scope::{Generator, Kind};

impl Generator {
    /// Something is lent to a function.
    pub(super) fn lend(&mut self, depth: usize) -> Vec<Line> {
        match self.random.u32(0..6) {
            0 => self.lend_by_helper(),
            1 | 2 => self.lend_new(),
            3 => self.keep_by_helper().unwrap_or_else(|| self.lend_new()),
            _ => self.put_meanwhile(depth).unwrap_or_else(|| self.lend_new()),
        }
    }

    fn lend_by_helper(&mut self) -> Vec<Line> {
        let (function, list) = (self.any_function(), self.argument(Kind::Flat, 1));
        let helper = self.helper(Does::Lend);
        let name = self.declare(Kind::Flat);
        vec![self.declaration(&name, &format!("{helper}({function}, {list})"), Kind::Flat)]
    }

    /// Something has just been made or borrowed, and is read after a function was called with it.
    fn lend_new(&mut self) -> Vec<Line> {
        let value = if self.chance(40) { self.borrow(Kind::Flat) } else { format!("[{}]", self.value(Kind::Flat, 0)) };
        let function = self.pick(&self.scope.lambdas.clone());
        let mut lines = Vec::new();
        let function = function.unwrap_or_else(|| {
            lines.extend(self.chosen_lambda());
            self.scope.lambdas.last().cloned().unwrap_or_else(|| "print".to_owned())
        });
        let name = self.declare(Kind::Flat);
        lines.push(self.declaration(&name, &value, Kind::Flat));
        lines.push(Line::text(format!("{function}({name})")));
        let read = if self.chance(25) { format!("{name}.push(3)") } else { format!("print({name})") };
        lines.push(Line::text(read));
        lines
    }

    fn keep_by_helper(&mut self) -> Option<Vec<Line>> {
        let kind = if self.random.bool() { Kind::Record } else { Kind::Table };
        let holder = self.variable(kind)?;
        let list = self.argument(Kind::Flat, 1);
        let function = if self.chance(60) { Self::reader(&holder) } else { self.any_function() };
        Some(vec![Line::text(format!("{}({holder}, {list}, {function})", self.helper(Does::Keep)))])
    }

    /// A function that reads all of a variable.
    fn reader(of: &str) -> String {
        format!("|v| {{ print({of}); print(v) }}")
    }

    /// A function value, often one that does something to what it is given or has captured.
    fn any_function(&mut self) -> String {
        if self.chance(30) { self.harsh_lambda() } else { self.function_value(1) }
    }

    /// A lambda that changes, drops or keeps what it is given.
    fn harsh_lambda(&mut self) -> String {
        if self.wild(200) {
            return "|v| { drop(v) }".to_owned();
        }
        let kept = self.inside().filter(|_| self.chance(50)).or_else(|| self.variable(Kind::Flat));
        match (self.random.u32(0..4), kept) {
            (0, Some(kept)) => format!("|v| {{ {kept} = v }}"),
            (1, Some(kept)) => format!("|v| {{ {kept} = &v }}"),
            (2, Some(kept)) => format!("|v| {{ {kept}.push(v) }}"),
            _ => "|v| { v.push(1) }".to_owned(),
        }
    }

    /// A variable that holds one of several functions, which a branch decides.
    pub(super) fn chosen_lambda(&mut self) -> Vec<Line> {
        let (calm, harsh) = (self.function_value(0), self.harsh_lambda());
        let name = self.fresh();
        let lines = match self.random.u32(0..3) {
            0 => vec![Line::text(format!("let {name} = if {} {{ {calm} }} else {{ {harsh} }}", self.condition()))],
            1 => {
                let bit = self.bit();
                vec![Line::text(format!("let {name} = match {bit} % 2 {{ 1 => ({calm}), _ => ({harsh}) }}"))]
            }
            _ => vec![
                Line::text(format!("let {name} = {calm}")),
                Line::text(format!("if {} {{ {name} = {harsh} }}", self.condition())),
            ],
        };
        self.scope.lambdas.push(name);
        lines
    }

    /// Functions in a list, each called.
    pub(super) fn each_lambda(&mut self) -> String {
        let (first, second) = (self.function_value(0), self.any_function());
        let name = self.fresh();
        format!("for {name} in [{first}, {second}] {{ {name}({}) }}", self.argument(Kind::Flat, 0))
    }

    /// Something stands in a field, an element or a variable while functions run, and is taken out again after, or where
    /// what they throw is caught.
    fn put_meanwhile(&mut self, depth: usize) -> Option<Vec<Line>> {
        let place = if self.chance(75) { self.inside()? } else { self.variable(Kind::Flat)? };
        let kept = self.declare(Kind::Flat);
        let mut lines = vec![self.declaration(&kept, &place, Kind::Flat)];
        let put = match self.random.bool() {
            true => self.borrow(Kind::Flat),
            false => self.value(Kind::Flat, 1),
        };
        lines.push(Line::text(format!("{place} = {put}")));
        if self.wild(100) {
            lines.push(Line::text(format!("drop({place})")));
        }
        let back = Line::text(format!("{place} = {kept}"));
        let mut body = self.run_meanwhile(&place);
        if self.chance(40) {
            body.extend(self.inner(depth));
        }
        let in_catch = self.chance(50);
        let mut handler = if in_catch { vec![back.clone()] } else { vec![Line::text("print(0)")] };
        if self.chance(15) {
            handler.push(Line::text("throw [2]"));
        }
        let parts = vec![("try {".to_owned(), body), ("} catch {".to_owned(), handler)];
        lines.push(Line::Block { parts, end: "}".to_owned() });
        if !in_catch || self.chance(60) {
            lines.push(back);
        }
        Some(lines)
    }

    /// Calls of functions that may come to what has been put there.
    fn run_meanwhile(&mut self, place: &str) -> Vec<Line> {
        let mut lines = Vec::new();
        if self.chance(30) {
            let holder = place.split(['.', '[']).next().unwrap_or(place);
            let name = self.fresh();
            lines.push(Line::text(format!("let {name} = {}", Self::reader(holder))));
            lines.push(Line::text(format!("{name}({})", self.argument(Kind::Flat, 0))));
        }
        let function = self.function_value(0);
        let argument = self.argument(Kind::Flat, 0);
        // A lambda is called by its name.
        lines.push(match function.starts_with('|') {
            true => Line::text(format!("apply({function}, {argument})")),
            false => Line::text(format!("{function}({argument})")),
        });
        if self.chance(40) {
            lines.extend(self.throw());
        }
        lines
    }

    /// A handle of a string is passed on, and used, perhaps after its end.
    pub(super) fn borrowed_text(&mut self) -> Vec<Line> {
        let (of, name) = (self.value(Kind::Text, 0), self.declare(Kind::Text));
        let mut lines = vec![self.declaration(&name, &format!("&{of}"), Kind::Text)];
        lines.push(match self.random.u32(0..4) {
            0 => Line::text(format!("print({name} + {of})")),
            1 => Line::text(format!("{}({name})", self.helper(Does::Node))),
            2 => Line::text(format!("{}(&{of})", self.helper(Does::Node))),
            _ => Line::text(format!("print({name})")),
        });
        if self.wild(200) {
            lines.push(Line::text(format!("drop({name})")));
        }
        if let Some(list) = self.variable(Kind::Flat)
            && self.chance(30)
        {
            lines.push(Line::text(format!("{list}.push({name})")));
        }
        lines
    }
}
