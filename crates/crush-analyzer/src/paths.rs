//! Files and folders as they are named on the command line.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::Misuse;

/// The files that were named, and the programs in the folders that were, without what `.gitignore` leaves out; in order.
pub(crate) fn programs(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Misuse> {
    let mut programs = Vec::new();
    for path in paths {
        let unreadable = |error: &dyn std::fmt::Display| Misuse::Input {
            path: path.display().to_string(),
            reason: error.to_string(),
        };
        if path.as_os_str() == "-" || !std::fs::metadata(path).map_err(|error| unreadable(&error))?.is_dir() {
            programs.push(path.clone());
            continue;
        }
        let walk = ignore::WalkBuilder::new(path).sort_by_file_path(Ord::cmp).require_git(false).build();
        for entry in walk {
            let entry = entry.map_err(|error| unreadable(&error))?;
            let is_program = entry.path().extension().is_some_and(|extension| extension == "crush");
            if is_program && entry.file_type().is_some_and(|kind| kind.is_file()) {
                // In this folder, nobody says `./`.
                programs.push(entry.path().strip_prefix("./").unwrap_or(entry.path()).to_path_buf());
            }
        }
    }
    Ok(programs)
}

/// Puts `text` in the place of a file: all of it or, if that fails, nothing. A link stays one; who may do what stays, too.
pub(crate) fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let path = std::fs::canonicalize(path)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().set_permissions(std::fs::metadata(&path)?.permissions())?;
    file.as_file().sync_all()?;
    file.persist(&path).map_err(|error| error.error)?;
    Ok(())
}
