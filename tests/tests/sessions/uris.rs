//! Any URI that an editor may come up with names a document, and names it back to the client as the client did.

use crush_tests::client::{Client, Introduction};
use crush_tests::document::Document;
use serde_json::json;

use crate::programs;

#[test]
fn every_kind_of_uri_names_a_document() {
    let mut client = Client::ready(&Introduction { trusted: true, ..Introduction::default() });
    for uri in [
        "untitled:Untitled-1",
        "untitled:/home/me/new.crush",
        "file:///c%3A/code/a.crush",
        "file:///C:/code/b.crush",
        "file:///home/me/with%20space/a%20b.crush",
        "file://server/share/a.crush",
        "file:///home/me/%F0%9F%98%80/%C3%A9.crush",
        "file:///home/me/100%25/%23.crush",
        "vscode-remote://ssh-remote%2Bhost/home/me/a.crush",
        "vscode-notebook-cell:/home/me/a.ipynb#W0sZmlsZQ%3D%3D",
        "git:/home/me/a.crush?%7B%22ref%22%3A%22HEAD%22%7D",
    ] {
        let mut document = Document::new(uri, programs::FAULTS);
        client.open(&document);
        let first = client.diagnostics(&document);
        assert!(!first.is_empty(), "{uri}");
        let changes = document.replace("    items.push(item)\n", "");
        client.change(&document, changes);
        let second = client.diagnostics(&document);
        assert!(second.len() < first.len(), "{uri}: {first:?} {second:?}");
        let at = json!({ "position": document.position_of("total +", 0) });
        let location = client.request_about("textDocument/definition", &document, at);
        assert_eq!(location["uri"], uri);
        client.save(&document);
        assert_eq!(client.evaluation(&document, &["finished", "faulted", "skipped"])["state"], "finished", "{uri}");
    }
}

#[test]
fn spellings_of_one_file_are_one_document() {
    for spellings in [
        ["file:///c%3A/code/a.crush", "file:///c:/code/a.crush", "file:///C:/code/a.crush"],
        ["file:///home/a%20b/%c3%a9.crush", "file:///home/a%20b/%C3%A9.crush", "file:///home/a%20b/%C3%a9.crush"],
    ] {
        let mut client = Client::ready(&Introduction::default());
        let opened = Document::new(spellings[0], "fn one() { return 1 }\n");
        client.open(&opened);
        for spelling in spellings {
            let respelled = opened.copy_as(spelling);
            let symbols = client.request_about("textDocument/documentSymbol", &respelled, json!({}));
            assert_eq!(symbols[0]["name"], "one", "{spelling}");
        }
    }
}

#[test]
fn documents_of_similar_names_stay_apart() {
    let mut client = Client::ready(&Introduction::default());
    let uris = ["file:///share/a.crush", "file://server/share/a.crush", "untitled:a.crush", "file:///share/A.crush"];
    let documents: Vec<Document> =
        uris.iter().enumerate().map(|(n, uri)| Document::new(uri, &format!("fn f{n}() {{ return {n} }}\n"))).collect();
    for document in &documents {
        client.open(document);
    }
    for (n, document) in documents.iter().enumerate() {
        let symbols = client.request_about("textDocument/documentSymbol", document, json!({}));
        assert_eq!(symbols[0]["name"], format!("f{n}"));
    }
}

#[test]
fn a_document_of_another_scheme_that_is_not_open_is_unknown_and_no_error() {
    let mut client = Client::ready(&Introduction::default());
    let closed = Document::new("untitled:Untitled-9", "");
    let at = json!({ "position": { "line": 0, "character": 0 } });
    assert!(client.request_about("textDocument/hover", &closed, at).is_null());
    assert!(client.request_about("textDocument/documentSymbol", &closed, json!({})).is_null());
    assert!(client.request_about("crush/arena", &closed, json!({})).is_null());
}
