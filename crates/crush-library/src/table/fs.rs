//! `fs`: files in the granted directory.

use super::Namespace;
use crate::{Declaration, Grant, Parameter, Type};

pub(super) const NAMESPACE: Namespace =
    Namespace { name: "fs", summary: "Files in the granted directory.", capabilities: CAPABILITIES };

const CAPABILITIES: &[Declaration] = &[Declaration::new(
    "fs.read",
    &[Parameter::new("path", Type::String)],
    Type::String,
    "The text of a file in the granted directory.",
)
.granted(Grant::Fs)];
