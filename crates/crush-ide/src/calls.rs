//! Who calls whom.

use crush_hir::file::{BodyId, FileHir, FunctionDef};
use crush_hir::modules::ModuleId;
use crush_syntax::TextRange;

use crate::meaning::{Meaning, Resolver};
use crate::names::names_at;
use crate::references::{Target, target_at};
use crate::symbols::parameters;
use crate::{FileAnalysis, Role, Snapshot, references};

/// Something that calls and is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callable {
    /// Its name.
    pub name: String,
    /// Its parameters.
    pub detail: String,
    /// Whether it is a method.
    pub is_method: bool,
    /// The file it is declared in.
    pub file: ModuleId,
    /// All of it.
    pub range: TextRange,
    /// Its name in the text.
    pub name_range: TextRange,
}

/// What calls, or is called, and at which places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calls {
    /// The other end.
    pub callable: Callable,
    /// Where the calls are, in the text of the caller.
    pub ranges: Vec<TextRange>,
}

/// The functions and methods that the name at `offset` may mean.
pub fn callables_at(snapshot: &Snapshot, offset: usize) -> Vec<Callable> {
    let analysis = &snapshot.analysis;
    let Some(root) = analysis.file(ModuleId::ROOT) else { return Vec::new() };
    let resolver = Resolver::new(analysis);
    let mut found = Vec::new();
    for at in names_at(analysis, offset) {
        for meaning in resolver.meanings(&root, &at) {
            add_callables(analysis, &resolver, &meaning, &mut found);
        }
    }
    found
}

/// What to look for to find the callers of the function whose name is at `offset`.
pub fn called_at(snapshot: &Snapshot, offset: usize) -> Vec<Target> {
    let is_callable = |target: &Target| matches!(target.meaning, Meaning::Function { .. } | Meaning::Method { .. });
    target_at(snapshot, offset).into_iter().filter(is_callable).collect()
}

/// Who calls one of `targets` in a program. What the top level calls, nobody calls.
pub fn incoming_calls(analysis: &FileAnalysis, targets: &[Target]) -> Vec<Calls> {
    let mut calls: Vec<Calls> = Vec::new();
    for reference in references(analysis, targets) {
        if reference.role == Role::Declaration {
            continue;
        }
        let Some(file) = analysis.file(reference.file) else { continue };
        let body = file.hir.body_at(reference.range.start);
        let Some(callable) = body.map(|body| callable(file.hir, reference.file, body)) else { continue };
        match calls.iter_mut().find(|known| known.callable == callable) {
            Some(known) => known.ranges.push(reference.range),
            None => calls.push(Calls { callable, ranges: vec![reference.range] }),
        }
    }
    calls
}

/// What the function whose name is at `offset` calls.
pub fn outgoing_calls(snapshot: &Snapshot, offset: usize) -> Vec<Calls> {
    let analysis = &snapshot.analysis;
    let (Some(root), Some(body)) = (analysis.file(ModuleId::ROOT), analysis.hir().body_at(offset)) else {
        return Vec::new();
    };
    let resolver = Resolver::new(analysis);
    let map = root.hir.body_map(body);
    let mut calls: Vec<Calls> = Vec::new();
    let names = analysis.names().of_body(root.hir, root.tree, body);
    for name in names.uses.iter().filter(|name| name.access != crate::names::Access::Declare) {
        let (start, end) = map.range_to_file(name.range);
        let range = TextRange::new(start as usize, end as usize);
        let at = crate::names::NameAt { range, body: Some(body), name: name.clone() };
        let mut called = Vec::new();
        for meaning in resolver.meanings(&root, &at) {
            add_callables(analysis, &resolver, &meaning, &mut called);
        }
        for callable in called {
            match calls.iter_mut().find(|known| known.callable == callable) {
                Some(known) => known.ranges.push(range),
                None => calls.push(Calls { callable, ranges: vec![range] }),
            }
        }
    }
    calls
}

fn add_callables(analysis: &FileAnalysis, resolver: &Resolver<'_>, meaning: &Meaning, found: &mut Vec<Callable>) {
    if !matches!(meaning, Meaning::Function { .. } | Meaning::Method { .. }) {
        return;
    }
    for place in resolver.declarations(meaning) {
        let Some(file) = analysis.file(place.file) else { continue };
        let Some(body) = file.hir.body_at(place.range.start) else { continue };
        let callable = callable(file.hir, place.file, body);
        if !found.contains(&callable) {
            found.push(callable);
        }
    }
}

fn callable(hir: &FileHir, file: ModuleId, body: BodyId) -> Callable {
    let of = |item: usize, function: &FunctionDef, name: String, is_method: bool| Callable {
        name,
        detail: parameters(function),
        is_method,
        file,
        range: hir.item_range(item, function.range),
        name_range: hir.item_range(item, function.name_range),
    };
    match (body, hir.function_of(body)) {
        (BodyId::Function(item), Some(function)) => of(item, function, function.name.to_string(), false),
        (BodyId::Method { item, .. }, Some(function)) => {
            let owner = hir.items()[item].methods().map(|methods| methods.type_name.as_str()).unwrap_or_default();
            of(item, function, format!("{owner}::{}", function.name), true)
        }
        _ => Callable {
            name: "top level".to_string(),
            detail: String::new(),
            is_method: false,
            file,
            range: TextRange::empty(0),
            name_range: TextRange::empty(0),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::at_cursor;

    const PROGRAM: &str = "struct P { x }\nimpl P { fn go(self) { return one() } }\nfn one() { return 1 }\nfn two(p) { one()\n return one() + p.go() }\nprint(two(P { x: 1 }))\n";

    fn at(needle: &str) -> (Snapshot, usize) {
        at_cursor(&PROGRAM.replacen(needle, &format!("$0{needle}"), 1))
    }

    fn shown(calls: Vec<Calls>) -> Vec<String> {
        calls.into_iter().map(|calls| format!("{} ×{}", calls.callable.name, calls.ranges.len())).collect()
    }

    #[test]
    fn callers_and_callees() {
        let (snapshot, offset) = at("one() { return 1");
        let names: Vec<_> = callables_at(&snapshot, offset).into_iter().map(|it| it.name + &it.detail).collect();
        assert_eq!(names, ["one()"]);
        let targets = called_at(&snapshot, offset);
        assert_eq!(shown(incoming_calls(&snapshot.analysis, &targets)), ["P::go ×1", "two ×2"]);
        let (snapshot, offset) = at("two(p)");
        assert_eq!(shown(outgoing_calls(&snapshot, offset)), ["one ×2", "P::go ×1"]);
        let targets = called_at(&snapshot, offset);
        assert_eq!(shown(incoming_calls(&snapshot.analysis, &targets)), ["top level ×1"]);
    }
}
