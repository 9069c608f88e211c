//! What was found in programs that are not open, as long as nothing it depends on has changed.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use crush_ide::{Config, FileAnalysis, FileKey};

use super::Found;
use crate::workspace::Programs;

/// What tells one version of a file on disk from another; none for a file that is gone.
type Stamp = Option<(Option<SystemTime>, u64)>;

/// What was found in programs that are not open.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cache(Arc<Mutex<HashMap<PathBuf, Known>>>);

/// What was found in one.
#[derive(Debug)]
struct Known {
    /// The program and its modules, as they were.
    files: Vec<(PathBuf, Stamp)>,
    config: Arc<Config>,
    found: Found,
}

fn stamp(path: &Path) -> Stamp {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.modified().ok(), metadata.len()))
}

impl Cache {
    /// What was found in a program, if it would be found again.
    pub(super) fn get(&self, programs: &Programs<'_>, path: &Path, config: &Arc<Config>) -> Option<Found> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = known.get(path).filter(|known| known.config == *config)?;
        let is_same = |(path, before): &(PathBuf, Stamp)| {
            stamp(path) == *before && programs.open.get(&crate::search::key(path)).is_none()
        };
        known.files.iter().all(is_same).then(|| known.found.clone())
    }

    /// Keeps what was found in a program, where it is known what that depends on: a module that is not there may come.
    pub(super) fn put(
        &self,
        programs: &Programs<'_>,
        path: &Path,
        analysis: &FileAnalysis,
        config: Arc<Config>,
        found: &Found,
    ) {
        let lacks_a_module = analysis.may_import(&FileKey("".into()));
        let is_open = |key: &FileKey| programs.open.get(key).is_some();
        if lacks_a_module || analysis.module_keys().any(is_open) {
            return;
        }
        let modules = analysis.module_keys().map(|key| PathBuf::from(&*key.0));
        let files = std::iter::once(path.to_owned()).chain(modules).map(|path| (path.clone(), stamp(&path))).collect();
        let known = Known { files, config, found: found.clone() };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), known);
    }

    /// Forgets programs for which `is_there` does not hold.
    pub(super) fn keep(&self, is_there: impl Fn(&Path) -> bool) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|path, _| is_there(path));
    }
}
