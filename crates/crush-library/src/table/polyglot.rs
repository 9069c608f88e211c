//! `polyglot`: what blocks of other languages stand for.

use super::Namespace;
use super::params::{deep, text};
use crate::{Declaration, Grant, Parameter, Type};

pub(super) const NAMESPACE: Namespace =
    Namespace {
        name: "polyglot", summary: "Blocks of other languages: `@python { … }`.", capabilities: CAPABILITIES
    };

/// The languages that blocks are run in, each with a capability of its name.
pub const LANGUAGES: [&str; 3] = ["python", "javascript", "bash"];

const PARAMS: &[Parameter] = &[text("body"), text("imports"), text("outputs"), text("names"), deep("inputs")];

const fn block(name: &'static str, summary: &'static str) -> Declaration {
    Declaration::new(name, PARAMS, Type::Any, summary).variadic().granted(Grant::Polyglot)
}

const CAPABILITIES: &[Declaration] = &[
    block("polyglot.bash", "Runs a block of shell commands: `@bash { … }`."),
    block("polyglot.javascript", "Runs a block of JavaScript: `@javascript -> x { … }`."),
    block("polyglot.python", "Runs a block of Python: `@python -> x { … }`."),
];
