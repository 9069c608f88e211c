//! Debugging programs of several tasks, against the real `crush-analyzer dap`.

use crush_tests::debugger::Debugger;
use serde_json::json;

const ONE: &str =
    "fn work(n) {\n  let twice = n * 2\n  return twice\n}\nlet a = spawn work(1)\nlet x = await a\nprint(x)\n";
const EACH: &str = "fn work(n) {\n  let twice = n * 2\n  return twice\n}\nlet all = parallel_map([1, 2, 3], work)\nprint(len(all))\nlet last = all[2]\n";

/// A session that has stopped at the first breakpoint on one of some lines.
fn stopped_on(text: &str, lines: &[u64]) -> (tempfile::TempDir, Debugger) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("tasks.crush");
    std::fs::write(&path, text).expect("it can be written");
    let mut debugger = Debugger::launch(&path, json!({}));
    let lines: Vec<_> = lines.iter().map(|line| json!({ "line": line })).collect();
    let source = json!({ "path": path.to_string_lossy() });
    debugger.request("setBreakpoints", json!({ "source": source, "breakpoints": lines }));
    debugger.request("configurationDone", json!({}));
    assert_eq!(debugger.stopped().0, "breakpoint");
    (folder, debugger)
}

fn step(function: &str, line: u64) -> (String, String, u64) {
    ("step".to_owned(), function.to_owned(), line)
}

#[test]
fn a_step_over_the_last_line_of_a_task_goes_to_what_follows_in_the_one_that_waits() {
    let (_folder, mut debugger) = stopped_on(ONE, &[2]);
    assert_eq!(debugger.stop("next"), step("work", 3));
    assert_eq!(debugger.stop("next"), step("main", 7));
    assert_eq!(debugger.variables("Locals")[1], "x = 2");
}

#[test]
fn a_step_out_of_a_task_goes_to_what_follows_in_the_one_that_waits() {
    let (_folder, mut debugger) = stopped_on(ONE, &[2]);
    assert_eq!(debugger.stop("stepOut"), step("main", 7));
}

#[test]
fn a_task_may_wait_for_another() {
    let text = "fn inner() {\n  return 1\n}\nfn outer() {\n  let got = await spawn inner()\n  return got\n}\nlet x = await spawn outer()\nprint(x)\n";
    let (_folder, mut debugger) = stopped_on(text, &[2]);
    assert_eq!(debugger.stop("next"), step("outer", 6));
    assert_eq!(debugger.stop("next"), step("main", 9));
}

#[test]
fn a_step_over_the_last_line_of_the_last_of_several_tasks_goes_on_behind_them() {
    let (_folder, mut debugger) = stopped_on(EACH, &[3]);
    for _ in 0..2 {
        assert_eq!(debugger.stop("next"), ("breakpoint".to_owned(), "work".to_owned(), 3), "another task comes there");
    }
    assert_eq!(debugger.stop("next"), step("main", 6));
}

#[test]
fn a_step_over_the_last_line_of_the_first_of_several_tasks_goes_on_behind_them() {
    let (folder, mut debugger) = stopped_on(EACH, &[3]);
    let path = folder.path().join("tasks.crush");
    debugger.request("setBreakpoints", json!({ "source": { "path": path.to_string_lossy() }, "breakpoints": [] }));
    assert_eq!(debugger.stop("next"), step("main", 6));
}

#[test]
fn a_step_over_the_last_line_of_a_task_that_nobody_waits_for_goes_on_in_the_program() {
    let text = "fn work() {\n  return 1\n}\nlet a = spawn work()\nlet n = 0\nwhile n < 400 {\n  n = n + 1\n}\nprint(n)\nprint(await a)\n";
    let (_folder, mut debugger) = stopped_on(text, &[2]);
    let (reason, function, line) = debugger.stop("next");
    assert_eq!((reason.as_str(), function.as_str()), ("step", "main"));
    assert!((6..=9).contains(&line), "line {line}");
}

#[test]
fn a_step_back_from_the_first_line_of_a_task_goes_to_the_one_that_waits() {
    let (_folder, mut debugger) = stopped_on(ONE, &[2]);
    assert_eq!(debugger.stop("stepBack"), step("main", 6));
}
