//! `conv`: from one type to another.

use super::Namespace;
use super::params::{any, deep, text};
use crate::{Declaration, Parameter, Type};

pub(super) const NAMESPACE: Namespace =
    Namespace { name: "conv", summary: "From one type to another.", capabilities: CAPABILITIES };

const INT_OR_NULL: Type = Type::OneOf(&[Type::Int, Type::Null]);
const FLOAT_OR_NULL: Type = Type::OneOf(&[Type::Float, Type::Null]);

const CAPABILITIES: &[Declaration] = &[
    Declaration::new(
        "conv.chr",
        &[Parameter::new("code", Type::Int)],
        Type::String,
        "The character of a Unicode code point.",
    ),
    Declaration::new(
        "conv.ord",
        &[Parameter::new("character", Type::String)],
        Type::Int,
        "The Unicode code point of a character.",
    ),
    Declaration::new(
        "conv.parse_float",
        &[text("text")],
        FLOAT_OR_NULL,
        "The number that a text is; null when it is none.",
    ),
    Declaration::new(
        "conv.parse_int",
        &[text("text"), any("radix")],
        INT_OR_NULL,
        "The whole number that a text is in a radix of 2 to 36; null when it is none.",
    ),
    Declaration::new(
        "conv.text",
        &[deep("value"), Parameter::new("style", Type::String)],
        Type::String,
        "The text of a value, its numbers as `\"js\"` or `\"rust\"` write them.",
    ),
    Declaration::new(
        "conv.to_bool",
        &[any("value")],
        Type::OneOf(&[Type::Bool, Type::Int]),
        "1 for what is not empty, zero or null, else 0; a truth value as it is.",
    ),
    Declaration::new(
        "conv.to_float",
        &[any("value")],
        FLOAT_OR_NULL,
        "The value as a float: of a number, a text that is one, or null; else null.",
    ),
    Declaration::new(
        "conv.to_int",
        &[any("value")],
        INT_OR_NULL,
        "The value as a whole number: of a number, a text that is one, or null; else null.",
    ),
    Declaration::new("conv.to_str", &[deep("value")], Type::String, "The text of a value, as `print` shows it."),
    Declaration::new(
        "conv.type_of",
        &[any("value")],
        Type::String,
        "The name of the type of a value: `int`, `string`, `array`, ….",
    ),
];
