//! Error recovery: a line that is broken while it is typed costs its own statement, and nothing around it.

use tree_sitter::{Node, Parser, Tree};

/// Lines as they stand while somebody types, each of which is an error by itself.
const BROKEN: &[&str] = &[
    "let",
    "let x",
    "let x =",
    "let x: =",
    "let x = 1 +",
    "let x = (1 + 2",
    "let x = [1, 2",
    "let x = [1, 2,",
    "let x = {a: 1",
    "let x = foo(",
    "let x = foo(1,",
    "let = 5",
    "let mut",
    "foo(",
    "foo(1, 2",
    "foo(1, ,",
    "foo(bar(1)",
    "xs.",
    "let y = xs.",
    "xs[",
    "xs[1",
    "xs[1:",
    "xs[0] =",
    "x +=",
    "print(\"hello)",
    "print(\"hello",
    "let s = \"abc",
    "let s = 'abc",
    "if x",
    "if x >",
    "if",
    "while",
    "while x <",
    "for",
    "for v",
    "for v in",
    "for v in xs",
    "match x",
    "match",
    "return +",
    "throw",
    "foo)",
    ")",
    "]",
    "foo())",
    "else",
    "catch",
    "|x|",
    "let f = |x",
    "let f = |x, |",
    "let f = |x| =>",
    "a |>",
    "1 + * 2",
    "a ==",
    "!",
    "&",
    "&mut",
    "let r = &",
    "let r = &mut",
    "x = = 3",
    "await",
    "spawn",
    "spawn f",
    "new",
    "let p = P { x: 1,",
    "let p = P { x",
    "import",
    "import a.",
    "use @cap",
    "use",
    "struct",
    "struct P",
    "export",
    "try",
    "$",
    "let x = $",
    "S::",
    "a ? b",
    "}{",
    "let x:",
    "foo(a +",
    "foo(a, b +",
    "let m = {a: 1,",
    "let m = {\"a",
    "print(\"a\", \"b)",
    "foo(|x| x +",
    "foo(|x|",
    "let x = if",
    "let x = if a",
    "let x = match",
    "let x = -",
    "x.y.",
    "x.y = ",
    "x.1",
    "let x = 'it's'",
    "fn",
    "S { x: 1",
    "return S {",
    "let a, b = 1",
    "x++",
    "for (v in xs",
    "const x = 5 = 6",
    "while true do",
    "print 'a",
    "@",
    "@python",
    "import @",
    "not",
    "a and",
    "a..",
    "\\",
    "/* not closed",
    "if a { b }\nelse { c }",
    "if a { b }\nelse if c { d }\nelse { e }",
    "let m = {a: }",
    "let m = {a: foo()",
    "foo(1, + )",
    "foo(1 2)",
    "xs[]",
    "let a = [1, +]",
    "if x > { print(1) }",
    "for v in { print(1) }",
    "for in xs { print(1) }",
    "while { print(1) }",
    "if { print(1) }",
    "fn () { return 1 }",
    "fn f( { return 1 }",
    "fn f(a { return 1 }",
    "struct { x }",
    "struct P { x: Int y }",
    "match x { 1 => }",
    "match x { 1 2 }",
    "foo(|x| )",
    "let f = |x| { x + }",
    "if a { foo( }",
    "else { print(1) }",
    "S { x: }",
    "{ a: 1, b }",
];

fn parse(source: &str) -> Tree {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_crush::LANGUAGE.into()).expect("the language fits the library");
    parser.parse(source, None).expect("parsing is not cancelled")
}

/// The outermost node of `kind` with exactly this text and no error in it, and its parent's kind.
fn find<'tree>(node: Node<'tree>, kind: &str, text: &str, source: &str) -> Option<Node<'tree>> {
    if node.kind() == kind && &source[node.byte_range()] == text && !node.has_error() {
        return Some(node);
    }
    let mut cursor = node.walk();
    let children: Vec<_> = node.children(&mut cursor).collect();
    children.into_iter().find_map(|child| find(child, kind, text, source))
}

fn lost(source: &str, whole: &[(&str, &str)]) -> Vec<String> {
    let tree = parse(source);
    let mut lost: Vec<String> = whole
        .iter()
        .filter(|(kind, text)| find(tree.root_node(), kind, text, source).is_none())
        .map(|(kind, text)| format!("{kind} `{text}`"))
        .collect();
    if !tree.root_node().has_error() {
        lost.push("the error itself".to_owned());
    }
    lost
}

#[test]
fn a_broken_line_at_the_top_costs_itself() {
    let mut failures = String::new();
    for broken in BROKEN {
        let source = format!("let before = 1\n{broken}\nlet after = 2\nprint(after)\nfn tail() {{ return 3 }}\n");
        let lost = lost(
            &source,
            &[
                ("let_statement", "let before = 1"),
                ("let_statement", "let after = 2"),
                ("expression_statement", "print(after)"),
                ("function_definition", "fn tail() { return 3 }"),
            ],
        );
        if !lost.is_empty() {
            failures += &format!("`{broken}` loses {}\n", lost.join(", "));
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn a_broken_line_in_a_function_costs_itself() {
    let mut failures = String::new();
    for broken in BROKEN {
        let source = format!(
            "fn outer(a) {{\n    let before = 1\n    {broken}\n    let after = 2\n    print(after)\n}}\nfn tail() {{ return 3 }}\n"
        );
        let lost = lost(
            &source,
            &[
                ("let_statement", "let before = 1"),
                ("let_statement", "let after = 2"),
                ("expression_statement", "print(after)"),
                ("function_definition", "fn tail() { return 3 }"),
            ],
        );
        if !lost.is_empty() {
            failures += &format!("`{broken}` loses {}\n", lost.join(", "));
        }
    }
    assert!(failures.is_empty(), "{failures}");
}
