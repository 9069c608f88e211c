//! What is wrong with the members of structs and traits: fields, methods, and what an `impl` owes to its trait.

use rustc_hash::FxHashSet;

use super::ItemProblem;
use crate::body::{Name, Problem, Severity};
use crate::file::{FileHir, FunctionDef, ItemKind, MethodsDef, StructDef};
use crate::source_map::BodyRange;
use crate::types;

/// What is wrong with the members that `file` declares.
pub(super) fn members(file: &FileHir) -> Vec<ItemProblem> {
    let mut members = Members { file, seen: FxHashSet::default(), problems: Vec::new() };
    for (item, it) in file.items().iter().enumerate() {
        it.structs().iter().for_each(|structure| members.structure(item, structure));
        if let ItemKind::Impl(methods) | ItemKind::Trait(methods) = &it.kind {
            members.methods(item, methods);
        }
        if let ItemKind::Impl(methods) = &it.kind
            && let Some(name) = &methods.trait_name
        {
            members.conformance(item, methods, name);
        }
    }
    members.problems
}

struct Members<'a> {
    file: &'a FileHir,
    /// Type, trait and method of each method that was declared so far.
    seen: FxHashSet<(&'a Name, Option<&'a Name>, &'a Name)>,
    problems: Vec<ItemProblem>,
}

impl<'a> Members<'a> {
    fn report(&mut self, item: usize, code: &'static str, range: BodyRange, message: String) {
        self.problems.push(ItemProblem { item, problem: Problem { code, severity: Severity::Error, message, range } });
    }

    fn structure(&mut self, item: usize, structure: &StructDef) {
        for (index, field) in structure.fields.iter().enumerate() {
            if structure.fields[..index].iter().any(|before| before.name == field.name) {
                let message = format!("`{}` has a field `{}` already", structure.name, field.name);
                self.report(item, "duplicate-field", field.range, message);
            }
            if let Some(name) = &field.annotation
                && !self.file.imports_modules()
                && types::named(self.file, name).is_none()
            {
                self.report(item, "unknown-type", field.range, types::unknown(self.file, name));
            }
        }
    }

    fn methods(&mut self, item: usize, methods: &'a MethodsDef) {
        let owner = &methods.type_name;
        for method in &methods.methods {
            if !self.seen.insert((owner, methods.trait_name.as_ref(), &method.name)) {
                let message = format!("`{owner}` has a method `{}` already", method.name);
                self.report(item, "duplicate-method", method.name_range, message);
            }
            let fields = self.file.structure(owner).map(|(_, structure)| &structure.fields);
            if methods.trait_name.is_none()
                && fields.is_some_and(|fields| fields.iter().any(|field| field.name == method.name))
            {
                let message =
                    format!("`{owner}` has a field `{}`, so it cannot have a method of that name", method.name);
                self.report(item, "duplicate-method", method.name_range, message);
            }
        }
    }

    /// Holds an `impl` of a trait against the trait.
    fn conformance(&mut self, item: usize, methods: &MethodsDef, name: &Name) {
        let Some(wanted) = self.file.resolve_trait(name).map(|found| found.it.clone()) else {
            if !self.file.imports_modules() {
                self.report(item, "unknown-trait", methods.type_range, format!("there is no trait `{name}`"));
            }
            return;
        };
        for method in &methods.methods {
            match wanted.methods.iter().find(|wanted| wanted.name == method.name) {
                Some(wanted) => self.parameters(item, name, wanted, method),
                None => {
                    let names = wanted.methods.iter().map(|method| method.name.as_str());
                    let near = crush_library::nearest(&method.name, names);
                    let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
                    let message = format!("the trait `{name}` has no method `{}`{near}", method.name);
                    self.report(item, "not-in-trait", method.name_range, message);
                }
            }
        }
        let is_there = |wanted: &&FunctionDef| methods.methods.iter().any(|method| method.name == wanted.name);
        let owed = wanted.methods.iter().filter(|wanted| !wanted.has_body && !is_there(wanted));
        let owed: Vec<_> = owed.map(|method| format!("`{}`", method.name)).collect();
        if !owed.is_empty() {
            let message = format!("`{}` must have {} to be a `{name}`", methods.type_name, owed.join(", "));
            self.report(item, "missing-method", methods.type_range, message);
        }
    }

    fn parameters(&mut self, item: usize, name: &Name, wanted: &FunctionDef, method: &FunctionDef) {
        let has_self = |method: &FunctionDef| method.params.first().is_some_and(|param| param.name == "self");
        let message = match (has_self(wanted), has_self(method)) {
            (true, false) => format!("the trait `{name}` gives `{}` a `self`: write it first", method.name),
            (false, true) => format!("the trait `{name}` gives `{}` no `self`: leave it out", method.name),
            _ if wanted.params.len() != method.params.len() => {
                let count = wanted.params.len() - usize::from(has_self(wanted));
                let plural = if count == 1 { "" } else { "s" };
                format!("the trait `{name}` gives `{}` {count} parameter{plural} beside `self`", method.name)
            }
            _ => return,
        };
        let message =
            if has_self(wanted) || has_self(method) { message } else { message.replace(" beside `self`", "") };
        self.report(item, "not-in-trait", method.name_range, message);
    }
}
