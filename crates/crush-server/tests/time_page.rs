//! Holds `docs/time.md` and the types of time together: every example is a complete message of its type.

use crush_server::time::protocol::{
    CloseParams, EvaluateParams, EvaluateResult, ObjectEvent, ObjectParams, OpenParams, SeekParams, StepParams,
    TimeArenaParams, TimeMoment,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

const PAGE: &str = include_str!("../../../docs/time.md");

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
    check::<OpenParams>("OpenParams");
    check::<TimeMoment>("TimeMoment");
    check::<StepParams>("StepParams");
    check::<SeekParams>("SeekParams");
    check::<ObjectParams>("ObjectParams");
    check::<ObjectEvent>("ObjectEvent");
    check::<TimeArenaParams>("TimeArenaParams");
    check::<CloseParams>("CloseParams");
    check::<EvaluateParams>("EvaluateParams");
    check::<EvaluateResult>("EvaluateResult");
    assert_eq!(PAGE.matches("```json ").count(), 10, "examples of no type");
}
