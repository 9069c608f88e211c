//! What programs do when they run, beyond what `tests/programs` has.

mod common;

use common::{program, run};

/// Programs nested `depth` levels, each in its own way; all of them print 1.
fn nested(depth: usize) -> Vec<String> {
    let wrap = |open: &str, inner: &str, close: &str| format!("{}{inner}{}", open.repeat(depth), close.repeat(depth));
    vec![
        format!("print({})", wrap("(", "1", ")")),
        format!("let a = {}\nprint(1)", wrap("[", "", "]")),
        format!("print({})", wrap("", "1", " + 0")),
        format!("let a = {}1\nprint(1)", "-".repeat(depth)),
        format!("let f = {}1\nprint(1)", "|x| ".repeat(depth)),
        wrap("if true {\n", "print(1)\n", "}\n"),
        wrap("while true {\n", "print(1)\nreturn\n", "}\n"),
        wrap("for i in [1] {\n", "print(1)\n", "}\n"),
        wrap("try {\n", "print(1)\n", "} catch e { }\n"),
        format!(
            "let n = 0\nif n == 1 {{ print(0) }}{} else {{ print(1) }}",
            " else if n == 2 { print(0) }".repeat(depth)
        ),
        format!("print({})", wrap("match 1 { _ => ", "1", " }")),
        format!("print({})", wrap("if true { ", "1", " } else { 2 }")),
    ]
}

#[test]
fn deep_programs_run_on_a_small_stack() {
    let small = std::thread::Builder::new().stack_size(512 * 1024);
    let ran = small.spawn(|| nested(150).iter().for_each(|source| assert_eq!(run(source), "1\n", "{source}")));
    ran.expect("a thread starts").join().expect("no stack overflows");
}

#[test]
fn what_is_nested_too_deeply_says_so() {
    for source in nested(5_000) {
        let problems = program(&source).expect_err(&source[..40]);
        assert!(problems.contains("nested too deeply"), "{}\n{problems}", &source[..40]);
    }
}

#[test]
fn a_call_has_at_most_255_arguments() {
    let args = vec!["1"; 300].join(", ");
    let source = format!("let f = |x| x\nlet g = [f][0]\ng({args})");
    assert_eq!(program(&source).expect_err("it is too large"), "3: too-large: a call takes at most 255 arguments\n");
}

#[test]
fn a_large_literal_runs_and_a_too_large_one_says_so() {
    let array = |count: usize| format!("print(len([{}]))", vec!["1"; count].join(", "));
    assert_eq!(run(&array(10_000)), "10000\n");
    assert!(program(&array(70_000)).expect_err("it is too large").contains("more registers than there are"));
}
