//! One editing session with all servers at once: each edit goes to one after the other, so that whatever else the machine
//! does meanwhile happens to all of them.

use std::time::{Duration, Instant};

use crush_tests::client::Client;
use crush_tests::document::Document;
use serde_json::{Value, json};

use super::bare::Bare;
use super::edits::{self, Edit};
use super::program::{self, Dialect};
use super::{machine, servers::Server};

/// The first edits, which fill caches and are not counted.
const WARM_UP: usize = 10;

/// What was measured of one server.
pub(crate) struct Measurement {
    pub(crate) name: String,
    /// From opening to the first diagnostics.
    pub(crate) open: Duration,
    /// From each edit to the diagnostics of that version.
    pub(crate) edits: Vec<Duration>,
    /// The most memory that it ever held, in bytes. The bare parse shares our process and has none of its own.
    pub(crate) peak_memory: Option<u64>,
    /// How many diagnostics the program has.
    pub(crate) diagnostics: Option<usize>,
}

/// Someone who reads the program.
struct Reader<'a> {
    server: &'a Server,
    client: Client,
    document: Document,
    edits: std::vec::IntoIter<Edit>,
    measured: Measurement,
}

/// Measures each server, then the bare parse, on programs of `lines` lines.
pub(crate) fn measure(servers: &[Server], lines: usize, edits: usize) -> anyhow::Result<Vec<Measurement>> {
    let edits = edits + WARM_UP;
    let mut readers: Vec<Reader<'_>> = servers.iter().map(|server| Reader::open(server, lines, edits)).collect();

    let text = program::generate(Dialect::Crush, lines);
    let started = Instant::now();
    let mut bare = Bare::open(&text)?;
    let open = started.elapsed();
    let mut bare_edits = Vec::with_capacity(edits);
    for edit in edits::typed(&text, edits) {
        for reader in &mut readers {
            reader.type_next();
        }
        let started = Instant::now();
        bare.edit(&edit)?;
        bare_edits.push(started.elapsed());
    }

    let mut all: Vec<Measurement> = readers.into_iter().map(Reader::close).collect();
    let name = "bare incremental parse".to_string();
    all.push(Measurement { name, open, edits: bare_edits, peak_memory: None, diagnostics: None });
    for measurement in &mut all {
        measurement.edits.drain(..WARM_UP);
    }
    Ok(all)
}

impl<'a> Reader<'a> {
    fn open(server: &'a Server, lines: usize, edits: usize) -> Self {
        let text = program::generate(server.dialect, lines);
        let (language, extension) = match server.dialect {
            Dialect::Crush | Dialect::CrushWithoutBorrows => ("crush", "crush"),
            Dialect::Python => ("python", "py"),
        };
        let document = Document::new(&format!("file:///bench/program.{extension}"), &text).with_language(language);
        let mut client = server.start();
        let body = json!({
            "jsonrpc": "2.0",
            "method": "textDocument/didOpen",
            "params": { "textDocument": {
                "uri": document.uri(), "languageId": language, "version": document.version(), "text": text,
            } },
        });
        let (open, diagnostics) = time(&mut client, &document, &body);
        let measured = Measurement {
            name: server.name.clone(),
            open,
            edits: Vec::with_capacity(edits),
            peak_memory: None,
            diagnostics: Some(diagnostics),
        };
        Self { server, client, edits: edits::typed(&text, edits).into_iter(), document, measured }
    }

    fn type_next(&mut self) {
        let Some(edit) = self.edits.next() else { return };
        self.document.next_version();
        let change = self.document.edit(edit.range, &edit.new_text);
        let change = if self.server.wants_whole_text { json!({ "text": self.document.text() }) } else { change };
        let body = json!({
            "jsonrpc": "2.0",
            "method": "textDocument/didChange",
            "params": {
                "textDocument": { "uri": self.document.uri(), "version": self.document.version() },
                "contentChanges": [change],
            },
        });
        let (took, _) = time(&mut self.client, &self.document, &body);
        self.measured.edits.push(took);
    }

    fn close(mut self) -> Measurement {
        self.measured.peak_memory = machine::peak_memory(self.client.process());
        self.measured
    }
}

/// How long after `body` was sent the diagnostics of the document's version had arrived, and how many they are.
fn time(client: &mut Client, document: &Document, body: &Value) -> (Duration, usize) {
    let body = body.to_string();
    client.forget();
    let sent = Instant::now();
    client.send_body(body.as_bytes());
    client.wait_for("diagnostics", |message| {
        let params = message.about("textDocument/publishDiagnostics", document.uri())?;
        // A server that does not name the version publishes once for each.
        let is_it = params["version"].is_null() || params["version"] == document.version();
        is_it.then(|| (message.at - sent, params["diagnostics"].as_array().map_or(0, Vec::len)))
    })
}
