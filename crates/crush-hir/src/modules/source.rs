//! Where the files of a program come from.

use std::sync::Arc;

use crush_syntax::{Text, Tree};

use crate::body::Name;
use crate::file::FileHir;

/// What a file is known by, however it was come by: two imports with one key share one module.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileKey(pub Arc<str>);

/// A file, parsed.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// What it is known by.
    pub key: FileKey,
    /// Its path as people read it.
    pub path: Arc<str>,
    /// Its tree.
    pub tree: Tree,
    /// What it declares, without its imports.
    pub hir: Arc<FileHir>,
}

impl SourceFile {
    /// Parses a file.
    pub fn parse(key: FileKey, path: Arc<str>, text: Text) -> Self {
        let tree = Tree::parse(text);
        let hir = Arc::new(FileHir::new(&tree));
        Self { key, path, tree, hir }
    }
}

/// Finds modules. The embedding program reads disks or open documents; nothing here does.
pub trait Sources {
    /// The module that `importer` calls `path` (`a.b`).
    ///
    /// # Errors
    ///
    /// Why there is none.
    fn load(&self, importer: &SourceFile, path: &str) -> Result<SourceFile, NotLoaded>;
}

/// Why a module was not loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotLoaded {
    /// There is no such file.
    NotFound {
        /// The places where it was looked for, as people read them, in that order.
        searched: Vec<String>,
        /// The module with the nearest name that could be imported from there.
        nearest: Option<Name>,
    },
    /// There is one, and it could not be read.
    Unreadable {
        /// Its path as people read it.
        path: String,
        /// Why.
        reason: String,
    },
}

/// No module is anywhere: for a text that has no place.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoSources;

impl Sources for NoSources {
    fn load(&self, _: &SourceFile, _: &str) -> Result<SourceFile, NotLoaded> {
        Err(NotLoaded::NotFound { searched: Vec::new(), nearest: None })
    }
}
