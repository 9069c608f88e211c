//! Somebody who types in a document that one server has open, and asks.

use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, Instant};

use crush_ide::{PositionEncoding, Text, TextEdit, TextRange};
use crush_tests::client::{Client, Message};
use serde_json::{Value, json};

use super::asked::{Around, EDIT_ALONE, Gives, PREPARE_CALLS, REQUESTS, With, has_something};
use super::{Answer, Measured, is_ours};
use crate::bench::edits::Edit;
use crate::bench::machine::{self, Threads};
use crate::bench::program::Dialect;
use crate::bench::servers::Server;

/// What ours runs meanwhile, in a document of its own.
const BACKGROUND: &str = "\
fn spin(start) {
    let xs = [start, 1]
    while true { xs[0] = xs[1] - xs[0] }
    return xs
}
print(spin(1))
";
/// The thread of the server that runs it.
const RUNNING: &str = "run";
const BACKGROUND_URI: &str = "file:///bench/background.crush";

/// A server that has a document open.
pub(super) struct Opened<'a> {
    pub(super) server: &'a Server,
    pub(super) client: Client,
    pub(super) uri: String,
    pub(super) text: Text,
    pub(super) version: i64,
}

impl<'a> Opened<'a> {
    /// Opens a program in a folder of its own.
    pub(super) fn alone(server: &'a Server, text: &str) -> anyhow::Result<Self> {
        let extension = if server.dialect == Dialect::Python { "py" } else { "crush" };
        let mut client = server.launch();
        introduce(&mut client, None);
        Ok(Self::open(server, client, format!("file:///bench/program.{extension}"), text))
    }

    /// Opens a document, and waits until it is known what is wrong in it.
    pub(super) fn open(server: &'a Server, mut client: Client, uri: String, text: &str) -> Self {
        open(&mut client, server.dialect, &uri, text);
        client.wait_for("diagnostics", |message| published(message, &uri, 0));
        Self { server, client, uri, text: Text::from(text), version: 0 }
    }

    /// A space at the end of the text, and in the next version none: what the server has to be told.
    pub(super) fn edit_back_and_forth(&self, version: i64) -> Value {
        let end = self.text.position_of(self.text.len(), PositionEncoding::Utf16);
        let (start, new_text) =
            (json!({ "line": end.line, "character": end.column }), if version % 2 == 1 { " " } else { "" });
        let end = json!({ "line": end.line, "character": end.column + u32::from(new_text.is_empty()) });
        json!({
            "textDocument": { "uri": self.uri, "version": version },
            "contentChanges": [{ "range": { "start": start, "end": end }, "text": new_text }],
        })
    }
}

/// Shakes hands, in the folder that is opened.
pub(super) fn introduce(client: &mut Client, folder: Option<&Path>) {
    let uri = folder.map(|folder| format!("file://{}", folder.display()));
    let folders = uri.as_ref().map(|uri| json!([{ "uri": uri, "name": "bench" }]));
    client.request(
        "initialize",
        json!({
            "processId": std::process::id(),
            "rootUri": uri,
            "workspaceFolders": folders,
            "capabilities": {
                "workspace": { "workspaceFolders": true, "didChangeWatchedFiles": { "dynamicRegistration": true } },
                "textDocument": { "publishDiagnostics": { "relatedInformation": true, "tagSupport": { "valueSet": [1, 2] } } },
            },
            // A run that ends only when the session does. Unless ty is told to look at closed files, it answers a question about
            // the workspace when there is something to report, and that is never.
            "initializationOptions": {
                "trusted": true, "instructions": u64::MAX >> 12, "milliseconds": 3_600_000_u64, "diagnosticMode": "workspace",
            },
        }),
    );
    client.notify("initialized", json!({}));
}

fn open(client: &mut Client, dialect: Dialect, uri: &str, text: &str) {
    let language = if dialect == Dialect::Python { "python" } else { "crush" };
    let item = json!({ "uri": uri, "languageId": language, "version": 0, "text": text });
    client.notify("textDocument/didOpen", json!({ "textDocument": item }));
}

/// Among so many places there is one of each kind.
const ENOUGH: usize = 50;

/// Longer than this nobody waits: the request is cancelled.
const PATIENCE: Duration = Duration::from_secs(2);

/// Waits for an answer; gives how long after `sent` it came, and what it is.
fn answer(client: &mut Client, method: &str, id: i64, sent: Instant) -> (Duration, Value) {
    let is_answer = |message: &Message| {
        let is_it = message.method().is_empty() && message.value["id"] == id;
        is_it.then(|| (message.at - sent, message.value.clone()))
    };
    while sent.elapsed() < PATIENCE {
        if let Some(answer) = client.received().iter().find_map(is_answer) {
            return answer;
        }
        std::thread::sleep(Duration::from_micros(50));
    }
    client.notify("$/cancelRequest", json!({ "id": id }));
    client.wait_for(method, is_answer)
}

/// Whether a message has the diagnostics of this version. A server that names no versions publishes once for each.
pub(super) fn published(message: &Message, uri: &str, version: i64) -> Option<Instant> {
    let params = message.about("textDocument/publishDiagnostics", uri)?;
    (params["version"].is_null() || params["version"] == version).then_some(message.at)
}

/// Somebody who types and asks.
pub(super) struct Typist<'a> {
    opened: Opened<'a>,
    version: i64,
    edits: std::vec::IntoIter<Edit>,
    threads: Threads,
    /// What answers gave that other requests are about, by method.
    items: HashMap<&'static str, Value>,
    tokens: Value,
    answers: Vec<Vec<Answer>>,
    /// How many answers to each request had nothing in them.
    empty: Vec<usize>,
    /// How long the server was asked.
    pub(super) spent: Duration,
    began: Instant,
}

impl<'a> Typist<'a> {
    pub(super) fn new(mut opened: Opened<'a>, edits: Vec<Edit>) -> Self {
        if is_ours(opened.server) {
            open(&mut opened.client, opened.server.dialect, BACKGROUND_URI, BACKGROUND);
            opened.client.request("crush/run", json!({ "textDocument": { "uri": BACKGROUND_URI } }));
        }
        Self {
            version: opened.version,
            edits: edits.into_iter(),
            threads: Threads::of(opened.client.process(), RUNNING),
            items: HashMap::new(),
            tokens: Value::Null,
            answers: vec![Vec::new(); REQUESTS.len()],
            empty: vec![0; REQUESTS.len()],
            spent: Duration::ZERO,
            began: Instant::now(),
            opened,
        }
    }

    /// Makes the next edit, sends a request right behind it and waits for the answer; then for the diagnostics of the edit.
    pub(super) fn ask(&mut self, request: usize, counts: bool) {
        let started = Instant::now();
        let Some(edit) = self.edits.next() else { return };
        let at = edit.range.start + edit.new_text.len();
        let asked = &REQUESTS[request];
        // It stands before the edit, which does not move it.
        let function = self.function_above(edit.range.start);
        if matches!(asked.with, With::Item(PREPARE_CALLS)) {
            self.prepare_calls(&function);
        }
        let change = self.edit(&edit);
        let place = self.opened.text.position_of(at, PositionEncoding::Utf16);
        let around = Around {
            uri: &self.opened.uri,
            line: place.line,
            character: place.column,
            function: &function,
            lines: self.opened.text.line_count(),
            tokens: &self.tokens,
        };
        let is_edit_alone = asked.method == EDIT_ALONE;
        let parameters = asked.parameters(&around, |method| self.items.get(method).cloned());
        let before = self.threads.worked().0;

        let client = &mut self.opened.client;
        let sent = Instant::now();
        client.notify("textDocument/didChange", change);
        let answer = parameters.filter(|_| !is_edit_alone).map(|parameters| {
            let id = client.ask(asked.method, parameters);
            answer(client, asked.method, id, sent)
        });
        let processor = answer.as_ref().map(|_| self.threads.worked().0 - before);
        let (uri, version) = (&self.opened.uri, self.version);
        let told = self.opened.client.wait_for("diagnostics", |message| published(message, uri, version));
        self.opened.client.forget();

        let answer = match (answer, processor) {
            (Some((took, response)), Some(processor)) => {
                // A place that cannot be renamed is an answer, too; an unknown method is none.
                let is_known = response["error"]["code"] != -32601;
                self.remember(asked.method, &response["result"]);
                self.empty[request] += usize::from(counts && !has_something(&response["result"]));
                is_known.then_some(Answer { took, processor })
            }
            _ if is_edit_alone => Some(Answer { took: told - sent, processor: self.threads.worked().0 - before }),
            _ => None,
        };
        self.answers[request].extend(answer.filter(|_| counts));
        self.spent += started.elapsed();
    }

    /// Where the name stands of the function that `offset` is in, or of the one above.
    fn function_above(&self, offset: usize) -> Value {
        let text = &self.opened.text;
        let name_in = |line: usize| {
            let range = text.line_range(line)?;
            let content = text.slice(range);
            let begin = content.trim_start();
            let name = begin.strip_prefix("fn ").or_else(|| begin.strip_prefix("def "))?;
            Some(range.start + content.len() - name.len())
        };
        let name = (0..=text.line_of(offset)).rev().find_map(name_in).unwrap_or_default();
        let place = text.position_of(name, PositionEncoding::Utf16);
        json!({ "line": place.line, "character": place.column })
    }

    /// Gets the item of a function, of which a call hierarchy is asked next.
    fn prepare_calls(&mut self, function: &Value) {
        let (client, uri) = (&mut self.opened.client, &self.opened.uri);
        let sent = Instant::now();
        let id = client.ask(PREPARE_CALLS, json!({ "textDocument": { "uri": uri }, "position": function }));
        let (_, response) = answer(client, PREPARE_CALLS, id, sent);
        self.items.remove(PREPARE_CALLS);
        self.remember(PREPARE_CALLS, &response["result"]);
    }

    /// Says which requests were not answered as they have to be.
    fn complaints(&self) -> Vec<String> {
        let complaint = |(index, empty): (usize, &usize)| {
            let (request, all) = (&REQUESTS[index], self.answers[index].len());
            let is_fine = match request.gives {
                Gives::Something => all > 0 && *empty == 0,
                // A few places may all be of the other kind.
                Gives::Somewhere => *empty < all || (1..ENOUGH).contains(&all),
                Gives::Anything => all > 0,
            };
            (!is_fine).then(|| format!("`{}`: {empty} of {all} answers are empty", request.name()))
        };
        self.empty.iter().enumerate().filter_map(complaint).collect()
    }

    /// Makes an edit here; gives what the server has to be told of it.
    fn edit(&mut self, edit: &Edit) -> Value {
        self.version += 1;
        let text = &mut self.opened.text;
        let [start, end] = [edit.range.start, edit.range.end].map(|at| {
            let place = text.position_of(at, PositionEncoding::Utf16);
            json!({ "line": place.line, "character": place.column })
        });
        let range = TextRange::new(edit.range.start, edit.range.end);
        text.apply(&TextEdit { range, new_text: edit.new_text.clone() });
        let change = json!({ "range": { "start": start, "end": end }, "text": edit.new_text });
        let document = json!({ "uri": self.opened.uri, "version": self.version });
        json!({ "textDocument": document, "contentChanges": [change] })
    }

    /// Keeps of an answer what later requests are about.
    fn remember(&mut self, method: &'static str, result: &Value) {
        if method.starts_with("textDocument/semanticTokens/full") && result["resultId"].is_string() {
            self.tokens = result["resultId"].clone();
        }
        let first = result.get(0).or_else(|| result["items"].get(0));
        if let Some(first) = first {
            self.items.insert(method, first.clone());
        }
    }

    /// Closes the document, and says what was measured.
    pub(super) fn close(mut self) -> Measured {
        let complaints = if is_ours(self.opened.server) { self.complaints() } else { Vec::new() };
        let process = self.opened.client.process();
        let (_, ran) = self.threads.worked();
        let peak = machine::peak_memory(process);
        let client = &mut self.opened.client;
        for uri in [self.opened.uri.as_str(), BACKGROUND_URI] {
            client.notify("textDocument/didClose", json!({ "textDocument": { "uri": uri } }));
        }
        // The answer says that what came before was done.
        let _ = client.try_request("workspace/symbol", json!({ "query": "nothing is called so" }));
        Measured {
            name: self.opened.server.name.clone(),
            answers: self.answers,
            complaints,
            memory: [peak, machine::memory_at_rest(process)],
            ran: ran.as_secs_f64() / self.began.elapsed().as_secs_f64(),
        }
    }
}
