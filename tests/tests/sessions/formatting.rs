//! Formatting in a session: the edits, applied as a client does, make the formatted text, and leave the words alone.

use crush_tests::client::{Client, Introduction};
use crush_tests::document::{Document, Encoding};
use serde_json::{Value, json};

const TEXT: &str = "// 😀 first\nfn  f( a ){\n  let s = '😀é'+a;return s }\nlet  x=[1,\n 2]\nprint( f( x ) )\n";
const FORMATTED: &str = "// 😀 first\nfn f(a) {\n    let s = '😀é' + a\n    return s\n}\nlet x = [1, 2]\nprint(f(x))\n";

fn ready(encoding: Encoding, text: &str) -> (Client, Document) {
    let mut client = Client::ready(&Introduction { encoding, ..Introduction::default() });
    let document = Document::new("file:///a.crush", text).with_encoding(encoding);
    client.open(&document);
    (client, document)
}

/// Applies edits, the last one first, so that none moves another.
fn apply(document: &Document, edits: &Value) -> String {
    let mut result = document.clone();
    for edit in edits.as_array().expect("edits are an array").iter().rev() {
        let new_text = edit["newText"].as_str().expect("an edit has a text");
        result.replace_at(&edit["range"], new_text);
    }
    result.text().to_owned()
}

fn options() -> Value {
    json!({ "tabSize": 2, "insertSpaces": false })
}

#[test]
fn a_document_is_formatted_in_both_encodings() {
    for encoding in [Encoding::Utf8, Encoding::Utf16] {
        let (mut client, document) = ready(encoding, TEXT);
        let more = json!({ "options": options() });
        let edits = client.request_about("textDocument/formatting", &document, more);
        assert_eq!(apply(&document, &edits), FORMATTED);
        for edit in edits.as_array().expect("edits are an array") {
            let old = document.text_at(&edit["range"]);
            assert!(old.chars().all(|c| c.is_whitespace() || ",;".contains(c)), "`{old}` is more than a gap");
        }
    }
}

#[test]
fn a_formatted_document_has_no_edits() {
    let (mut client, document) = ready(Encoding::Utf16, FORMATTED);
    let edits = client.request_about("textDocument/formatting", &document, json!({ "options": options() }));
    assert_eq!(edits, json!([]));
}

#[test]
fn a_selection_formats_the_statements_it_touches() {
    let (mut client, document) = ready(Encoding::Utf16, TEXT);
    let at = document.position_of("let  x", 1);
    let more = json!({ "range": { "start": at, "end": at }, "options": options() });
    let edits = client.request_about("textDocument/rangeFormatting", &document, more);
    assert_eq!(apply(&document, &edits), TEXT.replace("let  x=[1,\n 2]", "let x = [1, 2]"));
}

#[test]
fn what_a_brace_or_a_line_break_ends_is_formatted() {
    let (mut client, document) = ready(Encoding::Utf16, TEXT);
    let more = json!({ "position": document.position_of("s }", 3), "ch": "}", "options": options() });
    let edits = client.request_about("textDocument/onTypeFormatting", &document, more);
    let (head, tail) =
        (FORMATTED.split_once("let x").expect("there it is").0, &TEXT[TEXT.find("let  x").expect("it is")..]);
    assert_eq!(apply(&document, &edits), format!("{head}{tail}"));

    let (mut client, document) = ready(Encoding::Utf16, "let  a=1\n");
    let more = json!({ "position": document.position(9), "ch": "\n", "options": options() });
    let edits = client.request_about("textDocument/onTypeFormatting", &document, more);
    assert_eq!(apply(&document, &edits), "let a = 1\n");
}

#[test]
fn a_brace_in_a_string_or_half_a_statement_formats_nothing() {
    for (text, typed) in [("let  s='}'\n", "}"), ("let  s=f(1,\n", "\n"), ("", "}"), ("\n", "\n")] {
        let (mut client, document) = ready(Encoding::Utf16, text);
        let place = text.find(typed).map_or(0, |at| at + typed.len());
        let more = json!({ "position": document.position(place), "ch": typed, "options": options() });
        let edits = client.request_about("textDocument/onTypeFormatting", &document, more);
        assert_eq!(edits, json!([]), "{text:?}");
    }
}
