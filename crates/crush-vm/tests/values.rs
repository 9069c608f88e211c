//! Instructions on values: constants, arithmetic, comparison, truth, jumps.

mod support;

use support::{fault, printed};

/// What `mnemonic` gives of the two constants.
fn binary(mnemonic: &str, lhs: &str, rhs: &str) -> String {
    let body = format!("load_const r0, {lhs}\nload_const r1, {rhs}\n{mnemonic} r2, r0, r1\nprint r2\nreturn_null");
    printed(&body).trim_end().to_owned()
}

fn binary_fault(mnemonic: &str, lhs: &str, rhs: &str) -> (String, String) {
    fault(&format!("load_const r0, {lhs}\nload_const r1, {rhs}\n{mnemonic} r2, r0, r1\nreturn_null"))
}

#[test]
fn arithmetic_keeps_ints_and_mixes_into_floats() {
    assert_eq!(binary("add", "1", "2"), "3");
    assert_eq!(binary("add", "1", "2.5"), "3.5");
    assert_eq!(binary("div", "7", "2"), "3");
    assert_eq!(binary("div", "-7", "2"), "-3");
    assert_eq!(binary("rem", "-7", "3"), "-1");
    assert_eq!(binary("div", "7", "2.0"), "3.5");
    assert_eq!(binary("rem", "7.5", "2"), "1.5");
    assert_eq!(binary("mul", "2", "1.5"), "3.0");
    assert_eq!(binary("mul", "1e300", "1e10"), "inf");
    assert_eq!(binary("sub", "0.5", "1"), "-0.5");
}

#[test]
fn plus_joins_strings_with_anything_and_arrays_with_arrays() {
    assert_eq!(binary("add", "\"a\"", "\"b\""), "ab");
    assert_eq!(binary("add", "\"a\"", "1"), "a1");
    assert_eq!(binary("add", "1.5", "\"a\""), "1.5a");
    assert_eq!(
        printed(
            "load_int r0, 1\nnew_array r1, r0, 1\nadd r2, r1, r1\nprint r2\nload_const r3, \"x\"\nadd r3, r3, r2\nprint r3\nreturn_null"
        ),
        "[1, 1]\nx[1, 1]\n"
    );
}

#[test]
fn overflow_and_division_by_zero_are_faults() {
    let (max, min) = ("9223372036854775807", "-9223372036854775808");
    for (mnemonic, lhs, rhs) in
        [("add", max, "1"), ("sub", min, "1"), ("mul", max, "2"), ("div", min, "-1"), ("rem", min, "-1")]
    {
        assert_eq!(binary_fault(mnemonic, lhs, rhs).0, "Overflow", "{mnemonic}");
    }
    for (mnemonic, rhs) in [("div", "0"), ("rem", "0"), ("div", "0.0"), ("rem", "0.0")] {
        assert_eq!(binary_fault(mnemonic, "1", rhs).0, "DivisionByZero", "{mnemonic}");
    }
    assert_eq!(fault(&format!("load_const r0, {min}\nneg r0, r0\nreturn_null")).0, "Overflow");
    assert_eq!(fault(&format!("load_const r0, {max}\nadd_int r0, r0, 1\nreturn_null")).0, "Overflow");
}

#[test]
fn immediates_are_as_registers() {
    let body = "load_int r0, 17\nadd_int r1, r0, 5\nprint r1\nsub_int r1, r0, 5\nprint r1\nmul_int r1, r0, -2\nprint r1\n\
                div_int r1, r0, 5\nprint r1\nrem_int r1, r0, 5\nprint r1\nload_const r0, \"a\"\nadd_int r1, r0, 1\nprint r1\n\
                load_const r0, 1.5\nmul_int r1, r0, 2\nprint r1\nreturn_null";
    assert_eq!(printed(body), "22\n12\n-34\n3\n2\na1\n3.0\n");
    assert_eq!(fault("load_int r0, 1\ndiv_int r0, r0, 0\nreturn_null").0, "DivisionByZero");
}

#[test]
fn operators_say_what_they_cannot_work_on() {
    assert_eq!(binary_fault("sub", "\"a\"", "1").1, "cannot subtract a string and an int");
    assert_eq!(binary_fault("lt", "\"a\"", "1").1, "cannot compare a string with an int");
    assert_eq!(fault("load_bool r0, true\nadd_int r0, r0, 1\nreturn_null").1, "cannot add a bool and an int");
    assert_eq!(fault("load_null r0\nneg r0, r0\nreturn_null").1, "cannot negate null");
}

#[test]
fn equality_is_by_value_across_numbers() {
    assert_eq!(binary("eq", "1", "1.0"), "true");
    assert_eq!(binary("eq", "1", "\"1\""), "false");
    assert_eq!(binary("eq", "0.0", "-0.0"), "true");
    assert_eq!(binary("ne", "\"a\"", "\"a\""), "false");
    let arrays = "load_int r0, 1\nnew_array r1, r0, 1\nload_const r0, 1.0\nnew_array r2, r0, 1\neq r3, r1, r2\nprint r3\nreturn_null";
    assert_eq!(printed(arrays), "true\n");
}

#[test]
fn order_is_of_numbers_and_of_strings() {
    assert_eq!(binary("lt", "1", "1.5"), "true");
    assert_eq!(binary("le", "2", "2"), "true");
    assert_eq!(binary("lt", "\"a\"", "\"é\""), "true");
    assert_eq!(binary("le", "\"b\"", "\"a\""), "false");
    // Neither holds of NaN, and both `not` jumps are taken.
    assert_eq!(binary("lt", "bits(\"7ff8000000000000\")", "1"), "false");
    assert_eq!(binary("le", "1.0", "bits(\"7ff8000000000000\")"), "false");
}

#[test]
fn truth_is_of_what_is_not_empty() {
    let body = "load_int r0, 0\nto_bool r1, r0\nprint r1\nload_const r0, \"\"\nto_bool r1, r0\nprint r1\nload_null r0\n\
                not r1, r0\nprint r1\nnew_array r0, r0, 0\nto_bool r1, r0\nprint r1\nload_const r0, \"x\"\nto_bool r1, r0\n\
                print r1\nload_const r0, 0.0\nto_bool r1, r0\nprint r1\nreturn_null";
    assert_eq!(printed(body), "false\nfalse\ntrue\nfalse\ntrue\nfalse\n");
}

/// Whether a jump is taken, of every compare-and-jump of two registers and of a register and a small integer.
#[test]
fn every_compare_and_jump_agrees_with_its_comparison() {
    type Holds = fn(i64, i64) -> bool;
    let comparisons: [(&str, Holds); 10] = [
        ("eq", |a, b| a == b),
        ("ne", |a, b| a != b),
        ("lt", |a, b| a < b),
        ("not_lt", |a, b| a >= b),
        ("le", |a, b| a <= b),
        ("not_le", |a, b| a > b),
        ("gt", |a, b| a > b),
        ("not_gt", |a, b| a <= b),
        ("ge", |a, b| a >= b),
        ("not_ge", |a, b| a < b),
    ];
    for (name, holds) in comparisons {
        for (a, b) in [(1, 2), (2, 2), (3, 2)] {
            let expected = if holds(a, b) { "taken\n" } else { "not\n" };
            let tail =
                "load_const r2, \"not\"\nprint r2\nreturn_null\nL0:\nload_const r2, \"taken\"\nprint r2\nreturn_null";
            if !name.contains('g') {
                let body = format!("load_int r0, {a}\nload_int r1, {b}\njump_{name} r0, r1, L0\n{tail}");
                assert_eq!(printed(&body), expected, "{a} {name} {b}");
            }
            let body = format!("load_int r0, {a}\njump_{name}_int r0, {b}, L0\n{tail}");
            assert_eq!(printed(&body), expected, "{a} {name}_int {b}");
        }
    }
}

#[test]
fn jumps_go_both_ways() {
    let body = "load_int r0, 3\nL0:\njump_if_not r0, L1\nprint r0\nsub_int r0, r0, 1\njump L0\nL1:\nreturn_null";
    assert_eq!(printed(body), "3\n2\n1\n");
    assert_eq!(printed("load_bool r0, true\njump_if r0, L0\nprint r0\nL0:\nreturn_null"), "");
}
