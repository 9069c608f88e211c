//! `time`: moments and their texts.

use super::Namespace;
use super::params::{int, text};
use crate::{Declaration, Grant, Parameter, Type};

pub(super) const NAMESPACE: Namespace = Namespace {
    name: "time",
    summary: "Moments, in milliseconds since 1970 in UTC, and their texts.",
    capabilities: CAPABILITIES,
};

const fn clock(name: &'static str, params: &'static [Parameter], result: Type, summary: &'static str) -> Declaration {
    Declaration::new(name, params, result, summary).granted(Grant::Time)
}

const CAPABILITIES: &[Declaration] = &[
    clock("time.elapsed", &[int("start")], Type::Int, "The milliseconds since a moment that `time.now_ms` gave."),
    Declaration::new(
        "time.format",
        &[int("milliseconds"), text("format")],
        Type::String,
        "A moment as text, by a format such as `%Y-%m-%d %H:%M:%S`.",
    ),
    clock("time.now", &[], Type::Int, "The seconds since 1970."),
    clock("time.now_iso", &[], Type::String, "Date and time, as `2026-01-31T12:00:00.5+00:00`."),
    clock("time.now_ms", &[], Type::Int, "The milliseconds since 1970."),
    Declaration::new(
        "time.parse",
        &[text("text"), text("format")],
        Type::Int,
        "The moment of a date and time that is written in a format.",
    ),
    clock("time.sleep", &[int("milliseconds")], Type::Null, "Waits so many milliseconds."),
];
