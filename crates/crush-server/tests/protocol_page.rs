//! Holds `docs/protocol.md` and the protocol's types together: every example is a complete message of its type.

use std::collections::BTreeMap;

use crush_server::protocol::{ArenaParams, ArenaView, EvaluationParams, RunParams, Settings, TrustParams, VERSION};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

const PAGE: &str = include_str!("../../../docs/protocol.md");

/// The examples of the page, by the name of their type.
fn examples() -> BTreeMap<&'static str, Value> {
    let mut examples = BTreeMap::new();
    for block in PAGE.split("```json ").skip(1) {
        let (name, rest) = block.split_once('\n').expect("a block has a first line");
        let (json, _) = rest.split_once("```").expect("a block ends");
        let value = serde_json::from_str(json).unwrap_or_else(|error| panic!("example of {name}: {error}"));
        assert!(examples.insert(name.trim(), value).is_none(), "two examples of {name}");
    }
    examples
}

/// Reading and writing an example loses nothing and adds nothing.
fn check<T: DeserializeOwned + Serialize>(examples: &mut BTreeMap<&str, Value>, name: &str) {
    let example = examples.remove(name).unwrap_or_else(|| panic!("no example of {name}"));
    let message: T =
        serde_json::from_value(example.clone()).unwrap_or_else(|error| panic!("example of {name}: {error}"));
    assert_eq!(serde_json::to_value(&message).unwrap(), example, "example of {name}");
}

#[test]
fn every_example_is_a_complete_message() {
    let mut examples = examples();
    check::<Settings>(&mut examples, "Settings");
    check::<TrustParams>(&mut examples, "TrustParams");
    check::<RunParams>(&mut examples, "RunParams");
    check::<EvaluationParams>(&mut examples, "EvaluationParams");
    check::<ArenaParams>(&mut examples, "ArenaParams");
    check::<ArenaView>(&mut examples, "ArenaView");
    assert!(examples.is_empty(), "examples of no type: {:?}", examples.keys());
}

#[test]
fn the_page_shows_the_defaults_and_the_version() {
    let defaults = serde_json::to_value(Settings::default()).unwrap();
    assert_eq!(examples()["Settings"], defaults);
    assert!(PAGE.contains(&format!("Version **{VERSION}**")));
}
