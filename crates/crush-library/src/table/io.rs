//! `io`: printing and reading.

use super::Namespace;
use super::params::deep;
use crate::{Declaration, Type};

pub(super) const NAMESPACE: Namespace =
    Namespace { name: "io", summary: "Standard input and output.", capabilities: CAPABILITIES };

const CAPABILITIES: &[Declaration] = &[
    Declaration::new(
        "io.eprint",
        &[deep("values")],
        Type::Null,
        "Prints the values one after the other, and a newline, to standard error.",
    )
    .variadic()
    .impure(),
    Declaration::new(
        "io.print",
        &[deep("values")],
        Type::Null,
        "Prints the values one after the other, and a newline.",
    )
    .variadic(),
    Declaration::new("io.read", &[], Type::String, "A line of standard input; the empty string at its end.").impure(),
    Declaration::new(
        "io.read_line",
        &[],
        Type::OneOf(&[Type::String, Type::Null]),
        "A line of standard input; `null` at its end.",
    )
    .impure(),
    Declaration::new("io.write", &[deep("value")], Type::Null, "Prints a value without a newline."),
];
