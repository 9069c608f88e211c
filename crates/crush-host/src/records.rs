//! `collections` of records: arrays of maps, by the value under a key.

use std::cmp::Ordering;

use crush_arena::{Object, RuntimeValue};
use crush_vm::{Call, CallError};

use crate::arguments::{Arguments, Given};
use crate::sort::sorted_by;

use RuntimeValue::{Bool, Float, Int, Null};

/// The value of a record under a key. None when it is no record, or has no such key.
fn field(call: &Call<'_>, record: RuntimeValue, key: &str) -> Result<Option<RuntimeValue>, CallError> {
    Ok(match call.object(record)? {
        Some(Object::Map(map)) => map.get(key),
        Some(Object::Instance(instance)) => instance.get(key),
        _ => None,
    })
}

/// `collections.pluck(records, key)`.
pub(crate) fn pluck(call: &mut Call<'_>) -> Given {
    let key = call.text_of(1)?;
    let mut values = call.copied(0)?;
    for value in values.iter_mut() {
        call.charge(1)?;
        *value = field(call, *value, &key)?.unwrap_or(Null);
    }
    call.array(values.take())
}

/// The first record, of those that have the value under the key when `wanted`, and of those that have not otherwise.
fn first(call: &Call<'_>, wanted: bool) -> Result<Option<RuntimeValue>, CallError> {
    let (key, value) = (call.text_of(1)?, call.given(2)?);
    for &record in call.elements(0)? {
        call.charge(1)?;
        let has = match field(call, record, &key)? {
            Some(held) => call.objects().equal(held, value)?,
            None => false,
        };
        if has == wanted {
            return Ok(Some(record));
        }
    }
    Ok(None)
}

/// `collections.find(records, key, value)`.
pub(crate) fn find(call: &mut Call<'_>) -> Given {
    Ok(first(call, true)?.unwrap_or(Null))
}

/// `collections.any(records, key, value)`.
pub(crate) fn any(call: &mut Call<'_>) -> Given {
    Ok(Bool(first(call, true)?.is_some()))
}

/// `collections.all(records, key, value)`: true of no record at all.
pub(crate) fn all(call: &mut Call<'_>) -> Given {
    Ok(Bool(first(call, false)?.is_none()))
}

/// `collections.sort_by(records, key)`.
pub(crate) fn sort_by(call: &mut Call<'_>) -> Given {
    let key = call.text_of(1)?;
    let records = call.copied(0)?;
    call.room(records.len().saturating_mul(4 * size_of::<RuntimeValue>()))?;
    let keyed = call.gather(records.iter().map(|&record| Ok((field(call, record, &key)?, record))))?;
    let ordered = sorted_by(
        keyed,
        || call.charge(1),
        |(left, _), (right, _)| match (left, right) {
            (Some(left), Some(right)) => order(call, *left, *right),
            _ => Ok(Ordering::Equal),
        },
    )?;
    let records = call.gather(ordered.iter().map(|&(_, record)| Ok(record)))?;
    call.array(records.take())
}

/// The order of two numbers or two strings; others have none, and stay as they are.
pub(crate) fn order(call: &Call<'_>, left: RuntimeValue, right: RuntimeValue) -> Result<Ordering, CallError> {
    let float = |value| match value {
        Int(value) => Some(value as f64),
        Float(value) => Some(value),
        _ => None,
    };
    if let (Int(left), Int(right)) = (left, right) {
        return Ok(left.cmp(&right));
    }
    if let (Some(left), Some(right)) = (float(left), float(right)) {
        return Ok(left.partial_cmp(&right).unwrap_or(Ordering::Equal));
    }
    match (call.string_in(left)?, call.string_in(right)?) {
        (Some(left), Some(right)) => Ok(left.cmp(right)),
        _ => Ok(Ordering::Equal),
    }
}
