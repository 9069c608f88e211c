//! The arena of the last run: at the fault, at a line, filtered, page by page.

use crush_tests::client::{Client, Introduction};
use crush_tests::document::Document;
use serde_json::{Value, json};

use crate::programs::{self, FAULT_LINE};

/// A client whose document has run, and the state in which the run ended.
fn after_run(text: &str) -> (Client, Document, Value) {
    let mut client = Client::ready(&Introduction { trusted: true, ..Introduction::default() });
    let document = Document::new("file:///shop/a.crush", text);
    client.open(&document);
    client.save(&document);
    let ended = client.evaluation(&document, &["finished", "faulted", "skipped", "cancelled"]);
    (client, document, ended["state"].clone())
}

fn slots(view: &Value) -> &Vec<Value> {
    view["slots"].as_array().unwrap_or_else(|| panic!("no slots: {view}"))
}

#[test]
fn before_a_run_there_is_none() {
    let mut client = Client::ready(&Introduction { trusted: true, ..Introduction::default() });
    let document = Document::new("file:///a.crush", programs::FINISHES);
    client.open(&document);
    assert!(client.request_about("crush/arena", &document, json!({})).is_null());
}

#[test]
fn at_the_fault_the_borrow_in_the_way_is_seen() {
    let (mut client, document, state) = after_run(programs::FAULTS);
    assert_eq!(state, "faulted");
    let view = client.request_about("crush/arena", &document, json!({}));
    assert_eq!(view["moment"]["kind"], "fault", "{view}");
    assert_eq!(view["moment"]["line"], FAULT_LINE);
    assert_eq!(view["version"], 1);
    assert_eq!(view["total"], slots(&view).len());
    let items = slots(&view).iter().find(|slot| slot["kind"] == "array").expect("the list is there");
    assert!(items["names"].as_array().is_some_and(|names| names.contains(&json!("items"))), "{items}");
    assert_eq!(items["shared"], 1);
    assert_eq!(items["exclusive"], false);
    // The fault left it as it was (B7).
    assert!(items["preview"].as_str().is_some_and(|preview| preview.contains("[1, 2, 3]")), "{items}");
    let borrow = &items["borrows"][0];
    assert_eq!(borrow["kind"], "shared");
    assert_eq!(document.text_at(&borrow["range"]), "items");
    assert_eq!(borrow["range"]["start"]["line"], 2);
    assert_eq!(items["allocated"]["start"]["line"], 0);
}

#[test]
fn at_a_line_it_is_as_it_was_when_the_line_last_ran() {
    let text = "let xs = [1]\nxs.push(2)\nlet ys = [xs]\nxs.push(3)\nprint(ys)\n";
    let (mut client, document, state) = after_run(text);
    assert_eq!(state, "finished");
    let list_at = |client: &mut Client, line: u64| {
        let view = client.request_about("crush/arena", &document, json!({ "line": line }));
        assert_eq!(view["moment"]["kind"], "line", "{view}");
        assert_eq!(view["moment"]["line"], line);
        let is_list = |slot: &&Value| slot["names"].as_array().is_some_and(|names| names.contains(&json!("xs")));
        slots(&view).iter().find(is_list).unwrap_or_else(|| panic!("no list: {view}"))["preview"].clone()
    };
    assert_eq!(list_at(&mut client, 1), "[1, 2]");
    assert_eq!(list_at(&mut client, 3), "[1, 2, 3]");
    let end = client.request_about("crush/arena", &document, json!({}));
    assert_eq!(end["moment"]["kind"], "end");
    let outer = slots(&end).iter().find(|slot| slot["edges"].as_array().is_some_and(|edges| !edges.is_empty()));
    assert!(outer.is_some(), "`ys` refers to `xs`: {end}");
}

#[test]
fn it_comes_filtered_and_page_by_page() {
    let text = "let all = []\nfor i in 0..500 { all.push([i]) }\nlet needle = {name: 'needle'}\nprint(len(all))\n";
    let (mut client, document, state) = after_run(text);
    assert_eq!(state, "finished");
    let whole = client.request_about("crush/arena", &document, json!({ "limit": 1_000 }));
    assert!(whole["total"].as_u64().is_some_and(|total| total >= 502), "{}", whole["total"]);
    let mut paged = Vec::new();
    while paged.len() < slots(&whole).len() {
        let page = client.request_about("crush/arena", &document, json!({ "offset": paged.len(), "limit": 100 }));
        assert_eq!(page["offset"], paged.len());
        assert_eq!(page["total"], whole["total"]);
        assert!(!slots(&page).is_empty() && slots(&page).len() <= 100);
        paged.extend(slots(&page).iter().cloned());
    }
    assert_eq!(&paged, slots(&whole));
    assert_eq!(slots(&client.request_about("crush/arena", &document, json!({}))).len(), 200, "the usual page");
    let beyond = client.request_about("crush/arena", &document, json!({ "offset": 1_000_000 }));
    assert!(slots(&beyond).is_empty());

    let filtered = client.request_about("crush/arena", &document, json!({ "filter": "needle" }));
    assert_eq!(filtered["stats"], whole["stats"], "the figures are those of the whole arena");
    assert!(filtered["total"].as_u64().is_some_and(|total| (1..10).contains(&total)), "{filtered}");
    for slot in slots(&filtered) {
        assert!(slot.to_string().contains("needle"), "{slot}");
    }
}

#[test]
fn a_value_that_holds_itself_is_ordinary() {
    let (mut client, document, state) = after_run("let xs = [1]\nxs.push(xs)\nprint(xs)\n");
    assert_eq!(state, "finished");
    let view = client.request_about("crush/arena", &document, json!({ "line": 1 }));
    let list = slots(&view).iter().find(|slot| slot["kind"] == "array").expect("the list is there");
    assert_eq!(list["edges"], json!([list["slot"]]));
}

#[test]
fn after_an_edit_it_is_still_that_of_the_version_that_ran() {
    let (mut client, mut document, _) = after_run(programs::FAULTS);
    let before = client.request_about("crush/arena", &document, json!({}));
    let changes = document.replace("let items", "\n\n\nlet items");
    client.change(&document, changes);
    let after = client.request_about("crush/arena", &document, json!({}));
    assert_eq!(before, after);
    assert_eq!(after["version"], 1);
}
