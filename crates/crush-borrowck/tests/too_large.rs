//! Functions too large to analyse: what is still known of them (S1).

use crush_borrowck::{Analysis, Code, Related, Report};
use crush_hir::file::FileHir;
use crush_syntax::{Text, Tree};

/// The codes of what is reported of a program with a function `large` that ends with this line.
fn reported(end: &str, rest: &str) -> Vec<Code> {
    codes(&with_large(end, rest))
}

fn with_large(end: &str, rest: &str) -> String {
    let mut text = "fn large(xs, g) {\n".to_owned();
    for index in 0..500 {
        text.push_str(&format!("    xs.f{index}.push(1)\n"));
    }
    text.push_str(&format!("    {end}\n}}\n{rest}\n"));
    text
}

/// The codes of what is reported of a program.
fn codes(text: &str) -> Vec<Code> {
    let mut codes: Vec<Code> = reports(text).into_iter().map(|report| report.code).collect();
    codes.sort();
    codes
}

/// How many places the report of what is too large names at which something goes wrong because of it alone.
fn places_outside(text: &str) -> usize {
    let words = |related: &Related| related.message.render(|_| 0);
    let large = reports(text).into_iter().find(|report| report.code == Code::TooLargeToAnalyse);
    let related = large.map_or_else(Vec::new, |report| report.related);
    related.iter().filter(|related| words(related) == "or here, because of what it may have done").count()
}

fn reports(text: &str) -> Vec<Report> {
    let tree = Tree::parse(Text::from(text));
    let file = FileHir::new(&tree);
    let mut analysis = Analysis::new();
    analysis.update(&file, |body| file.lower(&tree, body));
    analysis.reports()
}

const CALL: &str = "let xs = {a: [1]}\nlarge(xs, 0)\nprint(xs)";

#[test]
fn what_drops_nothing_has_dropped_nothing() {
    assert_eq!(reported("", CALL), [Code::TooLargeToAnalyse]);
}

#[test]
fn what_drops_something_may_have_dropped_anything() {
    assert_eq!(reported("drop(xs)", CALL), [Code::TooLargeToAnalyse]);
    assert_eq!(places_outside(&with_large("drop(xs)", CALL)), 1);
    assert_eq!(places_outside(&with_large("", CALL)), 0);
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
    assert_eq!(reported("xs.a = &[1]", call), [Code::TooLargeToAnalyse]);
    assert_eq!(places_outside(&with_large("xs.a = &[1]", call)), 1);
}

#[test]
fn what_is_made_may_be_in_several_places() {
    let call = "let xs = large(1, 0)\nlet m = &mut xs.a\nxs.b.push(1)\nm.push(2)";
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
    assert_eq!(codes(&text), [Code::ChangedWhileIterated, Code::TooLargeToAnalyse]);
}

#[test]
fn what_a_lambda_has_captured_may_own_a_borrow() {
    let mut text = "let xs = {}\nlet held = [1]\nlet same = held\nlet a = 0\nlet large = || {\n".to_owned();
    for index in 0..500 {
        text.push_str(&format!("    xs.f{index}.push(1)\n"));
    }
    text.push_str("    a = &held\n}\nlarge()\nsame.push(1)\n");
    assert_eq!(codes(&text), [Code::TooLargeToAnalyse]);
    assert_eq!(places_outside(&text), 1);
}

#[test]
fn what_is_in_the_way_by_itself_is_told_there() {
    let call = "let xs = {a: [1]}\nlarge(xs, 0)\nlet ys = [1]\nif xs.a == 1 { drop(ys) }\nprint(ys)";
    assert_eq!(reported("drop(xs)", call), [Code::UseAfterDrop, Code::TooLargeToAnalyse]);
}
