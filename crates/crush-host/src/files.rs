//! Files, confined to the granted directory by `cap-std`.

use std::io::{ErrorKind, Read};
use std::path::Path;

use crush_arena::RuntimeValue;
use crush_vm::{Call, CallError};

use crate::grants::Root;
use crate::host::Provided;
use crate::library::Run;

pub(crate) const RUNS: &[(&str, Run)] = &[("fs.read", read)];

/// `fs.read(path)`.
fn read(provided: &mut Provided<'_>, call: &mut Call<'_>) -> Result<RuntimeValue, CallError> {
    let path = call.text(0)?;
    let Some(root) = &provided.grants.files else {
        return Err("files are not granted".into());
    };
    let limit = call.arena().limits().bytes as u64;
    let text = read_text(root, &path, limit).map_err(|cause| format!("`{path}`: {cause}"))?;
    call.string(&text)
}

/// The text of a file of at most `limit` bytes.
fn read_text(root: &Root, path: &str, limit: u64) -> Result<String, String> {
    let inside = Path::new(path);
    let inside = inside.strip_prefix(&root.path).unwrap_or(inside);
    let say = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound => "there is no such file".to_owned(),
        // What `cap-std` says of a path that leads out.
        ErrorKind::PermissionDenied if error.raw_os_error().is_none() => {
            "it lies outside the granted directory".to_owned()
        }
        _ => error.to_string(),
    };
    // Asked before it is opened: opening a pipe would wait for its writer.
    let metadata = root.dir.metadata(inside).map_err(say)?;
    if !metadata.is_file() {
        return Err("it is not a file".into());
    }
    let mut bytes = Vec::new();
    let file = root.dir.open(inside).map_err(say)?;
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(say)?;
    if bytes.len() as u64 > limit {
        return Err(format!("it is larger than the memory quota of {limit} bytes"));
    }
    String::from_utf8(bytes).map_err(|_| "it is not UTF-8 text".into())
}
