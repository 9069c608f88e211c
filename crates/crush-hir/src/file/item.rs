//! What stands directly under the root of a file.

use std::sync::Arc;

use crush_syntax::TextRange;

use super::kind::KindDef;
use crate::body::Name;
use crate::guest::GuestImport;
use crate::source_map::BodyRange;

/// What an item or a body is known by as long as its text stays the same, wherever it stands: a hash of the text.
///
/// Two items with one key have the same text and the same owner, so what was found out about one holds for the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ItemKey(pub u64);

/// A node directly under the root.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Where it starts in the file. All ranges in it count from here.
    pub start: u32,
    /// Its length in bytes.
    pub len: u32,
    /// Its key.
    pub key: ItemKey,
    /// What it is.
    pub kind: ItemKind,
    /// Whether something in it did not parse.
    pub has_error: bool,
    /// The grammar's number of its node.
    pub(super) node_kind: u16,
}

/// What an item is.
#[derive(Clone, Debug, PartialEq)]
pub enum ItemKind {
    /// `fn`.
    Function(Arc<FunctionDef>),
    /// `struct`.
    Struct(Arc<StructDef>),
    /// `impl T` and `impl Trait for T`.
    Impl(Arc<MethodsDef>),
    /// `trait`.
    Trait(Arc<MethodsDef>),
    /// `import a.b as c { d }`, `use @cap …` and the other imports.
    Import(Arc<ImportDef>),
    /// `capability name access`.
    Capability(Name),
    /// `@kind(…)`, in front of a struct.
    Kind(Arc<KindDef>),
    /// `@module { … }` and its kin.
    Annotation,
    /// A statement, with the structs declared inside it.
    Statement(Option<Arc<Vec<StructDef>>>),
    /// `main()`: where there is a `fn main`, which runs anyway, it does nothing.
    MainCall,
    /// A comment.
    Comment,
    /// What did not parse.
    Error,
}

/// A function or method.
#[derive(Clone, Debug, PartialEq)]
pub struct FunctionDef {
    /// Its name.
    pub name: Name,
    /// Where its name stands.
    pub name_range: BodyRange,
    /// All of it.
    pub range: BodyRange,
    /// Its parameters; of a method, the receiver is the first.
    pub params: Vec<ParameterDef>,
    /// The type written behind `->`.
    pub return_type: Option<Name>,
    /// `async fn`.
    pub is_async: bool,
    /// Whether it has a body; a trait may leave it out.
    pub has_body: bool,
    /// The key of its body.
    pub key: ItemKey,
    /// The structs declared inside it.
    pub structs: Vec<StructDef>,
    /// Of `main`: the imports among its statements, which count as the file's.
    pub imports: Vec<ImportDef>,
}

/// A parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct ParameterDef {
    /// Its name.
    pub name: Name,
    /// Where its name stands.
    pub range: BodyRange,
    /// The type written behind it.
    pub annotation: Option<Name>,
}

/// A struct.
#[derive(Clone, Debug, PartialEq)]
pub struct StructDef {
    /// Its name.
    pub name: Name,
    /// Where its name stands.
    pub name_range: BodyRange,
    /// All of it.
    pub range: BodyRange,
    /// Its fields, in order.
    pub fields: Vec<FieldDef>,
}

/// A field of a struct.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldDef {
    /// Its name.
    pub name: Name,
    /// Where its name stands.
    pub range: BodyRange,
    /// The type written behind it.
    pub annotation: Option<Name>,
}

/// An `impl` or a `trait`.
#[derive(Clone, Debug, PartialEq)]
pub struct MethodsDef {
    /// The struct of an `impl`, or the trait itself.
    pub type_name: Name,
    /// Where that name stands.
    pub type_range: BodyRange,
    /// `impl Trait for T`: the trait.
    pub trait_name: Option<Name>,
    /// Its methods, in order.
    pub methods: Vec<FunctionDef>,
    /// The structs declared inside its methods.
    pub structs: Vec<StructDef>,
}

/// An import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportDef {
    /// What is imported: `a.b`, `"fs.read"`.
    pub path: Name,
    /// What did it: `import`, `use @cap`, …
    pub form: &'static str,
    /// All of it.
    pub range: BodyRange,
    /// The name behind `as`.
    pub alias: Option<Name>,
    /// The names in braces.
    pub names: Vec<ImportedName>,
    /// Of `use @lang`: what it gives to blocks, or why nothing.
    pub guest: Option<Result<GuestImport, String>>,
}

/// A name in the braces of an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedName {
    /// The name.
    pub name: Name,
    /// Where it stands.
    pub range: BodyRange,
}

impl FunctionDef {
    /// Whether its first parameter is the receiver.
    pub fn has_self(&self) -> bool {
        self.params.first().is_some_and(|param| param.name == "self")
    }
}

impl Item {
    /// Where it stands in the file.
    pub fn range(&self) -> TextRange {
        TextRange::new(self.start as usize, self.end() as usize)
    }

    /// One past its last byte in the file.
    pub fn end(&self) -> u32 {
        self.start + self.len
    }

    /// The function, if it is one.
    pub fn function(&self) -> Option<&FunctionDef> {
        match &self.kind {
            ItemKind::Function(function) => Some(function),
            _ => None,
        }
    }

    /// The methods, if it is an `impl` or a `trait`.
    pub fn methods(&self) -> Option<&MethodsDef> {
        match &self.kind {
            ItemKind::Impl(methods) | ItemKind::Trait(methods) => Some(methods),
            _ => None,
        }
    }

    /// The imports of modules that it is or, as `main`, holds.
    pub(super) fn module_imports(&self) -> &[ImportDef] {
        match &self.kind {
            ItemKind::Import(import) if import.form == "import" => std::slice::from_ref(import),
            ItemKind::Function(function) => &function.imports,
            _ => &[],
        }
    }

    /// The structs declared in it, at whatever depth.
    pub fn structs(&self) -> &[StructDef] {
        match &self.kind {
            ItemKind::Struct(structure) => std::slice::from_ref(structure),
            ItemKind::Function(function) => &function.structs,
            ItemKind::Impl(methods) | ItemKind::Trait(methods) => &methods.structs,
            ItemKind::Statement(Some(structs)) => structs,
            _ => &[],
        }
    }

    /// Whether it is run as part of the top level.
    pub(super) fn is_statement(&self) -> bool {
        match &self.kind {
            ItemKind::Statement(_) | ItemKind::MainCall | ItemKind::Error => true,
            // An import that nothing runs yet says so when it is reached.
            ItemKind::Import(import) => !matches!(import.form, "import" | "use @lang"),
            _ => false,
        }
    }

    /// Whether other bodies can see something that it declares.
    pub(super) fn declares(&self) -> bool {
        match &self.kind {
            ItemKind::Function(_)
            | ItemKind::Struct(_)
            | ItemKind::Impl(_)
            | ItemKind::Trait(_)
            | ItemKind::Kind(_)
            | ItemKind::Import(_) => true,
            _ => !self.structs().is_empty(),
        }
    }
}
