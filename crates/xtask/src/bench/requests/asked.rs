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
    /// What its answers have to have in them.
    pub(super) gives: Gives,
}

/// What answers have to have in them, so that nobody measures how fast nothing is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Gives {
    /// Each has something.
    Something,
    /// Some have something: it depends on the place.
    Somewhere,
    /// There may be nothing to tell of such a program.
    Anything,
}

/// What a request is asked with, beside the document.
#[derive(Clone, Copy)]
pub(super) enum With {
    /// The place where somebody types.
    Place,
    /// The name of the function in which somebody types, or of the one above.
    Function,
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

const fn request(method: &'static str, with: With, gives: Gives) -> Request {
    Request { method, with, wanted: 30, gives }
}

/// All of them.
pub(crate) const REQUESTS: [Request; 33] = {
    use Gives::{Anything, Something, Somewhere};
    [
        Request { wanted: 10, ..request("textDocument/completion", With::Place, Somewhere) },
        request("completionItem/resolve", With::Item("textDocument/completion"), Something),
        Request { wanted: 10, ..request("textDocument/hover", With::Place, Somewhere) },
        request("textDocument/signatureHelp", With::Place, Somewhere),
        request("textDocument/definition", With::Place, Somewhere),
        request("textDocument/declaration", With::Place, Somewhere),
        request("textDocument/implementation", With::Place, Anything),
        request("textDocument/references", With::Place, Somewhere),
        request("textDocument/documentHighlight", With::Place, Somewhere),
        request("textDocument/prepareRename", With::Place, Somewhere),
        request("textDocument/rename", With::Place, Somewhere),
        request(PREPARE_CALLS, With::Function, Something),
        request("callHierarchy/incomingCalls", With::Item(PREPARE_CALLS), Somewhere),
        request("callHierarchy/outgoingCalls", With::Item(PREPARE_CALLS), Somewhere),
        request("textDocument/codeAction", With::Sight, Somewhere),
        request("textDocument/inlayHint", With::Sight, Somewhere),
        request("inlayHint/resolve", With::Item("textDocument/inlayHint"), Something),
        request("textDocument/semanticTokens/range", With::Sight, Something),
        request("textDocument/semanticTokens/full", With::Nothing, Something),
        request("textDocument/semanticTokens/full/delta", With::Tokens, Somewhere),
        request("textDocument/documentSymbol", With::Nothing, Something),
        request("textDocument/foldingRange", With::Nothing, Something),
        request("textDocument/selectionRange", With::Place, Something),
        request("textDocument/documentLink", With::Nothing, Anything),
        request("textDocument/codeLens", With::Nothing, Something),
        request("codeLens/resolve", With::Item("textDocument/codeLens"), Something),
        request("textDocument/diagnostic", With::Nothing, Somewhere),
        Request { wanted: 60, ..request("textDocument/formatting", With::Nothing, Anything) },
        request("textDocument/rangeFormatting", With::Sight, Anything),
        request("textDocument/onTypeFormatting", With::Place, Anything),
        request("workspace/symbol", With::Word, Something),
        request("crush/borrows", With::Place, Somewhere),
        // The edit alone, up to its diagnostics.
        request(EDIT_ALONE, With::Nothing, Something),
    ]
};

/// What gives the items that call hierarchies are about.
pub(super) const PREPARE_CALLS: &str = "textDocument/prepareCallHierarchy";
/// What stands for an edit behind which nothing is asked.
pub(super) const EDIT_ALONE: &str = "textDocument/publishDiagnostics";

/// What the other requests are asked with.
pub(super) struct Around<'a> {
    pub(super) uri: &'a str,
    /// Where somebody types.
    pub(super) line: u32,
    pub(super) character: u32,
    /// The name of the function there.
    pub(super) function: &'a Value,
    /// How many lines there are.
    pub(super) lines: usize,
    /// The id of the semantic tokens that were told last.
    pub(super) tokens: &'a Value,
}

impl Request {
    /// Its name in tables.
    pub(crate) fn name(&self) -> &'static str {
        match self.method {
            EDIT_ALONE => "(diagnostics of the edit)",
            method => method.trim_start_matches("textDocument/"),
        }
    }

    /// Its parameters; `item` is what an earlier answer gave.
    pub(super) fn parameters(&self, around: &Around<'_>, item: impl Fn(&str) -> Option<Value>) -> Option<Value> {
        let Around { uri, line, character, function, lines, tokens } = *around;
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
                "options": options, "context": { "includeDeclaration": true, "triggerKind": 1, "isRetrigger": false },
            }),
            With::Function => json!({ "textDocument": document, "position": function }),
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

/// Whether an answer has something in it.
pub(super) fn has_something(result: &Value) -> bool {
    match result {
        Value::Null => false,
        Value::Array(all) => !all.is_empty(),
        Value::Object(parts) => {
            let mut lists =
                ["data", "items", "edits"].iter().filter_map(|name| parts.get(*name)?.as_array()).peekable();
            lists.peek().is_none() || lists.any(|list| !list.is_empty())
        }
        _ => true,
    }
}
