//! Files on disk, for programs of several.

use std::path::Path;

use tempfile::TempDir;

/// A folder of its own with these files, each a path in it and a text.
///
/// # Panics
///
/// When there is no room.
pub fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    write(folder.path(), files);
    folder
}

/// Writes these files below a folder.
///
/// # Panics
///
/// When they cannot be written.
pub fn write(folder: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().expect("it is in a folder")).expect("the folder can be made");
        std::fs::write(path, text).expect("the file can be written");
    }
}
