//! Files that are renamed: the imports that name them follow.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crush_ide::{FileKey, TextEdit};
use tower_lsp::ls_types::{
    self as lsp, FileOperationFilter, FileOperationPattern, FileOperationRegistrationOptions, FileRename, Uri,
    WorkspaceEdit, WorkspaceFileOperationsServerCapabilities,
};

use crate::convert::Positions;
use crate::workspace::{Programs, uri_of};

/// Which renames the client tells of before they are made: those of programs, and of folders, in which programs may be.
pub(crate) fn operations() -> WorkspaceFileOperationsServerCapabilities {
    let pattern = |glob: &str| FileOperationFilter {
        scheme: Some("file".to_string()),
        pattern: FileOperationPattern { glob: glob.to_string(), matches: None, options: None },
    };
    let filters = vec![pattern("**/*.crush"), pattern("**/*")];
    WorkspaceFileOperationsServerCapabilities {
        will_rename: Some(FileOperationRegistrationOptions { filters }),
        ..WorkspaceFileOperationsServerCapabilities::default()
    }
}

/// The edits of imports, in all programs of the workspace, that go with these renames.
pub(crate) fn import_edits(programs: &Programs<'_>, renames: &[FileRename]) -> WorkspaceEdit {
    let paths: Vec<_> =
        renames.iter().filter_map(|rename| Some((path(&rename.old_uri)?, path(&rename.new_uri)?))).collect();
    let moved = |old: &Path| {
        let new = paths.iter().find_map(|(from, to)| Some(to.join(old.strip_prefix(from).ok()?)));
        // Joining nothing leaves a slash at the end of a file.
        new.map(|new| new.components().collect::<PathBuf>())
    };
    let mut edits: BTreeMap<FileKey, Vec<lsp::TextEdit>> = BTreeMap::new();
    let mut add = |key: &FileKey, analysis: &crush_ide::FileAnalysis| {
        let importer = Path::new(&*key.0);
        // An importer that moves along looks for its modules from where it is then.
        let folder = moved(importer).unwrap_or_else(|| importer.to_owned());
        let new_path = |module: &FileKey| {
            let old = Path::new(&*module.0);
            let new = moved(old).or_else(|| (moved(importer).is_some()).then(|| old.to_owned()))?;
            module_path(folder.parent()?, &new)
        };
        let positions = Positions { text: analysis.text(), encoding: programs.encoding };
        let found = crush_ide::import_path_edits(analysis, new_path).into_iter();
        let found: Vec<_> = found
            .map(|TextEdit { range, new_text }| lsp::TextEdit { range: positions.range(range), new_text })
            .collect();
        if !found.is_empty() {
            edits.insert(key.clone(), found);
        }
    };
    for open in programs.open.all() {
        add(&crate::files::key_of(&open.uri), &open.snapshot.analysis);
    }
    let importers = programs.closed().filter(|entry| !entry.imports.is_empty());
    for entry in importers.take_while(|_| !programs.is_cancelled()) {
        if let Some(analysis) = programs.analysis_of(&entry.path) {
            add(&entry.key, &analysis);
        }
    }
    let changes = edits.into_iter().filter_map(|(key, edits)| Some((uri_of(&key, programs.open)?, edits)));
    WorkspaceEdit { changes: Some(changes.collect()), ..WorkspaceEdit::default() }
}

fn path(uri: &str) -> Option<PathBuf> {
    let key = crate::files::key_of(&uri.parse::<Uri>().ok()?);
    let path = Path::new(&*key.0);
    path.is_absolute().then(|| path.to_owned())
}

/// The path by which a file in `folder` imports `file`: `a.b`. None where the language cannot say it.
fn module_path(folder: &Path, file: &Path) -> Option<String> {
    let relative = file.strip_prefix(folder).ok()?.with_extension("");
    let parts: Option<Vec<_>> = relative.iter().map(|part| part.to_str()).collect();
    let parts = parts?;
    parts.iter().all(|part| crush_ide::check_name(part).is_ok()).then(|| parts.join("."))
}
