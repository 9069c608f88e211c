//! `array`: changing arrays in place. `seq`: what arrays and strings have in common.

use crush_arena::{ArrayMut, Object, ObjectMut, RuntimeValue, Text};
use crush_vm::{Call, CallError};

use crate::arguments::{Arguments, Given};
use crate::elsewhere::elsewhere;
use crate::library::Pure;

use RuntimeValue::{Int, Null};

pub(crate) const RUNS: &[(&str, Pure)] = &[("array.pop", pop), ("array.push", push), ("seq.slice", slice)];

/// `array.push(array, value)`.
fn push(call: &mut Call<'_>) -> Given {
    let (array, value) = (call.given(0)?, call.given(1)?);
    changed(call)?.push(value)?;
    Ok(array)
}

/// `array.pop(array)`.
fn pop(call: &mut Call<'_>) -> Given {
    Ok(changed(call)?.pop().unwrap_or(Null))
}

/// The array that the first argument is, to be changed.
fn changed<'c>(call: &'c mut Call<'_>) -> Result<ArrayMut<'c>, CallError> {
    let value = call.given(0)?;
    let wrong = call.wrong_type(0, "an array");
    if !matches!(call.object(value)?, Some(Object::Array(_))) {
        return Err(wrong);
    }
    match call.arena().write_value(value)? {
        ObjectMut::Array(array) => Ok(array),
        _ => Err(wrong),
    }
}

/// `seq.slice(of, start, end, step)`.
fn slice(call: &mut Call<'_>) -> Given {
    let bound = |index| match call.given(index)? {
        Int(value) => Ok(Some(value)),
        Null => Ok(None),
        _ => Err(call.wrong_type(index, "a whole number or null")),
    };
    let (start, end, step) = (bound(1)?, bound(2)?, bound(3)?.unwrap_or(1));
    if step == 0 {
        return Err("the step must not be 0".into());
    }
    match call.object(call.given(0)?)? {
        Some(Object::Array(values)) => {
            let places = places(values.len(), start, end, step);
            call.charge(places.len())?;
            call.room(places.len() * size_of::<RuntimeValue>())?;
            let part = call.gather(places.map(|place| Ok(values[place])))?;
            call.array(part.take())
        }
        Some(Object::Str(text)) => {
            call.charge_text(text.len())?;
            call.room(text.len().saturating_mul(size_of::<char>()))?;
            let text = text.reading();
            let part = elsewhere(call, text.len(), move || -> Text {
                let characters: Vec<char> = text.chars().collect();
                let places = places(characters.len(), start, end, step);
                Text::built(places.map(|place| characters[place]).collect())
            })?;
            call.text_object(part)
        }
        _ => Err(call.wrong_type(0, "an array or a string")),
    }
}

/// The places that a slice takes, of `len`: ends that are too far are as far as there is something.
fn places(len: usize, start: Option<i64>, end: Option<i64>, step: i64) -> impl ExactSizeIterator<Item = usize> {
    let len = len as i64;
    let within = |end: i64, low: i64, high: i64| (if end < 0 { end.saturating_add(len) } else { end }).clamp(low, high);
    let (first, count) = if step > 0 {
        let start = start.map_or(0, |start| within(start, 0, len));
        let end = end.map_or(len, |end| within(end, 0, len));
        (start, if end > start { (end - start - 1) / step + 1 } else { 0 })
    } else {
        let start = start.map_or(len - 1, |start| within(start, -1, len - 1));
        let end = end.map_or(-1, |end| within(end, -1, len - 1));
        (start, if start > end { (start - end - 1) / step.saturating_neg() + 1 } else { 0 })
    };
    (0..count as usize).map(move |index| (first + index as i64 * step) as usize)
}
