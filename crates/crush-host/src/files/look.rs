//! What only looks.

use std::path::Path;
use std::time::UNIX_EPOCH;

use cap_std::fs::Metadata;
use crush_arena::RuntimeValue;
use crush_vm::{Call, CallError};

use super::open::read_text;
use super::{failed, path_of, root};
use crate::give;
use crate::host::Provided;

/// `fs.read(path)`, `fs.cat(path)`.
pub(super) fn read(provided: &mut Provided<'_>, call: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
    let (given, path) = path_of(provided, call, 0)?;
    let limit = call.arena().limits().bytes;
    let text = read_text(root(provided)?, &path, limit, provided.cancel)?;
    let text = text.map_err(|cause| format!("`{given}`: {cause}"))?;
    call.string(&text)
}

/// `fs.exists(path)`: 1 or 0. A link is there when what it names is.
pub(super) fn exists(provided: &mut Provided<'_>, call: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
    ask(provided, call, |_| true)
}

/// `fs.is_dir(path)`: 1 or 0.
pub(super) fn is_dir(provided: &mut Provided<'_>, call: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
    ask(provided, call, Metadata::is_dir)
}

/// `fs.is_file(path)`: 1 or 0.
pub(super) fn is_file(provided: &mut Provided<'_>, call: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
    ask(provided, call, Metadata::is_file)
}

fn ask(provided: &Provided<'_>, call: &Call<'_>, is_it: impl Fn(&Metadata) -> bool) -> Result<RuntimeValue, CallError> {
    let (given, path) = path_of(provided, call, 0)?;
    match root(provided)?.dir.metadata(&path) {
        Ok(found) => Ok(RuntimeValue::Int(is_it(&found).into())),
        // What lies outside cannot be asked about.
        Err(error) if error.raw_os_error().is_none() && error.kind() == std::io::ErrorKind::PermissionDenied => {
            Err(failed(&given, error))
        }
        Err(_) => Ok(RuntimeValue::Int(0)),
    }
}

/// `fs.stat(path)`: `{type, size, modified}`.
pub(super) fn stat(provided: &mut Provided<'_>, call: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
    let (given, path) = path_of(provided, call, 0)?;
    let found = root(provided)?.dir.metadata(&path).map_err(|error| failed(&given, error))?;
    let modified = found.modified().map_err(|error| failed(&given, error))?.into_std();
    let seconds = match modified.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_secs()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_secs()).map_or(i64::MIN, |seconds| -seconds),
    };
    let kind = super::tree::kind_name(found.file_type());
    let size = if found.is_file() { i64::try_from(found.len()).unwrap_or(i64::MAX) } else { 0 };
    let kind = call.string(kind)?;
    give::map(call, [("type", kind), ("size", RuntimeValue::Int(size)), ("modified", RuntimeValue::Int(seconds))])
}

/// `fs.list(path)`, `fs.ls(path?)`: the names in a directory, sorted.
pub(super) fn list(provided: &mut Provided<'_>, call: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
    let (given, path) = if call.arguments().is_empty() {
        (".".to_owned(), super::inside(provided, ".")?)
    } else {
        path_of(provided, call, 0)?
    };
    let entries = super::entries(&root(provided)?.dir, Path::new(&path)).map_err(|error| failed(&given, error))?;
    give::strings(call, entries.into_iter().filter_map(|entry| entry.name.into_string().ok()))
}
