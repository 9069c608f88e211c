//! `str`: strings.

use super::Namespace;
use super::params::{deep, elements, int, text};
use crate::{Declaration, Type};

pub(super) const NAMESPACE: Namespace = Namespace { name: "str", summary: "Strings.", capabilities: CAPABILITIES };

const CAPABILITIES: &[Declaration] = &[
    Declaration::new(
        "str.char_at",
        &[text("text"), int("index")],
        Type::String,
        "The character at an index, counted in characters; an empty string where there is none.",
    ),
    Declaration::new("str.concat", &[deep("values")], Type::String, "The texts of the values, one after the other.")
        .variadic(),
    Declaration::new("str.contains", &[text("text"), text("part")], Type::Bool, "Whether a text has another in it."),
    Declaration::new(
        "str.ends_with",
        &[text("text"), text("end")],
        Type::Int,
        "1 when a text ends with another, else 0.",
    ),
    Declaration::new(
        "str.format",
        &[text("template"), text("value")],
        Type::String,
        "The template with the value in place of its first `{}`.",
    ),
    Declaration::new(
        "str.index_of",
        &[text("text"), text("part")],
        Type::Int,
        "Where a text first has another in it, in bytes from its beginning; -1 when it has not.",
    ),
    Declaration::new(
        "str.join",
        &[elements("values"), text("separator")],
        Type::String,
        "The texts of the elements with a separator between them.",
    ),
    Declaration::new("str.len", &[text("text")], Type::Int, "The length of a text in bytes."),
    Declaration::new(
        "str.pad_left",
        &[text("text"), int("length"), text("with")],
        Type::String,
        "The text with a character repeated before it until it is `length` bytes long.",
    ),
    Declaration::new(
        "str.pad_right",
        &[text("text"), int("length"), text("with")],
        Type::String,
        "The text with a character repeated after it until it is `length` bytes long.",
    ),
    Declaration::new("str.repeat", &[text("text"), int("count")], Type::String, "The text, `count` times."),
    Declaration::new(
        "str.replace",
        &[text("text"), text("part"), text("by")],
        Type::String,
        "The text with another in every place of a part.",
    ),
    Declaration::new(
        "str.split",
        &[text("text"), text("separator")],
        Type::Array,
        "The pieces of a text between separators; its characters when the separator is empty.",
    ),
    Declaration::new(
        "str.starts_with",
        &[text("text"), text("start")],
        Type::Int,
        "1 when a text starts with another, else 0.",
    ),
    Declaration::new(
        "str.substring",
        &[text("text"), int("start"), int("end")],
        Type::String,
        "The text from byte `start` to byte `end`; what lies beyond its end is left out.",
    ),
    Declaration::new("str.to_lower", &[text("text")], Type::String, "The text in lower case."),
    Declaration::new("str.to_upper", &[text("text")], Type::String, "The text in upper case."),
    Declaration::new("str.trim", &[text("text")], Type::String, "The text without white space around it."),
    Declaration::new("str.trim_end", &[text("text")], Type::String, "The text without white space at its end."),
    Declaration::new("str.trim_start", &[text("text")], Type::String, "The text without white space at its start."),
];
