//! `path`: paths of files, as text. No file is looked at.

use std::path::{Component, Path, PathBuf};

use crush_vm::Call;

use crate::arguments::{Arguments, Given, flag};
use crate::library::Pure;

pub(crate) const RUNS: &[(&str, Pure)] = &[
    ("path.basename", |call| part(call, |path| path.file_name().map(Path::new))),
    ("path.dirname", |call| part(call, Path::parent)),
    ("path.extension", |call| part(call, |path| path.extension().map(Path::new))),
    ("path.is_absolute", |call| Ok(flag(Path::new(&*call.text_of(0)?).is_absolute()))),
    ("path.join", join),
    ("path.normalize", normalize),
    ("path.stem", |call| part(call, |path| path.file_stem().map(Path::new))),
    ("system.format_info", node_info),
    ("system.format_node_info", node_info),
    ("system.path_normalize", from_root),
];

/// A part of a path; empty when the path has none.
fn part(call: &mut Call<'_>, of: fn(&Path) -> Option<&Path>) -> Given {
    let path = call.text_of(0)?;
    let part = of(Path::new(&*path)).map_or("".into(), Path::to_string_lossy);
    call.string(&part)
}

/// `path.join(base, path)`.
fn join(call: &mut Call<'_>) -> Given {
    let joined = Path::new(&*call.text_of(0)?).join(&*call.text_of(1)?);
    call.string(&joined.to_string_lossy())
}

/// `path.normalize(path)`: what `..` would lead out of is left out as well.
fn normalize(call: &mut Call<'_>) -> Given {
    let path = call.text_of(0)?;
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
    let path = call.text_of(0)?;
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
    let text = format!("Node: {} (v{})", call.text_of(0)?, call.text_of(1)?);
    call.string(&text)
}
