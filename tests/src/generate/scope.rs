//! What a generator knows while it writes: types, and the names in reach.

use std::fmt::Write as _;

use super::Tape;

/// The type of a value, as the generator keeps it; the program mostly does not say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Int,
    Float,
    Bool,
    Str,
    /// `[Int]`, `[Str]`, `[Float]`.
    Ints,
    Strs,
    Floats,
    /// A map from strings to ints.
    Map,
    /// An instance of the struct with this index.
    Struct(usize),
    /// A function from an int to an int.
    Function,
}

/// The types of which there always are values.
pub(super) const TYPES: [Type; 9] =
    [Type::Int, Type::Str, Type::Ints, Type::Bool, Type::Float, Type::Map, Type::Strs, Type::Function, Type::Floats];

#[derive(Clone, Debug)]
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) ty: Type,
    /// Whether it may be assigned: no loop counts with it.
    pub(super) free: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Signature {
    pub(super) name: String,
    pub(super) params: Vec<Type>,
    pub(super) result: Type,
}

#[derive(Clone, Debug)]
pub(super) struct Struct {
    pub(super) name: String,
    pub(super) fields: Vec<(String, Type)>,
    /// Methods, without `self` among their parameters.
    pub(super) methods: Vec<Signature>,
}

/// Writes one program.
pub(super) struct Generator<'t> {
    pub(super) tape: &'t mut Tape,
    pub(super) text: String,
    pub(super) variables: Vec<Variable>,
    pub(super) functions: Vec<Signature>,
    pub(super) structs: Vec<Struct>,
    /// Names so far.
    pub(super) names: usize,
    /// Blocks that the next line lies in.
    pub(super) depth: usize,
    /// Loops around the next statement that it may leave.
    pub(super) loops: usize,
    /// What the function around it returns.
    pub(super) result: Option<Type>,
    /// A loop runs over a map.
    pub(super) map_is_iterated: bool,
    /// Statements that may still be written.
    pub(super) budget: usize,
}

impl<'t> Generator<'t> {
    pub(super) fn new(tape: &'t mut Tape) -> Self {
        Self {
            tape,
            text: String::new(),
            variables: Vec::new(),
            functions: Vec::new(),
            structs: Vec::new(),
            names: 0,
            depth: 0,
            loops: 0,
            result: None,
            map_is_iterated: false,
            budget: 30,
        }
    }

    pub(super) fn line(&mut self, line: &str) {
        writeln!(self.text, "{}{line}", "  ".repeat(self.depth)).expect("a string takes everything");
    }

    pub(super) fn name(&mut self, first: char) -> String {
        self.names += 1;
        format!("{first}{}", self.names)
    }

    pub(super) fn declare(&mut self, name: &str, ty: Type) {
        self.variables.push(Variable { name: name.to_owned(), ty, free: true });
    }

    /// The names of variables of a type.
    pub(super) fn of_type(&self, ty: Type) -> Vec<String> {
        self.variables.iter().filter(|variable| variable.ty == ty).map(|variable| variable.name.clone()).collect()
    }

    /// A type, of those there are.
    pub(super) fn some_type(&mut self) -> Type {
        let structs = self.structs.len();
        match self.tape.choose(TYPES.len() + structs) {
            basic if basic < TYPES.len() => TYPES[basic],
            structure => Type::Struct(structure - TYPES.len()),
        }
    }

    /// Writes a block: what it declares ends with it.
    pub(super) fn block(&mut self, statements: usize) {
        let variables = self.variables.len();
        self.depth += 1;
        for _ in 0..statements {
            self.statement();
        }
        self.depth -= 1;
        self.variables.truncate(variables);
    }
}
