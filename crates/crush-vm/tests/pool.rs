//! Tasks on several threads.

mod support;

use std::num::NonZeroUsize;

use crush_vm::{CancelToken, Quotas, Scheduling};
use support::{Ran, run_scheduled};

fn on(workers: usize, text: &str) -> Ran {
    let workers = NonZeroUsize::new(workers).expect("some");
    run_scheduled(text, Scheduling::Pool { workers }, Quotas::default(), CancelToken::new())
}

/// Each task awaits the one that was spawned before it, the last one 10,000 others.
const CHAIN: &str = "
.entry @main
.function @main (8 registers)
load_int r0, 0
load_int r1, 10000
load_function r2, @next
load_int r3, 0
range_start r4, r0, r1, true
jump L1
L0:
spawn r3, r2, r3, 1
L1:
range_next r4, r5, L0
await r3, r3
print r3
return_null
.function @next (1 params, 2 registers)
await r1, r0
add_int r1, r1, 1
return r1
";

/// A task that spawns two, until the argument is 0: gives how many were spawned, itself included.
const TREE: &str = "
.entry @main
.function @main (4 registers)
load_int r0, 9
call r0, @grow, r0
print r0
return_null
.function @grow (1 params, 6 registers)
jump_gt_int r0, 0, L0
load_int r1, 1
return r1
L0:
sub_int r1, r0, 1
load_function r2, @grow
spawn r3, r2, r1, 1
spawn r4, r2, r1, 1
await r3, r3
await r4, r4
add r3, r3, r4
add_int r3, r3, 1
return r3
";

#[test]
fn ten_thousand_tasks_that_await_each_other_need_few_threads() {
    for workers in [1, 4] {
        let ran = on(workers, CHAIN);
        assert_eq!(ran.output, "10000\n", "{:?}", ran.result);
    }
    let seeded = run_scheduled(CHAIN, Scheduling::Seeded(3), Quotas::default(), CancelToken::new());
    assert_eq!(seeded.output, "10000\n", "{:?}", seeded.result);
}

#[test]
fn a_tree_of_tasks_gives_the_same_however_it_is_run() {
    for _ in 0..20 {
        assert_eq!(on(4, TREE).output, "1023\n");
    }
}

#[test]
fn cancelling_stops_every_task() {
    let text = "
.entry @main
.function @main (4 registers)
load_function r0, @forever
spawn r1, r0, r0, 0
spawn r2, r0, r0, 0
spawn r3, r0, r0, 0
await r1, r1
return_null
.function @forever (1 registers)
L0:
jump L0
";
    let cancel = CancelToken::new();
    let workers = NonZeroUsize::new(3).expect("some");
    std::thread::scope(|scope| {
        let cancelled = cancel.clone();
        let run =
            scope.spawn(move || run_scheduled(text, Scheduling::Pool { workers }, Quotas::default(), cancelled).result);
        std::thread::yield_now();
        cancel.cancel();
        assert_eq!(run.join().expect("no panic").unwrap_err().code(), "E-cancelled");
    });
}

#[test]
fn tasks_that_nobody_awaits_end_with_the_program() {
    let text = "
.entry @main
.function @main (4 registers)
load_function r0, @forever
spawn r1, r0, r0, 0
spawn r2, r0, r0, 0
load_int r1, 5
print r1
return_null
.function @forever (1 registers)
L0:
jump L0
";
    let ran = on(4, text);
    assert_eq!((ran.output.as_str(), ran.result.is_ok()), ("5\n", true));
}

#[test]
fn a7_the_quotas_are_those_of_the_whole_program() {
    let text = "
.entry @main
.function @main (8 registers)
load_function r0, @forever
spawn r1, r0, r0, 0
spawn r2, r0, r0, 0
await r1, r1
return_null
.function @forever (1 registers)
L0:
jump L0
";
    let workers = NonZeroUsize::new(4).expect("some");
    let quotas = Quotas { instructions: 1_000_000, ..Quotas::default() };
    let fault = run_scheduled(text, Scheduling::Pool { workers }, quotas, CancelToken::new()).result.unwrap_err();
    assert!(fault.message.ends_with("the quota of instructions is used up: 1000000 allowed"), "{}", fault.message);
}
