//! A server starts, introduces itself, and never outlives its editor.

use std::process::{Command, Stdio};
use std::time::Duration;

use crush_tests::client::{Client, Introduction};
use crush_tests::document::{Document, Encoding};
use serde_json::{Value, json};

use crate::programs;

/// What is promised of every way to end.
const A_SECOND: Duration = Duration::from_secs(1);

#[test]
fn the_server_says_what_it_is_and_what_it_can() {
    let mut client = Client::start();
    let result = client.introduce(&Introduction::default());
    assert_eq!(result["serverInfo"]["name"], "crush-analyzer");
    let capabilities = &result["capabilities"];
    assert_eq!(capabilities["experimental"]["crush"]["version"], 1);
    assert_eq!(capabilities["textDocumentSync"]["change"], 2, "changes are incremental");
    for provider in ["hoverProvider", "definitionProvider", "documentSymbolProvider", "inlayHintProvider"] {
        assert!(!capabilities[provider].is_null(), "{provider} is missing: {capabilities}");
    }
}

#[test]
fn the_position_encoding_is_the_best_that_the_client_offers() {
    for (encoding, expected) in [(Encoding::Utf8, "utf-8"), (Encoding::Utf16, "utf-16")] {
        let mut client = Client::start();
        let result = client.introduce(&Introduction { encoding, ..Introduction::default() });
        assert_eq!(result["capabilities"]["positionEncoding"], expected);
    }
}

#[test]
fn shutdown_and_exit_end_it_within_a_second() {
    let mut client = Client::ready(&Introduction::default());
    let document = Document::new("file:///a.crush", programs::FINISHES);
    client.open(&document);
    client.diagnostics(&document);
    assert_eq!(client.request("shutdown", Value::Null), Value::Null);
    client.notify("exit", Value::Null);
    // The pipe stays open: `exit` alone must do.
    assert_eq!(client.wait_for_end(A_SECOND).code(), Some(0));
}

#[test]
fn exit_without_shutdown_is_a_failure() {
    let mut client = Client::ready(&Introduction::default());
    client.notify("exit", Value::Null);
    assert_eq!(client.wait_for_end(A_SECOND).code(), Some(1));
}

#[test]
fn exit_before_initialize_ends_it() {
    let mut client = Client::start();
    client.notify("exit", Value::Null);
    assert_eq!(client.wait_for_end(A_SECOND).code(), Some(1));
}

#[test]
fn the_end_of_its_input_ends_it() {
    let mut client = Client::ready(&Introduction::default());
    client.close_input();
    client.wait_for_end(A_SECOND);
}

#[test]
fn the_end_of_its_input_ends_it_even_while_a_program_runs() {
    let introduction = Introduction { trusted: true, options: never_stopping(), ..Introduction::default() };
    let mut client = Client::ready(&introduction);
    let document = Document::new("file:///a.crush", programs::LOOPS);
    client.open(&document);
    client.save(&document);
    client.evaluation(&document, &["running"]);
    client.close_input();
    client.wait_for_end(A_SECOND);
}

#[test]
fn shutdown_and_exit_end_it_even_while_a_program_runs() {
    let introduction = Introduction { trusted: true, options: never_stopping(), ..Introduction::default() };
    let mut client = Client::ready(&introduction);
    let document = Document::new("file:///a.crush", programs::LOOPS);
    client.open(&document);
    client.save(&document);
    client.evaluation(&document, &["running"]);
    client.request("shutdown", Value::Null);
    client.notify("exit", Value::Null);
    assert_eq!(client.wait_for_end(A_SECOND).code(), Some(0));
}

#[test]
#[cfg(unix)]
fn the_death_of_the_editor_ends_it_though_the_pipe_stays_open() {
    // A process that ends when we say so stands for the editor; the pipe is ours, and stays open.
    let mut editor = Command::new("cat").stdin(Stdio::piped()).spawn().expect("`cat` starts");
    let mut client = Client::ready(&Introduction { process: Some(editor.id()), ..Introduction::default() });
    let document = Document::new("file:///a.crush", programs::FINISHES);
    client.open(&document);
    client.diagnostics(&document);
    drop(editor.stdin.take());
    editor.wait().expect("`cat` ends with its input");
    client.wait_for_end(A_SECOND);
}

#[test]
fn nothing_is_answered_before_initialize_but_an_error() {
    let mut client = Client::start();
    let params = json!({ "textDocument": { "uri": "file:///a.crush" }, "position": { "line": 0, "character": 0 } });
    let error = client.try_request("textDocument/hover", params).expect_err("the server is not initialised");
    assert_eq!(error["code"], -32002);
    client.introduce(&Introduction::default());
    let document = Document::new("file:///a.crush", programs::FINISHES);
    client.open(&document);
    client.diagnostics(&document);
}

/// Limits that no test reaches.
fn never_stopping() -> Value {
    json!({ "milliseconds": 600_000, "instructions": 1_000_000_000_000_u64 })
}
