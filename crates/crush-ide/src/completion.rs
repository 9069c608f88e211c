//! Completion: what can be written at the cursor, the nearest first.
//!
//! The text is made whole around the cursor ([`halfway`](crate::halfway)); then the syntax around the marker says what can stand
//! there, the scopes which names there are, and the values what a dot can lead to.

mod context;
mod documentation;
mod item;
mod members;
mod names;
mod words;

use crush_syntax::{TextEdit, TextRange};

use crate::Snapshot;
use crate::halfway::Halfway;
use context::Context;
pub use documentation::documentation;
use item::Items;
pub use item::{Completion, CompletionKind};

/// A function of another file that can be imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Importable {
    /// The path of an import of the file: `a.b`.
    pub module: String,
    /// The function.
    pub name: String,
}

/// What can be written at `offset`. `importable` are functions of files that are not imported, `with_snippets` says whether the
/// client fills in what is to be filled in.
pub fn completions(
    snapshot: &Snapshot,
    offset: usize,
    importable: &[Importable],
    with_snippets: bool,
) -> Vec<Completion> {
    let Some(halfway) = Halfway::at(&snapshot.analysis, offset) else { return Vec::new() };
    let Some(context) = Context::of(&halfway) else { return Vec::new() };
    let mut items = Items::new(halfway.word, &halfway.typed, with_snippets);
    match &context {
        Context::Member { object_is_name } => members::add(&mut items, &halfway, object_is_name.as_deref()),
        Context::PathMember { scope } => members::add_methods_of(&mut items, &halfway, scope),
        Context::Type => names::add_types(&mut items, &halfway, true),
        Context::FieldOf { structure, given } => members::add_fields_of(&mut items, &halfway, structure, given),
        Context::Struct => names::add_types(&mut items, &halfway, false),
        Context::Function => names::add_functions(&mut items, &halfway),
        Context::ImportedFrom { import } => names::add_exports(&mut items, &halfway, *import),
        Context::ImportPath => names::add_modules(&mut items, importable),
        Context::Borrowed { is_exclusive } => {
            names::add_borrowable(&mut items, &halfway);
            if !is_exclusive {
                words::add_mut(&mut items);
            }
        }
        Context::Pattern => {
            names::add_types(&mut items, &halfway, false);
            words::add_pattern_words(&mut items);
        }
        Context::Expression => {
            names::add_all(&mut items, &halfway);
            words::add_expression_words(&mut items);
        }
        Context::Statement { is_top_level, is_in_loop } => {
            names::add_all(&mut items, &halfway);
            words::add_expression_words(&mut items);
            words::add_statement_words(&mut items, *is_top_level, *is_in_loop);
        }
    }
    if matches!(context, Context::Expression | Context::Statement { .. } | Context::Function)
        && !halfway.typed.is_empty()
    {
        names::add_importable(&mut items, &halfway, &snapshot.analysis, importable);
    }
    items.finish()
}

/// The edit that brings `name` of `module` into a file: into the braces of the import that is there, or as a new import behind
/// those that are there.
pub(crate) fn import_edit(analysis: &crate::FileAnalysis, module: &str, name: &str) -> TextEdit {
    let hir = analysis.hir();
    let imports: Vec<_> = hir.module_imports().collect();
    if let Some((item, import)) = imports.iter().find(|(_, import)| import.path == module && !import.names.is_empty())
        && let Some(last) = import.names.last()
    {
        let at = hir.item_range(*item, last.range).end;
        return TextEdit { range: TextRange::empty(at), new_text: format!(", {name}") };
    }
    let line_start = |offset: usize| {
        let text = analysis.text();
        let line = text.line_of(offset) + 1;
        text.line_range(line).map(|range| range.start)
    };
    let behind = imports.last().and_then(|(item, import)| line_start(hir.item_range(*item, import.range).end));
    let new_text = format!("import {module} {{ {name} }}\n");
    match behind {
        Some(at) => TextEdit { range: TextRange::empty(at), new_text },
        None if imports.is_empty() => TextEdit { range: TextRange::empty(first_line(analysis)), new_text },
        None => TextEdit { range: TextRange::empty(analysis.text().len()), new_text: format!("\n{new_text}") },
    }
}

/// Where the first import belongs: behind the comment that the file begins with.
fn first_line(analysis: &crate::FileAnalysis) -> usize {
    let text = analysis.text();
    let mut at = 0;
    for item in analysis.hir().items() {
        if item.kind != crush_hir::file::ItemKind::Comment {
            break;
        }
        // A comment directly above something is about that.
        let below = text.line_of(item.end() as usize) + 1;
        let is_apart = text.line_range(below).is_some_and(|range| text.slice(range).trim().is_empty());
        if let (true, Some(next)) = (is_apart, text.line_range(below + 1)) {
            at = next.start;
        }
    }
    at
}

#[cfg(test)]
mod tests;
