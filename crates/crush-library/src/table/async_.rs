//! `async`: waiting.

use super::Namespace;
use super::params::int;
use crate::{Declaration, Grant, Type};

pub(super) const NAMESPACE: Namespace = Namespace { name: "async", summary: "Waiting.", capabilities: CAPABILITIES };

const CAPABILITIES: &[Declaration] = &[Declaration::new(
    "async.sleep",
    &[int("milliseconds")],
    Type::Null,
    "Waits so many milliseconds, as `time.sleep`.",
)
.granted(Grant::Time)];
