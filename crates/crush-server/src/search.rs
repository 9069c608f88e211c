//! Where modules are looked for on disk: beside the importing file, then in the directories that were named.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crush_ide::{FileKey, NotLoaded, SourceFile, Sources, Text, nearest};

/// Most files of a directory that are looked at for a name to propose.
const MOST_PROPOSED: usize = 1000;

/// The directories in which modules are looked for after that of the importing file. As [`Sources`] it reads the disk.
#[derive(Clone, Debug, Default)]
pub struct SearchPath {
    directories: Vec<PathBuf>,
}

/// A module that was found.
pub(crate) struct Found {
    /// The file.
    pub(crate) path: PathBuf,
    /// Its path as people read it.
    pub(crate) shown: String,
}

impl SearchPath {
    /// `directories` first, then those of the environment variable `CRUSH_PATH`.
    pub fn with_environment(directories: impl IntoIterator<Item = PathBuf>) -> Self {
        let mut directories: Vec<_> = directories.into_iter().collect();
        if let Some(variable) = std::env::var_os("CRUSH_PATH") {
            let more = std::env::split_paths(&variable);
            directories.extend(more.filter(|path| !path.as_os_str().is_empty()));
        }
        Self { directories }
    }

    /// Whether there are no directories but those of the importing files.
    pub(crate) fn is_empty(&self) -> bool {
        self.directories.is_empty()
    }

    /// Finds the file of module `path` (`a.b`) as `importer` imports it; `is_file` says what files there are.
    pub(crate) fn find(
        &self,
        importer: &SourceFile,
        path: &str,
        is_file: impl Fn(&Path) -> bool,
    ) -> Result<Found, NotLoaded> {
        let mut relative: PathBuf = path.split('.').collect();
        relative.set_extension("crush");
        let beside = (parent(&importer.key.0), parent(&importer.path));
        let named = self.directories.iter().map(|directory| (directory.clone(), directory.clone()));
        let places: Vec<_> = std::iter::once(beside).chain(named).collect();
        let found = places.iter().find(|(directory, _)| is_file(&directory.join(&relative)));
        if let Some((directory, shown)) = found {
            let shown = shown.join(&relative).to_string_lossy().into_owned();
            return Ok(Found { path: directory.join(&relative), shown });
        }
        let searched = places.iter().map(|(directory, shown)| match shown.as_os_str().is_empty() {
            true => "the directory of this file".to_owned(),
            false if directory.is_dir() => shown.display().to_string(),
            false => format!("{} (which does not exist)", shown.display()),
        });
        let searched = searched.collect();
        Err(NotLoaded::NotFound { searched, nearest: nearest_module(&places, path).map(Into::into) })
    }
}

impl Sources for SearchPath {
    fn load(&self, importer: &SourceFile, path: &str) -> Result<SourceFile, NotLoaded> {
        let found = self.find(importer, path, Path::is_file)?;
        let text = read(&found.path).map_err(|reason| NotLoaded::Unreadable { path: found.shown.clone(), reason })?;
        Ok(SourceFile::parse(key(&found.path), found.shown.into(), Text::from(text.as_str())))
    }
}

/// What a file on disk is known by: its path without links, so that two ways to one file lead to one module.
pub fn key(path: &Path) -> FileKey {
    let path = std::fs::canonicalize(path).or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.to_owned());
    FileKey(path.to_string_lossy().into())
}

/// The text of a file, or why there is none.
pub(crate) fn read(path: &Path) -> Result<String, String> {
    let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|_| "it is not UTF-8 text".to_owned())
}

fn parent(path: &str) -> PathBuf {
    Path::new(path).parent().map(Path::to_owned).unwrap_or_default()
}

/// The module beside which `path` would stand, if one has a name like it.
fn nearest_module(places: &[(PathBuf, PathBuf)], path: &str) -> Option<String> {
    let (prefix, name) = path.rsplit_once('.').map_or(("", path), |(prefix, name)| (prefix, name));
    let mut names = Vec::new();
    for (directory, _) in places {
        let directory = directory.join(prefix.split('.').filter(|part| !part.is_empty()).collect::<PathBuf>());
        let directory = if directory.as_os_str().is_empty() { PathBuf::from(".") } else { directory };
        let Ok(entries) = std::fs::read_dir(directory) else { continue };
        for entry in entries.flatten().take(MOST_PROPOSED) {
            let file = PathBuf::from(entry.file_name());
            if file.extension() == Some(OsStr::new("crush"))
                && let Some(stem) = file.file_stem().and_then(OsStr::to_str)
            {
                names.push(stem.to_owned());
            }
        }
    }
    names.sort_unstable();
    let found = nearest(name, names.iter().map(String::as_str))?;
    Some(if prefix.is_empty() { found.to_owned() } else { format!("{prefix}.{found}") })
}
