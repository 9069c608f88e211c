//! The examples of messages on a page, held to the types of the protocol.

use std::collections::BTreeMap;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// The examples of a page, by the name of their type.
pub(crate) struct Examples(BTreeMap<String, Value>);

impl Examples {
    /// Those of a page.
    pub(crate) fn of(page: &str) -> Self {
        let mut examples = BTreeMap::new();
        for block in page.split("```json ").skip(1) {
            let (name, rest) = block.split_once('\n').expect("a block has a first line");
            let (json, _) = rest.split_once("```").expect("a block ends");
            let value = serde_json::from_str(json).unwrap_or_else(|error| panic!("example of {name}: {error}"));
            assert!(examples.insert(name.trim().to_owned(), value).is_none(), "two examples of {name}");
        }
        Self(examples)
    }

    /// Takes the example of a type: reading and writing it loses nothing and adds nothing.
    pub(crate) fn check<T: DeserializeOwned + Serialize>(&mut self, name: &str) -> Value {
        let example = self.0.remove(name).unwrap_or_else(|| panic!("no example of {name}"));
        let message: T =
            serde_json::from_value(example.clone()).unwrap_or_else(|error| panic!("example of {name}: {error}"));
        assert_eq!(serde_json::to_value(&message).unwrap(), example, "example of {name}");
        example
    }

    /// Every example was that of a type.
    pub(crate) fn end(self) {
        assert!(self.0.is_empty(), "examples of no type: {:?}", self.0.keys());
    }
}
