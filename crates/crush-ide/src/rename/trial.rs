//! Applies a rename to a copy of the program, and compares what its names mean before and after.

use std::collections::HashMap;

use crush_hir::body::Name;
use crush_hir::modules::{FileKey, ModuleId, NotLoaded, SourceFile, Sources};
use crush_syntax::{TextEdit, TextRange};

use crate::FileAnalysis;
use crate::meaning::{Meaning, Resolver};
use crate::names::What;
use crate::references::{Target, is_same, names_called};

/// A name of the program that has the old name or the new one.
struct Concerned {
    file: ModuleId,
    range: TextRange,
    name: Name,
    /// Whether it stands where fields of structs are named.
    is_field: bool,
    is_shorthand: bool,
    meanings: Vec<Meaning>,
}

/// Why the program would not mean the same.
pub(super) fn conflict(
    analysis: &FileAnalysis,
    targets: &[Target],
    new_name: &Name,
    edits: &[(FileKey, Vec<TextEdit>)],
    sources: &dyn Sources,
) -> Option<String> {
    let old_name = &targets.first()?.name;
    let after = edited(analysis, edits, sources);
    let before_names = concerned(analysis, &[old_name, new_name]);
    let mut after_names = concerned(&after, &[old_name, new_name]);
    for before in before_names {
        let place = || place_of(analysis, before.file, before.range);
        let wanted: Vec<_> = before.meanings.iter().map(|it| renamed(analysis, it, targets, new_name)).collect();
        let is_renamed = before.meanings != wanted;
        if !is_renamed
            && before.name == *new_name
            && before.meanings.iter().any(|it| is_taken(analysis, it, targets, new_name))
        {
            return Some(format!("`{new_name}` is there already, on {}", place()));
        }
        let start = moved(&before, edits_of(analysis, before.file, edits));
        let is_it = |after: &Concerned| {
            after.file == before.file && after.range.start == start && after.is_field == before.is_field
        };
        let found = after_names.iter().position(is_it);
        let Some(found) = found else {
            return Some(format!("`{}` on {} would no longer be a name", before.name, place()));
        };
        let after = after_names.swap_remove(found);
        if after.meanings != wanted {
            return Some(format!(
                "`{}` on {} would mean something else: `{new_name}` means another thing there",
                if is_renamed { new_name } else { &before.name },
                place()
            ));
        }
    }
    let new = after_names.first()?;
    Some(format!("`{}` on {} would mean something else", new.name, place_of(&after, new.file, new.range)))
}

/// Whether a meaning that a name has already is what the target is called afterwards.
fn is_taken(analysis: &FileAnalysis, meaning: &Meaning, targets: &[Target], new_name: &Name) -> bool {
    targets.iter().any(|target| renamed(analysis, &target.meaning, targets, new_name) == *meaning)
}

/// What a meaning is called afterwards.
fn renamed(analysis: &FileAnalysis, meaning: &Meaning, targets: &[Target], new_name: &Name) -> Meaning {
    let Some(root) = analysis.file(ModuleId::ROOT) else { return meaning.clone() };
    let owner = |owner: &Name| {
        let is_it = |target: &Target| matches!(&target.meaning, Meaning::Type { name, .. } if name == owner);
        if targets.iter().any(is_it) { new_name.clone() } else { owner.clone() }
    };
    let is_target = targets.iter().any(|target| is_same(&root, &target.meaning, meaning));
    let named = |name: &Name| if is_target { new_name.clone() } else { name.clone() };
    match meaning {
        Meaning::Function { file, name } => Meaning::Function { file: *file, name: named(name) },
        Meaning::Type { file, name } => Meaning::Type { file: *file, name: named(name) },
        Meaning::Method { scope, name } => Meaning::Method { scope: owner(scope), name: named(name) },
        Meaning::Field { structure, name } => Meaning::Field { structure: owner(structure), name: named(name) },
        other => other.clone(),
    }
}

/// The program with the edits in its files.
fn edited(analysis: &FileAnalysis, edits: &[(FileKey, Vec<TextEdit>)], sources: &dyn Sources) -> FileAnalysis {
    let texts = analysis.files().skip(1).filter_map(|file| {
        let (key, path, text) = analysis.module(file.module)?;
        let mut text = text.clone();
        edits_of(analysis, file.module, edits).iter().rev().for_each(|edit| _ = text.apply(edit));
        Some((key.clone(), SourceFile::parse(key.clone(), path.into(), text)))
    });
    let sources = Edited { files: texts.collect(), sources };
    // From the last to the first, each is in terms of the text that the one before it left.
    let own: Vec<_> = edits_of(analysis, ModuleId::ROOT, edits).iter().rev().cloned().collect();
    let mut after = analysis.sketch(&own);
    if let Some(key) = analysis.own_key().filter(|_| analysis.imports_modules()) {
        after.load_modules(key.clone(), key.0.clone(), &sources);
    }
    after
}

/// The files of a program after an edit, in front of where files come from.
struct Edited<'a> {
    files: HashMap<FileKey, SourceFile>,
    sources: &'a dyn Sources,
}

impl Sources for Edited<'_> {
    fn load(&self, importer: &SourceFile, path: &str) -> Result<SourceFile, NotLoaded> {
        let file = self.sources.load(importer, path)?;
        Ok(self.files.get(&file.key).cloned().unwrap_or(file))
    }
}

fn edits_of<'e>(analysis: &FileAnalysis, file: ModuleId, edits: &'e [(FileKey, Vec<TextEdit>)]) -> &'e [TextEdit] {
    let key = analysis.key_of(file);
    edits.iter().find(|(it, _)| Some(it) == key).map(|(_, edits)| edits.as_slice()).unwrap_or_default()
}

/// Where a name stands after the edits.
fn moved(name: &Concerned, edits: &[TextEdit]) -> usize {
    let start = name.range.start;
    let before = edits.iter().take_while(|edit| edit.range.end <= start);
    let start = before.fold(start, |at, edit| at + edit.new_text.len() - edit.range.len());
    let own = edits.iter().find(|edit| edit.range == name.range);
    match own.and_then(|edit| edit.new_text.find(": ")) {
        // Written out, the value of a shorthand stands behind the field.
        Some(field) if name.is_shorthand && !name.is_field => start + field + 2,
        _ => start,
    }
}

fn concerned(analysis: &FileAnalysis, wanted: &[&Name]) -> Vec<Concerned> {
    let resolver = Resolver::new(analysis);
    let mut found = Vec::new();
    for file in analysis.files() {
        names_called(
            analysis,
            &file,
            |name| wanted.iter().any(|it| *it == name),
            |at| {
                let meanings = resolver.meanings(&file, &at);
                let is_field = matches!(at.name.what, What::FieldOf(_));
                let (name, is_shorthand) = (at.name.name, at.name.is_shorthand);
                found.push(Concerned { file: file.module, range: at.range, name, is_field, is_shorthand, meanings });
            },
        );
    }
    found
}

fn place_of(analysis: &FileAnalysis, file: ModuleId, range: TextRange) -> String {
    match analysis.module(file) {
        Some((_, path, text)) => format!("line {} of {path}", text.line_of(range.start) + 1),
        None => format!("line {}", analysis.text().line_of(range.start) + 1),
    }
}
