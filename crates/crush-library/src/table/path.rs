//! `path`: paths of files, as text. No file is looked at.

use super::Namespace;
use super::params::text;
use crate::{Declaration, Type};

pub(super) const NAMESPACE: Namespace =
    Namespace { name: "path", summary: "Paths of files, as text: no file is looked at.", capabilities: CAPABILITIES };

const CAPABILITIES: &[Declaration] = &[
    Declaration::new("path.basename", &[text("path")], Type::String, "The last name of a path."),
    Declaration::new("path.dirname", &[text("path")], Type::String, "A path without its last name."),
    Declaration::new("path.extension", &[text("path")], Type::String, "What follows the last dot of the last name."),
    Declaration::new("path.is_absolute", &[text("path")], Type::Int, "1 when a path starts at the root, else 0."),
    Declaration::new(
        "path.join",
        &[text("base"), text("path")],
        Type::String,
        "A path below another; the second alone when it is absolute.",
    ),
    Declaration::new("path.normalize", &[text("path")], Type::String, "A path without `.`, `..` and doubled `/`."),
    Declaration::new("path.stem", &[text("path")], Type::String, "The last name of a path without its extension."),
];
