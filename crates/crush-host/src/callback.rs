//! `array` with functions: they are called back while the array is borrowed, so that one that writes to it faults (H3).

use std::cmp::Ordering;

use crush_arena::RuntimeValue;
use crush_vm::{Call, CallError};

use crate::arguments::{Arguments, Given};
use crate::library::Pure;
use crate::records::order;
use crate::sort::sorted_by;

use RuntimeValue::{Bool, Null};

pub(crate) const RUNS: &[(&str, Pure)] = &[
    ("array.each", each),
    ("array.filter", filter),
    ("array.map", map),
    ("array.reduce", reduce),
    ("array.sort", sort),
    ("array.sort_by", sort_by),
];

/// `array.each(array, f)`.
fn each(call: &mut Call<'_>) -> Given {
    let (values, function) = (call.copied(0)?, call.given(1)?);
    for value in values {
        call.invoke(function, &[value])?;
        call.keep_only(&[]);
    }
    Ok(Null)
}

/// `array.filter(array, f)`.
fn filter(call: &mut Call<'_>) -> Given {
    let (values, function) = (call.copied(0)?, call.given(1)?);
    let mut chosen = Vec::with_capacity(values.len());
    for value in values {
        match call.invoke(function, &[value])? {
            Bool(true) => chosen.push(value),
            Bool(false) => {}
            other => return Err(format!("the function must give `true` or `false`, not {}", call.show(other)?).into()),
        }
    }
    call.array(chosen)
}

/// `array.map(array, f)`. What the function gave is kept until the end.
fn map(call: &mut Call<'_>) -> Given {
    let (mut values, function) = (call.copied(0)?, call.given(1)?);
    for value in &mut values {
        *value = call.invoke(function, &[*value])?;
    }
    call.array(values)
}

/// `array.reduce(array, f, start)`.
fn reduce(call: &mut Call<'_>) -> Given {
    let (values, function, mut made) = (call.copied(0)?, call.given(1)?, call.given(2)?);
    for value in values {
        made = call.invoke(function, &[made, value])?;
        call.keep_only(&[made]);
    }
    Ok(made)
}

/// `array.sort(array)`.
fn sort(call: &mut Call<'_>) -> Given {
    let values = call.copied(0)?;
    let sorted = sorted(call, values.into_iter().map(|value| (value, value)).collect())?;
    call.array(sorted)
}

/// `array.sort_by(array, f)`: the function is called once for each element.
fn sort_by(call: &mut Call<'_>) -> Given {
    let (values, function) = (call.copied(0)?, call.given(1)?);
    let mut keyed = Vec::with_capacity(values.len());
    for value in values {
        keyed.push((call.invoke(function, &[value])?, value));
    }
    let sorted = sorted(call, keyed)?;
    call.array(sorted)
}

/// The values in the order of their keys, which must all be numbers or all strings.
fn sorted(call: &Call<'_>, keyed: Vec<(RuntimeValue, RuntimeValue)>) -> Result<Vec<RuntimeValue>, CallError> {
    call.room(keyed.len().saturating_mul(4 * size_of::<RuntimeValue>()))?;
    let kind = |key| match key {
        RuntimeValue::Int(_) | RuntimeValue::Float(_) => Ok(Some(false)),
        _ => Ok::<_, CallError>(call.string_in(key)?.map(|_| true)),
    };
    let mut first = None;
    for &(key, _) in &keyed {
        match (kind(key)?, first) {
            (None, _) => return Err(format!("numbers and strings have an order, {} has none", call.show(key)?).into()),
            (kind, None) => first = Some(kind),
            (kind, Some(first)) if kind != first => {
                return Err("numbers and strings have no order among each other".into());
            }
            _ => {}
        }
    }
    let sorted = sorted_by(keyed, |(left, _), (right, _)| -> Result<Ordering, CallError> {
        call.charge(1)?;
        order(call, *left, *right)
    })?;
    Ok(sorted.into_iter().map(|(_, value)| value).collect())
}
