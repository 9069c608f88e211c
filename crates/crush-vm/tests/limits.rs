//! Quotas (A7) and cancelling.

mod support;

use crush_arena::{Limits, Resource};
use crush_vm::{CancelToken, FaultKind, HostAdapter, Moment, Quotas, Recorder, Vm};
use support::{TestHost, program, run_under};

const FOREVER: &str = ".function @main (2 registers)\nload_int r0, 0\nL0:\nadd_int r0, r0, 1\njump L0";
const RECURSION: &str = ".entry @main\n.function @f (1 params, 2 registers)\nadd_int r1, r0, 1\ncall r1, @f, r1\nreturn r1\n\
    .function @main (1 registers)\nload_int r0, 0\ncall r0, @f, r0\nreturn r0";

fn quota(text: &str, quotas: Quotas) -> (Resource, Option<u64>) {
    match run_under(text, quotas).result.expect_err("a fault").kind {
        FaultKind::Quota { resource, limit } => (resource, limit),
        other => panic!("{other:?}"),
    }
}

#[test]
fn instructions() {
    assert_eq!(
        quota(FOREVER, Quotas { instructions: 10_000, ..Quotas::default() }),
        (Resource::Instructions, Some(10_000))
    );
    assert_eq!(
        quota(RECURSION, Quotas { instructions: 500, ..Quotas::default() }),
        (Resource::Instructions, Some(500))
    );
}

#[test]
fn instructions_are_counted_exactly() {
    // 1, then 10 turns of 2 and a last test, then the return.
    let text =
        ".function @main (1 registers)\nload_int r0, 0\nL0:\nadd_int r0, r0, 1\njump_lt_int r0, 10, L0\nreturn_null";
    let (program, host) = (program(text), TestHost::default());
    let mut vm = Vm::new(&program, &host, Quotas::default(), CancelToken::new()).unwrap();
    vm.run().unwrap();
    assert_eq!(vm.instructions(), 1 + 20 + 1);
}

#[test]
fn call_depth_is_a_fault_and_not_an_overflow_of_the_stack() {
    let ran = run_under(RECURSION, Quotas::default());
    let fault = ran.result.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Quota { resource: Resource::CallDepth, limit: Some(100_000) });
    assert_eq!(fault.call_stack.len() + fault.omitted_frames, 100_000);
    assert_eq!(&*fault.call_stack.last().unwrap().function, "main");
}

#[test]
fn bytes_and_objects() {
    let grow = ".function @main (4 registers)\nnew_array r0, r0, 0\nL0:\nmove r1, r0\nload_int r2, 1\ncall_method r1, .push, r1, 1\njump L0";
    let small = Limits { bytes: 1 << 16, objects: 100 };
    let under = |text| quota(text, Quotas { memory: small, ..Quotas::default() });
    assert_eq!(under(grow), (Resource::Bytes, Some(1 << 16)));
    let many = ".function @main (4 registers)\nL0:\nnew_array r0, r0, 1\njump L0";
    assert_eq!(under(many), (Resource::Objects, Some(100)));
    let range = ".function @main (4 registers)\nload_int r0, 0\nload_const r1, 9223372036854775807\nnew_range r0, r0, r1, true\nreturn r0";
    assert_eq!(under(range), (Resource::Bytes, Some(1 << 16)));
    assert_eq!(under(RECURSION), (Resource::Bytes, Some(1 << 16)));
    let double = ".function @main (1 registers)\nload_const r0, \"ab\"\nL0:\nadd r0, r0, r0\njump L0";
    assert_eq!(under(double), (Resource::Bytes, Some(1 << 16)));
}

#[test]
fn output() {
    let text = ".function @main (1 registers)\nload_const r0, \"four\"\nL0:\nprint r0\njump L0";
    let ran = run_under(text, Quotas { output: 14, ..Quotas::default() });
    assert_eq!(ran.output, "four\nfour\n");
    assert_eq!(ran.result.unwrap_err().message, "the quota of output is used up: 14 allowed");
}

/// Found by the property test: no jump goes back here, only the handler does.
#[test]
fn a_handler_that_throws_again_is_a_loop() {
    let text = ".function @main (1 registers)\n.handler L0 L1 L0 r0\nL0:\nthrow r0\nL1:\nreturn_null";
    let quotas = Quotas { instructions: 100, ..Quotas::default() };
    assert_eq!(quota(text, quotas), (Resource::Instructions, Some(100)));
}

/// Cancels the run when the program prints: no clock, no thread.
struct CancelOnPrint<'t>(&'t CancelToken, bool);

impl Recorder for CancelOnPrint<'_> {
    fn printed(&mut self, _: &Moment<'_>, _: &str) {
        if self.1 { self.0.time_is_up() } else { self.0.cancel() }
    }
}

#[test]
fn a_cancelled_run_stops_at_the_next_turn_or_call() {
    let text = ".function @main (1 registers)\nload_int r0, 1\nprint r0\nL0:\njump L0";
    for (deadline, code) in [(false, "E-cancelled"), (true, "E-quota")] {
        let (program, host, cancel) = (program(text), TestHost::default(), CancelToken::new());
        let mut vm = Vm::new(&program, &host, Quotas::default(), cancel.clone()).unwrap();
        let fault = vm.run_recorded(&mut CancelOnPrint(&cancel, deadline)).unwrap_err();
        assert_eq!(fault.code(), code);
    }
}

#[test]
fn cancelling_from_another_thread_stops_an_endless_loop() {
    let (program, cancel) = (program(FOREVER), CancelToken::new());
    std::thread::scope(|scope| {
        let run = scope.spawn({
            let cancel = cancel.clone();
            move || {
                let host = TestHost::default();
                let mut vm = Vm::new(&program, &host, Quotas::default(), cancel).unwrap();
                vm.run().unwrap_err().code()
            }
        });
        cancel.cancel();
        assert_eq!(run.join().unwrap(), "E-cancelled");
    });
}

/// A host whose output is closed.
struct Closed;

impl HostAdapter for Closed {
    fn resolve(&self, _: &str) -> crush_vm::Resolution {
        crush_vm::Resolution::Unknown { nearest: None }
    }

    fn call(&self, _: u32, _: &mut crush_vm::Call<'_>) -> Result<crush_arena::RuntimeValue, crush_vm::CallError> {
        Err("there is none".into())
    }

    fn print(&self, _: &str) -> Result<(), String> {
        Err("it is closed".into())
    }
}

#[test]
fn an_output_that_is_closed_is_a_fault() {
    let program = program(".function @main (1 registers)\nprint r0\nreturn_null");
    let host = Closed;
    let mut vm = Vm::new(&program, &host, Quotas::default(), CancelToken::new()).unwrap();
    assert_eq!(vm.run().unwrap_err().message, "io.print: it is closed");
    assert_eq!(vm.run().unwrap_err().kind, FaultKind::Type);
}
