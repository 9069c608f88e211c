//! The programs that a request about several files has to look at: open documents as they are, others as the disk has them.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use crush_ide::{FileAnalysis, FileKey, ModuleId, PositionEncoding, SourceFile, Target, Text};
use tower_lsp::ls_types::Uri;

use super::{Entries, Entry, Workspace};
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
    entries: Entries,
    files: Files,
    cancelled: Cancelled,
}

impl<'a> Programs<'a> {
    pub(crate) fn new(workspace: &Workspace, open: &'a OpenDocuments, cancelled: &Cancelled) -> Self {
        Self::with(workspace, open, workspace.entries(cancelled), cancelled)
    }

    /// Without a look at the disk, where there has been one.
    pub(crate) fn known(workspace: &Workspace, open: &'a OpenDocuments, cancelled: &Cancelled) -> Self {
        Self::with(workspace, open, workspace.known_entries(cancelled), cancelled)
    }

    fn with(workspace: &Workspace, open: &'a OpenDocuments, entries: Entries, cancelled: &Cancelled) -> Self {
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

    /// The same programs, for a thread of its own.
    pub(crate) fn another(&self) -> Self {
        let (encoding, entries, cancelled) = (self.encoding, Arc::clone(&self.entries), self.cancelled.clone());
        Self { open: self.open, encoding, entries, files: Files::new(), cancelled }
    }

    /// Forgets the modules that were read: they take memory, and those of other programs are other ones.
    pub(crate) fn forget_modules(&mut self) {
        self.files = Files::new();
    }

    /// The programs in which `targets` may be used, or `words` may stand, in their own text or in that of a module, each
    /// analysed as far as it takes to find what names mean; the open documents first. `is_over` ends the work.
    pub(crate) fn with_targets<'p>(
        &'p self,
        targets: &[Target],
        words: &[&str],
        is_over: impl Fn() -> bool + 'p,
    ) -> impl Iterator<Item = FileAnalysis> + 'p {
        let has = |entry: &Entry| {
            words.iter().copied().chain(targets.iter().map(Target::name)).any(|word| entry.may_have(word))
        };
        let declaring: Option<HashSet<&str>> = targets.iter().map(|target| Some(&*target.file()?.0)).collect();
        let concerned: HashSet<&Path> = match declaring {
            // What a file declares is used in programs that have that file, and nowhere else.
            Some(declaring) if self.files.are_beside() => {
                let documents = self.open.documents.iter().map(|document| &document.snapshot.analysis);
                let having = documents.filter(|analysis| analysis.module_keys().any(|key| declaring.contains(&*key.0)));
                let having = having.filter_map(|analysis| Some(&*analysis.key_of(ModuleId::ROOT)?.0));
                let files = declaring.iter().copied().chain(having).collect();
                self.importers(|entry| declaring.contains(&*entry.key.0), &files)
            }
            _ => self.importers(has, &self.open.sources.keys().map(|key| &*key.0).collect()),
        };
        let open = self.open.documents.iter().map(|document| document.snapshot.analysis.clone());
        let closed = self.closed().filter(move |entry| concerned.contains(&*entry.path));
        let closed = closed.filter_map(|entry| self.analysis_of(&entry.path));
        open.chain(closed).take_while(move |_| !self.is_cancelled() && !is_over())
    }

    /// The entries for which `has` holds, and those that import them or a file of `more`, however far away.
    fn importers(&self, has: impl Fn(&Entry) -> bool, more: &HashSet<&str>) -> HashSet<&Path> {
        let mut importers: HashMap<&Path, Vec<&Path>> = HashMap::new();
        for entry in &*self.entries {
            for module in &entry.beside {
                importers.entry(module).or_default().push(&entry.path);
            }
        }
        let mut found = HashSet::new();
        let mut open: Vec<&Path> = self.entries.iter().filter(|entry| has(entry)).map(|entry| &*entry.path).collect();
        open.extend(more.iter().flat_map(|file| importers.get(Path::new(*file)).into_iter().flatten()));
        while let Some(path) = open.pop() {
            if found.insert(path) {
                open.extend(importers.get(path).into_iter().flatten());
            }
        }
        found
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
