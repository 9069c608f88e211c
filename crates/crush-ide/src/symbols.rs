//! The outline of a file.

use crush_hir::body::Name;
use crush_hir::file::{FieldDef, FileHir, FunctionDef, ItemKind, MethodsDef, StructDef};
use crush_hir::source_map::BodyRange;
use crush_syntax::TextRange;

use crate::Snapshot;

/// One entry of the outline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// Its name.
    pub name: String,
    /// Its parameters, or what else is worth a word.
    pub detail: Option<String>,
    /// What it is.
    pub kind: SymbolKind,
    /// All of it.
    pub range: TextRange,
    /// Its name in the text.
    pub name_range: TextRange,
    /// What is inside it.
    pub children: Vec<Symbol>,
}

/// What an entry of the outline is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is named by what it is")]
pub enum SymbolKind {
    Function,
    Method,
    Struct,
    Trait,
    Impl,
    Field,
    Variable,
    Module,
}

/// The outline, in the order of the text.
pub fn symbols(snapshot: &Snapshot) -> Vec<Symbol> {
    symbols_of(snapshot.analysis.hir())
}

/// The outline of a file.
pub(crate) fn symbols_of(hir: &FileHir) -> Vec<Symbol> {
    let at = |item: usize| move |range: BodyRange| hir.item_range(item, range);
    hir.items()
        .iter()
        .enumerate()
        .filter_map(|(index, item)| match &item.kind {
            ItemKind::Function(function) => Some(function_symbol(function, SymbolKind::Function, &at(index))),
            ItemKind::Struct(structure) => Some(struct_symbol(structure, &at(index))),
            ItemKind::Impl(methods) => Some(methods_symbol(methods, SymbolKind::Impl, whole(item), &at(index))),
            ItemKind::Trait(methods) => Some(methods_symbol(methods, SymbolKind::Trait, whole(item), &at(index))),
            ItemKind::Import(import) => Some(Symbol {
                name: import.path.to_string(),
                detail: Some(import.form.to_string()),
                kind: SymbolKind::Module,
                range: hir.item_range(index, whole(item)),
                name_range: hir.item_range(index, whole(item)),
                children: Vec::new(),
            }),
            _ => None,
        })
        .collect()
}

fn whole(item: &crush_hir::file::Item) -> BodyRange {
    BodyRange::new(0, item.len)
}

fn function_symbol(function: &FunctionDef, kind: SymbolKind, at: &dyn Fn(BodyRange) -> TextRange) -> Symbol {
    Symbol {
        name: function.name.to_string(),
        detail: Some(parameters(function)),
        kind,
        range: at(function.range),
        name_range: at(function.name_range),
        children: Vec::new(),
    }
}

fn struct_symbol(structure: &StructDef, at: &dyn Fn(BodyRange) -> TextRange) -> Symbol {
    let field = |field: &FieldDef| Symbol {
        name: field.name.to_string(),
        detail: field.annotation.as_ref().map(Name::to_string),
        kind: SymbolKind::Field,
        range: at(field.range),
        name_range: at(field.range),
        children: Vec::new(),
    };
    Symbol {
        name: structure.name.to_string(),
        detail: None,
        kind: SymbolKind::Struct,
        range: at(structure.range),
        name_range: at(structure.name_range),
        children: structure.fields.iter().map(field).collect(),
    }
}

fn methods_symbol(
    methods: &MethodsDef,
    kind: SymbolKind,
    whole: BodyRange,
    at: &dyn Fn(BodyRange) -> TextRange,
) -> Symbol {
    let name = match &methods.trait_name {
        Some(trait_name) => format!("{trait_name} for {}", methods.type_name),
        None => methods.type_name.to_string(),
    };
    Symbol {
        name,
        detail: (kind == SymbolKind::Impl).then(|| "impl".to_string()),
        kind,
        range: at(whole),
        name_range: at(methods.type_range),
        children: methods.methods.iter().map(|method| function_symbol(method, SymbolKind::Method, at)).collect(),
    }
}

/// `(a, b: int) -> int`.
pub(crate) fn parameters(function: &FunctionDef) -> String {
    let typed = |name: &Name, annotation: &Option<Name>| match annotation {
        Some(annotation) => format!("{name}: {annotation}"),
        None => name.to_string(),
    };
    let params: Vec<_> = function.params.iter().map(|param| typed(&param.name, &param.annotation)).collect();
    match &function.return_type {
        Some(result) => format!("({}) -> {result}", params.join(", ")),
        None => format!("({})", params.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::at_cursor;

    #[test]
    fn the_outline_holds_functions_structs_methods_and_fields() {
        let (snapshot, _) = at_cursor(
            "struct P { x, y: int }\nimpl P {\n  fn sum(self) { return 1 }\n}\nfn f(a, b: int) -> int { return b }\nlet z = 1\n$0",
        );
        let mut drawn = String::new();
        for symbol in super::symbols(&snapshot) {
            drawn += &format!("{:?} {}{}\n", symbol.kind, symbol.name, symbol.detail.unwrap_or_default());
            for child in symbol.children {
                drawn += &format!("  {:?} {}{}\n", child.kind, child.name, child.detail.unwrap_or_default());
            }
        }
        assert_eq!(
            drawn,
            "Struct P\n  Field x\n  Field yint\nImpl Pimpl\n  Method sum(self)\nFunction f(a, b: int) -> int\n"
        );
    }
}
