//! What the tests of the arena share.

use crush_arena::*;

pub(crate) const SITE: SiteId = SiteId(1);
pub(crate) const OWNER: OwnerId = OwnerId(1);

pub(crate) fn int(value: i64) -> RuntimeValue {
    RuntimeValue::Int(value)
}

pub(crate) fn array(arena: &mut Arena, values: impl Into<Vec<RuntimeValue>>) -> Ref {
    arena.alloc(Object::Array(values.into()), SITE).expect("room for an array")
}

pub(crate) fn string(arena: &mut Arena, text: &str) -> Ref {
    arena.alloc(Object::str(text), SITE).expect("room for a string")
}

pub(crate) fn map<const N: usize>(arena: &mut Arena, entries: [(&str, RuntimeValue); N]) -> Ref {
    arena.alloc(Object::map(entries.into_iter().collect()), SITE).expect("room for a map")
}

pub(crate) fn push(
    arena: &mut Arena,
    to: impl Into<RuntimeValue>,
    value: impl Into<RuntimeValue>,
) -> Result<(), Fault> {
    match arena.write_value(to.into())? {
        ObjectMut::Array(mut values) => values.push(value.into()),
        other => panic!("not an array: {other:?}"),
    }
}

pub(crate) fn elements(arena: &Arena, of: impl Into<RuntimeValue>) -> Result<Vec<RuntimeValue>, Fault> {
    match arena.read_value(of.into())? {
        Object::Array(values) => Ok(values.clone()),
        other => panic!("not an array: {other:?}"),
    }
}

pub(crate) fn shared(arena: &mut Arena, of: impl Into<RuntimeValue>) -> BorrowRef {
    arena.borrow_shared(of.into(), OWNER, SITE).expect("a shared borrow")
}

pub(crate) fn exclusive(arena: &mut Arena, of: impl Into<RuntimeValue>) -> BorrowRef {
    arena.borrow_exclusive(of.into(), OWNER, SITE).expect("an exclusive borrow")
}

pub(crate) fn print(arena: &Arena, value: impl Into<RuntimeValue>) -> Result<String, Fault> {
    let limit = TextLimit { bytes: usize::MAX, resource: Resource::OutputBytes };
    arena.text(value.into(), &|function| Some(format!("f{}", function.0)), limit)
}

/// Copies a value into another arena.
pub(crate) fn send(from: &Arena, value: impl Into<RuntimeValue>, to: &mut Arena) -> Result<RuntimeValue, Fault> {
    let parcel = from.pack(&[value.into()])?;
    Ok(to.unpack(parcel, SITE)?[0])
}

#[track_caller]
pub(crate) fn borrow_error<T: std::fmt::Debug>(result: Result<T, Fault>) -> BorrowError {
    match result {
        Err(Fault::Borrow(error)) => *error,
        other => panic!("expected a BorrowError, got {other:?}"),
    }
}

#[track_caller]
pub(crate) fn use_after_free<T: std::fmt::Debug>(result: Result<T, Fault>) -> UseAfterFree {
    match result {
        Err(Fault::UseAfterFree(error)) => *error,
        other => panic!("expected a UseAfterFree, got {other:?}"),
    }
}

#[track_caller]
pub(crate) fn type_error<T: std::fmt::Debug>(result: Result<T, Fault>) -> TypeError {
    match result {
        Err(Fault::Type(error)) => *error,
        other => panic!("expected a type error, got {other:?}"),
    }
}

#[track_caller]
pub(crate) fn quota<T: std::fmt::Debug>(result: Result<T, Fault>) -> QuotaError {
    match result {
        Err(Fault::Quota(error)) => *error,
        other => panic!("expected a quota fault, got {other:?}"),
    }
}

/// The handles in the way.
#[track_caller]
pub(crate) fn in_the_way(error: &BorrowError) -> Vec<BorrowRef> {
    match &error.conflict {
        Conflict::Borrowed(borrows) => borrows.iter().map(|info| info.borrow).collect(),
        other => panic!("expected borrows in the way, got {other:?}"),
    }
}
