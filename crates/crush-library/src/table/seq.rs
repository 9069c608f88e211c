//! `seq`: what arrays and strings have in common.

use super::Namespace;
use super::params::any;
use crate::{Declaration, Parameter, Source, Type};

pub(super) const NAMESPACE: Namespace =
    Namespace { name: "seq", summary: "What arrays and strings have in common.", capabilities: CAPABILITIES };

const ENDS: Type = Type::OneOf(&[Type::Int, Type::Null]);

const CAPABILITIES: &[Declaration] = &[Declaration::new(
    "seq.slice",
    &[any("of"), Parameter::new("start", ENDS), Parameter::new("end", ENDS), Parameter::new("step", ENDS)],
    Type::OneOf(&[Type::Array, Type::String]),
    "`of[start:end:step]`: negative ends count from the back, and null stands for one that is left out.",
)
.gives(Source::Parts)];
