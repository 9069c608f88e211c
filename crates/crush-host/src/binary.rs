//! `binary`: whole numbers of fixed width in bytes and buffers.

use crush_arena::RuntimeValue;
use crush_vm::Call;

use crate::arguments::{Arguments, Given};
use crate::library::Pure;
use crate::octets::{self, byte, cell, cells, span};

pub(crate) const RUNS: &[(&str, Pure)] = &[
    ("binary.read_u16_be", |call| read(call, 2, Order::HighestFirst)),
    ("binary.read_u16_le", |call| read(call, 2, Order::LowestFirst)),
    ("binary.read_u32_be", |call| read(call, 4, Order::HighestFirst)),
    ("binary.read_u32_le", |call| read(call, 4, Order::LowestFirst)),
    ("binary.read_u64_be", |call| read(call, 8, Order::HighestFirst)),
    ("binary.read_u64_le", |call| read(call, 8, Order::LowestFirst)),
    ("binary.write_u16_be", |call| write(call, 2, Order::HighestFirst)),
    ("binary.write_u16_le", |call| write(call, 2, Order::LowestFirst)),
    ("binary.write_u32_be", |call| write(call, 4, Order::HighestFirst)),
    ("binary.write_u32_le", |call| write(call, 4, Order::LowestFirst)),
    ("binary.write_u64_be", |call| write(call, 8, Order::HighestFirst)),
    ("binary.write_u64_le", |call| write(call, 8, Order::LowestFirst)),
];

/// The order of the bytes of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    HighestFirst,
    LowestFirst,
}

/// The widest number, in bytes.
const WIDEST: usize = 8;

/// A number of 64 bits may come out negative: there are no unsigned integers.
fn read(call: &mut Call<'_>, width: usize, order: Order) -> Given {
    let cells = cells(call, 0)?;
    let range = span(call.count(1)?, width, cells.len())?;
    let mut bytes = [0; WIDEST];
    for (index, &cell) in cells[range].iter().enumerate() {
        let place = if order == Order::LowestFirst { index } else { width - 1 - index };
        bytes[place] = byte(cell);
    }
    Ok(RuntimeValue::Int(i64::from_le_bytes(bytes)))
}

fn write(call: &mut Call<'_>, width: usize, order: Order) -> Given {
    let (array, size) = octets::buffer(call, 0)?;
    let (offset, value) = (call.count(1)?, call.whole(2)?);
    if width < WIDEST && !(0..1 << (8 * width)).contains(&value) {
        return Err(format!("{value} does not fit in {} bits without a sign", 8 * width).into());
    }
    let range = span(offset, width, size)?;
    let mut cells = value.to_le_bytes().map(cell);
    let cells = &mut cells[..width];
    if order == Order::HighestFirst {
        cells.reverse();
    }
    octets::overwrite(call, array, range.start, cells)?;
    Ok(RuntimeValue::Null)
}
