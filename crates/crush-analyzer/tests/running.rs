//! `crush-analyzer run` as a user sees it: grants, input, arguments, quotas, stopping.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, Command, Output, Stdio};

fn analyzer(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_crush-analyzer"));
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A program in a file of its own.
fn program(text: &str) -> tempfile::NamedTempFile {
    let mut file = tempfile::Builder::new().suffix(".crush").tempfile().expect("a file");
    file.write_all(text.as_bytes()).expect("room");
    file
}

fn start(text: &str, arguments: &[&str]) -> (Child, tempfile::NamedTempFile) {
    let file = program(text);
    let path = file.path().to_str().expect("text").to_owned();
    let mut all = vec!["run", &path];
    all.extend(arguments);
    (analyzer(&all).spawn().expect("it starts"), file)
}

fn run(text: &str, arguments: &[&str], input: &str) -> (Option<i32>, String, String) {
    let (mut child, _file) = start(text, arguments);
    let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
    let Output { status, stdout, stderr } = child.wait_with_output().expect("it ends");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (status.code(), text(stdout), text(stderr))
}

#[test]
fn what_is_not_granted_is_told_at_once_and_nothing_is_run() {
    let text = "print(1)\nfn never() { time.sleep(5) }\nfn perhaps() { time.now() }\nlet f = perhaps\nprint(fs.read(\"a\"))\nprint(env.get(\"HOME\"))\n";
    let (status, out, err) = run(text, &[], "");
    assert_eq!((status, out.as_str()), (Some(1), ""));
    for told in ["`--allow fs=DIR`", "`--allow env`", "`--allow time`", "nothing was run"] {
        assert!(err.contains(told), "{told}: {err}");
    }
    let (status, out, _) = run("print(env.get(\"NO_SUCH_NAME\"))\n", &["--allow", "env=NO_SUCH_NAME"], "");
    assert_eq!((status, out.as_str()), (Some(0), "null\n"));
    let (status, _, err) = run("print(1)\n", &["--allow", "moon"], "");
    assert_eq!(status, Some(2));
    assert!(err.contains("there is no such grant"), "{err}");
}

#[test]
fn arguments_and_the_exit_status_are_the_programs_own() {
    let text = "print(sys.args())\nsys.exit(7)\nprint(\"never\")\n";
    let (status, out, err) = run(text, &["one", "--", "-two"], "");
    assert_eq!((status, out.as_str(), err.as_str()), (Some(7), "[one, -two]\n", ""));
    let (status, _, err) = run("sys.exit(256)\n", &[], "");
    assert_eq!(status, Some(1));
    assert!(err.contains("an exit status is 0 to 255, not 256"), "{err}");
}

#[test]
fn input_is_read_as_it_comes() {
    let text =
        "print(\"name?\")\nlet name = io.read_line()\nprint(\"hi \" + name)\nprint(io.read_line())\nprint(io.read())\n";
    let (mut child, _file) = start(text, &[]);
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let mut next = move || lines.next().map(|line| line.expect("text"));
    // The question is seen before the answer is given.
    assert_eq!(next().as_deref(), Some("name?"));
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(b"Ada\r\n").unwrap();
    drop(stdin);
    assert_eq!(next().as_deref(), Some("hi Ada"));
    assert_eq!((next().as_deref(), next().as_deref(), next()), (Some("null"), Some(""), None));
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_program_may_come_from_standard_input() {
    let mut child = analyzer(&["run", "-"]).spawn().expect("it starts");
    child.stdin.take().expect("a pipe").write_all(b"print(1 + 1)\n").unwrap();
    assert_eq!(child.wait_with_output().unwrap().stdout, b"2\n");
}

#[test]
fn everything_printed_before_a_fault_is_there() {
    let (status, out, err) = run("for i in 0..1000 { print(i) }\nlet xs = []\nprint(xs[3])\n", &[], "");
    assert_eq!((status, out.lines().count()), (Some(1), 1000));
    assert!(err.contains("E-index"), "{err}");
}

#[test]
fn quotas_are_faults_that_name_them() {
    let forever = "while true { }\n";
    for (arguments, named) in [
        (["--max-instructions", "1000"], "instructions"),
        (["--timeout", "0.05"], "time"),
        (["--max-output", "3"], "output"),
        (["--max-objects", "5"], "objects"),
    ] {
        let text = format!("let xs = []\nfor i in 0..9 {{ print(i)\n xs.push([i]) }}\n{forever}");
        let (status, _, err) = run(&text, &arguments, "");
        assert_eq!(status, Some(1), "{arguments:?}");
        assert!(err.contains("E-quota") && err.contains(named), "{err}");
    }
    let (status, _, err) = run("time.sleep(3600000)\n", &["--allow", "time", "--timeout", "0.05"], "");
    assert!(status == Some(1) && err.contains("the quota of time is used up"), "{err}");
}

#[test]
fn what_a_run_took_is_told_when_asked() {
    let (_, out, err) = run("print([1])\n", &["--stats", "--format", "json"], "");
    let told: serde_json::Value = serde_json::from_str(&err).expect("JSON");
    assert_eq!(out, "[1]\n");
    assert!(told["stats"]["instructions"].as_u64().is_some_and(|count| count > 0), "{told}");
}

#[test]
fn nobody_reading_any_more_is_no_fault() {
    let (mut child, _file) = start("print(\"x\")\nwhile true { print(\"a long line that fills the pipe\") }\n", &[]);
    let mut stdout = child.stdout.take().expect("a pipe");
    stdout.read_exact(&mut [0]).unwrap();
    drop(stdout);
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_the_run_and_says_where_it_was() {
    let (mut child, _file) = start("print(\"up\")\nprint(io.read())\n", &[]);
    let mut first = String::new();
    let mut reader = BufReader::new(child.stdout.take().expect("a pipe"));
    reader.read_line(&mut first).unwrap();
    assert_eq!(first, "up\n");
    let _stdin = child.stdin.take();
    let id = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(id, rustix::process::Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert!(err.contains("E-cancelled") && err.contains(":2:7"), "{err}");
}

#[test]
fn assembly_is_verified_and_run() {
    let casm = |text: &str| {
        let mut file = tempfile::Builder::new().suffix(".casm").tempfile().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        analyzer(&["run", file.path().to_str().unwrap()]).output().unwrap()
    };
    let good = casm(".function @main (1 registers)\nload_int r0, 5\nprint r0\nreturn_null\n");
    assert_eq!((good.status.code(), good.stdout.as_slice()), (Some(0), &b"5\n"[..]));
    let bad = casm(".function @main (1 registers)\nload_int r0, 5\nprnt r0\n");
    assert_eq!(bad.status.code(), Some(1));
    assert!(String::from_utf8(bad.stderr).unwrap().contains(":3: "));
}

#[test]
fn what_is_no_program_is_misuse() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&[b'a', 0xff]).unwrap();
    let dir = tempfile::tempdir().unwrap();
    for (path, reason) in [
        (file.path().to_str().unwrap(), "it is not UTF-8 text (byte 1 is the first that is not)"),
        (dir.path().to_str().unwrap(), "directory"),
        ("no/such/file.crush", "No such file"),
    ] {
        let output = analyzer(&["run", path]).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{path}");
        assert!(String::from_utf8(output.stderr).unwrap().contains(reason), "{path}");
    }
}
