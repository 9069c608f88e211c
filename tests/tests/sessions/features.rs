//! Colours, symbols, calls, links, selections, lenses and hints, as a client asks for them.

use crush_tests::client::{Client, Introduction};
use crush_tests::document::{Document, Encoding};
use serde_json::{Value, json};

use crate::navigation::{at, open, workspace};

fn opened(text: &str) -> (Client, Document) {
    let mut client = Client::ready(&Introduction::default());
    let document = Document::new("file:///a.crush", text);
    client.open(&document);
    (client, document)
}

fn array(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap_or_else(|| panic!("no array: {value}"))
}

/// The words under the tokens.
fn words(document: &Document, data: &Value, encoding: Encoding) -> Vec<String> {
    let numbers: Vec<usize> =
        array(data).iter().map(|n| usize::try_from(n.as_u64().expect("a number")).expect("small")).collect();
    let lines: Vec<&str> = document.text().split('\n').collect();
    let (mut line, mut start) = (0, 0);
    let mut words = Vec::new();
    for token in numbers.chunks(5) {
        start = if token[0] == 0 { start + token[1] } else { token[1] };
        line += token[0];
        words.push(match encoding {
            Encoding::Utf8 => lines[line][start..start + token[2]].to_owned(),
            Encoding::Utf16 => {
                let units: Vec<u16> = lines[line].encode_utf16().collect();
                String::from_utf16(&units[start..start + token[2]]).expect("whole characters")
            }
        });
    }
    words
}

const TEXT: &str = "// 😀\nlet größe = '😀'; let y = größe\nfn f(a) { return a }\nprint(f(y))\n";

#[test]
fn tokens_cover_the_names_in_both_encodings() {
    for encoding in [Encoding::Utf8, Encoding::Utf16] {
        let mut client = Client::ready(&Introduction { encoding, ..Introduction::default() });
        let document = Document::new("file:///a.crush", TEXT).with_encoding(encoding);
        client.open(&document);
        let tokens = client.request_about("textDocument/semanticTokens/full", &document, json!({}));
        let all = ["größe", "y", "größe", "f", "a", "a", "print", "f", "y"];
        assert_eq!(words(&document, &tokens["data"], encoding), all);
        let range = document.range(TEXT.find("fn f").expect("it is")..TEXT.find("print").expect("it is") - 1);
        let tokens = client.request_about("textDocument/semanticTokens/range", &document, json!({ "range": range }));
        assert_eq!(words(&document, &tokens["data"], encoding), ["f", "a", "a"]);
    }
}

#[test]
fn a_delta_makes_the_new_tokens_of_the_old_ones() {
    let (mut client, mut document) = opened(TEXT);
    let full = client.request_about("textDocument/semanticTokens/full", &document, json!({}));
    let mut data = array(&full["data"]).clone();
    let mut id = full["resultId"].clone();
    for (old, new) in
        [("return a", "return a + a"), ("// 😀\n", ""), ("f(y)", "f(f(y))"), ("let y", "let z"), ("zzz", "z")]
    {
        if document.text().contains(old) {
            let changes = document.replace(old, new);
            client.change(&document, changes);
        }
        let more = json!({ "previousResultId": id });
        let delta = client.request_about("textDocument/semanticTokens/full/delta", &document, more);
        for edit in array(&delta["edits"]) {
            let number = |name: &str| usize::try_from(edit[name].as_u64().expect("a number")).expect("small");
            let inserted = edit["data"].as_array().cloned().unwrap_or_default();
            data.splice(number("start")..number("start") + number("deleteCount"), inserted);
        }
        id = delta["resultId"].clone();
        let full = client.request_about("textDocument/semanticTokens/full", &document, json!({}));
        assert_eq!(Value::Array(data.clone()), full["data"], "after {new}");
        assert_eq!(id, full["resultId"]);
    }
    let more = json!({ "previousResultId": "nobody remembers" });
    let all = client.request_about("textDocument/semanticTokens/full/delta", &document, more);
    assert!(all["data"].is_array(), "{all}");
}

#[test]
fn symbols_are_found_by_some_of_their_letters() {
    let files = [
        ("deep/shapes.crush", "struct Circle { radius }\nfn read_all_circles() { return [] }\n"),
        ("b.crush", "fn other() { return 1 }\n"),
    ];
    let (folder, mut client) = workspace(&files);
    open(&mut client, &folder, "b.crush", "// 😀\nfn reach() { return 1 }\n");
    let names = |found: &Value| -> Vec<String> {
        array(found).iter().map(|it| it["name"].as_str().expect("a name").to_owned()).collect()
    };
    let found = client.request("workspace/symbol", json!({ "query": "rac" }));
    assert_eq!(names(&found), ["read_all_circles", "reach"]);
    assert_eq!(found[1]["location"]["range"]["start"], json!({ "line": 1, "character": 3 }));
    let found = client.request("workspace/symbol", json!({ "query": "rad" }));
    assert_eq!(found[0]["containerName"], "Circle");
    // What is open counts, not what is on disk.
    assert_eq!(client.request("workspace/symbol", json!({ "query": "other" })), json!([]));
    assert_eq!(array(&client.request("workspace/symbol", json!({ "query": "" }))).len(), 4);
}

#[test]
fn calls_lead_from_file_to_file() {
    let files = [("m.crush", "fn one() { return two() }\nfn two() { return 2 }\n")];
    let (folder, mut client) = workspace(&files);
    let document =
        open(&mut client, &folder, "main.crush", "import m { one }\nfn go() { return one() + one() }\nprint(go())\n");
    let items = client.request_about("textDocument/prepareCallHierarchy", &document, at(&document, "one()", 1));
    let item = items[0].clone();
    assert_eq!(item["name"], "one");
    let incoming = client.request("callHierarchy/incomingCalls", json!({ "item": item }));
    assert_eq!(incoming[0]["from"]["name"], "go");
    assert_eq!(array(&incoming[0]["fromRanges"]).len(), 2);
    let outgoing = client.request("callHierarchy/outgoingCalls", json!({ "item": item }));
    assert_eq!(outgoing[0]["to"]["name"], "two");
    assert!(outgoing[0]["to"]["uri"].as_str().is_some_and(|uri| uri.ends_with("/m.crush")));
    let further = client.request("callHierarchy/incomingCalls", json!({ "item": outgoing[0]["to"] }));
    assert_eq!(further[0]["from"]["name"], "one");
}

#[test]
fn imports_are_links_to_their_files() {
    let (folder, mut client) = workspace(&[("tools/text.crush", "fn f() { return 1 }\n")]);
    let text = "// 😀\nimport tools.text as t\nimport nowhere\nprint(t.f())\n";
    let document = open(&mut client, &folder, "main.crush", text);
    let links = client.request_about("textDocument/documentLink", &document, json!({}));
    assert_eq!(array(&links).len(), 1, "{links}");
    assert_eq!(document.text_at(&links[0]["range"]), "tools.text");
    assert!(links[0]["target"].as_str().is_some_and(|uri| uri.ends_with("/tools/text.crush")), "{links}");
}

#[test]
fn a_selection_grows() {
    let (mut client, document) = opened(TEXT);
    let place = document.position_of("f(y)", 2);
    let ranges = client.request_about("textDocument/selectionRange", &document, json!({ "positions": [place, place] }));
    assert_eq!(array(&ranges).len(), 2);
    let mut shown = Vec::new();
    let mut range = &ranges[0];
    while range.is_object() {
        shown.push(document.text_at(&range["range"]));
        range = &range["parent"];
    }
    assert_eq!(shown, ["y", "(y)", "f(y)", "(f(y))", "print(f(y))", TEXT]);
}

#[test]
fn lenses_say_how_often_something_is_used() {
    let commands = json!({ "experimental": { "commands": ["crush.run", "crush.showReferences"] } });
    for (capabilities, shown) in [(json!({}), false), (commands, true)] {
        let mut client = Client::ready(&Introduction { capabilities, ..Introduction::default() });
        let document = Document::new("file:///a.crush", TEXT);
        client.open(&document);
        let lenses = client.request_about("textDocument/codeLens", &document, json!({}));
        let run = array(&lenses).iter().filter(|lens| lens["command"]["command"] == "crush.run").count();
        assert_eq!(run, usize::from(shown), "{lenses}");
        let lens = array(&lenses).iter().find(|lens| lens["data"].is_object()).expect("there is one for `f`");
        let resolved = client.request("codeLens/resolve", lens.clone());
        assert_eq!(resolved["command"]["title"], "1 reference");
        assert_eq!(resolved["command"]["command"], if shown { "crush.showReferences" } else { "" });
    }
}

#[test]
fn hints_have_kinds_and_say_more_when_asked() {
    let text = "fn add(first, second) { return first + second }\nlet xs = [1]\nlet r = &xs\nprint(add(1, len(r)))\n";
    for (options, labels) in [
        (json!({}), vec![": shared borrow of xs", "first:"]),
        (json!({ "parameterHints": false }), vec![": shared borrow of xs"]),
        (json!({ "borrowHints": false }), vec!["first:"]),
    ] {
        let mut client = Client::ready(&Introduction { options, ..Introduction::default() });
        let document = Document::new("file:///a.crush", text);
        client.open(&document);
        let range = document.range(0..text.len());
        let hints = client.request_about("textDocument/inlayHint", &document, json!({ "range": range }));
        let found: Vec<_> = array(&hints).iter().map(|hint| hint["label"].as_str().expect("a label")).collect();
        assert_eq!(found, labels);
        for hint in array(&hints) {
            let resolved = client.request("inlayHint/resolve", hint.clone());
            assert!(resolved["tooltip"].is_string(), "{resolved}");
        }
    }
}
