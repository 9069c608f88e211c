//! `crush-analyzer check`: what is known without running.

use std::collections::HashSet;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crush_ide::{Config, Diagnostic, FileKey, Severity};
use crush_server::{ConfigFile, ConfigFiles};

use crate::arguments::{Check, Format};
use crate::source::{Files, Quoted, Source};
use crate::{Ending, Misuse, report};

/// Reports on standard output.
pub(crate) fn run(arguments: &Check) -> Result<Ending, Misuse> {
    let mut reports =
        Reports { out: BufWriter::new(anstream::stdout().lock()), format: arguments.format, errors: 0, warnings: 0 };
    let mut settings = Settings::new(arguments.config.as_deref())?;
    for file in &arguments.files {
        let mut source = Source::read(file, &arguments.modules)?;
        let key = crush_server::key(Path::new(file));
        if let Some(file) = settings.fresh(&key) {
            let path = shown(&file.path);
            reports.print(&Quoted { path: &path, text: &file.text }, &file.problems)?;
        }
        source.analysis.configure(settings.of(&key));
        let diagnostics = crush_ide::program_diagnostics(&source.analysis, |module| settings.of(module));
        reports.print(&source, &diagnostics)?;
    }
    reports.end(arguments.error_on_warning)
}

/// What the projects of the programs want.
struct Settings {
    /// What was named, in place of all others.
    named: Option<Arc<ConfigFile>>,
    files: ConfigFiles,
    /// Of which it was told what is wrong.
    told: HashSet<PathBuf>,
}

impl Settings {
    fn new(named: Option<&Path>) -> Result<Self, Misuse> {
        if let Some(path) = named
            && let Err(error) = std::fs::metadata(path)
        {
            return Err(Misuse::Input { path: path.display().to_string(), reason: error.to_string() });
        }
        let named = named.map(|path| Arc::new(ConfigFile::read(path.to_owned())));
        Ok(Self { named, files: ConfigFiles::default(), told: HashSet::new() })
    }

    /// What the project of a file wants.
    fn of(&self, file: &FileKey) -> Arc<Config> {
        self.named.as_ref().map_or_else(|| self.files.config(file), |named| Arc::clone(&named.config))
    }

    /// The settings of a file, if nothing was told of them yet.
    fn fresh(&mut self, file: &FileKey) -> Option<Arc<ConfigFile>> {
        let found = self.named.clone().or_else(|| self.files.nearest(file))?;
        self.told.insert(found.path.clone()).then_some(found)
    }
}

/// A path as people read it: from where they are.
fn shown(path: &Path) -> String {
    let here = std::env::current_dir().ok();
    let path = here.as_deref().and_then(|here| path.strip_prefix(here).ok()).unwrap_or(path);
    path.display().to_string()
}

/// What was reported so far.
struct Reports<W: Write> {
    out: W,
    format: Format,
    errors: usize,
    warnings: usize,
}

impl<W: Write> Reports<W> {
    fn print(&mut self, files: &dyn Files, diagnostics: &[Diagnostic]) -> Result<(), Misuse> {
        report::print(&mut self.out, files, diagnostics, self.format)?;
        let count = |severity| diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
        self.errors += count(Severity::Error);
        self.warnings += count(Severity::Warning);
        Ok(())
    }

    fn end(mut self, error_on_warning: bool) -> Result<Ending, Misuse> {
        let (errors, warnings) = (self.errors, self.warnings);
        if self.format == Format::Human {
            writeln!(self.out, "{}", summary(errors, warnings))?;
        }
        self.out.flush()?;
        let is_clean = errors == 0 && !(error_on_warning && warnings > 0);
        Ok(if is_clean { Ending::Clean } else { Ending::Errors })
    }
}

fn summary(errors: usize, warnings: usize) -> String {
    let count = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    match (errors, warnings) {
        (0, 0) => "no problems found".to_string(),
        (0, w) => count(w, "warning"),
        (e, 0) => count(e, "error"),
        (e, w) => format!("{}, {}", count(e, "error"), count(w, "warning")),
    }
}
