//! `bytes` and `buffer`: byte strings, and bytes that can be changed in place.

use crush_arena::{Object, ObjectMut, RuntimeValue};
use crush_vm::Call;

use crate::arguments::{Arguments, Given, int};
use crate::library::Pure;
use crate::octets::{self, BUFFER, BYTES, byte, cell, cells, span};

pub(crate) const RUNS: &[(&str, Pure)] = &[
    ("buffer.alloc", alloc),
    ("buffer.freeze", freeze),
    ("buffer.read", read),
    ("buffer.write", write),
    ("bytes.from_string", from_string),
    ("bytes.len", |call| Ok(int(cells(call, 0)?.len()))),
    ("bytes.slice", slice),
    ("bytes.to_string", to_string),
];

/// What one cell takes.
const CELL: usize = size_of::<RuntimeValue>();

/// `bytes.from_string(text)`.
fn from_string(call: &mut Call<'_>) -> Given {
    let text = call.text_of(0)?;
    call.room(text.len().saturating_mul(CELL))?;
    call.charge(text.len())?;
    octets::make(call, BYTES, text.bytes().map(cell).collect())
}

/// `bytes.to_string(bytes)`.
fn to_string(call: &mut Call<'_>) -> Given {
    let cells = cells(call, 0)?;
    call.charge(cells.len())?;
    // What is not UTF-8 becomes a character of three bytes.
    call.room(cells.len().saturating_mul(3))?;
    let bytes: Vec<u8> = cells.iter().copied().map(byte).collect();
    call.string(&String::from_utf8_lossy(&bytes))
}

/// `bytes.slice(bytes, offset, length)`.
fn slice(call: &mut Call<'_>) -> Given {
    let cells = cells(call, 0)?;
    let range = span(call.count(1)?, call.count(2)?, cells.len())?;
    call.charge(range.len())?;
    call.room(range.len().saturating_mul(CELL))?;
    let part = cells[range].to_vec();
    octets::make(call, BYTES, part)
}

/// `buffer.alloc(size)`.
fn alloc(call: &mut Call<'_>) -> Given {
    let size = call.count(0)?;
    call.room(size.saturating_mul(CELL))?;
    call.charge(size)?;
    octets::make(call, BUFFER, vec![cell(0); size])
}

/// `buffer.read(buffer, offset, length)`: of bytes it is `bytes.slice` that reads.
fn read(call: &mut Call<'_>) -> Given {
    octets::buffer(call, 0)?;
    slice(call)
}

/// `buffer.write(buffer, offset, bytes)`.
fn write(call: &mut Call<'_>) -> Given {
    let (array, size) = octets::buffer(call, 0)?;
    let data = cells(call, 2)?;
    let range = span(call.count(1)?, data.len(), size)?;
    call.charge(data.len())?;
    call.room(size_of_val(data))?;
    let data = data.to_vec();
    octets::overwrite(call, array, range.start, &data)?;
    Ok(int(data.len()))
}

/// `buffer.freeze(buffer)`.
fn freeze(call: &mut Call<'_>) -> Given {
    octets::buffer(call, 0)?;
    let cells = cells(call, 0)?;
    call.charge(cells.len())?;
    call.room(size_of_val(cells))?;
    let cells = cells.to_vec();
    let empty = call.alloc(Object::Array(Vec::new()))?.into();
    let buffer = call.given(0)?;
    if let ObjectMut::Tagged(value) = call.arena().write_value(buffer)? {
        *value = empty;
    }
    octets::make(call, BYTES, cells)
}
