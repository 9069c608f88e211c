//! `crush-analyzer repl`, fed by a pipe.

use std::io::Write as _;
use std::process::{Command, Stdio};

fn entered(arguments: &[&str], entries: &str) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_crush-analyzer"));
    command.arg("repl").args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    child.stdin.take().expect("a pipe").write_all(entries.as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// What is printed when nothing goes wrong.
fn printed(entries: &str) -> String {
    let (status, out, err) = entered(&[], entries);
    assert_eq!((status, err.as_str()), (Some(0), ""));
    out
}

#[test]
fn values_are_shown_and_variables_stay() {
    assert_eq!(printed("1 + 2\nlet x = [1]\nx.push(5)\nx\nprint(x)\n\"text\"\n"), "3\n[1, 5]\n[1, 5]\n[1, 5]\ntext\n");
}

#[test]
fn an_entry_may_be_several_lines() {
    let entries = "fn twice(n) {\n  return n * 2\n}\nlet f = |n| twice(n) + 1\nf(4)\n[\n  1,\n  2,\n]\n";
    assert_eq!(printed(entries), "9\n[1, 2]\n");
}

#[test]
fn objects_and_closures_are_the_same_ones_later() {
    let entries = "let n = 0\nlet count = || { n = n + 1\n return n }\ncount()\ncount()\nn\nlet a = [1]\nlet b = a\nb.push(2)\na == b\n";
    assert_eq!(printed(entries), "1\n2\n2\n[1, 2]\ntrue\n");
}

#[test]
fn a_fault_leaves_the_session_as_it_was() {
    let entries = "let xs = [1]\nxs.push(2)\nfor x in xs { xs.push(x) }\nnope\nxs\n";
    let (status, out, err) = entered(&[], entries);
    assert_eq!((status, out.as_str()), (Some(1), "[1, 2]\n[1, 2]\n"));
    assert!(err.contains("E-borrow") && err.contains("nope"), "{err}");
}

#[test]
fn what_was_done_is_not_done_again() {
    let dir = tempfile::tempdir().unwrap();
    let entries =
        "fs.append(\"log\", \"x\")\nlet text = fs.read(\"log\")\nfs.append(\"log\", \"y\")\ntext\nfs.read(\"log\")\n";
    let (status, out, err) = entered(&["--allow", &format!("fs={}", dir.path().display())], entries);
    assert_eq!((status, out.as_str(), err.as_str()), (Some(0), "x\nxy\n", ""));
}

#[test]
fn commands_look_grant_and_leave() {
    let (status, out, _) = entered(&[], "let xs = [7]\n:arena\n:allow time\ntime.sleep(0)\n:moon\n:quit\nprint(1)\n");
    assert_eq!(status, Some(0));
    assert!(out.contains("array [7]") && out.contains("objects, "), "{out}");
    assert!(out.contains("granted: time") && out.contains("there is no :moon") && !out.ends_with("1\n"), "{out}");
    assert_eq!(entered(&[], "sys.exit(4)\n").0, Some(4));
}
