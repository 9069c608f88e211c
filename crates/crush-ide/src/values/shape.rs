//! What a value can be.

use std::collections::{BTreeSet, HashSet};

use crush_hir::body::{LocalId, Name};
use crush_hir::file::BodyId;
use crush_hir::modules::ModuleId;

/// A kind of value, besides instances of structs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Null,
    Bool,
    Number,
    String,
    Array,
    Map,
    Function,
}

/// What a value can be.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shape {
    /// An instance of these structs.
    pub(crate) structs: BTreeSet<Name>,
    /// A map with these keys.
    pub(crate) keys: BTreeSet<Name>,
    /// One of these kinds.
    pub(crate) kinds: BTreeSet<Kind>,
    /// Anything else: the text does not tell.
    pub(crate) is_open: bool,
    /// Which variables were looked at for it.
    visited: HashSet<(ModuleId, BodyId, LocalId, usize)>,
}

impl Kind {
    /// The kind that a type is called by.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "Null" | "null" | "unit" => Self::Null,
            "Bool" | "bool" | "boolean" => Self::Bool,
            "Int" | "int" | "i64" | "Float" | "float" | "f64" | "Number" => Self::Number,
            "String" | "string" | "str" => Self::String,
            "Array" => Self::Array,
            "Map" => Self::Map,
            "Function" => Self::Function,
            _ => return None,
        })
    }

    /// What the library calls the objects that have methods.
    pub(crate) fn with_methods(self) -> Option<&'static str> {
        match self {
            Self::String => Some("string"),
            Self::Array => Some("array"),
            Self::Map => Some("map"),
            Self::Null | Self::Bool | Self::Number | Self::Function => None,
        }
    }

    /// Whether its values are objects, which can be borrowed.
    pub(crate) fn is_object(self) -> bool {
        !matches!(self, Self::Null | Self::Bool | Self::Number)
    }
}

impl Shape {
    /// What nothing is known of.
    pub(crate) fn open() -> Self {
        Self { is_open: true, ..Self::default() }
    }

    /// Whether nothing was found: not even that it can be anything.
    pub(crate) fn is_unknown(&self) -> bool {
        self.structs.is_empty() && self.kinds.is_empty() && self.keys.is_empty()
    }

    /// Whether it can be an instance of a struct.
    pub(crate) fn may_be(&self, structure: &str) -> bool {
        self.structs.contains(structure) || self.is_open && self.structs.is_empty() && self.keys.is_empty()
    }

    /// Whether a value can be an object, which can be borrowed.
    pub(crate) fn may_be_object(&self) -> bool {
        self.is_open || self.is_unknown() || !self.structs.is_empty() || self.kinds.iter().any(|kind| kind.is_object())
    }

    pub(super) fn add(&mut self, kind: Kind) {
        self.kinds.insert(kind);
    }

    pub(super) fn add_struct(&mut self, name: &Name) {
        self.structs.insert(name.clone());
    }

    pub(super) fn add_key(&mut self, key: &Name) {
        self.keys.insert(key.clone());
    }

    /// Adds what the library says that it gives.
    pub(super) fn add_declared(&mut self, ty: crush_library::Type) {
        match Kind::named(&ty.to_string()) {
            Some(kind) => self.add(kind),
            None => self.is_open = true,
        }
    }

    /// Notes that a variable is looked at; whether it was not before.
    pub(super) fn visit(&mut self, (module, body): (ModuleId, BodyId), local: LocalId, depth: usize) -> bool {
        self.visited.insert((module, body, local, depth))
    }
}
