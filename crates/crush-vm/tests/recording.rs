//! What a recorder is told.

mod support;

use crush_arena::RuntimeValue;
use crush_vm::{CancelToken, Moment, NoRecorder, Quotas, Recorder, Vm};
use support::{TestHost, program};

#[derive(Default)]
struct Told(Vec<String>);

impl Recorder for Told {
    fn statement(&mut self, moment: &Moment<'_>, statement: usize) {
        let span = moment.code().debug.statements[statement].span;
        let locals: Vec<_> = moment.locals().map(|(local, value)| format!("{}={value:?}", local.name)).collect();
        self.0.push(format!("{}:{}..{} [{}]", moment.code().name, span.start, span.end, locals.join(" ")));
    }

    fn bound(&mut self, moment: &Moment<'_>, binding: usize, value: RuntimeValue) {
        let debug = &moment.code().debug;
        let local = &debug.locals[debug.bindings[binding].local as usize];
        self.0.push(format!("{} = {value:?}", local.name));
    }

    fn printed(&mut self, moment: &Moment<'_>, text: &str) {
        self.0.push(format!("printed {text:?} at {}", moment.pc));
    }

    fn entered(&mut self, moment: &Moment<'_>) {
        self.0.push(format!("> {} {}", moment.code().name, moment.depth));
    }

    fn returned(&mut self, moment: &Moment<'_>, value: RuntimeValue) {
        self.0.push(format!("< {} {value:?}", moment.code().name));
    }
}

const TEXT: &str = ".entry @main\n\
    .function @twice (1 params, 2 registers)\n.local n r0 L0 L1\nL0:\n.statement !10..20\nadd r1, r0, r0\nreturn r1\nL1:\nreturn_null\n\
    .function @main (4 registers)\n.local c cell r1 L0 L1\n.local x r3 L2 L1\n.statement !30..40\nload_int r0, 4\nnew_cell r1, r0\n\
    L0:\n.bind 0\n.statement !50..60\nget_cell r2, r1\ncall r3, @twice, r2\nL2:\n.bind 1\nprint r3\nreturn_null\nL1:\nreturn_null";

#[test]
fn statements_bindings_calls_and_output_in_order() {
    let (program, host, mut told) = (program(TEXT), TestHost::default(), Told::default());
    let mut vm = Vm::new(&program, &host, Quotas::default(), CancelToken::new()).unwrap();
    vm.run_recorded(&mut told).unwrap();
    let expected = [
        "> main 1",
        "main:30..40 []",
        "c = Int(4)",
        "main:50..60 [c=Int(4)]",
        "> twice 2",
        "twice:10..20 [n=Int(4)]",
        "< twice Int(8)",
        "x = Int(8)",
        "printed \"8\\n\" at 4",
        "< main Null",
    ];
    assert_eq!(told.0, expected);
    const { assert!(!NoRecorder::ENABLED) };
}

/// After a fault the frames are there to be looked at.
#[test]
fn the_state_at_a_fault_can_be_inspected() {
    let text = TEXT.replace("add r1, r0, r0", "get_index r1, r0, r0");
    let (program, host) = (program(&text), TestHost::default());
    let mut vm = Vm::new(&program, &host, Quotas::default(), CancelToken::new()).unwrap();
    let fault = vm.run().unwrap_err();
    assert_eq!(fault.message, "cannot index an int");
    let frames: Vec<_> = vm.moments().map(|moment| (moment.code().name.to_string(), moment.locals().count())).collect();
    assert_eq!(frames, [("twice".to_owned(), 1), ("main".to_owned(), 1)]);
}

/// A8: with the log of events on, reads and writes carry the instruction they happened at.
#[test]
fn events_lead_back_to_the_source() {
    let text = ".function @main (4 registers)\nnew_array r0, r0, 1 !1..5\nget_index_int r1, r0, 0 !7..9\nreturn_null";
    let (program, host) = (program(text), TestHost::default());
    let mut vm = Vm::new(&program, &host, Quotas::default(), CancelToken::new()).unwrap();
    vm.arena_mut().start_recording(100);
    vm.run_recorded(&mut Told::default()).unwrap();
    let places: Vec<_> =
        vm.arena().events().iter().filter_map(|event| vm.range_of(event.site)).map(|range| range.start).collect();
    assert_eq!(places, [1, 7]);
}
