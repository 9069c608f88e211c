//! Whole sessions against the real `crush-analyzer dap`.

use std::path::PathBuf;

use crush_tests::debugger::Debugger;
use serde_json::{Value, json};

const PROGRAM: &str = "fn grow(xs, n) {\n  xs.push(n)\n  return len(xs)\n}\nlet xs = [1]\nlet n = 0\nwhile n < 4 {\n  n = grow(xs, n)\n}\nprint(n)\n";

/// A program on disk.
struct Program {
    folder: tempfile::TempDir,
    path: PathBuf,
}

impl Program {
    fn new(text: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a b.crush");
        std::fs::write(&path, text).expect("it can be written");
        Self { folder, path }
    }

    fn launch(&self, options: Value) -> Debugger {
        Debugger::launch(&self.path, options)
    }

    fn breakpoints(&self, breakpoints: Value) -> Value {
        json!({ "source": { "path": self.path.to_string_lossy() }, "breakpoints": breakpoints })
    }
}

fn stop(reason: &str, function: &str, line: u64) -> (String, String, u64) {
    (reason.to_owned(), function.to_owned(), line)
}

#[test]
fn a_program_runs_to_its_end_and_prints() {
    let program = Program::new(PROGRAM);
    let mut debugger = program.launch(json!({}));
    debugger.request("configurationDone", json!({}));
    assert_eq!(debugger.event("output"), json!({ "category": "stdout", "output": "4\n" }));
    assert_eq!(debugger.event("exited")["exitCode"], 0);
    debugger.event("terminated");
    debugger.request("disconnect", json!({}));
    assert!(debugger.ends());
}

#[test]
fn it_stops_at_a_breakpoint_and_steps_forward_and_back() {
    let program = Program::new(PROGRAM);
    let mut debugger = program.launch(json!({}));
    let set =
        debugger.request("setBreakpoints", program.breakpoints(json!([{ "line": 8 }, { "line": 4 }, { "line": 99 }])));
    let told: Vec<_> = set["breakpoints"].as_array().expect("breakpoints").iter().collect();
    let told: Vec<_> = told.iter().map(|at| (at["line"].clone(), at["verified"].clone())).collect();
    assert_eq!(told, [(json!(8), json!(true)), (json!(5), json!(true)), (json!(99), json!(false))], "{set}");
    debugger.request("setBreakpoints", program.breakpoints(json!([{ "line": 8 }])));
    debugger.request("configurationDone", json!({}));
    assert_eq!(debugger.stopped(), stop("breakpoint", "main", 8));
    assert_eq!(debugger.variables("Locals"), ["xs = #0 [1]", "n = 0"]);
    assert_eq!(debugger.stop("stepIn"), stop("step", "grow", 2));
    assert_eq!(debugger.variables("Top level"), ["xs = #0 [1]", "n = 0"]);
    assert_eq!(debugger.stop("next"), stop("step", "grow", 3));
    assert_eq!(debugger.variables("Locals"), ["xs = #0 [1, 0]", "n = 0"]);
    assert_eq!(debugger.stop("stepBack"), stop("step", "grow", 2));
    assert_eq!(debugger.variables("Locals"), ["xs = #0 [1]", "n = 0"]);
    assert_eq!(debugger.stop("stepOut").1, "main");
    assert_eq!(debugger.stop("continue"), stop("breakpoint", "main", 8));
    assert_eq!(debugger.variables("Locals"), ["xs = #0 [1, 0, 2]", "n = 3"]);
    assert_eq!(debugger.stop("reverseContinue"), stop("breakpoint", "main", 8));
    assert_eq!(debugger.variables("Locals"), ["xs = #0 [1, 0]", "n = 2"]);
    assert_eq!(debugger.stop("reverseContinue"), stop("breakpoint", "main", 8));
    assert_eq!(debugger.stop("reverseContinue"), stop("entry", "main", 5));
    debugger.request("disconnect", json!({}));
    assert!(debugger.ends());
}

#[test]
fn conditions_counts_and_log_points_are_kept_to() {
    let program = Program::new(PROGRAM);
    let mut debugger = program.launch(json!({}));
    debugger.request("setBreakpoints", program.breakpoints(json!([{ "line": 3, "condition": "n == 2" }])));
    debugger.request("configurationDone", json!({}));
    assert_eq!(debugger.stopped(), stop("breakpoint", "grow", 3));
    assert_eq!(debugger.variables("Locals"), ["xs = #0 [1, 0, 2]", "n = 2"]);
    let marks = json!([{ "line": 8, "hitCondition": "== 1" }, { "line": 3, "logMessage": "now {len(xs)} of {n}" }]);
    debugger.request("setBreakpoints", program.breakpoints(marks));
    assert_eq!(debugger.stop("continue"), stop("breakpoint", "main", 8));
    debugger.request("continue", json!({ "threadId": 1 }));
    assert_eq!(debugger.event("output"), json!({ "category": "console", "output": "now 4 of 3\n" }));
    debugger.event("terminated");
}

#[test]
fn going_back_and_forth_counts_a_hit_once() {
    let program = Program::new(PROGRAM);
    let mut debugger = program.launch(json!({}));
    debugger.request("setBreakpoints", program.breakpoints(json!([{ "line": 3, "hitCondition": "== 3" }])));
    debugger.request("configurationDone", json!({}));
    assert_eq!(debugger.stopped(), stop("breakpoint", "grow", 3));
    assert_eq!(debugger.variables("Locals"), ["xs = #0 [1, 0, 2, 3]", "n = 3"]);
    assert_eq!(debugger.stop("reverseContinue"), stop("entry", "main", 5));
    assert_eq!(debugger.stop("continue"), stop("breakpoint", "grow", 3));
    assert_eq!(debugger.variables("Locals"), ["xs = #0 [1, 0, 2, 3]", "n = 3"]);
}

#[test]
fn a_step_over_a_call_is_left_only_where_a_condition_holds() {
    let program = Program::new(PROGRAM);
    let mut debugger = program.launch(json!({ "stopOnEntry": true }));
    let marks = json!([{ "line": 2, "condition": "n == 2" }, { "line": 3, "logMessage": "at {n}" }]);
    debugger.request("setBreakpoints", program.breakpoints(marks));
    debugger.request("configurationDone", json!({}));
    assert_eq!(debugger.stopped(), stop("entry", "main", 5));
    let mut lines = Vec::new();
    let (reason, function, line) = loop {
        match debugger.stop("next") {
            (reason, _, line) if reason == "step" => lines.push(line),
            other => break other,
        }
    };
    assert_eq!(lines, [6, 7, 8, 8]);
    assert_eq!((reason.as_str(), function.as_str(), line), ("breakpoint", "grow", 2));
    debugger.stop("reverseContinue");
}

#[test]
fn standard_input_is_what_the_launch_gives() {
    let program = Program::new("let name = io.read_line()\nprint(\"hello \" + name)\n");
    let mut debugger = program.launch(json!({ "input": "Ada\nGrace\n" }));
    debugger.request("configurationDone", json!({}));
    assert_eq!(debugger.event("output")["output"], "hello Ada\n");
}

#[test]
fn it_stops_where_an_object_changes() {
    let program = Program::new(PROGRAM);
    let mut debugger = program.launch(json!({}));
    debugger.request("setBreakpoints", program.breakpoints(json!([{ "line": 6 }])));
    debugger.request("configurationDone", json!({}));
    assert_eq!(debugger.stopped(), stop("breakpoint", "main", 6));
    let frame = debugger.frame();
    let info = debugger.request("dataBreakpointInfo", json!({ "name": "xs", "frameId": frame }));
    assert_eq!(info["description"], "a change of #0 (`xs`)");
    debugger.request("setDataBreakpoints", json!({ "breakpoints": [{ "dataId": info["dataId"] }] }));
    let changed = debugger.stop("continue");
    assert_eq!((changed.0.as_str(), changed.1.as_str()), ("data breakpoint", "grow"));
    assert_eq!(debugger.variables("Locals"), ["xs = #0 [1, 0]", "n = 0"]);
    debugger.stop("continue");
    assert_eq!(debugger.variables("Locals"), ["xs = #0 [1, 0, 2]", "n = 2"]);
    debugger.stop("reverseContinue");
    assert_eq!(debugger.variables("Locals"), ["xs = #0 [1, 0]", "n = 0"]);
}

#[test]
fn it_stops_at_a_borrow_error_and_shows_who_is_in_the_way() {
    let program = Program::new("let xs = [1, 2]\nfor x in xs {\n  xs.push(x)\n}\n");
    let mut debugger = program.launch(json!({}));
    debugger.request("setExceptionBreakpoints", json!({ "filters": ["borrow"] }));
    debugger.request("configurationDone", json!({}));
    assert_eq!(debugger.stopped(), stop("exception", "main", 3));
    let info = debugger.request("exceptionInfo", json!({ "threadId": 1 }));
    assert_eq!(info["exceptionId"], "BorrowError", "{info}");
    let locals = debugger.scope("Locals");
    assert_eq!(locals[0]["value"], "#0 [1, 2] · shared ×1");
    let held = debugger.request("variables", json!({ "variablesReference": locals[0]["variablesReference"] }));
    let held = held["variables"].as_array().cloned().unwrap_or_default();
    let names: Vec<_> = held.iter().map(|child| child["name"].clone()).collect();
    assert_eq!(names, ["0", "1", "[[arena]]"]);
    let arena = debugger.request("variables", json!({ "variablesReference": held[2]["variablesReference"] }));
    let borrow =
        arena["variables"].as_array().and_then(|all| all.iter().find(|each| each["name"] == "shared borrow").cloned());
    assert!(
        borrow.is_some_and(|borrow| borrow["value"].as_str().is_some_and(|text| text.contains("line 2"))),
        "{arena}"
    );
    assert_eq!(debugger.stop("stepBack"), stop("step", "main", 3));
    assert_eq!(debugger.stop("stepBack"), stop("step", "main", 2));
}

#[test]
fn a_fault_that_nobody_waits_for_ends_the_program() {
    let program = Program::new("let xs = [1]\nprint(xs[5])\n");
    let mut debugger = program.launch(json!({}));
    debugger.request("setExceptionBreakpoints", json!({ "filters": [] }));
    debugger.request("configurationDone", json!({}));
    let told = debugger.event("output");
    assert_eq!(told["category"], "stderr", "{told}");
    assert_eq!(debugger.event("exited")["exitCode"], 1);
}

#[test]
fn values_are_evaluated_and_nothing_is_changed() {
    let program = Program::new(PROGRAM);
    let mut debugger = program.launch(json!({ "stopOnEntry": true }));
    debugger.request("configurationDone", json!({}));
    assert_eq!(debugger.stopped(), stop("entry", "main", 5));
    debugger.stop("next");
    let frame = debugger.frame();
    let mut value = |expression: &str, context: &str| {
        let asked = json!({ "expression": expression, "frameId": frame, "context": context });
        debugger.request("evaluate", asked)["result"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(value("xs", "hover"), "#0 [1]");
    assert_eq!(value("grow(xs, 9) + 1", "watch"), "3");
    assert_eq!(value("xs", "watch"), "#0 [1]");
    assert!(value("xs.push(4)", "repl").contains("written #0 array [1, 4]"), "{}", value("xs.push(4)", "repl"));
    let wrong = debugger.refused("evaluate", json!({ "expression": "nobody", "frameId": frame, "context": "watch" }));
    assert!(wrong.contains("nobody"), "{wrong}");
}

#[test]
fn a_run_that_never_ends_can_be_paused() {
    let program = Program::new("let n = 0\nwhile true {\n  n = n + 1\n}\n");
    let mut debugger = program.launch(json!({}));
    let done = debugger.ask("configurationDone", json!({}));
    debugger.answer(done).expect("it starts");
    debugger.request("pause", json!({ "threadId": 1 }));
    assert_eq!(debugger.stopped().0, "pause");
    // It may not have come further than to its first line by then.
    debugger.stop("next");
    debugger.stop("next");
    assert!(debugger.variables("Locals")[0].starts_with("n = "));
    debugger.request("disconnect", json!({}));
    assert!(debugger.ends());
}

#[test]
fn what_cannot_be_launched_says_why() {
    let mut debugger = Debugger::start(&[]);
    assert!(debugger.refused("threads", json!({})).contains("no program"));
    assert!(debugger.refused("launch", json!({ "program": "/nowhere.crush" })).contains("nowhere"));
    let wrong = Program::new("let x =\n");
    let path = wrong.path.to_string_lossy().into_owned();
    assert!(debugger.refused("launch", json!({ "program": path })).contains("line"), "it does not compile");
    let reads = Program::new("print(fs.read(\"a.txt\"))\n");
    let path = reads.path.to_string_lossy().into_owned();
    let denied = debugger.refused("launch", json!({ "program": path, "allow": ["fs=/"] }));
    assert!(denied.contains("not granted"), "a launch grants nothing: {denied}");
}

#[test]
fn what_is_done_outside_is_done_once() {
    let text = "let before = fs.read(\"n.txt\")\nfs.write(\"n.txt\", before + \"x\")\nlet after = fs.read(\"n.txt\")\nprint(after)\n";
    let program = Program::new(text);
    let file = program.folder.path().join("n.txt");
    std::fs::write(&file, "a").expect("it can be written");
    let grant = format!("fs={}", program.folder.path().display());
    let mut debugger = Debugger::start(&["--allow", &grant]);
    debugger.request("launch", json!({ "program": program.path.to_string_lossy(), "stopOnEntry": true }));
    debugger.event("initialized");
    debugger.request("configurationDone", json!({}));
    assert_eq!(debugger.stopped(), stop("entry", "main", 1));
    assert_eq!(std::fs::read_to_string(&file).expect("it is there"), "a", "nothing is done before it is come to");
    for line in [2, 3, 4] {
        assert_eq!(debugger.stop("next"), stop("step", "main", line));
    }
    for line in [3, 2, 1] {
        assert_eq!(debugger.stop("stepBack"), stop("step", "main", line));
    }
    for line in [2, 3, 4] {
        assert_eq!(debugger.stop("next"), stop("step", "main", line));
    }
    assert_eq!(debugger.variables("Locals"), ["before = a", "after = ax"]);
    assert_eq!(std::fs::read_to_string(&file).expect("it is there"), "ax");
}

#[test]
fn tasks_are_threads() {
    let text = "fn work(n) {\n  let twice = n * 2\n  return twice\n}\nlet a = spawn work(1)\nlet b = spawn work(2)\nlet x = await a\nlet y = await b\nprint(x + y)\n";
    let program = Program::new(text);
    let mut debugger = program.launch(json!({}));
    debugger.request("setBreakpoints", program.breakpoints(json!([{ "line": 3 }])));
    debugger.request("configurationDone", json!({}));
    assert_eq!(debugger.stopped(), stop("breakpoint", "work", 3));
    let threads = debugger.request("threads", json!({}));
    let names: Vec<_> =
        threads["threads"].as_array().expect("threads").iter().filter_map(|thread| thread["name"].as_str()).collect();
    assert!(names.contains(&"the program, awaits task 1") && names.contains(&"task 1: work"), "{threads}");
    assert_eq!(debugger.stop("continue"), stop("breakpoint", "work", 3));
    debugger.request("continue", json!({ "threadId": 1 }));
    assert_eq!(debugger.event("output")["output"], "6\n");
}

/// The loop and the first statement of its body begin at one place of the code.
#[test]
fn the_first_line_of_an_endless_loop_is_one_to_stop_at() {
    let program = Program::new("let n = 0\nwhile true {\n  n = n + 1\n}\n");
    let mut debugger = program.launch(json!({}));
    let told = debugger.request("setBreakpoints", program.breakpoints(json!([{ "line": 3, "condition": "n == 2" }])));
    assert_eq!(told["breakpoints"], json!([{ "verified": true, "line": 3 }]));
    debugger.request("configurationDone", json!({}));
    assert_eq!(debugger.stopped(), stop("breakpoint", "main", 3));
    assert_eq!(debugger.variables("Locals"), ["n = 2"]);
    assert_eq!(debugger.stop("next"), stop("step", "main", 3));
    assert_eq!(debugger.variables("Locals"), ["n = 3"]);
}

/// An evaluation that never ends by itself, and a request behind it that waits.
#[test]
fn requests_that_are_not_wanted_any_more_are_cancelled() {
    let program = Program::new(PROGRAM);
    let mut debugger = program.launch(json!({ "stopOnEntry": true }));
    debugger.request("configurationDone", json!({}));
    debugger.stopped();
    let frame = debugger.frame();
    let endless = json!({ "expression": "while true {}", "frameId": frame, "context": "repl" });
    let first = debugger.ask("evaluate", endless);
    let second = debugger.ask("threads", json!({}));
    let third = debugger.ask("threads", json!({}));
    debugger.ask("cancel", json!({ "requestId": second }));
    debugger.ask("cancel", json!({ "requestId": first }));
    let why = debugger.answer(first).expect_err("it does not end");
    assert!(why == "cancelled" || why.contains("instructions"), "{why}");
    assert_eq!(debugger.answer(second), Err("cancelled".to_owned()));
    assert!(debugger.answer(third).is_ok());
}
