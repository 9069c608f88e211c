//! Go to definition.

use crush_hir::file::{BodyId, FileHir};
use crush_syntax::TextRange;

use crate::Snapshot;
use crate::names::{Meaning, name_at};

/// Where the name at `offset` is declared; `None` for what the file does not declare.
pub fn definition(snapshot: &Snapshot, offset: usize) -> Option<TextRange> {
    let hir = snapshot.analysis.hir();
    match name_at(&snapshot.analysis, offset)?.meaning {
        Meaning::Local { id, body, body_id } => {
            let (start, end) = hir.body_map(body_id).range_to_file(body[id].range);
            Some(TextRange::new(start as usize, end as usize))
        }
        Meaning::Function(name) => {
            let (item, function) = hir.function(&name)?;
            Some(hir.item_range(item, function.name_range))
        }
        Meaning::Struct(name) => struct_or_trait(hir, &name),
        Meaning::Path { scope, name } => method_name(hir, hir.method(&scope, &name)?),
        // With one method of that name it is this one; with several, guessing would mislead.
        Meaning::Method(name) => {
            let mut methods = hir.methods_named(&name);
            let only = methods.next()?;
            methods.next().is_none().then(|| method_name(hir, only))?
        }
        Meaning::Field(name) => field(hir, &name),
        Meaning::Declaration(range) => Some(range),
        Meaning::Builtin(_) | Meaning::Capability(_) => None,
    }
}

fn struct_or_trait(hir: &FileHir, name: &str) -> Option<TextRange> {
    if let Some((item, structure)) = hir.structure(name) {
        return Some(hir.item_range(item, structure.name_range));
    }
    let (item, methods) = hir.trait_named(name)?;
    Some(hir.item_range(item, methods.type_range))
}

fn method_name(hir: &FileHir, method: BodyId) -> Option<TextRange> {
    let BodyId::Method { item, .. } = method else { return None };
    Some(hir.item_range(item, hir.function_of(method)?.name_range))
}

/// A field, when one struct alone has a field of that name.
fn field(hir: &FileHir, name: &str) -> Option<TextRange> {
    let mut found = hir.items().iter().enumerate().flat_map(|(index, item)| {
        let fields = item.structs().iter().flat_map(|structure| &structure.fields);
        fields.filter(|field| field.name == name).map(move |field| hir.item_range(index, field.range))
    });
    let only = found.next()?;
    found.next().is_none().then_some(only)
}
