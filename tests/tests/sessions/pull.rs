//! Diagnostics that are asked for, and imports that follow files that are renamed.

use crush_tests::client::{Client, Introduction};
use crush_tests::document::Document;
use crush_tests::files::write;
use serde_json::{Value, json};

use crate::modules::{codes, uri};
use crate::navigation::{open, workspace};

const CONFLICT: &str = "let xs = [1]\nfor x in xs {\n    xs.push(x)\n}\n";

fn array(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap_or_else(|| panic!("no array: {value}"))
}

fn pulling(folders: &Value) -> Client {
    let mut client = Client::start();
    let result = client.request(
        "initialize",
        json!({
            "processId": null, "rootUri": null, "workspaceFolders": folders,
            "capabilities": { "textDocument": { "diagnostic": {} } },
        }),
    );
    assert_eq!(result["capabilities"]["diagnosticProvider"]["workspaceDiagnostics"], true);
    client.notify("initialized", json!({}));
    client
}

#[test]
fn a_document_is_reported_once_and_again_when_it_changes() {
    let mut client = pulling(&Value::Null);
    let mut document = Document::new("file:///a.crush", CONFLICT);
    client.open(&document);
    let report = client.request_about("textDocument/diagnostic", &document, json!({}));
    assert_eq!(report["kind"], "full");
    assert_eq!(codes(array(&report["items"])), ["changed-while-iterated"]);
    let known = json!({ "previousResultId": report["resultId"] });
    let same = client.request_about("textDocument/diagnostic", &document, known.clone());
    assert_eq!(same, json!({ "kind": "unchanged", "resultId": report["resultId"] }));
    let changes = document.replace("xs.push(x)", "print(x)");
    client.change(&document, changes);
    let report = client.request_about("textDocument/diagnostic", &document, known);
    assert_eq!((&report["kind"], &report["items"]), (&json!("full"), &json!([])));
    assert!(client.published_versions(document.uri()).is_empty(), "who pulls is pushed nothing");
}

#[test]
fn who_takes_pushed_diagnostics_is_pushed_them() {
    let capabilities = json!({ "textDocument": { "diagnostic": {}, "publishDiagnostics": {} } });
    let mut client = Client::start();
    let result = client.introduce(&Introduction { capabilities, ..Introduction::default() });
    assert!(result["capabilities"]["diagnosticProvider"].is_null());
    let document = Document::new("file:///a.crush", CONFLICT);
    client.open(&document);
    assert_eq!(codes(&client.diagnostics(&document)), ["changed-while-iterated"]);
}

#[test]
fn a_workspace_is_reported_in_parts() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let files = [("a.crush", CONFLICT), ("deep/b.crush", "print(nope)\n"), ("c.crush", "print(1)\n")];
    write(folder.path(), &files);
    let mut client = pulling(&json!([{ "uri": uri(folder.path(), ""), "name": "work" }]));
    open(&mut client, &folder, "c.crush", "print(nope2)\n");
    let whole = client.request("workspace/diagnostic", json!({ "previousResultIds": [] }));
    let found: Vec<_> = array(&whole["items"]).iter().flat_map(|report| codes(array(&report["items"]))).collect();
    assert_eq!(found, ["unknown-name", "changed-while-iterated", "unknown-name"]);

    let previous: Vec<_> = array(&whole["items"])
        .iter()
        .map(|report| json!({ "uri": report["uri"], "value": report["resultId"] }))
        .collect();
    let asked = json!({ "previousResultIds": previous, "partialResultToken": "parts" });
    let rest = client.request("workspace/diagnostic", asked);
    assert_eq!(rest["items"], json!([]));
    let parts: Vec<_> = client
        .received()
        .iter()
        .filter(|message| message.method() == "$/progress" && message.params()["token"] == "parts")
        .flat_map(|message| array(&message.params()["value"]["items"]).to_vec())
        .map(|report| report["kind"].clone())
        .collect();
    assert_eq!(parts, ["unchanged"; 3]);
}

#[test]
fn imports_follow_a_file_that_is_renamed() {
    let files = [
        ("tools/text.crush", "fn f() { return 1 }\n"),
        ("main.crush", "import tools.text\nprint(text.f())\n"),
        ("other.crush", "import tools.text as t\nprint(t.f())\n"),
        ("named.crush", "import tools.text { f }\nprint(f())\n"),
    ];
    let (folder, mut client) = workspace(&files);
    let open_main = open(&mut client, &folder, "main.crush", "// 😀\nimport tools.text\nprint(text.f())\n");
    let moved = |old: &str, new: &str| json!({ "files": [{ "oldUri": uri(folder.path(), old), "newUri": uri(folder.path(), new) }] });
    let edit = client.request("workspace/willRenameFiles", moved("tools/text.crush", "words.crush"));
    let changes = edit["changes"].as_object().unwrap_or_else(|| panic!("no changes: {edit}"));
    let mut texts: Vec<_> = changes.values().map(|edits| edits[0]["newText"].as_str().expect("a text")).collect();
    texts.sort_unstable();
    assert_eq!(texts, ["words", "words", "words as text"]);
    let of_main = &changes[open_main.uri()][0]["range"];
    assert_eq!(open_main.text_at(of_main), "tools.text");

    let edit = client.request("workspace/willRenameFiles", moved("tools", "kit"));
    let texts: Vec<_> =
        edit["changes"].as_object().expect("changes").values().map(|edits| edits[0]["newText"].clone()).collect();
    assert_eq!(texts, ["kit.text"; 3]);
}
