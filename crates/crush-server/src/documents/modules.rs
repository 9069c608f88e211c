//! What documents import: open documents first, then files on disk.

use std::collections::{HashMap, HashSet};

use crush_ide::{FileKey, SourceFile};
use tower_lsp::ls_types::Uri;

use super::{Document, Documents};
use crate::files;
use crate::guard::guarded;
use crate::uri::DocumentKey;

impl Documents {
    /// Looks up what a document imports.
    pub(super) fn load_modules(&mut self, key: &DocumentKey) {
        let Some(document) = self.open.get(key) else { return };
        let open = match document.analysis.imports_modules() {
            true => self.open_files(),
            false => HashMap::new(),
        };
        let (files, Some(document)) = (&self.files, self.open.get_mut(key)) else { return };
        let (file, name) = (document.file.clone(), files::name_of(&document.uri));
        let load = || document.analysis.load_modules(file, name.into(), &files.behind(&open));
        if guarded("modules", load).is_none() {
            self.give_up(key);
        }
    }

    /// The open documents, as modules.
    pub(super) fn open_files(&self) -> HashMap<FileKey, SourceFile> {
        let as_module = |document: &Document| {
            let name = files::name_of(&document.uri);
            (document.file.clone(), document.analysis.as_module(document.file.clone(), name.into()))
        };
        self.open.values().map(as_module).collect()
    }

    /// Notes that what imports `file`, or found no such file, has to look again.
    pub(super) fn outdate_importers(&mut self, file: &FileKey) {
        let concerned = |document: &Document| {
            let analysis = &document.analysis;
            document.file != *file && analysis.imports_modules() && analysis.may_import(file)
        };
        let keys = self.open.iter().filter(|(_, document)| concerned(document)).map(|(key, _)| key.clone());
        self.outdated.extend(keys);
    }

    /// Looks again at the modules of a document, if one has changed, and publishes what is no longer the same.
    pub(super) fn bring_up_to_date(&mut self, key: &DocumentKey) {
        if !self.outdated.remove(key) || !self.open.contains_key(key) {
            return;
        }
        let before = self.open.get(key).map(|document| document.analysis.modules_version());
        self.load_modules(key);
        let Some(document) = self.open.get_mut(key) else { return };
        if before == Some(document.analysis.modules_version()) {
            return;
        }
        document.ran_other_modules = true;
        self.runs.cancel(key, "a module was edited");
        if guarded("diagnostics", || self.publish_changes(key)).is_none() {
            self.give_up(key);
        }
    }

    /// Looks again at the modules of every document of which one has changed.
    pub(super) fn bring_all_up_to_date(&mut self) {
        for key in std::mem::take(&mut self.outdated) {
            self.outdated.insert(key.clone());
            self.bring_up_to_date(&key);
        }
    }

    /// The open documents among the modules of one.
    pub(super) fn open_modules(&self, document: &Document) -> HashMap<FileKey, Uri> {
        let keys: HashSet<&FileKey> = document.analysis.module_keys().collect();
        if keys.is_empty() {
            return HashMap::new();
        }
        let open = self.open.values().filter(|other| keys.contains(&other.file));
        open.map(|other| (other.file.clone(), other.uri.clone())).collect()
    }
}
