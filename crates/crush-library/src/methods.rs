//! The methods that arrays, maps, strings and instances of structs have of themselves (D6).

use crate::{Declaration, Effect, Parameter, Type};

/// The built-in methods of one kind of object. The first parameter of each is the receiver.
#[derive(Clone, Copy, Debug)]
pub struct Methods {
    /// The kind, as users read it: `array`.
    pub kind: &'static str,
    /// Its methods, by name.
    pub methods: &'static [Declaration],
}

/// The built-in methods, by kind.
pub static METHODS: &[Methods] = &[
    Methods {
        kind: "array",
        methods: &[
            Declaration::new(
                "append",
                &[CHANGED_ARRAY, VALUE],
                Type::Array,
                "Appends a value, and gives the array: as `push`.",
            )
            .gives_arguments(),
            Declaration::new(
                "clone",
                &[ARRAY.with(Effect::ReadDeep)],
                Type::Array,
                "A copy, and copies of all that it reaches.",
            )
            .gives_arguments(),
            Declaration::new(
                "insert",
                &[CHANGED_ARRAY, INDEX, VALUE],
                Type::Array,
                "Puts a value before the one at an index, and gives the array.",
            )
            .gives_arguments(),
            Declaration::new("len", &[ARRAY], Type::Int, "How many elements there are."),
            Declaration::new("pop", &[CHANGED_ARRAY], Type::Any, "Takes the last element away and gives it.")
                .gives_arguments(),
            Declaration::new("push", &[CHANGED_ARRAY, VALUE], Type::Array, "Appends a value, and gives the array.")
                .gives_arguments(),
            Declaration::new(
                "remove",
                &[CHANGED_ARRAY, INDEX],
                Type::Any,
                "Takes the element at an index away and gives it.",
            )
            .gives_arguments(),
        ],
    },
    Methods {
        kind: "map",
        methods: &[
            Declaration::new(
                "clone",
                &[MAP.with(Effect::ReadDeep)],
                Type::Map,
                "A copy, and copies of all that it reaches.",
            )
            .gives_arguments(),
            Declaration::new("keys", &[MAP], Type::Array, "The keys, in the order in which they were added."),
            Declaration::new("len", &[MAP], Type::Int, "How many entries there are."),
            Declaration::new(
                "remove",
                &[MAP.with(Effect::Write), Parameter::new("key", Type::String)],
                Type::Any,
                "Takes the value under a key away and gives it; null when there is none.",
            )
            .gives_arguments(),
        ],
    },
    Methods {
        kind: "string",
        methods: &[
            Declaration::new("clone", &[STRING], Type::String, "The string: it cannot change."),
            Declaration::new("len", &[STRING], Type::Int, "How many bytes there are."),
        ],
    },
    Methods {
        kind: "struct",
        methods: &[Declaration::new(
            "clone",
            &[Parameter::new("struct", Type::Any).with(Effect::ReadDeep)],
            Type::Any,
            "A copy, and copies of all that it reaches.",
        )
        .gives_arguments()],
    },
];

const ARRAY: Parameter = Parameter::new("array", Type::Array);
const CHANGED_ARRAY: Parameter = ARRAY.with(Effect::Write);
const MAP: Parameter = Parameter::new("map", Type::Map);
const STRING: Parameter = Parameter::new("string", Type::String);
const INDEX: Parameter = Parameter::new("index", Type::Int);
const VALUE: Parameter = Parameter::new("value", Type::Any).with(Effect::Keep);

/// The built-in methods of a kind of object. None for kinds that have none.
pub fn methods(kind: &str) -> &'static [Declaration] {
    METHODS.iter().find(|methods| methods.kind == kind).map_or(&[], |methods| methods.methods)
}

/// Every built-in method of this name, with the kind that has it.
pub fn methods_named(name: &str) -> impl Iterator<Item = (&'static str, &'static Declaration)> {
    METHODS.iter().filter_map(move |methods| {
        let found = methods.methods.iter().find(|declaration| declaration.name == name)?;
        Some((methods.kind, found))
    })
}

impl Declaration {
    /// How many arguments a method needs at least, the receiver aside.
    pub const fn arguments_of_method(&self) -> usize {
        self.required.saturating_sub(1)
    }

    /// How a method is called: `array.push(value: Any) -> Array`.
    pub fn method_signature(&self) -> String {
        let (receiver, arguments) = self.params.split_first().map_or(("", &[][..]), |(first, rest)| (first.name, rest));
        let arguments: Vec<String> = arguments.iter().map(|param| format!("{}: {}", param.name, param.ty)).collect();
        format!("{receiver}.{}({}) -> {}", self.name, arguments.join(", "), self.result)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_are_in_order_and_have_a_receiver() {
        assert!(METHODS.is_sorted_by_key(|methods| methods.kind));
        for Methods { kind, methods } in METHODS {
            assert!(methods.is_sorted_by_key(|declaration| declaration.name), "{kind}");
            for declaration in *methods {
                assert_eq!(declaration.params[0].name, *kind, "{}", declaration.name);
                assert!(declaration.summary.ends_with('.'), "{kind}.{}", declaration.name);
            }
        }
    }

    #[test]
    fn a_method_is_shown_as_it_is_called() {
        let push = methods("array").iter().find(|declaration| declaration.name == "push").expect("there");
        assert_eq!(push.method_signature(), "array.push(value: Any) -> Array");
        assert_eq!(push.arguments_of_method(), 1);
        assert_eq!(methods_named("remove").map(|(kind, _)| kind).collect::<Vec<_>>(), ["array", "map"]);
        assert!(methods("bool").is_empty());
    }
}
