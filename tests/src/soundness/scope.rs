//! What a generator knows while it writes: kinds of values, and the names in reach.

use std::collections::BTreeSet;

/// The kind of a value, which keeps faults other than those of borrows rare. Handles, aliases and elements have the kind of
/// what they stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A list of numbers.
    Flat,
    /// A list of lists of numbers, never empty at first.
    Nested,
    /// `P` or `Q`, of the same fields `p` and `q`, each a `Flat`.
    Record,
    /// `{p: …, q: …}`, each a `Flat`.
    Table,
    /// `T { own, kids }`: a `Flat` and a list of trees.
    Tree,
    /// `O { r, p }`: a `Record` and a `Flat`.
    Outer,
    /// A string, which is never dropped or borrowed exclusively.
    Text,
}

const KINDS: [Kind; 13] = [
    Kind::Flat,
    Kind::Flat,
    Kind::Flat,
    Kind::Flat,
    Kind::Flat,
    Kind::Nested,
    Kind::Nested,
    Kind::Record,
    Kind::Record,
    Kind::Table,
    Kind::Tree,
    Kind::Outer,
    Kind::Text,
];

/// A function or a method.
#[derive(Clone, Debug)]
pub(super) struct Function {
    pub(super) name: String,
    /// A method is called on a value of this kind.
    pub(super) receiver: Option<Kind>,
    pub(super) params: Vec<Kind>,
    /// Takes a function of one `Flat` as its last argument.
    pub(super) takes_function: bool,
    pub(super) gives: Option<Kind>,
    /// In the module.
    pub(super) in_module: bool,
}

/// Names in reach.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    pub(super) variables: Vec<(String, Kind)>,
    /// Function values, of one `Flat`.
    pub(super) lambdas: Vec<String>,
    /// Tasks, with the kind of what they give.
    pub(super) tasks: Vec<(String, Option<Kind>)>,
    /// Numbers that loops count with.
    pub(super) counters: Vec<String>,
}

/// What the lines stand in.
#[derive(Clone, Debug, Default)]
pub(super) struct Place {
    /// Loops around, which may be left.
    pub(super) loops: usize,
    /// A function around, and what it gives.
    pub(super) function: Option<Option<Kind>>,
    /// In a lambda no `return` of the function around.
    pub(super) lambdas: usize,
    pub(super) in_module: bool,
}

/// Writes one program.
pub(super) struct Generator {
    pub(super) random: fastrand::Rng,
    pub(super) functions: Vec<Function>,
    pub(super) scope: Scope,
    pub(super) place: Place,
    /// Names so far.
    names: usize,
    /// Bits of the input that conditions ask for so far.
    bits: usize,
    /// How often something is borrowed exclusively or dropped, in percent: wild programs fault early, calm ones run far.
    pub(super) wildness: u32,
    /// How functions of the module are named.
    pub(super) qualifier: &'static str,
    /// The helpers that the file that runs needs, and the module.
    pub(super) helpers: [BTreeSet<usize>; 2],
    /// Lines that may still be written.
    pub(super) budget: usize,
}

/// How many bits of the input there are.
pub(super) const BITS: usize = 24;

impl Generator {
    pub(super) fn new(seed: u64) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        let wildness = [6, 15, 40][random.usize(0..3)];
        Self {
            random,
            functions: Vec::new(),
            scope: Scope::default(),
            place: Place::default(),
            names: 0,
            bits: 0,
            wildness,
            qualifier: "",
            helpers: Default::default(),
            budget: 70,
        }
    }

    pub(super) fn chance(&mut self, percent: u32) -> bool {
        self.random.u32(0..100) < percent
    }

    /// Whether something wild is done, where `percent` of the wildness of the program is.
    pub(super) fn wild(&mut self, percent: u32) -> bool {
        let chance = self.wildness * percent / 100;
        self.chance(chance)
    }

    pub(super) fn pick<T: Clone>(&mut self, items: &[T]) -> Option<T> {
        (!items.is_empty()).then(|| items[self.random.usize(0..items.len())].clone())
    }

    pub(super) fn fresh(&mut self) -> String {
        self.names += 1;
        format!("v{}", self.names)
    }

    /// Declares a new variable of a kind.
    pub(super) fn declare(&mut self, kind: Kind) -> String {
        let name = self.fresh();
        self.scope.variables.push((name.clone(), kind));
        name
    }

    pub(super) fn kind(&mut self) -> Kind {
        let kind = KINDS[self.random.usize(0..KINDS.len())];
        // Structs are declared in the file that runs.
        if self.place.in_module && matches!(kind, Kind::Record | Kind::Tree | Kind::Outer) { Kind::Flat } else { kind }
    }

    pub(super) fn variable(&mut self, kind: Kind) -> Option<String> {
        let names: Vec<_> =
            self.scope.variables.iter().filter(|(_, of)| *of == kind).map(|(name, _)| name.clone()).collect();
        // What was declared last is used most.
        match names.len() {
            0 => None,
            count if self.chance(40) => names.get(count - 1).cloned(),
            _ => self.pick(&names),
        }
    }

    /// A condition that the input decides, sometimes together with a length or the turn of a loop: both ways are open.
    pub(super) fn condition(&mut self) -> String {
        let with = match self.random.u32(0..10) {
            0 => self.variable(Kind::Flat).map(|name| format!("len({name})")),
            1..3 => self.pick(&self.scope.counters.clone()),
            _ => None,
        };
        let (bit, value) = (self.bit(), u32::from(self.random.bool()));
        match with {
            Some(with) => format!("({bit} + {with}) % 2 == {value}"),
            None => format!("{bit} % 2 == {value}"),
        }
    }

    /// A number whose last bit the input decides. Each is one of its own, as long as there are any.
    pub(super) fn bit(&mut self) -> String {
        self.bits += 1;
        let bit = if self.bits <= BITS && self.chance(85) { self.bits - 1 } else { self.random.usize(0..BITS) };
        match bit {
            0 => "input".to_owned(),
            _ => format!("input / {}", 1 << bit),
        }
    }
}
