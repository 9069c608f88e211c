//! `crypto`: digests and random bytes.

use super::Namespace;
use super::params::{int, text};
use crate::{Declaration, Grant, Type};

pub(super) const NAMESPACE: Namespace =
    Namespace { name: "crypto", summary: "Digests and random bytes.", capabilities: CAPABILITIES };

const CAPABILITIES: &[Declaration] = &[
    Declaration::new("crypto.random", &[int("count")], Type::String, "So many random bytes (at most 4096), as base64.")
        .granted(Grant::Crypto),
    Declaration::new("crypto.sha256", &[text("data")], Type::String, "The SHA-256 digest of a text, in hexadecimal.")
        .granted(Grant::Crypto),
];
