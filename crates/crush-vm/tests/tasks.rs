//! Tasks (T1 to T3).

mod support;

use crush_vm::{CancelToken, FaultKind, Quotas, Scheduling};
use support::{Ran, run, run_scheduled, run_under};

/// `echo(x)` prints and gives `x`; `grow(xs)` appends to its argument and gives it; `bad(x)` throws; `zero(x)` divides by 0;
/// `turns(x)` prints `x` three times, and yields after each.
const FUNCTIONS: &str = r"
.function @echo (1 params, 2 registers)
print r0
return r0
.function @grow (1 params, 3 registers)
load_int r1, 9
call_method r2, .push, r0, 1
return r0
.function @bad (1 params, 1 registers)
throw r0
.function @zero (1 params, 2 registers)
load_int r1, 0
div r0, r0, r1
return r0
.function @turns (1 params, 4 registers)
load_int r1, 0
load_int r2, 3
range_start r1, r1, r2, true
jump L1
L0:
print r0
yield
L1:
range_next r1, r2, L0
return r0
";

fn with_functions(body: &str) -> String {
    format!(".entry @main\n.function @main (16 registers)\n.owner r8 variable s\n{body}\nreturn_null\n{FUNCTIONS}")
}

fn ran(body: &str) -> Ran {
    run(&with_functions(body))
}

fn printed(body: &str) -> String {
    let ran = ran(body);
    if let Err(fault) = &ran.result {
        panic!("{fault:#?}\n{body}");
    }
    assert_eq!(ran.live_borrows, 0);
    ran.output
}

/// The handles of two tasks in `r2` and `r3`, which were given 1 and 2.
fn two(function: &str) -> String {
    format!("load_function r0, {function}\nload_int r1, 1\nspawn r2, r0, r1, 1\nload_int r1, 2\nspawn r3, r0, r1, 1\n")
}

#[test]
fn a_task_runs_when_it_is_awaited_or_yielded_to() {
    let two = two("@echo");
    assert_eq!(
        printed(&format!("{two}print r2\nawait r4, r2\nprint r4\nawait r5, r2\nprint r5")),
        "<handle 1>\n1\n2\n1\n1\n"
    );
    assert_eq!(printed(&format!("{two}yield\nprint r1")), "1\n2\n2\n");
    assert_eq!(printed(&format!("{two}print r1")), "2\n", "nobody asks for what they print");
    assert_eq!(printed("load_int r0, 5\nawait r1, r0\nprint r1\nyield"), "5\n");
}

#[test]
fn tasks_that_yield_take_turns() {
    assert_eq!(printed(&format!("{}await r4, r3\nprint r4", two("@turns"))), "1\n2\n1\n2\n1\n2\n2\n");
}

#[test]
fn t1_arguments_are_copied() {
    let body = "load_int r0, 1\nnew_array r1, r0, 1\nload_function r0, @grow\nspawn r2, r0, r1, 1\nload_int r4, 7\n\
                load_int r5, 0\nset_index r1, r5, r4\nawait r3, r2\nprint r1\nprint r3\nawait r4, r2\neq r5, r3, r4\nprint r5\n\
                call_method r6, .pop, r3, 0\nprint r4";
    // What the program changes after the `spawn` the task does not see, and the result is one object for all awaits.
    assert_eq!(printed(body), "[7]\n[1, 9]\ntrue\n[1]\n");
}

#[test]
fn t1_a_closure_takes_its_captures_along() {
    let text = "
.entry @main
.function @main (6 registers)
load_int r0, 1
new_cell r1, r0
new_closure r2, @count, r1
load_int r3, 5
spawn r4, r2, r3, 1
await r4, r4
print r4
get_cell r0, r1
print r0
return_null
.function @count (1 params, 1 captures, 3 registers)
get_cell r2, r1
add r2, r2, r0
set_cell r1, r2
return r2
";
    assert_eq!(run(text).output, "6\n1\n");
}

#[test]
fn t2_a_fault_in_a_task_is_a_fault_at_the_await() {
    let ran = ran(&format!(
        ".handler L0 L1 L1 r9\n{}print r1\nyield\nprint r1\nL0:\nawait r4, r3 !7..9\nL1:\nprint r9",
        two("@zero")
    ));
    assert_eq!(ran.output, "2\n2\n");
    let fault = ran.result.unwrap_err();
    assert_eq!((fault.kind.clone(), fault.primary.start), (FaultKind::DivisionByZero, 7));
    assert_eq!(fault.message, "a task faulted: division by zero");
    assert_eq!(fault.call_stack.len(), 1);
    let task = fault.task.expect("told as it was in the task");
    assert_eq!((task.message.as_str(), &*task.call_stack[0].function), ("division by zero", "zero"));
}

/// Each of these tasks starts the next one and awaits it; the last one fails.
const CHAIN: &str = "
.function @link (1 params, 0 captures, 5 registers)
load_int r1, 0
le r2, r0, r1
jump_if_not r2, L0
load_int r3, 1
div r3, r3, r1
L0:
load_int r3, 1
sub r3, r0, r3
load_function r1, @link
spawn r2, r1, r3, 1
await r2, r2
return r2
";

#[test]
fn t2_a_fault_through_several_tasks_tells_each_await_and_the_first_place() {
    let chain = |links: usize| {
        let body = format!("load_function r1, @link\nload_int r2, {links}\nspawn r3, r1, r2, 1\nawait r4, r3");
        run(&format!("{}{CHAIN}", with_functions(&body))).result.unwrap_err()
    };
    let fault = chain(2);
    assert_eq!(fault.message, "a task faulted: division by zero");
    assert_eq!(fault.origin().kind, FaultKind::DivisionByZero);
    assert_eq!(fault.chain().count(), 4);
    // However many there were, what is told is bounded, and has both ends.
    let fault = chain(40);
    assert_eq!(fault.chain().count(), 16);
    assert_eq!(
        (fault.message.as_str(), &fault.origin().kind),
        ("a task faulted: division by zero", &FaultKind::DivisionByZero)
    );
}

#[test]
fn t2_a_throw_that_a_task_does_not_catch_is_a_fault() {
    let fault =
        ran(&format!(".handler L0 L1 L1 r9\n{}L0:\nawait r4, r3\nL1:\nprint r9", two("@bad"))).result.unwrap_err();
    assert_eq!(fault.kind, FaultKind::UncaughtThrow { value: "2".into() });
}

#[test]
fn t3_a_borrow_cannot_be_sent() {
    let body = "new_array r0, r0, 0\nborrow_shared r8, r0\nmove r2, r8\nload_function r1, @echo\nspawn r3, r1, r2, 1";
    let fault = ran(body).result.unwrap_err();
    assert_eq!((fault.code(), fault.message.contains("cannot be sent to a task")), ("E-borrow", true), "{fault:?}");
}

#[test]
fn a_task_that_awaits_in_a_callback_lets_others_run() {
    let text = "
.entry @main
.function @main (6 registers)
load_function r1, @task
load_int r2, 1
spawn r2, r1, r2, 1
load_int r3, 2
spawn r3, r1, r3, 1
new_array r0, r2, 2
load_function r1, @wait
call_capability r2, test.map, r0, 2
print r2
return_null
.function @wait (1 params, 2 registers)
await r1, r0
return r1
.function @task (1 params, 2 registers)
yield
load_function r1, @echo
spawn r1, r1, r0, 1
await r1, r1
return r1
.function @echo (1 params, 1 registers)
print r0
return r0
";
    let ran = run(text);
    assert_eq!(ran.output, "1\n2\n[1, 2]\n", "{:?}", ran.result);
}

#[test]
fn a7_tasks_do_not_multiply_the_quotas() {
    let text = "
.entry @main
.function @main (6 registers)
load_function r0, @main2
L0:
spawn r1, r0, r0, 0
await r1, r1
jump L0
.function @main2 (4 registers)
load_int r0, 0
load_int r1, 1000
range_start r0, r0, r1, false
L1:
range_next r0, r1, L1
load_int r2, 7
print r2
return_null
";
    let ran = run_under(text, Quotas { instructions: 100_000, ..Quotas::default() });
    let fault = ran.result.unwrap_err();
    assert!(fault.message.ends_with("the quota of instructions is used up: 100000 allowed"), "{}", fault.message);
    assert!((90..=100).contains(&ran.output.lines().count()));
    let ran = run_under(text, Quotas { output: 50, ..Quotas::default() });
    assert!(ran.result.unwrap_err().message.ends_with("the quota of output is used up: 50 allowed"));
    assert_eq!(ran.output.len(), 50);
}

#[test]
fn a7_tasks_do_not_multiply_the_memory() {
    // Every task makes an array of some 1.6 MB and holds it.
    let text = "
.entry @main
.function @main (8 registers)
.owner r6 loop
load_function r0, @hold
load_int r2, 0
load_int r3, 20
new_range r1, r2, r3, false
spawn_each r1, r1, r0
iter_start r6, r1
jump L1
L0:
await r2, r2
L1:
iter_next r2, r6, L0
return_null
.function @hold (1 params, 4 registers)
load_int r0, 0
load_int r1, 100000
new_range r0, r0, r1, false
yield
len r1, r0
return r1
";
    let under = |bytes| {
        let memory = crush_arena::Limits { bytes, objects: 100_000 };
        run_under(text, Quotas { memory, ..Quotas::default() }).result
    };
    let fault = under(8 << 20).unwrap_err();
    assert!(fault.message.ends_with("the quota of memory is used up: 8388608 allowed"), "{}", fault.message);
    assert!(under(80 << 20).is_ok());
}

/// 30,000 tasks one after the other. `wait` is what is done with the handle in `r3`.
fn many(wait: &str) -> Ran {
    let text = format!(
        "
.entry @main
.function @main (6 registers)
load_function r0, @one
load_int r1, 0
load_int r2, 30000
range_start r1, r1, r2, true
jump L1
L0:
spawn r3, r0, r1, 1
{wait}
L1:
range_next r1, r2, L0
return_null
.function @one (1 params, 2 registers)
return r0
"
    );
    let memory = crush_arena::Limits { bytes: 2 << 20, objects: 100_000 };
    run_under(&text, Quotas { memory, ..Quotas::default() })
}

#[test]
fn a_task_that_has_ended_is_gone_with_its_handle() {
    for wait in ["await r3, r3", "yield", "yield\nyield\nawait r4, r3"] {
        let ran = many(wait);
        assert!(ran.result.is_ok(), "{wait}: {:?}", ran.result);
    }
}

#[test]
fn a_seed_decides_the_order_and_nothing_else() {
    let text = with_functions(&format!("{}await r4, r2\nawait r5, r3\nadd r4, r4, r5\nprint r4", two("@turns")));
    let run = |seed| run_scheduled(&text, Scheduling::Seeded(seed), Quotas::default(), CancelToken::new()).output;
    let outputs: std::collections::BTreeSet<String> = (0..20).map(run).collect();
    assert!(outputs.len() > 1);
    for output in outputs {
        let mut lines: Vec<_> = output.lines().collect();
        assert_eq!(lines.pop(), Some("3"));
        lines.sort_unstable();
        assert_eq!(lines, ["1", "1", "1", "2", "2", "2"]);
    }
    assert!((0..20).all(|seed| run(seed) == run(seed)));
}

#[test]
fn new_steps_counts_both_ways() {
    let steps = |start: i64, end: i64, step: i64| {
        let body = format!("load_int r0, {start}\nload_int r1, {end}\nload_int r2, {step}\nnew_steps r3, r0\nprint r3");
        printed(&body)
    };
    assert_eq!(steps(0, 10, 3), "[0, 3, 6, 9]\n");
    assert_eq!(steps(10, 0, -3), "[10, 7, 4, 1]\n");
    assert_eq!(steps(0, 9, 3), "[0, 3, 6]\n");
    assert_eq!((steps(5, 0, 1), steps(0, 5, -1)), ("[]\n".into(), "[]\n".into()));
    let fault = ran("load_int r0, 1\nload_int r1, 2\nload_int r2, 0\nnew_steps r3, r0").result.unwrap_err();
    assert_eq!(fault.message, "the step of a range must not be 0");
}

#[test]
fn spawn_each_takes_an_array() {
    let body = "load_int r0, 3\nload_int r1, 4\nnew_array r0, r0, 2\nload_function r1, @echo\nspawn_each r2, r0, r1\n\
                print r2\nget_index_int r3, r2, 1\nawait r3, r3\nprint r3";
    assert_eq!(printed(body), "[<handle 1>, <handle 2>]\n3\n4\n4\n");
    let fault = ran("load_int r0, 3\nload_function r1, @echo\nspawn_each r2, r0, r1").result.unwrap_err();
    assert_eq!(fault.message, "`parallel_map` takes an array and a function, not an int");
}

#[test]
fn a_handle_is_named_as_what_it_is() {
    let fault = ran(&format!("{}add_int r2, r2, 1", two("@echo"))).result.unwrap_err();
    assert_eq!(fault.message, "cannot add a task handle and an int");
}

#[test]
fn a_task_may_end_the_program() {
    let text = with_functions(&format!("{}await r3, r3\nprint r1", two("@exit")))
        + ".function @exit (1 params, 2 registers)\ncall_capability r1, test.exit, r0, 1\nreturn r1\n";
    let workers = std::num::NonZeroUsize::new(2).expect("some");
    for scheduling in [Scheduling::Seeded(0), Scheduling::Pool { workers }] {
        let ran = run_scheduled(&text, scheduling, Quotas::default(), CancelToken::new());
        assert_eq!((ran.output.as_str(), ran.result.unwrap_err().kind), ("", FaultKind::Exit { status: 3 }));
    }
}
