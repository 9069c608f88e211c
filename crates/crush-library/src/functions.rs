//! The functions that the language brings along, called without a namespace.

use crate::{Declaration, Effect, Parameter, Type};

/// Every built-in function, by name. A function of the program that has the same name hides it.
pub static FUNCTIONS: &[Declaration] = &[
    Declaration::new(
        "arr_get",
        &[Parameter::new("of", COLLECTION), Parameter::new("key", Type::Any)],
        Type::Any,
        "The element at an index, null where there is none; the value under a key of a map.",
    )
    .gives_arguments(),
    Declaration::new(
        "arr_set",
        &[
            Parameter::new("of", COLLECTION).with(Effect::Write),
            Parameter::new("key", Type::Any),
            Parameter::new("value", Type::Any).with(Effect::Keep),
        ],
        Type::Any,
        "Puts a value at an index or under a key, and gives the array or map; an index that is not there does nothing.",
    )
    .gives_arguments(),
    Declaration::new(
        "drop",
        &[Parameter::new("value", Type::Any).with(Effect::Write)],
        Type::Null,
        "Frees the object that a variable refers to, at once; of a borrow handle, ends the borrow.",
    )
    .impure(),
    Declaration::new(
        "len",
        &[Parameter::new("of", Type::OneOf(&[Type::Array, Type::Map, Type::String]))],
        Type::Int,
        "How many elements an array has, entries a map, or bytes a string.",
    ),
    Declaration::new("make_range", RANGE, Type::Array, "As `range`.").optional(2),
    Declaration::new(
        "parallel_map",
        &[
            Parameter::new("items", Type::Array).with(Effect::ReadDeep),
            Parameter::new("f", Type::Function).with(Effect::Call),
        ],
        Type::Array,
        "What a function gives for each item, in their order; it gets a copy of each, and its result is copied back.",
    ),
    Declaration::new(
        "print",
        &[Parameter::new("value", Type::Any).with(Effect::ReadDeep)],
        Type::Null,
        "Prints a value, with all that it reaches, and a newline.",
    ),
    Declaration::new(
        "range",
        RANGE,
        Type::Array,
        "The whole numbers below an end, from 0 or a start, by steps of 1 or of a step: `range(end)`, `range(start, end, step)`.",
    )
    .optional(2),
];

const COLLECTION: Type = Type::OneOf(&[Type::Array, Type::Map]);

const RANGE: &[Parameter] =
    &[Parameter::new("start", Type::Int), Parameter::new("end", Type::Int), Parameter::new("step", Type::Int)];

/// The built-in function of this name.
pub fn function(name: &str) -> Option<&'static Declaration> {
    let index = FUNCTIONS.binary_search_by(|declaration| declaration.name.cmp(name)).ok()?;
    Some(&FUNCTIONS[index])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_in_order_and_found_by_name() {
        assert!(FUNCTIONS.is_sorted_by_key(|declaration| declaration.name));
        assert!(FUNCTIONS.iter().all(|declaration| function(declaration.name) == Some(declaration)));
        assert!(FUNCTIONS.iter().all(|declaration| declaration.summary.ends_with('.')));
        assert!(function("io.print").is_none());
    }
}
