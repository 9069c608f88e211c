//! Drawing: borrows on the code, and the picture of the heap.

use crush_tests::client::{Client, Introduction};
use crush_tests::document::Document;
use serde_json::{Value, json};

const SHOP: &str = "let items = [[1], [2]]\nlet shelf = &items\nitems.push(3)\nprint(shelf)\n";

fn client() -> Client {
    Client::ready(&Introduction { trusted: true, ..Introduction::default() })
}

fn after_run(text: &str) -> (Client, Document) {
    let mut client = client();
    let document = Document::new("file:///my%20shop%20%F0%9F%9B%92/a.crush", text);
    client.open(&document);
    client.save(&document);
    client.evaluation(&document, &["finished", "faulted"]);
    (client, document)
}

#[test]
fn borrows_are_known_before_any_run() {
    let mut client = client();
    let document = Document::new("file:///a.crush", SHOP);
    client.open(&document);
    let view = client.request_about("crush/borrows", &document, json!({ "position": { "line": 2, "character": 1 } }));
    assert_eq!(view["variable"], "items", "{view}");
    let borrow = &view["borrows"][0];
    assert_eq!(document.text_at(&borrow["taken"]), "&items");
    assert_eq!(borrow["lines"], json!([[1, 3]]));
    assert_eq!(borrow["label"], "shared borrow of items held by shelf");
    assert_eq!((&borrow["asked"], &borrow["conflict"]), (&json!(true), &json!(0)));
    assert_eq!(document.text_at(&view["conflicts"][0]["range"]), "items.push(3)");
}

#[test]
fn a_conflict_is_drawn_wherever_the_cursor_is_and_a_run_adds_to_it() {
    let (mut client, document) = after_run(SHOP);
    let view = client.request_about("crush/borrows", &document, json!({ "position": { "line": 3, "character": 0 } }));
    let borrow = &view["borrows"][0];
    assert_eq!((&view["variable"], &borrow["asked"]), (&Value::Null, &json!(false)), "{view}");
    assert!(borrow["hover"].as_str().is_some_and(|hover| hover.contains("taken once in the last run, of #")), "{view}");
}

#[test]
fn a_position_that_does_not_exist_is_an_error() {
    let mut client = client();
    let document = Document::new("file:///a.crush", SHOP);
    client.open(&document);
    let params = json!({ "textDocument": { "uri": document.uri() }, "position": { "line": 99, "character": 0 } });
    assert!(client.try_request("crush/borrows", params).is_err());
}

#[test]
fn before_a_run_there_is_no_heap() {
    let mut client = client();
    let document = Document::new("file:///a.crush", SHOP);
    client.open(&document);
    assert!(client.request_about("crush/heap", &document, json!({})).is_null());
}

#[test]
fn the_heap_at_the_fault() {
    let (mut client, document) = after_run(SHOP);
    let view = client.request_about("crush/heap", &document, json!({}));
    assert_eq!(view["moment"]["text"], "at the fault on line 3", "{view}");
    let holders = view["holders"].as_array().expect("holders");
    let slot = &holders[0]["slot"];
    assert_eq!(holders[0], json!({ "name": "items", "slot": slot, "borrow": null }), "{view}");
    assert_eq!(holders[1], json!({ "name": "shelf", "slot": slot, "borrow": "shared" }), "{view}");
    let items = &view["boxes"][0];
    assert_eq!((&items["slot"], &items["title"]), (slot, &json!("array of 2")));
    assert_eq!(items["parts"][1]["target"], view["boxes"][2]["slot"]);
    assert_eq!(document.text_at(&items["allocated"]), "[[1], [2]]");
    assert_eq!(view["leftOut"], 0);
}

#[test]
fn a_large_heap_is_a_small_answer() {
    let (mut client, document) = after_run("let rows = []\nfor i in 0..200000 {\n  rows.push({n: i, next: rows})\n}\n");
    let all = json!({ "depth": 1000, "limit": 1_000_000 });
    let view = client.request_about("crush/heap", &document, all);
    assert!(view.to_string().len() < 200_000, "{}", view.to_string().len());
    assert_eq!(view["boxes"][0]["more"], 199_992);
    let middle = client.request_about("crush/heap", &document, json!({ "slot": view["boxes"][1]["slot"] }));
    assert_eq!(middle["slot"], view["boxes"][1]["slot"]);
}
