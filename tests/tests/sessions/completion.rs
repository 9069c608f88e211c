//! Completion and signature help in a session.

use crush_tests::client::{Client, Introduction, about};
use crush_tests::document::{Document, Encoding};
use serde_json::{Value, json};

use crate::navigation::{at, open, workspace};

fn labels(found: &Value) -> Vec<&str> {
    let items = found.as_array().unwrap_or_else(|| panic!("no array: {found}"));
    let mut items: Vec<_> = items.iter().collect();
    items.sort_by_key(|item| item["sortText"].as_str());
    items.into_iter().filter_map(|item| item["label"].as_str()).collect()
}

fn accepted(document: &Document, item: &Value) -> String {
    let mut text = document.clone();
    let mut edits: Vec<_> = item["additionalTextEdits"].as_array().into_iter().flatten().collect();
    edits.push(&item["textEdit"]);
    edits.sort_by_key(|edit| {
        std::cmp::Reverse((edit["range"]["start"]["line"].as_u64(), edit["range"]["start"]["character"].as_u64()))
    });
    for edit in edits {
        text.replace_at(&edit["range"], edit["newText"].as_str().expect("an edit has a text"));
    }
    text.text().to_owned()
}

#[test]
fn what_is_being_typed_is_completed_in_both_encodings() {
    for encoding in [Encoding::Utf8, Encoding::Utf16] {
        let mut client = Client::ready(&Introduction { encoding, ..Introduction::default() });
        let text = "// 😀\nfn grüße(name) { return name }\nlet größe = 1 // 😀\nlet a = '😀' + gr";
        let document = Document::new("file:///a.crush", text).with_encoding(encoding);
        client.open(&document);
        let place = json!({ "position": document.position(text.len()) });
        let found = client.request_about("textDocument/completion", &document, place);
        assert_eq!(labels(&found)[..2], ["größe", "grüße"], "{encoding:?}");
        let item =
            found.as_array().expect("an array").iter().find(|item| item["label"] == "größe").expect("it is there");
        assert_eq!(accepted(&document, item), text.to_owned() + "öße");
    }
}

#[test]
fn what_is_typed_after_the_question_is_seen_by_the_next() {
    let mut client = Client::ready(&Introduction::default());
    let mut document =
        Document::new("file:///a.crush", "struct P { first, second }\nlet p = P { first: 1, second: 2 }\n");
    client.open(&document);
    for (typed, wanted) in [("p", "p"), (".", "first"), ("s", "second")] {
        let changes = document.append(typed);
        client.change(&document, changes);
        let place = json!({ "position": document.position(document.text().len()) });
        let found = client.request_about("textDocument/completion", &document, place);
        assert!(labels(&found).contains(&wanted), "{typed}: {found}");
    }
}

#[test]
fn the_library_is_documented_on_demand() {
    let shown = json!({ "documentationFormat": ["markdown", "plaintext"] });
    let capabilities = json!({ "textDocument": { "completion": { "completionItem": shown } } });
    let mut client = Client::ready(&Introduction { capabilities, ..Introduction::default() });
    let document = Document::new("file:///a.crush", "fs.rea");
    client.open(&document);
    let found = client.request_about("textDocument/completion", &document, at(&document, "fs.rea", 6));
    let read = found.as_array().expect("an array").iter().find(|item| item["label"] == "read").expect("it is there");
    assert!(read["documentation"].is_null());
    assert!(read["detail"].as_str().is_some_and(|detail| detail.contains("fs=DIR")), "{read}");
    let resolved = client.request("completionItem/resolve", read.clone());
    assert!(resolved["documentation"]["value"].as_str().is_some_and(|text| text.contains("grant")), "{resolved}");
    assert_eq!(resolved["textEdit"], read["textEdit"]);
    // Who says nothing of Markdown gets plain text.
    let mut client = Client::ready(&Introduction::default());
    client.open(&document);
    let resolved = client.request("completionItem/resolve", read.clone());
    assert!(resolved["documentation"].as_str().is_some_and(|text| text.contains("grant")), "{resolved}");
}

#[test]
fn a_function_of_a_file_that_is_not_imported_brings_its_import() {
    let (folder, mut client) =
        workspace(&[("tools/text.crush", "fn shout(s) { return s + '!' }\n"), ("main.crush", "")]);
    let document = open(&mut client, &folder, "main.crush", "// 😀\n\nprint(sho)\n");
    let found = client.request_about("textDocument/completion", &document, at(&document, "sho", 3));
    let item = found.as_array().expect("an array").iter().find(|item| item["label"] == "shout").expect("it is there");
    assert_eq!(accepted(&document, item), "// 😀\n\nimport tools.text { shout }\nprint(shout)\n");
}

#[test]
fn snippets_are_for_clients_that_fill_them_in() {
    for with_snippets in [false, true] {
        let capabilities =
            json!({ "textDocument": { "completion": { "completionItem": { "snippetSupport": with_snippets } } } });
        let mut client = Client::ready(&Introduction { capabilities, ..Introduction::default() });
        let document = Document::new("file:///a.crush", "whi");
        client.open(&document);
        let found = client.request_about("textDocument/completion", &document, at(&document, "whi", 3));
        let item = &found.as_array().expect("an array")[0];
        assert_eq!(item["label"], "while");
        assert_eq!(item["insertTextFormat"] == 2, with_snippets, "{item}");
        assert_eq!(item["textEdit"]["newText"].as_str().is_some_and(|text| text.contains('$')), with_snippets);
    }
}

#[test]
fn signatures_show_the_parameter_that_is_written() {
    let mut client = Client::ready(&Introduction::default());
    let document = Document::new("file:///a.crush", "fn größer(zahl, um) { return zahl + um }\nprint(größer(1, ))\n");
    client.open(&document);
    let help = client.request_about("textDocument/signatureHelp", &document, at(&document, "1, )", 3));
    assert_eq!(help["activeParameter"], 1);
    let signature = &help["signatures"][0];
    assert_eq!(signature["label"], "größer(zahl, um)");
    let label: Vec<u16> = "größer(zahl, um)".encode_utf16().collect();
    let place = &signature["parameters"][1]["label"];
    let at = |index: usize| usize::try_from(place[index].as_u64().expect("an offset")).expect("small");
    assert_eq!(String::from_utf16(&label[at(0)..at(1)]).expect("whole characters"), "um");
    let nothing = client.request("textDocument/signatureHelp", about(&document, at_end(&document)));
    assert_eq!(nothing, Value::Null);
}

fn at_end(document: &Document) -> Value {
    json!({ "position": document.position(document.text().len()) })
}

#[test]
fn of_more_than_anybody_reads_the_client_asks_again() {
    let mut client = Client::ready(&Introduction::default());
    let functions: String = (0..1_000).map(|number| format!("fn f{number}() {{ return 1 }}\n")).collect();
    let mut document = Document::new("file:///a.crush", &format!("{functions}let near = 1\n"));
    client.open(&document);
    let ask = |client: &mut Client, document: &Document| {
        let place = json!({ "position": document.position(document.text().len()) });
        client.request_about("textDocument/completion", document, place)
    };
    let all = ask(&mut client, &document);
    assert_eq!(all["isIncomplete"], true, "{all}");
    assert!(labels(&all["items"]).len() < 1_000 && labels(&all["items"]).contains(&"near"));
    let changes = document.append("f99");
    client.change(&document, changes);
    let some = ask(&mut client, &document);
    let wanted = (990..1_000).map(|number| format!("f{number}")).chain(["f99".to_owned()]);
    for label in wanted {
        assert!(labels(&some).contains(&label.as_str()), "{label}: {some}");
    }
}
