//! Blocks of other languages, run by the interpreters of this machine.

use std::io::Write as _;
use std::process::Command;

fn run(text: &str, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut file = tempfile::Builder::new().suffix(".crush").tempfile().expect("a file");
    file.write_all(text.as_bytes()).expect("room");
    let mut command = Command::new(env!("CARGO_BIN_EXE_crush-analyzer"));
    let output = command.arg("run").args(arguments).arg(file.path()).output().expect("it starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// What a program prints that is granted the languages. Where one of them is not installed, the test says nothing.
fn printed(language: &str, text: &str) -> Option<String> {
    is_installed(language).then(|| {
        let (status, out, err) = run(text, &["--allow", "polyglot"]);
        assert_eq!(status, Some(0), "{err}");
        out
    })
}

fn is_installed(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}

#[test]
fn values_cross_to_python_and_back() {
    let text = r#"let n = 5
let xs = [1, 2.5, {a: "é", b: [true, null]}]
@python -> (out, m) {
    import sys
    print("from python", n, xs)
    out = n * 2
    m = {"k": [1, 2.5, None, True], "n": xs}
}
print(out)
print(m)
fn f(k) {
    let local = k + 1
    @py -> w { w = f"{local}!" }
    return w
}
print(f(3))
"#;
    let Some(out) = printed("python3", text) else { return };
    let (first, rest) = out.split_once(']').expect("the list");
    assert!(first.starts_with("from python 5 [1, 2.5, {"), "{out}");
    assert!(rest.ends_with("10\n{k: [1, 2.5, null, true], n: [1, 2.5, {a: é, b: [true, null]}]}\n4!\n"), "{out}");
}

#[test]
fn values_cross_to_javascript_and_back() {
    let text = "let n = 5\n@javascript -> (z, o) { const z = n + 1; let o = {n, s: 'x'}; console.log('js', n) }\nprint(z)\nprint(o)\n";
    let Some(out) = printed("node", text) else { return };
    assert_eq!(out, "js 56\n{n: 5, s: x}\n");
}

#[test]
fn a_shell_sees_variables_in_its_environment() {
    let text = "let name = \"a b\"\nlet xs = [1, {k: 2}]\n@bash { echo \"hi $name ${xs}\" }\nprint(\".\")\n";
    let Some(out) = printed("bash", text) else { return };
    assert_eq!(out, "hi a b [1, {k: 2}].\n");
}

#[test]
fn an_object_of_another_language_is_one_here() {
    let text = "@python -> p {\nclass Point:\n    def __init__(self): self.x = 4\np = Point()\n}\nprint(p.x)\n";
    let Some(out) = printed("python3", text) else { return };
    assert_eq!(out, "4\n");
}

#[test]
fn an_error_of_a_block_names_the_line_of_the_file() {
    for (program, block, named) in [
        ("python3", "@python {\n  x = 1\n  raise ValueError(\"boo\")\n}", ["ValueError: boo", "line 4"]),
        ("python3", "@python { x = = 1 }", ["SyntaxError", "line 2"]),
        ("node", "@javascript {\n let a = 1\n throw new TypeError(\"boo\")\n}", ["TypeError: boo", "@javascript:4"]),
        ("bash", "@bash {\n  echo one\n  no-such-command-here || exit 3\n}", ["no-such-command-here", "line 4"]),
    ] {
        if !is_installed(program) {
            continue;
        }
        let (status, out, err) =
            run(&format!("print(\"before\")\n{block}\nprint(\"never\")\n"), &["--allow", "polyglot"]);
        assert_eq!((status, out.as_str()), (Some(1), "before\n"), "{err}");
        for part in named {
            assert!(err.contains(part), "{part}: {err}");
        }
    }
}

#[test]
fn a_block_needs_its_grant() {
    let text = "print(1)\n@python { pass }\n@bash { true }\n";
    let (status, out, err) = run(text, &[]);
    assert_eq!((status, out.as_str()), (Some(1), ""));
    assert!(
        err.contains("`polyglot.python` is not granted") && err.contains("`polyglot.bash` is not granted"),
        "{err}"
    );
    let (status, _, err) = run(text, &["--allow", "polyglot=python"]);
    assert_eq!(status, Some(1));
    assert!(err.contains("`polyglot.bash`") && !err.contains("`polyglot.python`"), "{err}");
}

#[test]
fn what_a_block_cannot_give_is_told_before_it_runs() {
    let refused = |text: &str, told: &str| {
        let (status, out, err) = run(text, &["--allow", "polyglot"]);
        assert_eq!((status, out.as_str()), (Some(1), ""), "{err}");
        assert!(err.contains(told), "{err}");
    };
    refused("print(1)\n@bash -> q { q=5 }\n", "a @bash block has no outputs");
    refused("print(1)\n@python -> q { pass }\n", "the @python block never gives `q` a value");
    refused("print(1)\n@ruby { puts 1 }\n", "@ruby is not run here");
}

#[test]
fn a_block_ends_with_its_time() {
    if is_installed("bash") {
        let (status, _, err) = run("@bash { sleep 3600 }\n", &["--allow", "polyglot", "--timeout", "0.2"]);
        assert_eq!(status, Some(1));
        assert!(err.contains("the quota of time is used up"), "{err}");
    }
}
