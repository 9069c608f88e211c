//! Declarations: structs with methods, functions, and the program that uses them.

use super::scope::{Generator, Signature, Struct, Type};

const FIELDS: [Type; 5] = [Type::Int, Type::Str, Type::Ints, Type::Float, Type::Bool];
const RESULTS: [Type; 7] = [Type::Int, Type::Str, Type::Ints, Type::Bool, Type::Float, Type::Strs, Type::Map];

impl Generator<'_> {
    /// Structs and functions; each may use those before it.
    pub(super) fn declarations(&mut self) {
        for _ in 0..self.tape.choose(3) {
            self.structure();
        }
        for _ in 0..self.tape.choose(4) {
            self.function();
        }
    }

    /// The statements of the program, and at their end what is left of its variables.
    pub(super) fn main(&mut self) {
        // A file without statements has an entry of its own in the reference.
        self.line("print(0)");
        for _ in 0..12 {
            self.statement();
        }
        let names: Vec<_> = self.variables.iter().map(|variable| variable.name.clone()).collect();
        for name in names {
            self.line(&format!("print({name})"));
        }
    }

    fn structure(&mut self) {
        let name = self.name('S');
        let count = 1 + self.tape.choose(3);
        let fields: Vec<_> = (0..count).map(|at| (format!("f{at}"), *self.tape.pick(&FIELDS))).collect();
        let names: Vec<_> = fields.iter().map(|(name, _)| name.clone()).collect();
        self.line(&format!("struct {name} {{ {} }}", names.join(", ")));
        let index = self.structs.len();
        self.structs.push(Struct { name: name.clone(), fields, methods: Vec::new() });
        if self.tape.once_in(2) {
            self.line(&format!("impl {name} {{"));
            self.depth += 1;
            for _ in 0..1 + self.tape.choose(2) {
                let method = self.callable('m', Some(index));
                self.structs[index].methods.push(method);
            }
            self.depth -= 1;
            self.line("}");
        }
    }

    fn function(&mut self) {
        let function = self.callable('f', None);
        self.functions.push(function);
    }

    /// A function, or a method of the struct with index `of`.
    fn callable(&mut self, first: char, of: Option<usize>) -> Signature {
        let name = self.name(first);
        let count = self.tape.choose(3);
        let params: Vec<Type> = (0..count).map(|_| self.some_type()).collect();
        let result = *self.tape.pick(&RESULTS);
        let outer = std::mem::take(&mut self.variables);
        let mut names = Vec::new();
        if let Some(index) = of {
            names.push("self".to_owned());
            self.variables.push(super::scope::Variable {
                name: "self".to_owned(),
                ty: Type::Struct(index),
                free: false,
            });
        }
        for ty in &params {
            let param = self.name('p');
            let annotation = match (ty, self.tape.choose(5)) {
                (Type::Int, 4) => ": Int",
                (Type::Str, 4) => ": String",
                _ => "",
            };
            names.push(format!("{param}{annotation}"));
            self.declare(&param, *ty);
        }
        self.line(&format!("fn {name}({}) {{", names.join(", ")));
        self.result = Some(result);
        self.depth += 1;
        for _ in 0..self.tape.choose(4) {
            self.statement();
        }
        let value = self.expression(result, 3);
        self.line(&format!("return {value}"));
        self.depth -= 1;
        self.line("}");
        self.result = None;
        self.variables = outer;
        Signature { name, params, result }
    }
}
