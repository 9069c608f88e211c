//! What is asked, with what parameters, and how soon the answer is wanted.

use serde_json::{Value, json};

/// A request.
pub(crate) struct Request {
    /// Its method.
    pub(crate) method: &'static str,
    /// What it is asked with.
    pub(super) with: With,
    /// Milliseconds within which 99 of 100 answers are wanted at 10,000 lines.
    pub(crate) wanted: u32,
}

/// What a request is asked with, beside the document.
#[derive(Clone, Copy)]
pub(super) enum With {
    /// The place where somebody types.
    Place,
    /// What is in sight there: thirty lines up and down.
    Sight,
    /// Nothing.
    Nothing,
    /// The first thing in the last answer to this method; without one, nothing is asked.
    Item(&'static str),
    /// The id of the semantic tokens that were told last.
    Tokens,
    /// A word to look for.
    Word,
}

const fn request(method: &'static str, with: With) -> Request {
    Request { method, with, wanted: 30 }
}

/// All of them.
pub(crate) const REQUESTS: [Request; 33] = [
    Request { wanted: 10, ..request("textDocument/completion", With::Place) },
    request("completionItem/resolve", With::Item("textDocument/completion")),
    Request { wanted: 10, ..request("textDocument/hover", With::Place) },
    request("textDocument/signatureHelp", With::Place),
    request("textDocument/definition", With::Place),
    request("textDocument/declaration", With::Place),
    request("textDocument/implementation", With::Place),
    request("textDocument/references", With::Place),
    request("textDocument/documentHighlight", With::Place),
    request("textDocument/prepareRename", With::Place),
    request("textDocument/rename", With::Place),
    request("textDocument/prepareCallHierarchy", With::Place),
    request("callHierarchy/incomingCalls", With::Item("textDocument/prepareCallHierarchy")),
    request("callHierarchy/outgoingCalls", With::Item("textDocument/prepareCallHierarchy")),
    request("textDocument/codeAction", With::Sight),
    request("textDocument/inlayHint", With::Sight),
    request("inlayHint/resolve", With::Item("textDocument/inlayHint")),
    request("textDocument/semanticTokens/range", With::Sight),
    request("textDocument/semanticTokens/full", With::Nothing),
    request("textDocument/semanticTokens/full/delta", With::Tokens),
    request("textDocument/documentSymbol", With::Nothing),
    request("textDocument/foldingRange", With::Nothing),
    request("textDocument/selectionRange", With::Place),
    request("textDocument/documentLink", With::Nothing),
    request("textDocument/codeLens", With::Nothing),
    request("codeLens/resolve", With::Item("textDocument/codeLens")),
    request("textDocument/diagnostic", With::Nothing),
    Request { wanted: 60, ..request("textDocument/formatting", With::Nothing) },
    request("textDocument/rangeFormatting", With::Sight),
    request("textDocument/onTypeFormatting", With::Place),
    request("workspace/symbol", With::Word),
    request("crush/borrows", With::Place),
    // The edit alone, up to its diagnostics.
    request("textDocument/publishDiagnostics", With::Nothing),
];

/// What the other requests are asked with.
pub(super) struct Around<'a> {
    pub(super) uri: &'a str,
    /// Where somebody types.
    pub(super) line: u32,
    pub(super) character: u32,
    /// How many lines there are.
    pub(super) lines: usize,
    /// The id of the semantic tokens that were told last.
    pub(super) tokens: &'a Value,
}

impl Request {
    /// Its name in tables.
    pub(crate) fn name(&self) -> &'static str {
        match self.method {
            "textDocument/publishDiagnostics" => "(diagnostics of the edit)",
            method => method.trim_start_matches("textDocument/"),
        }
    }

    /// Its parameters; `item` is what an earlier answer gave.
    pub(super) fn parameters(&self, around: &Around<'_>, item: impl Fn(&str) -> Option<Value>) -> Option<Value> {
        let Around { uri, line, character, lines, tokens } = *around;
        let document = json!({ "uri": uri });
        let place = json!({ "line": line, "character": character });
        let options = json!({ "tabSize": 4, "insertSpaces": true });
        let last = u32::try_from(lines).unwrap_or(u32::MAX).saturating_sub(1);
        let sight = json!({
            "start": { "line": line.saturating_sub(30), "character": 0 },
            "end": { "line": (line + 30).min(last), "character": 0 },
        });
        Some(match self.with {
            With::Place => json!({
                "textDocument": document, "position": place, "positions": [place], "newName": "another", "ch": "}",
                "options": options, "context": { "includeDeclaration": true, "triggerKind": 1 },
            }),
            With::Sight => json!({
                "textDocument": document, "range": sight, "context": { "diagnostics": [] }, "options": options,
            }),
            With::Nothing => json!({ "textDocument": document, "options": options }),
            With::Tokens => json!({ "textDocument": document, "previousResultId": tokens }),
            With::Word => json!({ "query": "rstock" }),
            With::Item(method) => match self.method {
                "callHierarchy/incomingCalls" | "callHierarchy/outgoingCalls" => json!({ "item": item(method)? }),
                _ => item(method)?,
            },
        })
    }
}
