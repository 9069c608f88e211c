//! Nothing that a client sends, or fails to do, brings the server down.

use crush_tests::client::{Client, Introduction, about};
use crush_tests::document::Document;
use fastrand::Rng;
use serde_json::{Value, json};

use crate::programs;

fn ready() -> (Client, Document) {
    let mut client = Client::ready(&Introduction::default());
    let document = Document::new("file:///a.crush", programs::FAULTS);
    client.open(&document);
    client.diagnostics(&document);
    (client, document)
}

fn still_works(client: &mut Client, document: &Document) {
    let at = json!({ "position": document.position_of("total", 1) });
    let hover = client.request_about("textDocument/hover", document, at);
    assert!(hover["contents"]["value"].as_str().is_some_and(|text| text.contains("total")), "{hover}");
}

#[test]
fn an_unknown_request_is_refused_by_name() {
    let (mut client, document) = ready();
    for method in ["textDocument/unheardOf", "crush/unheardOf", "$/unheardOf"] {
        let error = client.try_request(method, about(&document, json!({}))).expect_err("nobody knows it");
        assert_eq!(error["code"], -32601, "{error}");
    }
    for method in ["textDocument/didUnheardOf", "crush/didUnheardOf", "$/didUnheardOf"] {
        client.notify(method, json!({}));
    }
    still_works(&mut client, &document);
}

#[test]
fn parameters_that_make_no_sense_are_refused() {
    let (mut client, document) = ready();
    for params in [json!({}), json!([]), json!({ "textDocument": 3 }), json!({ "textDocument": { "uri": "::" } })] {
        for method in ["textDocument/hover", "textDocument/documentSymbol", "crush/arena", "crush/run"] {
            let error = client.try_request(method, params.clone()).expect_err("there is no document");
            assert_eq!(error["code"], -32602, "{method} {params}: {error}");
        }
        for method in ["textDocument/didOpen", "textDocument/didChange", "textDocument/didClose", "crush/trust"] {
            client.notify(method, params.clone());
        }
    }
    still_works(&mut client, &document);
}

#[test]
fn a_body_that_is_no_json_does_not_stop_the_session() {
    let (mut client, document) = ready();
    for body in ["{", "", "nonsense", "[1, 2", "{\"jsonrpc\": \"2.0\", \"method\": ", "null", "[]", "\u{1F600}", "{}"] {
        client.send_body(body.as_bytes());
    }
    client.send_body(&[0xff, 0xfe, 0x00]);
    still_works(&mut client, &document);
}

#[test]
fn changes_of_a_document_that_is_not_open_do_no_harm() {
    let (mut client, document) = ready();
    let mut never_opened = Document::new("file:///never.crush", "");
    let changes = never_opened.append("let x = 1\n");
    client.change(&never_opened, changes);
    client.save(&never_opened);
    client.close(&never_opened);
    still_works(&mut client, &document);
}

#[test]
fn a_document_that_is_opened_twice_has_the_second_text() {
    let (mut client, document) = ready();
    let mut again = document.clone();
    again.replace_all("fn second() { return 2 }\n");
    client.open(&again);
    let symbols = client.request_about("textDocument/documentSymbol", &again, json!({}));
    assert_eq!(symbols[0]["name"], "second");
}

#[test]
fn deeply_nested_text_is_only_text() {
    let (mut client, document) = ready();
    for (open, close) in [("[", "]"), ("(", ")"), ("{", "}"), ("-", ""), ("if a { ", " }"), ("{a: ", "}"), ("|x| ", "")]
    {
        let deep = format!("let x = {}1{}\n", open.repeat(20_000), close.repeat(20_000));
        let nested = Document::new("file:///deep.crush", &deep);
        client.open(&nested);
        client.diagnostics(&nested);
        client.request_about("textDocument/documentSymbol", &nested, json!({}));
        client.request_about("textDocument/foldingRange", &nested, json!({}));
        client.close(&nested);
    }
    still_works(&mut client, &document);
}

#[test]
fn a_client_that_does_not_read_for_a_while_stops_nobody() {
    let (mut client, mut document) = ready();
    // Each publication is large, so that the pipe is full long before all are sent.
    let mut broken = "let = = 1\n".repeat(400);
    broken.push_str(document.text());
    let changes = document.replace_all(&broken);
    client.change(&document, changes);
    client.diagnostics(&document);

    client.pause_reading();
    for n in 0..3_000 {
        let changes = document.append(if n % 2 == 0 { "let = = 2\n" } else { "print(total)\n" });
        client.change(&document, changes);
    }
    // All of the input is taken though none of the output is.
    client.wait_until_written();
    client.resume_reading();
    client.diagnostics(&document);
    still_works(&mut client, &document);
}

#[test]
fn requests_of_a_client_that_does_not_read_are_all_answered_once_it_does() {
    let (mut client, document) = ready();
    client.pause_reading();
    let ids: Vec<i64> =
        (0..3_000).map(|_| client.ask("textDocument/documentSymbol", about(&document, json!({})))).collect();
    client.resume_reading();
    for id in ids {
        client.response(id).expect("symbols are known");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn memory_does_not_grow_over_a_day_of_editing() {
    const BATCH: usize = 200;
    let (mut client, mut document) = ready();
    let mut rng = Rng::with_seed(7);
    let mut edit = |client: &mut Client, edits: usize| {
        for _ in 0..edits / BATCH {
            for _ in 0..BATCH {
                let changes = document.random_changes(&mut rng);
                client.change(&document, changes);
            }
            client.diagnostics(&document);
            client.forget();
        }
    };
    edit(&mut client, 2_000);
    let warm = resident_bytes(client.process());
    edit(&mut client, 20_000);
    let after = resident_bytes(client.process());
    assert!(after < warm * 2, "{warm} bytes grew to {after}");
}

/// How much memory a process holds.
#[cfg(target_os = "linux")]
fn resident_bytes(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("the process is there");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("it holds memory");
    let kilobytes: u64 = line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).expect("a number");
    kilobytes * 1024
}

#[test]
fn a_log_never_gets_into_the_protocol() {
    let mut command = std::process::Command::new(crush_tests::binary::crush_analyzer());
    command.arg("lsp").env("CRUSH_LOG", "trace").stderr(std::process::Stdio::null());
    // The client fails at the first line that is no part of the protocol.
    let mut client = Client::spawn(&mut command);
    client.introduce(&Introduction { trusted: true, ..Introduction::default() });
    let document = Document::new("file:///a.crush", programs::FINISHES);
    client.open(&document);
    client.save(&document);
    // What a program prints is part of the results, and of nothing else.
    let finished: Value = client.evaluation(&document, &["finished"]);
    assert_eq!(finished["output"], "6\n");
    still_works(&mut client, &document);
}
