//! `array`: arrays, changed in place or read with functions.

use super::Namespace;
use crate::{Declaration, Effect, Parameter, Source, Type};

pub(super) const NAMESPACE: Namespace = Namespace {
    name: "array",
    summary: "Arrays: changing them in place, and new ones made of their elements.",
    capabilities: CAPABILITIES,
};

const ARRAY: Parameter = Parameter::new("array", Type::Array).with(Effect::Write);

const ELEMENTS: Parameter = Parameter::new("array", Type::Array);
const FUNCTION: Parameter = Parameter::new("f", Type::Function).with(Effect::Call);

const CAPABILITIES: &[Declaration] = &[
    Declaration::new("array.each", &[ELEMENTS, FUNCTION], Type::Null, "Calls a function with each element."),
    Declaration::new(
        "array.filter",
        &[ELEMENTS, FUNCTION],
        Type::Array,
        "The elements for which a function gives `true`.",
    )
    .gives(Source::Parts),
    Declaration::new("array.map", &[ELEMENTS, FUNCTION], Type::Array, "What a function gives for each element.")
        .gives(Source::Mapped),
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
    Declaration::new(
        "array.reduce",
        &[ELEMENTS, FUNCTION, Parameter::new("start", Type::Any)],
        Type::Any,
        "What a function makes of a start and the first element, then of that and the second, and so on.",
    )
    .gives(Source::Folded),
    Declaration::new(
        "array.sort",
        &[ELEMENTS.with(Effect::ReadDeep)],
        Type::Array,
        "A new array of the elements in their order: numbers or strings; equal ones keep their order.",
    )
    .gives(Source::Parts),
    Declaration::new(
        "array.sort_by",
        &[ELEMENTS.with(Effect::ReadDeep), FUNCTION],
        Type::Array,
        "A new array of the elements in the order of what a function gives for them: numbers or strings.",
    )
    .gives(Source::Parts),
];
