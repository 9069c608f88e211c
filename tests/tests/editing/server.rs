//! The server as an editor meets it: notifications at speed, with questions in between that nobody waits for; then
//! diagnostics, tokens (all, and those told before with what changed), symbols and folds.

use crush_tests::client::{Client, Introduction};
use crush_tests::document::{Document, Encoding};
use fastrand::Rng;
use serde_json::{Value, json};

use crate::{Campaign, pieces};

/// A server for each encoding.
pub(crate) struct Servers {
    utf8: Client,
    utf16: Client,
    documents: u64,
}

/// What a client knows of a document.
#[derive(PartialEq)]
struct Known {
    diagnostics: Vec<Value>,
    tokens: Vec<Value>,
    symbols: Value,
    folds: Value,
}

/// The semantic tokens that a client has, and what they are called.
#[derive(Default)]
struct Tokens {
    id: Value,
    data: Vec<Value>,
}

impl Servers {
    pub(crate) fn start() -> Self {
        let tags = json!({ "textDocument": { "publishDiagnostics": { "tagSupport": { "valueSet": [1, 2] } } } });
        let start =
            |encoding| Client::ready(&Introduction { encoding, capabilities: tags.clone(), ..Introduction::default() });
        Self { utf8: start(Encoding::Utf8), utf16: start(Encoding::Utf16), documents: 0 }
    }

    /// Edits a document for a while.
    pub(crate) fn round(&mut self, seed: u64, campaign: &mut Campaign) {
        let mut rng = Rng::with_seed(seed);
        self.documents += 1;
        let mut document = pieces::opened(&mut rng, &format!("file:///edited/{}.crush", self.documents));
        let client = if document.encoding() == Encoding::Utf8 { &mut self.utf8 } else { &mut self.utf16 };
        client.open(&document);
        let mut tokens = Tokens::default();
        for _ in 0..rng.usize(1..6) {
            let before = document.text().to_owned();
            for _ in 0..rng.usize(1..=12) {
                let changes = pieces::typed(&mut rng, &mut document);
                campaign.notifications += 1;
                campaign.edits += changes.len() as u64;
                client.change(&document, changes);
                if rng.u8(..8) == 0 {
                    let (method, params) = question(&mut rng, &document);
                    client.ask(method, params);
                }
            }
            campaign.comparisons += 1;
            let known = Known::of(client, &document, &mut tokens);
            let fresh = document.copy_as(&format!("file:///fresh/{}.crush", self.documents));
            client.open(&fresh);
            let opened = Known::of(client, &fresh, &mut Tokens::default());
            client.close(&fresh);
            if let Some(what) = known.difference(&opened) {
                campaign.found.push(format!("round {seed}: {what}\n{before:?}\n{:?}", document.text()));
                break;
            }
        }
        client.close(&document);
        client.forget();
    }
}

impl Known {
    fn of(client: &mut Client, document: &Document, tokens: &mut Tokens) -> Self {
        let diagnostics = client.diagnostics(document);
        tokens.update(client, document);
        Self {
            diagnostics: diagnostics.into_iter().map(|it| without_uri(it, document)).collect(),
            tokens: tokens.data.clone(),
            symbols: client.request("textDocument/documentSymbol", about(document)),
            folds: client.request("textDocument/foldingRange", about(document)),
        }
    }

    /// Says what is not the same.
    fn difference(&self, fresh: &Self) -> Option<String> {
        let differing = [
            ("the diagnostics", self.diagnostics == fresh.diagnostics),
            ("the tokens", self.tokens == fresh.tokens),
            ("the symbols", self.symbols == fresh.symbols),
            ("the folds", self.folds == fresh.folds),
        ];
        differing.into_iter().find(|(_, is_same)| !is_same).map(|(what, _)| what.to_owned())
    }
}

impl Tokens {
    /// Asks for what changed since the last time, and makes that change.
    fn update(&mut self, client: &mut Client, document: &Document) {
        let mut params = about(document);
        params["previousResultId"] = if self.id.is_null() { json!("none") } else { self.id.clone() };
        let answer = client.request("textDocument/semanticTokens/full/delta", params);
        self.id = answer["resultId"].clone();
        if let Some(data) = answer["data"].as_array() {
            self.data.clone_from(data);
        }
        for edit in answer["edits"].as_array().into_iter().flatten() {
            let number = |name: &str| usize::try_from(edit[name].as_u64().expect("a number")).expect("a small number");
            let range = number("start")..number("start") + number("deleteCount");
            self.data.splice(range, edit["data"].as_array().cloned().unwrap_or_default());
        }
    }
}

/// A question that somebody asks between two edits: some need the borrows of the text, others must not wait for them.
fn question(rng: &mut Rng, document: &Document) -> (&'static str, Value) {
    let position = json!({ "line": rng.u32(..12), "character": rng.u32(..8) });
    let (mut params, range) = (about(document), json!({ "start": position, "end": position }));
    match rng.u8(..6) {
        0 => ("textDocument/semanticTokens/full", params),
        1 => ("textDocument/diagnostic", params),
        2 => {
            (params["range"], params["context"]) = (range, json!({ "diagnostics": [] }));
            ("textDocument/codeAction", params)
        }
        at => {
            params["position"] = position;
            let method = match at {
                3 => "textDocument/completion",
                4 => "textDocument/hover",
                _ => "textDocument/documentHighlight",
            };
            (method, params)
        }
    }
}

fn about(document: &Document) -> Value {
    json!({ "textDocument": { "uri": document.uri() } })
}

/// A diagnostic whose related places are in a document without a name.
fn without_uri(mut diagnostic: Value, document: &Document) -> Value {
    for related in diagnostic["relatedInformation"].as_array_mut().into_iter().flatten() {
        if related["location"]["uri"] == document.uri() {
            related["location"]["uri"] = json!("");
        }
    }
    diagnostic
}
