//! Behind a dot: fields, keys and methods of what a value can be; functions of a module or a namespace.

use crush_hir::body::Name;
use crush_hir::file::FunctionDef;
use crush_hir::modules::ModuleId;
use crush_library::Declaration;

use super::item::{CompletionKind, Items};
use crate::halfway::Halfway;
use crate::meaning::has_methods_of;
use crate::symbols::parameters;
use crate::values::{Shape, Values};

/// What can follow a dot. `name` is what stands before it, when that is a bare name.
pub(super) fn add(items: &mut Items, halfway: &Halfway, name: Option<&str>) {
    let analysis = &halfway.analysis;
    let (Some(body), Some(start)) = (halfway.body(), halfway.start_in_body()) else { return };
    let is_local = || {
        let lowered = analysis.hir().lower(analysis.tree(), body);
        let names = super::names::visible(&lowered, start);
        names.iter().any(|(local, _)| Some(lowered[*local].name.as_str()) == name)
    };
    if let Some(name) = name
        && !is_local()
    {
        return add_qualified(items, halfway, name);
    }
    let shape = Values::new(analysis).of_owner((ModuleId::ROOT, body), start);
    add_of_shape(items, halfway, &shape);
}

/// Functions of a module, or of a namespace of the library.
fn add_qualified(items: &mut Items, halfway: &Halfway, qualifier: &str) {
    let hir = halfway.analysis.hir();
    if let Some(imports) = hir.imports()
        && let Some(module) = imports.qualifier(qualifier)
    {
        let Some(file) = imports.files().file(module) else { return };
        for name in file.function_names().filter(|name| *name != "main") {
            if let Some((_, function)) = file.function(name) {
                let detail = format!("fn {name}{}", parameters(function));
                items.add_call(name, CompletionKind::Function, 1, detail, !function.params.is_empty());
            }
        }
        return;
    }
    let Some(namespace) = crush_library::namespace(qualifier) else { return };
    for capability in namespace.capabilities {
        let name = capability.name.split_once('.').map_or(capability.name, |(_, name)| name);
        add_declared(items, name, capability, 1, CompletionKind::Function, 0);
    }
}

/// Something of the library, with the grant that it needs.
pub(super) fn add_declared(
    items: &mut Items,
    name: &str,
    declaration: &Declaration,
    distance: u32,
    kind: CompletionKind,
    receivers: usize,
) {
    if !items.wants(name) {
        return;
    }
    let detail = match declaration.grant {
        Some(grant) => format!("{} · needs the grant {grant}", declaration.signature()),
        None if receivers > 0 => declaration.method_signature(),
        None => declaration.signature(),
    };
    let has_parameters = declaration.params.len() > receivers;
    if let Some(item) = items.add_call(name, kind, distance, detail, has_parameters) {
        let of = if receivers > 0 { "method" } else { "library" };
        item.key = Some(format!("{of}:{}", declaration.name));
    }
}

fn add_of_shape(items: &mut Items, halfway: &Halfway, shape: &Shape) {
    for structure in &shape.structs {
        add_fields(items, halfway, structure, 0);
        add_methods_of_struct(items, halfway, structure, 1);
    }
    for key in &shape.keys {
        if is_name(key) {
            items.add(key, CompletionKind::Key, 0, "key of this map".to_owned());
        }
    }
    let is_anything = shape.is_unknown();
    for methods in crush_library::METHODS {
        let is_it = match methods.kind {
            "struct" => !shape.structs.is_empty(),
            kind => shape.kinds.iter().any(|it| it.with_methods() == Some(kind)),
        };
        if is_it || is_anything {
            for method in methods.methods {
                add_declared(items, method.name, method, if is_it { 2 } else { 4 }, CompletionKind::Method, 1);
            }
        }
    }
    if is_anything {
        let names: Vec<Name> = halfway.analysis.files().flat_map(|file| file.hir.struct_names().cloned()).collect();
        for structure in &names {
            add_fields(items, halfway, structure, 3);
            add_methods_of_struct(items, halfway, structure, 3);
        }
    }
}

/// Whether a key can stand behind a dot.
fn is_name(key: &str) -> bool {
    key.starts_with(|c: char| c.is_alphabetic() || c == '_') && key.chars().all(|c| c.is_alphanumeric() || c == '_')
}

fn add_fields(items: &mut Items, halfway: &Halfway, structure: &str, distance: u32) {
    let Some(found) = halfway.analysis.hir().resolve_struct(structure) else { return };
    for field in &found.it.fields {
        let detail = match &field.annotation {
            Some(annotation) => format!("{structure}.{}: {annotation}", field.name),
            None => format!("field of {structure}"),
        };
        items.add(&field.name, CompletionKind::Field, distance, detail);
    }
}

/// The methods that an instance of a struct has.
fn add_methods_of_struct(items: &mut Items, halfway: &Halfway, structure: &str, distance: u32) {
    each_method(halfway, structure, |scope, method| {
        if method.has_self() {
            let detail = format!("fn {scope}::{}{}", method.name, parameters(method));
            items.add_call(&method.name, CompletionKind::Method, distance, detail, method.params.len() > 1);
        }
    });
}

/// Behind `S::`: every method of the struct or trait.
pub(super) fn add_methods_of(items: &mut Items, halfway: &Halfway, scope: &str) {
    each_method(halfway, scope, |scope, method| {
        let detail = format!("fn {scope}::{}{}", method.name, parameters(method));
        items.add_call(&method.name, CompletionKind::Method, 0, detail, !method.params.is_empty());
    });
}

fn each_method(halfway: &Halfway, structure: &str, mut visit: impl FnMut(&Name, &FunctionDef)) {
    let hir = halfway.analysis.hir();
    for file in halfway.analysis.files() {
        for methods in file.hir.items().iter().filter_map(|item| item.methods()) {
            if has_methods_of(hir, structure, &methods.type_name) {
                methods.methods.iter().for_each(|method| visit(&methods.type_name, method));
            }
        }
    }
}

/// The fields of a struct that are not given yet.
pub(super) fn add_fields_of(items: &mut Items, halfway: &Halfway, structure: &str, given: &[Name]) {
    let Some(found) = halfway.analysis.hir().resolve_struct(structure) else { return };
    for field in found.it.fields.iter().filter(|field| !given.contains(&field.name)) {
        if let Some(item) = items.add(&field.name, CompletionKind::Field, 0, format!("field of {structure}")) {
            item.insert = format!("{}: ", field.name);
        }
    }
}
