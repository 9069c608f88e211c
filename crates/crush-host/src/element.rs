//! `arr_get` and `arr_set`: elements by index or key, where an index that is not there is no mistake.

use crush_arena::{Object, ObjectMut, RuntimeValue, Text};
use crush_vm::{Call, CallError};

use crate::arguments::{Arguments, Given};
use crate::library::Pure;

use RuntimeValue::{Int, Null};

pub(crate) const RUNS: &[(&str, Pure)] = &[("arr_get", get), ("arr_set", set)];

/// Which element is meant.
enum Place {
    /// The one at an index; none when there cannot be one.
    Index(Option<usize>),
    Key(Text),
}

/// The place that the second argument names in the first. An index that is no integer is the first, as in the reference.
fn place(call: &Call<'_>) -> Result<Place, CallError> {
    let key = call.given(1)?;
    match call.object(call.given(0)?)? {
        Some(Object::Array(_)) => {
            let index = if let Int(index) = key { index } else { 0 };
            Ok(Place::Index(usize::try_from(index).ok()))
        }
        Some(Object::Map(_) | Object::Instance(_)) => match call.string_in(key)? {
            Some(key) => Ok(Place::Key(key.clone())),
            None => Err(call.wrong_type(1, "a string")),
        },
        _ => Err(call.wrong_type(0, "an array or a map")),
    }
}

/// `arr_get(of, key)`.
fn get(call: &mut Call<'_>) -> Given {
    let place = place(call)?;
    let found = match (call.object(call.given(0)?)?, &place) {
        (Some(Object::Array(values)), Place::Index(index)) => {
            return Ok(index.and_then(|index| values.get(index)).copied().unwrap_or(Null));
        }
        (Some(Object::Map(map)), Place::Key(key)) => map.get(key),
        (Some(Object::Instance(instance)), Place::Key(key)) => instance.get(key),
        _ => None,
    };
    match (found, place) {
        (Some(value), _) => Ok(value),
        (None, Place::Key(key)) => Err(format!("there is no key `{key}`").into()),
        (None, Place::Index(_)) => Ok(Null),
    }
}

/// `arr_set(of, key, value)`.
fn set(call: &mut Call<'_>) -> Given {
    let (place, of, value) = (place(call)?, call.given(0)?, call.given(2)?);
    match (call.arena().write_value(of)?, place) {
        (ObjectMut::Array(mut array), Place::Index(Some(index))) => _ = array.set(index, value),
        (ObjectMut::Map(mut map), Place::Key(key)) => _ = map.insert(&key, value)?,
        (ObjectMut::Instance(mut instance), Place::Key(key)) => instance.set_or_add(&key, value)?,
        _ => {}
    }
    Ok(of)
}
