//! Making the results of capabilities.

use crush_arena::{Map, Object, RuntimeValue};
use crush_vm::{Call, CallError};

/// An array of strings.
pub(crate) fn strings<S: AsRef<str>>(
    call: &mut Call<'_>,
    texts: impl IntoIterator<Item = S>,
) -> Result<RuntimeValue, CallError> {
    let mut values = Vec::new();
    for text in texts {
        values.push(call.string(text.as_ref())?);
    }
    array(call, values)
}

/// An array.
pub(crate) fn array(call: &mut Call<'_>, values: Vec<RuntimeValue>) -> Result<RuntimeValue, CallError> {
    Ok(call.alloc(Object::Array(values))?.into())
}

/// A map with these entries in this order.
pub(crate) fn map<K: AsRef<str>>(
    call: &mut Call<'_>,
    entries: impl IntoIterator<Item = (K, RuntimeValue)>,
) -> Result<RuntimeValue, CallError> {
    let mut map = Map::new();
    for (key, value) in entries {
        map.insert(key.as_ref(), value);
    }
    Ok(call.alloc(Object::Map(Box::new(map)))?.into())
}

/// A count as a program sees it.
pub(crate) fn count(count: usize) -> RuntimeValue {
    RuntimeValue::Int(i64::try_from(count).unwrap_or(i64::MAX))
}

/// Whether an optional argument switches something on: `true`, or a number other than 0.
pub(crate) fn flag(call: &Call<'_>, index: usize) -> bool {
    match call.arguments().get(index) {
        Some(RuntimeValue::Bool(on)) => *on,
        Some(RuntimeValue::Int(number)) => *number != 0,
        _ => false,
    }
}

/// The text of an argument, whatever it is: what `print` shows of it.
pub(crate) fn text_of(call: &Call<'_>, index: usize) -> Result<String, CallError> {
    match call.arguments().get(index) {
        Some(&value) => call.display(value),
        None => Err(format!("argument {} is missing", index + 1).into()),
    }
}

/// The bytes that a file gets for an argument: those of the text that `print` shows.
pub(crate) fn bytes_of(call: &Call<'_>, index: usize) -> Result<Vec<u8>, CallError> {
    Ok(text_of(call, index)?.into_bytes())
}
