//! `system`: what the reference wrote in CRUSH itself.

use super::Namespace;
use super::params::deep;
use crate::{Declaration, Type};

pub(super) const NAMESPACE: Namespace =
    Namespace { name: "system", summary: "Texts about a system.", capabilities: CAPABILITIES };

const CAPABILITIES: &[Declaration] = &[
    Declaration::new(
        "system.format_info",
        &[deep("id"), deep("version")],
        Type::String,
        "As `system.format_node_info`.",
    ),
    Declaration::new(
        "system.format_node_info",
        &[deep("id"), deep("version")],
        Type::String,
        "A line that names a node and its version.",
    ),
    Declaration::new(
        "system.path_normalize",
        &[deep("path")],
        Type::String,
        "A path from the root without `.`, `..` and doubled `/`.",
    ),
];
