//! `crush-analyzer check`: what is known without running.

mod baseline;
mod fixing;
mod formats;
mod many;

use std::collections::HashSet;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crush_ide::{Config, FileKey, Severity};
use crush_server::{ConfigFile, ConfigFiles};

use crate::arguments::Check;
use crate::source::Quoted;
use crate::{Ending, Misuse, paths};
use baseline::Baseline;
use formats::Reports;

/// Reports on standard output.
pub(crate) fn run(arguments: &Check) -> Result<Ending, Misuse> {
    let programs = paths::programs(&arguments.paths)?;
    let mut baseline = match &arguments.baseline {
        Some(path) if !arguments.write_baseline => Some(Baseline::read(path)?),
        Some(_) => Some(Baseline::default()),
        None => None,
    };
    let mut reports = Reports::new(BufWriter::new(anstream::stdout().lock()), arguments.format);
    let mut told = HashSet::new();
    let named = named(arguments.config.as_deref())?;
    many::check(&programs, arguments, named.as_ref(), |checked| {
        let mut checked = checked?;
        if let Some(file) = checked.config.take()
            && told.insert(file.path.clone())
        {
            let path = shown(&file.path);
            reports.print(&Quoted { path: &path, text: &file.text }, &file.problems)?;
        }
        if let Some(baseline) = &mut baseline {
            let is_new = |report: &crush_ide::Diagnostic| match arguments.write_baseline {
                true => baseline.add(&checked.source, report),
                false => !baseline.takes(&checked.source, report),
            };
            checked.reports.retain(is_new);
        }
        reports.print(&checked.source, &checked.reports)
    })?;
    match (&arguments.baseline, &baseline) {
        (Some(path), Some(baseline)) if arguments.write_baseline => baseline.write(path)?,
        _ => {}
    }
    let tally = reports.end()?;
    let is_clean = tally.of(Severity::Error) == 0 && !(arguments.error_on_warning && tally.of(Severity::Warning) > 0);
    Ok(if is_clean { Ending::Clean } else { Ending::Errors })
}

/// The settings that were named, in place of all others.
fn named(path: Option<&Path>) -> Result<Option<Arc<ConfigFile>>, Misuse> {
    let Some(path) = path else { return Ok(None) };
    match std::fs::metadata(path) {
        Ok(_) => Ok(Some(Arc::new(ConfigFile::read(path.to_owned())))),
        Err(error) => Err(Misuse::Input { path: path.display().to_string(), reason: error.to_string() }),
    }
}

/// What the projects of the programs want.
struct Settings<'a> {
    named: Option<&'a Arc<ConfigFile>>,
    files: ConfigFiles,
}

impl Settings<'_> {
    /// What the project of a file wants.
    fn of(&self, file: &FileKey) -> Arc<Config> {
        self.file(file).map(|found| Arc::clone(&found.config)).unwrap_or_default()
    }

    /// The settings of a file.
    fn file(&self, file: &FileKey) -> Option<Arc<ConfigFile>> {
        self.named.cloned().or_else(|| self.files.nearest(file))
    }
}

/// A path as people read it: from where they are.
fn shown(path: &Path) -> String {
    let here: Option<PathBuf> = std::env::current_dir().ok();
    let path = here.as_deref().and_then(|here| path.strip_prefix(here).ok()).unwrap_or(path);
    path.display().to_string()
}
