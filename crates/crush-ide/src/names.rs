//! Every name of a text, and what it means: the one index that navigation, rename, completion and colours read.
//!
//! What a name is as far as its own body tells ([`What`]) does not depend on where the body stands, nor on any other body. So
//! it is kept under the key of the body's text ([`NamesCache`]); what it means in a program is looked up when somebody asks
//! ([`meaning`](crate::meaning)).

mod body;
mod cache;
mod known;
mod unneeded;
mod walk;

use crush_hir::body::{BodyOwner, LocalId, LocalKind, Name};
use crush_hir::file::{BodyId, FileHir};
use crush_hir::source_map::BodyRange;
use crush_syntax::{TextRange, Tree};

pub(crate) use body::{BodyNames, Hidden};
pub(crate) use cache::NamesCache;

use crate::FileAnalysis;

/// A name in a body or declaration, in its own offsets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NameUse {
    /// Where it stands.
    pub(crate) range: BodyRange,
    /// The name.
    pub(crate) name: Name,
    /// What it is.
    pub(crate) what: What,
    /// What is done with what it names.
    pub(crate) access: Access,
    /// What is done with the object that it refers to.
    pub(crate) touch: Touch,
    /// `y` in `P { y }`: it is a field and a value at once, and stands in the index as both.
    pub(crate) is_shorthand: bool,
}

/// What a name is, as far as the text around it tells.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum What {
    /// A variable of the body.
    Local(LocalId),
    /// A bare name that is no variable: a function, a built-in, or nothing.
    Function,
    /// A struct or trait.
    Type,
    /// `m` in `m.f(…)`: a module, or a namespace of the library.
    Qualifier,
    /// `f` in `m.f(…)`, with the `m`.
    Qualified(Name),
    /// `f` in `S::f`, and where a method is declared; with the `S`.
    Member(Name),
    /// A method of a value.
    Method,
    /// A field or key of a value.
    Field,
    /// A field of this struct: where it is declared, in literals and in patterns.
    FieldOf(Name),
    /// A key in a map literal.
    Key,
    /// A part of the path of an import.
    Module,
    /// A function in the braces of an import.
    Imported,
    /// What says nothing: the name of an argument, a word of a declaration, a part of what did not parse.
    Nothing,
}

/// What is done with what a name names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Access {
    /// It is declared here.
    Declare,
    /// It is given a value.
    Write,
    /// It is read or called.
    Read,
}

/// What is done with the object that a variable refers to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Touch {
    /// It is read, or not touched.
    #[default]
    None,
    /// It, or something in it, is changed.
    Change,
    /// It is borrowed, shared.
    Borrow,
    /// It is borrowed exclusively.
    BorrowExclusive,
    /// It is dropped.
    Drop,
}

/// A name in a file.
#[derive(Clone, Debug)]
pub(crate) struct NameAt {
    /// Where it stands in the file.
    pub(crate) range: TextRange,
    /// The body it stands in; `None` in a declaration.
    pub(crate) body: Option<BodyId>,
    /// The name.
    pub(crate) name: NameUse,
}

/// The name at `offset`, if there is one; at a shorthand, the value.
pub(crate) fn name_at(analysis: &FileAnalysis, offset: usize) -> Option<NameAt> {
    names_at(analysis, offset).pop()
}

/// The names at `offset`: one, or two where `y` in `P { y }` is a field and a value.
pub(crate) fn names_at(analysis: &FileAnalysis, offset: usize) -> Vec<NameAt> {
    let node = analysis.tree().node_at(offset);
    let is_name = matches!(node.kind(), "identifier" | "annotation_word");
    if !is_name || node.start_byte() == node.end_byte() {
        return Vec::new();
    }
    let range = TextRange::new(node.start_byte(), node.end_byte());
    let (hir, tree) = (analysis.hir(), analysis.tree());
    if let Some(body) = hir.body_at(range.start) {
        let names = analysis.names().of_body(hir, tree, body);
        let found = names.at(&hir.body_map(body), range).cloned();
        return found.map(|name| NameAt { range, body: Some(body), name }).collect();
    }
    let found = declaration_names(hir, tree, range).filter(|found| found.range == range);
    found.collect()
}

/// The names in declarations, outside of bodies, of what touches `range`, in the order of the text.
pub(crate) fn declaration_names<'a>(
    hir: &'a FileHir,
    tree: &'a Tree,
    range: TextRange,
) -> impl Iterator<Item = NameAt> + 'a {
    let first = hir.items().partition_point(|item| (item.end() as usize) < range.start);
    let end = hir.items().partition_point(|item| (item.start as usize) <= range.end);
    (first..end.max(first)).flat_map(move |item| {
        let names = walk::item_names(hir, tree, item);
        names.into_iter().map(move |name| NameAt { range: hir.item_range(item, name.range), body: None, name })
    })
}

/// What a variable is, in words.
pub(crate) fn local_kind(kind: LocalKind) -> &'static str {
    match kind {
        LocalKind::Parameter => "parameter",
        LocalKind::Let => "variable",
        LocalKind::LoopVariable => "loop variable",
        LocalKind::CatchName => "caught error",
        LocalKind::MatchBinding => "match binding",
        LocalKind::PolyglotOutput => "output of a polyglot block",
    }
}

/// What a body is called, in words.
pub(crate) fn owner_name(owner: &BodyOwner) -> String {
    match owner {
        BodyOwner::TopLevel => "the top level".to_string(),
        BodyOwner::Function { name, .. } => format!("`{name}`"),
        BodyOwner::Method { type_name, name, .. } => format!("`{type_name}::{name}`"),
    }
}
