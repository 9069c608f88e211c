//! What programs may do outside: what the user granted to a folder (H1). The client keeps it, where no workspace can write,
//! and tells it; it is never taken from a configuration, which may come from the workspace.

pub mod protocol;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crush_ide::{Grants, MissingGrant};
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::Uri;

use self::protocol::{FolderGrants, MissingGrantsParams, NeededGrant, NeedingCall, Needs};
use crate::backend::Backend;
use crate::convert::Place;
use crate::documents::{Depth, DocumentSnapshot};
use crate::files;

/// What was granted, by folder.
#[derive(Clone, Debug, Default)]
pub(crate) struct GrantedFolders {
    folders: Arc<Vec<Folder>>,
}

/// A folder and what programs in it were granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Folder {
    uri: Uri,
    path: PathBuf,
    grants: Vec<String>,
}

impl GrantedFolders {
    /// What the client tells; what is no folder on disk is left out.
    pub(crate) fn new(told: Vec<FolderGrants>) -> Self {
        let known = |told: FolderGrants| Some(Folder { path: path_of(&told.uri)?, uri: told.uri, grants: told.grants });
        Self { folders: Arc::new(told.into_iter().filter_map(known).collect()) }
    }

    /// The nearest folder of a document. One that the client has no folder for is on its own; one that is no file has none.
    pub(crate) fn of(&self, document: &Uri) -> Option<Folder> {
        let path = path_of(document)?;
        let above = self.folders.iter().filter(|folder| path.starts_with(&folder.path));
        match above.max_by_key(|folder| folder.path.components().count()) {
            Some(nearest) => Some(nearest.clone()),
            None => {
                let path = path.parent()?.to_owned();
                Some(Folder { uri: Uri::from_file_path(&path)?, path, grants: Vec::new() })
            }
        }
    }
}

impl Folder {
    /// Whether everything is still granted that was before.
    pub(crate) fn still_has(&self, before: &Self) -> bool {
        self.path == before.path && before.grants.iter().all(|grant| self.grants.contains(grant))
    }

    /// What a run in it may do.
    ///
    /// # Errors
    ///
    /// Which of the grants cannot be given, and why.
    pub(crate) fn grants(&self) -> std::result::Result<Grants, String> {
        let mut grants = Grants::none();
        for grant in &self.grants {
            let given = match grant.strip_prefix("fs=") {
                Some(dir) => grants.allow_files(&self.path.join(dir)),
                None => grants.allow(grant),
            };
            given.map_err(|error| format!("{error}; revoke the grant, or mend it"))?;
        }
        Ok(grants)
    }

    /// What a program in it lacks, for the client to ask the user.
    pub(crate) fn needs(&self, missing: &[MissingGrant], document: &DocumentSnapshot) -> Option<Needs> {
        let grants: Vec<_> = missing.iter().map(|missing| self.needed(missing, document)).collect();
        (!grants.is_empty()).then(|| Needs { folder: self.uri.clone(), grants })
    }

    fn needed(&self, missing: &MissingGrant, document: &DocumentSnapshot) -> NeededGrant {
        let calls = missing.calls.iter().filter_map(|call| {
            let Place { uri, positions } = document.place(call.place.file)?;
            let (capability, does) = (call.capability.clone(), call.does.to_owned());
            Some(NeedingCall { capability, does, uri, range: positions.range(call.place.range) })
        });
        let calls = calls.collect();
        let (grant, allows) = match missing.spelling.as_str() {
            "fs" => (format!("fs={}", self.path.display()), format!("files in {} and below", self.name())),
            spelling => (spelling.to_owned(), missing.allows()),
        };
        NeededGrant { grant, allows, calls }
    }

    fn name(&self) -> String {
        self.path
            .file_name()
            .map_or_else(|| self.path.display().to_string(), |name| name.to_string_lossy().into_owned())
    }
}

/// Where a file or a folder is, without links, so that there is one way to it.
fn path_of(uri: &Uri) -> Option<PathBuf> {
    let key = files::key_of(uri);
    let path = Path::new(&*key.0);
    path.is_absolute().then(|| path.to_owned())
}

impl Backend {
    /// What a program lacks of what it calls, whether a run comes to it or not.
    pub(crate) async fn missing_grants(&self, params: MissingGrantsParams) -> Result<Option<Needs>> {
        self.answer(Depth::Names, params.text_document.uri, |document, _| {
            let Some(folder) = &document.folder else { return Ok(None) };
            // Of a grant that cannot be given the run tells.
            let Ok(grants) = folder.grants() else { return Ok(None) };
            let missing = crush_ide::missing_grants(&document.snapshot.analysis, &grants);
            Ok(folder.needs(&missing, document))
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(path: &str) -> Uri {
        Uri::from_file_path(path).expect("a path")
    }

    fn folders(told: &[(&str, &[&str])]) -> GrantedFolders {
        let told = told.iter().map(|(path, grants)| FolderGrants {
            uri: uri(path),
            grants: grants.iter().map(|grant| (*grant).to_owned()).collect(),
        });
        GrantedFolders::new(told.collect())
    }

    #[test]
    fn the_nearest_folder_counts() {
        let folders = folders(&[("/there/shop", &["time"]), ("/there/shop/back", &[])]);
        let granted = |path: &str| folders.of(&uri(path)).expect("a folder").grants;
        assert_eq!(granted("/there/shop/a.crush"), ["time"]);
        assert_eq!(granted("/there/shop/deep/a.crush"), ["time"]);
        assert!(granted("/there/shop/back/a.crush").is_empty());
        assert!(granted("/there/shopping/a.crush").is_empty());
        assert!(folders.of(&"untitled:Untitled-1".parse().expect("a URI")).is_none());
    }

    #[test]
    fn a_directory_is_meant_from_the_folder_on() {
        let dir = tempfile::tempdir().expect("a directory");
        std::fs::create_dir(dir.path().join("data")).expect("made");
        let folder = |grant: &str| {
            let path = dir.path().to_str().expect("its path is text");
            folders(&[(path, &[grant])]).of(&uri(&format!("{path}/a.crush"))).expect("a folder")
        };
        assert!(folder("fs=data").grants().is_ok_and(|grants| !grants.is_none()));
        assert!(folder("fs=.").grants().is_ok());
        let refused = folder("fs=gone").grants().expect_err("it is not there");
        assert!(refused.contains("there is no such file"), "{refused}");
        assert!(folder("moon").grants().expect_err("no such grant").contains("no such grant"));
    }
}
