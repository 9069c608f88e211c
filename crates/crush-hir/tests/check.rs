//! What is reported, where, and in which words.

use std::fmt::Write as _;

use crush_hir::file::FileHir;
use crush_hir::{check, syntax, types};
use crush_syntax::{Text, Tree};

/// Every report on `source`: its lines, each with what is reported on it and the text it points at.
fn reports(source: &str) -> String {
    let tree = Tree::parse(Text::from(source));
    let file = FileHir::new(&tree);
    let mut reports: Vec<(usize, usize, String)> = Vec::new();
    for error in syntax::errors(&file, &tree) {
        reports.push((error.range.start, error.range.end, format!("syntax: {}", error.message)));
    }
    for problem in check::declarations(&file) {
        let range = file.item_range(problem.item, problem.problem.range);
        let problem = problem.problem;
        reports.push((range.start, range.end, format!("{:?} {}: {}", problem.severity, problem.code, problem.message)));
    }
    let bodies: Vec<_> = file.bodies().map(|id| (id, file.lower(&tree, id))).collect();
    let typed = types::check(&file, &bodies.iter().map(|(id, body)| (*id, body)).collect::<Vec<_>>());
    for ((id, body), typed) in bodies.iter().zip(typed) {
        let map = file.body_map(*id);
        for problem in check::body(&file, body).into_iter().chain(typed) {
            let (start, end) = map.range_to_file(problem.range);
            let message = format!("{:?} {}: {}", problem.severity, problem.code, problem.message);
            reports.push((start as usize, end as usize, message));
        }
    }
    reports.sort();
    let mut shown = String::new();
    for (start, end, message) in reports {
        let line = tree.text().line_of(start) + 1;
        let _ = writeln!(shown, "{line} `{}` {message}", &source[start..end]);
    }
    shown
}

#[test]
fn names() {
    insta::assert_snapshot!(reports(
        r#"
let counter = 1
print(countr)
prnt(1)
let f = print
undefined(1)
xz.push(1)
fs.read("x")
fn f2() { return counter }
nothing = 5
counter = other
spawn nobody(1)
P::make()
"#
    ));
}

#[test]
fn numbers_of_arguments() {
    insta::assert_snapshot!(reports(
        r#"
fn two(a, b) { return a }
two(1)
1 |> two
print(1, 2)
len()
str.split("a")
range(1, 2, 3, 4)
let lambda = |a| a
lambda(1, 2)
let changed = |a| a
changed = |a, b| a
changed(1, 2)
struct S { n }
impl S { fn get(self) { return self.n } }
S::get()
let s = S { n: 1 }
s.get(1)
"#
    ));
}

#[test]
fn structs() {
    insta::assert_snapshot!(reports(
        r#"
struct Point { x, y }
let a = Point { x: 1 }
let b = Point { x: 1, y: 2, z: 3 }
let c = Piont { x: 1 }
let d = Point { x: 1, x: 2, y: 3 }
let e = new Point()
let f = new Point(1)
match a { Pint { x: 1 } => 1, Point { x: v } => v }
impl Pont { fn f(self) { } }
Point::nope(1)
"#
    ));
}

#[test]
fn declarations() {
    insta::assert_snapshot!(reports("fn f() { }\nfn f(a) { }\nfn main(args) { }\nf(1)"));
}

#[test]
fn what_did_not_parse() {
    insta::assert_snapshot!(reports("let a = \nlet = 1\nprint(1\n\nlet b = [1, 2\nx.\nlet c = 'open\n"));
}

#[test]
fn names_from_an_import_are_known() {
    assert_eq!(reports("import a.b as c { helper }\nhelper(1)\nc.other(2)\n"), "");
}

#[test]
fn a_text_in_which_nothing_is_an_item_has_an_error() {
    for open in ["if true { ", "while true { ", "for i in [] { "] {
        for depth in [1, 2, 10, 300] {
            let tree = Tree::parse(Text::from(&*open.repeat(depth)));
            let file = FileHir::new(&tree);
            assert!(!syntax::errors(&file, &tree).is_empty(), "{depth} times `{open}`");
        }
    }
}

#[test]
fn errors_in_deep_trees_are_found_without_recursion() {
    let tree = Tree::parse(Text::from(&*"-".repeat(20_000)));
    let file = FileHir::new(&tree);
    assert!(!syntax::errors(&file, &tree).is_empty());
}
