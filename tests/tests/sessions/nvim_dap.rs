//! The debugger with a client that asks as nvim-dap does: what it sends of itself after each event, in its order and with its
//! arguments; and what it makes of the answers.

use crush_tests::debugger::Debugger;
use serde_json::{Value, json};

const PROGRAM: &str = "fn grow(xs, n) {\n  xs.push(n)\n  return len(xs)\n}\nlet xs = [1]\nlet n = 0\nwhile n < 4 {\n  n = grow(xs, n)\n}\nlet all = &xs\nxs.push(n)\n";

/// A session of nvim-dap, with what it remembers.
struct NvimDap {
    debugger: Debugger,
    path: String,
    capabilities: Value,
    _folder: tempfile::TempDir,
    thread: Value,
    frames: Vec<Value>,
}

impl NvimDap {
    fn run(breakpoints: &[Value]) -> Self {
        Self::run_program(PROGRAM, breakpoints)
    }

    /// `dap.run`: the whole configuration is the launch.
    fn run_program(text: &str, breakpoints: &[Value]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.crush");
        std::fs::write(&path, text).expect("it can be written");
        let path = path.to_string_lossy().into_owned();
        let mut debugger = Debugger::bare(&[]);
        let capabilities = debugger.request(
            "initialize",
            json!({
                "clientID": "neovim", "clientName": "neovim", "adapterID": "nvim-dap", "pathFormat": "path",
                "columnsStartAt1": true, "linesStartAt1": true, "supportsRunInTerminalRequest": true,
                "supportsVariableType": true, "supportsProgressReporting": true,
                "supportsStartDebuggingRequest": true, "locale": "en_US.UTF-8",
            }),
        );
        let launch = json!({ "type": "crush", "request": "launch", "name": "Debug this file", "program": path });
        let launched = debugger.ask("launch", launch);
        debugger.answer(launched).expect("it is launched");
        debugger.event("initialized");
        let mut session =
            Self { debugger, path, capabilities, _folder: folder, thread: Value::Null, frames: Vec::new() };
        session.set_breakpoints(breakpoints);
        // `exception_breakpoints = "default"`
        let filters = session.capabilities["exceptionBreakpointFilters"].as_array().cloned().unwrap_or_default();
        let filters: Vec<_> = filters.iter().filter(|it| it["default"] == true).map(|it| &it["filter"]).collect();
        session.debugger.request("setExceptionBreakpoints", json!({ "filters": filters }));
        session.debugger.request("configurationDone", Value::Null);
        session
    }

    /// The lines at which signs are drawn, and whether they are rejected: it finds them by the line of the answer.
    fn set_breakpoints(&mut self, breakpoints: &[Value]) -> Vec<(u64, bool)> {
        let lines: Vec<_> = breakpoints.iter().map(|it| it["line"].clone()).collect();
        let told = self.debugger.request(
            "setBreakpoints",
            json!({
                "source": { "path": self.path, "name": "a.crush" }, "sourceModified": false,
                "breakpoints": breakpoints, "lines": lines,
            }),
        );
        let sign = |it: &Value| (it["line"].as_u64().expect("a line"), it["verified"] == false);
        told["breakpoints"].as_array().expect("breakpoints").iter().map(sign).collect()
    }

    /// What follows a `stopped` event: threads, frames, scopes, and the variables of those that are not expensive.
    fn stopped(&mut self) -> (String, u64, Vec<String>) {
        let stopped = self.debugger.event("stopped");
        let threads = self.debugger.request("threads", Value::Null);
        let known = threads["threads"].as_array().expect("threads").iter().any(|it| it["id"] == stopped["threadId"]);
        assert!(known && stopped["allThreadsStopped"] == true, "{stopped} {threads}");
        self.thread = stopped["threadId"].clone();
        let trace = json!({ "startFrame": 0, "threadId": self.thread });
        let trace = self.debugger.request("stackTrace", trace);
        self.frames = trace["stackFrames"].as_array().cloned().expect("frames");
        let frame = self.frames[0].clone();
        assert_eq!(frame["source"]["path"], *self.path);
        assert!(frame["column"].as_u64().is_some_and(|column| column >= 1), "the cursor goes there: {frame}");
        let scopes = self.debugger.request("scopes", json!({ "frameId": frame["id"] }));
        let mut held = Vec::new();
        for scope in scopes["scopes"].as_array().expect("scopes") {
            if scope["expensive"] == true {
                assert_eq!(scope["name"], "Arena");
                continue;
            }
            let asked = json!({ "variablesReference": scope["variablesReference"] });
            let told = self.debugger.request("variables", asked);
            let text = |it: &Value| format!("{} = {}", it["name"], it["value"]).replace('"', "");
            held.extend(told["variables"].as_array().expect("variables").iter().map(text));
        }
        (stopped["reason"].as_str().unwrap_or_default().to_owned(), frame["line"].as_u64().expect("a line"), held)
    }

    /// `dap.step_over()` and the like.
    fn step(&mut self, command: &str) -> (String, u64, Vec<String>) {
        self.debugger.request(command, json!({ "threadId": self.thread, "granularity": "statement" }));
        self.stopped()
    }

    fn evaluate(&mut self, expression: &str, context: &str) -> Value {
        let frame = self.frames[0]["id"].clone();
        let asked = json!({ "expression": expression, "context": context, "frameId": frame });
        self.debugger.request("evaluate", asked)
    }
}

#[test]
fn what_it_is_told_it_can_do() {
    let session = NvimDap::run(&[]);
    let can = |what: &str| session.capabilities[what] == true;
    for what in [
        "supportsConfigurationDoneRequest",
        "supportsConditionalBreakpoints",
        "supportsHitConditionalBreakpoints",
        "supportsLogPoints",
        "supportsStepBack",
        "supportsTerminateRequest",
        "supportsExceptionInfoRequest",
        "supportsCompletionsRequest",
    ] {
        assert!(can(what), "{what}");
    }
    // It would send these requests if it were told that it may.
    for what in ["supportsSetVariable", "supportsRestartRequest", "supportsRestartFrame", "supportsGotoTargetsRequest"]
    {
        assert!(!can(what), "{what}");
    }
}

#[test]
fn it_steps_forward_and_back_and_looks_around() {
    let mut session = NvimDap::run(&[json!({ "line": 8, "condition": "n == 2" })]);
    let (reason, line, held) = session.stopped();
    assert_eq!((reason.as_str(), line), ("breakpoint", 8));
    assert_eq!(held, ["xs = #0 [1, 0]", "n = 2"]);
    assert_eq!(session.step("stepIn").1, 2);
    assert_eq!(session.frames.len(), 2, "up and down the frames it goes by itself");
    assert_eq!(session.step("stepOut").1, 8);
    let (_, line, held) = session.step("stepBack");
    assert_eq!((line, held[1].as_str()), (8, "n = 2"));
    assert_eq!(session.step("reverseContinue").0, "entry");
    assert_eq!(session.step("continue").1, 8);
    // In the prompt, under the cursor, and in a window with the variable.
    assert_eq!(session.evaluate("n + 1", "repl")["result"], "3");
    assert_eq!(session.evaluate("xs", "hover")["result"], "#0 [1, 0]");
    let held = session.evaluate("xs", "variables")["variablesReference"].clone();
    let told = session.debugger.request("variables", json!({ "variablesReference": held }));
    assert_eq!(told["variables"][1]["value"], "0");
}

#[test]
fn signs_of_breakpoints_are_rejected_one_by_one() {
    let mut session = NvimDap::run(&[json!({ "line": 8 })]);
    session.stopped();
    let signs = session.set_breakpoints(&[json!({ "line": 8 }), json!({ "line": 40 })]);
    assert_eq!(signs, [(8, false), (40, true)]);
    // A buffer that is closed takes its breakpoints with it.
    assert_eq!(session.set_breakpoints(&[]), []);
    assert_eq!(session.step("continue").0, "exception");
}

#[test]
fn a_borrow_error_is_shown_as_a_diagnostic() {
    let mut session = NvimDap::run(&[]);
    let (reason, line, _) = session.stopped();
    assert_eq!((reason.as_str(), line), ("exception", 11));
    let info = session.debugger.request("exceptionInfo", json!({ "threadId": session.thread }));
    assert_eq!(info["breakMode"], "always", "{info}");
    assert_eq!(info["details"]["typeName"], "BorrowError");
    let shown = info["description"].as_str().expect("a text");
    assert!(shown.contains("`xs` is changed") && shown.contains("taken here, by `all`"), "{shown}");
    assert_eq!(info["details"]["stackTrace"], "  main (a.crush:11)");
    assert_eq!(session.step("stepBack").1, 11, "and from there it goes back");
}

#[test]
fn it_is_terminated_and_ends() {
    let mut session = NvimDap::run(&[json!({ "line": 8 })]);
    session.stopped();
    // `dap.terminate()`: it closes the pipes when the answer is there, whatever comes behind it.
    session.debugger.request("terminate", json!({}));
    assert!(session.debugger.ends());
    let mut session = NvimDap::run(&[json!({ "line": 8 })]);
    session.stopped();
    session.debugger.request("disconnect", json!({ "restart": false, "terminateDebuggee": true }));
    assert!(session.debugger.ends());
}

const ENDLESS: &str = "let n = 0\nlet m = 0\nwhile true {\n  n = n + 1\n  m = n\n}\n";

/// It knows only the threads that it was told of, and asks for their names when there is one that it does not know.
#[test]
fn a_run_that_has_never_stopped_is_paused() {
    let mut session = NvimDap::run_program(ENDLESS, &[]);
    let thread = session.debugger.event("thread");
    assert_eq!(thread, json!({ "reason": "started", "threadId": 1 }));
    let threads = session.debugger.request("threads", Value::Null);
    assert_eq!(threads["threads"][0], json!({ "id": 1, "name": "the program" }), "it is told while the run goes on");
    session.debugger.request("pause", json!({ "threadId": 1 }));
    assert_eq!(session.stopped().0, "pause");
    assert_eq!(session.step("next").0, "step");
}

#[test]
fn what_is_asked_while_it_goes_on_is_answered() {
    // A condition that is evaluated all the time is no reason to hear of nothing.
    let mut session = NvimDap::run_program(ENDLESS, &[json!({ "line": 2 })]);
    session.stopped();
    session.set_breakpoints(&[json!({ "line": 4, "condition": "n < 0" })]);
    session.debugger.request("continue", json!({ "threadId": 1 }));
    let again = session.debugger.refused("next", json!({ "threadId": 1 }));
    assert!(again.contains("goes on already"), "{again}");
    let asked = json!({ "expression": "n >= 0", "context": "repl" });
    assert_eq!(session.debugger.request("evaluate", asked)["result"], "true");
    let signs = session.set_breakpoints(&[json!({ "line": 5 })]);
    assert_eq!(signs, [(5, false)]);
    assert_eq!(session.stopped().1, 5);
    // To be restarted, it is terminated while it goes on: that is answered at once, and nothing is said of it.
    assert_eq!(session.set_breakpoints(&[]), []);
    session.debugger.request("continue", json!({ "threadId": 1 }));
    session.debugger.request("terminate", json!({}));
    assert!(session.debugger.ends());
}

#[test]
fn tasks_are_told_as_they_come_and_go() {
    let text =
        "fn work(n) {\n  let m = n + 1\n  return m\n}\nlet a = spawn work(1)\nlet c = await a\nprint(c)\nprint(c)\n";
    let mut session = NvimDap::run_program(text, &[json!({ "line": 2 }), json!({ "line": 8 })]);
    let thread = |reason: &str, id: u64| json!({ "reason": reason, "threadId": id });
    assert_eq!(session.debugger.event("thread"), thread("started", 1));
    assert_eq!(session.debugger.event("thread"), thread("started", 2));
    assert_eq!(session.stopped().1, 2);
    session.debugger.request("continue", json!({ "threadId": 2 }));
    assert_eq!(session.debugger.event("thread"), thread("exited", 2));
    assert_eq!(session.stopped().1, 8);
}

/// All breakpoints of a file are set again whenever one is.
#[test]
fn hits_count_on_when_another_breakpoint_is_set() {
    let third = json!({ "line": 8, "hitCondition": "== 3" });
    let mut session = NvimDap::run(&[third.clone(), json!({ "line": 2, "condition": "n == 0" })]);
    assert_eq!(session.stopped().1, 2);
    session.set_breakpoints(&[third]);
    assert_eq!(session.step("continue").1, 8);
    assert_eq!(session.evaluate("n", "repl")["result"], "3");
}

#[test]
fn words_are_completed_in_the_prompt() {
    let mut session = NvimDap::run(&[json!({ "line": 3 })]);
    session.stopped();
    let frame = session.frames[0]["id"].clone();
    let mut proposed = |text: &str| -> Vec<String> {
        // The column counts bytes there: it is at, or behind, the end.
        let asked = json!({ "frameId": frame, "text": text, "column": text.len() + 1 });
        let told = session.debugger.request("completions", asked);
        let text = |it: &Value| it["text"].as_str().expect("a text").to_owned();
        told["targets"].as_array().expect("targets").iter().map(text).collect()
    };
    let names = proposed("x");
    assert!(names.iter().any(|it| it == "xs"), "{names:?}");
    assert!(!proposed("ev").iter().any(|it| it.starts_with("evaluated")), "only what is in the program");
    let names = proposed("len(\"🛒\") + gr");
    assert!(names.iter().any(|it| it.starts_with("grow")), "{names:?}");
    let names = proposed("xs.pu");
    assert!(names.iter().any(|it| it.starts_with("push")), "{names:?}");
}

#[test]
fn variables_are_not_set_and_that_is_said() {
    let mut session = NvimDap::run(&[json!({ "line": 8 })]);
    session.stopped();
    let refused =
        session.debugger.refused("setVariable", json!({ "variablesReference": 1, "name": "n", "value": "3" }));
    assert!(refused.contains("cannot be changed") && refused.contains("console"), "{refused}");
}

#[test]
fn going_on_from_the_end_ends_it() {
    let mut session = NvimDap::run(&[]);
    assert_eq!(session.stopped().0, "exception");
    session.debugger.request("continue", json!({ "threadId": 1 }));
    let told = session.debugger.event("output");
    assert_eq!(
        told,
        json!({ "category": "stderr", "output": "BorrowError: `xs` is changed while `all` borrows it\n" })
    );
    assert_eq!(session.debugger.event("exited"), json!({ "exitCode": 1 }));
}
