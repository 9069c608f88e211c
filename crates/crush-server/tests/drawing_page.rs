//! Holds `docs/drawing.md` and the types of drawing together: every example is a complete message of its type.

mod support;

use crush_server::drawing::protocol::{BorrowsParams, BorrowsView, HeapParams, HeapView};
use support::Examples;

const PAGE: &str = include_str!("../../../docs/drawing.md");

#[test]
fn every_example_is_a_complete_message() {
    let mut examples = Examples::of(PAGE);
    examples.check::<BorrowsParams>("BorrowsParams");
    examples.check::<BorrowsView>("BorrowsView");
    examples.check::<HeapParams>("HeapParams");
    examples.check::<HeapView>("HeapView");
    examples.end();
}
