//! Rename: edits of every file of the workspace that uses a name, or the reason why there are none.

use std::collections::BTreeMap;

use crush_ide::{FileAnalysis, FileKey, Renameable, Target, Text, TextEdit};
use tower_lsp::ls_types::{
    self as lsp, DocumentChanges, OneOf, OptionalVersionedTextDocumentIdentifier, PrepareRenameResponse,
    TextDocumentEdit, WorkspaceEdit,
};

use crate::convert::Positions;
use crate::documents::DocumentSnapshot;
use crate::workspace::{Programs, uri_of};

/// The name at `offset`, as it is now.
///
/// # Errors
///
/// Why it cannot be renamed.
pub(crate) fn prepare(
    document: &DocumentSnapshot,
    positions: Positions<'_>,
    offset: usize,
) -> Result<PrepareRenameResponse, String> {
    let Renameable { range, name, .. } = crush_ide::prepare_rename(&document.snapshot, offset)?;
    Ok(PrepareRenameResponse::RangeWithPlaceholder { range: positions.range(range), placeholder: name })
}

/// What is to be edited in each file.
type Edits = BTreeMap<FileKey, (Text, Vec<TextEdit>)>;

/// The edits that rename what stands at `offset`.
///
/// # Errors
///
/// Why it is not done.
pub(crate) fn rename(
    programs: &Programs<'_>,
    document: &DocumentSnapshot,
    offset: usize,
    new_name: &str,
    has_versions: bool,
) -> Result<WorkspaceEdit, String> {
    let Renameable { name, targets, .. } = crush_ide::prepare_rename(&document.snapshot, offset)?;
    crush_ide::check_name(new_name)?;
    let mut edits = Edits::new();
    if name == new_name {
        return Ok(workspace_edit(programs, document, edits, has_versions));
    }
    let others: Vec<_> = match targets.iter().any(Target::is_seen_elsewhere) {
        true => programs.with_targets(&targets, &[new_name], || document.is_overtaken()).collect(),
        false => Vec::new(),
    };
    let analyses = || std::iter::once(&document.snapshot.analysis).chain(&others);
    for analysis in analyses() {
        collect(&mut edits, analysis, crush_ide::rename_edits(analysis, &targets, new_name)?);
    }
    let all: Vec<_> = edits.iter().map(|(key, (_, edits))| (key.clone(), edits.clone())).collect();
    for analysis in analyses() {
        let concerned = analysis.module_keys().chain(analysis.key_of(crush_ide::ModuleId::ROOT));
        let is_concerned = concerned.into_iter().any(|key| edits.contains_key(key));
        if is_concerned
            && let Some(reason) = crush_ide::rename_conflict(analysis, &targets, new_name, &all, &programs.sources())
        {
            return Err(reason);
        }
    }
    Ok(workspace_edit(programs, document, edits, has_versions))
}

fn collect(edits: &mut Edits, analysis: &FileAnalysis, found: Vec<crush_ide::FileEdit>) {
    for edit in found {
        let Some(key) = analysis.key_of(edit.file) else { continue };
        let text = || analysis.module(edit.file).map_or(analysis.text(), |(_, _, text)| text).clone();
        let (_, known) = edits.entry(key.clone()).or_insert_with(|| (text(), Vec::new()));
        // Several programs may have one file.
        if !known.contains(&edit.edit) {
            known.push(edit.edit);
            known.sort_by_key(|edit| edit.range);
        }
    }
}

/// The edits as the client takes them: with the versions they are made for, if it knows what to do with those.
fn workspace_edit(
    programs: &Programs<'_>,
    document: &DocumentSnapshot,
    edits: Edits,
    has_versions: bool,
) -> WorkspaceEdit {
    let mut changes = Vec::new();
    for (key, (text, edits)) in edits {
        let Some(uri) = uri_of(&key, programs.open) else { continue };
        let positions = Positions { text: &text, encoding: document.encoding };
        let edits = edits.into_iter();
        let edits: Vec<_> =
            edits.map(|edit| lsp::TextEdit { range: positions.range(edit.range), new_text: edit.new_text }).collect();
        let version = programs.open.get(&key).map(|document| document.version);
        changes.push((uri, version, edits));
    }
    if !has_versions {
        let changes = changes.into_iter().map(|(uri, _, edits)| (uri, edits)).collect();
        return WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() };
    }
    let edit = |(uri, version, edits): (_, _, Vec<lsp::TextEdit>)| TextDocumentEdit {
        text_document: OptionalVersionedTextDocumentIdentifier { uri, version },
        edits: edits.into_iter().map(OneOf::Left).collect(),
    };
    let changes = DocumentChanges::Edits(changes.into_iter().map(edit).collect());
    WorkspaceEdit { document_changes: Some(changes), ..WorkspaceEdit::default() }
}
