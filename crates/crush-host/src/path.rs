//! `path`: paths of files, as text. No file is looked at.

use std::path::{Component, Path, PathBuf};

use crush_arena::Text;
use crush_vm::{Call, CallError};

use crate::arguments::{Arguments, Building, Given, flag};
use crate::library::Pure;

pub(crate) const RUNS: &[(&str, Pure)] = &[
    ("path.basename", |call| part(call, |path| path.file_name().map(Path::new))),
    ("path.dirname", |call| part(call, Path::parent)),
    ("path.extension", |call| part(call, |path| path.extension().map(Path::new))),
    ("path.is_absolute", |call| Ok(flag(Path::new(&*path(call, 0)?).is_absolute()))),
    ("path.join", join),
    ("path.normalize", normalize),
    ("path.stem", |call| part(call, |path| path.file_stem().map(Path::new))),
    ("system.format_info", node_info),
    ("system.format_node_info", node_info),
    ("system.path_normalize", from_root),
];

/// A longer text is no path: none of a file system is as long.
const LONGEST: usize = 1 << 16;

/// A path that was given.
fn path(call: &Call<'_>, index: usize) -> Result<Text, CallError> {
    let path = call.text_of(index)?;
    if path.len() <= LONGEST { Ok(path) } else { Err(format!("a path has at most {LONGEST} bytes").into()) }
}

/// A part of a path; empty when the path has none.
fn part(call: &mut Call<'_>, of: fn(&Path) -> Option<&Path>) -> Given {
    let path = path(call, 0)?;
    let part = of(Path::new(&*path)).map_or("".into(), Path::to_string_lossy);
    call.string(&part)
}

/// `path.join(base, path)`.
fn join(call: &mut Call<'_>) -> Given {
    let joined = Path::new(&*path(call, 0)?).join(&*path(call, 1)?);
    call.string(&joined.to_string_lossy())
}

/// `path.normalize(path)`: what `..` would lead out of is left out as well.
fn normalize(call: &mut Call<'_>) -> Given {
    let path = path(call, 0)?;
    let mut parts = Vec::new();
    for part in Path::new(&*path).components() {
        match part {
            Component::ParentDir => {
                parts.pop();
            }
            Component::CurDir => {}
            other => parts.push(other),
        }
    }
    let normal: PathBuf = parts.iter().collect();
    call.string(&normal.to_string_lossy())
}

/// `system.path_normalize(path)`: as a path from the root, whatever it was.
fn from_root(call: &mut Call<'_>) -> Given {
    let path = path(call, 0)?;
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            ".." => {
                parts.pop();
            }
            "." | "" => {}
            name => parts.push(name),
        }
    }
    call.string(&format!("/{}", parts.join("/")))
}

/// `system.format_node_info(id, version)`.
fn node_info(call: &mut Call<'_>) -> Given {
    let mut text = Building::default();
    for piece in ["Node: ", &*call.text_of(0)?, " (v", &*call.text_of(1)?, ")"] {
        text.push(call, piece)?;
    }
    text.finish(call)
}
