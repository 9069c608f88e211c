//! The folder that keeps the editors between runs. Each installation ends with a stamp that names its versions: one
//! that was broken off, or is of other versions, is made anew.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::command;

/// `.cache/e2e`, which git ignores.
pub(crate) fn folder() -> PathBuf {
    crate::root().join(".cache").join("e2e")
}

/// Where the sessions put their pictures.
pub(crate) fn screenshots() -> Result<PathBuf> {
    let folder = folder().join("screenshots");
    fs::create_dir_all(&folder).with_context(|| format!("creating {}", folder.display()))?;
    Ok(folder)
}

/// The folder `name`, into which `install` has put `versions` of something.
pub(crate) fn installed(name: &str, versions: &str, install: impl FnOnce(&Path) -> Result<()>) -> Result<PathBuf> {
    let folder = folder().join(name);
    let stamp = folder.join("installed");
    if fs::read_to_string(&stamp).ok().as_deref() != Some(versions) {
        println!("==> installing {versions}");
        command::remove_folder(&folder)?;
        fs::create_dir_all(&folder).with_context(|| format!("creating {}", folder.display()))?;
        install(&folder).with_context(|| format!("installing {versions}"))?;
        fs::write(&stamp, versions)?;
    }
    Ok(folder)
}
