//! `str`: strings.

use crush_arena::{RuntimeValue, Text};
use crush_vm::{Call, CallError};

use crate::arguments::{Arguments, Building, Given, flag, int};
use crate::library::Pure;

pub(crate) const RUNS: &[(&str, Pure)] = &[
    ("str.char_at", char_at),
    ("str.concat", concat),
    ("str.contains", |call| Ok(RuntimeValue::Bool(call.text_of(0)?.contains(&*call.text_of(1)?)))),
    ("str.ends_with", |call| Ok(flag(call.text_of(0)?.ends_with(&*call.text_of(1)?)))),
    ("str.format", format),
    ("str.index_of", |call| Ok(call.text_of(0)?.find(&*call.text_of(1)?).map_or(RuntimeValue::Int(-1), int))),
    ("str.join", join),
    ("str.len", |call| Ok(int(call.text_of(0)?.len()))),
    ("str.pad_left", |call| pad(call, |text, padding| [padding, text])),
    ("str.pad_right", |call| pad(call, |text, padding| [text, padding])),
    ("str.repeat", repeat),
    ("str.replace", replace),
    ("str.split", split),
    ("str.starts_with", |call| Ok(flag(call.text_of(0)?.starts_with(&*call.text_of(1)?)))),
    ("str.substring", substring),
    ("str.to_lower", |call| map_case(call, str::to_lowercase)),
    ("str.to_upper", |call| map_case(call, str::to_uppercase)),
    ("str.trim", |call| trim(call, str::trim)),
    ("str.trim_end", |call| trim(call, str::trim_end)),
    ("str.trim_start", |call| trim(call, str::trim_start)),
];

/// `str.char_at(text, index)`.
fn char_at(call: &mut Call<'_>) -> Given {
    let text = call.text_of(0)?;
    let found = usize::try_from(call.whole(1)?).ok().and_then(|index| text.char_indices().nth(index));
    let character = found.map_or("", |(at, character)| &text[at..at + character.len_utf8()]);
    call.string(character)
}

/// `str.concat(values…)`.
fn concat(call: &mut Call<'_>) -> Given {
    let mut out = Building::default();
    for &value in call.arguments() {
        out.push(call, &call.show(value)?)?;
    }
    out.finish(call)
}

/// `str.format(template, value)`.
fn format(call: &mut Call<'_>) -> Given {
    let template = call.text_of(0)?;
    let Some((before, after)) = template.split_once("{}") else {
        return call.shared(template);
    };
    let mut out = Building::default();
    for piece in [before, &*call.text_of(1)?, after] {
        out.push(call, piece)?;
    }
    out.finish(call)
}

/// `str.join(values, separator)`.
fn join(call: &mut Call<'_>) -> Given {
    let separator = call.text_of(1)?;
    let mut out = Building::default();
    for (index, &value) in call.elements(0)?.iter().enumerate() {
        if index > 0 {
            out.push(call, &separator)?;
        }
        match call.string_in(value)? {
            Some(text) => out.push(call, text)?,
            None => out.push(call, &call.display(value)?)?,
        }
    }
    out.finish(call)
}

/// `str.pad_left` and `str.pad_right`: padding makes up for the bytes that are missing, a character for each.
fn pad(call: &mut Call<'_>, arrange: for<'t> fn(&'t str, &'t str) -> [&'t str; 2]) -> Given {
    let (text, length) = (call.text_of(0)?, call.count(1)?);
    let with = call.text_of(2)?.chars().next().unwrap_or(' ');
    let missing = length.saturating_sub(text.len());
    if missing == 0 {
        return call.shared(text);
    }
    call.room(missing.saturating_mul(with.len_utf8()))?;
    call.charge_text(missing)?;
    let padding: String = std::iter::repeat_n(with, missing).collect();
    let mut out = Building::default();
    for piece in arrange(&text, &padding) {
        out.push(call, piece)?;
    }
    out.finish(call)
}

/// `str.repeat(text, count)`.
fn repeat(call: &mut Call<'_>) -> Given {
    let (text, count) = (call.text_of(0)?, call.count(1)?);
    let bytes = text.len().saturating_mul(count);
    call.room(bytes)?;
    call.charge_text(bytes)?;
    call.shared(text.repeat(count).into())
}

/// `str.replace(text, part, by)`.
fn replace(call: &mut Call<'_>) -> Given {
    let (text, part, by) = (call.text_of(0)?, call.text_of(1)?, call.text_of(2)?);
    let (mut out, mut done) = (Building::default(), 0);
    for (at, found) in text.match_indices(&*part) {
        out.push(call, &text[done..at])?;
        out.push(call, &by)?;
        done = at + found.len();
        call.charge(1)?;
    }
    if done == 0 && out.text().is_empty() && !(by.is_empty() && text.is_empty()) {
        return call.shared(text);
    }
    out.push(call, &text[done..])?;
    out.finish(call)
}

/// `str.split(text, separator)`.
fn split(call: &mut Call<'_>) -> Given {
    let (text, separator) = (call.text_of(0)?, call.text_of(1)?);
    if separator.is_empty() {
        let ends = text.char_indices().map(|(at, character)| &text[at..at + character.len_utf8()]);
        return call.strings(ends);
    }
    call.strings(text.split(&*separator))
}

/// `str.substring(text, start, end)`: in bytes, as `str.len` and `str.index_of` count.
fn substring(call: &mut Call<'_>) -> Given {
    let text = call.text_of(0)?;
    // What is negative lies, like all that is too large, beyond the end.
    let place = |index| Ok::<_, CallError>(usize::try_from(call.whole(index)?).unwrap_or(usize::MAX));
    let end = place(2)?.min(text.len());
    let start = place(1)?.min(end);
    match text.get(start..end) {
        Some(part) => call.string(part),
        None => {
            let at = if text.is_char_boundary(start) { end } else { start };
            Err(format!("byte {at} lies inside a character").into())
        }
    }
}

fn trim(call: &mut Call<'_>, trimmed: fn(&str) -> &str) -> Given {
    let text = call.text_of(0)?;
    same_or_part(call, &text, trimmed(&text))
}

/// A string of a part of a text, sharing the text where that is all of it.
fn same_or_part(call: &mut Call<'_>, text: &Text, part: &str) -> Given {
    if part.len() == text.len() { call.shared(text.clone()) } else { call.string(part) }
}

/// How much of a text is converted between two looks at whether to stop.
const PIECE: usize = 1 << 16;

fn map_case(call: &mut Call<'_>, map: fn(&str) -> String) -> Given {
    let text = call.text_of(0)?;
    // How a capital sigma becomes small depends on what surrounds it, so that a text with one is not taken apart.
    if text.len() <= PIECE || text.contains('Σ') {
        call.room(text.len())?;
        return call.string(&map(&text));
    }
    let (mut out, mut rest) = (Building::default(), &*text);
    while !rest.is_empty() {
        let end = (PIECE.min(rest.len())..=rest.len()).find(|&at| rest.is_char_boundary(at)).unwrap_or(rest.len());
        let (piece, after) = rest.split_at(end);
        out.push(call, &map(piece))?;
        rest = after;
    }
    out.finish(call)
}
