//! Capabilities that call back (H3).

mod support;

use crush_vm::{FaultKind, Quotas};
use support::{run, run_under};

/// Two functions beside the main one: `twice(x)` gives `x + x`, `bad(x)` throws `x`.
const FUNCTIONS: &str = "
.function @twice (1 params, 2 registers)
add r1, r0, r0
return r1
.function @bad (1 params, 1 registers)
throw r0
";

fn with_functions(body: &str) -> String {
    format!(".entry @main\n.function @main (16 registers)\n{body}\nreturn_null\n{FUNCTIONS}")
}

fn printed(body: &str) -> String {
    let ran = run(&with_functions(body));
    if let Err(fault) = &ran.result {
        panic!("{fault:#?}\n{body}");
    }
    assert_eq!(ran.live_borrows, 0);
    ran.output
}

const ARRAY: &str = "load_int r0, 1\nload_int r1, 2\nnew_array r0, r0, 2\n";

#[test]
fn h3_a_capability_calls_a_function_back() {
    let body = format!("{ARRAY}load_function r1, @twice\ncall_capability r2, test.map, r0, 2\nprint r2\nprint r0");
    assert_eq!(printed(&body), "[2, 4]\n[1, 2]\n");
}

#[test]
fn h3_a_closure_is_called_with_its_captures() {
    let text = "
.entry @main
.function @main (8 registers)
load_int r0, 0
new_cell r3, r0
load_int r0, 1
load_int r1, 2
new_array r0, r0, 2
new_closure r1, @count, r3
call_capability r2, test.map, r0, 2
print r2
get_cell r4, r3
print r4
return_null
.function @count (1 params, 1 captures, 3 registers)
get_cell r2, r1
add r2, r2, r0
set_cell r1, r2
return r2
";
    let ran = run(text);
    assert_eq!((ran.output.as_str(), ran.result.is_ok()), ("[1, 3]\n3\n", true));
}

#[test]
fn h3_writing_to_an_argument_in_a_callback_is_a_borrow_error() {
    let text = "
.entry @main
.function @main (8 registers)
load_int r0, 1
new_array r0, r0, 1
new_cell r3, r0
new_closure r1, @grow, r3
call_capability r2, test.map, r0, 2
return_null
.function @grow (1 params, 1 captures, 4 registers)
.local xs cell r1 L0 L1 !0..0
L0:
get_cell r2, r1
call_method r3, .push, r2, 1
L1:
return r3
";
    let fault = run(text).result.unwrap_err();
    assert_eq!(fault.message, "`xs` is changed while `test.map` works on it");
    let stack: Vec<_> = fault.call_stack.iter().map(|site| &*site.function).collect();
    assert_eq!(stack, ["grow", "main"]);
}

#[test]
fn h3_what_a_callback_throws_is_caught_around_the_call() {
    let body = format!(
        "{ARRAY}load_function r1, @bad
        .handler L0 L1 L1 r5
        L0:
        call_capability r2, test.map, r0, 2
        L1:
        print r5
        load_int r3, 0
        set_index r0, r3, r5
        print r0"
    );
    // It can be written to, so the borrows of the arguments have ended.
    let ran = run(&with_functions(&body));
    assert_eq!((ran.output.as_str(), ran.live_borrows), ("1\n[1, 2]\n", 0));
    assert!(ran.result.is_ok());
}

#[test]
fn h3_what_nothing_catches_is_told_with_the_callbacks_frame() {
    let body = format!("{ARRAY}load_function r1, @bad\ncall_capability r2, test.map, r0, 2");
    let fault = run(&with_functions(&body)).result.unwrap_err();
    assert_eq!(fault.kind, FaultKind::UncaughtThrow { value: "1".into() });
    assert_eq!(fault.call_stack.len(), 2);
}

#[test]
fn h3_what_a_callback_gave_outlives_a_collection() {
    // Every callback makes a long string, so that there are collections meanwhile.
    let text = "
.entry @main
.function @main (8 registers)
load_int r0, 0
load_int r1, 200
new_range r0, r0, r1, false
load_function r1, @long
call_capability r2, test.map, r0, 2
get_index_int r3, r2, 0
len r3, r3
print r3
return_null
.function @long (1 params, 5 registers)
load_const r1, \"0123456789\"
load_int r2, 0
load_int r3, 12
range_start r2, r2, r3, true
L0:
range_next r2, r3, L1
return r1
L1:
add r1, r1, r1
jump L0
";
    let memory = crush_arena::Limits { bytes: 16 << 20, objects: 100_000 };
    let ran = run_under(text, Quotas { memory, ..Quotas::default() });
    assert_eq!(ran.output, "40960\n", "{:?}", ran.result);
}

#[test]
fn h3_callbacks_are_nested_only_so_deep() {
    let text = "
.entry @main
.function @main (4 registers)
load_int r0, 1
call r1, @deeper, r0
return_null
.function @deeper (1 params, 6 registers)
new_array r2, r0, 1
load_function r3, @deeper
call_capability r4, test.map, r2, 2
return r4
";
    let fault = run(text).result.unwrap_err();
    assert_eq!(fault.code(), "E-quota");
    assert_eq!(fault.message, "callbacks are nested too deeply: 100 allowed");
}

#[test]
fn a7_instructions_in_callbacks_count() {
    let body = "load_int r0, 0\nload_int r1, 100\nnew_range r0, r0, r1, false\nload_function r1, @twice\nL0:\n\
                call_capability r2, test.map, r0, 2\njump L0";
    let ran = run_under(&with_functions(body), Quotas { instructions: 10_000, ..Quotas::default() });
    assert_eq!(ran.result.unwrap_err().message, "the quota of instructions is used up: 10000 allowed");
}
