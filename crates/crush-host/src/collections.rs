//! `collections`: arrays and maps. None of these changes its arguments.

use std::collections::HashSet;

use crush_arena::{Bulk, Map, Object, RuntimeValue, Text, give_back};
use crush_vm::{Call, CallError};

use crate::arguments::{Arguments, Given, flag, int};
use crate::library::Pure;
use crate::records;

pub(crate) const RUNS: &[(&str, Pure)] = &[
    ("collections.all", |call| records::all(call)),
    ("collections.any", |call| records::any(call)),
    ("collections.chunk", chunk),
    ("collections.entries", entries),
    ("collections.find", |call| records::find(call)),
    ("collections.flatten", flatten),
    ("collections.includes", includes),
    ("collections.keys", keys),
    ("collections.len", len),
    ("collections.merge", merge),
    ("collections.pluck", |call| records::pluck(call)),
    ("collections.reverse", reverse),
    ("collections.sort_by", |call| records::sort_by(call)),
    ("collections.unique", unique),
    ("collections.values", values),
    ("collections.zip", zip),
];

/// So many elements are copied between two looks whether to stop.
const PIECE: usize = 1 << 14;

/// `collections.len(of)`.
fn len(call: &mut Call<'_>) -> Given {
    match call.object(call.given(0)?)? {
        Some(Object::Array(values)) => Ok(int(values.len())),
        Some(Object::Str(text)) => Ok(int(text.len())),
        _ => Err(call.wrong_type(0, "an array or a string")),
    }
}

/// `collections.reverse(array)`.
fn reverse(call: &mut Call<'_>) -> Given {
    let values = call.elements(0)?;
    call.room(size_of_val(values))?;
    let reversed = call.gather(values.iter().rev().copied().map(Ok))?;
    call.array(reversed.take())
}

/// `collections.includes(array, value)`.
fn includes(call: &mut Call<'_>) -> Given {
    let value = call.given(1)?;
    for &element in call.elements(0)? {
        if call.objects().equal(element, value)? {
            return Ok(flag(true));
        }
    }
    Ok(flag(false))
}

/// `collections.flatten(array)`.
fn flatten(call: &mut Call<'_>) -> Given {
    let mut flat = Bulk::default();
    for &element in call.elements(0)? {
        match call.object(element)? {
            Some(Object::Array(inner)) => {
                call.charge(inner.len())?;
                append(call, &mut flat, inner)?;
            }
            _ => append(call, &mut flat, &[element])?,
        }
    }
    call.array(flat.take())
}

/// Appends values to an array to be, for which there is room.
fn append(call: &Call<'_>, to: &mut Vec<RuntimeValue>, values: &[RuntimeValue]) -> Result<(), CallError> {
    if to.capacity() - to.len() < values.len() {
        let capacity = to.capacity().saturating_mul(2).max(to.len() + values.len());
        call.room(capacity.saturating_mul(size_of::<RuntimeValue>()))?;
        to.reserve_exact(capacity - to.len());
    }
    for piece in values.chunks(PIECE) {
        to.extend_from_slice(piece);
        call.charge(0)?;
    }
    Ok(())
}

/// `collections.chunk(array, size)`.
fn chunk(call: &mut Call<'_>) -> Given {
    let size = call.count(1)?;
    if size == 0 {
        return Err("the size must not be 0".into());
    }
    let values = call.copied(0)?;
    let mut chunks = Bulk::from(Vec::with_capacity(values.len() / size + 1));
    for chunk in values.chunks(size) {
        call.charge(1)?;
        call.room(size_of_val(chunk))?;
        let chunk = call.objects().copied(chunk)?.take();
        chunks.push(call.array(chunk)?);
    }
    call.array(chunks.take())
}

/// `collections.zip(first, second)`.
fn zip(call: &mut Call<'_>) -> Given {
    let (first, second) = (call.copied(0)?, call.copied(1)?);
    let mut pairs = Bulk::from(Vec::with_capacity(first.len().min(second.len())));
    for (&first, &second) in first.iter().zip(second.iter()) {
        call.charge(1)?;
        pairs.push(call.array(vec![first, second])?);
    }
    call.array(pairs.take())
}

/// A value that equals another exactly when their keys do.
#[derive(PartialEq, Eq, Hash)]
enum Simple {
    Number(u64),
    Bool(bool),
    Null,
    Str(Text),
}

/// The key of a value that is no larger than a string. None for others, and for numbers that equal one of another kind
/// without having its bits.
fn simple(call: &Call<'_>, value: RuntimeValue) -> Result<Option<Simple>, CallError> {
    /// Up to here every whole number is a float.
    const EXACT: i64 = 1 << 53;
    Ok(match value {
        RuntimeValue::Int(value) if (-EXACT..=EXACT).contains(&value) => Some(Simple::Number((value as f64).to_bits())),
        RuntimeValue::Float(0.0) => Some(Simple::Number(0)),
        RuntimeValue::Float(value) if value.abs() < EXACT as f64 => Some(Simple::Number(value.to_bits())),
        RuntimeValue::Bool(value) => Some(Simple::Bool(value)),
        RuntimeValue::Null => Some(Simple::Null),
        _ => call.string_in(value)?.map(|text| Simple::Str(text.reading())),
    })
}

/// `collections.unique(array)`: what is hashed is found at once, the others are compared one by one.
fn unique(call: &mut Call<'_>) -> Given {
    let values = call.elements(0)?;
    let bytes = values.len().saturating_mul(5 * size_of::<RuntimeValue>());
    call.room(bytes)?;
    // With room for all: it cannot stop while it makes room for more.
    let mut seen = Seen { keys: HashSet::with_capacity(values.len()), bytes };
    let (mut others, mut unique) = (Vec::new(), Bulk::from(Vec::with_capacity(values.len())));
    for &value in values {
        call.charge(1)?;
        let new = match simple(call, value)? {
            Some(key) => seen.keys.insert(key),
            None => {
                !equals_one(call, value, &others)? && {
                    others.push(value);
                    true
                }
            }
        };
        if new {
            unique.push(value);
        }
    }
    drop(seen);
    let mut unique = unique.take();
    unique.shrink_to_fit();
    call.array(unique)
}

/// The keys that were met. Nobody waits until they are freed.
struct Seen {
    keys: HashSet<Simple>,
    bytes: usize,
}

impl Drop for Seen {
    fn drop(&mut self) {
        give_back(std::mem::take(&mut self.keys), self.bytes);
    }
}

fn equals_one(call: &Call<'_>, value: RuntimeValue, others: &[RuntimeValue]) -> Result<bool, CallError> {
    for &other in others {
        if call.objects().equal(value, other)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The entries of an argument that is a map or a struct instance.
fn entries_of(call: &Call<'_>, index: usize) -> Result<Bulk<Vec<(Text, RuntimeValue)>>, CallError> {
    let room = |len: usize| {
        call.charge(len)?;
        call.room(len.saturating_mul(2 * size_of::<(Text, RuntimeValue)>()))
    };
    match call.object(call.given(index)?)? {
        Some(Object::Map(map)) => {
            room(map.len())?;
            call.gather(map.iter().map(|(key, value)| Ok((key.clone(), value))))
        }
        Some(Object::Instance(instance)) => {
            let fields = instance.shape().fields.iter();
            call.gather(fields.filter_map(|field| Some(Ok((field.clone(), instance.get(field)?)))))
        }
        _ => Err(call.wrong_type(index, "a map")),
    }
}

/// `collections.keys(map)`.
fn keys(call: &mut Call<'_>) -> Given {
    let entries = entries_of(call, 0)?;
    let mut keys = Bulk::from(Vec::with_capacity(entries.len()));
    for (key, _) in entries.iter() {
        call.charge(1)?;
        keys.push(call.text_object(key.clone())?);
    }
    call.array(keys.take())
}

/// `collections.values(map)`.
fn values(call: &mut Call<'_>) -> Given {
    let entries = entries_of(call, 0)?;
    let values = call.gather(entries.iter().map(|(_, value)| Ok(*value)))?;
    call.array(values.take())
}

/// `collections.entries(map)`.
fn entries(call: &mut Call<'_>) -> Given {
    let entries = entries_of(call, 0)?;
    let mut pairs = Bulk::from(Vec::with_capacity(entries.len()));
    for (key, value) in entries.iter() {
        call.charge(1)?;
        let key = call.text_object(key.clone())?;
        pairs.push(call.array(vec![key, *value])?);
    }
    call.array(pairs.take())
}

/// `collections.merge(first, second)`.
fn merge(call: &mut Call<'_>) -> Given {
    let (first, second) = (entries_of(call, 0)?, entries_of(call, 1)?);
    call.room((first.len() + second.len()).saturating_mul(4 * size_of::<RuntimeValue>()))?;
    // With room for all: it cannot stop while it makes room for more.
    let mut map = Map::with_capacity(first.len() + second.len());
    for (key, value) in first.iter().chain(second.iter()) {
        call.charge(1)?;
        map.insert(key.clone(), *value);
    }
    Ok(call.alloc(Object::map(map))?.into())
}
