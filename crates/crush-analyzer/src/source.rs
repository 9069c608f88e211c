//! Programs from disk or standard input.

use std::io::Read as _;
use std::path::Path;

use crush_ide::{Diagnostic, FileAnalysis, Fix, LineColumn, ModuleId, PositionEncoding, Text, TextRange};
use crush_server::SearchPath;

use crate::Misuse;
use crate::arguments::Modules;

/// A program and what is known of it.
pub(crate) struct Source {
    /// Its path as the user named it; `<stdin>` for `-`.
    pub(crate) path: String,
    /// The whole text, as reports quote it.
    pub(crate) text: String,
    /// What is known of it.
    pub(crate) analysis: FileAnalysis,
}

impl Source {
    /// Reads the program at `path`, or standard input for `-`.
    pub(crate) fn read(path: &str, modules: &Modules) -> Result<Self, Misuse> {
        Self::read_for(path, modules, FileAnalysis::new)
    }

    /// Reads a program of which no borrow reports are wanted.
    pub(crate) fn read_to_run(path: &str, modules: &Modules) -> Result<Self, Misuse> {
        Self::read_for(path, modules, FileAnalysis::to_run)
    }

    fn read_for(path: &str, modules: &Modules, analyse: fn(Text) -> FileAnalysis) -> Result<Self, Misuse> {
        let (name, bytes) = if path == "-" {
            let mut bytes = Vec::new();
            let read = std::io::stdin().read_to_end(&mut bytes);
            ("<stdin>", read.map(|_| bytes))
        } else {
            (path, std::fs::read(path))
        };
        let misuse = |reason: String| Misuse::Input { path: name.to_string(), reason };
        let bytes = bytes.map_err(|error| misuse(error.to_string()))?;
        let text = String::from_utf8(bytes).map_err(|error| {
            misuse(format!("it is not UTF-8 text (byte {} is the first that is not)", error.utf8_error().valid_up_to()))
        })?;
        Ok(Self::analysed(Path::new(path), name, text, modules, analyse))
    }

    /// The same program with another text.
    pub(crate) fn with_text(&self, path: &Path, text: String, modules: &Modules) -> Self {
        Self::analysed(path, &self.path, text, modules, FileAnalysis::new)
    }

    fn analysed(path: &Path, name: &str, text: String, modules: &Modules, analyse: fn(Text) -> FileAnalysis) -> Self {
        let mut analysis = analyse(Text::from(text.as_str()));
        let search = SearchPath::with_environment(modules.library.iter().cloned());
        analysis.load_modules(crush_server::key(path), name.into(), &search);
        Self { path: name.to_string(), analysis, text }
    }

    /// Line and column of an offset, both from 1, columns in Unicode scalars.
    pub(crate) fn position(&self, offset: usize) -> LineColumn {
        self.file(ModuleId::ROOT).position(offset)
    }

    /// A range inside the text, whatever was asked for.
    pub(crate) fn clamp(&self, range: TextRange) -> std::ops::Range<usize> {
        self.file(ModuleId::ROOT).clamp(range)
    }
}

/// The files that reports are about.
pub(crate) trait Files {
    /// One of them.
    fn file(&self, file: ModuleId) -> Quoted<'_>;

    /// Ways out of a report that an editor could apply.
    fn fixes(&self, report: &Diagnostic) -> Vec<Fix>;
}

impl Files for Source {
    /// A file of the program: this one, or a module of it.
    fn file(&self, file: ModuleId) -> Quoted<'_> {
        match self.analysis.module(file) {
            Some((_, path, text)) => Quoted { path, text },
            None => Quoted { path: &self.path, text: self.analysis.text() },
        }
    }

    fn fixes(&self, report: &Diagnostic) -> Vec<Fix> {
        crush_ide::fixes(&self.analysis, report)
    }
}

impl Files for Quoted<'_> {
    fn file(&self, _: ModuleId) -> Quoted<'_> {
        *self
    }

    fn fixes(&self, report: &Diagnostic) -> Vec<Fix> {
        report.fixes.clone()
    }
}

/// A file, as reports quote it.
#[derive(Clone, Copy)]
pub(crate) struct Quoted<'s> {
    /// Its path as people read it.
    pub(crate) path: &'s str,
    /// Its text.
    pub(crate) text: &'s Text,
}

impl Quoted<'_> {
    /// Line and column of an offset, both from 1, columns in Unicode scalars.
    pub(crate) fn position(self, offset: usize) -> LineColumn {
        let at = self.text.position_of(offset, PositionEncoding::Scalars);
        LineColumn { line: at.line + 1, column: at.column + 1 }
    }

    /// A range inside the text, whatever was asked for.
    pub(crate) fn clamp(self, range: TextRange) -> std::ops::Range<usize> {
        let start = self.text.floor_boundary(range.start);
        start..self.text.floor_boundary(range.end).max(start)
    }
}
