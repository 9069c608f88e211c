//! A program of one file or several, as the analysis and the compiler see it.

use std::path::Path;
use std::sync::Arc;

use crush_borrowck::{Analysis, Place, Report};
use crush_hir::modules::{FileKey, NotLoaded, Program, SourceFile, Sources};
use crush_syntax::Text;
use crush_vm::{FileId, SourceRange};

/// A program and its analysis.
#[derive(Debug)]
pub struct Checked {
    program: Program,
    analysis: Analysis,
}

/// Modules by their names.
struct Memory<'a>(&'a [(&'a str, &'a str)]);

impl Sources for Memory<'_> {
    fn load(&self, _: &SourceFile, path: &str) -> Result<SourceFile, NotLoaded> {
        match self.0.iter().find(|(name, _)| *name == path) {
            Some((name, text)) => Ok(parse(name, text)),
            None => Err(NotLoaded::NotFound { searched: Vec::new(), nearest: None }),
        }
    }
}

/// Modules beside the file that imports them.
struct Beside;

impl Sources for Beside {
    fn load(&self, importer: &SourceFile, path: &str) -> Result<SourceFile, NotLoaded> {
        let folder = Path::new(&*importer.key.0).parent().unwrap_or(Path::new(""));
        let file = folder.join(path.replace('.', "/")).with_extension("crush");
        let found = std::fs::canonicalize(&file).and_then(|file| Ok((std::fs::read_to_string(&file)?, file)));
        match found {
            Ok((text, file)) => Ok(parse(&file.to_string_lossy(), &text)),
            Err(_) => Err(NotLoaded::NotFound { searched: Vec::new(), nearest: None }),
        }
    }
}

fn parse(name: &str, text: &str) -> SourceFile {
    SourceFile::parse(FileKey(name.into()), Arc::from(name), Text::from(text))
}

impl Checked {
    /// The program `main`, which may import these modules, each a name and a text.
    pub fn new(main: &str, modules: &[(&str, &str)]) -> Self {
        Self::load(parse("main", main), &Memory(modules))
    }

    /// The program in a file, which may import what lies beside it.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn read(path: &Path) -> std::io::Result<Self> {
        let path = std::fs::canonicalize(path)?;
        Ok(Self::load(parse(&path.to_string_lossy(), &std::fs::read_to_string(&path)?), &Beside))
    }

    fn load(root: SourceFile, sources: &dyn Sources) -> Self {
        let program = Program::load(root, sources);
        let mut analysis = Analysis::new();
        let files: Vec<_> = program.files().iter().map(|file| &*file.hir).collect();
        analysis.update_program(&files, |module, body| {
            let file = &program.files()[module.index()];
            file.hir.lower(&file.tree, body)
        });
        Self { program, analysis }
    }

    /// Everything that is reported of borrows.
    pub fn reports(&self) -> Vec<Report> {
        self.analysis.reports()
    }

    /// The code of the program.
    ///
    /// # Errors
    ///
    /// What keeps it from running.
    pub fn compile(&self) -> Result<crush_vm::Program, String> {
        crush_compiler::link(&self.program).map_err(|problems| format!("{problems:#?}"))
    }

    /// Where a place of a report is. File 0 is the one that runs.
    pub fn range(&self, place: Place) -> SourceRange {
        let file = self.analysis.file_of(place.function);
        let body = self.analysis.body_of(place.function).unwrap_or_else(|| unreachable!("every place has a body"));
        let (start, end) = self.program.files()[file.index()].hir.body_map(body).range_to_file(place.range);
        SourceRange::new(FileId(file.index() as u32), start, end)
    }

    /// The line, from 1, on which a range begins.
    pub fn line(&self, range: SourceRange) -> usize {
        let file = &self.program.files()[range.file.0 as usize];
        file.tree.text().line_of(range.start as usize) + 1
    }

    /// A report in one line: how sure, its code, its line, its words, and the lines of the related places.
    pub fn show(&self, report: &Report) -> String {
        let line = |place: Place| self.line(self.range(place));
        let related: Vec<_> = report.related.iter().map(|related| line(related.place)).collect();
        let (severity, code) = (report.severity, report.code.as_str());
        format!("{severity:?} [{code}] line {}: {} {related:?}", line(report.place), report.render(line))
    }
}
