//! The programs that a request about several files has to look at: open documents as they are, others as the disk has them.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use crush_ide::{FileAnalysis, FileKey, PositionEncoding, SourceFile, Text};
use tower_lsp::ls_types::Uri;

use super::{Entry, Workspace};
use crate::answers::Cancelled;
use crate::documents::DocumentSnapshot;
use crate::files::{self, Files};

/// The open documents.
pub(crate) struct OpenDocuments {
    documents: Vec<DocumentSnapshot>,
    sources: HashMap<FileKey, SourceFile>,
}

impl OpenDocuments {
    pub(crate) fn new(documents: Vec<DocumentSnapshot>) -> Self {
        let source = |document: &DocumentSnapshot| {
            let analysis = &document.snapshot.analysis;
            let key = files::key_of(&document.uri);
            (key.clone(), analysis.as_module(key, files::name_of(&document.uri).into()))
        };
        let sources = documents.iter().map(source).collect();
        Self { documents, sources }
    }

    /// All of them.
    pub(crate) fn all(&self) -> &[DocumentSnapshot] {
        &self.documents
    }

    /// The document that is open of a file.
    pub(crate) fn get(&self, key: &FileKey) -> Option<&DocumentSnapshot> {
        self.documents.iter().find(|document| files::key_of(&document.uri) == *key)
    }

    /// The URI of an open document, as the client spells it.
    pub(crate) fn uri_of(&self, key: &FileKey) -> Option<Uri> {
        self.get(key).map(|document| document.uri.clone())
    }
}

/// The programs of a workspace, for one request.
pub(crate) struct Programs<'a> {
    pub(crate) open: &'a OpenDocuments,
    /// What the client's columns count.
    pub(crate) encoding: PositionEncoding,
    entries: Vec<Arc<Entry>>,
    files: Files,
    cancelled: Cancelled,
}

impl<'a> Programs<'a> {
    pub(crate) fn new(workspace: &Workspace, open: &'a OpenDocuments, cancelled: &Cancelled) -> Self {
        Self::with(workspace, open, workspace.entries(), cancelled)
    }

    /// Without a look at the disk, where there has been one.
    pub(crate) fn known(workspace: &Workspace, open: &'a OpenDocuments, cancelled: &Cancelled) -> Self {
        Self::with(workspace, open, workspace.known_entries(), cancelled)
    }

    fn with(workspace: &Workspace, open: &'a OpenDocuments, entries: Vec<Arc<Entry>>, cancelled: &Cancelled) -> Self {
        let (encoding, files, cancelled) = (workspace.encoding(), Files::new(), cancelled.clone());
        Self { open, encoding, entries, files, cancelled }
    }

    /// Whether nobody waits for what is found any more.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.cancelled.is_set()
    }

    /// Whether the client no longer has a text that is looked at.
    pub(crate) fn is_overtaken(&self) -> bool {
        self.open.all().iter().any(DocumentSnapshot::is_overtaken)
    }

    /// What is known of the programs that are not open.
    pub(crate) fn closed(&self) -> impl Iterator<Item = &Arc<Entry>> {
        self.entries.iter().filter(|entry| !self.open.sources.contains_key(&entry.key))
    }

    /// Where files of programs come from.
    pub(crate) fn sources(&self) -> impl crush_ide::Sources {
        self.files.behind(&self.open.sources)
    }

    /// The programs in which one of `words` may stand, in their own text or in that of a module, each analysed as far as it
    /// takes to find what names mean; the open documents first. `is_over` ends the work.
    pub(crate) fn with_words<'p>(
        &'p self,
        words: &[&str],
        is_over: impl Fn() -> bool + 'p,
    ) -> impl Iterator<Item = FileAnalysis> + 'p {
        let has = |entry: &Entry| words.iter().any(|word| entry.may_have(word));
        let concerned: HashSet<&Path> = self.importers(has);
        let open = self.open.documents.iter().map(|document| document.snapshot.analysis.clone());
        let closed = self.closed().filter(move |entry| concerned.contains(&*entry.path));
        let closed = closed.filter_map(|entry| self.analysis_of(&entry.path));
        open.chain(closed).take_while(move |_| !self.is_cancelled() && !is_over())
    }

    /// The entries for which `has` holds, those that import them, and those that import an open document.
    fn importers(&self, has: impl Fn(&Entry) -> bool) -> HashSet<&Path> {
        let mut found: HashSet<&Path> =
            self.entries.iter().filter(|entry| has(entry)).map(|entry| entry.path.as_path()).collect();
        let open: HashSet<&str> = self.open.sources.keys().map(|key| &*key.0).collect();
        loop {
            let before = found.len();
            for entry in &self.entries {
                let imports =
                    |path: &Path| found.contains(path) || path.to_str().is_some_and(|path| open.contains(path));
                if !found.contains(&*entry.path) && entry.imports.iter().any(|import| imports(&entry.beside(import))) {
                    found.insert(&entry.path);
                }
            }
            if found.len() == before {
                return found;
            }
        }
    }

    /// A program on disk, analysed as far as it takes to find what names mean.
    pub(crate) fn analysis_of(&self, path: &Path) -> Option<FileAnalysis> {
        let text = crate::search::read(path).ok()?;
        let mut analysis = FileAnalysis::to_navigate(Text::from(text.as_str()));
        let key = crate::search::key(path);
        analysis.load_modules(key.clone(), key.0.clone(), &self.sources());
        Some(analysis)
    }
}
