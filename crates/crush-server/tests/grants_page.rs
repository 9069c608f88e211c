//! Holds `docs/grants.md` and the protocol's types together.

mod support;

use crush_server::grants::protocol::{GrantsParams, MissingGrantsParams, Needs};
use support::Examples;

#[test]
fn every_example_is_a_complete_message() {
    let mut examples = Examples::of(include_str!("../../../docs/grants.md"));
    examples.check::<GrantsParams>("GrantsParams");
    examples.check::<MissingGrantsParams>("MissingGrantsParams");
    examples.check::<Needs>("Needs");
    examples.end();
}
