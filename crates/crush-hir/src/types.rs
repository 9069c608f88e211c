//! The types that are known before a program runs.
//!
//! They follow the reference, so that what it rejects for its types is rejected here (L1): a variable has the type of what
//! its last `let` gave it, an assignment does not change it, a parameter has the type that is written behind it, and what
//! nothing tells is [`Type::Any`], which goes with everything.

mod infer;
mod named;
mod order;
mod program;

use std::fmt;
use std::sync::Arc;

use crate::body::Name;

pub(crate) use infer::unknown;
pub use infer::{Elsewhere, Inferred, Results, infer};
pub use named::{NAMES, named};
pub use order::{Component, components};
pub use program::{callees, check, infer_component, name_in};

/// The type of a value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// Anything: nothing is known.
    Any,
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool,
    /// A whole number.
    Int,
    /// A floating-point number.
    Float,
    /// A string.
    String,
    /// An array with elements of a type.
    Array(Arc<Type>),
    /// A map.
    Map,
    /// An instance of a struct, by `new` or by a type written in the program.
    Instance(Name),
    /// What a struct literal makes: the instance, which also goes where a map does.
    Literal(Name),
    /// A function value, and its parameters and result if they are known.
    Function(Option<Arc<Signature>>),
    /// A value of a type, or `null`.
    Optional(Arc<Type>),
}

/// What a function value takes and gives.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Signature {
    /// The types of its parameters.
    pub params: Vec<Type>,
    /// The type of its result.
    pub result: Type,
}

impl Type {
    /// An array with elements of this type.
    pub fn array(element: Self) -> Self {
        Self::Array(Arc::new(element))
    }

    /// Whether it is a number.
    pub fn is_number(&self) -> bool {
        matches!(self, Self::Int | Self::Float)
    }

    /// Whether values of this type and of `other` may be compared.
    pub fn compares_with(&self, other: &Self) -> bool {
        *self == Self::Any || *other == Self::Any || self.is_number() && other.is_number() || self.is_alike(other)
    }

    /// Whether a value of the type `given` goes where this type is wanted.
    pub fn takes(&self, given: &Self) -> bool {
        match (self, given) {
            (Self::Any, _) | (_, Self::Any) | (Self::Float, Self::Int) | (Self::Function(None), Self::Function(_)) => {
                true
            }
            (Self::Array(element), Self::Array(_)) if **element == Self::Any => true,
            _ => self.is_alike(given),
        }
    }

    /// The same type; what a struct literal makes is an instance as well as a map.
    fn is_alike(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Literal(_), Self::Map | Self::Literal(_)) | (Self::Map, Self::Literal(_)) => true,
            (Self::Literal(left), Self::Instance(right)) | (Self::Instance(left), Self::Literal(right)) => {
                left == right
            }
            _ => self == other,
        }
    }

    /// The type of what is one of both; `None` when they have nothing in common.
    pub fn merged(&self, other: &Self) -> Option<Self> {
        if self == other {
            return Some(self.clone());
        }
        let optional = |inner: &Self| Self::Optional(Arc::new(inner.clone()));
        match (self, other) {
            (Self::Int, Self::Float) | (Self::Float, Self::Int) => Some(Self::Float),
            (Self::Optional(inner), Self::Null) | (Self::Null, Self::Optional(inner)) => {
                Some(Self::Optional(Arc::clone(inner)))
            }
            (Self::Optional(inner), other) | (other, Self::Optional(inner)) => {
                inner.merged(other).map(|merged| optional(&merged))
            }
            (Self::Null, other) | (other, Self::Null) => Some(optional(other)),
            (Self::Any, other) | (other, Self::Any) => Some(other.clone()),
            (Self::Literal(_), Self::Map | Self::Literal(_)) | (Self::Map, Self::Literal(_)) => Some(Self::Map),
            (Self::Literal(left), Self::Instance(right)) | (Self::Instance(left), Self::Literal(right))
                if left == right =>
            {
                Some(Self::Instance(left.clone()))
            }
            _ => None,
        }
    }

    /// The type with its article, as a sentence needs it: `an Int`, `a String`, `null`.
    pub fn with_article(&self) -> String {
        match self {
            Self::Null | Self::Any => self.to_string(),
            Self::Optional(inner) => format!("{} or null", inner.with_article()),
            Self::Int | Self::Array(_) => format!("an {self}"),
            Self::Instance(name) | Self::Literal(name) if name.starts_with(['A', 'E', 'I', 'O', 'U']) => {
                format!("an {self}")
            }
            _ => format!("a {self}"),
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Any => "any value",
            Self::Null => "null",
            Self::Bool => "Bool",
            Self::Int => "Int",
            Self::Float => "Float",
            Self::String => "String",
            Self::Array(element) if matches!(**element, Self::Any | Self::Null) => "Array",
            Self::Array(element) => return write!(f, "Array of {element}"),
            Self::Map => "Map",
            Self::Instance(name) | Self::Literal(name) => name,
            Self::Function(_) => "Function",
            Self::Optional(inner) => return write!(f, "{inner} or null"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Type::{Any, Float, Int, Literal, Map, Null, String};
    use super::*;

    #[test]
    fn what_both_have_in_common() {
        let optional = |inner| Type::Optional(Arc::new(inner));
        assert_eq!(Int.merged(&Float), Some(Float));
        assert_eq!(Int.merged(&String), None);
        assert_eq!(Any.merged(&Int), Some(Int));
        assert_eq!(Int.merged(&Null), Some(optional(Int)));
        assert_eq!(optional(Int).merged(&Float), Some(optional(Float)));
        assert_eq!(optional(Int).merged(&String), None);
        assert_eq!(Type::array(Int).merged(&Type::array(Any)), None);
    }

    #[test]
    fn a_struct_literal_is_an_instance_and_a_map() {
        let point = || Literal(Name::new_static("Point"));
        let instance = |name| Type::Instance(Name::new_static(name));
        assert!(instance("Point").takes(&point()) && !instance("Circle").takes(&point()));
        assert!(point().compares_with(&Map) && Map.takes(&point()));
        assert_eq!(point().merged(&instance("Point")), Some(instance("Point")));
    }

    #[test]
    fn types_in_sentences() {
        assert_eq!(Int.with_article(), "an Int");
        assert_eq!(Type::array(Type::array(Int)).with_article(), "an Array of Array of Int");
        assert_eq!(Type::Optional(Arc::new(Map)).with_article(), "a Map or null");
        assert_eq!(Null.with_article(), "null");
    }
}
