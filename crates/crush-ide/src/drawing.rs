//! What editors draw: borrows on the code, and the heap as boxes and arrows.

mod borrows;
mod heap;
mod live;
mod referrers;

pub use borrows::{BorrowConflict, BorrowDrawing, DrawnBorrow, borrows};
pub use heap::{HeapBox, HeapDrawing, HeapHolder, HeapPart, HeapQuery, heap, heap_of};
pub(crate) use live::ending_with_scope;
pub(crate) use referrers::referrers_text;
