//! `json`: JSON text.

mod read;
mod write;

use crush_arena::RuntimeValue;
use crush_vm::{Call, CallError};

use crate::arguments::{Arguments, Given};
use crate::library::Pure;

pub(crate) use read::value;

pub(crate) const RUNS: &[(&str, Pure)] = &[
    ("json.parse", parse),
    ("json.stringify", |call| stringify(call, write::Layout::Line)),
    ("json.stringify_pretty", |call| stringify(call, write::Layout::Indented)),
];

/// `json.parse(text)`.
fn parse(call: &mut Call<'_>) -> Given {
    let text = call.text_of(0)?;
    read::value(call, &text)
}

/// The JSON text of a value, on one line.
pub(crate) fn text(call: &Call<'_>, value: RuntimeValue) -> Result<String, CallError> {
    Ok(write::text(call, value, write::Layout::Line)?.into_text())
}

fn stringify(call: &mut Call<'_>, layout: write::Layout) -> Given {
    let value = call.given(0)?;
    write::text(call, value, layout)?.finish(call)
}
