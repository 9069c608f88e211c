//! The parameters that most capabilities have.

use crate::{Effect, Parameter, Type};

/// A value taken as the text that `print` shows of it: a string as it is.
pub(super) const fn text(name: &'static str) -> Parameter {
    Parameter::new(name, Type::Any).with(Effect::ReadDeep)
}

/// A whole number: a float loses its fraction, `true` is 1, and a string is read as one.
pub(super) const fn int(name: &'static str) -> Parameter {
    Parameter::new(name, Type::OneOf(&[Type::Number, Type::Bool, Type::String]))
}

/// A number, or a string that is read as one.
pub(super) const fn number(name: &'static str) -> Parameter {
    Parameter::new(name, Type::OneOf(&[Type::Number, Type::String]))
}

/// An array whose elements are not looked into.
pub(super) const fn array(name: &'static str) -> Parameter {
    Parameter::new(name, Type::Array)
}

/// An array whose elements are read as well.
pub(super) const fn elements(name: &'static str) -> Parameter {
    array(name).with(Effect::ReadDeep)
}

/// A map, or a struct instance, whose values are not looked into.
pub(super) const fn map(name: &'static str) -> Parameter {
    Parameter::new(name, Type::Map)
}

/// Any value, not looked into.
pub(super) const fn any(name: &'static str) -> Parameter {
    Parameter::new(name, Type::Any)
}

/// Any value, read with all that it reaches.
pub(super) const fn deep(name: &'static str) -> Parameter {
    any(name).with(Effect::ReadDeep)
}
