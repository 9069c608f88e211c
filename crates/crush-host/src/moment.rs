//! `time.format` and `time.parse`: the texts of moments. The clock is not asked. `env.os` and `env.arch`: neither is the
//! environment.

use chrono::format::{Item, StrftimeItems};
use chrono::{DateTime, NaiveDateTime};
use crush_arena::{RuntimeValue, Text};
use crush_vm::{Call, CallError};

use crate::arguments::{Arguments, Given};
use crate::library::Pure;

pub(crate) const RUNS: &[(&str, Pure)] = &[
    ("env.arch", |call| call.string(std::env::consts::ARCH)),
    ("env.os", |call| call.string(std::env::consts::OS)),
    ("time.format", format),
    ("time.parse", parse),
];

/// A format, or a moment in text: none is long.
fn short(call: &Call<'_>, index: usize) -> Result<Text, CallError> {
    const LONGEST: usize = 1 << 12;
    let text = call.text_of(index)?;
    if text.len() <= LONGEST {
        return Ok(text);
    }
    Err(format!("argument {} must have at most {LONGEST} bytes, not {}", index + 1, text.len()).into())
}

/// `time.format(milliseconds, format)`.
fn format(call: &mut Call<'_>) -> Given {
    let (moment, format) = (call.whole(0)?, short(call, 1)?);
    let items: Vec<_> = StrftimeItems::new(&format).collect();
    if items.contains(&Item::Error) {
        return Err(format!("`{format}` is no format").into());
    }
    match DateTime::from_timestamp_millis(moment) {
        Some(moment) => call.string(&moment.format_with_items(items.into_iter()).to_string()),
        None => Err(format!("{moment} milliseconds lie outside the calendar").into()),
    }
}

/// `time.parse(text, format)`.
fn parse(call: &mut Call<'_>) -> Given {
    let (text, format) = (short(call, 0)?, short(call, 1)?);
    match NaiveDateTime::parse_from_str(&text, &format) {
        Ok(moment) => Ok(RuntimeValue::Int(moment.and_utc().timestamp_millis())),
        Err(error) => Err(format!("`{text}` is not written as `{format}`: {error}").into()),
    }
}
