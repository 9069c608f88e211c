//! Copying.

use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use cap_std::fs::Dir;
use crush_arena::RuntimeValue;
use crush_vm::{Call, CallError, CancelToken};

use super::open::{CHUNK, open, open_for_writing};
use super::{entries, failed, path_of, root};
use crate::give;
use crate::host::Provided;
use crate::wait;

/// `fs.cp(from, to, recursive?)`.
pub(super) fn cp(provided: &mut Provided<'_>, call: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
    let (given, from) = path_of(provided, call, 0)?;
    let (target, to) = path_of(provided, call, 1)?;
    let dir = &root(provided)?.dir;
    let found = dir.metadata(&from).map_err(|error| failed(&given, error))?;
    if !found.is_dir() {
        file(dir, &from, &to, provided.cancel, &given, &target)?;
        return Ok(RuntimeValue::Null);
    }
    if !give::flag(call, 2) {
        return Err(format!("`{given}`: it is a directory; `fs.cp(from, to, true)` copies all that is in it").into());
    }
    if to.starts_with(&from) || from == Path::new(".") {
        return Err(format!("`{given}`: it cannot be copied into itself").into());
    }
    tree(dir, from, to, provided.cancel)?;
    Ok(RuntimeValue::Null)
}

fn file(dir: &Dir, from: &Path, to: &Path, cancel: &CancelToken, given: &str, target: &str) -> Result<(), CallError> {
    let mut source = open(dir, from).map_err(|error| failed(given, error))?;
    if dir.canonicalize(from).ok().is_some_and(|from| dir.canonicalize(to).ok() == Some(from)) {
        return Err(format!("`{given}`: it is the same file as `{target}`").into());
    }
    let mut sink = open_for_writing(dir, to).map_err(|error| failed(target, error))?;
    let copied = |error: io::Error| failed(target, error);
    sink.set_len(0).map_err(copied)?;
    let mut chunk = vec![0; CHUNK];
    loop {
        wait::go_on(cancel)?;
        let count = source.read(&mut chunk).map_err(|error| failed(given, error))?;
        if count == 0 {
            break;
        }
        sink.write_all(&chunk[..count]).map_err(copied)?;
    }
    let permissions = source.metadata().map_err(|error| failed(given, error))?.permissions();
    sink.set_permissions(permissions).map_err(copied)
}

/// A directory and all that is in it. A link may lead anywhere, so one is an error, as source and as target.
fn tree(dir: &Dir, from: PathBuf, to: PathBuf, cancel: &CancelToken) -> Result<(), CallError> {
    let mut left = vec![(from, to)];
    while let Some((from, to)) = left.pop() {
        wait::go_on(cancel)?;
        let shown = to.to_string_lossy();
        refuse_link(dir, &to)?;
        dir.create_dir_all(&to).map_err(|error| failed(&shown, error))?;
        for entry in entries(dir, &from).map_err(|error| failed(&from.to_string_lossy(), error))? {
            let (from, to) = (from.join(&entry.name), to.join(&entry.name));
            if entry.kind.is_dir() {
                left.push((from, to));
                continue;
            }
            refuse_link(dir, &from)?;
            refuse_link(dir, &to)?;
            file(dir, &from, &to, cancel, &from.to_string_lossy(), &to.to_string_lossy())?;
        }
    }
    Ok(())
}

fn refuse_link(dir: &Dir, path: &Path) -> Result<(), CallError> {
    match dir.symlink_metadata(path) {
        Ok(found) if found.is_symlink() => {
            Err(format!("`{}`: it is a link, which is not copied with a directory", path.display()).into())
        }
        _ => Ok(()),
    }
}
