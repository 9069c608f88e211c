//! What is wrong with the kinds of structs.

use super::ItemProblem;
use crate::body::Problem;
use crate::file::{FileHir, ItemKind, StructDef};
use crate::kinds::{Construct, Kind, Receiver, Resolution, Storage, order, problem};
use crate::source_map::BodyRange;

/// What is wrong with every `@kind(…)` of `file`.
pub(super) fn kinds(file: &FileHir) -> Vec<ItemProblem> {
    let mut problems = Vec::new();
    for (item, it) in file.items().iter().enumerate() {
        let ItemKind::Kind(def) = &it.kind else { continue };
        let next = file.items()[item + 1..].iter().position(|next| next.kind != ItemKind::Comment);
        let next = next.map(|after| item + 1 + after);
        match next.map(|next| (next, &file.items()[next].kind)) {
            Some((next, ItemKind::Struct(structure))) => {
                let (kind, wrong) = Kind::read(def, &structure.name);
                let is_right = wrong.is_empty();
                problems.extend(wrong.into_iter().map(|problem| ItemProblem { item, problem }));
                if is_right {
                    let wrong = structure_of(file, &kind, structure);
                    problems.extend(wrong.map(|problem| ItemProblem { item: next, problem }));
                }
            }
            Some((next, kind)) => {
                let message = "`@kind(…)` is about the struct behind it, and this is no struct".to_owned();
                let end = match kind {
                    ItemKind::Function(function) => function.name_range.end,
                    _ => file.items()[next].len,
                };
                problems.push(ItemProblem { item: next, problem: problem(BodyRange::new(0, end), message) });
            }
            None => {
                let message = "`@kind(…)` is about the struct behind it, and there is none".to_owned();
                problems.push(ItemProblem { item, problem: problem(def.range, message) });
            }
        }
    }
    problems
}

/// What is wrong with a struct of this kind: the first that is.
fn structure_of(file: &FileHir, kind: &Kind, structure: &StructDef) -> Option<Problem> {
    let name = &structure.name;
    let at = |message: String| Some(problem(structure.name_range, message));
    if kind.is_copied() && kind.storage != Storage::Sealed {
        return at(format!("`{name}` cannot be copied as a value while it may have any field: `storage: sealed`"));
    }
    if let Err(error) = order(file, name) {
        // What is wrong with an ancestor is said there.
        return if error.of == *name { at(error.message) } else { None };
    }
    let not_run = not_run(kind)?;
    at(format!("`{name}` has {not_run}, which nothing runs yet"))
}

/// What of a kind cannot be run.
fn not_run(kind: &Kind) -> Option<String> {
    if kind.resolution == Resolution::EmbeddingPromotion {
        return Some("`resolution: embedding_promotion`".to_owned());
    }
    match (&kind.construct, kind.storage, kind.receiver) {
        (Construct::NewAndInit, ..) => Some("`construct: py_new_init` with two functions".to_owned()),
        (_, Storage::OpenDict | Storage::OpenDictWithSlots, _) => Some("a `storage` for any field".to_owned()),
        (_, _, Receiver::BoundCls) => Some("`receiver: bound_cls`".to_owned()),
        _ => None,
    }
}
