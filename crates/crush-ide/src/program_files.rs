//! The files of a program, the text itself first, as the features read them.

use crush_hir::file::FileHir;
use crush_hir::modules::{FileKey, ModuleId};
use crush_syntax::Tree;

use crate::FileAnalysis;

/// A file of a program.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ProgramFileView<'a> {
    /// Which one it is.
    pub(crate) module: ModuleId,
    /// What it declares, and what its imports bring.
    pub(crate) hir: &'a FileHir,
    /// Its tree.
    pub(crate) tree: &'a Tree,
}

impl FileAnalysis {
    /// The files of the program, the text itself first.
    pub(crate) fn files(&self) -> impl Iterator<Item = ProgramFileView<'_>> {
        let root = ProgramFileView { module: ModuleId::ROOT, hir: self.hir(), tree: self.tree() };
        std::iter::once(root).chain(self.module_files())
    }

    /// One of them.
    pub(crate) fn file(&self, module: ModuleId) -> Option<ProgramFileView<'_>> {
        self.files().nth(module.index())
    }

    /// What a file of the program is known by; `None` for a text that has no place.
    pub fn key_of(&self, module: ModuleId) -> Option<&FileKey> {
        match module {
            ModuleId::ROOT => self.own_key(),
            other => self.module(other).map(|(key, ..)| key),
        }
    }

    /// Which file of the program is known by `key`.
    pub fn module_of(&self, key: &FileKey) -> Option<ModuleId> {
        self.files().map(|file| file.module).find(|module| self.key_of(*module) == Some(key))
    }
}
