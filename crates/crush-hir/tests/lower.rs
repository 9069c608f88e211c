//! What programs are lowered to.

use crush_hir::file::FileHir;
use crush_syntax::{Text, Tree};

/// Every body of `source`, printed.
fn lowered(source: &str) -> String {
    let tree = Tree::parse(Text::from(source));
    let file = FileHir::new(&tree);
    let bodies: Vec<_> =
        file.bodies().map(|body| format!("{:?} {}", file.body_owner(body), file.lower(&tree, body))).collect();
    bodies.join("\n")
}

#[test]
fn statements_and_scopes() {
    insta::assert_snapshot!(lowered(
        r#"
let x = 1
if x > 0 { let x = 2; let y = x } else if x == 0 { print(y) } else { x += 1 }
for x in [7, 8] { let y = x; if y { break } else { continue } }
while true { throw {a: x, "b c": [1, 2.5, null]} }
try { let t = 1 } catch e { print(e) }
try { f() } catch { }
let e = 5
try { f() } catch e { print(e) }
x.y[0].z -= xs[1:2:3]
nothing = 5
return
fn f(a, b: Int) { return a + b * -2 }
"#
    ));
}

#[test]
fn lambdas_capture_by_reference() {
    insta::assert_snapshot!(lowered(
        r#"
let x = 1
let f = |a| { let x = a; return x }
let g = |a| { x = a; let y = |b| a + b + x; return y }
let h = |n| if n == 0 { 0 } else { h(n - 1) }
let k = wrap(|n| k(n))
for i in 0..=3 { fs.push(|| i) }
match x { x => print(x), P { a: b, c: 5 } => { |z| z + b }, _ => null }
"#
    ));
}

#[test]
fn calls_of_every_kind() {
    insta::assert_snapshot!(lowered(
        r#"
let p = new P()
let q = P { x: 1, y }
let m = {f: 1}
print(m.f(2) |> len)
5 |> P::make |> str.split(",") |> m.add(3) |> |v| v + 1
fs.read("a")
m.a.b.c(1)
m[0](2)
(|x| x)(1)
drop(m)
let r = &mut (m.a)
f(&m, name = 4)
let s = spawn f(1)
await s
"a\tb\"\q" + 'it\'s'
"#
    ));
}

#[test]
fn blocks_give_values_only_where_one_is_wanted() {
    insta::assert_snapshot!(lowered(
        r#"
let a = if x { 1 } else if y { f(); 2 } else { let z = 3 }
let b = match a { 1 => { f(); 4 } 2 => 5 }
if x { 1 }
fn f() { 1 }
"#
    ));
}

#[test]
fn main_goes_on_where_the_top_level_ends() {
    insta::assert_snapshot!(lowered(
        r#"
fn main() { print(limit); let limit = 2 }
let limit = 1
main()
fn other() { main() }
impl P { fn get(self) { return self.x } }
trait T { fn sign(self)
fn hi(self) { return "hi" } }
print(limit)
"#
    ));
}

#[test]
fn problems_that_the_text_of_a_body_tells() {
    insta::assert_snapshot!(lowered(
        r#"
break
while c { |x| { continue } }
f() = 3
99999999999999999999
&1
&mut "text"
new P(1)
"#
    ));
}

#[test]
fn a_broken_line_costs_one_statement() {
    for broken in
        ["let x = ", "let = 5", "x.", "x = ", "return return", "for in xs { }", "if { print(1) }", "print(1, )) "]
    {
        let lowered = lowered(&format!("let a = 1\n{broken}\nlet b = 2\n"));
        assert!(lowered.contains("let a#0 = 1\n") && lowered.contains("= 2\n"), "{broken}\n{lowered}");
    }
}

#[test]
fn what_is_not_run_yet_says_so() {
    insta::assert_snapshot!(lowered(
        r#"
import a.b as c
use @cap "fs.read"
@python -> a, b { print(1) }
print(out)
semantic_switch x { case "a": print(1) }
"#
    ));
}

#[test]
fn nesting_has_a_limit_and_no_stack_overflows() {
    let deep = |open: &str, close: &str| format!("let x = {}1{}", open.repeat(20_000), close.repeat(20_000));
    for source in [deep("(", ")"), deep("[", "]"), deep("-", ""), deep("1 + ", ""), deep("|x| ", "")] {
        let tree = Tree::parse(Text::from(&*source));
        let file = FileHir::new(&tree);
        let body = file.lower(&tree, crush_hir::file::BodyId::TopLevel);
        let codes: Vec<_> = body.problems.iter().map(|problem| problem.code).collect();
        assert_eq!(codes, ["nested-too-deeply"], "{}", &source[..20]);
    }
}
