//! `array`: changing arrays in place.

use super::Namespace;
use crate::{Declaration, Effect, Parameter, Type};

pub(super) const NAMESPACE: Namespace =
    Namespace { name: "array", summary: "Changing arrays in place.", capabilities: CAPABILITIES };

const ARRAY: Parameter = Parameter::new("array", Type::Array).with(Effect::Write);

const CAPABILITIES: &[Declaration] = &[
    Declaration::new(
        "array.pop",
        &[ARRAY],
        Type::Any,
        "Takes the last element away and gives it; null when there is none.",
    )
    .gives_arguments(),
    Declaration::new(
        "array.push",
        &[ARRAY, Parameter::new("value", Type::Any).with(Effect::Keep)],
        Type::Array,
        "Appends a value, and gives the array.",
    )
    .gives_arguments(),
];
