//! Functions too large to analyse: what is still known of them (S1).

use crush_borrowck::{Analysis, Code};
use crush_hir::file::FileHir;
use crush_syntax::{Text, Tree};

/// The codes of what is reported of a program with a function `large` that ends with this line.
fn reported(end: &str, rest: &str) -> Vec<Code> {
    let mut text = "fn large(xs, g) {\n".to_owned();
    for index in 0..500 {
        text.push_str(&format!("    xs.f{index}.push(1)\n"));
    }
    text.push_str(&format!("    {end}\n}}\n{rest}\n"));
    codes(&text)
}

/// The codes of what is reported of a program.
fn codes(text: &str) -> Vec<Code> {
    let tree = Tree::parse(Text::from(text));
    let file = FileHir::new(&tree);
    let mut analysis = Analysis::new();
    analysis.update(&file, |body| file.lower(&tree, body));
    let mut codes: Vec<Code> = analysis.reports().into_iter().map(|report| report.code).collect();
    codes.sort();
    codes
}

const CALL: &str = "let xs = {a: [1]}\nlarge(xs, 0)\nprint(xs)";

#[test]
fn what_drops_nothing_has_dropped_nothing() {
    assert_eq!(reported("", CALL), [Code::TooLargeToAnalyse]);
}

#[test]
fn what_drops_something_may_have_dropped_anything() {
    assert_eq!(reported("drop(xs)", CALL), [Code::UseAfterDrop, Code::TooLargeToAnalyse]);
}

#[test]
fn what_goes_wrong_inside_is_told_once() {
    let call = "let xs = {a: [1]}\nfor x in xs.keys() { large(xs, 0) }\nlet r = &xs\nlarge(xs, 0)\nprint(r)";
    assert_eq!(reported("", call), [Code::TooLargeToAnalyse]);
}

#[test]
fn a_function_that_it_is_given_may_be_called_at_any_time() {
    let call = "let xs = [1]\nfor x in xs { large({}, || xs.push(2)) }";
    assert_eq!(reported("g()", call), [Code::ChangedWhileIterated, Code::TooLargeToAnalyse]);
}

#[test]
fn what_is_given_may_hold_a_handle_whose_borrow_has_ended() {
    let call = "let xs = {a: [1]}\nlarge(xs, 0)\nprint(xs.a)";
    assert_eq!(reported("xs.a = &[1]", call), [Code::BorrowOutlivesScope, Code::TooLargeToAnalyse]);
}

#[test]
fn what_is_made_may_be_in_several_places() {
    let call = "let xs = large({}, 0)\nlet m = &mut xs.a\nxs.b.push(1)\nm.push(2)";
    let made = "let one = [1]\n    return {a: one, b: one}";
    assert!(reported(made, call).contains(&Code::ChangedWhileBorrowed));
}

#[test]
fn what_a_lambda_has_captured_may_be_bound_again() {
    let mut text = "let xs = {}\nlet a = [1]\nlet b = [2]\nlet large = || {\n".to_owned();
    for index in 0..500 {
        text.push_str(&format!("    xs.f{index}.push(1)\n"));
    }
    text.push_str("    a = b\n}\nlarge()\nfor x in b { a.push(1) }\n");
    assert_eq!(codes(&text), [Code::BorrowOutlivesScope, Code::BorrowOutlivesScope, Code::TooLargeToAnalyse]);
}

#[test]
fn what_a_lambda_has_captured_may_own_a_borrow() {
    let mut text = "let xs = {}\nlet held = [1]\nlet same = held\nlet a = 0\nlet large = || {\n".to_owned();
    for index in 0..500 {
        text.push_str(&format!("    xs.f{index}.push(1)\n"));
    }
    text.push_str("    a = &held\n}\nlarge()\nsame.push(1)\n");
    assert_eq!(codes(&text), [Code::ChangedWhileBorrowed, Code::TooLargeToAnalyse]);
}
