//! Statements.

use super::expression::element;
use super::scope::{Generator, Type};

/// How deep expressions of statements nest.
const DEEP: usize = 3;

impl Generator<'_> {
    /// One statement, with what is in it.
    pub(super) fn statement(&mut self) {
        if self.budget == 0 || self.tape.is_over() {
            return;
        }
        self.budget -= 1;
        let nested = self.depth < 4;
        match self.tape.choose(18) {
            0..3 => self.print(),
            3..6 => self.let_statement(),
            6 | 7 => self.assignment(),
            8 => self.element_assignment(),
            9 => self.field_assignment(),
            10 => self.push(),
            11 if nested => self.if_statement(),
            12 if nested => self.for_statement(),
            13 if nested => self.while_statement(),
            14 if nested => self.try_statement(),
            15 if nested => self.match_statement(),
            16 => self.leave(),
            17 => self.closure_change(),
            _ => self.print(),
        }
    }

    pub(super) fn print(&mut self) {
        let ty = self.some_type();
        let value = self.expression(ty, DEEP);
        self.line(&format!("print({value})"));
    }

    fn let_statement(&mut self) {
        let ty = self.some_type();
        let value = self.expression(ty, DEEP);
        let name = self.name('v');
        let annotation = match (ty, self.tape.choose(6)) {
            (Type::Int, 5) => ": Int",
            (Type::Str, 5) => ": String",
            (Type::Bool, 5) => ": Bool",
            (Type::Float, 5) => ": Float",
            _ => "",
        };
        self.line(&format!("let {name}{annotation} = {value}"));
        self.declare(&name, ty);
    }

    fn assignment(&mut self) {
        let free: Vec<_> = self.variables.iter().filter(|variable| variable.free).cloned().collect();
        if free.is_empty() {
            return self.let_statement();
        }
        let variable = self.tape.pick(&free).clone();
        let value = self.expression(variable.ty, DEEP);
        self.line(&format!("{} = {value}", variable.name));
    }

    /// Writes that miss differ, so the place is there.
    fn element_assignment(&mut self) {
        let ty = *self.tape.pick(&[Type::Ints, Type::Map, Type::Strs, Type::Floats]);
        let names = self.of_type(ty);
        if names.is_empty() {
            return self.let_statement();
        }
        let name = self.tape.pick(&names).clone();
        let value = self.expression(element(ty), DEEP);
        if ty != Type::Map {
            let index = self.tape.choose(3);
            return self.line(&format!("if len({name}) > {index} {{ {name}[{index}] = {value} }}"));
        }
        if self.map_is_iterated {
            return;
        }
        let key = self.atom(Type::Str);
        let line = match self.tape.choose(2) {
            0 => format!("{name}.k = {value}"),
            _ => format!("{name}[{key}] = {value}"),
        };
        self.line(&line);
    }

    fn field_assignment(&mut self) {
        let fields: Vec<(String, Type)> = self
            .variables
            .iter()
            .filter_map(|variable| match variable.ty {
                Type::Struct(index) => Some((&variable.name, &self.structs[index])),
                _ => None,
            })
            .flat_map(|(name, structure)| {
                structure.fields.iter().map(move |(field, ty)| (format!("{name}.{field}"), *ty))
            })
            .collect();
        if fields.is_empty() {
            return self.print();
        }
        let (place, ty) = self.tape.pick(&fields).clone();
        let value = self.expression(ty, DEEP);
        self.line(&format!("{place} = {value}"));
    }

    fn push(&mut self) {
        let ty = *self.tape.pick(&[Type::Ints, Type::Strs, Type::Floats]);
        let names = self.of_type(ty);
        if names.is_empty() {
            return self.let_statement();
        }
        let name = self.tape.pick(&names).clone();
        let value = self.expression(element(ty), 2);
        let line = match self.tape.choose(3) {
            0 => format!("array.push({name}, {value})"),
            1 => format!("{name}.push({value})"),
            _ => format!("if len({name}) > 0 {{ print(array.pop({name})) }}"),
        };
        self.line(&line);
    }

    fn if_statement(&mut self) {
        let condition = self.expression(Type::Bool, DEEP);
        let count = 1 + self.tape.choose(3);
        self.line(&format!("if {condition} {{"));
        self.block(count);
        if self.tape.once_in(2) {
            self.line("} else {");
            let count = 1 + self.tape.choose(2);
            self.block(count);
        }
        self.line("}");
    }

    /// What a loop runs over is new, so nothing in the loop changes it.
    fn for_statement(&mut self) {
        let name = self.name('i');
        let (ty, iterable) = match self.tape.choose(5) {
            0 => (Type::Int, format!("0..{}", self.tape.choose(4))),
            1 => (Type::Int, format!("{}..={}", self.tape.choose(3), self.tape.choose(4))),
            2 => (Type::Int, format!("({})[:]", self.expression(Type::Ints, 1))),
            3 => (Type::Str, format!("({})[:]", self.expression(Type::Strs, 1))),
            _ => (Type::Str, self.atom(Type::Map)),
        };
        let over_map = self.map_is_iterated;
        self.map_is_iterated |= !iterable.contains("..") && !iterable.ends_with("[:]");
        self.line(&format!("for {name} in {iterable} {{"));
        let variables = self.variables.len();
        self.declare(&name, ty);
        // The reference counts with the variable itself: an assignment may keep it going for ever.
        if let Some(counter) = self.variables.last_mut() {
            counter.free = false;
        }
        self.loops += 1;
        let count = 1 + self.tape.choose(3);
        self.block(count);
        self.loops -= 1;
        self.variables.truncate(variables);
        self.map_is_iterated = over_map;
        self.line("}");
    }

    fn while_statement(&mut self) {
        let name = self.name('w');
        self.line(&format!("let {name} = 0"));
        let most = self.tape.choose(4);
        let more = if self.tape.once_in(2) { format!(" && {}", self.expression(Type::Bool, 1)) } else { String::new() };
        self.line(&format!("while {name} < {most}{more} {{"));
        self.depth += 1;
        self.line(&format!("{name} = {name} + 1"));
        self.depth -= 1;
        self.declare(&name, Type::Int);
        if let Some(counter) = self.variables.last_mut() {
            counter.free = false;
        }
        self.loops += 1;
        let count = 1 + self.tape.choose(3);
        self.block(count);
        self.loops -= 1;
        self.line("}");
    }

    /// No `break` out of it: the reference would leave its handler in place.
    fn try_statement(&mut self) {
        let loops = std::mem::take(&mut self.loops);
        self.line("try {");
        let count = 1 + self.tape.choose(3);
        self.block(count);
        if self.tape.once_in(2) {
            let value = self.expression(Type::Str, 2);
            self.line(&format!("  throw {value}"));
        }
        let name = self.name('e');
        self.line(&format!("}} catch {name} {{"));
        self.line(&format!("  print(\"caught \" + {name})"));
        let count = self.tape.choose(2);
        self.block(count);
        self.line("}");
        self.loops = loops;
    }

    fn match_statement(&mut self) {
        let ty = *self.tape.pick(&[Type::Int, Type::Str, Type::Bool]);
        let subject = self.expression(ty, 1);
        self.line(&format!("match {subject} {{"));
        self.depth += 1;
        let patterns: &[&str] = match ty {
            Type::Int => &["0", "1", "255"],
            Type::Str => &["\"a\"", "\"\"", "\"ab\""],
            _ => &["true", "false"],
        };
        for pattern in patterns.iter().take(1 + self.tape.choose(2)) {
            self.line(&format!("{pattern} => {{"));
            let count = 1 + self.tape.choose(2);
            self.block(count);
            self.line("}");
        }
        self.line("_ => {");
        self.block(1);
        self.line("}");
        self.depth -= 1;
        self.line("}");
    }

    /// Leaves a loop, a function or the program, under a condition.
    fn leave(&mut self) {
        let condition = self.expression(Type::Bool, 2);
        let jump = match (self.tape.choose(3), self.result) {
            (0, _) if self.loops > 0 => "break".to_owned(),
            (1, _) if self.loops > 0 => "continue".to_owned(),
            (_, Some(ty)) => format!("return {}", self.expression(ty, 2)),
            _ => format!("throw {}", self.expression(Type::Str, 1)),
        };
        self.line(&format!("if {condition} {{ {jump} }}"));
    }

    /// A closure that changes what it captures.
    fn closure_change(&mut self) {
        let variables: Vec<_> =
            self.variables.iter().filter(|variable| variable.free && variable.ty == Type::Int).cloned().collect();
        if variables.is_empty() {
            return self.let_statement();
        }
        let variable = self.tape.pick(&variables).name.clone();
        let name = self.name('c');
        let value = self.expression(Type::Int, 1);
        self.line(&format!("let {name} = || {{ {variable} = {value} return {variable} }}"));
        self.line(&format!("{name}()"));
        self.line(&format!("print({name}() + {variable})"));
    }
}
