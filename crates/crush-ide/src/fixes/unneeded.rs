//! What nothing needs goes, or says by its name that it is meant so.

use crush_syntax::{Node, TextEdit, TextRange};

use super::replacing;
use crate::FileAnalysis;
use crate::codes::{UNREACHABLE_CODE, UNUSED_NAME};
use crate::diagnostics::{Diagnostic, Fix};
use crate::names::{What, name_at};
use crate::nodes::{ancestors, whole};

/// Takes away a name in the braces of an import, or statements that nothing reaches.
pub(super) fn leave_out(analysis: &FileAnalysis, report: &Diagnostic) -> Option<Fix> {
    let tree = analysis.tree();
    let first = tree.node_at(report.range.start);
    if report.code == UNREACHABLE_CODE {
        let statement = |at: usize| {
            ancestors(tree.node_at(at))
                .find(|node| node.parent().is_some_and(|parent| matches!(parent.kind(), "block" | "source_file")))
        };
        let (first, last) = (statement(report.range.start)?, statement(report.range.end.saturating_sub(1))?);
        let range = TextRange::new(whole(tree, first).start, whole(tree, last).end);
        return Some(replacing("remove what is never reached", range, ""));
    }
    let names = first.parent().filter(|parent| parent.kind() == "import_names")?;
    let mut cursor = names.walk();
    let all: Vec<Node<'_>> = names.named_children(&mut cursor).filter(|node| node.kind() == "identifier").collect();
    let at = all.iter().position(|node| node.id() == first.id())?;
    // With its comma: the one behind it, or for the last the one before.
    let range = match (all.get(at + 1), at.checked_sub(1).and_then(|before| all.get(before))) {
        (Some(next), _) => TextRange::new(first.start_byte(), next.start_byte()),
        (None, Some(before)) => TextRange::new(before.end_byte(), first.end_byte()),
        // The import brings the module itself as well.
        (None, None) => TextRange::new(names.prev_sibling()?.end_byte(), names.end_byte()),
    };
    // An import does nothing but bring names.
    Some(replacing(format!("do not import `{}`", tree.text_of(first)), range, "").safely())
}

/// `x` becomes `_x`: it is not read, and that is meant so.
pub(super) fn name_it_so(analysis: &FileAnalysis, report: &Diagnostic) -> Option<Fix> {
    let at = name_at(analysis, report.range.start).filter(|_| report.code == UNUSED_NAME)?;
    let (What::Local(local), Some(body)) = (&at.name.what, at.body) else { return None };
    let name = format!("_{}", at.name.name);
    let (hir, tree) = (analysis.hir(), analysis.tree());
    let names = analysis.names().of_body(hir, tree, body);
    if names.uses.iter().any(|other| other.name == name.as_str()) {
        return None;
    }
    let map = hir.body_map(body);
    let own = names.uses.iter().filter(|other| other.what == What::Local(*local));
    let edits = own.map(|other| {
        let (start, _) = map.range_to_file(other.range);
        TextEdit { range: TextRange::empty(start as usize), new_text: "_".to_owned() }
    });
    Some(Fix { title: format!("name it `{name}`: it is not read on purpose"), edits: edits.collect(), is_safe: false })
}
