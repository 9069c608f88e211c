//! Holds `docs/drawing.md` and the types of drawing together: every example is a complete message of its type.

use crush_server::drawing::protocol::{BorrowsParams, BorrowsView, HeapParams, HeapView};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

const PAGE: &str = include_str!("../../../docs/drawing.md");

/// Reading and writing the example of a type loses nothing and adds nothing.
fn check<T: DeserializeOwned + Serialize>(name: &str) {
    let (_, rest) = PAGE.split_once(&format!("```json {name}\n")).unwrap_or_else(|| panic!("no example of {name}"));
    let (json, _) = rest.split_once("```").expect("the example ends");
    let example: Value = serde_json::from_str(json).unwrap_or_else(|error| panic!("example of {name}: {error}"));
    let message: T = serde_json::from_value(example.clone()).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(serde_json::to_value(&message).unwrap(), example, "example of {name}");
}

#[test]
fn every_example_is_a_complete_message() {
    check::<BorrowsParams>("BorrowsParams");
    check::<BorrowsView>("BorrowsView");
    check::<HeapParams>("HeapParams");
    check::<HeapView>("HeapView");
    assert_eq!(PAGE.matches("```json ").count(), 4, "examples of no type");
}
