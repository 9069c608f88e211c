use super::*;
use crate::fixture::at_cursor;

fn labels(fixture: &str) -> Vec<String> {
    let (snapshot, offset) = at_cursor(fixture);
    completions(&snapshot, offset, &[], false).into_iter().map(|item| item.label).collect()
}

fn has(fixture: &str, wanted: &[&str], unwanted: &[&str]) {
    let found = labels(fixture);
    for name in wanted {
        assert!(found.iter().any(|label| label == name), "no `{name}` for\n{fixture}\n{found:?}");
    }
    for name in unwanted {
        assert!(!found.iter().any(|label| label == name), "`{name}` for\n{fixture}\n{found:?}");
    }
}

#[test]
fn variables_come_nearest_first_and_only_where_they_are_known() {
    let program = "let top = 1\nfn f(first, second) {\n  let third = 1\n  for fourth in [1] { let gone = 2 }\n  if true {\n    let inner = 1\n    $0\n  }\n  let later = 1\n}\n";
    let found = labels(program);
    assert_eq!(found[..4], ["inner", "third", "second", "first"]);
    has(program, &["f", "print", "str", "return", "let"], &["top", "gone", "fourth", "later", "fn", "break"]);
}

#[test]
fn half_written_code_is_enough() {
    for (line, wanted) in [
        ("foo($0", "xs"),
        ("foo(1, $0", "xs"),
        ("let y = $0", "xs"),
        ("let y = xs[$0", "xs"),
        ("if $0", "xs"),
        ("if xs.len() > 1 && $0", "xs"),
        ("while $0", "xs"),
        ("for x in $0", "xs"),
        ("match $0", "xs"),
        ("return $0", "xs"),
        ("let f = |a| a + $0", "a"),
        ("let f = |a| { return $0", "a"),
        ("let m = {a: $0", "xs"),
        ("let m = [1, $0", "xs"),
        ("xs |> $0", "g"),
        ("spawn $0", "g"),
        ("P { x: $0", "xs"),
        ("P { $0", "y"),
        ("P { x: 1, $0", "y"),
        ("new $0", "P"),
        ("let q: $0", "P"),
        ("p.$0", "x"),
        ("p.x + p.$0", "y"),
        ("print(p.$0", "x"),
        ("P::$0", "go"),
        ("str.$0", "to_upper"),
        ("xs.$0", "push"),
        ("$0", "while"),
        ("&$0", "xs"),
        ("&mut $0", "xs"),
        ("match p { $0", "P"),
        ("match p { P { $0", "x"),
    ] {
        let program = format!(
            "struct P {{ x, y }}\nimpl P {{ fn go(self) {{ return 1 }} }}\nfn f(n) {{\n  let xs = [1]\n  let p = P {{ x: 1, y: 2 }}\n  {line}\n}}\nfn g(a) {{ return a }}\n"
        );
        has(&program, &[wanted], &["crush_cursor_is_here_"]);
        // The same as the last line of an unfinished file.
        let cut = program.split_inclusive('\n').take(6).collect::<String>();
        let wanted: &[&str] = if wanted == "g" { &[] } else { &[wanted] };
        has(&cut, wanted, &["crush_cursor_is_here_"]);
    }
}

#[test]
fn a_dot_leads_to_what_the_value_can_be() {
    let head = "struct P { x, y }\nstruct Q { z }\nimpl P { fn go(self) { return 1 } fn make() { return 1 } }\n";
    has(&format!("{head}let p = P {{ x: 1, y: 2 }}\np.$0"), &["x", "y", "go", "clone"], &["z", "make", "push"]);
    has(&format!("{head}let ps = [P {{ x: 1, y: 2 }}]\nfor p in ps {{\n  p.$0\n}}"), &["x", "go"], &["z"]);
    has(
        &format!("{head}let m = {{one: 1, two: {{three: 3}}}}\nm.four = 4\nm.$0"),
        &["one", "two", "four", "keys"],
        &["three", "x"],
    );
    has(&format!("{head}let m = {{one: 1, two: {{three: 3}}}}\nm.two.$0"), &["three"], &["one"]);
    has(&format!("{head}fn f(a) {{\n  a.$0\n}}\nf(Q {{ z: 1 }})"), &["z"], &["x", "push"]);
    has(&format!("{head}fn f() {{ return Q {{ z: 1 }} }}\nf().$0"), &["z"], &["x"]);
    has(&format!("{head}fn f(a) {{\n  a.$0\n}}"), &["x", "z", "push", "keys"], &[]);
    has(&format!("{head}fn f(a: Q) {{\n  a.$0\n}}"), &["z"], &["x"]);
    has(&format!("{head}impl Q {{ fn me(self) {{\n  self.$0\n}} }}"), &["z", "me"], &["x"]);
    has("let s = \"a\"\ns.$0", &["len"], &["push"]);
}

#[test]
fn after_an_ampersand_there_is_only_what_can_be_borrowed() {
    has("let xs = [1]\nlet n = 1\nlet r = &$0", &["xs", "mut"], &["n", "print", "str", "while"]);
    has("fn f(a) {\n  let r = &mut $0\n}", &["a"], &["mut", "f"]);
}

#[test]
fn where_a_name_is_made_up_or_the_text_is_not_ours_there_is_nothing() {
    for program in [
        "let $0",
        "fn $0",
        "fn f($0",
        "for $0",
        "struct $0",
        "print(\"$0\")",
        "print(\"abc $0",
        "// $0",
        "let x = 12$0",
        "@python -> x {\nx = $0\n}",
        "@python {\nimport os\nos.$0\n}",
    ] {
        assert_eq!(labels(program), [""; 0], "{program}");
    }
}

#[test]
fn an_import_comes_along() {
    let importable = [Importable { module: "tools.text".into(), name: "shout".into() }];
    let accepted = |fixture: &str| {
        let (snapshot, offset) = at_cursor(fixture);
        let item = completions(&snapshot, offset, &importable, false).into_iter().find(|item| item.label == "shout");
        let item = item.expect("it is proposed");
        let mut text = snapshot.analysis.text().to_string();
        text.replace_range(item.replaces.start..item.replaces.end, &item.insert);
        for edit in item.more {
            text.replace_range(edit.range.start..edit.range.end, &edit.new_text);
        }
        text
    };
    assert_eq!(accepted("let x = 1\nsho$0"), "import tools.text { shout }\nlet x = 1\nshout");
    assert_eq!(accepted("// About.\n\nlet x = sh$0\n"), "// About.\n\nimport tools.text { shout }\nlet x = shout\n");
    assert_eq!(
        accepted("import a { b }\nlet x = sho$0\n"),
        "import a { b }\nimport tools.text { shout }\nlet x = shout\n"
    );
    assert_eq!(accepted("import tools.text { b }\nsho$0\n"), "import tools.text { b, shout }\nshout\n");
    has("import $0", &[], &["print"]);
}

#[test]
fn the_grant_is_told() {
    let (snapshot, offset) = at_cursor("fs.rea$0");
    let found = completions(&snapshot, offset, &[], false);
    let read = found.iter().find(|item| item.label == "read").expect("it is proposed");
    assert!(read.detail.contains("needs the grant"), "{}", read.detail);
    let more = read.key.as_deref().and_then(documentation).expect("it is documented");
    assert!(more.contains("Needs the grant"), "{more}");
}

#[test]
fn it_answers_at_every_offset_of_a_broken_program() {
    let program = "struct P { x }\nlet p = P { x: [1, {a: 2}] }\nfor v in p.x { let q = &mut v\n if (v == } \nfn f(a, { return a.\n@python { x\n";
    for offset in 0..=program.len() {
        let marked = format!("{}$0{}", &program[..offset], &program[offset..]);
        let (snapshot, offset) = at_cursor(&marked);
        let _ = completions(&snapshot, offset, &[], true);
        let _ = crate::signature_help(&snapshot, offset);
    }
}
