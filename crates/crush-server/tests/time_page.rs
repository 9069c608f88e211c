//! Holds `docs/time.md` and the types of time together: every example is a complete message of its type.

mod support;

use crush_server::time::protocol::{
    CloseParams, EvaluateParams, EvaluateResult, ObjectEvent, ObjectParams, OpenParams, SeekParams, StepParams,
    TimeArenaParams, TimeHeapParams, TimeMoment,
};
use support::Examples;

const PAGE: &str = include_str!("../../../docs/time.md");

#[test]
fn every_example_is_a_complete_message() {
    let mut examples = Examples::of(PAGE);
    examples.check::<OpenParams>("OpenParams");
    examples.check::<TimeMoment>("TimeMoment");
    examples.check::<StepParams>("StepParams");
    examples.check::<SeekParams>("SeekParams");
    examples.check::<ObjectParams>("ObjectParams");
    examples.check::<ObjectEvent>("ObjectEvent");
    examples.check::<TimeArenaParams>("TimeArenaParams");
    examples.check::<TimeHeapParams>("TimeHeapParams");
    examples.check::<CloseParams>("CloseParams");
    examples.check::<EvaluateParams>("EvaluateParams");
    examples.check::<EvaluateResult>("EvaluateResult");
    examples.end();
}
