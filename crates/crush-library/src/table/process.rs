//! `process`: child processes.

use super::Namespace;
use super::params::{deep, text};
use crate::{Declaration, Grant, Type};

pub(super) const NAMESPACE: Namespace =
    Namespace { name: "process", summary: "Child processes.", capabilities: CAPABILITIES };

const CAPABILITIES: &[Declaration] = &[Declaration::new(
    "process.exec",
    &[text("command"), deep("arguments")],
    Type::Map,
    "Runs a command with an array of arguments to its end: `{exit_code, stdout, stderr}`.",
)
.granted(Grant::Process)];
