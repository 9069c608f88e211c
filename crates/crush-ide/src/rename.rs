//! Rename: every use of one declaration, and nothing else.
//!
//! What is uncertain is refused with a reason. What is left is tried out: the edits are applied to a copy of the program, and
//! every name that is concerned has to mean afterwards what it meant before.

mod trial;

use crush_hir::body::Name;
use crush_hir::modules::{FileKey, ModuleId, Sources};
use crush_syntax::{Text, TextEdit, TextRange, Tree};

use crate::meaning::{Meaning, Resolver};
use crate::names::{What, names_at};
use crate::references::{Target, is_same, names_called, references, target_at};
use crate::{FileAnalysis, Snapshot};

/// A name that can be renamed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renameable {
    /// Where it stands.
    pub range: TextRange,
    /// What it is called now.
    pub name: String,
    /// What it means.
    pub targets: Vec<Target>,
}

/// An edit of a file of the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileEdit {
    /// The file.
    pub file: ModuleId,
    /// The edit, in terms of the text before all of them.
    pub edit: TextEdit,
}

/// The name at `offset`, if it can be renamed at all.
///
/// # Errors
///
/// Why it cannot.
pub fn prepare_rename(snapshot: &Snapshot, offset: usize) -> Result<Renameable, String> {
    let analysis = &snapshot.analysis;
    let at = names_at(analysis, offset).pop().ok_or("there is no name here")?;
    let name = at.name.name.to_string();
    let targets = target_at(snapshot, offset);
    let refused = match at.name.what {
        What::Nothing => Some(format!("`{name}` is no name that anything declares")),
        What::Local(_) if name == "self" => Some("`self` is what the language calls the receiver".to_string()),
        _ => targets.iter().find_map(refusal),
    };
    if let Some(reason) = refused {
        return Err(reason);
    }
    if targets.is_empty() {
        return Err(format!("nothing declares `{name}`"));
    }
    // At a shorthand, the value is meant.
    let targets = match at.name.is_shorthand {
        true => targets.into_iter().filter(|target| !matches!(target.meaning, Meaning::Field { .. })).collect(),
        false => targets,
    };
    if let [first, second, ..] = targets.as_slice()
        && !is_one(analysis, &targets)
    {
        let (first, second) = (first.words(), second.words());
        return Err(format!("`{name}` may be {first} or {second} here: rename it where it is declared"));
    }
    Ok(Renameable { range: at.range, name, targets })
}

/// Whether all targets are one method, of a trait and of what it is written for.
fn is_one(analysis: &FileAnalysis, targets: &[Target]) -> bool {
    let Some(root) = analysis.file(ModuleId::ROOT) else { return false };
    targets.iter().all(|target| targets.iter().all(|other| is_same(&root, &target.meaning, &other.meaning)))
}

fn refusal(target: &Target) -> Option<String> {
    match &target.meaning {
        Meaning::Key(name) => {
            Some(format!("`{name}` is a key of a map: keys are data, which may be read and written anywhere"))
        }
        Meaning::Namespace(_) | Meaning::Capability(_) | Meaning::Builtin(_) | Meaning::BuiltinMethod(_) => {
            Some(format!("{} is not declared in this program", target.words()))
        }
        Meaning::Function { name, .. } if name == "main" => {
            Some("`main` is the function that a program begins with".to_string())
        }
        Meaning::Module(_) => Some("a module has the name of its file: rename the file".to_string()),
        _ => None,
    }
}

/// Whether a text is a name that can be given.
///
/// # Errors
///
/// Why it is none.
pub fn check_name(name: &str) -> Result<(), String> {
    let tree = Tree::parse(Text::from(format!("let {name} = {name}\n").as_str()));
    let statement = tree.root().named_child(0);
    let is_name = |field: &str| {
        let node = statement.and_then(|statement| statement.child_by_field_name(field));
        node.is_some_and(|node| node.kind() == "identifier" && tree.text_of(node) == name)
    };
    if tree.root().has_error() || !is_name("name") || !is_name("value") {
        return Err(format!("`{name}` is no name: names are letters, digits and `_`, and no words of the language"));
    }
    match name {
        "self" => Err("`self` is what the language calls the receiver".to_string()),
        "main" => Err("`main` is the function that a program begins with".to_string()),
        _ => Ok(()),
    }
}

/// The edits that rename `targets` in all files of a program.
///
/// # Errors
///
/// Why it is not done: a use is uncertain, or out of reach.
pub fn rename_edits(analysis: &FileAnalysis, targets: &[Target], new_name: &str) -> Result<Vec<FileEdit>, String> {
    let targets = &in_program(analysis, targets);
    refuse_hidden_uses(analysis, targets)?;
    refuse_uncertain_uses(analysis, targets)?;
    let is_field = targets.iter().any(|target| matches!(target.meaning, Meaning::Field { .. }));
    let edits = references(analysis, targets).into_iter().map(|reference| {
        let old = &targets[0].name;
        let new_text = match (reference.is_shorthand, is_field) {
            (false, _) => new_name.to_string(),
            (true, true) => format!("{new_name}: {old}"),
            (true, false) => format!("{old}: {new_name}"),
        };
        FileEdit { file: reference.file, edit: TextEdit { range: reference.range, new_text } }
    });
    Ok(edits.collect())
}

/// Why the program would not mean the same with these edits in its files; `None` when it would.
pub fn rename_conflict(
    analysis: &FileAnalysis,
    targets: &[Target],
    new_name: &str,
    edits: &[(FileKey, Vec<TextEdit>)],
    sources: &dyn Sources,
) -> Option<String> {
    trial::conflict(analysis, &in_program(analysis, targets), &Name::from(new_name), edits, sources)
}

/// The targets that a program has, in its terms.
fn in_program(analysis: &FileAnalysis, targets: &[Target]) -> Vec<Target> {
    targets.iter().filter_map(|target| target.in_program(analysis)).collect()
}

/// A variable that a polyglot block takes by its name cannot be renamed: nothing is changed in another language's text.
fn refuse_hidden_uses(analysis: &FileAnalysis, targets: &[Target]) -> Result<(), String> {
    for target in targets {
        let Meaning::Local { file, body, local } = &target.meaning else { continue };
        let Some(view) = analysis.file(*file) else { continue };
        let names = analysis.names().of_body(view.hir, view.tree, *body);
        if let Some(hidden) = names.hidden.iter().find(|hidden| hidden.local == *local) {
            let at = view.hir.body_map(*body).to_file(hidden.range.start);
            let line = view.tree.text().line_of(at as usize) + 1;
            let name = &target.name;
            return Err(format!("the polyglot block on line {line} takes `{name}` by its name, and is not changed"));
        }
    }
    Ok(())
}

/// A use that may mean another declaration as well cannot be renamed, nor left.
fn refuse_uncertain_uses(analysis: &FileAnalysis, targets: &[Target]) -> Result<(), String> {
    let resolver = Resolver::new(analysis);
    for file in analysis.files() {
        let mut uncertain = None;
        names_called(
            analysis,
            &file,
            |name| targets.iter().any(|target| target.name == name),
            |at| {
                if uncertain.is_some() || !matches!(at.name.what, What::Method | What::Field) {
                    return;
                }
                let meanings = resolver.meanings(&file, &at);
                let is_target =
                    |meaning: &Meaning| targets.iter().any(|target| is_same(&file, &target.meaning, meaning));
                let other = meanings.iter().find(|meaning| !is_target(meaning));
                if let (true, Some(other)) = (meanings.iter().any(is_target), other) {
                    uncertain = Some((at.range, other.clone(), at.name.name.clone()));
                }
            },
        );
        if let Some((range, other, name)) = uncertain {
            let line = file.tree.text().line_of(range.start) + 1;
            let place = match analysis.module(file.module) {
                Some((_, path, _)) => format!("line {line} of {path}"),
                None => format!("line {line}"),
            };
            let other = Target { meaning: other, file: None, name: name.clone() }.words();
            return Err(format!(
                "`{name}` on {place} may be {other} as well: the text does not tell what it is asked of"
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crush_hir::modules::NoSources;

    use super::*;
    use crate::fixture::at_cursor;

    fn renamed(fixture: &str, new_name: &str) -> Result<String, String> {
        let (snapshot, offset) = at_cursor(fixture);
        let analysis = &snapshot.analysis;
        let prepared = prepare_rename(&snapshot, offset)?;
        check_name(new_name)?;
        let edits = rename_edits(analysis, &prepared.targets, new_name)?;
        let edits: Vec<_> = edits.into_iter().map(|edit| edit.edit).collect();
        let mut text = analysis.text().to_string();
        for edit in edits.iter().rev() {
            text.replace_range(edit.range.start..edit.range.end, &edit.new_text);
        }
        let mut placed = analysis.clone();
        let key = FileKey("here".into());
        placed.load_modules(key.clone(), "here".into(), &NoSources);
        match rename_conflict(&placed, &prepared.targets, new_name, &[(key, edits)], &NoSources) {
            Some(reason) => Err(reason),
            None => Ok(text),
        }
    }

    fn refused(fixture: &str, new_name: &str, reason: &str) {
        let result = renamed(fixture, new_name);
        assert!(result.as_ref().is_err_and(|it| it.contains(reason)), "{result:?}");
    }

    #[test]
    fn variables_functions_structs_fields_and_methods() {
        assert_eq!(
            renamed("let a$0 = [1]\nlet f = |x| a[x]\na = [2]\nprint(a, \"a\")\n", "b").unwrap(),
            "let b = [1]\nlet f = |x| b[x]\nb = [2]\nprint(b, \"a\")\n"
        );
        assert_eq!(
            renamed("fn f(n) { if n > 0 { return f$0(n - 1) }\n return 0 }\nprint(f(1))\nspawn f(2)\n1 |> f\n", "go")
                .unwrap(),
            "fn go(n) { if n > 0 { return go(n - 1) }\n return 0 }\nprint(go(1))\nspawn go(2)\n1 |> go\n"
        );
        assert_eq!(
            renamed(
                "struct P { x }\nimpl P { fn m(self: P) -> P { return self } }\nlet p: P = P$0 { x: 1 }\nP::m(p)\n",
                "Q"
            )
            .unwrap(),
            "struct Q { x }\nimpl Q { fn m(self: Q) -> Q { return self } }\nlet p: Q = Q { x: 1 }\nQ::m(p)\n"
        );
        assert_eq!(
            renamed("trait T { fn go(self) }\nstruct P { x }\nimpl T for P { fn go(self) { return self.x } }\nlet p = P { x: 1 }\np.go$0()\n", "run").unwrap(),
            "trait T { fn run(self) }\nstruct P { x }\nimpl T for P { fn run(self) { return self.x } }\nlet p = P { x: 1 }\np.run()\n"
        );
    }

    #[test]
    fn a_shorthand_is_written_out() {
        assert_eq!(
            renamed("struct P { y }\nlet y$0 = 1\nlet p = P { y }\nprint(p.y)\n", "z").unwrap(),
            "struct P { y }\nlet z = 1\nlet p = P { y: z }\nprint(p.y)\n"
        );
        assert_eq!(
            renamed("struct P { y$0 }\nlet y = 1\nlet p = P { y }\nprint(p.y)\n", "z").unwrap(),
            "struct P { z }\nlet y = 1\nlet p = P { z: y }\nprint(p.z)\n"
        );
    }

    #[test]
    fn what_would_capture_or_collide_is_refused() {
        refused("let a$0 = 1\nlet b = 2\nprint(a + b)\n", "b", "`b`");
        refused("let b = 2\nif true { let a$0 = 1\n print(a, b) }\n", "b", "`b`");
        refused("fn f$0() { return 1 }\nfn g() { return f() }\n", "g", "`g`");
        refused("fn f$0() { return 1 }\nfn h(g) { return f() + g }\n", "g", "`g`");
        refused("struct P { x$0, y }\nlet p = P { x: 1, y: 2 }\n", "y", "`y`");
        refused("fn f$0(s) { return len(s) }\n", "len", "`len`");
        refused("let a$0 = \"x\"\nprint(str.upper(a))\n", "str", "`str`");
    }

    #[test]
    fn what_cannot_be_renamed_says_why() {
        refused("pri$0nt(1)\n", "out", "not declared in this program");
        refused("let m = { key$0: 1 }\n", "name", "key of a map");
        refused("fn main$0() { }\n", "start", "begins with");
        refused("let x$0 = 1\n@python -> y {\ny = x\n}\nprint(y)\n", "z", "line 2 takes `x` by its name");
        refused(
            "struct A { x$0 }\nstruct B { x }\nfn f(p) { return p.x }\n",
            "z",
            "`x` on line 3 may be the field `x` of `B`",
        );
        refused("let a$0 = 1\n", "for", "is no name");
        refused("let a$0 = 1\n", "b c", "is no name");
        refused("let a$0 = 1\n", "", "is no name");
        refused("let a = $01\n", "b", "no name here");
    }
}
