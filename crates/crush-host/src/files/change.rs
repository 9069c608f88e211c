//! What changes files and directories.

use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::time::SystemTime;

use crush_arena::RuntimeValue;
use crush_vm::{Call, CallError};

use super::open::{CHUNK, open_for_writing};
use super::{failed, path_of, root};
use crate::give;
use crate::host::Provided;
use crate::wait;

/// `fs.write(path, data)`.
pub(super) fn write(provided: &mut Provided<'_>, call: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
    put(provided, call, false)
}

/// `fs.append(path, data)`.
pub(super) fn append(provided: &mut Provided<'_>, call: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
    put(provided, call, true)
}

fn put(provided: &Provided<'_>, call: &mut Call<'_>, at_the_end: bool) -> Result<RuntimeValue, CallError> {
    let (given, path) = path_of(provided, call, 0)?;
    let data = give::bytes_of(call, 1)?;
    let dir = &root(provided)?.dir;
    let mut file = open_for_writing(dir, &path).map_err(|error| failed(&given, error))?;
    let placed = if at_the_end { file.seek(SeekFrom::End(0)).map(drop) } else { file.set_len(0) };
    placed.map_err(|error| failed(&given, error))?;
    for chunk in data.chunks(CHUNK) {
        wait::go_on(provided.cancel)?;
        file.write_all(chunk).map_err(|error| failed(&given, error))?;
    }
    Ok(RuntimeValue::Null)
}

/// `fs.mkdir(path, parents?)`.
pub(super) fn mkdir(provided: &mut Provided<'_>, call: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
    let (given, path) = path_of(provided, call, 0)?;
    let dir = &root(provided)?.dir;
    let made = if give::flag(call, 1) { dir.create_dir_all(&path) } else { dir.create_dir(&path) };
    made.map_err(|error| failed(&given, error))?;
    Ok(RuntimeValue::Null)
}

/// `fs.rm(path, recursive?)`: a link itself, not what it names.
pub(super) fn rm(provided: &mut Provided<'_>, call: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
    let (given, path) = path_of(provided, call, 0)?;
    keep_working_directory(provided, &given, &path)?;
    let dir = &root(provided)?.dir;
    let found = dir.symlink_metadata(&path).map_err(|error| failed(&given, error))?;
    let gone = if !found.is_dir() {
        dir.remove_file(&path)
    } else if give::flag(call, 1) {
        dir.remove_dir_all(&path)
    } else {
        return Err(format!("`{given}`: it is a directory; `fs.rm(path, true)` removes all that is in it").into());
    };
    gone.map_err(|error| failed(&given, error))?;
    Ok(RuntimeValue::Null)
}

/// `fs.mv(from, to)`.
pub(super) fn mv(provided: &mut Provided<'_>, call: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
    let (given, from) = path_of(provided, call, 0)?;
    let (target, to) = path_of(provided, call, 1)?;
    keep_working_directory(provided, &given, &from)?;
    let dir = &root(provided)?.dir;
    dir.rename(&from, dir, &to).map_err(|error| failed(&format!("{given}` to `{target}"), error))?;
    Ok(RuntimeValue::Null)
}

/// `fs.touch(path)`: makes an empty file, or sets its time of modification to now.
pub(super) fn touch(provided: &mut Provided<'_>, call: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
    let (given, path) = path_of(provided, call, 0)?;
    let file = open_for_writing(&root(provided)?.dir, &path).map_err(|error| failed(&given, error))?;
    file.into_std().set_modified(SystemTime::now()).map_err(|error| failed(&given, error))?;
    Ok(RuntimeValue::Null)
}

fn keep_working_directory(provided: &Provided<'_>, given: &str, path: &Path) -> Result<(), CallError> {
    if path == Path::new(".") || provided.working_directory().starts_with(path) {
        return Err(format!("`{given}`: the working directory is in it").into());
    }
    Ok(())
}
