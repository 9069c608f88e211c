//! The `crush.toml` of projects: for each file the nearest one, from its folder upwards.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use crush_ide::{Config, Diagnostic, FileKey, Text};

use crate::search;

/// What the file of a project is called.
const NAME: &str = "crush.toml";

/// A `crush.toml` as it was when it was read last.
#[derive(Debug)]
pub struct ConfigFile {
    /// Where it is.
    pub path: PathBuf,
    /// Its text; empty when it could not be read.
    pub text: Text,
    /// What it means.
    pub config: Arc<Config>,
    /// What is wrong in it.
    pub problems: Vec<Diagnostic>,
}

/// What tells one version of a file on disk from another.
type Stamp = (Option<SystemTime>, u64);

/// Every `crush.toml` that was read.
#[derive(Debug, Default)]
pub struct ConfigFiles {
    read: RefCell<HashMap<PathBuf, (Stamp, Arc<ConfigFile>)>>,
}

impl ConfigFiles {
    /// The nearest `crush.toml` upwards from a file; none for what is no file on disk.
    pub fn nearest(&self, file: &FileKey) -> Option<Arc<ConfigFile>> {
        let file = Path::new(&*file.0);
        if !file.is_absolute() {
            return None;
        }
        let mut candidates = file.ancestors().skip(1).map(|folder| folder.join(NAME));
        candidates.find(|path| path.is_file()).map(|path| self.file(path))
    }

    /// What the project of a file wants.
    pub fn config(&self, file: &FileKey) -> Arc<Config> {
        self.nearest(file).map(|nearest| Arc::clone(&nearest.config)).unwrap_or_default()
    }

    /// Forgets what was read: somebody knows that files have changed.
    pub(crate) fn forget(&mut self) {
        self.read.get_mut().clear();
    }

    /// A `crush.toml` on disk.
    fn file(&self, path: PathBuf) -> Arc<ConfigFile> {
        let metadata = std::fs::metadata(&path).ok();
        let stamp = metadata.map_or((None, 0), |metadata| (metadata.modified().ok(), metadata.len()));
        if let Some((known, file)) = self.read.borrow().get(&path)
            && *known == stamp
        {
            return Arc::clone(file);
        }
        let file = Arc::new(ConfigFile::read(path.clone()));
        self.read.borrow_mut().insert(path, (stamp, Arc::clone(&file)));
        file
    }
}

impl ConfigFile {
    /// Reads a `crush.toml`, whatever it is called.
    pub fn read(path: PathBuf) -> Self {
        let (text, (config, problems)) = match search::read(&path) {
            Ok(text) => (text.clone(), Config::parse(&text)),
            Err(reason) => (String::new(), Config::unreadable(&reason)),
        };
        Self { path, text: Text::from(text.as_str()), config: Arc::new(config), problems }
    }
}
