//! A small language client for tests. It is synchronous, keeps all traffic, and waits for messages, never for time: a wait
//! that comes to nothing fails with everything that was received instead.

use std::collections::{HashMap, VecDeque};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use wait_timeout::ChildExt;

use crate::document::{Document, Encoding};
use crate::transport::{self, Gate, Incoming, Outgoing};

/// How long a wait may take before it fails: much longer than anything takes, also on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// A message from the server.
#[derive(Clone, Debug)]
pub struct Message {
    /// When the whole of it had arrived.
    pub at: Instant,
    /// The message.
    pub value: Value,
}

impl Message {
    /// Its method; empty for a response.
    pub fn method(&self) -> &str {
        self.value["method"].as_str().unwrap_or_default()
    }

    /// Its parameters; null for a response.
    pub fn params(&self) -> &Value {
        &self.value["params"]
    }

    /// Its parameters, when it is the notification `method` about the document `uri`.
    pub fn about(&self, method: &str, uri: &str) -> Option<&Value> {
        (self.method() == method && self.params()["uri"] == uri).then(|| self.params())
    }
}

/// How a client introduces itself.
#[derive(Clone, Debug)]
pub struct Introduction {
    /// Whether the user trusts the workspace.
    pub trusted: bool,
    /// Other `initializationOptions`; an object.
    pub options: Value,
    /// What columns count. UTF-16 is what a client gets that says nothing.
    pub encoding: Encoding,
    /// The client's process, when it says which.
    pub process: Option<u32>,
    /// The client's capabilities beside those that follow from the above; an object.
    pub capabilities: Value,
}

impl Default for Introduction {
    fn default() -> Self {
        Self {
            trusted: false,
            options: json!({}),
            encoding: Encoding::Utf16,
            process: Some(std::process::id()),
            capabilities: json!({}),
        }
    }
}

/// A language client with a server of its own, which ends with it.
pub struct Client {
    server: Child,
    outgoing: Option<Sender<Outgoing>>,
    incoming: Receiver<Incoming>,
    gate: Gate,
    tolerates_junk: bool,
    received: Vec<Message>,
    /// Indexes of received messages that no wait has taken yet.
    unclaimed: VecDeque<usize>,
    /// What the server's own requests are answered with, by their methods.
    answers: HashMap<String, Value>,
    sent: usize,
    last_id: i64,
}

impl Client {
    /// Starts `command` as the server and says nothing to it yet.
    ///
    /// # Panics
    ///
    /// When it does not start.
    pub fn spawn(command: &mut Command) -> Self {
        let mut server = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
        let gate = Gate::default();
        let incoming = transport::read(server.stdout.take().expect("it is piped"), gate.clone());
        let outgoing = Some(transport::write(server.stdin.take().expect("it is piped")));
        Self {
            server,
            outgoing,
            incoming,
            gate,
            tolerates_junk: false,
            received: Vec::new(),
            unclaimed: VecDeque::new(),
            answers: HashMap::new(),
            sent: 0,
            last_id: 0,
        }
    }

    /// Starts `crush-analyzer lsp` and says nothing to it yet.
    pub fn start() -> Self {
        Self::spawn(Command::new(crate::binary::crush_analyzer()).arg("lsp"))
    }

    /// Starts `crush-analyzer lsp` and shakes hands with it.
    pub fn ready(introduction: &Introduction) -> Self {
        let mut client = Self::start();
        client.introduce(introduction);
        client
    }

    /// Ignores lines on the server's standard output that are no part of the protocol, as some servers write them.
    #[must_use]
    pub fn tolerating_junk(mut self) -> Self {
        self.tolerates_junk = true;
        self
    }

    /// Shakes hands; gives the result of `initialize`.
    pub fn introduce(&mut self, introduction: &Introduction) -> Value {
        let mut options = introduction.options.clone();
        options["trusted"] = introduction.trusted.into();
        let mut capabilities = introduction.capabilities.clone();
        if introduction.encoding == Encoding::Utf8 {
            capabilities["general"] = json!({ "positionEncodings": ["utf-8", "utf-16"] });
        }
        let result = self.request(
            "initialize",
            json!({
                "processId": introduction.process,
                "rootUri": null,
                "capabilities": capabilities,
                "initializationOptions": options,
            }),
        );
        self.notify("initialized", json!({}));
        result
    }

    /// The server's process id.
    pub fn process(&self) -> u32 {
        self.server.id()
    }

    /// Sends bytes as they are.
    pub fn send_bytes(&mut self, bytes: Vec<u8>) {
        self.sent += 1;
        if let Some(outgoing) = &self.outgoing {
            // A server that is gone shows at the reading end.
            let _ = outgoing.send(Outgoing::Bytes(bytes));
        }
    }

    /// Sends a body with its header.
    pub fn send_body(&mut self, body: &[u8]) {
        self.send_bytes(transport::framed(body));
    }

    fn send(&mut self, message: &Value) {
        self.send_body(message.to_string().as_bytes());
    }

    /// Sends a notification.
    pub fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Sends a request; gives the id that its response will have.
    pub fn ask(&mut self, method: &str, params: Value) -> i64 {
        self.last_id += 1;
        let mut message = json!({ "jsonrpc": "2.0", "id": self.last_id, "method": method });
        if !params.is_null() {
            message["params"] = params;
        }
        self.send(&message);
        self.last_id
    }

    /// Waits for the response to request `id`: its result, or its error.
    pub fn response(&mut self, id: i64) -> Result<Value, Value> {
        let response = self.wait_for(&format!("the response to request {id}"), |message| {
            let is_it = message.method().is_empty() && message.value["id"] == id;
            is_it.then(|| message.value.clone())
        });
        match response.get("error") {
            Some(error) => Err(error.clone()),
            None => Ok(response["result"].clone()),
        }
    }

    /// Sends a request and waits for its response, which may be an error.
    pub fn try_request(&mut self, method: &str, params: Value) -> Result<Value, Value> {
        let id = self.ask(method, params);
        self.response(id)
    }

    /// Sends a request and waits for its result.
    ///
    /// # Panics
    ///
    /// When the response is an error.
    pub fn request(&mut self, method: &str, params: Value) -> Value {
        self.try_request(method, params).unwrap_or_else(|error| panic!("{method} failed: {error}"))
    }

    /// Sends `textDocument/METHOD` about a document, with further parameters, and waits for its result.
    pub fn request_about(&mut self, method: &str, document: &Document, more: Value) -> Value {
        self.request(method, about(document, more))
    }

    /// Opens a document.
    pub fn open(&mut self, document: &Document) {
        let item = json!({
            "uri": document.uri(),
            "languageId": document.language(),
            "version": document.version(),
            "text": document.text(),
        });
        self.notify("textDocument/didOpen", json!({ "textDocument": item }));
    }

    /// Sends changes that [`Document`] made.
    pub fn change(&mut self, document: &Document, changes: Vec<Value>) {
        let identifier = json!({ "uri": document.uri(), "version": document.version() });
        self.notify("textDocument/didChange", json!({ "textDocument": identifier, "contentChanges": changes }));
    }

    /// Saves a document.
    pub fn save(&mut self, document: &Document) {
        self.notify("textDocument/didSave", about(document, json!({})));
    }

    /// Closes a document.
    pub fn close(&mut self, document: &Document) {
        self.notify("textDocument/didClose", about(document, json!({})));
    }

    /// Waits for the diagnostics of the document as it is now.
    pub fn diagnostics(&mut self, document: &Document) -> Vec<Value> {
        let published = self.wait_for(&format!("diagnostics of version {}", document.version()), |message| {
            let params = message.about("textDocument/publishDiagnostics", document.uri())?;
            (params["version"] == document.version()).then(|| params.clone())
        });
        published["diagnostics"].as_array().expect("diagnostics are an array").clone()
    }

    /// Waits for `crush/evaluation` of a document with one of these states.
    pub fn evaluation(&mut self, document: &Document, states: &[&str]) -> Value {
        self.wait_for(&format!("an evaluation that is {states:?}"), |message| {
            let params = message.about("crush/evaluation", document.uri())?;
            params["state"].as_str().is_some_and(|state| states.contains(&state)).then(|| params.clone())
        })
    }

    /// Waits for a message of which `pick` makes something, and takes it: no later wait sees it. Messages that came
    /// earlier and that no wait has taken are looked at first.
    ///
    /// # Panics
    ///
    /// With all that was received, when the message does not come.
    pub fn wait_for<T>(&mut self, what: &str, mut pick: impl FnMut(&Message) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        let mut looked_at = 0;
        loop {
            while let Some(&index) = self.unclaimed.get(looked_at) {
                if let Some(found) = pick(&self.received[index]) {
                    self.unclaimed.remove(looked_at);
                    return found;
                }
                looked_at += 1;
            }
            if let Err(why) = self.receive(deadline) {
                panic!("{why} while waiting for {what}; received:\n{}", self.transcript());
            }
        }
    }

    /// Takes in one more message.
    fn receive(&mut self, deadline: Instant) -> Result<(), String> {
        let left = deadline.saturating_duration_since(Instant::now());
        match self.incoming.recv_timeout(left) {
            Ok(Incoming::Message(at, value)) => {
                self.answer_for_the_editor(&value);
                self.unclaimed.push_back(self.received.len());
                self.received.push(Message { at, value });
                Ok(())
            }
            Ok(Incoming::Junk(_)) if self.tolerates_junk => Ok(()),
            Ok(Incoming::Junk(line)) => Err(format!("a line that is no part of the protocol (`{line}`)")),
            Ok(Incoming::Broken(why)) => Err(format!("a broken message ({why})")),
            Ok(Incoming::End) | Err(RecvTimeoutError::Disconnected) => Err("the server closed its output".into()),
            Err(RecvTimeoutError::Timeout) => Err("nothing came".into()),
        }
    }

    /// The server's own requests are answered as [`answering`](Self::answering) says; others (progress, refreshes) are granted.
    fn answer_for_the_editor(&mut self, message: &Value) {
        if let (Some(method), Some(id)) = (message["method"].as_str(), message.get("id")) {
            let result = self.answers.get(method).cloned().unwrap_or_default();
            self.send(&json!({ "jsonrpc": "2.0", "id": id, "result": result }));
        }
    }

    /// Says what the server's requests of this method are answered with from now on.
    pub fn answering(&mut self, method: &str, result: Value) {
        self.answers.insert(method.to_owned(), result);
    }

    /// All messages received by now, oldest first.
    pub fn received(&mut self) -> &[Message] {
        while self.receive(Instant::now()).is_ok() {}
        &self.received
    }

    /// The versions that diagnostics of `uri` were published for, in that order.
    pub fn published_versions(&mut self, uri: &str) -> Vec<i64> {
        let published = self.received().iter().filter_map(|m| m.about("textDocument/publishDiagnostics", uri));
        published.filter_map(|params| params["version"].as_i64()).collect()
    }

    /// Forgets the messages received so far, for sessions too long to keep.
    pub fn forget(&mut self) {
        self.received.clear();
        self.unclaimed.clear();
    }

    /// Stops to read what the server writes, until [`resume_reading`](Self::resume_reading). A message that is already
    /// being read is read to its end.
    pub fn pause_reading(&mut self) {
        self.gate.set_closed(true);
    }

    /// Reads on.
    pub fn resume_reading(&mut self) {
        self.gate.set_closed(false);
    }

    /// Waits until the server's pipe has taken all that was sent.
    ///
    /// # Panics
    ///
    /// When the server does not read on.
    pub fn wait_until_written(&mut self) {
        let (reached, mark) = mpsc::channel();
        if let Some(outgoing) = &self.outgoing {
            let _ = outgoing.send(Outgoing::Mark(reached));
        }
        if mark.recv_timeout(PATIENCE).is_err() {
            panic!("the server does not read its input any more; received:\n{}", self.transcript());
        }
    }

    /// Closes the server's standard input, once all is written.
    pub fn close_input(&mut self) {
        self.outgoing = None;
    }

    /// Waits until the server has ended, at most `within`.
    ///
    /// # Panics
    ///
    /// When it is still running then.
    pub fn wait_for_end(&mut self, within: Duration) -> ExitStatus {
        let ended = self.server.wait_timeout(within).expect("the server can be waited for");
        ended.unwrap_or_else(|| panic!("the server still runs after {within:?}; received:\n{}", self.transcript()))
    }

    /// The last messages, one a line, for a person to read.
    fn transcript(&self) -> String {
        const MOST: usize = 60;
        let hidden = self.received.len().saturating_sub(MOST);
        let mut text = format!("({} messages sent, {} received)\n", self.sent, self.received.len());
        for message in &self.received[hidden..] {
            let line = message.value.to_string();
            let cut = line.char_indices().nth(600).map_or(line.len(), |(at, _)| at);
            text.push_str(&line[..cut]);
            text.push('\n');
        }
        text
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.gate.set_closed(false);
        // It may have ended already.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Parameters about a document.
pub fn about(document: &Document, more: Value) -> Value {
    let mut params = more;
    params["textDocument"] = json!({ "uri": document.uri() });
    params
}
