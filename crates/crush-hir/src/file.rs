//! A file: what it declares, and which bodies it has. No body is lowered before somebody asks for it.
//!
//! A file is the list of the nodes directly under its root, in order ([`Item`]). An edit makes a new list out of the old
//! one and of what the edit changed ([`FileHir::update`]); everything else is taken over, with its key.

mod change;
mod collect;
mod item;
mod kind;
mod names;
mod update;

use std::borrow::Cow;
use std::sync::Arc;

use crush_syntax::{Node, TextRange, Tree};

pub use item::{
    FieldDef, FunctionDef, ImportDef, ImportedName, Item, ItemKey, ItemKind, MethodsDef, ParameterDef, StructDef,
};
pub use kind::{KindArgument, KindDef, KindValue};

use crate::body::{Body, BodyOwner, Name};
use crate::kinds::Facts;
use crate::lower;
use crate::modules::Imports;
use crate::source_map::{BodyMap, BodyRange};
use names::Names;

/// A file of a program.
#[derive(Clone, Debug, PartialEq)]
pub struct FileHir {
    items: Arc<Vec<Item>>,
    names: Arc<Names>,
    top_level: Arc<TopLevel>,
    /// What its imports bring; `None` while nobody has looked.
    imports: Option<Arc<Imports>>,
}

/// Where the statements of the top level stand.
#[derive(Clone, Debug, Default, PartialEq)]
struct TopLevel {
    /// Items, with `fn main` among them, in the order of the text.
    parts: Vec<usize>,
    /// The `fn main` whose statements run when those of the top level are done.
    main: Option<usize>,
    key: ItemKey,
    map: BodyMap,
}

/// A body of a file, by its place in the list of items: good for one version of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BodyId {
    /// The top-level statements, and those of `fn main` after them.
    TopLevel,
    /// The function that is this item.
    Function(usize),
    /// A method of the `impl` or `trait` that is this item.
    Method {
        /// The item.
        item: usize,
        /// Its place in [`MethodsDef::methods`].
        method: usize,
    },
}

impl FileHir {
    /// The items, in the order of the text.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// A number that changes whenever a declaration does that other bodies can see (names, parameters, fields, methods).
    ///
    /// What a body means depends on its own text and on this.
    pub fn signature(&self) -> u64 {
        let imported = self.imports.as_ref().map_or(0, |imports| imports.signature());
        self.names.signature.rotate_left(7) ^ imported
    }

    /// The same number for the declarations of this file alone, whatever its imports bring.
    pub fn own_signature(&self) -> u64 {
        self.names.signature
    }

    /// The same file, knowing what its imports bring.
    #[must_use]
    pub fn with_imports(&self, imports: Imports) -> Self {
        self.with_shared_imports(Arc::new(imports))
    }

    /// The same file, knowing what its imports bring as another version of it does.
    #[must_use]
    pub fn with_shared_imports(&self, imports: Arc<Imports>) -> Self {
        Self { imports: Some(imports), ..self.clone() }
    }

    /// The same file, as if nobody had looked at its imports.
    #[must_use]
    pub fn without_imports(&self) -> Self {
        Self { imports: None, ..self.clone() }
    }

    /// What its imports bring; `None` while nobody has looked.
    pub fn imports(&self) -> Option<&Imports> {
        self.imports.as_deref()
    }

    /// Every body: the top level first, then functions and methods in the order of the text.
    ///
    /// The body of `fn main` is part of the top level, as its variables are (see [`BodyId::TopLevel`]); a function that a
    /// later one of the same name replaces is still a body.
    pub fn bodies(&self) -> impl Iterator<Item = BodyId> {
        std::iter::once(BodyId::TopLevel).chain(self.items.iter().enumerate().flat_map(|(item, it)| {
            let function = (matches!(it.kind, ItemKind::Function(_)) && self.top_level.main != Some(item))
                .then_some(BodyId::Function(item));
            let methods = it.methods().into_iter().flat_map(|methods| methods.methods.iter().enumerate());
            let methods = methods
                .filter(|(_, function)| function.has_body)
                .map(move |(method, _)| BodyId::Method { item, method });
            function.into_iter().chain(methods)
        }))
    }

    /// The function or method that a body is of; `None` for the top level.
    pub fn function_of(&self, body: BodyId) -> Option<&FunctionDef> {
        match body {
            BodyId::TopLevel => None,
            BodyId::Function(item) => self.items.get(item)?.function(),
            BodyId::Method { item, method } => self.items.get(item)?.methods()?.methods.get(method),
        }
    }

    /// The key of a body: the same as long as its text and the kinds of the file are, wherever it stands.
    pub fn body_key(&self, body: BodyId) -> ItemKey {
        let ItemKey(key) = match self.function_of(body) {
            Some(function) => function.key,
            None => self.top_level.key,
        };
        // What it means depends on the kinds of the file, too.
        let others = self.other_facts().map(|names| names.facts_key);
        ItemKey(key ^ others.fold(self.names.facts_key, |all, key| all.rotate_left(7) ^ key))
    }

    /// The names of the other files of the program, those without kinds aside.
    fn other_facts(&self) -> impl Iterator<Item = &Names> {
        self.program_files().skip(1).map(|(_, file)| &*file.names).filter(|names| names.facts_key != 0)
    }

    /// What the kinds of the whole program mean for the bodies of this file.
    fn facts(&self) -> Cow<'_, Facts> {
        let mut facts = Cow::Borrowed(&*self.names.facts);
        for other in self.other_facts() {
            facts.to_mut().add_those_of(&other.facts, |name| self.names.functions.contains_key(name));
        }
        facts
    }

    /// What a body belongs to.
    pub fn body_owner(&self, body: BodyId) -> BodyOwner {
        let Some(function) = self.function_of(body) else { return BodyOwner::TopLevel };
        match body {
            BodyId::Method { item, .. } => BodyOwner::Method {
                type_name: self.items[item].methods().map(|methods| methods.type_name.clone()).unwrap_or_default(),
                name: function.name.clone(),
                is_async: function.is_async,
            },
            _ => BodyOwner::Function { name: function.name.clone(), is_async: function.is_async },
        }
    }

    /// Where the text of a body stands in the file.
    pub fn body_map(&self, body: BodyId) -> BodyMap {
        let (BodyId::Function(item) | BodyId::Method { item, .. }) = body else { return self.top_level.map.clone() };
        match self.function_of(body) {
            Some(function) => {
                let BodyRange { start, end } = function.range;
                BodyMap::contiguous(self.items[item].start + start, end - start)
            }
            None => BodyMap::default(),
        }
    }

    /// The body whose text holds `offset`, if any.
    pub fn body_at(&self, offset: usize) -> Option<BodyId> {
        let offset = u32::try_from(offset).ok()?;
        let item = self.items.partition_point(|item| item.start <= offset).checked_sub(1)?;
        let it = &self.items[item];
        if offset > it.end() {
            return None;
        }
        match &it.kind {
            _ if self.top_level.main == Some(item) => Some(BodyId::TopLevel),
            ItemKind::Function(_) => Some(BodyId::Function(item)),
            ItemKind::Impl(methods) | ItemKind::Trait(methods) => {
                let method = methods.methods.iter().position(|m| m.has_body && m.range.touches(offset - it.start))?;
                Some(BodyId::Method { item, method })
            }
            ItemKind::Statement(_) | ItemKind::MainCall | ItemKind::Error => Some(BodyId::TopLevel),
            _ => None,
        }
    }

    /// Lowers a body. `tree` must be the tree that the file was made from.
    pub fn lower(&self, tree: &Tree, body: BodyId) -> Body {
        let map = self.body_map(body);
        let owner = self.body_owner(body);
        let facts = self.facts();
        match body {
            BodyId::TopLevel => lower::top_level(tree, &self.top_level_parts(tree), &map, &facts),
            BodyId::Function(item) | BodyId::Method { item, .. } => {
                let node = self.function_of(body).and_then(|function| {
                    let BodyRange { start, end } = function.range;
                    let at = self.items[item].start + start;
                    function_node(tree, at, at + end - start)
                });
                match node {
                    Some(node) => lower::function(tree, owner, node, &map, &facts),
                    None => Body::empty(owner),
                }
            }
        }
    }

    fn top_level_parts<'tree>(&self, tree: &'tree Tree) -> Vec<lower::Part<'tree>> {
        let mut parts = Vec::with_capacity(self.top_level.parts.len());
        let mut cursor = tree.root().walk();
        if !cursor.goto_first_child() {
            return parts;
        }
        for &index in &self.top_level.parts {
            let start = self.items[index].start as usize;
            let found = loop {
                let node = cursor.node();
                if node.start_byte() >= start && node.is_named() {
                    break (node.start_byte() == start).then_some(node);
                }
                if !cursor.goto_next_sibling() {
                    return parts;
                }
            };
            if let Some(node) = found {
                let is_main = self.top_level.main == Some(index);
                parts.push(if is_main { lower::Part::Main(node) } else { lower::Part::Statement(node) });
            }
        }
        parts
    }

    /// The function called `name`: the last one, as the reference has it.
    pub fn function(&self, name: &str) -> Option<(usize, &FunctionDef)> {
        let item = *self.names.functions.get(name)?;
        Some((item, self.items[item].function()?))
    }

    /// The body that a call of `name` runs; for `main`, the top level.
    pub fn function_body(&self, name: &str) -> Option<BodyId> {
        match self.function(name) {
            Some((item, _)) if self.top_level.main == Some(item) => Some(BodyId::TopLevel),
            Some((item, _)) => Some(BodyId::Function(item)),
            None => (name == "main").then_some(BodyId::TopLevel),
        }
    }

    /// The struct called `name`, wherever in the file it is declared: the last one.
    pub fn structure(&self, name: &str) -> Option<(usize, &StructDef)> {
        let item = *self.names.structs.get(name)?;
        let found = self.items[item].structs().iter().rev().find(|structure| structure.name == name)?;
        Some((item, found))
    }

    /// The `@kind(…)` in front of the struct called `name`, with its item.
    pub fn kind_def(&self, name: &str) -> Option<(usize, &KindDef)> {
        let (item, _) =
            self.structure(name).filter(|(item, _)| matches!(self.items[*item].kind, ItemKind::Struct(_)))?;
        let before = self.items[..item].iter().rposition(|item| item.kind != ItemKind::Comment)?;
        match &self.items[before].kind {
            ItemKind::Kind(def) => Some((before, def)),
            _ => None,
        }
    }

    /// The trait called `name`.
    pub fn trait_named(&self, name: &str) -> Option<(usize, &MethodsDef)> {
        let item = *self.names.traits.get(name)?;
        Some((item, self.items[item].methods()?))
    }

    /// What `scope::name` is: what a struct has by itself, the default that a trait gives, or, for `Struct::Trait`, what the
    /// struct has for the trait.
    pub fn method(&self, scope: &str, name: &str) -> Option<BodyId> {
        if let Some((type_name, of)) = scope.split_once("::") {
            return self.method_in_impls(type_name, name, |trait_name| trait_name == Some(of));
        }
        let own = self.method_in_impls(scope, name, |trait_name| trait_name.is_none());
        own.or_else(|| self.method_in(*self.names.traits.get(scope)?, name))
    }

    /// The trait that a type has methods for besides its own, when one of them is called `name`.
    pub fn trait_with(&self, type_name: &str, name: &str) -> Option<&Name> {
        let impls = self.names.impls.get(type_name)?;
        let with =
            impls.iter().rev().find(|&&item| self.trait_of(item).is_some() && self.method_in(item, name).is_some());
        self.trait_of(*with?)
    }

    /// The trait that a method is written for, in `impl Trait for T`.
    pub fn trait_of_method(&self, body: BodyId) -> Option<&Name> {
        match body {
            BodyId::Method { item, .. } => self.trait_of(item),
            _ => None,
        }
    }

    fn trait_of(&self, item: usize) -> Option<&Name> {
        self.items[item].methods()?.trait_name.as_ref()
    }

    /// The last method called `name` that has a body in an `impl` of the type for a trait that is meant; `None` is for none.
    fn method_in_impls(&self, type_name: &str, name: &str, is_meant: impl Fn(Option<&str>) -> bool) -> Option<BodyId> {
        let impls = self.names.impls.get(type_name)?.iter().rev();
        let meant = impls.filter(|&&item| is_meant(self.trait_of(item).map(Name::as_str)));
        meant.copied().find_map(|item| self.method_in(item, name))
    }

    fn method_in(&self, item: usize, name: &str) -> Option<BodyId> {
        let methods = &self.items[item].methods()?.methods;
        let method = methods.iter().rposition(|method| method.name == name && method.has_body)?;
        Some(BodyId::Method { item, method })
    }

    /// Every method called `name` that has a body, of whatever type: what a call on an unknown receiver may run.
    pub fn methods_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = BodyId> + 'a {
        let items = self.names.methods.get(name).map(Vec::as_slice).unwrap_or_default();
        items.iter().flat_map(move |&item| {
            let methods = self.items[item].methods().map(|m| m.methods.as_slice()).unwrap_or_default();
            let named = methods.iter().enumerate().filter(move |(_, m)| m.name == name && m.has_body);
            named.map(move |(method, _)| BodyId::Method { item, method })
        })
    }

    /// The items that implement something for `type_name`.
    pub fn impls_of(&self, type_name: &str) -> &[usize] {
        self.names.impls.get(type_name).map(Vec::as_slice).unwrap_or_default()
    }

    /// Names of functions, for suggestions.
    pub fn function_names(&self) -> impl Iterator<Item = &Name> {
        self.names.functions.keys()
    }

    /// Names of structs, for suggestions.
    pub fn struct_names(&self) -> impl Iterator<Item = &Name> {
        self.names.structs.keys()
    }

    /// Functions that a later one of the same name replaces, by item.
    pub fn replaced_functions(&self) -> &[usize] {
        &self.names.replaced
    }

    /// What its imports bring, to be kept; `None` while nobody has looked.
    pub fn shared_imports(&self) -> Option<Arc<Imports>> {
        self.imports.clone()
    }

    /// The imports of modules, in the order of the text, by item.
    pub fn module_imports(&self) -> impl Iterator<Item = (usize, &ImportDef)> {
        let imports = self.items.iter().enumerate().filter(|_| self.names.imports_modules);
        imports.flat_map(|(index, item)| item.module_imports().iter().map(move |import| (index, import)))
    }

    /// A number that changes whenever an import of a module does.
    pub fn imports_signature(&self) -> u64 {
        self.names.imports
    }

    /// Whether an import may bring in names that this file does not show.
    pub fn imports_modules(&self) -> bool {
        self.names.imports_modules && self.imports.as_ref().is_none_or(|imports| imports.is_incomplete())
    }

    /// The range in the file of a range in an item.
    pub fn item_range(&self, item: usize, range: BodyRange) -> TextRange {
        let start = self.items[item].start;
        TextRange::new((start + range.start) as usize, (start + range.end) as usize)
    }

    /// The node of an item.
    pub fn node<'tree>(&self, tree: &'tree Tree, item: usize) -> Option<Node<'tree>> {
        let start = self.items.get(item)?.start as usize;
        let mut cursor = tree.root().walk();
        cursor.goto_first_child_for_byte(start)?;
        let node = cursor.node();
        (node.start_byte() == start).then_some(node)
    }
}

/// The function definition that stands exactly from `start` to `end`.
fn function_node(tree: &Tree, start: u32, end: u32) -> Option<Node<'_>> {
    let (start, end) = (start as usize, end as usize);
    let mut node = tree.root().named_descendant_for_byte_range(start, end)?;
    loop {
        if matches!(node.kind(), "function_definition" | "function_signature")
            && node.start_byte() == start
            && node.end_byte() == end
        {
            return Some(node);
        }
        node = node.parent()?;
    }
}
