//! What nothing needs is shown faded, to clients that can show it so; and codes lead to their pages.

use crush_tests::client::{Client, Introduction};
use crush_tests::document::Document;
use serde_json::json;

const TEXT: &str = "let unused = 1\nfn f(x) {\n    return x\n    print(x)\n}\nprint(f(1))\n";

#[test]
fn unused_names_and_unreachable_code_are_faded() {
    let capabilities = json!({ "textDocument": { "publishDiagnostics": { "tagSupport": { "valueSet": [1, 2] } } } });
    let mut client = Client::ready(&Introduction { capabilities, ..Introduction::default() });
    let mut document = Document::new("file:///a.crush", TEXT);
    client.open(&document);
    let found = client.diagnostics(&document);
    let words: Vec<_> = found.iter().map(|hint| document.text_at(&hint["range"])).collect();
    assert_eq!(words, ["unused", "print(x)"]);
    assert!(found.iter().all(|hint| hint["severity"] == 4 && hint["tags"] == json!([1])), "{found:?}");
    // What is half-written is not unused.
    let changes = document.append("let y = (");
    client.change(&document, changes);
    let found = client.diagnostics(&document);
    assert!(found.iter().all(|report| report["tags"].is_null()), "{found:?}");
}

#[test]
fn a_client_that_cannot_fade_is_not_told() {
    let mut client = Client::ready(&Introduction::default());
    let document = Document::new("file:///a.crush", TEXT);
    client.open(&document);
    assert_eq!(client.diagnostics(&document), [json!(null); 0]);
}

#[test]
fn a_code_leads_to_its_page() {
    let mut client = Client::ready(&Introduction::default());
    let document = Document::new("file:///a.crush", "let xs = [1]\nfor x in xs { xs.push(x) }\n");
    client.open(&document);
    let found = client.diagnostics(&document);
    let page = found[0]["codeDescription"]["href"].as_str().expect("it has a page");
    assert!(page.ends_with("/docs/diagnostics/changed-while-iterated.md"), "{page}");
}
