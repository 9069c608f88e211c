//! The files that documents import: open documents first, then the disk.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crush_ide::{FileKey, NotLoaded, SourceFile, Sources, Text};
use tower_lsp::ls_types::Uri;

use crate::search::{self, SearchPath};

/// What tells one version of a file on disk from another.
type Stamp = (Option<SystemTime>, u64);

/// Files on disk, parsed, as they were when they were read last.
#[derive(Default)]
pub(crate) struct Files {
    search: SearchPath,
    read: RefCell<HashMap<PathBuf, (Stamp, SourceFile)>>,
}

impl Files {
    /// Looks for modules beside their importers and in the directories of the environment variable `CRUSH_PATH`.
    pub(crate) fn new() -> Self {
        Self { search: SearchPath::with_environment([]), read: RefCell::default() }
    }

    /// These files, with `open` in front of them.
    pub(crate) fn behind<'f>(&'f self, open: &'f HashMap<FileKey, SourceFile>) -> OpenFirst<'f> {
        OpenFirst { files: self, open }
    }

    /// Whether modules are looked for beside their importers only.
    pub(crate) fn are_beside(&self) -> bool {
        self.search.is_empty()
    }

    fn read(&self, path: &Path, shown: &str) -> Result<SourceFile, NotLoaded> {
        let unreadable = |reason: String| NotLoaded::Unreadable { path: shown.to_owned(), reason };
        let metadata = std::fs::metadata(path).map_err(|error| unreadable(error.to_string()))?;
        let stamp = (metadata.modified().ok(), metadata.len());
        if let Some((known, file)) = self.read.borrow().get(path)
            && *known == stamp
        {
            return Ok(SourceFile { path: shown.into(), ..file.clone() });
        }
        let text = search::read(path).map_err(unreadable)?;
        let file = SourceFile::parse(search::key(path), shown.into(), Text::from(text.as_str()));
        self.read.borrow_mut().insert(path.to_owned(), (stamp, file.clone()));
        Ok(file)
    }
}

/// Open documents, then the disk.
pub(crate) struct OpenFirst<'f> {
    files: &'f Files,
    open: &'f HashMap<FileKey, SourceFile>,
}

impl Sources for OpenFirst<'_> {
    fn load(&self, importer: &SourceFile, path: &str) -> Result<SourceFile, NotLoaded> {
        if !Path::new(&*importer.key.0).is_absolute() {
            return Err(NotLoaded::NotFound { searched: Vec::new(), nearest: None });
        }
        let open = |path: &Path| self.open.get(&search::key(path));
        let found = self.files.search.find(importer, path, |path| open(path).is_some() || path.is_file())?;
        match open(&found.path) {
            Some(file) => Ok(SourceFile { path: found.shown.into(), ..file.clone() }),
            None => self.files.read(&found.path, &found.shown),
        }
    }
}

/// What a document is known by as a file; one that is no file has its URI.
pub(crate) fn key_of(uri: &Uri) -> FileKey {
    match path_of(uri) {
        Some(path) => search::key(&path),
        None => FileKey(uri.as_str().into()),
    }
}

fn path_of(uri: &Uri) -> Option<PathBuf> {
    if !uri.as_str().starts_with("file:") {
        return None;
    }
    uri.to_file_path().map(|path| path.into_owned())
}

/// The name of a document, as reports in other documents call it.
pub(crate) fn name_of(uri: &Uri) -> String {
    let path = path_of(uri);
    let name = path.as_deref().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
    name.unwrap_or_else(|| uri.as_str().to_owned())
}

/// The URI of a file that is not open.
pub(crate) fn uri_of(key: &FileKey) -> Option<Uri> {
    Uri::from_file_path(&*key.0)
}
