//! Holds `docs/protocol.md` and the protocol's types together: every example is a complete message of its type.

mod support;

use crush_server::protocol::{ArenaParams, ArenaView, EvaluationParams, RunParams, Settings, TrustParams, VERSION};
use support::Examples;

const PAGE: &str = include_str!("../../../docs/protocol.md");

#[test]
fn every_example_is_a_complete_message() {
    let mut examples = Examples::of(PAGE);
    examples.check::<Settings>("Settings");
    examples.check::<TrustParams>("TrustParams");
    examples.check::<RunParams>("RunParams");
    examples.check::<EvaluationParams>("EvaluationParams");
    examples.check::<ArenaParams>("ArenaParams");
    examples.check::<ArenaView>("ArenaView");
    examples.end();
}

#[test]
fn the_page_shows_the_defaults_and_the_version() {
    let defaults = serde_json::to_value(Settings::default()).unwrap();
    assert_eq!(Examples::of(PAGE).check::<Settings>("Settings"), defaults);
    assert!(PAGE.contains(&format!("Version **{VERSION}**")));
}
