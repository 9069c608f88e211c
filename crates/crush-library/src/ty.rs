//! The types of library parameters and results, as far as they can be said before a run.

use std::fmt;

/// The type of a parameter or a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// Any value.
    Any,
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool,
    /// A whole number of 64 bits.
    Int,
    /// A floating-point number.
    Float,
    /// A whole number or a floating-point number.
    Number,
    /// A string.
    String,
    /// An array.
    Array,
    /// A map.
    Map,
    /// A function.
    Function,
    /// One of several.
    OneOf(&'static [Self]),
}

impl Type {
    /// Whether a value that surely has the type `given` is one of these.
    pub fn accepts(&self, given: Self) -> bool {
        match (self, given) {
            (Self::Any, _) | (_, Self::Any) => true,
            (_, Self::OneOf(some)) => some.iter().any(|&one| self.accepts(one)),
            (Self::OneOf(some), _) => some.iter().any(|one| one.accepts(given)),
            (Self::Number, Self::Int | Self::Float) | (Self::Int | Self::Float, Self::Number) => true,
            _ => *self == given,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::OneOf(some) => {
                for (index, one) in some.iter().enumerate() {
                    let between = if index == 0 { "" } else { " | " };
                    write!(f, "{between}{one}")?;
                }
                return Ok(());
            }
            Self::Any => "Any",
            Self::Null => "Null",
            Self::Bool => "Bool",
            Self::Int => "Int",
            Self::Float => "Float",
            Self::Number => "Number",
            Self::String => "String",
            Self::Array => "Array",
            Self::Map => "Map",
            Self::Function => "Function",
        };
        f.write_str(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_right_is_accepted() {
        const TEXT_OR_NULL: Type = Type::OneOf(&[Type::String, Type::Null]);
        assert!(Type::Number.accepts(Type::Int));
        assert!(Type::String.accepts(TEXT_OR_NULL) && TEXT_OR_NULL.accepts(Type::String));
        assert!(!Type::Array.accepts(TEXT_OR_NULL) && !Type::Int.accepts(Type::Float));
        assert_eq!(TEXT_OR_NULL.to_string(), "String | Null");
    }
}
