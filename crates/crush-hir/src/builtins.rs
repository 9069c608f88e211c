//! The functions that the language brings along, and the namespaces of capabilities that a host may offer.

/// A built-in function or a capability whose arguments are counted before the program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Builtin {
    /// Its name, dotted for a capability.
    pub name: &'static str,
    /// The fewest arguments it takes.
    pub min: usize,
    /// The most arguments it takes.
    pub max: usize,
}

const fn fixed(name: &'static str, count: usize) -> Builtin {
    Builtin { name, min: count, max: count }
}

/// Functions that are called without a namespace.
pub const FUNCTIONS: &[Builtin] = &[
    fixed("print", 1),
    fixed("len", 1),
    fixed("drop", 1),
    Builtin { name: "range", min: 1, max: 3 },
    Builtin { name: "make_range", min: 1, max: 3 },
    fixed("arr_get", 2),
    fixed("arr_set", 3),
    fixed("parallel_map", 2),
];

/// Capabilities whose number of arguments is known; of others the host knows it.
pub const CAPABILITIES: &[Builtin] = &[
    fixed("array.push", 2),
    fixed("array.pop", 1),
    fixed("str.contains", 2),
    fixed("str.starts_with", 2),
    fixed("str.ends_with", 2),
    fixed("str.to_upper", 1),
    fixed("str.to_lower", 1),
    fixed("str.trim", 1),
    fixed("str.split", 2),
    fixed("str.replace", 3),
    fixed("str.join", 2),
    fixed("math.pow", 2),
    fixed("math.sqrt", 1),
    fixed("math.abs", 1),
    fixed("math.round", 1),
    fixed("math.floor", 1),
    fixed("math.ceil", 1),
];

/// Namespaces that hosts offer capabilities in.
pub const NAMESPACES: &[&str] = &[
    "akg",
    "array",
    "async",
    "binary",
    "buffer",
    "bytes",
    "codebase",
    "collections",
    "conv",
    "crypto",
    "db",
    "env",
    "fs",
    "graphics",
    "io",
    "json",
    "math",
    "message_bus",
    "net",
    "path",
    "process",
    "regex",
    "result",
    "seq",
    "str",
    "sys",
    "system",
    "task",
    "tcp",
    "text",
    "time",
];

/// The built-in function called `name`.
pub fn function(name: &str) -> Option<&'static Builtin> {
    FUNCTIONS.iter().find(|builtin| builtin.name == name)
}

/// The capability called `name`, if its arguments are counted.
pub fn capability(name: &str) -> Option<&'static Builtin> {
    CAPABILITIES.iter().find(|builtin| builtin.name == name)
}

impl Builtin {
    /// Whether it takes `count` arguments.
    pub fn takes(&self, count: usize) -> bool {
        (self.min..=self.max).contains(&count)
    }

    /// How many arguments it takes, in words.
    pub fn arity(&self) -> String {
        if self.min == self.max { arguments(self.min) } else { format!("{} to {}", self.min, arguments(self.max)) }
    }
}

/// `1 argument`, `2 arguments`.
pub(crate) fn arguments(count: usize) -> String {
    format!("{count} argument{}", if count == 1 { "" } else { "s" })
}
