//! `sys`: the program itself.

use super::Namespace;
use super::params::int;
use crate::{Declaration, Type};

pub(super) const NAMESPACE: Namespace =
    Namespace { name: "sys", summary: "The program itself.", capabilities: CAPABILITIES };

const CAPABILITIES: &[Declaration] = &[
    Declaration::new("sys.args", &[], Type::Array, "The arguments that the program was started with.").impure(),
    Declaration::new("sys.exit", &[int("status")], Type::Null, "Ends the program with an exit status of 0 to 255.")
        .impure(),
];
