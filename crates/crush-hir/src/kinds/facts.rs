//! What the declarations of a file mean for the bodies in it, known before these are lowered: kinds, and imports for blocks.

use std::hash::{Hash, Hasher};

use rustc_hash::FxHasher;

use super::{Construct, Kind, Receiver};
use crate::body::Name;
use crate::file::{Item, ItemKind, KindDef, MethodsDef, StructDef};
use crate::guest::GuestImport;

/// What the kinds and the `use @lang` of a file mean for its bodies. Most files have neither, and nothing of this.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Facts {
    /// The structs that are copied when they are assigned, passed or returned.
    pub copied: Vec<Name>,
    /// The structs whose methods get a copy of the receiver.
    pub by_value: Vec<Name>,
    /// What `S(…)` calls.
    pub constructors: Vec<Constructor>,
    /// What every block of another language in the file imports.
    pub guests: Vec<GuestImport>,
}

/// What `S(…)` calls.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Constructor {
    /// The struct.
    pub structure: Name,
    /// The function.
    pub function: Name,
    /// Whether it is one of the struct's own, `S::f`.
    pub is_own: bool,
    /// It makes the instance, and is not given one.
    pub is_factory: bool,
}

impl Facts {
    /// Reads them off the items of a file.
    pub(crate) fn of(items: &[Item]) -> Self {
        let mut facts = Self::default();
        let mut before: Option<&KindDef> = None;
        for item in items {
            match &item.kind {
                ItemKind::Kind(def) => before = Some(def),
                ItemKind::Comment => {}
                ItemKind::Import(import) if let Some(Ok(guest)) = &import.guest => facts.guests.push(guest.clone()),
                ItemKind::Struct(structure) => {
                    if let Some(def) = before.take() {
                        facts.add(items, structure, def);
                    }
                }
                _ => before = None,
            }
        }
        facts
    }

    fn add(&mut self, items: &[Item], structure: &StructDef, def: &KindDef) {
        let (kind, _) = Kind::read(def, &structure.name);
        let name = &structure.name;
        if kind.is_copied() {
            self.copied.push(name.clone());
        }
        if kind.receiver == Receiver::ExplicitValue {
            self.by_value.push(name.clone());
        }
        let Construct::Call(function) = &kind.construct else { return };
        let functions = || items.iter().filter_map(Item::function);
        if functions().any(|known| known.name == *name) {
            return;
        }
        let is_own = |methods: &&MethodsDef| methods.type_name == *name && methods.trait_name.is_none();
        let impls = items.iter().filter_map(|item| match &item.kind {
            ItemKind::Impl(methods) => Some(&**methods),
            _ => None,
        });
        let mut own = impls.filter(is_own).flat_map(|methods| &methods.methods);
        let own = own.find(|method| method.name == *function && method.has_body);
        if own.is_none() && !functions().any(|known| known.name == *function) {
            return;
        }
        self.constructors.push(Constructor {
            structure: name.clone(),
            function: function.clone(),
            is_own: own.is_some(),
            is_factory: own.is_some_and(|method| !method.has_self()),
        });
    }

    /// Adds those of another file, where a function of this one does not hide a constructor. A constructor that is no method
    /// of its struct has no name here.
    pub(crate) fn add_those_of(&mut self, other: &Self, is_hidden: impl Fn(&str) -> bool) {
        self.copied.extend(other.copied.iter().cloned());
        self.by_value.extend(other.by_value.iter().cloned());
        let seen = |constructor: &&Constructor| constructor.is_own && !is_hidden(&constructor.structure);
        self.constructors.extend(other.constructors.iter().filter(seen).cloned());
    }

    /// What `name(…)` calls, if it makes an instance.
    pub fn constructor(&self, name: &str) -> Option<&Constructor> {
        self.constructors.iter().find(|constructor| constructor.structure == name)
    }

    /// A number that is another one for other facts, and 0 for none.
    pub(crate) fn key(&self) -> u64 {
        if *self == Self::default() {
            return 0;
        }
        let mut hasher = FxHasher::default();
        self.hash(&mut hasher);
        hasher.finish()
    }
}
