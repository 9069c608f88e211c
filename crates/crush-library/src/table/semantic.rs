//! `semantic`: what `semantic_switch` stands for.

use super::Namespace;
use super::params::deep;
use crate::{Declaration, Grant, Parameter, Type};

pub(super) const NAMESPACE: Namespace =
    Namespace { name: "semantic", summary: "Choices by meaning: `semantic_switch`.", capabilities: CAPABILITIES };

const PARAMS: &[Parameter] = &[deep("value"), Parameter::new("concepts", Type::String)];

const CAPABILITIES: &[Declaration] = &[Declaration::new(
    "semantic.switch",
    PARAMS,
    Type::OneOf(&[Type::String, Type::Null]),
    "The concept that a value means, null for none: `semantic_switch v { case \"greeting\": … }`.",
)
.variadic()
.granted(Grant::Semantic)];
