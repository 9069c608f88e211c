//! `array` with functions: they are called back while the array is borrowed, so that one that writes to it faults (H3).

use crush_arena::{Bulk, RuntimeValue};
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
    for &value in values.iter() {
        call.invoke(function, &[value])?;
        call.keep_only(&[]);
    }
    Ok(Null)
}

/// `array.filter(array, f)`.
fn filter(call: &mut Call<'_>) -> Given {
    let (values, function) = (call.copied(0)?, call.given(1)?);
    let mut chosen = Bulk::from(Vec::with_capacity(values.len()));
    for &value in values.iter() {
        match call.invoke(function, &[value])? {
            Bool(true) => chosen.push(value),
            Bool(false) => {}
            other => return Err(format!("the function must give `true` or `false`, not {}", call.show(other)?).into()),
        }
    }
    call.array(chosen.take())
}

/// `array.map(array, f)`. What the function gave is kept until the end.
fn map(call: &mut Call<'_>) -> Given {
    let (mut values, function) = (call.copied(0)?, call.given(1)?);
    for value in values.iter_mut() {
        *value = call.invoke(function, &[*value])?;
    }
    call.array(values.take())
}

/// `array.reduce(array, f, start)`.
fn reduce(call: &mut Call<'_>) -> Given {
    let (values, function, mut made) = (call.copied(0)?, call.given(1)?, call.given(2)?);
    for &value in values.iter() {
        made = call.invoke(function, &[made, value])?;
        call.keep_only(&[made]);
    }
    Ok(made)
}

/// `array.sort(array)`.
fn sort(call: &mut Call<'_>) -> Given {
    let values = call.copied(0)?;
    let keyed = call.gather(values.iter().map(|&value| Ok((value, value))))?;
    let sorted = sorted(call, keyed)?;
    call.array(sorted.take())
}

/// `array.sort_by(array, f)`: the function is called once for each element.
fn sort_by(call: &mut Call<'_>) -> Given {
    let (values, function) = (call.copied(0)?, call.given(1)?);
    let mut keyed = Bulk::from(Vec::with_capacity(values.len()));
    for &value in values.iter() {
        keyed.push((call.invoke(function, &[value])?, value));
    }
    let sorted = sorted(call, keyed)?;
    call.array(sorted.take())
}

/// The values in the order of their keys, which must all be numbers or all strings.
fn sorted(
    call: &Call<'_>,
    keyed: Bulk<Vec<(RuntimeValue, RuntimeValue)>>,
) -> Result<Bulk<Vec<RuntimeValue>>, CallError> {
    call.room(keyed.len().saturating_mul(4 * size_of::<RuntimeValue>()))?;
    let kind = |key| match key {
        RuntimeValue::Int(_) | RuntimeValue::Float(_) => Ok(Some(false)),
        _ => Ok::<_, CallError>(call.string_in(key)?.map(|_| true)),
    };
    let mut first = None;
    for &(key, _) in keyed.iter() {
        call.charge(0)?;
        match (kind(key)?, first) {
            (None, _) => return Err(format!("numbers and strings have an order, {} has none", call.show(key)?).into()),
            (kind, None) => first = Some(kind),
            (kind, Some(first)) if kind != first => {
                return Err("numbers and strings have no order among each other".into());
            }
            _ => {}
        }
    }
    let sorted = sorted_by(keyed, || call.charge(1), |(left, _), (right, _)| order(call, *left, *right))?;
    call.gather(sorted.iter().map(|&(_, value)| Ok(value)))
}
