//! A small debug client for tests: requests one after the other, and the events that came meanwhile.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

use serde_json::{Value, json};
use wait_timeout::ChildExt;

/// How long a wait may take before it fails: much longer than anything takes, also on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A debug client with an adapter of its own, which ends with it.
pub struct Debugger {
    adapter: Child,
    input: Option<ChildStdin>,
    messages: Receiver<Value>,
    events: VecDeque<Value>,
    seq: u64,
}

impl Debugger {
    /// Starts `crush-analyzer dap` with these arguments and shakes hands with it.
    ///
    /// # Panics
    ///
    /// When it does not start.
    pub fn start(arguments: &[&str]) -> Self {
        let mut debugger = Self::bare(arguments);
        debugger.request("initialize", json!({ "adapterID": "crush", "linesStartAt1": true, "columnsStartAt1": true }));
        debugger
    }

    /// Starts `crush-analyzer dap` and says nothing yet.
    ///
    /// # Panics
    ///
    /// When it does not start.
    pub fn bare(arguments: &[&str]) -> Self {
        let mut adapter = Command::new(crate::binary::crush_analyzer())
            .arg("dap")
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let output = adapter.stdout.take().expect("it is piped");
        let input = adapter.stdin.take();
        let (sender, messages) = mpsc::channel();
        std::thread::spawn(move || {
            let mut output = BufReader::new(output);
            while let Some(message) = message(&mut output) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        Self { adapter, input, messages, events: VecDeque::new(), seq: 0 }
    }

    /// Starts the adapter and a program in it; what is to be configured before it runs is next.
    pub fn launch(program: &Path, options: Value) -> Self {
        let mut debugger = Self::start(&[]);
        let mut arguments = options;
        arguments["program"] = program.to_string_lossy().into();
        debugger.request("launch", arguments);
        debugger.event("initialized");
        debugger
    }

    /// Sends a request and does not wait for the answer.
    ///
    /// # Panics
    ///
    /// When the adapter is gone.
    pub fn ask(&mut self, command: &str, arguments: Value) -> u64 {
        self.seq += 1;
        let mut body = json!({ "seq": self.seq, "type": "request", "command": command });
        if !arguments.is_null() {
            body["arguments"] = arguments;
        }
        let body = body.to_string();
        let input = self.input.as_mut().expect("the input is open");
        write!(input, "Content-Length: {}\r\n\r\n{body}", body.len()).expect("the adapter reads");
        input.flush().expect("the adapter reads");
        self.seq
    }

    /// The answer to a request: its body, or why it failed.
    pub fn answer(&mut self, seq: u64) -> Result<Value, String> {
        let is_it = |message: &Value| message["type"] == "response" && message["request_seq"] == seq;
        let known = self.events.iter().position(is_it).and_then(|at| self.events.remove(at));
        let message = known.unwrap_or_else(|| {
            loop {
                let message = self.next();
                if is_it(&message) {
                    return message;
                }
                self.events.push_back(message);
            }
        });
        match message["success"].as_bool() {
            Some(true) => Ok(message["body"].clone()),
            _ => Err(message["message"].as_str().unwrap_or_default().to_owned()),
        }
    }

    /// What a request gives.
    ///
    /// # Panics
    ///
    /// When it fails.
    pub fn request(&mut self, command: &str, arguments: Value) -> Value {
        let seq = self.ask(command, arguments);
        self.answer(seq).unwrap_or_else(|reason| panic!("{command}: {reason}"))
    }

    /// Why a request fails.
    ///
    /// # Panics
    ///
    /// When it does not.
    pub fn refused(&mut self, command: &str, arguments: Value) -> String {
        let seq = self.ask(command, arguments);
        self.answer(seq).expect_err("it is refused")
    }

    /// The next event of this name; others before it are passed over.
    pub fn event(&mut self, name: &str) -> Value {
        loop {
            let message = self.events.pop_front().unwrap_or_else(|| self.next());
            if message["event"] == name {
                return message["body"].clone();
            }
            assert_ne!(message["event"], "terminated", "before {name}");
        }
    }

    /// Goes on with a request, and gives why and where it stopped: the reason, the function, the line (from 1).
    pub fn stop(&mut self, command: &str) -> (String, String, u64) {
        self.request(command, json!({ "threadId": 1 }));
        self.stopped()
    }

    /// Why and where it has stopped.
    pub fn stopped(&mut self) -> (String, String, u64) {
        let stopped = self.event("stopped");
        let frames = self.request("stackTrace", json!({ "threadId": stopped["threadId"] }));
        let frame = &frames["stackFrames"][0];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (text(&stopped["reason"]), text(&frame["name"]), frame["line"].as_u64().unwrap_or_default())
    }

    /// The variables of a scope of the innermost frame, each as `name = value`.
    pub fn variables(&mut self, scope: &str) -> Vec<String> {
        let told = self.scope(scope);
        let text = |held: &Value| {
            format!("{} = {}", held["name"].as_str().unwrap_or_default(), held["value"].as_str().unwrap_or_default())
        };
        told.iter().map(text).collect()
    }

    /// The variables of a scope of the innermost frame.
    ///
    /// # Panics
    ///
    /// When there is no such scope.
    pub fn scope(&mut self, scope: &str) -> Vec<Value> {
        let frames = self.request("stackTrace", json!({ "threadId": 1 }));
        let scopes = self.request("scopes", json!({ "frameId": frames["stackFrames"][0]["id"] }));
        let all = scopes["scopes"].as_array().cloned().unwrap_or_default();
        let found = all.iter().find(|found| found["name"] == scope).unwrap_or_else(|| panic!("no {scope}: {scopes}"));
        let told = self.request("variables", json!({ "variablesReference": found["variablesReference"] }));
        told["variables"].as_array().cloned().unwrap_or_default()
    }

    /// The id of the innermost frame.
    pub fn frame(&mut self) -> Value {
        self.request("stackTrace", json!({ "threadId": 1 }))["stackFrames"][0]["id"].clone()
    }

    /// Whether the adapter ends by itself.
    pub fn ends(mut self) -> bool {
        self.input = None;
        matches!(self.adapter.wait_timeout(PATIENCE), Ok(Some(status)) if status.success())
    }

    fn next(&mut self) -> Value {
        match self.messages.recv_timeout(PATIENCE) {
            Ok(message) => message,
            Err(RecvTimeoutError::Timeout) => panic!("nothing came; before: {:?}", self.events),
            Err(RecvTimeoutError::Disconnected) => panic!("the adapter is gone; before: {:?}", self.events),
        }
    }
}

impl Drop for Debugger {
    fn drop(&mut self) {
        let _ = self.adapter.kill();
        let _ = self.adapter.wait();
    }
}

fn message(output: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end().split_once(": ") {
            None => break,
            Some((_, value)) => length = value.parse().ok()?,
        }
    }
    let mut body = vec![0; length];
    output.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}
