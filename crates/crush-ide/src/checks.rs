//! What is wrong in the bodies of a file as far as names tell, kept from version to version.
//!
//! What is wrong in a body depends on its text and on the declarations it names. So problems are kept under the key of the
//! text, with the names that the body uses; an edit that changes a declaration looks again only at the bodies that name it.

use std::collections::hash_map::DefaultHasher;
use std::collections::{HashMap, HashSet};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use crush_hir::body::{Body, Callee, ExprKind, Name, Pattern, Problem, Severity};
use crush_hir::file::{BodyId, FileHir, FunctionDef, ItemKey, ItemKind};
use crush_hir::{builtins, check};
use crush_syntax::Tree;

/// The code of a call of a capability that this implementation does not have yet.
pub(crate) const NOT_THERE_YET: &str = "not-there-yet";

/// What is wrong in the bodies of a file, by the keys of their texts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Checks {
    /// [`FileHir::signature`] of the version that was checked.
    signature: u64,
    /// What each name of the file is declared as, in a hash.
    declared: HashMap<Name, u64>,
    /// Whether names may come from other files.
    imports: bool,
    bodies: HashMap<ItemKey, Checked>,
}

/// What is known of a body.
#[derive(Clone, Debug)]
struct Checked {
    problems: Arc<[Problem]>,
    /// Names of functions, structs and traits that it uses.
    names: Arc<[Name]>,
}

impl Checks {
    /// What is wrong in a body.
    pub(crate) fn problems(&self, key: ItemKey) -> &[Problem] {
        self.bodies.get(&key).map_or(&[], |checked| &checked.problems)
    }

    /// Checks the bodies whose text is not known yet, and those that name a declaration that has changed.
    pub(crate) fn update(&mut self, hir: &FileHir, tree: &Tree) {
        if self.signature != hir.signature() {
            self.forget_what_changed(hir);
        }
        let mut count = 0;
        for id in hir.bodies() {
            count += 1;
            self.bodies.entry(hir.body_key(id)).or_insert_with(|| check_body(hir, tree, id));
        }
        // What is known of texts that are gone is forgotten from time to time.
        if self.bodies.len() > 2 * count + 64 {
            let used: HashSet<_> = hir.bodies().map(|id| hir.body_key(id)).collect();
            self.bodies.retain(|key, _| used.contains(key));
        }
    }

    fn forget_what_changed(&mut self, hir: &FileHir) {
        self.signature = hir.signature();
        let declared = declarations(hir);
        let imports = hir.imports_modules();
        if imports || self.imports {
            // A name may come from anywhere then.
            self.bodies.clear();
        } else {
            let before = std::mem::take(&mut self.declared);
            let same = |name: &Name| before.get(name) == declared.get(name);
            // A problem proposes the nearest name, which may be any.
            let proposes = |problem: &Problem| problem.code != NOT_THERE_YET;
            self.bodies.retain(|_, checked| !checked.problems.iter().any(proposes) && checked.names.iter().all(same));
        }
        self.declared = declared;
        self.imports = imports;
    }
}

fn check_body(hir: &FileHir, tree: &Tree, id: BodyId) -> Checked {
    let body = hir.lower(tree, id);
    let mut problems = check::body(hir, &body);
    problems.extend(missing_capabilities(&body));
    problems.sort_by_key(|problem| problem.range);
    Checked { problems: problems.into(), names: names_used(&body).into_iter().collect() }
}

/// Capabilities that other implementations have and this one does not have yet: a run that comes there ends.
fn missing_capabilities(body: &Body) -> impl Iterator<Item = Problem> {
    body.exprs.iter().filter_map(|expr| {
        let ExprKind::Call { callee: Callee::Capability(name), callee_range, .. } = &expr.kind else { return None };
        let namespace = name.split('.').next().unwrap_or_default();
        let is_missing = builtins::NAMESPACES.contains(&namespace) && crush_library::capability(name).is_none();
        is_missing.then(|| Problem {
            code: NOT_THERE_YET,
            severity: Severity::Warning,
            message: format!("crush-analyzer does not have `{name}` yet: a run that comes here ends with a fault"),
            range: *callee_range,
        })
    })
}

/// What each name of a file is declared as. Several declarations of a name count in their order: the last one wins.
fn declarations(hir: &FileHir) -> HashMap<Name, u64> {
    let mut declared: HashMap<Name, u64> = HashMap::new();
    let mut add = |name: &Name, what: &dyn Fn(&mut DefaultHasher)| {
        let known = declared.entry(name.clone()).or_default();
        let mut hasher = DefaultHasher::new();
        known.hash(&mut hasher);
        what(&mut hasher);
        *known = hasher.finish();
    };
    for item in hir.items() {
        match &item.kind {
            ItemKind::Function(function) => add(&function.name, &|hasher| shape(function).hash(hasher)),
            ItemKind::Impl(methods) | ItemKind::Trait(methods) => {
                let shapes: Vec<_> = methods.methods.iter().map(shape).collect();
                add(&methods.type_name, &|hasher| (&methods.trait_name, &shapes).hash(hasher));
            }
            _ => {}
        }
        for structure in item.structs() {
            let fields: Vec<_> = structure.fields.iter().map(|field| &field.name).collect();
            add(&structure.name, &|hasher| fields.hash(hasher));
        }
    }
    declared
}

/// What a caller can see of a function.
fn shape(function: &FunctionDef) -> (&Name, usize, bool) {
    (&function.name, function.params.len(), function.has_body)
}

/// The names of functions, structs and traits that a body uses.
fn names_used(body: &Body) -> HashSet<Name> {
    let mut names = HashSet::new();
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
}
