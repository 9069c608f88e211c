//! `sys`: the program itself.

use super::Namespace;
use crate::{Declaration, Type};

pub(super) const NAMESPACE: Namespace =
    Namespace { name: "sys", summary: "The program itself.", capabilities: CAPABILITIES };

const CAPABILITIES: &[Declaration] =
    &[Declaration::new("sys.args", &[], Type::Array, "The arguments that the program was started with.").impure()];
