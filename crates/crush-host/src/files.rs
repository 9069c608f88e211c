//! `fs`: files, confined to the granted directory by `cap-std`.

mod change;
mod copy;
mod look;
mod open;
mod tree;

use std::path::{Component, Path, PathBuf};

use crush_arena::RuntimeValue;
use crush_vm::{Call, CallError};

use crate::give;
use crate::grants::Root;
use crate::host::Provided;
use crate::library::Run;

pub(crate) use open::{read_text, say};
pub(crate) use tree::entries;

pub(crate) const RUNS: &[(&str, Run)] = &[
    ("fs.append", change::append),
    ("fs.cat", look::read),
    ("fs.cd", cd),
    ("fs.cp", copy::cp),
    ("fs.exists", look::exists),
    ("fs.find", tree::find),
    ("fs.is_dir", look::is_dir),
    ("fs.is_file", look::is_file),
    ("fs.list", look::list),
    ("fs.ls", look::list),
    ("fs.mkdir", change::mkdir),
    ("fs.mv", change::mv),
    ("fs.pwd", pwd),
    ("fs.read", look::read),
    ("fs.rm", change::rm),
    ("fs.stat", look::stat),
    ("fs.touch", change::touch),
    ("fs.write", change::write),
];

/// The granted directory.
pub(crate) fn root<'p>(provided: &Provided<'p>) -> Result<&'p Root, CallError> {
    provided.grants.files.as_ref().ok_or_else(|| "files are not granted".into())
}

/// A path of the program, from the granted directory on: `.` for the directory itself. Relative to the working directory,
/// which is the program's own (`fs.cd`); a full path is one when it leads into the granted directory. Links are not looked
/// at: `cap-std` refuses those that lead out.
pub(crate) fn inside(provided: &Provided<'_>, given: &str) -> Result<PathBuf, CallError> {
    let outside = || CallError::Failed(format!("`{given}`: it lies outside the granted directory"));
    let path = Path::new(given);
    let (mut whole, rest) = match path.strip_prefix(&root(provided)?.path) {
        Ok(rest) => (PathBuf::new(), rest),
        Err(_) if path.has_root() => return Err(outside()),
        Err(_) => (provided.working_directory(), path),
    };
    for component in rest.components() {
        match component {
            Component::CurDir => {}
            Component::Normal(name) => whole.push(name),
            Component::ParentDir if whole.pop() => {}
            _ => return Err(outside()),
        }
    }
    Ok(if whole.as_os_str().is_empty() { PathBuf::from(".") } else { whole })
}

/// The path in an argument, as it was given and from the granted directory on.
fn path_of(provided: &Provided<'_>, call: &Call<'_>, index: usize) -> Result<(String, PathBuf), CallError> {
    let given = give::text_of(call, index)?;
    let path = inside(provided, &given)?;
    Ok((given, path))
}

/// What could not be done with a path.
fn failed(given: &str, error: std::io::Error) -> CallError {
    format!("`{given}`: {}", say(error)).into()
}

/// `fs.pwd()`: the working directory from the granted one on; `.` for that one itself.
fn pwd(provided: &mut Provided<'_>, call: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
    let path = inside(provided, ".")?;
    call.string(&path.to_string_lossy())
}

/// `fs.cd(path)`: moves the working directory of this program, not of the process.
fn cd(provided: &mut Provided<'_>, call: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
    let (given, path) = path_of(provided, call, 0)?;
    let found = root(provided)?.dir.metadata(&path).map_err(|error| failed(&given, error))?;
    if !found.is_dir() {
        return Err(format!("`{given}`: it is not a directory").into());
    }
    provided.change_directory(if path == Path::new(".") { PathBuf::new() } else { path });
    pwd(provided, call)
}
