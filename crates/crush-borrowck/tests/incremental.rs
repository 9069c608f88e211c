//! An analysis that was brought up to date says what a fresh one says, and does only what the edit asks for.

use crush_borrowck::{Analysis, Change, Place};
use crush_hir::file::FileHir;
use crush_syntax::{Text, Tree};

fn update(analysis: &mut Analysis, source: &str) -> Change {
    let tree = Tree::parse(Text::from(source));
    let file = FileHir::new(&tree);
    analysis.update(&file, |body| file.lower(&tree, body))
}

/// Every report as text, with the places in the file.
fn reports(analysis: &Analysis, source: &str) -> Vec<String> {
    let tree = Tree::parse(Text::from(source));
    let file = FileHir::new(&tree);
    let range = |place: Place| {
        let body = analysis.body_of(place.function).expect("every place has a body");
        file.body_map(body).range_to_file(place.range)
    };
    let reports = analysis.reports();
    let shown = reports.iter().map(|report| {
        let related: Vec<_> = report.related.iter().map(|related| range(related.place)).collect();
        let text = report.render(|place| range(place).0);
        format!("{:?} {} {:?} {text} {related:?}", report.severity, report.code.as_str(), range(report.place))
    });
    shown.collect()
}

/// Runs through the versions, and after each compares with a fresh analysis. Gives how many functions each step analysed.
fn steps(versions: &[&str]) -> Vec<usize> {
    let mut analysis = Analysis::new();
    versions
        .iter()
        .map(|version| {
            let change = update(&mut analysis, version);
            let mut fresh = Analysis::new();
            update(&mut fresh, version);
            assert_eq!(reports(&analysis, version), reports(&fresh, version), "after the step to\n{version}");
            change.analysed
        })
        .collect()
}

const LEAF: &str = "fn leaf(xs) {\n    return len(xs)\n}\n";
const MIDDLE: &str = "fn middle(xs) {\n    return leaf(xs)\n}\n";
const OTHER: &str = "fn other(a, b) {\n    for x in a { b.push(x) }\n}\n";
const MAIN: &str = "let xs = [1]\nfor x in xs { middle(xs) }\n";

#[test]
fn an_edit_that_changes_no_summary_stays_in_its_function() {
    let first = [LEAF, MIDDLE, OTHER, MAIN].concat();
    let moved = first.replace("    return len(xs)", "    let n = 1\n    return len(xs) + n");
    assert_eq!(steps(&[&first, &moved, &moved]), [4, 1, 0]);
}

#[test]
fn a_changed_summary_concerns_those_above_it() {
    let first = [LEAF, MIDDLE, OTHER, MAIN].concat();
    let writes = first.replace("return len(xs)", "xs.push(1)");
    assert_eq!(steps(&[&first, &writes, &first]), [4, 3, 3]);
    let mut analysis = Analysis::new();
    update(&mut analysis, &writes);
    assert!(reports(&analysis, &writes).iter().any(|report| report.contains("changed-while-iterated")));
}

#[test]
fn functions_come_and_go() {
    let all = [LEAF, MIDDLE, OTHER, MAIN].concat();
    let without_leaf = [MIDDLE, OTHER, MAIN].concat();
    let other_order = [OTHER, LEAF, MAIN, MIDDLE].concat();
    let twice = [LEAF, MIDDLE, "fn leaf(xs) {\n    xs.push(1)\n}\n", OTHER, MAIN].concat();
    let last_gone = [LEAF, MIDDLE, OTHER, MAIN].concat();
    steps(&[&all, &without_leaf, &all, &other_order, &twice, &last_gone, "", &all]);
}

#[test]
fn a_call_decides_what_its_callee_left_open() {
    let uncalled = OTHER;
    let called = [OTHER, "let a = [1]\nother(a, [2])\n"].concat();
    let same = [OTHER, "let a = [1]\nother(a, a)\n"].concat();
    steps(&[uncalled, &called, &same, uncalled]);
}

#[test]
fn recursion_settles_as_it_does_from_scratch() {
    let even = "fn even(xs, n) {\n    if n == 0 { return xs }\n    return odd(xs, n - 1)\n}\n";
    let odd = "fn odd(xs, n) {\n    xs.push(n)\n    return even(xs, n - 1)\n}\n";
    let main = "let xs = [1]\nlet r = &xs\neven(xs, 3)\n";
    let first = [even, odd, main].concat();
    let reads = first.replace("xs.push(n)", "print(xs)");
    steps(&[&first, &reads, &first]);
}

#[test]
fn moving_a_callee_moves_the_steps_of_its_callers() {
    let first = [LEAF, MIDDLE, MAIN].concat().replace("return len(xs)", "xs.push(1)");
    let longer = first.replace("    xs.push(1)", "    // why\n    xs.push(1)");
    assert_eq!(steps(&[&first, &longer]), [3, 1]);
}

#[test]
fn methods_of_one_name_are_told_in_the_order_of_the_text() {
    let of = |name: &str| format!("struct {name} {{ p }}\nimpl {name} {{ fn go(self) {{ return len(self.p) }} }}\n");
    let caller = "fn f(xs, y) {\n    let r = &mut xs\n    y.go()\n    xs.go()\n    return r\n}\nf([1], [2])\n";
    let one = [of("B"), caller.to_owned()].concat();
    let two = [of("A"), one.clone()].concat();
    let three = [two.clone(), of("C")].concat();
    steps(&[&one, &two, &three, &two, &of("C"), &three]);
}
