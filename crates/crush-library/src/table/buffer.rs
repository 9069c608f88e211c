//! `buffer`: bytes that can be changed in place.

use super::Namespace;
use super::params::{deep, int};
use crate::{Declaration, Effect, Parameter, Type};

pub(super) const NAMESPACE: Namespace =
    Namespace { name: "buffer", summary: "Bytes that can be changed in place.", capabilities: CAPABILITIES };

const BUFFER: Parameter = Parameter::new("buffer", Type::Any).with(Effect::Write);

const CAPABILITIES: &[Declaration] = &[
    Declaration::new("buffer.alloc", &[int("size")], Type::Any, "A buffer of so many bytes, all zero."),
    Declaration::new("buffer.freeze", &[BUFFER], Type::Any, "The bytes of a buffer; the buffer is empty afterwards."),
    Declaration::new(
        "buffer.read",
        &[deep("buffer"), int("offset"), int("length")],
        Type::Any,
        "Some of the bytes of a buffer.",
    ),
    Declaration::new(
        "buffer.write",
        &[BUFFER, int("offset"), deep("bytes")],
        Type::Int,
        "Writes bytes, or those of another buffer, at an offset; gives how many.",
    ),
];
