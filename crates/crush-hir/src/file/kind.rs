//! `@kind(…)`: what is written in front of a struct.

use crate::body::Name;
use crate::source_map::BodyRange;

/// A `@kind(…)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KindDef {
    /// All of it.
    pub range: BodyRange,
    /// Its arguments, in order.
    pub arguments: Vec<KindArgument>,
}

/// `key: value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KindArgument {
    /// The key.
    pub key: Name,
    /// Where the key stands.
    pub key_range: BodyRange,
    /// The value.
    pub value: KindValue,
    /// Where the value stands.
    pub value_range: BodyRange,
}

/// A value of an argument.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum KindValue {
    /// `sealed`.
    Name(Name),
    /// `value(copy)`.
    Apply(Name, Vec<KindValue>),
    /// `[A, B]`.
    List(Vec<KindValue>),
    /// What no argument takes: a string, a number, a block; as it is written.
    Other(Name),
}

impl KindValue {
    /// The name, if it is nothing but a name.
    pub fn name(&self) -> Option<&Name> {
        match self {
            Self::Name(name) => Some(name),
            _ => None,
        }
    }

    /// Whether something in it is a value that no argument takes.
    pub fn is_foreign(&self) -> bool {
        match self {
            Self::Name(_) => false,
            Self::Apply(_, parts) | Self::List(parts) => parts.iter().any(Self::is_foreign),
            Self::Other(_) => true,
        }
    }
}

impl std::fmt::Display for KindValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let join = |parts: &[Self]| parts.iter().map(Self::to_string).collect::<Vec<_>>().join(", ");
        match self {
            Self::Name(name) | Self::Other(name) => f.write_str(name),
            Self::Apply(name, parts) => write!(f, "{name}({})", join(parts)),
            Self::List(parts) => write!(f, "[{}]", join(parts)),
        }
    }
}
