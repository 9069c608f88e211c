//! The files that a text names: the modules that it imports.

use crush_hir::modules::{FileKey, ModuleId};
use crush_syntax::{TextEdit, TextRange};

use crate::names::{What, declaration_names};
use crate::{FileAnalysis, Snapshot};

/// A place in the text that leads to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Where.
    pub range: TextRange,
    /// The module of the program that it names.
    pub module: ModuleId,
}

/// The imports that were found, in the order of the text.
pub fn links(snapshot: &Snapshot) -> Vec<Link> {
    let analysis = &snapshot.analysis;
    let hir = analysis.hir();
    let whole = TextRange::new(0, analysis.text().len());
    let mut links: Vec<Link> = Vec::new();
    for at in declaration_names(hir, analysis.tree(), whole).filter(|at| at.name.what == What::Module) {
        let Some(module) = crate::meaning::import_of_names(analysis, at.range) else { continue };
        match links.last_mut() {
            // `a.b` is one link.
            Some(last) if last.range.end + 1 == at.range.start => last.range.end = at.range.end,
            _ => links.push(Link { range: at.range, module }),
        }
    }
    links
}

/// The edits by which the imports of a text name the files that `new_path` says, where that is not what they name already. Where
/// calls went by the last part of the path, it stays as an alias.
pub fn import_path_edits(analysis: &FileAnalysis, new_path: impl Fn(&FileKey) -> Option<String>) -> Vec<TextEdit> {
    let snapshot = Snapshot::unevaluated(analysis.clone());
    let mut edits = Vec::new();
    for link in links(&snapshot) {
        let Some(new) = analysis.key_of(link.module).and_then(&new_path) else { continue };
        let old = analysis.text().slice(link.range).into_owned();
        let Some(import) = crate::meaning::import_at(analysis.hir(), link.range) else { continue };
        let last = |path: &str| path.rsplit('.').next().map(str::to_owned);
        let goes_by_it = import.alias.is_none() && import.names.is_empty() && last(&old) != last(&new);
        let alias = last(&old).filter(|_| goes_by_it).map_or_else(String::new, |alias| format!(" as {alias}"));
        if new != old {
            edits.push(TextEdit { range: link.range, new_text: format!("{new}{alias}") });
        }
    }
    edits
}
