//! What a program was granted (H1): nothing, unless said.

use std::path::{Path, PathBuf};

use cap_std::ambient_authority;
use cap_std::fs::Dir;
use crush_library::Grant;

/// What a program was granted. The default is nothing.
#[derive(Debug, Default)]
pub struct Grants {
    pub(crate) files: Option<Root>,
}

/// A granted directory: nothing outside it can be reached through the handle.
#[derive(Debug)]
pub(crate) struct Root {
    pub(crate) dir: Dir,
    /// The path of the directory, so that programs may name files in it by their full path.
    pub(crate) path: PathBuf,
}

/// A grant that cannot be given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantError {
    /// The grant as it was asked for.
    pub grant: String,
    /// Why not.
    pub cause: String,
}

impl std::fmt::Display for GrantError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "cannot grant `{}`: {}", self.grant, self.cause)
    }
}

impl std::error::Error for GrantError {}

impl Grants {
    /// Grants nothing.
    pub fn none() -> Self {
        Self::default()
    }

    /// Adds a grant as it is written on the command line: `fs=DIR`.
    pub fn allow(&mut self, grant: &str) -> Result<(), GrantError> {
        let error = |cause: String| GrantError { grant: grant.to_owned(), cause };
        match grant.split_once('=') {
            Some(("fs", dir)) if !dir.is_empty() => self.allow_files(Path::new(dir)),
            _ if grant == "fs" || grant == "fs=" => Err(error("name the directory: `fs=DIR`".into())),
            _ => Err(error("there is no such grant; there is `fs=DIR`".into())),
        }
    }

    /// Grants the files in a directory.
    pub fn allow_files(&mut self, dir: &Path) -> Result<(), GrantError> {
        let error =
            |cause: std::io::Error| GrantError { grant: format!("fs={}", dir.display()), cause: cause.to_string() };
        let path = dir.canonicalize().map_err(error)?;
        let dir = Dir::open_ambient_dir(&path, ambient_authority()).map_err(error)?;
        self.files = Some(Root { dir, path });
        Ok(())
    }

    /// Whether a grant was given.
    pub(crate) fn has(&self, grant: Grant) -> bool {
        match grant {
            Grant::Fs => self.files.is_some(),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grants_are_read_from_text() {
        let dir = tempfile::tempdir().expect("a directory");
        let mut grants = Grants::none();
        assert!(!grants.has(Grant::Fs));
        grants.allow(&format!("fs={}", dir.path().display())).expect("there");
        assert!(grants.has(Grant::Fs));
        assert_eq!(grants.allow("fs").unwrap_err().to_string(), "cannot grant `fs`: name the directory: `fs=DIR`");
        assert!(grants.allow("moon").unwrap_err().to_string().contains("no such grant"));
        assert!(grants.allow("fs=/does/not/exist").is_err());
    }
}
