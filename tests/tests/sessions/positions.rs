//! Positions in UTF-8 and UTF-16, with emoji and every kind of line end, and those that do not exist.

use crush_tests::client::{Client, Introduction, about};
use crush_tests::document::{Document, Encoding};
use serde_json::{Value, json};

const TEXT: &str = "// 😀 for a start\r\nfn grüße(name) {\r\n    let s = '😀é' + name\r\n    return s\r\n}\rlet x = '😀😀'; print(grüße(x))\n";

fn ready(encoding: Encoding, text: &str) -> (Client, Document) {
    let mut client = Client::ready(&Introduction { encoding, ..Introduction::default() });
    let document = Document::new("file:///a.crush", text).with_encoding(encoding);
    client.open(&document);
    (client, document)
}

#[test]
fn definitions_are_found_across_emoji_and_line_ends() {
    for encoding in [Encoding::Utf8, Encoding::Utf16] {
        let (mut client, document) = ready(encoding, TEXT);
        for (use_, skip) in [("grüße(x)", 0), ("return s", 7), ("+ name", 2)] {
            let at = json!({ "position": document.position_of(use_, skip) });
            let location = client.request_about("textDocument/definition", &document, at);
            assert_eq!(location["uri"], document.uri());
            let word = document.text_at(&location["range"]);
            let expected = use_[skip..].split('(').next().expect("a word");
            assert_eq!(word, expected, "{encoding:?}: {location}");
        }
    }
}

#[test]
fn diagnostics_cover_the_words_they_are_about() {
    for encoding in [Encoding::Utf8, Encoding::Utf16] {
        let (mut client, mut document) = ready(encoding, TEXT);
        assert_eq!(client.diagnostics(&document), Vec::<Value>::new());
        let changes = document.replace("print(grüße(x))", "print('😀' + verschwunden)");
        client.change(&document, changes);
        let diagnostics = client.diagnostics(&document);
        let words: Vec<&str> = diagnostics.iter().map(|d| document.text_at(&d["range"])).collect();
        assert!(words.contains(&"verschwunden"), "{encoding:?}: {words:?} in {diagnostics:?}");
    }
}

#[test]
fn edits_between_surrogates_and_line_ends_reach_the_right_place() {
    for encoding in [Encoding::Utf8, Encoding::Utf16] {
        let (mut client, mut document) = ready(encoding, TEXT);
        for (old, new) in [("😀é", "é"), ("😀 for", "😀😀 for"), ("}\rlet", "}\r\nlet"), ("grüße(name)", "gruss(name)")]
        {
            let changes = document.replace(old, new);
            client.change(&document, changes);
        }
        let symbols = client.request_about("textDocument/documentSymbol", &document, json!({}));
        let names: Vec<&str> = symbols
            .as_array()
            .expect("symbols are an array")
            .iter()
            .map(|symbol| document.text_at(&symbol["selectionRange"]))
            .collect();
        assert_eq!(names.first(), Some(&"gruss"), "{encoding:?}: {symbols}");
    }
}

/// Places that are in no document.
fn nowhere() -> Vec<Value> {
    let most = u32::MAX;
    [(0, most), (most, 0), (most, most), (3, 999), (99, 3), (u32::MAX / 2, 1)]
        .map(|(line, character)| json!({ "line": line, "character": character }))
        .to_vec()
}

#[test]
fn places_that_do_not_exist_are_clamped_or_refused() {
    for encoding in [Encoding::Utf8, Encoding::Utf16] {
        let (mut client, document) = ready(encoding, TEXT);
        for at in nowhere() {
            for method in ["hover", "definition"] {
                let method = format!("textDocument/{method}");
                refused_or_answered(client.try_request(&method, about(&document, json!({ "position": at }))));
            }
            let range = json!({ "start": { "line": 0, "character": 0 }, "end": at });
            refused_or_answered(
                client.try_request("textDocument/inlayHint", about(&document, json!({ "range": range }))),
            );
            let action = json!({ "range": range, "context": { "diagnostics": [] } });
            refused_or_answered(client.try_request("textDocument/codeAction", about(&document, action)));
        }
        still_works(&mut client, &document);
    }
}

/// Invalid parameters are the client's mistake; any other error would be the server's.
fn refused_or_answered(response: Result<Value, Value>) {
    if let Err(error) = response {
        assert_eq!(error["code"], -32602, "{error}");
    }
}

#[test]
fn places_inside_a_character_do_no_harm() {
    for encoding in [Encoding::Utf8, Encoding::Utf16] {
        let (mut client, document) = ready(encoding, TEXT);
        for character in 0..40 {
            for line in 0..6 {
                let at = json!({ "position": { "line": line, "character": character } });
                refused_or_answered(client.try_request("textDocument/hover", about(&document, at)));
            }
        }
        still_works(&mut client, &document);
    }
}

#[test]
fn changes_at_places_that_do_not_exist_do_no_harm() {
    let (mut client, mut document) = ready(Encoding::Utf16, TEXT);
    for at in nowhere() {
        document.next_version();
        client.change(&document, vec![json!({ "range": { "start": at, "end": at }, "text": "x" })]);
        document.next_version();
        let backwards = json!({ "start": at, "end": { "line": 0, "character": 1 } });
        client.change(&document, vec![json!({ "range": backwards, "text": "" })]);
    }
    let changes = document.replace_all(TEXT);
    client.change(&document, changes);
    still_works(&mut client, &document);
}

fn still_works(client: &mut Client, document: &Document) {
    assert_eq!(client.diagnostics(document), Vec::<Value>::new());
    let symbols = client.request_about("textDocument/documentSymbol", document, json!({}));
    assert_eq!(symbols[0]["name"], "grüße");
}
