//! `bytes`: byte strings, which do not change.

use super::Namespace;
use super::params::{deep, int, text};
use crate::{Declaration, Type};

pub(super) const NAMESPACE: Namespace =
    Namespace { name: "bytes", summary: "Byte strings, which do not change.", capabilities: CAPABILITIES };

const CAPABILITIES: &[Declaration] = &[
    Declaration::new("bytes.from_string", &[text("text")], Type::Any, "The UTF-8 bytes of a text."),
    Declaration::new("bytes.len", &[deep("bytes")], Type::Int, "How many bytes there are, in bytes or a buffer."),
    Declaration::new(
        "bytes.slice",
        &[deep("bytes"), int("offset"), int("length")],
        Type::Any,
        "Some of the bytes, of bytes or a buffer.",
    ),
    Declaration::new(
        "bytes.to_string",
        &[deep("bytes")],
        Type::String,
        "The text that bytes are in UTF-8; what is not UTF-8 becomes `\u{fffd}`.",
    ),
];
