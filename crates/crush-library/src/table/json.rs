//! `json`: JSON text.

use super::Namespace;
use super::params::{deep, text};
use crate::{Declaration, Type};

pub(super) const NAMESPACE: Namespace = Namespace { name: "json", summary: "JSON.", capabilities: CAPABILITIES };

const CAPABILITIES: &[Declaration] = &[
    Declaration::new("json.parse", &[text("text")], Type::Any, "The value that a JSON text stands for."),
    Declaration::new("json.stringify", &[deep("value")], Type::String, "The value as JSON, in one line."),
    Declaration::new("json.stringify_pretty", &[deep("value")], Type::String, "The value as JSON, indented."),
];
