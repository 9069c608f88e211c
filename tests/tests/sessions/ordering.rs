//! Everything happens in the client's order: what is answered and published belongs to the text that the client has.

use crush_tests::client::{Client, Introduction, about};
use crush_tests::document::Document;
use fastrand::Rng;
use serde_json::{Value, json};

use crate::programs;

fn names(symbols: &Value) -> Vec<String> {
    let symbols = symbols.as_array().expect("symbols are an array");
    symbols.iter().map(|symbol| symbol["name"].as_str().expect("symbols have names").to_string()).collect()
}

#[test]
fn a_request_behind_a_burst_of_edits_sees_the_last_text() {
    let mut client = Client::ready(&Introduction::default());
    let mut document = Document::new("file:///a.crush", "fn f0() { return 0 }\nprint(f0())\n");
    client.open(&document);
    for n in 0..500 {
        let changes = document.replace(&format!("f{n}()"), &format!("f{}()", n + 1));
        client.change(&document, changes);
    }
    let symbols = client.request_about("textDocument/documentSymbol", &document, json!({}));
    assert!(names(&symbols).contains(&"f500".to_string()), "{symbols}");
    let at = document.position_of("f500", 1);
    let hover = client.request_about("textDocument/hover", &document, json!({ "position": at }));
    assert!(hover["contents"]["value"].as_str().is_some_and(|text| text.contains("f500")), "{hover}");
}

#[test]
fn published_versions_never_go_back_and_end_with_the_last() {
    let mut client = Client::ready(&Introduction::default());
    let mut document = Document::new("file:///a.crush", programs::FAULTS);
    client.open(&document);
    for n in 0..300 {
        let changes = document.append(&format!("let x{n} = {n}\n"));
        client.change(&document, changes);
        if n % 7 == 0 {
            client.diagnostics(&document);
        }
    }
    client.diagnostics(&document);
    // Whatever was still on its way has arrived when a request behind it is answered.
    client.request_about("textDocument/documentSymbol", &document, json!({}));
    let versions = client.published_versions(document.uri());
    assert!(versions.is_sorted(), "{versions:?}");
    assert_eq!(versions.last(), Some(&document.version()));
}

#[test]
fn diagnostics_are_those_of_their_version() {
    let mut client = Client::ready(&Introduction::default());
    let mut document = Document::new("file:///a.crush", programs::FINISHES);
    client.open(&document);
    assert_eq!(client.diagnostics(&document), Vec::<Value>::new());
    // Every other version has a syntax error: each publication must fit the version it names.
    for n in 0..200 {
        let changes = match n % 2 {
            0 => document.replace("let total = 0\n", programs::SYNTAX_ERROR),
            _ => document.replace(programs::SYNTAX_ERROR, "let total = 0\n"),
        };
        client.change(&document, changes);
    }
    client.diagnostics(&document);
    let uri = document.uri();
    let published = client.received().iter().filter_map(|m| m.about("textDocument/publishDiagnostics", uri));
    for params in published {
        let version = params["version"].as_i64().expect("diagnostics name their version");
        let is_broken = version % 2 == 0;
        let is_empty = params["diagnostics"].as_array().is_some_and(Vec::is_empty);
        assert_eq!(is_empty, !is_broken, "version {version}: {params}");
    }
}

#[test]
fn an_edit_behind_many_requests_is_not_overtaken_by_them_nor_they_by_it() {
    let mut client = Client::ready(&Introduction::default());
    let mut document = Document::new("file:///a.crush", "fn before() { return 0 }\n");
    client.open(&document);
    let ask = |client: &mut Client, document: &Document| {
        client.ask("textDocument/documentSymbol", about(document, json!({})))
    };
    let earlier: Vec<i64> = (0..200).map(|_| ask(&mut client, &document)).collect();
    let changes = document.replace("before", "after");
    client.change(&document, changes);
    let later: Vec<i64> = (0..200).map(|_| ask(&mut client, &document)).collect();
    for (ids, name) in [(earlier, "before"), (later, "after")] {
        for id in ids {
            let symbols = client.response(id).expect("symbols are known");
            assert_eq!(names(&symbols), [name]);
        }
    }
}

#[test]
fn a_text_that_was_edited_at_random_is_understood_like_a_fresh_one() {
    let mut client = Client::ready(&Introduction::default());
    let mut rng = Rng::with_seed(2026);
    let start = format!("// 😀 é\r\n{}\r\nfn f(list) {{\r\n    list.push('😀')\r\n}}\r\nf(items)\n", programs::FAULTS);
    let mut document = Document::new("file:///edited.crush", &start);
    client.open(&document);
    for round in 0..20 {
        for _ in 0..100 {
            let changes = document.random_changes(&mut rng);
            client.change(&document, changes);
            // In every other round each edit is analysed by itself, otherwise many at once.
            if round % 2 == 0 {
                client.diagnostics(&document);
            }
        }
        let changes = document.append(" ");
        client.change(&document, changes);
        let edited = client.diagnostics(&document);
        let fresh = document.copy_as(&format!("file:///fresh{round}.crush"));
        client.open(&fresh);
        let expected = client.diagnostics(&fresh);
        client.close(&fresh);
        assert_eq!(without_uris(edited), without_uris(expected), "round {round}, text {:?}", document.text());
        let symbols = client.request_about("textDocument/documentSymbol", &document, json!({}));
        let at_end = json!({ "position": document.position(document.text().len()) });
        client.request_about("textDocument/hover", &document, at_end);
        client.open(&fresh);
        let expected = client.request_about("textDocument/documentSymbol", &fresh, json!({}));
        client.close(&fresh);
        assert_eq!(symbols, expected, "round {round}, text {:?}", document.text());
    }
}

/// The same diagnostics, wherever they are.
fn without_uris(mut diagnostics: Vec<Value>) -> Vec<Value> {
    for diagnostic in &mut diagnostics {
        for related in diagnostic["relatedInformation"].as_array_mut().into_iter().flatten() {
            related["location"]["uri"] = Value::Null;
        }
    }
    diagnostics
}

#[test]
fn a_cancelled_request_is_answered_all_the_same() {
    let mut client = Client::ready(&Introduction::default());
    let document = Document::new("file:///a.crush", programs::FINISHES);
    client.open(&document);
    let at = json!({ "position": document.position_of("total", 1) });
    let ids: Vec<i64> = (0..50)
        .map(|_| {
            let id = client.ask("textDocument/hover", about(&document, at.clone()));
            client.notify("$/cancelRequest", json!({ "id": id }));
            id
        })
        .collect();
    for id in ids {
        // Either it was quicker than its cancellation, or it says that it was cancelled.
        if let Err(error) = client.response(id) {
            assert_eq!(error["code"], -32800, "{error}");
        }
    }
    client.notify("$/cancelRequest", json!({ "id": 123_456 }));
    client.request_about("textDocument/hover", &document, at);
}
