//! `io`: printing.

use super::Namespace;
use crate::{Declaration, Effect, Parameter, Type};

pub(super) const NAMESPACE: Namespace =
    Namespace { name: "io", summary: "Standard input and output.", capabilities: CAPABILITIES };

const CAPABILITIES: &[Declaration] = &[Declaration::new(
    "io.print",
    &[Parameter::new("values", Type::Any).with(Effect::ReadDeep)],
    Type::Null,
    "Prints the values one after the other, and a newline.",
)
.variadic()];
