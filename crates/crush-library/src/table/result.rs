//! `result`: success and failure as values.

use super::Namespace;
use super::params::{any, map};
use crate::{Declaration, Source, Type};

pub(super) const NAMESPACE: Namespace = Namespace {
    name: "result",
    summary: "Success and failure as values: maps of `ok` and `value`.",
    capabilities: CAPABILITIES,
};

const CAPABILITIES: &[Declaration] = &[
    Declaration::new("result.err", &[any("error")], Type::Map, "A failure.").gives(Source::Holder),
    Declaration::new("result.is_ok", &[map("result")], Type::Bool, "Whether a result is a success."),
    Declaration::new("result.ok", &[any("value")], Type::Map, "A success.").gives(Source::Holder),
    Declaration::new(
        "result.unwrap",
        &[map("result").with(crate::Effect::ReadDeep)],
        Type::Any,
        "The value of a success; a failure is a fault.",
    )
    .gives(Source::Part),
];
