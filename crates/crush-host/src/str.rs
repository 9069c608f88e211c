//! `str`: strings.

use std::ops::Range;

use crush_arena::{Bulk, RuntimeValue, Text, pieces};
use crush_vm::{Call, CallError};

use crate::arguments::{Arguments, Building, Given, flag, int};
use crate::elsewhere::elsewhere;
use crate::library::Pure;

pub(crate) const RUNS: &[(&str, Pure)] = &[
    ("str.char_at", char_at),
    ("str.concat", concat),
    ("str.contains", |call| Ok(RuntimeValue::Bool(found(call)?.is_some()))),
    ("str.ends_with", |call| compared(call, |text, part| text.ends_with(part))),
    ("str.format", format),
    ("str.index_of", |call| Ok(found(call)?.map_or(RuntimeValue::Int(-1), int))),
    ("str.join", join),
    ("str.len", |call| Ok(int(call.text_of(0)?.len()))),
    ("str.pad_left", |call| pad(call, Side::Left)),
    ("str.pad_right", |call| pad(call, Side::Right)),
    ("str.repeat", repeat),
    ("str.replace", replace),
    ("str.split", split),
    ("str.starts_with", |call| compared(call, |text, part| text.starts_with(part))),
    ("str.substring", substring),
    ("str.to_lower", |call| map_case(call, str::to_lowercase)),
    ("str.to_upper", |call| map_case(call, str::to_uppercase)),
    ("str.trim", |call| trim(call, str::trim)),
    ("str.trim_end", |call| trim(call, str::trim_end)),
    ("str.trim_start", |call| trim(call, str::trim_start)),
];

/// Where the second argument is first found in the first.
fn found(call: &mut Call<'_>) -> Result<Option<usize>, CallError> {
    let (text, part) = (call.text_of(0)?, call.text_of(1)?);
    elsewhere(call, text.len(), move || text.find(&*part))
}

fn compared(call: &mut Call<'_>, holds: fn(&str, &str) -> bool) -> Given {
    let (text, part) = (call.text_of(0)?, call.text_of(1)?);
    Ok(flag(elsewhere(call, part.len(), move || holds(&text, &part))?))
}

/// `str.char_at(text, index)`.
fn char_at(call: &mut Call<'_>) -> Given {
    let text = call.text_of(0)?;
    let Ok(index) = usize::try_from(call.whole(1)?) else { return call.string("") };
    let found = elsewhere(call, text.len().min(index), move || text.chars().nth(index))?;
    call.string(&found.map_or_else(String::new, String::from))
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
    const HOLE: &str = "{}";
    let template = call.text_of(0)?;
    let searched = template.reading();
    let Some(hole) = elsewhere(call, template.len(), move || searched.find(HOLE))? else {
        return call.text_object(template);
    };
    let mut out = Building::default();
    for piece in [&template[..hole], &*call.text_of(1)?, &template[hole + HOLE.len()..]] {
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

/// The end that is made longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

/// `str.pad_left` and `str.pad_right`: padding makes up for the bytes that are missing, a character for each.
fn pad(call: &mut Call<'_>, side: Side) -> Given {
    let (text, length) = (call.text_of(0)?, call.count(1)?);
    let with = call.text_of(2)?.chars().next().unwrap_or(' ');
    let missing = length.saturating_sub(text.len());
    if missing == 0 {
        return call.text_object(text);
    }
    call.room(missing.saturating_mul(with.len_utf8()))?;
    let (padding, mut out) = (with.encode_utf8(&mut [0; 4]).to_owned(), Building::default());
    if side == Side::Right {
        out.push(call, &text)?;
    }
    out.push_times(call, &padding, missing)?;
    if side == Side::Left {
        out.push(call, &text)?;
    }
    out.finish(call)
}

/// `str.repeat(text, count)`.
fn repeat(call: &mut Call<'_>) -> Given {
    let (text, count) = (call.text_of(0)?, call.count(1)?);
    call.room(text.len().saturating_mul(count))?;
    let mut out = Building::default();
    out.push_times(call, &text, count)?;
    out.finish(call)
}

/// Where a part is found in a text, one after the other, many at a time.
struct Occurrences {
    text: Text,
    part: Text,
    /// How far the text has been gone through.
    done: usize,
}

impl Occurrences {
    /// The next ones; none when there are no more.
    fn some(&mut self, call: &Call<'_>) -> Result<Vec<usize>, CallError> {
        const MOST: usize = 1 << 14;
        let (text, part, start) = (self.text.reading(), self.part.reading(), self.done);
        let found = elsewhere(call, text.len() - start, move || -> Vec<usize> {
            text[start..].match_indices(&*part).map(|(at, _)| start + at).take(MOST).collect()
        })?;
        call.charge(found.len())?;
        // There may be more only when there were so many.
        let last = found.last().filter(|_| found.len() == MOST);
        self.done = last.map_or(self.text.len(), |last| last + self.part.len());
        Ok(found)
    }

    fn at_end(&self) -> bool {
        self.done == self.text.len()
    }
}

/// `str.replace(text, part, by)`.
fn replace(call: &mut Call<'_>) -> Given {
    let (text, part, by) = (call.text_of(0)?, call.text_of(1)?, call.text_of(2)?);
    if part.is_empty() {
        return replace_nothing(call, &text, &by);
    }
    let (mut out, mut done) = (Building::default(), 0);
    let mut occurrences = Occurrences { text: text.reading(), part: part.reading(), done: 0 };
    while !occurrences.at_end() {
        for at in occurrences.some(call)? {
            out.push(call, &text[done..at])?;
            out.push(call, &by)?;
            done = at + part.len();
        }
    }
    if done == 0 {
        return call.text_object(text);
    }
    out.push(call, &text[done..])?;
    out.finish(call)
}

/// Nothing is found before every character and at the end.
fn replace_nothing(call: &mut Call<'_>, text: &str, by: &str) -> Given {
    let mut out = Building::default();
    for character in text.chars() {
        out.push(call, by)?;
        out.push(call, character.encode_utf8(&mut [0; 4]))?;
    }
    out.push(call, by)?;
    out.finish(call)
}

/// `str.split(text, separator)`.
fn split(call: &mut Call<'_>) -> Given {
    let (text, separator) = (call.text_of(0)?, call.text_of(1)?);
    if separator.is_empty() {
        let ends = text.char_indices().map(|(at, character)| &text[at..at + character.len_utf8()]);
        return call.strings(ends);
    }
    let (mut values, mut done) = (Bulk::default(), 0);
    let mut occurrences = Occurrences { text: text.reading(), part: separator.reading(), done: 0 };
    while !occurrences.at_end() {
        for at in occurrences.some(call)? {
            call.push_string(&mut values, &text[done..at])?;
            done = at + separator.len();
        }
    }
    call.push_string(&mut values, &text[done..])?;
    call.array(values.take())
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
    let whole = text.reading();
    let Range { start, end } = elsewhere(call, text.len(), move || {
        let part = trimmed(&whole);
        let start = part.as_ptr().addr() - whole.as_ptr().addr();
        start..start + part.len()
    })?;
    if end - start == text.len() { call.text_object(text) } else { call.string(&text[start..end]) }
}

fn map_case(call: &mut Call<'_>, map: fn(&str) -> String) -> Given {
    let text = call.text_of(0)?;
    call.room(text.len())?;
    // How a capital sigma becomes small depends on what surrounds it, so that a text with one is not taken apart.
    let whole = text.reading();
    if elsewhere(call, text.len(), move || whole.contains('Σ'))? {
        let len = text.len();
        let mapped = elsewhere(call, len, move || Text::built(map(&text)))?;
        return call.text_object(mapped);
    }
    let mut out = Building::default();
    for piece in pieces(&text) {
        out.push(call, &map(piece))?;
    }
    out.finish(call)
}
