//! From the names that a file declares to its items.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::item::{Item, ItemKind};
use crate::body::Name;
use crate::kinds::Facts;

/// The names of a file; each leads to the last item that declares it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Names {
    pub(super) functions: FxHashMap<Name, usize>,
    pub(super) structs: FxHashMap<Name, usize>,
    pub(super) traits: FxHashMap<Name, usize>,
    pub(super) impls: FxHashMap<Name, Vec<usize>>,
    /// For each method name, the impls and traits that have one.
    pub(super) methods: FxHashMap<Name, Vec<usize>>,
    pub(super) replaced: Vec<usize>,
    pub(super) imports_modules: bool,
    /// The imports of modules, as a number.
    pub(super) imports: u64,
    /// What its kinds and its imports for blocks mean for its bodies.
    pub(super) facts: Arc<Facts>,
    pub(super) facts_key: u64,
    pub(super) signature: u64,
}

impl Names {
    pub(super) fn of(items: &[Item]) -> Self {
        let mut names = Self::default();
        for (index, item) in items.iter().enumerate().filter(|(_, item)| item.declares()) {
            names.add(index, item);
            names.signature = names.signature.rotate_left(5).wrapping_add(super::collect::signature(item));
        }
        let has_facts = |item: &Item| match &item.kind {
            ItemKind::Kind(_) => true,
            ItemKind::Import(import) => import.guest.is_some(),
            _ => false,
        };
        if items.iter().any(has_facts) {
            names.facts = Arc::new(Facts::of(items));
            names.facts_key = names.facts.key();
        }
        names
    }

    fn add(&mut self, index: usize, item: &Item) {
        for structure in item.structs() {
            self.structs.insert(structure.name.clone(), index);
        }
        if !item.module_imports().is_empty() {
            self.imports_modules = true;
            self.imports = self.imports.rotate_left(5).wrapping_add(super::collect::signature(item));
        }
        match &item.kind {
            ItemKind::Function(function) => {
                let before = self.functions.insert(function.name.clone(), index);
                self.replaced.extend(before);
            }
            ItemKind::Impl(methods) => {
                self.impls.entry(methods.type_name.clone()).or_default().push(index);
            }
            ItemKind::Trait(methods) => {
                self.traits.insert(methods.type_name.clone(), index);
            }
            _ => {}
        }
        for method in item.methods().into_iter().flat_map(|methods| &methods.methods) {
            let items = self.methods.entry(method.name.clone()).or_default();
            if items.last() != Some(&index) {
                items.push(index);
            }
        }
    }

    /// The same names, with the items from `from` on moved by `by` places.
    pub(super) fn shifted(&self, from: usize, by: isize) -> Self {
        let mut names = self.clone();
        let shift = |index: &mut usize| {
            if *index >= from {
                *index = index.saturating_add_signed(by);
            }
        };
        names.functions.values_mut().for_each(shift);
        names.structs.values_mut().for_each(shift);
        names.traits.values_mut().for_each(shift);
        names.impls.values_mut().flatten().for_each(shift);
        names.methods.values_mut().flatten().for_each(shift);
        names.replaced.iter_mut().for_each(shift);
        names
    }
}
