//! Instructions on objects: arrays, maps, instances, strings, ranges, loops, methods, capabilities.

mod support;

use support::{fault, printed, run};

const ARRAY: &str = "load_int r0, 10\nload_int r1, 20\nload_int r2, 30\nnew_array r4, r0, 3\n";
const MAP: &str = "load_const r0, \"b\"\nload_int r1, 1\nload_const r2, \"a\"\nload_int r3, 2\nnew_map r4, r0, 2\n";

fn with(setup: &str, body: &str) -> String {
    printed(&format!("{setup}{body}\nreturn_null"))
}

fn fault_with(setup: &str, body: &str) -> (String, String) {
    fault(&format!("{setup}{body}\nreturn_null"))
}

#[test]
fn indexes_count_from_either_end() {
    assert_eq!(
        with(ARRAY, "get_index_int r5, r4, -1\nprint r5\nload_int r6, 1\nget_index r5, r4, r6\nprint r5"),
        "30\n20\n"
    );
    assert_eq!(with(ARRAY, "load_int r6, -3\nset_index r4, r6, r2\nprint r4"), "[30, 20, 30]\n");
    assert_eq!(
        fault_with(ARRAY, "get_index_int r5, r4, 3"),
        ("Index".into(), "index 3 is out of range: there are 3 elements".into())
    );
    assert_eq!(fault_with(ARRAY, "load_int r6, 3\nset_index r4, r6, r2").0, "Index");
    assert_eq!(fault_with(ARRAY, "load_bool r6, true\nget_index r5, r4, r6").1, "an index must be an int, not a bool");
    assert_eq!(fault_with(ARRAY, "get_index_int r5, r0, 3").1, "cannot index an int");
}

#[test]
fn maps_keep_the_order_of_insertion() {
    let body = "print r4\nload_const r5, \"c\"\nset_index r4, r5, r4\nload_int r5, 7\nset_field r4, .b, r5\nget_field r6, r4, .b\n\
                print r6\nget_field r6, r4, .none\nprint r6\nlen r6, r4\nprint r6\nprint r4";
    assert_eq!(with(MAP, body), "{b: 1, a: 2}\n7\nnull\n3\n{b: 7, a: 2, c: {…}}\n");
    assert_eq!(fault_with(MAP, "load_const r5, \"q\"\nget_index r6, r4, r5").0, "MissingKey");
    assert_eq!(fault_with(MAP, "get_index_int r6, r4, 1").1, "a key must be a string, not an int");
}

#[test]
fn strings_are_read_by_character_and_never_written() {
    let setup = "load_const r4, \"héllo\"\n";
    assert_eq!(
        with(setup, "get_index_int r0, r4, 1\nprint r0\nget_index_int r0, r4, -1\nprint r0\nlen r0, r4\nprint r0"),
        "é\no\n6\n"
    );
    assert_eq!(fault_with(setup, "get_index_int r0, r4, 5").1, "index 5 is out of range: there are 5 elements");
    assert_eq!(fault_with(setup, "load_int r0, 0\nset_index r4, r0, r4").1, "cannot assign to an element of a string");
}

#[test]
fn slices() {
    assert_eq!(with(ARRAY, "load_int r5, 1\nslice r0, r4, r5\nprint r0"), "[20, 30]\n");
    assert_eq!(with(ARRAY, "load_int r7, -1\nslice r0, r4, r5\nprint r0"), "[30, 20, 10]\n");
    assert_eq!(
        with("load_const r4, \"héllo\"\n", "load_int r5, -4\nload_int r6, 3\nslice r0, r4, r5\nprint r0"),
        "él\n"
    );
    assert_eq!(fault_with(ARRAY, "load_int r7, 0\nslice r0, r4, r5").1, "the step of a slice cannot be 0");
}

#[test]
fn ranges_are_arrays_where_they_are_values() {
    let ends = "load_int r0, 2\nload_int r1, 5\n";
    assert_eq!(
        with(
            ends,
            "new_range r4, r0, r1, false\nprint r4\nnew_range r4, r0, r1, true\nprint r4\nnew_range r4, r1, r0, true\nprint r4"
        ),
        "[2, 3, 4]\n[2, 3, 4, 5]\n[]\n"
    );
    assert_eq!(fault_with("load_int r0, 2\n", "new_range r4, r0, r5, false").0, "Type");
}

#[test]
fn range_loops_reach_the_largest_integer() {
    let body = "load_const r0, 9223372036854775806\nload_const r1, 9223372036854775807\nrange_start r2, r0, r1, true\n\
                L0:\nprint r2\nrange_next r2, r3, L0";
    assert_eq!(with("", body), "9223372036854775806\n9223372036854775807\n");
}

#[test]
fn loops_over_arrays_keys_and_characters() {
    let over = "iter_start r10, r4\njump L1\nL0:\nprint r5\nL1:\niter_next r5, r10, L0\nend_borrow r10";
    assert_eq!(with(ARRAY, over), "10\n20\n30\n");
    assert_eq!(with(MAP, over), "b\na\n");
    assert_eq!(with("load_const r4, \"hé\"\n", over), "h\né\n");
    assert_eq!(fault_with("load_int r4, 5\n", over).1, "cannot loop over an int");
}

#[test]
fn built_in_methods() {
    let call = |name: &str, arguments: &str, count: usize| {
        format!("move r5, r4\n{arguments}call_method r7, .{name}, r5, {count}\nprint r7\nprint r4\n")
    };
    assert_eq!(with(ARRAY, &call("push", "load_int r6, 1\n", 1)), "[10, 20, 30, 1]\n[10, 20, 30, 1]\n");
    assert_eq!(with(ARRAY, &call("pop", "", 0)), "30\n[10, 20]\n");
    assert_eq!(with(ARRAY, &call("remove", "load_int r6, -3\n", 1)), "10\n[20, 30]\n");
    let insert = "move r5, r4\nload_int r6, 3\nload_int r7, 9\ncall_method r12, .insert, r5, 2\nprint r4";
    assert_eq!(with(ARRAY, insert), "[10, 20, 30, 9]\n");
    assert_eq!(with(ARRAY, &call("len", "", 0)), "3\n[10, 20, 30]\n");
    assert_eq!(with(MAP, &call("keys", "", 0)), "[b, a]\n{b: 1, a: 2}\n");
    assert_eq!(with(MAP, &call("remove", "load_const r6, \"b\"\n", 1)), "1\n{a: 2}\n");
    assert_eq!(with(MAP, &call("remove", "load_const r6, \"q\"\n", 1)), "null\n{b: 1, a: 2}\n");
    assert_eq!(
        fault_with(ARRAY, &call("psuh", "load_int r6, 1\n", 1)),
        ("UnknownMethod".into(), "an array has no method `psuh`: did you mean `push`?".into())
    );
    assert_eq!(fault_with(ARRAY, &call("push", "", 0)).1, "`array.push` takes 1 argument, but 0 were given");
}

const CLASS: &str = ".class Point (x, y)\n.method sum = @sum\n.entry @main\n.function @sum (1 params, 2 registers)\n\
    get_field r1, r0, .x\nget_field r0, r0, .y\nadd r0, r0, r1\nreturn r0\n\
    .function @main (16 registers)\nload_int r0, 3\nload_int r1, 4\nnew_instance r4, Point, r0\n";

#[test]
fn instances_have_fields_and_methods() {
    let ran = run(&format!(
        "{CLASS}print r4\ncall_method r5, .sum, r4, 0\nprint r5\nset_field r4, .x, r5\nget_field r5, r4, .x\nprint r5\n\
         is_instance r5, r4, Point\nprint r5\nis_instance r5, r0, Point\nprint r5\nget_field r5, r4, .z\nprint r5\nreturn_null"
    ));
    assert!(ran.result.is_ok(), "{:?}", ran.result);
    assert_eq!(ran.output, "{x: 3, y: 4}\n7\n7\ntrue\nfalse\nnull\n");
    let fault = run(&format!("{CLASS}set_field r4, .z, r0\nreturn_null")).result.unwrap_err();
    assert_eq!(fault.code(), "E-unknown-field");
    assert_eq!(fault.message, "`Point` has no field `z`: its fields are `x`, `y`");
    let fault = run(&format!("{CLASS}call_method r5, .smu, r4, 0\nreturn_null")).result.unwrap_err();
    assert_eq!(fault.message, "`Point` has no method `smu`: did you mean `sum`?");
}

#[test]
fn capabilities_are_called_denied_and_unknown() {
    assert_eq!(with(ARRAY, "call_capability r5, test.echo, r4, 1\nprint r5"), "[10, 20, 30]\n");
    assert_eq!(
        with(ARRAY, "move r5, r4\ncall_capability r7, test.append, r5, 2\nprint r7\nprint r4"),
        "[10, 20, 30, null]\n[10, 20, 30, null]\n"
    );
    assert_eq!(
        fault_with(ARRAY, "call_capability r5, test.secret, r4, 0").1,
        "`test.secret` is not granted: allow it with `env`"
    );
    assert_eq!(
        fault_with(ARRAY, "call_capability r5, test.ecoh, r4, 1").1,
        "there is no capability `test.ecoh`: did you mean `test.echo`?"
    );
    assert_eq!(
        fault_with(ARRAY, "call_capability r5, test.fail, r4, 1"),
        ("Capability".into(), "test.fail: it always fails".into())
    );
    assert_eq!(fault_with(ARRAY, "call_capability r5, test.echo, r4, 2").0, "Arity");
}

/// H3: what a capability did not declare to change is borrowed shared while it runs.
#[test]
fn a_capability_cannot_change_what_it_only_reads() {
    let (kind, message) = fault_with(ARRAY, "call_capability r5, test.write, r4, 1");
    assert_eq!(kind, "BorrowError");
    assert_eq!(
        message,
        "`the array` is changed while `test.write` works on it".replace("`the array`", "the array `[10, 20, 30]`")
    );
}

/// Functions that share what they captured, and call each other through values.
#[test]
fn closures_share_their_cells() {
    let ran = run(".entry @main\n\
        .function @increase (0 params, 1 captures, 2 registers)\nget_cell r1, r0\nadd_int r1, r1, 1\nset_cell r0, r1\nreturn r1\n\
        .function @main (4 registers)\nload_int r0, 40\nnew_cell r0, r0\nnew_closure r1, @increase, r0\ncall_value r2, r1, r3, 0\n\
        call_value r2, r1, r3, 0\nprint r2\nget_cell r2, r0\nprint r2\nprint r1\nreturn_null");
    assert!(ran.result.is_ok(), "{:?}", ran.result);
    assert_eq!(ran.output, "42\n42\n<fn increase>\n");
}

#[test]
fn only_functions_can_be_called_and_with_their_arity() {
    assert_eq!(
        fault("load_int r0, 1\ncall_value r1, r0, r2, 0\nreturn_null").1,
        "an int cannot be called: it is no function"
    );
    let fault = run(".entry @main\n.function @two (2 params, 2 registers)\nreturn_null\n\
        .function @main (2 registers)\nload_function r0, @two\ncall_value r1, r0, r1, 1\nreturn_null")
    .result
    .unwrap_err();
    assert_eq!(fault.message, "`two` takes 2 arguments, but 1 was given");
}

/// A5: what no register reaches is collected, and what one reaches is not.
#[test]
fn garbage_is_collected_while_the_program_runs() {
    let text = ".function @main (8 registers)\nload_const r0, \"kept\"\nnew_array r0, r0, 1\nload_int r2, 0\nload_int r3, 200000\n\
        range_start r4, r2, r3, false\nL0:\nnew_array r7, r0, 1\nrange_next r4, r5, L0\nprint r0\nreturn r0";
    let memory = crush_arena::Limits { bytes: 1 << 20, objects: 1000 };
    let ran = support::run_under(text, crush_vm::Quotas { memory, ..Default::default() });
    assert!(ran.result.is_ok(), "{:?}", ran.result);
    assert_eq!(ran.output, "[kept]\n");
}
