//! `bytes` and `buffer`: byte strings, and bytes that can be changed in place.

use crush_arena::{Object, ObjectMut, RuntimeValue, Text};
use crush_vm::Call;

use crate::arguments::{Arguments, Given, int};
use crate::elsewhere::elsewhere;
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
    let cells = call.gather(text.bytes().map(|byte| Ok(cell(byte))))?;
    octets::make(call, BYTES, cells.take())
}

/// `bytes.to_string(bytes)`.
fn to_string(call: &mut Call<'_>) -> Given {
    let cells = cells(call, 0)?;
    call.charge(cells.len())?;
    // What is not UTF-8 becomes a character of three bytes.
    call.room(cells.len().saturating_mul(3))?;
    let bytes = call.gather(cells.iter().map(|&cell| Ok(byte(cell))))?;
    let text = elsewhere(call, bytes.len(), move || Text::built(String::from_utf8_lossy(&bytes).into_owned()))?;
    call.text_object(text)
}

/// `bytes.slice(bytes, offset, length)`.
fn slice(call: &mut Call<'_>) -> Given {
    let cells = cells(call, 0)?;
    let range = span(call.count(1)?, call.count(2)?, cells.len())?;
    call.charge(range.len())?;
    call.room(range.len().saturating_mul(CELL))?;
    let part = call.objects().copied(&cells[range])?;
    octets::make(call, BYTES, part.take())
}

/// `buffer.alloc(size)`.
fn alloc(call: &mut Call<'_>) -> Given {
    let size = call.count(0)?;
    call.room(size.saturating_mul(CELL))?;
    call.charge(size)?;
    let cells = call.gather(std::iter::repeat_n(cell(0), size).map(Ok))?;
    octets::make(call, BUFFER, cells.take())
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
    let data = call.objects().copied(data)?;
    octets::overwrite(call, array, range.start, &data)?;
    Ok(int(data.len()))
}

/// `buffer.freeze(buffer)`.
fn freeze(call: &mut Call<'_>) -> Given {
    octets::buffer(call, 0)?;
    let cells = cells(call, 0)?;
    call.charge(cells.len())?;
    call.room(size_of_val(cells))?;
    let cells = call.objects().copied(cells)?;
    let empty = call.alloc(Object::Array(Vec::new()))?.into();
    let buffer = call.given(0)?;
    if let ObjectMut::Tagged(value) = call.arena().write_value(buffer)? {
        *value = empty;
    }
    octets::make(call, BYTES, cells.take())
}
