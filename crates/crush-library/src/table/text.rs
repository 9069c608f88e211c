//! `text`: lines of text.

use super::Namespace;
use super::params::{any, elements, int, text};
use crate::{Declaration, Grant, Parameter, Type};

pub(super) const NAMESPACE: Namespace =
    Namespace { name: "text", summary: "Lines of text.", capabilities: CAPABILITIES };

const PATH: Parameter = text("path");

const fn lines(name: &'static str, params: &'static [Parameter], result: Type, summary: &'static str) -> Declaration {
    Declaration::new(name, params, result, summary).granted(Grant::Fs)
}

const CAPABILITIES: &[Declaration] = &[
    lines(
        "text.cut",
        &[PATH, text("delimiter"), int("column")],
        Type::Array,
        "One column of each line of a file, counted from 1; empty where a line has too few.",
    ),
    lines(
        "text.grep",
        &[text("pattern"), PATH, any("recursive"), any("ignore_case")],
        Type::Array,
        "The lines of a file, or with `true` of all files below a directory, that match a regular expression: `{file, line, content}` each.",
    )
    .optional(2),
    lines("text.head", &[PATH, int("count")], Type::Array, "The first lines of a file."),
    Declaration::new("text.sort", &[elements("lines")], Type::Array, "The texts of the elements, sorted by their bytes."),
    lines("text.tail", &[PATH, int("count")], Type::Array, "The last lines of a file."),
    Declaration::new(
        "text.uniq",
        &[elements("lines")],
        Type::Array,
        "The texts of the elements, without those that are as the one before.",
    ),
    lines("text.wc", &[PATH], Type::Map, "How many there are in a file: `{lines, words, chars}`."),
];
