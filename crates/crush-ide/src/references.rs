//! Where a name is used: in the text, in its program, in every program of a workspace.
//!
//! A [`Target`] says what is looked for by the names of files and declarations, so that programs that know nothing of each
//! other can be asked for the same one.

use crush_hir::body::Name;
use crush_hir::modules::{FileKey, ModuleId};
use crush_syntax::TextRange;

use crate::meaning::{Meaning, Resolver, has_methods_of};
use crate::names::{Access, NameAt, Touch, declaration_names, names_at};
use crate::program_files::ProgramFileView;
use crate::{FileAnalysis, FilePlace, Snapshot};

/// A declaration whose uses are looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// What it is.
    pub(crate) meaning: Meaning,
    /// The file it is declared in, where that matters.
    pub(crate) file: Option<FileKey>,
    /// The name that its uses have.
    pub(crate) name: Name,
}

/// A use of a declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reference {
    /// The file of the program.
    pub file: ModuleId,
    /// Where in it.
    pub range: TextRange,
    /// What is done there.
    pub role: Role,
    /// `y` in `P { y }`: a field and a value at once.
    pub is_shorthand: bool,
}

/// What is done with what is referred to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// It is declared.
    Declaration,
    /// It, or the object that it refers to, is changed.
    Write,
    /// It is read, called or borrowed.
    Read,
}

/// A use in the same text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Highlight {
    /// Where.
    pub range: TextRange,
    /// What is done there.
    pub role: Role,
}

impl Target {
    /// The name that its uses have: a text without it has none.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it can be used in other files.
    pub fn is_seen_elsewhere(&self) -> bool {
        !matches!(self.meaning, Meaning::Local { .. } | Meaning::Key(_))
    }

    /// The file that declares it: only programs with that file can use it. None for what none declares.
    pub fn file(&self) -> Option<&FileKey> {
        self.file.as_ref()
    }

    /// What to say of it in a sentence: `` the function `f` ``.
    pub(crate) fn words(&self) -> String {
        match &self.meaning {
            Meaning::Local { .. } => format!("the variable `{}`", self.name),
            Meaning::Function { name, .. } => format!("the function `{name}`"),
            Meaning::Type { name, .. } => format!("the type `{name}`"),
            Meaning::Method { scope, name } => format!("the method `{scope}::{name}`"),
            Meaning::Field { structure, name } => format!("the field `{name}` of `{structure}`"),
            Meaning::Key(name) => format!("the key `{name}`"),
            Meaning::Module(_) => format!("the module `{}`", self.name),
            Meaning::Namespace(name) => format!("the namespace `{name}` of the library"),
            Meaning::Capability(name) => format!("`{name}` of the library"),
            Meaning::Builtin(name) | Meaning::BuiltinMethod(name) => format!("the built-in `{name}`"),
        }
    }

    /// What `meaning` is to other programs.
    fn new(analysis: &FileAnalysis, meaning: Meaning, name: Name) -> Self {
        let file = match &meaning {
            Meaning::Local { file, .. } | Meaning::Function { file, .. } | Meaning::Type { file, .. } => Some(*file),
            Meaning::Module(file) => Some(*file),
            Meaning::Method { scope: owner, .. } | Meaning::Field { structure: owner, .. } => {
                declared_in(analysis, owner)
            }
            Meaning::Key(_) => Some(ModuleId::ROOT),
            _ => None,
        };
        let file = file.and_then(|file| analysis.key_of(file)).cloned();
        Self { meaning, file, name }
    }

    /// The same target, in terms of another program that has it.
    pub(crate) fn in_program(&self, analysis: &FileAnalysis) -> Option<Self> {
        Some(Self { meaning: self.meaning_in(analysis)?, ..self.clone() })
    }

    /// The target as this program knows it; `None` when it is nothing here.
    fn meaning_in(&self, analysis: &FileAnalysis) -> Option<Meaning> {
        let module = || match &self.file {
            Some(key) => analysis.module_of(key),
            None => Some(ModuleId::ROOT),
        };
        Some(match &self.meaning {
            Meaning::Local { body, local, .. } => Meaning::Local { file: module()?, body: *body, local: *local },
            Meaning::Function { name, .. } => Meaning::Function { file: module()?, name: name.clone() },
            Meaning::Type { name, .. } => Meaning::Type { file: module()?, name: name.clone() },
            Meaning::Module(_) => Meaning::Module(module()?),
            // Two programs may have a struct of one name, and they are two structs.
            Meaning::Method { scope: owner, .. } | Meaning::Field { structure: owner, .. } => (self.file.is_none()
                || declared_in(analysis, owner) == Some(module()?))
            .then(|| self.meaning.clone())?,
            Meaning::Key(_) => (module()? == ModuleId::ROOT).then(|| self.meaning.clone())?,
            other => other.clone(),
        })
    }
}

/// The file that declares a struct or trait.
fn declared_in(analysis: &FileAnalysis, name: &str) -> Option<ModuleId> {
    let hir = analysis.hir();
    let structure = hir.resolve_struct(name).map(|found| found.module);
    structure.or_else(|| hir.resolve_trait(name).map(|found| found.module))
}

/// What the name at `offset` means: that of which uses can be looked for. Several when the text does not tell which.
pub fn target_at(snapshot: &Snapshot, offset: usize) -> Vec<Target> {
    let analysis = &snapshot.analysis;
    let Some(root) = analysis.file(ModuleId::ROOT) else { return Vec::new() };
    let resolver = Resolver::new(analysis);
    let mut targets: Vec<Target> = Vec::new();
    for at in names_at(analysis, offset) {
        for meaning in resolver.meanings(&root, &at) {
            let target = Target::new(analysis, meaning, at.name.name.clone());
            if !targets.contains(&target) {
                targets.push(target);
            }
        }
    }
    targets
}

/// The uses of any of `targets` in all files of the program, declarations included, in the order of the files and their texts.
pub fn references(analysis: &FileAnalysis, targets: &[Target]) -> Vec<Reference> {
    let resolver = Resolver::new(analysis);
    let mut found: Vec<_> =
        analysis.files().flat_map(|file| references_in(analysis, &resolver, &file, targets)).collect();
    found.sort_unstable();
    found.dedup_by_key(|reference| (reference.file, reference.range));
    found
}

/// The uses, in the text itself, of what the name at `offset` means.
pub fn highlights(snapshot: &Snapshot, offset: usize) -> Vec<Highlight> {
    let analysis = &snapshot.analysis;
    let targets = target_at(snapshot, offset);
    let Some(root) = analysis.file(ModuleId::ROOT) else { return Vec::new() };
    let mut found = references_in(analysis, &Resolver::new(analysis), &root, &targets);
    found.sort_unstable();
    found.dedup_by_key(|reference| reference.range);
    found.into_iter().map(|Reference { range, role, .. }| Highlight { range, role }).collect()
}

/// The uses in one file of the program.
fn references_in<'a>(
    analysis: &'a FileAnalysis,
    resolver: &Resolver<'a>,
    file: &ProgramFileView<'a>,
    targets: &[Target],
) -> Vec<Reference> {
    let wanted: Vec<_> = targets.iter().filter_map(|target| Some((target, target.meaning_in(analysis)?))).collect();
    let mut found = Vec::new();
    if wanted.is_empty() {
        return found;
    }
    names_called(
        analysis,
        file,
        |name| wanted.iter().any(|(target, meaning)| may_mean(target, meaning, name)),
        |at| {
            let meanings = resolver.meanings(file, &at);
            if wanted.iter().any(|(_, wanted)| meanings.iter().any(|meaning| is_same(file, wanted, meaning))) {
                found.push(Reference {
                    file: file.module,
                    range: at.range,
                    role: role(&at),
                    is_shorthand: at.name.is_shorthand,
                });
            }
        },
    );
    found
}

/// Whether a name may mean a target at all: all do that have its name, and an alias means a module by another one.
fn may_mean(target: &Target, meaning: &Meaning, name: &str) -> bool {
    target.name == name || matches!(meaning, Meaning::Module(_))
}

/// Visits the names of a file that `is_wanted`.
pub(crate) fn names_called(
    analysis: &FileAnalysis,
    file: &ProgramFileView<'_>,
    is_wanted: impl Fn(&str) -> bool,
    mut visit: impl FnMut(NameAt),
) {
    for body in file.hir.bodies() {
        let names = analysis.names().of_body(file.hir, file.tree, body);
        let mut wanted = names.uses.iter().filter(|name| is_wanted(&name.name)).peekable();
        if wanted.peek().is_none() {
            continue;
        }
        let map = file.hir.body_map(body);
        for name in wanted {
            let (start, end) = map.range_to_file(name.range);
            let range = TextRange::new(start as usize, end as usize);
            visit(NameAt { range, body: Some(body), name: name.clone() });
        }
    }
    let whole = TextRange::new(0, file.tree.text().len());
    declaration_names(file.hir, file.tree, whole).filter(|at| is_wanted(&at.name.name)).for_each(visit);
}

/// Whether two meanings are one declaration. A method that a struct takes from a trait or a parent is that of the trait or the
/// parent.
pub(crate) fn is_same(file: &ProgramFileView<'_>, wanted: &Meaning, meaning: &Meaning) -> bool {
    match (wanted, meaning) {
        (Meaning::Method { scope: left, name: wanted }, Meaning::Method { scope: right, name }) => {
            wanted == name
                && (left == right || has_methods_of(file.hir, left, right) || has_methods_of(file.hir, right, left))
        }
        _ => wanted == meaning,
    }
}

fn role(at: &NameAt) -> Role {
    match (at.name.access, at.name.touch) {
        (Access::Declare, _) => Role::Declaration,
        (Access::Write, _) | (_, Touch::Change | Touch::BorrowExclusive | Touch::Drop) => Role::Write,
        (Access::Read, _) => Role::Read,
    }
}

impl Reference {
    /// Where it stands.
    pub fn place(&self) -> FilePlace {
        FilePlace { file: self.file, range: self.range }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::at_cursor;

    /// The program with `r`, `w` and `d` under what is highlighted.
    fn drawn(fixture: &str) -> String {
        let (snapshot, offset) = at_cursor(fixture);
        let text = snapshot.analysis.text().to_string();
        let found = highlights(&snapshot, offset);
        let mut out = String::new();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            out.push_str(line.trim_end_matches('\n'));
            out.push('\n');
            let mut marks = vec![' '; line.len()];
            for highlight in found.iter().filter(|it| start <= it.range.start && it.range.end <= start + line.len()) {
                let mark = match highlight.role {
                    Role::Declaration => 'd',
                    Role::Write => 'w',
                    Role::Read => 'r',
                };
                marks[highlight.range.start - start..highlight.range.end - start].fill(mark);
            }
            let marks: String = marks.into_iter().collect();
            if !marks.trim().is_empty() {
                out.push_str(marks.trim_end());
                out.push('\n');
            }
            start += line.len();
        }
        out
    }

    #[test]
    fn reads_and_writes_of_a_variable_are_told_apart() {
        let program = "let xs$0 = [1]\nxs.push(2)\nxs[0] = 3\nlet r = &xs\nxs = []\nfn xs(xs) { return xs }\nprint(xs)\ndrop(xs)\n";
        assert_eq!(
            drawn(program),
            "let xs = [1]\n    dd\nxs.push(2)\nww\nxs[0] = 3\nww\nlet r = &xs\n         rr\nxs = []\nww\nfn xs(xs) { return xs }\n\
             print(xs)\n      rr\ndrop(xs)\n     ww\n"
        );
    }

    #[test]
    fn a_field_is_that_of_its_struct() {
        let program = "struct A { x$0 }\nstruct B { x }\nlet a = A { x: 1 }\nlet b = B { x: 2 }\na.x = b.x\nlet m = { x: 1 }\nprint(m.x + a.x)\n";
        assert_eq!(
            drawn(program),
            "struct A { x }\n           d\nstruct B { x }\nlet a = A { x: 1 }\n            r\nlet b = B { x: 2 }\na.x = b.x\n  w\n\
             let m = { x: 1 }\nprint(m.x + a.x)\n              r\n"
        );
    }

    #[test]
    fn a_shorthand_is_a_field_and_a_value() {
        let program = "struct P { y }\nlet y$0 = 1\nlet p = P { y }\n";
        assert_eq!(drawn(program), "struct P { y }\nlet y = 1\n    d\nlet p = P { y }\n            r\n");
        let program = "struct P { y$0 }\nlet y = 1\nlet p = P { y }\n";
        assert_eq!(drawn(program), "struct P { y }\n           d\nlet y = 1\nlet p = P { y }\n            r\n");
    }

    #[test]
    fn a_method_is_that_of_what_the_receiver_can_be() {
        let program = "struct A { x }\nstruct B { x }\nimpl A { fn go$0(self) { return 1 } }\nimpl B { fn go(self) { return 2 } }\nlet a = A { x: 1 }\nlet b = B { x: 1 }\na.go()\nb.go()\nfn f(z) { return z.go() }\nA::go(a)\n";
        assert_eq!(
            drawn(program),
            "struct A { x }\nstruct B { x }\nimpl A { fn go(self) { return 1 } }\n            dd\nimpl B { fn go(self) { return 2 } }\n\
             let a = A { x: 1 }\nlet b = B { x: 1 }\na.go()\n  rr\nb.go()\nfn f(z) { return z.go() }\n                   rr\nA::go(a)\n   rr\n"
        );
    }

    #[test]
    fn a_struct_is_found_in_types_literals_patterns_and_impls() {
        let program = "struct P { x }\nimpl P { fn f(self: P) -> P { return new P() } }\nlet p: P = $0P { x: 1 }\nmatch p { P { x: y } => print(y) }\nP::f(p)\n";
        let marks = drawn(program).lines().filter(|line| line.trim_start().starts_with(['d', 'r'])).count();
        assert_eq!(marks, 5, "{}", drawn(program));
    }

    #[test]
    fn nothing_in_strings_comments_or_guest_languages_is_a_use() {
        let program = "let word$0 = 1\nprint(\"word\") // word\n@python -> out {\nout = word\n}\nprint(word)\n";
        assert_eq!(
            drawn(program),
            "let word = 1\n    dddd\nprint(\"word\") // word\n@python -> out {\nout = word\n}\nprint(word)\n      rrrr\n"
        );
    }
}
