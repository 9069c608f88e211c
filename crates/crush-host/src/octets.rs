//! How bytes and buffers are kept: as an array of integers from 0 to 255, marked so that a program sees them as one value
//! that it can neither index nor change but through `bytes`, `buffer` and `binary`.

use crush_arena::{Object, ObjectMut, RuntimeValue, Tagged};
use crush_vm::{Call, CallError};

use crate::arguments::{Arguments, Given};

pub(crate) use crush_arena::{BUFFER, BYTES};

/// Whether a tagged value is bytes or a buffer.
fn is_octets(tagged: &Tagged) -> bool {
    matches!(&*tagged.tag, BYTES | BUFFER)
}

/// How many bytes are in a tagged value; none when it is something else.
pub(crate) fn length(call: &Call<'_>, tagged: &Tagged) -> Result<Option<usize>, CallError> {
    match is_octets(tagged).then(|| call.object(tagged.value)).transpose()?.flatten() {
        Some(Object::Array(cells)) => Ok(Some(cells.len())),
        _ => Ok(None),
    }
}

/// The cells of an argument that is bytes or a buffer.
pub(crate) fn cells<'c>(call: &'c Call<'_>, index: usize) -> Result<&'c [RuntimeValue], CallError> {
    let tagged = match call.object(call.given(index)?)? {
        Some(Object::Tagged(tagged)) if is_octets(tagged) => tagged,
        _ => return Err(call.wrong_type(index, "bytes or a buffer")),
    };
    cells_of(call, tagged.value)
}

/// The array of cells of an argument that is a buffer, and how many there are.
pub(crate) fn buffer(call: &Call<'_>, index: usize) -> Result<(RuntimeValue, usize), CallError> {
    match call.object(call.given(index)?)? {
        Some(Object::Tagged(tagged)) if &*tagged.tag == BUFFER => {
            Ok((tagged.value, cells_of(call, tagged.value)?.len()))
        }
        Some(Object::Tagged(tagged)) if &*tagged.tag == BYTES => {
            Err("bytes do not change: write into a buffer of `buffer.alloc`".into())
        }
        _ => Err(call.wrong_type(index, "a buffer")),
    }
}

fn cells_of<'c>(call: &'c Call<'_>, array: RuntimeValue) -> Result<&'c [RuntimeValue], CallError> {
    match call.object(array)? {
        Some(Object::Array(cells)) => Ok(cells),
        _ => Err("this buffer has no bytes".into()),
    }
}

/// The byte in a cell.
pub(crate) fn byte(cell: RuntimeValue) -> u8 {
    match cell {
        RuntimeValue::Int(value) => value as u8,
        _ => 0,
    }
}

/// A cell of a byte.
pub(crate) fn cell(byte: u8) -> RuntimeValue {
    RuntimeValue::Int(byte.into())
}

/// New bytes or a new buffer.
pub(crate) fn make(call: &mut Call<'_>, mark: &str, cells: Vec<RuntimeValue>) -> Given {
    let array = call.array(cells)?;
    Ok(call.alloc(Object::tagged(mark, array))?.into())
}

/// Writes cells over those of a buffer from `offset` on.
pub(crate) fn overwrite(
    call: &mut Call<'_>,
    array: RuntimeValue,
    offset: usize,
    cells: &[RuntimeValue],
) -> Result<(), CallError> {
    /// So many are written between two looks whether to stop.
    const PIECE: usize = 1 << 14;
    let mut place = offset;
    for piece in cells.chunks(PIECE) {
        if let ObjectMut::Array(array) = call.arena().write_value(array)?
            && let Some(cells) = array.into_slice().get_mut(place..place + piece.len())
        {
            cells.copy_from_slice(piece);
        }
        place += piece.len();
        call.charge(0)?;
    }
    Ok(())
}

/// The range of `length` cells from `offset` on, if there are so many.
pub(crate) fn span(offset: usize, length: usize, of: usize) -> Result<std::ops::Range<usize>, CallError> {
    match offset.checked_add(length) {
        Some(end) if end <= of => Ok(offset..end),
        _ => Err(format!("{length} bytes from {offset} on lie outside: there are {of}").into()),
    }
}
