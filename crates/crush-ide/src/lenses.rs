//! What stands above the lines: how often something is used, and that the file can be run.

use crush_hir::file::ItemKind;
use crush_syntax::TextRange;

use crate::Snapshot;

/// A lens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lens {
    /// The name that it is about; for a run, where the program begins.
    pub range: TextRange,
    /// What it is.
    pub kind: LensKind,
}

/// What a lens is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LensKind {
    /// The program can be run.
    Run,
    /// What is declared here is used elsewhere. How often is worked out when somebody looks.
    References,
}

/// The lenses of a file, in the order of the text.
pub fn lenses(snapshot: &Snapshot) -> Vec<Lens> {
    let hir = snapshot.analysis.hir();
    let mut lenses = Vec::new();
    let mut begins = None;
    for (index, item) in hir.items().iter().enumerate() {
        let mut add = |range| lenses.push(Lens { range: hir.item_range(index, range), kind: LensKind::References });
        match &item.kind {
            ItemKind::Function(function) if function.name == "main" => {
                begins = Some(hir.item_range(index, function.name_range));
            }
            ItemKind::Function(function) => add(function.name_range),
            ItemKind::Struct(structure) => add(structure.name_range),
            ItemKind::Trait(methods) => {
                add(methods.type_range);
                methods.methods.iter().for_each(|method| add(method.name_range));
            }
            ItemKind::Impl(methods) => methods.methods.iter().for_each(|method| add(method.name_range)),
            ItemKind::Statement(_) => {
                begins = begins.or(Some(TextRange::empty(item.start as usize)));
            }
            _ => {}
        }
    }
    lenses.extend(begins.map(|range| Lens { range, kind: LensKind::Run }));
    lenses.sort_by_key(|lens| lens.range);
    lenses
}
