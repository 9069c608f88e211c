//! `regex`: regular expressions.

use std::cell::RefCell;
use std::collections::HashMap;

use crush_arena::{RuntimeValue, Text};
use crush_vm::{Call, CallError};
use regex::Regex;

use crate::arguments::{Arguments, Building, Given, flag};
use crate::library::Pure;

pub(crate) const RUNS: &[(&str, Pure)] = &[
    ("regex.find_all", find_all),
    ("regex.match", first_match),
    ("regex.replace", replace),
    ("regex.split", split),
    ("regex.test", |call| {
        let (pattern, text) = (pattern(call)?, call.text_of(1)?);
        Ok(flag(pattern.is_match(&text)))
    }),
];

/// How many compiled patterns are kept.
const KEPT: usize = 16;

thread_local! {
    /// The patterns that were used last: a pattern in a loop is compiled once. What a pattern compiles to depends on it
    /// alone, so that it makes no difference to a program which run compiled it.
    static COMPILED: RefCell<HashMap<Text, Regex>> = RefCell::default();
}

/// The pattern that the first argument is. How large it may become when compiled is bounded by the library.
fn pattern(call: &Call<'_>) -> Result<Regex, CallError> {
    let text = call.text_of(0)?;
    if let Some(known) = COMPILED.with_borrow(|compiled| compiled.get(&text).cloned()) {
        return Ok(known);
    }
    let pattern = Regex::new(&text).map_err(|error| CallError::Failed(format!("`{text}` is no pattern: {error}")))?;
    COMPILED.with_borrow_mut(|compiled| {
        if compiled.len() >= KEPT {
            compiled.clear();
        }
        compiled.insert(text, pattern.clone());
    });
    Ok(pattern)
}

/// `regex.find_all(pattern, text)`.
fn find_all(call: &mut Call<'_>) -> Given {
    let (pattern, text) = (pattern(call)?, call.text_of(1)?);
    call.strings(pattern.find_iter(&text).map(|found| found.as_str()))
}

/// `regex.match(pattern, text)`.
fn first_match(call: &mut Call<'_>) -> Given {
    let (pattern, text) = (pattern(call)?, call.text_of(1)?);
    let mut groups = Vec::new();
    if let Some(found) = pattern.captures(&text) {
        for group in found.iter() {
            groups.push(match group {
                Some(group) => call.string(group.as_str())?,
                None => RuntimeValue::Null,
            });
        }
    }
    call.array(groups)
}

/// `regex.replace(pattern, text, by)`.
fn replace(call: &mut Call<'_>) -> Given {
    let (pattern, text, by) = (pattern(call)?, call.text_of(1)?, call.text_of(2)?);
    let (mut out, mut piece, mut done) = (Building::default(), String::new(), 0);
    for found in pattern.captures_iter(&text) {
        let whole = found.get_match();
        out.push(call, &text[done..whole.start()])?;
        piece.clear();
        found.expand(&by, &mut piece);
        out.push(call, &piece)?;
        call.charge(1)?;
        done = whole.end();
    }
    out.push(call, &text[done..])?;
    out.finish(call)
}

/// `regex.split(pattern, text)`.
fn split(call: &mut Call<'_>) -> Given {
    let (pattern, text) = (pattern(call)?, call.text_of(1)?);
    call.strings(pattern.split(&text))
}
