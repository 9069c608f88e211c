//! How long each request takes while somebody types: an edit is sent, and the request right behind it.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use crush_tests::client::about;
use crush_tests::document::Document;
use serde_json::{Value, json};

use super::edits;
use super::program::{self, Dialect};
use super::servers::Server;
use super::table::{milliseconds, quantile, thousands};

/// The first rounds, which fill caches and are not counted.
const WARM_UP: usize = 3;

/// What is asked, and with what beside the document: a place, a range that is in sight, or nothing.
const REQUESTS: [(&str, Asked); 17] = [
    ("textDocument/completion", Asked::Place),
    ("textDocument/hover", Asked::Place),
    ("textDocument/signatureHelp", Asked::Place),
    ("textDocument/definition", Asked::Place),
    ("textDocument/references", Asked::Place),
    ("textDocument/documentHighlight", Asked::Place),
    ("textDocument/prepareRename", Asked::Place),
    ("textDocument/rename", Asked::Place),
    ("textDocument/codeAction", Asked::Sight),
    ("textDocument/inlayHint", Asked::Sight),
    ("textDocument/semanticTokens/range", Asked::Sight),
    ("textDocument/semanticTokens/full", Asked::Nothing),
    ("textDocument/semanticTokens/full/delta", Asked::Nothing),
    ("textDocument/documentSymbol", Asked::Nothing),
    ("textDocument/foldingRange", Asked::Nothing),
    ("textDocument/codeLens", Asked::Nothing),
    ("textDocument/formatting", Asked::Nothing),
];

#[derive(Clone, Copy)]
enum Asked {
    Place,
    Sight,
    Nothing,
}

/// A table of all requests, for programs of so many lines.
pub(crate) fn table(servers: &[Server], lines: &[usize], rounds: usize) -> String {
    let mut text = String::from("| lines | request |");
    for server in servers {
        let _ = write!(text, " {}, median | p99 |", server.name);
    }
    text.push_str("\n|---:|---|");
    servers.iter().for_each(|_| text.push_str("---:|---:|"));
    text.push('\n');
    for &lines in lines {
        eprintln!("requests at {lines} lines …");
        let measured: Vec<_> = servers.iter().map(|server| measure(server, lines, rounds)).collect();
        for (index, (method, _)) in REQUESTS.iter().enumerate() {
            let name = method.trim_start_matches("textDocument/");
            let _ = write!(text, "| {} | `{name}` |", thousands(lines));
            for times in &measured {
                match times[index].as_slice() {
                    [] => text.push_str(" – | – |"),
                    times => {
                        let (median, p99) = (milliseconds(quantile(times, 50)), milliseconds(quantile(times, 99)));
                        let _ = write!(text, " {median} | {p99} |");
                    }
                }
            }
            text.push('\n');
        }
    }
    text
}

/// The times of each request; none of those that the server does not know.
fn measure(server: &Server, lines: usize, rounds: usize) -> Vec<Vec<Duration>> {
    let text = program::generate(server.dialect, lines);
    let (language, extension) = match server.dialect {
        Dialect::Python => ("python", "py"),
        Dialect::Crush | Dialect::CrushWithoutBorrows => ("crush", "crush"),
    };
    let mut document = Document::new(&format!("file:///bench/program.{extension}"), &text).with_language(language);
    let mut client = server.start();
    client.open(&document);
    let mut typed = edits::typed(&text, (rounds + WARM_UP) * REQUESTS.len()).into_iter();
    let mut all = vec![Vec::new(); REQUESTS.len()];
    let mut tokens = Value::Null;
    for round in 0..rounds + WARM_UP {
        for (index, (method, asked)) in REQUESTS.iter().enumerate() {
            let Some(edit) = typed.next() else { break };
            let at = edit.range.start + edit.new_text.len();
            document.next_version();
            let change = document.edit(edit.range, &edit.new_text);
            let mut params = about(&document, parameters(&document, *asked, at));
            params["previousResultId"] = tokens.clone();
            client.change(&document, vec![change]);
            let sent = Instant::now();
            let id = client.ask(method, params);
            let (took, response) = client.wait_for("the answer", |message| {
                let is_it = message.method().is_empty() && message.value["id"] == id;
                is_it.then(|| (message.at - sent, message.value.clone()))
            });
            client.forget();
            // A place that cannot be renamed is an answer, too; an unknown method is none.
            let is_known = response["error"]["code"] != -32601;
            if method.ends_with("full") {
                tokens = response["result"]["resultId"].clone();
            }
            if round >= WARM_UP && is_known {
                all[index].push(took);
            }
        }
    }
    all
}

fn parameters(document: &Document, asked: Asked, at: usize) -> Value {
    let options = json!({ "tabSize": 4, "insertSpaces": true });
    let place = document.position(at);
    match asked {
        Asked::Place => json!({
            "position": place, "newName": "another", "context": { "includeDeclaration": true, "triggerKind": 1 },
        }),
        Asked::Sight => {
            let line = place["line"].as_u64().unwrap_or_default();
            let range = json!({
                "start": { "line": line.saturating_sub(30), "character": 0 }, "end": { "line": line + 30, "character": 0 },
            });
            json!({ "range": range, "context": { "diagnostics": [] } })
        }
        Asked::Nothing => json!({ "options": options }),
    }
}
