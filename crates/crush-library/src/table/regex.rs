//! `regex`: regular expressions.

use super::Namespace;
use super::params::text;
use crate::{Declaration, Parameter, Type};

pub(super) const NAMESPACE: Namespace = Namespace {
    name: "regex",
    summary: "Regular expressions, matched in time linear in the text: without look-around and back references.",
    capabilities: CAPABILITIES,
};

const PATTERN_TEXT: &[Parameter] = &[text("pattern"), text("text")];

const CAPABILITIES: &[Declaration] = &[
    Declaration::new("regex.find_all", PATTERN_TEXT, Type::Array, "Every part of a text that a pattern matches."),
    Declaration::new(
        "regex.match",
        PATTERN_TEXT,
        Type::Array,
        "The first match and its groups, null for a group that took no part; empty when there is no match.",
    ),
    Declaration::new(
        "regex.replace",
        &[text("pattern"), text("text"), text("by")],
        Type::String,
        "The text with every match replaced; `$1` and `${name}` stand for groups.",
    ),
    Declaration::new("regex.split", PATTERN_TEXT, Type::Array, "The pieces of a text between matches."),
    Declaration::new("regex.test", PATTERN_TEXT, Type::Int, "1 when a pattern matches somewhere in a text, else 0."),
];
