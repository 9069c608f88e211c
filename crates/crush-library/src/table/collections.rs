//! `collections`: arrays, maps, and arrays of maps.

use super::Namespace;
use super::params::{array, deep, elements, int, map, text};
use crate::{Declaration, Parameter, Source, Type};

pub(super) const NAMESPACE: Namespace = Namespace {
    name: "collections",
    summary: "Arrays, maps, and arrays of maps; none of these changes its arguments.",
    capabilities: CAPABILITIES,
};

const WHERE: &[Parameter] = &[elements("records"), text("key"), deep("value")];

const CAPABILITIES: &[Declaration] = &[
    Declaration::new("collections.all", WHERE, Type::Bool, "Whether every record has this value under the key."),
    Declaration::new("collections.any", WHERE, Type::Bool, "Whether some record has this value under the key."),
    Declaration::new(
        "collections.chunk",
        &[array("array"), int("size")],
        Type::Array,
        "The elements in arrays of `size`, the last perhaps shorter.",
    )
    .gives(Source::Groups),
    Declaration::new(
        "collections.entries",
        &[map("map")],
        Type::Array,
        "The keys and values of a map, each pair an array, in the order of the map.",
    )
    .gives(Source::Groups),
    Declaration::new(
        "collections.find",
        WHERE,
        Type::Any,
        "The first record that has this value under the key; null when there is none.",
    )
    .gives(Source::Part),
    Declaration::new(
        "collections.flatten",
        &[elements("array")],
        Type::Array,
        "The elements, those of an array in its place; one level deep.",
    )
    .gives(Source::PartsOfParts),
    Declaration::new(
        "collections.includes",
        &[elements("array"), deep("value")],
        Type::Int,
        "1 when an element equals the value, else 0.",
    ),
    Declaration::new("collections.keys", &[map("map")], Type::Array, "The keys of a map, in its order."),
    Declaration::new(
        "collections.len",
        &[Parameter::new("of", Type::OneOf(&[Type::Array, Type::String]))],
        Type::Int,
        "How many elements an array has, or how many bytes a string.",
    ),
    Declaration::new(
        "collections.merge",
        &[map("first"), map("second")],
        Type::Map,
        "A map with the entries of both; where both have a key, with that of the second.",
    )
    .gives(Source::Parts),
    Declaration::new(
        "collections.pluck",
        &[elements("records"), text("key")],
        Type::Array,
        "The value of each record under the key, null where it has none.",
    )
    .gives(Source::PartsOfParts),
    Declaration::new("collections.reverse", &[array("array")], Type::Array, "The elements, last first.")
        .gives(Source::Parts),
    Declaration::new(
        "collections.sort_by",
        &[elements("records"), text("key")],
        Type::Array,
        "The records in the order of their values under the key, numbers or strings; equal ones keep their order.",
    )
    .gives(Source::Parts),
    Declaration::new(
        "collections.unique",
        &[elements("array")],
        Type::Array,
        "The elements without those that equal an earlier one.",
    )
    .gives(Source::Parts),
    Declaration::new("collections.values", &[map("map")], Type::Array, "The values of a map, in its order.")
        .gives(Source::Parts),
    Declaration::new(
        "collections.zip",
        &[array("first"), array("second")],
        Type::Array,
        "The elements of two arrays in pairs, as many as the shorter has.",
    )
    .gives(Source::Groups),
];
