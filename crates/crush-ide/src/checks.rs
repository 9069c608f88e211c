//! What is wrong in the bodies of a file as far as names and types tell, kept from version to version.
//!
//! What is wrong in a body depends on its text, on the declarations it names, and on what the functions give that it calls.
//! So problems are kept under the key of the text, with the names that the body uses; an edit that changes a declaration, or
//! what a function gives, looks again only at the bodies that name it.

use std::collections::HashSet;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use crush_hir::body::{Body, Callee, ExprKind, Name, Pattern, Problem, StmtKind};
use crush_hir::check;
use crush_hir::file::{BodyId, FileHir, FunctionDef, ItemKey, ItemKind};
use crush_hir::types::{self, Component, Elsewhere, Results, Type};
use crush_syntax::Tree;
use rustc_hash::FxHashMap;

/// What is wrong in the bodies of a file, by the keys of their texts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Checks {
    /// [`FileHir::signature`] of the version that was checked.
    signature: u64,
    /// What each name of the file is declared as, in a hash.
    declared: FxHashMap<Name, u64>,
    /// What its imports bring, as a number; none when it has no imports that were looked up.
    imports: Option<u64>,
    /// Whether a name could come from a module that nobody has looked up: then none is missed.
    is_open: bool,
    /// What the functions of that version give.
    results: Results,
    /// What the functions of other files gave then.
    elsewhere: Arc<Elsewhere>,
    bodies: FxHashMap<ItemKey, Checked>,
}

/// What is known of a body.
#[derive(Clone, Debug)]
struct Checked {
    problems: Arc<[Problem]>,
    /// Names of functions, structs and traits that it uses.
    names: Arc<[Name]>,
    /// The names by which it calls functions.
    callees: Arc<[Name]>,
    /// What it gives.
    result: Type,
}

impl Checks {
    /// What is wrong in a body.
    pub(crate) fn problems(&self, key: ItemKey) -> &[Problem] {
        self.bodies.get(&key).map_or(&[], |checked| &checked.problems)
    }

    /// What the functions of the file give.
    pub(crate) fn results(&self) -> &Results {
        &self.results
    }

    /// Checks the bodies whose text is not known yet, and those that name a declaration that has changed or call a function
    /// that gives something else now. `elsewhere` is what the functions of the modules give that the file imports.
    pub(crate) fn update(&mut self, hir: &FileHir, tree: &Tree, elsewhere: &Arc<Elsewhere>) {
        if self.elsewhere != *elsewhere {
            self.elsewhere = Arc::clone(elsewhere);
            self.bodies.clear();
        }
        if self.signature != hir.signature() {
            self.forget_what_changed(hir);
        }
        let functions = Functions::of(hir);
        let mut unchecked = Unchecked { hir, tree, bodies: FxHashMap::default() };
        let is_known = |&(_, key, _): &(BodyId, ItemKey, Name)| self.bodies.contains_key(&key);
        if !functions.list.iter().all(is_known) {
            for Component { members, is_recursive } in functions.components(&self.bodies, &mut unchecked) {
                self.check_component(&functions, &members, is_recursive, &mut unchecked);
            }
        }
        // What is known of texts that are gone is forgotten from time to time.
        if self.bodies.len() > 2 * functions.list.len() + 64 {
            let used: HashSet<_> = functions.list.iter().map(|(_, key, _)| *key).collect();
            self.bodies.retain(|key, _| used.contains(key));
        }
    }

    /// Checks functions that call each other, when one of them must be.
    fn check_component(
        &mut self,
        functions: &Functions,
        members: &[usize],
        is_recursive: bool,
        unchecked: &mut Unchecked,
    ) {
        let members: Vec<_> = members.iter().map(|&index| &functions.list[index]).collect();
        if !members.iter().all(|(_, key, _)| self.bodies.contains_key(key)) {
            members.iter().for_each(|(id, key, _)| unchecked.lower(*id, *key));
            let bodies: Vec<_> = members.iter().map(|(_, key, name)| (name.clone(), &unchecked.bodies[key])).collect();
            let mut results = std::mem::take(&mut self.results);
            let before: Vec<_> = members.iter().map(|(_, _, name)| results.get(name).cloned()).collect();
            let inferred = types::infer_component(unchecked.hir, &bodies, is_recursive, &mut results, &self.elsewhere);
            self.results = results;
            for (((_, key, _), (_, body)), found) in members.iter().zip(&bodies).zip(inferred) {
                self.bodies.insert(*key, check_body(unchecked.hir, body, found));
            }
            for ((_, _, name), before) in members.iter().zip(before) {
                // Of the component itself everything is new.
                if self.results.get(name) != before.as_ref() {
                    let is_member = |key: &ItemKey| members.iter().any(|(_, member, _)| member == key);
                    self.bodies.retain(|key, checked| is_member(key) || !checked.callees.contains(name));
                }
            }
            return;
        }
        for (_, key, name) in members {
            // The text is an earlier one again: what it gives may be news to its callers.
            let result = &self.bodies[key].result;
            if self.results.get(name) != Some(result) {
                self.results.insert(name.clone(), result.clone());
                self.bodies.retain(|_, checked| !checked.callees.contains(name));
            }
        }
    }

    fn forget_what_changed(&mut self, hir: &FileHir) {
        self.signature = hir.signature();
        let declared = declarations(hir);
        let imports = hir.imports().map(|imports| imports.signature());
        let is_open = hir.imports_modules();
        if is_open || self.is_open || imports != self.imports {
            // A name may come from anywhere then, or mean another thing than before.
            self.bodies.clear();
        } else {
            let before = std::mem::take(&mut self.declared);
            let same = |name: &Name| before.get(name) == declared.get(name);
            // A problem proposes the nearest name, which may be any.
            self.bodies.retain(|_, checked| checked.problems.is_empty() && checked.names.iter().all(same));
        }
        self.declared = declared;
        self.imports = imports;
        self.is_open = is_open;
    }
}

/// The functions of a version, in the order of the text.
struct Functions {
    /// Each with the name by which it is called.
    list: Vec<(BodyId, ItemKey, Name)>,
}

impl Functions {
    fn of(hir: &FileHir) -> Self {
        let named = |id| (id, hir.body_key(id), types::name_in(hir, id, &hir.body_owner(id)));
        Self { list: hir.bodies().map(named).collect() }
    }

    /// Which call each other, callees first.
    fn components(&self, known: &FxHashMap<ItemKey, Checked>, unchecked: &mut Unchecked) -> Vec<Component> {
        let by_name: FxHashMap<_, _> =
            self.list.iter().enumerate().map(|(index, (_, _, name))| (name, index)).collect();
        let calls = |(id, key, _): &(BodyId, ItemKey, Name)| -> Vec<usize> {
            let indexes = |names: &[Name]| names.iter().filter_map(|name| by_name.get(name).copied()).collect();
            match known.get(key) {
                Some(checked) => indexes(&checked.callees),
                None => {
                    unchecked.lower(*id, *key);
                    indexes(&types::callees(&unchecked.bodies[key]))
                }
            }
        };
        types::components(&self.list.iter().map(calls).collect::<Vec<_>>())
    }
}

/// The bodies that an update looks at.
struct Unchecked<'a> {
    hir: &'a FileHir,
    tree: &'a Tree,
    bodies: FxHashMap<ItemKey, Body>,
}

impl Unchecked<'_> {
    fn lower(&mut self, id: BodyId, key: ItemKey) {
        self.bodies.entry(key).or_insert_with(|| self.hir.lower(self.tree, id));
    }
}

fn check_body(hir: &FileHir, body: &Body, found: types::Inferred) -> Checked {
    let mut names = names_used(body);
    names.extend(found.structs);
    let mut problems = check::body(hir, body);
    problems.extend(found.problems);
    problems.sort_by_key(|problem| problem.range);
    Checked {
        problems: problems.into(),
        names: names.into_iter().collect(),
        callees: types::callees(body).into(),
        result: found.result,
    }
}

/// What each name of a file is declared as. Several declarations of a name count in their order: the last one wins.
fn declarations(hir: &FileHir) -> FxHashMap<Name, u64> {
    let mut declared: FxHashMap<Name, u64> = FxHashMap::default();
    let mut add = |name: &Name, what: &dyn Fn(&mut DefaultHasher)| {
        let known = declared.entry(name.clone()).or_default();
        let mut hasher = DefaultHasher::new();
        known.hash(&mut hasher);
        what(&mut hasher);
        *known = hasher.finish();
    };
    for item in hir.items() {
        match &item.kind {
            ItemKind::Function(function) => add(&function.name, &|hasher| shape(hir, function).hash(hasher)),
            ItemKind::Impl(methods) | ItemKind::Trait(methods) => {
                let shapes: Vec<_> = methods.methods.iter().map(|method| shape(hir, method)).collect();
                add(&methods.type_name, &|hasher| (&methods.trait_name, &shapes).hash(hasher));
            }
            _ => {}
        }
        for structure in item.structs() {
            let fields = structure.fields.iter().map(|field| (&field.name, type_of(hir, &field.annotation)));
            let fields: Vec<_> = fields.collect();
            add(&structure.name, &|hasher| fields.hash(hasher));
        }
    }
    declared
}

/// What a caller can see of a function: its name, its parameters and their types, and whether it has a body.
fn shape<'a>(hir: &FileHir, function: &'a FunctionDef) -> (&'a Name, Vec<(&'a Name, Option<Type>)>, bool) {
    let params = function.params.iter().map(|param| (&param.name, type_of(hir, &param.annotation)));
    (&function.name, params.collect(), function.has_body)
}

fn type_of(hir: &FileHir, annotation: &Option<Name>) -> Option<Type> {
    types::named(hir, annotation.as_ref()?)
}

/// The names of functions, structs and traits that a body uses.
fn names_used(body: &Body) -> HashSet<Name> {
    let annotations = body.locals.iter().filter_map(|local| Some(local.annotation.as_ref()?.name.clone()));
    let mut names: HashSet<_> = annotations.collect();
    for stmt in &body.stmts {
        if let StmtKind::Let { annotation: Some(annotation), .. } = &stmt.kind {
            names.insert(annotation.name.clone());
        }
    }
    for expr in &body.exprs {
        match &expr.kind {
            ExprKind::Name(name)
            | ExprKind::Struct { name, .. }
            | ExprKind::Path { scope: name, .. }
            | ExprKind::Call { callee: Callee::Name(name) | Callee::Path { scope: name, .. }, .. } => {
                names.insert(name.clone());
            }
            ExprKind::Match { arms, .. } => arms.iter().for_each(|arm| names_in_pattern(&arm.pattern, &mut names)),
            _ => {}
        }
    }
    names
}

fn names_in_pattern(pattern: &Pattern, names: &mut HashSet<Name>) {
    if let Pattern::Struct { name, fields, .. } = pattern {
        names.insert(name.clone());
        fields.iter().for_each(|(_, pattern)| names_in_pattern(pattern, names));
    }
}

#[cfg(test)]
mod tests {
    use crush_syntax::{TextEdit, TextRange};

    use crate::fixture::analysis;
    use crate::{Snapshot, diagnostics};

    /// After an edit the reports are those of a fresh analysis of the new text.
    fn same_as_fresh(before: &str, old: &str, new: &str) {
        let mut edited = analysis(before);
        let start = before.find(old).expect("the text to replace is there");
        let edit = TextEdit { range: TextRange::new(start, start + old.len()), new_text: new.to_string() };
        edited.edit(&[edit]);
        let fresh = analysis(&before.replacen(old, new, 1));
        let shown = |analysis| diagnostics(&Snapshot::unevaluated(analysis));
        assert_eq!(shown(edited), shown(fresh), "{before} with {new} for {old}");
    }

    #[test]
    fn a_changed_declaration_is_seen_by_the_bodies_that_name_it() {
        let program = "fn f(a) { return a }\nstruct P { x }\nimpl P { fn get(self) { return self.x } }\n\
                       fn user() { let p = P { x: f(1) }\n return P::get(p) }\nfn other() { return ff(2) }\nuser()\n";
        for (old, new) in [
            ("fn f(a)", "fn g(a)"),
            ("fn f(a)", "fn f(a, b)"),
            ("fn f(a)", "fn ff(a)"),
            ("{ x }", "{ y }"),
            ("struct P", "struct Q"),
            ("fn get(self)", "fn take(self)"),
            ("fn get(self)", "fn get(self, more)"),
            ("fn user()", "import a\nfn user()"),
        ] {
            same_as_fresh(program, old, new);
        }
    }

    #[test]
    fn what_could_come_from_a_module_is_missed_once_there_is_none() {
        let program = "import a\nfn f(x) { return gone(x) + Gone { x: 1 }.x }\nfn g() { return 1 }\nf(g())\n";
        same_as_fresh(program, "import a\n", "");
        same_as_fresh(program, "import a\n", "let a = 1\n");
    }
}
