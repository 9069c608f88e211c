//! `fs`: files in the granted directory.

use super::Namespace;
use super::params::{any, text};
use crate::{Declaration, Grant, Parameter, Type};

pub(super) const NAMESPACE: Namespace =
    Namespace { name: "fs", summary: "Files in the granted directory.", capabilities: CAPABILITIES };

const PATH: Parameter = text("path");

const fn files(name: &'static str, params: &'static [Parameter], result: Type, summary: &'static str) -> Declaration {
    Declaration::new(name, params, result, summary).granted(Grant::Fs)
}

const CAPABILITIES: &[Declaration] = &[
    files("fs.append", &[PATH, text("data")], Type::Null, "Adds to the end of a file, which is made when it is not there."),
    files("fs.cat", &[PATH], Type::String, "The text of a file, as `fs.read`."),
    files("fs.cd", &[PATH], Type::String, "Moves the working directory of the program, and gives it."),
    files(
        "fs.cp",
        &[text("from"), text("to"), any("recursive")],
        Type::Null,
        "Copies a file; with `true` a directory and all that is in it.",
    )
    .optional(1),
    files("fs.exists", &[PATH], Type::Int, "1 when there is such a file or directory, else 0."),
    files(
        "fs.find",
        &[PATH, text("glob"), text("type")],
        Type::Array,
        "The paths of everything below a directory, by a pattern of the name (`*.txt`) and a type (\"file\", \"dir\", \"symlink\", \"other\").",
    )
    .optional(2),
    files("fs.is_dir", &[PATH], Type::Int, "1 for a directory, else 0."),
    files("fs.is_file", &[PATH], Type::Int, "1 for a file, else 0."),
    files("fs.list", &[PATH], Type::Array, "The names in a directory, sorted."),
    files("fs.ls", &[PATH], Type::Array, "The names in a directory, sorted; without a path, in the working directory.")
        .optional(1),
    files("fs.mkdir", &[PATH, any("parents")], Type::Null, "Makes a directory; with `true` those above it as well.")
        .optional(1),
    files("fs.mv", &[text("from"), text("to")], Type::Null, "Moves or renames a file or directory."),
    files("fs.pwd", &[], Type::String, "The working directory, from the granted directory on."),
    files("fs.read", &[PATH], Type::String, "The text of a file in the granted directory."),
    files("fs.rm", &[PATH, any("recursive")], Type::Null, "Removes a file; with `true` a directory and all that is in it.")
        .optional(1),
    files("fs.stat", &[PATH], Type::Map, "What there is at a path: `{type, size, modified}`."),
    files("fs.touch", &[PATH], Type::Null, "Makes an empty file, or sets its time of modification to now."),
    files("fs.write", &[PATH, text("data")], Type::Null, "Writes a file, which is made when it is not there."),
];
