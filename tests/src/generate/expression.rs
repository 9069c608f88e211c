//! Expressions of a type.

use super::library::ENTRIES;
use super::scope::{Generator, Type};

const INTS: [&str; 16] = [
    "0",
    "1",
    "2",
    "3",
    "5",
    "7",
    "10",
    "100",
    "255",
    "-1",
    "-2",
    "0xff",
    "1000000",
    "4611686018427387904",
    "9223372036854775807",
    "-9223372036854775807",
];
const FLOATS: [&str; 12] =
    ["0.0", "1.0", "0.5", "2.5", "-1.5", "0.1", "100.0", "1e10", "1e300", "1e-7", "-0.0", "3.141592653589793"];
const STRINGS: [&str; 14] =
    ["", "a", "b", "ab", "abc", "a,b", " x ", "é", "日本", "12", "1.5", "{}", "x/y.z", "q\\\"\\n"];

impl Generator<'_> {
    /// An expression of type `ty`, nested at most `depth` deep.
    pub(super) fn expression(&mut self, ty: Type, depth: usize) -> String {
        if depth == 0 || self.tape.is_over() || !self.tape.once_in(2) {
            return self.atom(ty);
        }
        let deeper = depth - 1;
        if self.tape.once_in(4)
            && let Some(call) = self.call_of(ty, deeper)
        {
            return call;
        }
        if self.tape.once_in(4)
            && let Some(call) = self.library_call(ty, deeper)
        {
            return call;
        }
        if self.tape.once_in(12) {
            return self.match_expression(ty, deeper);
        }
        match ty {
            Type::Int => self.int(deeper),
            Type::Float => self.float(deeper),
            Type::Bool => self.bool(deeper),
            Type::Str => self.string(deeper),
            Type::Ints | Type::Strs | Type::Floats => self.array(ty, deeper),
            Type::Map => self.map_literal(deeper),
            Type::Struct(index) => self.struct_literal(index, deeper),
            Type::Function => self.lambda(deeper),
        }
    }

    /// A variable or the simplest literal.
    pub(super) fn atom(&mut self, ty: Type) -> String {
        let variables = self.of_type(ty);
        if !variables.is_empty() && self.tape.choose(3) > 0 {
            return self.tape.pick(&variables).clone();
        }
        match ty {
            Type::Int => (*self.tape.pick(&INTS)).to_owned(),
            Type::Float => (*self.tape.pick(&FLOATS)).to_owned(),
            Type::Bool => (*self.tape.pick(&["true", "false"])).to_owned(),
            Type::Str => format!("\"{}\"", self.tape.pick(&STRINGS)),
            Type::Ints | Type::Strs | Type::Floats => {
                let element = element(ty);
                let count = self.tape.choose(4);
                let items: Vec<_> = (0..count).map(|_| self.atom(element)).collect();
                format!("[{}]", items.join(", "))
            }
            Type::Map => (*self.tape.pick(&["{}", "{a: 1}", "{a: 1, b: 2}", "{\"b c\": 3, a: -1}"])).to_owned(),
            Type::Struct(index) => self.struct_literal(index, 0),
            Type::Function => {
                (*self.tape.pick(&["|n| n", "|n| n + 1", "|n| n * n", "|n| { return 0 - n }"])).to_owned()
            }
        }
    }

    fn int(&mut self, depth: usize) -> String {
        match self.tape.choose(8) {
            0..3 => {
                let operator = *self.tape.pick(&["+", "-", "*", "/", "%"]);
                self.binary(Type::Int, operator, Type::Int, depth)
            }
            3 => format!("-{}", self.parenthesised(Type::Int, depth)),
            4 => self.index(Type::Ints, depth),
            5 => self.map_read(depth),
            6 => match self.of_type(Type::Function) {
                names if names.is_empty() => self.atom(Type::Int),
                names => format!("{}({})", self.tape.pick(&names).clone(), self.expression(Type::Int, depth)),
            },
            _ => self.field(Type::Int).unwrap_or_else(|| format!("({})", self.atom(Type::Int))),
        }
    }

    fn float(&mut self, depth: usize) -> String {
        match self.tape.choose(6) {
            0..3 => {
                let operator = *self.tape.pick(&["+", "-", "*", "/", "%"]);
                let right = *self.tape.pick(&[Type::Float, Type::Int]);
                self.binary(Type::Float, operator, right, depth)
            }
            3 => format!("-{}", self.parenthesised(Type::Float, depth)),
            4 => self.index(Type::Floats, depth),
            _ => self.field(Type::Float).unwrap_or_else(|| self.binary(Type::Int, "*", Type::Float, depth)),
        }
    }

    fn bool(&mut self, depth: usize) -> String {
        match self.tape.choose(6) {
            0..2 => {
                let ty = *self.tape.pick(&[Type::Int, Type::Str, Type::Float]);
                let operator = *self.tape.pick(&["<", "==", "!=", ">", "<=", ">="]);
                self.binary(ty, operator, ty, depth)
            }
            2 => {
                let operator = *self.tape.pick(&["&&", "||", "and", "or"]);
                self.binary(Type::Bool, operator, Type::Bool, depth)
            }
            3 => format!("!{}", self.parenthesised(Type::Bool, depth)),
            4 => {
                let ty = *self.tape.pick(&[Type::Ints, Type::Map, Type::Strs, Type::Bool]);
                let operator = *self.tape.pick(&["==", "!="]);
                self.binary(ty, operator, ty, depth)
            }
            _ => self.binary(Type::Int, "<", Type::Float, depth),
        }
    }

    fn string(&mut self, depth: usize) -> String {
        match self.tape.choose(6) {
            0..2 => {
                let right = self.some_type();
                self.binary(Type::Str, "+", right, depth)
            }
            2 => {
                let left = self.expression(Type::Str, depth);
                let bounds = self.bounds();
                format!("({left}){bounds}")
            }
            3 => self.index(Type::Strs, depth),
            4 => self.index(Type::Str, depth),
            _ => self.field(Type::Str).unwrap_or_else(|| self.binary(Type::Int, "+", Type::Str, depth)),
        }
    }

    fn array(&mut self, ty: Type, depth: usize) -> String {
        match self.tape.choose(5) {
            0 | 1 => {
                let count = self.tape.choose(4);
                let items: Vec<_> = (0..count).map(|_| self.expression(element(ty), depth)).collect();
                format!("[{}]", items.join(", "))
            }
            2 => {
                let whole = self.atom(ty);
                let bounds = self.bounds();
                format!("{whole}{bounds}")
            }
            3 if ty == Type::Ints => {
                let (from, to) = (self.tape.choose(3), self.tape.choose(6));
                let dots = *self.tape.pick(&["..", "..="]);
                format!("({from}{dots}{to})")
            }
            _ => self.binary(ty, "+", ty, depth),
        }
    }

    fn map_literal(&mut self, depth: usize) -> String {
        let count = self.tape.choose(3);
        let entries: Vec<_> = (0..count)
            .map(|_| {
                let key = *self.tape.pick(&["a", "b", "k", "\"b c\""]);
                format!("{key}: {}", self.expression(Type::Int, depth))
            })
            .collect();
        format!("{{{}}}", entries.join(", "))
    }

    /// Fields are written in their order: which one prints first differs otherwise.
    pub(super) fn struct_literal(&mut self, index: usize, depth: usize) -> String {
        let Some(structure) = self.structs.get(index).cloned() else { return "null".to_owned() };
        let fields: Vec<_> =
            structure.fields.iter().map(|(name, ty)| format!("{name}: {}", self.expression(*ty, depth))).collect();
        format!("{} {{ {} }}", structure.name, fields.join(", "))
    }

    pub(super) fn lambda(&mut self, depth: usize) -> String {
        let name = self.name('n');
        self.declare(&name, Type::Int);
        let body = self.expression(Type::Int, depth);
        self.variables.pop();
        if self.tape.once_in(3) { format!("|{name}| {{ return {body} }}") } else { format!("|{name}| {body}") }
    }

    fn binary(&mut self, left: Type, operator: &str, right: Type, depth: usize) -> String {
        let left = self.parenthesised(left, depth);
        let right = self.parenthesised(right, depth);
        format!("{left} {operator} {right}")
    }

    fn parenthesised(&mut self, ty: Type, depth: usize) -> String {
        let text = self.expression(ty, depth);
        let simple = text.chars().all(|c| c.is_alphanumeric() || c == '"');
        if simple { text } else { format!("({text})") }
    }

    fn index(&mut self, ty: Type, depth: usize) -> String {
        let whole = self.atom(ty);
        let index = match self.tape.choose(4) {
            0 => "0".to_owned(),
            1 => "-1".to_owned(),
            2 => "1".to_owned(),
            _ => self.expression(Type::Int, depth),
        };
        format!("{whole}[{index}]")
    }

    fn map_read(&mut self, depth: usize) -> String {
        let maps = self.of_type(Type::Map);
        if maps.is_empty() {
            return self.atom(Type::Int);
        }
        let map = self.tape.pick(&maps).clone();
        match self.tape.choose(3) {
            0 => format!("{map}.a"),
            1 => format!("{map}[\"a\"]"),
            _ => format!("{map}[{}]", self.expression(Type::Str, depth)),
        }
    }

    fn field(&mut self, ty: Type) -> Option<String> {
        let fields: Vec<String> = self
            .variables
            .iter()
            .filter_map(|variable| {
                let Type::Struct(index) = variable.ty else { return None };
                let (name, _) = self.structs[index].fields.iter().find(|(_, field)| *field == ty)?;
                Some(format!("{}.{name}", variable.name))
            })
            .collect();
        (!fields.is_empty()).then(|| self.tape.pick(&fields).clone())
    }

    fn bounds(&mut self) -> String {
        let bound = |tape: &mut super::Tape| (*tape.pick(&["", "1", "-1", "0", "2", "-2", "9"])).to_owned();
        let (from, to) = (bound(self.tape), bound(self.tape));
        match self.tape.choose(4) {
            0..3 => format!("[{from}:{to}]"),
            _ => format!("[{from}:{to}:{}]", self.tape.pick(&["1", "-1", "2", "-2"])),
        }
    }

    /// Only one argument may be more than an atom: in which order several are evaluated shows.
    fn arguments(&mut self, params: &[Type], depth: usize) -> String {
        let complex = self.tape.choose(params.len().max(1));
        let arguments: Vec<_> = params
            .iter()
            .enumerate()
            .map(|(at, ty)| if at == complex { self.expression(*ty, depth) } else { self.atom(*ty) })
            .collect();
        arguments.join(", ")
    }

    /// A call of one of the program's own functions or methods.
    fn call_of(&mut self, ty: Type, depth: usize) -> Option<String> {
        let mut callable: Vec<(String, Vec<Type>)> = Vec::new();
        for function in self.functions.iter().filter(|function| function.result == ty) {
            callable.push((function.name.clone(), function.params.clone()));
        }
        for variable in &self.variables {
            let Type::Struct(index) = variable.ty else { continue };
            for method in self.structs[index].methods.iter().filter(|method| method.result == ty) {
                callable.push((format!("{}.{}", variable.name, method.name), method.params.clone()));
            }
        }
        if callable.is_empty() {
            return None;
        }
        let (name, params) = self.tape.pick(&callable).clone();
        if params.len() == 1 && !name.contains('.') && self.tape.once_in(4) {
            return Some(format!("({} |> {name})", self.atom(params[0])));
        }
        let arguments = self.arguments(&params, depth);
        Some(format!("{name}({arguments})"))
    }

    fn library_call(&mut self, ty: Type, depth: usize) -> Option<String> {
        let entries: Vec<_> = ENTRIES.iter().filter(|(_, _, result)| *result == ty).collect();
        if entries.is_empty() {
            return None;
        }
        let (name, params, _) = **self.tape.pick(&entries);
        let arguments = self.arguments(params, depth);
        Some(format!("{name}({arguments})"))
    }

    fn match_expression(&mut self, ty: Type, depth: usize) -> String {
        let subject = self.atom(Type::Int);
        // A brace after `=>` opens a block.
        let (first, second) = (self.expression(ty, depth), self.expression(ty, depth));
        let [first, second] = [first, second].map(|arm| if arm.starts_with('{') { format!("({arm})") } else { arm });
        let pattern = *self.tape.pick(&["0", "1", "5", "255"]);
        if self.tape.once_in(2) {
            let name = self.name('b');
            self.declare(&name, Type::Int);
            let bound = self.expression(ty, depth);
            self.variables.pop();
            let bound = if bound.starts_with('{') { format!("({bound})") } else { bound };
            return format!("(match {subject} {{ {pattern} => {first}, {name} => {bound} }})");
        }
        format!("(match {subject} {{ {pattern} => {first}, _ => {second} }})")
    }
}

/// What an array of type `ty` holds.
pub(super) fn element(ty: Type) -> Type {
    match ty {
        Type::Strs => Type::Str,
        Type::Floats => Type::Float,
        _ => Type::Int,
    }
}
