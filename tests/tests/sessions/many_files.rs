//! A workspace of a thousand files: all of them are found, searched and reported, in order, while somebody types.

use crush_tests::client::Client;
use crush_tests::document::Document;
use crush_tests::files::folder;
use serde_json::{Value, json};

use crate::modules::uri;

const FILES: usize = 1_000;

/// Eight files in a row import each other; every tenth changes what it runs over.
fn text_of(number: usize) -> String {
    let import = match number % 8 {
        0 => String::new(),
        _ => format!("import unit{0} {{ make{0} }}\nlet before = make{0}()\n", number - 1),
    };
    let body = match number % 10 {
        0 => "let xs = [1]\n    for x in xs { xs.push(x) }\n    return xs",
        _ => "return [1]",
    };
    format!("{import}fn make{number}() {{\n    {body}\n}}\n")
}

fn opened() -> (Client, tempfile::TempDir) {
    let files: Vec<_> =
        (0..FILES).map(|number| (format!("part{}/unit{number}.crush", number / 80), text_of(number))).collect();
    let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let folder = folder(&files);
    let mut client = Client::start();
    client.request(
        "initialize",
        json!({
            "processId": null, "rootUri": null,
            "workspaceFolders": [{ "uri": uri(folder.path(), ""), "name": "work" }],
            "capabilities": { "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } } },
        }),
    );
    client.notify("initialized", json!({}));
    (client, folder)
}

fn array(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap_or_else(|| panic!("no array: {value}"))
}

#[test]
fn a_symbol_of_any_file_is_found_and_so_are_its_uses() {
    let (mut client, folder) = opened();
    let found = client.request("workspace/symbol", json!({ "query": "make777" }));
    assert_eq!(array(&found)[0]["name"], "make777");
    let document = Document::new(&uri(folder.path(), "part9/unit773.crush"), &text_of(773));
    client.open(&document);
    let params = json!({ "position": document.position_of("make773", 0), "context": { "includeDeclaration": true } });
    let uses = client.request_about("textDocument/references", &document, params);
    let mut files: Vec<_> = array(&uses).iter().map(|at| at["uri"].as_str().expect("a URI").to_owned()).collect();
    files.dedup();
    // The next file imports it and calls it, and no other one does.
    let name = |path: &str| uri(folder.path(), path);
    assert_eq!(files, [name("part9/unit773.crush"), name("part9/unit774.crush")]);
    assert_eq!(array(&uses).len(), 3, "{uses}");
}

#[test]
fn all_files_are_reported_in_order_while_somebody_types() {
    let (mut client, folder) = opened();
    let mut document = Document::new(&uri(folder.path(), "part0/new.crush"), "let a = 1\nprint(a)\n");
    client.open(&document);
    client.diagnostics(&document);
    let all = client.ask("workspace/diagnostic", json!({ "previousResultIds": [] }));
    for number in 0..20 {
        let changes = document.append(&format!("let b{number} = (\n"));
        client.change(&document, changes);
        assert!(!client.diagnostics(&document).is_empty());
    }
    let report = client.response(all).expect("nothing cancels it");
    let items = array(&report["items"]);
    assert_eq!(items.len(), FILES + 1);
    let has_conflict = |item: &&Value| {
        let items = array(&item["items"]);
        items.iter().any(|report| report["code"] == "changed-while-iterated")
    };
    assert_eq!(items.iter().filter(has_conflict).count(), FILES / 10);
    let uris: Vec<_> = items[1..].iter().map(|item| item["uri"].as_str().expect("a URI")).collect();
    assert!(uris.is_sorted(), "the files come in their order");
    client.close(&document);
    // Asked again, with what is known: nothing is said twice.
    let known: Vec<_> = items.iter().map(|item| json!({ "uri": item["uri"], "value": item["resultId"] })).collect();
    let again = client.request("workspace/diagnostic", json!({ "previousResultIds": known }));
    assert_eq!(array(&again["items"]).len(), FILES);
    assert!(array(&again["items"]).iter().all(|item| item["kind"] == "unchanged"), "{again}");
}
