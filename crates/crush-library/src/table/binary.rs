//! `binary`: whole numbers of fixed width in bytes and buffers.

use super::Namespace;
use super::params::{deep, int};
use crate::{Declaration, Effect, Parameter, Type};

pub(super) const NAMESPACE: Namespace = Namespace {
    name: "binary",
    summary: "Whole numbers of fixed width, in bytes and buffers.",
    capabilities: CAPABILITIES,
};

const READ: &[Parameter] = &[deep("bytes"), int("offset")];
const WRITE: &[Parameter] = &[Parameter::new("buffer", Type::Any).with(Effect::Write), int("offset"), int("value")];

const fn read(name: &'static str, summary: &'static str) -> Declaration {
    Declaration::new(name, READ, Type::Int, summary)
}

const fn write(name: &'static str, summary: &'static str) -> Declaration {
    Declaration::new(name, WRITE, Type::Null, summary)
}

const CAPABILITIES: &[Declaration] = &[
    read("binary.read_u16_be", "The number in 2 bytes at an offset, highest byte first."),
    read("binary.read_u16_le", "The number in 2 bytes at an offset, lowest byte first."),
    read("binary.read_u32_be", "The number in 4 bytes at an offset, highest byte first."),
    read("binary.read_u32_le", "The number in 4 bytes at an offset, lowest byte first."),
    read("binary.read_u64_be", "The number in 8 bytes at an offset, highest byte first; it may come out negative."),
    read("binary.read_u64_le", "The number in 8 bytes at an offset, lowest byte first; it may come out negative."),
    write("binary.write_u16_be", "Writes a number of 16 bits at an offset of a buffer, highest byte first."),
    write("binary.write_u16_le", "Writes a number of 16 bits at an offset of a buffer, lowest byte first."),
    write("binary.write_u32_be", "Writes a number of 32 bits at an offset of a buffer, highest byte first."),
    write("binary.write_u32_le", "Writes a number of 32 bits at an offset of a buffer, lowest byte first."),
    write("binary.write_u64_be", "Writes a number of 64 bits at an offset of a buffer, highest byte first."),
    write("binary.write_u64_le", "Writes a number of 64 bits at an offset of a buffer, lowest byte first."),
];
