//! `env`: the machine a program runs on.

use super::Namespace;
use super::params::text;
use crate::{Declaration, Grant, Type};

pub(super) const NAMESPACE: Namespace =
    Namespace { name: "env", summary: "The machine a program runs on.", capabilities: CAPABILITIES };

const CAPABILITIES: &[Declaration] = &[
    Declaration::new("env.all", &[], Type::Map, "Every granted environment variable, by name.").granted(Grant::Env),
    Declaration::new("env.arch", &[], Type::String, "The architecture of the machine, `x86_64` say."),
    Declaration::new(
        "env.get",
        &[text("name")],
        Type::OneOf(&[Type::String, Type::Null]),
        "An environment variable; `null` when it is not set.",
    )
    .granted(Grant::Env),
    Declaration::new(
        "env.home_dir",
        &[],
        Type::OneOf(&[Type::String, Type::Null]),
        "The home directory of the user; `null` when there is none.",
    )
    .granted(Grant::Env),
    Declaration::new("env.os", &[], Type::String, "The operating system, `linux` say."),
];
