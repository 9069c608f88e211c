//! Names that stand alone: variables, the nearest first, functions, types, namespaces.

use std::collections::HashSet;

use crush_hir::body::{Body, LocalId, LocalKind, Name};
use crush_hir::modules::ModuleId;

use super::item::{CompletionKind, Items};
use super::{Importable, import_edit, members};
use crate::FileAnalysis;
use crate::halfway::Halfway;
use crate::names::local_kind;
use crate::symbols::parameters;
use crate::values::Values;

/// Variables are nearer than this.
const FUNCTIONS: u32 = 1_000;
const BUILT_IN: u32 = 1_100;
const TYPES: u32 = 1_200;
const LIBRARY: u32 = 1_300;
const IMPORTABLE: u32 = 2_000;

/// The variables that are visible at `at`, the nearest first, each with how far away it is.
pub(super) fn visible(body: &Body, at: u32) -> Vec<(LocalId, u32)> {
    let mut found: Vec<_> = (0..)
        .map(LocalId)
        .zip(&body.locals)
        .filter(|(_, local)| {
            let block = body[local.scope].range;
            let is_inside = block.start <= at && at <= block.end || local.kind == LocalKind::Parameter;
            let is_declared = local.range.end <= at;
            // The parameters of a lambda are known in it only.
            let lambda = body[local.lambda].range;
            is_inside && is_declared && (local.lambda == Body::ROOT || lambda.start <= at && at <= lambda.end)
        })
        .filter(|(_, local)| local.name.starts_with(|c: char| c.is_alphabetic() || c == '_'))
        .collect();
    found.sort_by_key(|(_, local)| std::cmp::Reverse(local.range.start));
    let mut seen = HashSet::new();
    found.retain(|(_, local)| seen.insert(local.name.clone()));
    found.into_iter().zip(0..).map(|((id, _), distance)| (id, distance)).collect()
}

fn add_variables(items: &mut Items, halfway: &Halfway, is_wanted: impl Fn(LocalId) -> bool) {
    let (Some(body_id), Some(at)) = (halfway.body(), halfway.start_in_body()) else { return };
    let body = halfway.analysis.hir().lower(halfway.analysis.tree(), body_id);
    for (id, distance) in visible(&body, at) {
        let local = &body[id];
        if is_wanted(id) {
            let detail = match &local.annotation {
                Some(annotation) => format!("{}: {}", local_kind(local.kind), annotation.name),
                None => local_kind(local.kind).to_owned(),
            };
            items.add(&local.name, CompletionKind::Variable, distance.min(FUNCTIONS - 1), detail);
        }
    }
}

/// Everything that can begin a value.
pub(super) fn add_all(items: &mut Items, halfway: &Halfway) {
    add_variables(items, halfway, |_| true);
    add_functions(items, halfway);
    for function in crush_library::FUNCTIONS {
        members::add_declared(items, function.name, function, BUILT_IN, CompletionKind::Function, 0);
    }
    add_structs(items, halfway, true);
    if let Some(imports) = halfway.analysis.hir().imports() {
        for qualifier in imports.qualifiers() {
            items.add(qualifier, CompletionKind::Module, FUNCTIONS, "module".to_owned());
        }
    }
    for namespace in crush_library::NAMESPACES {
        let detail = namespace.summary.to_owned();
        if let Some(item) = items.add(namespace.name, CompletionKind::Module, LIBRARY, detail) {
            item.key = Some(format!("namespace:{}", namespace.name));
        }
    }
}

/// Variables that may refer to an object: only that can be borrowed.
pub(super) fn add_borrowable(items: &mut Items, halfway: &Halfway) {
    let Some(body) = halfway.body() else { return };
    let values = Values::new(&halfway.analysis);
    add_variables(items, halfway, |id| values.of_local((ModuleId::ROOT, body), id).may_be_object());
}

/// The functions of the file and those that it imports.
pub(super) fn add_functions(items: &mut Items, halfway: &Halfway) {
    let hir = halfway.analysis.hir();
    let imported: Vec<Name> = hir.imports().into_iter().flat_map(|imports| imports.function_names().cloned()).collect();
    for name in hir.function_names().chain(&imported) {
        let found = if name == "main" || !items.wants(name) { None } else { hir.resolve_function(name) };
        let Some(found) = found else { continue };
        let detail = format!("fn {name}{}", parameters(found.it));
        items.add_call(name, CompletionKind::Function, FUNCTIONS, detail, !found.it.params.is_empty());
    }
}

/// Structs and traits, and with `built_in` what other types there are.
pub(super) fn add_types(items: &mut Items, halfway: &Halfway, built_in: bool) {
    add_structs(items, halfway, false);
    for file in halfway.analysis.files() {
        for item in file.hir.items() {
            if let crush_hir::file::ItemKind::Trait(methods) = &item.kind {
                items.add(&methods.type_name, CompletionKind::Trait, TYPES, "trait".to_owned());
            }
        }
    }
    if built_in {
        for name in ["Int", "Float", "String", "Bool", "Null", "Any", "Array", "Map", "Function"] {
            items.add(name, CompletionKind::Type, TYPES, "built-in type".to_owned());
        }
    }
}

fn add_structs(items: &mut Items, halfway: &Halfway, as_literals: bool) {
    for file in halfway.analysis.files() {
        for structure in file.hir.items().iter().flat_map(|item| item.structs()) {
            if !items.wants(&structure.name) {
                continue;
            }
            let fields: Vec<_> = structure.fields.iter().map(|field| field.name.as_str()).collect();
            let detail = format!("struct {} {{ {} }}", structure.name, fields.join(", "));
            let places: Vec<_> = fields.iter().zip(1..).map(|(field, at)| format!("{field}: ${{{at}}}")).collect();
            let literal = format!("{} {{ {} }}", structure.name, places.join(", "));
            match as_literals {
                true => items.add_filled_in(&structure.name, &literal, CompletionKind::Struct, TYPES, detail),
                false => _ = items.add(&structure.name, CompletionKind::Struct, TYPES, detail),
            }
        }
    }
}

/// The functions that the module of an import has.
pub(super) fn add_exports(items: &mut Items, halfway: &Halfway, module: Option<ModuleId>) {
    let hir = halfway.analysis.hir();
    let Some(file) = module.and_then(|module| hir.imports()?.files().file(module)) else { return };
    for name in file.function_names().filter(|name| *name != "main") {
        if let Some((_, function)) = file.function(name) {
            items.add(name, CompletionKind::Function, 0, format!("fn {name}{}", parameters(function)));
        }
    }
}

/// The modules that can be imported.
pub(super) fn add_modules(items: &mut Items, importable: &[Importable]) {
    for found in importable {
        items.add(&found.module, CompletionKind::Module, 0, "module".to_owned());
    }
}

/// Functions of files that are not imported; accepted, each brings its import along.
pub(super) fn add_importable(items: &mut Items, halfway: &Halfway, analysis: &FileAnalysis, importable: &[Importable]) {
    let typed = halfway.typed.to_lowercase();
    for Importable { module, name } in importable {
        if !name.to_lowercase().starts_with(&typed) || name == "main" {
            continue;
        }
        let detail = format!("import {module} {{ {name} }}");
        if let Some(item) = items.add_call(name, CompletionKind::Function, IMPORTABLE, detail, true) {
            item.more = vec![import_edit(analysis, module, name)];
        }
    }
}
