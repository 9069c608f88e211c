//! Every request that is advertised answers: on a program, on an empty document, at every place of a broken one, and at places
//! that there are not. And `docs/lsp.md` says of each method what the server says.

use std::collections::BTreeMap;

use crush_tests::client::{Client, about};
use crush_tests::document::Document;
use serde_json::{Value, json};

const PROGRAM: &str = "trait T { fn go(self) }\nstruct P { x, y }\nimpl T for P { fn go(self) { return self.x } }\nfn f(a, b) { return a + b }\nlet p = P { x: 1, y: [2] }\nlet r = &p\nfor v in p.y { print(f(v, 1), p.go()) }\n";
const BROKEN: &str = "import a.b { c \nstruct P { x\nlet p = P { x: [1, {a: 2}] }\nfor v in p.x { let q = &mut v\n if (v == } \nfn f(a, { return a.\n@python { x\n'é😀";

const PAGE: &str = include_str!("../../../docs/lsp.md");

/// How a method is asked about.
enum Ask {
    /// With the document alone, and these parameters.
    Document(Value),
    /// With a position, and these parameters.
    Position(Value),
    /// With a range, and these parameters.
    Range(Value),
}

fn requests() -> Vec<(&'static str, Ask)> {
    use Ask::{Document, Position, Range};
    let options = || json!({ "options": { "tabSize": 4, "insertSpaces": true } });
    let with = |mut value: Value, key: &str, more: Value| {
        value[key] = more;
        value
    };
    vec![
        ("textDocument/declaration", Position(json!({}))),
        ("textDocument/definition", Position(json!({}))),
        ("textDocument/implementation", Position(json!({}))),
        ("textDocument/references", Position(json!({ "context": { "includeDeclaration": true } }))),
        ("textDocument/prepareCallHierarchy", Position(json!({}))),
        ("textDocument/documentHighlight", Position(json!({}))),
        ("textDocument/documentLink", Document(json!({}))),
        ("textDocument/hover", Position(json!({}))),
        ("textDocument/codeLens", Document(json!({}))),
        ("textDocument/foldingRange", Document(json!({}))),
        ("textDocument/documentSymbol", Document(json!({}))),
        ("textDocument/semanticTokens/full", Document(json!({}))),
        ("textDocument/semanticTokens/full/delta", Document(json!({ "previousResultId": "none" }))),
        ("textDocument/semanticTokens/range", Range(json!({}))),
        ("textDocument/inlayHint", Range(json!({}))),
        ("textDocument/completion", Position(json!({}))),
        ("textDocument/signatureHelp", Position(json!({}))),
        ("textDocument/codeAction", Range(json!({ "context": { "diagnostics": [] } }))),
        ("textDocument/formatting", Document(options())),
        ("textDocument/rangeFormatting", Range(options())),
        ("textDocument/onTypeFormatting", Position(with(options(), "ch", "}".into()))),
        ("textDocument/prepareRename", Position(json!({}))),
        ("textDocument/rename", Position(json!({ "newName": "other" }))),
        ("textDocument/diagnostic", Document(json!({}))),
    ]
}

fn ready() -> Client {
    let mut client = Client::start();
    client.request("initialize", introduction());
    client.notify("initialized", json!({}));
    client
}

/// A client that can do everything that makes the server tell of something.
fn introduction() -> Value {
    json!({ "processId": null, "rootUri": null, "capabilities": { "textDocument": { "diagnostic": {} } } })
}

/// An answer, or an error that says what is wrong with the question: no such place, or why it is refused.
fn sensible(method: &str, response: Result<Value, Value>) {
    if let Err(error) = response {
        let code = error["code"].as_i64();
        assert!(matches!(code, Some(-32602 | -32803)), "{method}: {error}");
        assert!(error["message"].as_str().is_some_and(|message| message.len() > 5), "{method}: {error}");
    }
}

fn ask(client: &mut Client, document: &Document, method: &str, ask: &Ask, position: &Value) -> i64 {
    let params = match ask {
        Ask::Document(more) => more.clone(),
        Ask::Position(more) => {
            let mut params = more.clone();
            params["position"] = position.clone();
            params
        }
        Ask::Range(more) => {
            let mut params = more.clone();
            params["range"] = json!({ "start": position, "end": position });
            params
        }
    };
    client.ask(method, about(document, params))
}

fn at_all(client: &mut Client, document: &Document, places: &[Value]) {
    for (method, how) in requests() {
        let places = if matches!(how, Ask::Document(_)) { &places[..1] } else { places };
        let asked: Vec<_> = places.iter().map(|place| ask(client, document, method, &how, place)).collect();
        for id in asked {
            let response = client.response(id);
            sensible(method, response);
        }
        client.forget();
    }
}

#[test]
fn every_request_answers_everywhere() {
    for text in [PROGRAM, "", "\n", BROKEN] {
        let mut client = ready();
        let document = Document::new("file:///a.crush", text);
        client.open(&document);
        let mut places: Vec<_> =
            (0..=text.len()).filter(|at| text.is_char_boundary(*at)).map(|at| document.position(at)).collect();
        places.extend(
            [(0, 9_999), (9_999, 0), (u32::MAX, u32::MAX)]
                .map(|(line, character)| json!({ "line": line, "character": character })),
        );
        at_all(&mut client, &document, &places);
        let all = json!({ "positions": places[..places.len() - 3] });
        let ranges = client.request_about("textDocument/selectionRange", &document, all);
        assert_eq!(ranges.as_array().map(Vec::len), Some(places.len() - 3));
        let symbols = client.request("workspace/symbol", json!({ "query": "" }));
        assert!(symbols.is_array());
        assert!(client.request("workspace/diagnostic", json!({ "previousResultIds": [] }))["items"].is_array());
    }
}

#[test]
fn a_document_that_is_not_open_has_no_answers() {
    let mut client = ready();
    let document = Document::new("file:///nobody/opened.crush", PROGRAM);
    for (method, how) in requests() {
        let id = ask(&mut client, &document, method, &how, &json!({ "line": 0, "character": 0 }));
        let answer = client.response(id).unwrap_or_else(|error| panic!("{method}: {error}"));
        assert!(answer.is_null() || answer["items"] == json!([]), "{method}: {answer}");
    }
}

/// What the page says of each method.
fn page() -> BTreeMap<String, bool> {
    let mut methods = BTreeMap::new();
    for line in PAGE.lines().filter(|line| line.starts_with("| `")) {
        let mut cells = line.split('|').skip(1).map(str::trim);
        let (names, supported) = (cells.next().expect("a method"), cells.next().expect("whether it is supported"));
        assert!(matches!(supported, "yes" | "no"), "{line}");
        assert!(supported == "yes" || cells.next().is_some_and(|why| !why.is_empty()), "no reason: {line}");
        for name in names.split(", ") {
            let name = name.trim_matches('`').to_owned();
            assert!(methods.insert(name.clone(), supported == "yes").is_none(), "{name} stands there twice");
        }
    }
    methods
}

/// The methods that the handshake tells of.
fn advertised(capabilities: &Value) -> BTreeMap<&'static str, bool> {
    let is = |pointer: &str| {
        let value = capabilities.pointer(pointer).unwrap_or(&Value::Null);
        !value.is_null() && *value != Value::Bool(false)
    };
    let mut methods = BTreeMap::new();
    for (pointer, names) in [
        ("/declarationProvider", &["textDocument/declaration"][..]),
        ("/definitionProvider", &["textDocument/definition"]),
        ("/typeDefinitionProvider", &["textDocument/typeDefinition"]),
        ("/implementationProvider", &["textDocument/implementation"]),
        ("/referencesProvider", &["textDocument/references"]),
        (
            "/callHierarchyProvider",
            &["textDocument/prepareCallHierarchy", "callHierarchy/incomingCalls", "callHierarchy/outgoingCalls"],
        ),
        (
            "/typeHierarchyProvider",
            &["textDocument/prepareTypeHierarchy", "typeHierarchy/supertypes", "typeHierarchy/subtypes"],
        ),
        ("/documentHighlightProvider", &["textDocument/documentHighlight"]),
        ("/documentLinkProvider", &["textDocument/documentLink"]),
        ("/documentLinkProvider/resolveProvider", &["documentLink/resolve"]),
        ("/hoverProvider", &["textDocument/hover"]),
        ("/codeLensProvider", &["textDocument/codeLens"]),
        ("/codeLensProvider/resolveProvider", &["codeLens/resolve"]),
        ("/foldingRangeProvider", &["textDocument/foldingRange"]),
        ("/selectionRangeProvider", &["textDocument/selectionRange"]),
        ("/documentSymbolProvider", &["textDocument/documentSymbol"]),
        ("/semanticTokensProvider/full", &["textDocument/semanticTokens/full"]),
        ("/semanticTokensProvider/full/delta", &["textDocument/semanticTokens/full/delta"]),
        ("/semanticTokensProvider/range", &["textDocument/semanticTokens/range"]),
        ("/inlineValueProvider", &["textDocument/inlineValue"]),
        ("/inlayHintProvider", &["textDocument/inlayHint"]),
        ("/inlayHintProvider/resolveProvider", &["inlayHint/resolve"]),
        ("/monikerProvider", &["textDocument/moniker"]),
        ("/completionProvider", &["textDocument/completion"]),
        ("/completionProvider/resolveProvider", &["completionItem/resolve"]),
        ("/diagnosticProvider", &["textDocument/diagnostic"]),
        ("/diagnosticProvider/workspaceDiagnostics", &["workspace/diagnostic"]),
        ("/signatureHelpProvider", &["textDocument/signatureHelp"]),
        ("/codeActionProvider", &["textDocument/codeAction"]),
        ("/codeActionProvider/resolveProvider", &["codeAction/resolve"]),
        ("/colorProvider", &["textDocument/documentColor", "textDocument/colorPresentation"]),
        ("/documentFormattingProvider", &["textDocument/formatting"]),
        ("/documentRangeFormattingProvider", &["textDocument/rangeFormatting"]),
        ("/documentOnTypeFormattingProvider", &["textDocument/onTypeFormatting"]),
        ("/renameProvider", &["textDocument/rename"]),
        ("/renameProvider/prepareProvider", &["textDocument/prepareRename"]),
        ("/linkedEditingRangeProvider", &["textDocument/linkedEditingRange"]),
        ("/workspaceSymbolProvider", &["workspace/symbol"]),
        ("/workspaceSymbolProvider/resolveProvider", &["workspaceSymbol/resolve"]),
        ("/workspace/workspaceFolders/changeNotifications", &["workspace/didChangeWorkspaceFolders"]),
        ("/workspace/fileOperations/willCreate", &["workspace/willCreateFiles"]),
        ("/workspace/fileOperations/didCreate", &["workspace/didCreateFiles"]),
        ("/workspace/fileOperations/willRename", &["workspace/willRenameFiles"]),
        ("/workspace/fileOperations/didRename", &["workspace/didRenameFiles"]),
        ("/workspace/fileOperations/willDelete", &["workspace/willDeleteFiles"]),
        ("/workspace/fileOperations/didDelete", &["workspace/didDeleteFiles"]),
        ("/executeCommandProvider", &["workspace/executeCommand"]),
        ("/textDocumentSync/openClose", &["textDocument/didOpen", "textDocument/didClose"]),
        ("/textDocumentSync/change", &["textDocument/didChange"]),
        ("/textDocumentSync/save", &["textDocument/didSave"]),
        ("/textDocumentSync/willSave", &["textDocument/willSave"]),
        ("/textDocumentSync/willSaveWaitUntil", &["textDocument/willSaveWaitUntil"]),
    ] {
        for name in names {
            methods.insert(*name, is(pointer));
        }
    }
    methods
}

#[test]
fn the_page_says_what_the_handshake_says() {
    let mut client = Client::start();
    let result = client.request("initialize", introduction());
    let page = page();
    for (method, is_advertised) in advertised(&result["capabilities"]) {
        assert_eq!(page.get(method), Some(&is_advertised), "{method}");
    }
    // Every request about a document that the page supports is asked in the test above.
    let asked: Vec<_> =
        requests().into_iter().map(|(method, _)| method).chain(["textDocument/selectionRange"]).collect();
    for (method, _) in page.iter().filter(|(method, supported)| method.starts_with("textDocument/") && **supported) {
        let is_notification = method.contains("/did") || method.ends_with("publishDiagnostics");
        assert!(is_notification || asked.contains(&method.as_str()), "{method} is not asked");
    }
}
