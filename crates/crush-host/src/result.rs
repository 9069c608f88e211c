//! `result`: success and failure as values, which are maps of `ok` and `value` as programs see them.

use crush_arena::{Map, Object, RuntimeValue};
use crush_vm::{Call, CallError};

use crate::arguments::{Arguments, Given};
use crate::library::Pure;

pub(crate) const RUNS: &[(&str, Pure)] = &[
    ("result.err", |call| make(call, false)),
    ("result.is_ok", |call| Ok(RuntimeValue::Bool(open(call)?.0))),
    ("result.ok", |call| make(call, true)),
    ("result.unwrap", unwrap),
];

fn make(call: &mut Call<'_>, ok: bool) -> Given {
    let map = Map::from_iter([("ok", RuntimeValue::Bool(ok)), ("value", call.given(0)?)]);
    Ok(call.alloc(Object::map(map))?.into())
}

/// Whether a result is a success, and its value: of a map of these two keys and no other.
fn open(call: &Call<'_>) -> Result<(bool, RuntimeValue), CallError> {
    if let Some(Object::Map(map)) = call.object(call.given(0)?)?
        && let (2, Some(RuntimeValue::Bool(ok)), Some(value)) = (map.len(), map.get("ok"), map.get("value"))
    {
        return Ok((ok, value));
    }
    Err("argument 1 must be a result, of `result.ok` or `result.err`".into())
}

/// `result.unwrap(result)`.
fn unwrap(call: &mut Call<'_>) -> Given {
    match open(call)? {
        (true, value) => Ok(value),
        (false, error) => Err(format!("the result is a failure: {}", call.show(error)?).into()),
    }
}
