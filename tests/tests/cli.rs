//! The command line: what each command prints where, and its exit status.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use crush_tests::binary::crush_analyzer;
use serde_json::Value;

/// Runs a command with `program` on standard input, which stands in for `-`.
fn run(arguments: &[&str], program: &str) -> Output {
    let mut child = Command::new(crush_analyzer())
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("crush-analyzer starts");
    // A command that refuses its arguments may not read at all.
    let _ = child.stdin.take().expect("the input is a pipe").write_all(program.as_bytes());
    child.wait_with_output().expect("crush-analyzer ends")
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The JSON objects of a text, one a line.
fn objects(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

const CONFLICT: &str = "let xs = [1, 2]\nfor x in xs {\n    xs.push(x)\n}\n";

#[test]
fn check_reports_on_standard_output_with_lines_and_columns_in_scalars() {
    let output =
        run(&["check", "--format", "json", "-"], "let s = \"😀é\"; let xs = [1]\nfor x in xs { xs.push(s) }\n");
    assert_eq!(output.status.code(), Some(1));
    let reports = objects(&out(&output));
    let report = &reports[0];
    assert_eq!(report["file"], "<stdin>");
    assert_eq!(report["code"], "changed-while-iterated");
    assert_eq!(report["severity"], "error");
    assert_eq!(report["range"]["start"], serde_json::json!({ "line": 2, "column": 15 }));
    let related = &report["related"][0];
    assert_eq!(related["range"]["start"], serde_json::json!({ "line": 2, "column": 10 }));
    assert!(err(&output).is_empty());
}

#[test]
fn check_of_a_clean_program_says_so_and_exits_with_zero() {
    let output = run(&["check", "-"], "print(1)\n");
    assert_eq!((output.status.code(), out(&output).as_str()), (Some(0), "no problems found\n"));
}

#[test]
fn warnings_alone_exit_with_zero() {
    let program = "fn f(a, b) {\n  for x in a { b.push(x) }\n}\nlet n = args()\nlet p = [1]\nlet q = [2]\nf(p, q)\nif len(p) > 9 { f(p, p) }\n";
    let output = run(&["check", "--format", "json", "-"], program);
    let severities: Vec<_> = objects(&out(&output)).iter().map(|report| report["severity"].to_string()).collect();
    let has_errors = severities.iter().any(|severity| severity == "\"error\"");
    assert_eq!(output.status.code(), Some(i32::from(has_errors)), "{severities:?}");
}

#[test]
fn run_prints_output_there_and_the_fault_here() {
    let output = run(&["run", "--format", "json", "-"], &format!("print(\"before\")\n{CONFLICT}"));
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(out(&output), "before\n");
    let fault = &objects(&err(&output))[0];
    assert_eq!(fault["kind"], "BorrowError");
    assert_eq!(fault["severity"], "error");
    assert_eq!(fault["range"]["start"], serde_json::json!({ "line": 4, "column": 5 }));
    assert!(fault["related"].as_array().is_some_and(|related| !related.is_empty()));
}

#[test]
fn run_of_a_program_that_does_not_compile_runs_nothing() {
    let output = run(&["run", "-"], "print(1)\nprint(nope)\n");
    assert_eq!((output.status.code(), out(&output).as_str()), (Some(1), ""));
    assert!(err(&output).contains("there is no variable `nope` here"));
}

#[test]
fn a_quota_is_a_fault_that_names_it() {
    let output = run(&["run", "--format", "json", "--max-instructions", "10000", "-"], "while true { let x = 1 }\n");
    assert_eq!(output.status.code(), Some(1));
    let fault = &objects(&err(&output))[0];
    assert_eq!(fault["kind"], "Quota");
    assert_eq!(fault["range"]["start"]["line"], 1);
}

#[test]
fn files_are_read_only_where_they_were_granted() {
    let folder = std::env::temp_dir().join(format!("crush-cli-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("a.txt"), "inside").unwrap();
    let program = "print(fs.read(\"a.txt\"))\n";
    let denied = run(&["run", "-"], program);
    assert_eq!((denied.status.code(), out(&denied).as_str()), (Some(1), ""));
    assert!(err(&denied).contains("fs=DIR"), "{}", err(&denied));
    let grant = format!("fs={}", folder.display());
    let granted = run(&["run", "--allow", &grant, "-"], program);
    assert_eq!((granted.status.code(), out(&granted).as_str()), (Some(0), "inside\n"));
    let outside = run(&["run", "--allow", &grant, "-"], "print(fs.read(\"../../etc/passwd\"))\n");
    assert_eq!((outside.status.code(), out(&outside).as_str()), (Some(1), ""));
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn arena_shows_the_end_the_fault_and_a_line() {
    let ended = run(&["arena", "--format", "json", "-"], "let xs = [1, 2]\n");
    assert_eq!(ended.status.code(), Some(0));
    let lines = objects(&out(&ended));
    assert_eq!(lines[0]["moment"], "at the end");
    assert!(lines[1..].iter().any(|slot| slot["preview"] == "[1, 2]" && slot["names"][0] == "xs"));

    let faulted = run(&["arena", "--format", "json", "-"], CONFLICT);
    assert_eq!(faulted.status.code(), Some(1));
    let lines = objects(&out(&faulted));
    assert_eq!(lines[0]["moment"], "at the fault on line 3");
    assert!(lines[1..].iter().any(|slot| slot["shared"] == 1 && slot["borrows"][0]["kind"] == "shared"));

    let program = "let xs = []\nfor i in 0..3 {\n    xs.push(i)\n}\nxs = 1\n";
    let line = run(&["arena", "--format", "json", "--line", "3", "-"], program);
    let lines = objects(&out(&line));
    assert_eq!(lines[0]["moment"], "when line 3 last ran");
    assert!(lines[1..].iter().any(|slot| slot["preview"] == "[0, 1, 2]"), "{lines:?}");
}

#[test]
fn parse_and_disasm_print_the_program() {
    let parsed = run(&["parse", "-"], "let x = 1\n");
    assert_eq!(parsed.status.code(), Some(0));
    assert!(out(&parsed).contains("name: identifier  1:5  `x`"));
    assert_eq!(run(&["parse", "-"], "let = = 1\n").status.code(), Some(1));
    let listing = run(&["disasm", "-"], "print(1)\n");
    assert_eq!(listing.status.code(), Some(0));
    assert!(out(&listing).contains("main"));
}

#[test]
fn misuse_exits_with_two_and_says_what_is_wrong() {
    for arguments in [
        &["check"][..],
        &["check", "/no/such/file.crush"],
        &["nonsense"],
        &["arena", "--line", "0", "-"],
        &["arena", "--line", "99", "-"],
        &["run", "--allow", "everything", "-"],
    ] {
        let output = run(arguments, "print(1)\n");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(!err(&output).is_empty(), "{arguments:?}");
        assert!(out(&output).is_empty(), "{arguments:?}");
    }
}

#[test]
fn any_bytes_give_a_report_and_an_exit_status() {
    for program in
        ["\u{0}", "}}}}", "let x = \u{feff}1", "((((((((((", "fn fn fn", "\"", "/*", "@python {", "&mut &mut"]
    {
        for command in ["check", "parse", "run", "arena", "disasm"] {
            let output = run(&[command, "-"], program);
            assert!(matches!(output.status.code(), Some(0 | 1)), "{command} {program:?}: {:?}", output.status);
            assert!(!err(&output).contains("panicked"), "{command} {program:?}: {}", err(&output));
        }
    }
    let deep = format!("print({}1{})\n", "(".repeat(50_000), ")".repeat(50_000));
    for command in ["check", "parse", "run"] {
        let output = run(&[command, "-"], &deep);
        assert!(matches!(output.status.code(), Some(0 | 1)), "{command}: {:?}", output.status);
    }
}
