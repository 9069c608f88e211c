//! What the user wants, as the client tells it: in the handshake, in a notification, when it is asked.

use crush_tests::client::{Client, Introduction};
use crush_tests::document::Document;
use serde_json::{Value, json};

const BORROWS: &str = "let xs = [1]\nlet r = &xs\nprint(r)\n";

/// How many inlay hints a document has.
fn hints(client: &mut Client, document: &Document) -> usize {
    let whole = json!({ "range": document.range(0..document.text().len()) });
    client.request_about("textDocument/inlayHint", document, whole).as_array().expect("there are hints").len()
}

/// Waits for a request of the server.
fn asked(client: &mut Client, method: &str) -> Value {
    client.wait_for(method, |message| (message.method() == method).then(|| message.params().clone()))
}

fn pulling() -> Introduction {
    let capabilities = json!({ "workspace": {
        "configuration": true,
        "didChangeConfiguration": { "dynamicRegistration": true },
        "inlayHint": { "refreshSupport": true },
    } });
    Introduction { capabilities, ..Introduction::default() }
}

#[test]
fn a_client_that_answers_is_asked_at_the_start_and_at_every_change() {
    let mut client = Client::start();
    client.answering("workspace/configuration", json!([{ "inlayHints": { "borrows": false } }]));
    client.introduce(&pulling());
    assert_eq!(asked(&mut client, "workspace/configuration"), json!({ "items": [{ "section": "crush" }] }));
    asked(&mut client, "workspace/inlayHint/refresh");
    let document = Document::new("file:///a.crush", BORROWS);
    client.open(&document);
    assert_eq!(hints(&mut client, &document), 0);
    // The notification says nothing: the client is asked again.
    client.answering("workspace/configuration", json!([{ "inlayHints": { "borrows": true } }]));
    client.notify("workspace/didChangeConfiguration", json!({ "settings": null }));
    asked(&mut client, "workspace/configuration");
    asked(&mut client, "workspace/inlayHint/refresh");
    assert!(hints(&mut client, &document) > 0);
}

#[test]
fn a_change_is_registered_for_only_where_the_client_says_that_it_can() {
    let mut client = Client::start();
    client.introduce(&pulling());
    let registered = asked(&mut client, "client/registerCapability");
    let registrations = registered["registrations"].as_array().expect("there are registrations");
    let methods: Vec<_> = registrations.iter().map(|it| it["method"].as_str().unwrap_or_default()).collect();
    assert_eq!(methods, ["workspace/didChangeConfiguration"]);
    let mut client = Client::ready(&Introduction::default());
    let document = Document::new("file:///a.crush", BORROWS);
    client.open(&document);
    client.diagnostics(&document);
    let is_request =
        |message: &crush_tests::client::Message| message.value.get("id").is_some() && !message.method().is_empty();
    let asked: Vec<_> = client.received().iter().filter(|message| is_request(message)).collect();
    assert!(asked.is_empty(), "{asked:?}");
}

#[test]
fn what_is_told_later_counts_key_by_key() {
    let options = json!({ "borrowHints": false, "parameterHints": false, "typeHints": false });
    let mut client = Client::ready(&Introduction { options, ..Introduction::default() });
    let document =
        Document::new("file:///a.crush", &format!("fn f(count, step) {{ return count + step }}\nf(1, 2)\n{BORROWS}"));
    client.open(&document);
    assert_eq!(hints(&mut client, &document), 0);
    client.notify("workspace/didChangeConfiguration", json!({ "settings": { "crush": { "parameterHints": true } } }));
    let named = hints(&mut client, &document);
    assert!(named > 0);
    client.notify("workspace/didChangeConfiguration", json!({ "settings": { "crush": { "borrowHints": true } } }));
    let all = hints(&mut client, &document);
    assert!(all > named);
    // What makes no sense changes nothing, and neither does what is none of ours.
    let odd = json!({ "settings": { "crush": { "parameterHints": "yes" }, "other": { "borrowHints": false } } });
    client.notify("workspace/didChangeConfiguration", odd);
    assert_eq!(hints(&mut client, &document), all);
}

#[test]
fn what_variables_held_is_shown_unless_it_is_turned_off() {
    const TYPE: u64 = 1;
    let mut client = Client::ready(&Introduction { trusted: true, ..Introduction::default() });
    let document = Document::new("file:///a.crush", BORROWS);
    client.open(&document);
    client.save(&document);
    client.evaluation(&document, &["finished"]);
    let of_types = |client: &mut Client| {
        let whole = json!({ "range": document.range(0..document.text().len()) });
        let hints = client.request_about("textDocument/inlayHint", &document, whole);
        let hints = hints.as_array().expect("there are hints").clone();
        (hints.iter().filter(|hint| hint["kind"] == TYPE).count(), hints.len())
    };
    let (types, all) = of_types(&mut client);
    assert!(types > 0 && all > types, "{types} of {all}");
    let turned = |on: bool| json!({ "settings": { "crush": { "typeHints": on } } });
    client.notify("workspace/didChangeConfiguration", turned(false));
    assert_eq!(of_types(&mut client), (0, all - types));
    client.notify("workspace/didChangeConfiguration", turned(true));
    assert_eq!(of_types(&mut client), (types, all));
}
