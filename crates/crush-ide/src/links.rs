//! The files that a text names: the modules that it imports, and files from outside.

use crush_hir::modules::ModuleId;
use crush_syntax::TextRange;

use crate::Snapshot;
use crate::names::{What, declaration_names};

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
