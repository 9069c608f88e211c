//! The code that each construct becomes.

mod common;

use crush_vm::disassemble;

fn listing(source: &str) -> String {
    common::program(source).map_or_else(|problems| problems, |program| disassemble(&program))
}

#[test]
fn arithmetic_uses_immediates_and_registers_of_variables() {
    insta::assert_snapshot!(listing("fn f(a, b) { let c = a + b * 2; c = c - 1; return -c > 100000 }"));
}

#[test]
fn conditions_become_jumps() {
    insta::assert_snapshot!(listing(
        "fn f(a, b) { if a < b && !(b == 3) || a >= 1.5 { return 1 } else if a { return 2 } let c = a && b; return c }"
    ));
}

#[test]
fn loops_test_at_their_end() {
    insta::assert_snapshot!(listing(
        "fn f(n) { let i = 0; while i < n { i += 1; if i == 3 { continue } if i == 5 { break } } while true { i -= 1 } }"
    ));
}

#[test]
fn a_range_counts_in_registers() {
    insta::assert_snapshot!(listing(
        "fn f(n) { let s = 0; for i in 0..n { s += i } for j in 1..=n { j += 1 } return s }"
    ));
}

#[test]
fn a_loop_over_an_object_owns_its_borrow() {
    insta::assert_snapshot!(listing(
        "fn f(xs) { for x in xs { if x { return x } if x == 2 { break } print(x) } for y in &xs { print(y) } }"
    ));
}

#[test]
fn borrows_have_owners_that_end_them() {
    insta::assert_snapshot!(listing(
        "fn f(xs, ys) { let r = &xs; if r { let m = &mut ys; m.push(1) } r = &ys; g(&xs, r); let v = &xs; v = 1 }\nfn g(a, b) { }"
    ));
}

#[test]
fn an_error_ends_what_was_taken_in_the_try() {
    insta::assert_snapshot!(listing(
        "fn f(xs) { try { let r = &xs; for x in xs { throw x } } catch e { print(e) } try { g(&xs) } catch { } }\nfn g(a) { }"
    ));
}

#[test]
fn captured_variables_live_in_cells() {
    insta::assert_snapshot!(listing(
        "fn f(p) { let n = 0; let up = |by| { n = n + by + p; return n }; let self_call = |k| self_call(k); return up }"
    ));
}

#[test]
fn a_captured_variable_may_own_a_borrow() {
    insta::assert_snapshot!(listing("fn f(xs, ys) { let r = &xs; let set = || { r = &ys }; set(); r = null }"));
}

#[test]
fn matches_test_in_order() {
    insta::assert_snapshot!(listing(
        "struct P { x, y }\nfn f(v) { return match v { 1 => \"one\", \"a\" => 2, P { x: 0, y: h } => h, other => other } }"
    ));
}

#[test]
fn structs_and_methods() {
    insta::assert_snapshot!(listing(
        "struct P { x, y }\nimpl P { fn get(self) { return self.x } }\nlet p = P { y: 2, x: 1 }\np.x = p.get()\np.y += P::get(p)"
    ));
}

#[test]
fn values_of_every_kind() {
    insta::assert_snapshot!(listing(
        "let a = [1, -2, 3.5, \"s\", null, true, 5000000000]\nlet m = {k: a[0], \"b c\": a[1:2]}\nm.k = a[a[0]]\nlet r = 0..3\nprint(len(r))\nlet c = if a { 1 } else { 2 }"
    ));
}

#[test]
fn tasks() {
    insta::assert_snapshot!(listing(
        "async fn f(x) {\n  yield\n  return x\n}\nlet h = spawn f(1)\nprint(await h)\nlet xs = parallel_map([1], f)"
    ));
}

#[test]
fn a_block_of_another_language_is_a_call() {
    insta::assert_snapshot!(listing("\n@python { pass }"));
}

#[test]
fn imports_that_nobody_looked_up_are_said_to_be_missing() {
    assert_eq!(
        listing("import a.b\nprint(1)"),
        "1: module-not-found: this text has no place from which modules could be looked for\n"
    );
}

#[test]
fn literals_that_loops_calculate_with_are_loaded_before_them() {
    insta::assert_snapshot!(listing(
        "fn f(xs) { let s = 0.0; for x in xs { while s < 2.5 { s = 2.5 * x + 7 } } return s + 2.5 }"
    ));
}

#[test]
fn variables_that_never_change_are_copied_into_lambdas() {
    insta::assert_snapshot!(listing("fn f(p) { let a = p; for i in 0..2 { let k = || i } let both = || || a + p }"));
}
