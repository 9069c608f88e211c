//! Saving runs the program, in a workspace that the user trusts and in no other.

use crush_tests::client::{Client, Introduction, about};
use crush_tests::document::Document;
use serde_json::{Value, json};

use crate::programs::{self, FAULT_LINE};

fn ready(trusted: bool, text: &str) -> (Client, Document) {
    // No test here reaches the limits: what stops a program is what the test does.
    let options = json!({ "milliseconds": 600_000, "instructions": 1_000_000_000_000_u64 });
    let mut client = Client::ready(&Introduction { trusted, options, ..Introduction::default() });
    let document = Document::new("file:///shop/a.crush", text);
    client.open(&document);
    client.diagnostics(&document);
    (client, document)
}

#[test]
fn saving_runs_the_program() {
    let (mut client, document) = ready(true, programs::FINISHES);
    client.save(&document);
    let running = client.evaluation(&document, &["running", "finished"]);
    assert_eq!(running["state"], "running");
    let finished = client.evaluation(&document, &["finished", "faulted", "skipped", "cancelled"]);
    assert_eq!(finished["state"], "finished", "{finished}");
    assert_eq!(finished["version"], 1);
    assert_eq!(finished["output"], "6\n");
    assert_eq!(finished["outputTruncated"], false);
    let lines = finished["lines"].as_array().expect("there are notes");
    let sum = lines.iter().find(|note| note["line"] == 3).expect("the line in the loop has a note");
    assert_eq!(sum["hits"], 3, "{sum}");
    assert!(sum["text"].as_str().is_some_and(|text| text.contains("total") && text.contains('6')), "{sum}");
}

#[test]
fn a_fault_is_told_with_its_history() {
    let (mut client, document) = ready(true, programs::FAULTS);
    client.save(&document);
    client.evaluation(&document, &["running"]);
    let faulted = client.evaluation(&document, &["finished", "faulted", "skipped", "cancelled"]);
    assert_eq!(faulted["state"], "faulted", "{faulted}");
    assert!(faulted["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{faulted}");
    let lines = faulted["lines"].as_array().expect("there are notes");
    assert!(lines.iter().any(|note| note["kind"] == "fault" && note["line"] == FAULT_LINE), "{faulted}");

    let diagnostics = client.diagnostics(&document);
    let fault = diagnostics
        .iter()
        .find(|diagnostic| diagnostic["range"]["start"]["line"] == FAULT_LINE && diagnostic["severity"] == 1)
        .unwrap_or_else(|| panic!("the fault is an error on its line: {diagnostics:?}"));
    let related = fault["relatedInformation"].as_array().expect("the fault has a history");
    let loop_place = related.iter().find(|related| related["location"]["range"]["start"]["line"] == 2);
    let loop_place = loop_place.unwrap_or_else(|| panic!("the loop's borrow is part of it: {fault}"));
    assert_eq!(loop_place["location"]["uri"], document.uri());
}

#[test]
fn a_syntax_error_is_shown_whatever_ran_before() {
    let (mut client, mut document) = ready(true, programs::FAULTS);
    client.save(&document);
    client.evaluation(&document, &["faulted"]);
    let changes = document.append(programs::SYNTAX_ERROR);
    client.change(&document, changes);
    let after_edit = client.diagnostics(&document);
    let is_syntax = |d: &Value| d["code"].as_str().is_some_and(|code| code.contains("syntax")) && d["severity"] == 1;
    assert!(after_edit.iter().any(is_syntax), "{after_edit:?}");
    // Nor does trying to run it make the error go away.
    client.save(&document);
    let ended = client.evaluation(&document, &["finished", "faulted", "skipped", "cancelled"]);
    assert_eq!(ended["state"], "skipped", "{ended}");
    assert!(ended["reason"].as_str().is_some_and(|reason| !reason.is_empty()));
    let changes = document.append("\n");
    client.change(&document, changes);
    let after_run = client.diagnostics(&document);
    assert!(after_run.iter().any(is_syntax), "{after_run:?}");
}

#[test]
fn an_edit_cancels_the_run() {
    let (mut client, mut document) = ready(true, programs::LOOPS);
    client.save(&document);
    assert_eq!(client.evaluation(&document, &["running"])["version"], 1);
    let changes = document.append("print(1)\n");
    client.change(&document, changes);
    let cancelled = client.evaluation(&document, &["finished", "faulted", "skipped", "cancelled"]);
    assert_eq!(cancelled["state"], "cancelled", "{cancelled}");
    assert_eq!(cancelled["version"], 1);
    assert!(cancelled["reason"].as_str().is_some_and(|reason| !reason.is_empty()));
}

#[test]
fn a_program_that_never_ends_disturbs_nobody() {
    let (mut client, mut document) = ready(true, programs::LOOPS);
    client.save(&document);
    client.evaluation(&document, &["running"]);
    let at = json!({ "position": document.position_of("spin(1)", 1) });
    let hover = client.request_about("textDocument/hover", &document, at);
    assert!(hover["contents"]["value"].as_str().is_some_and(|text| text.contains("spin")), "{hover}");
    let other = Document::new("file:///shop/b.crush", programs::FINISHES);
    client.open(&other);
    client.diagnostics(&other);
    client.save(&other);
    assert_eq!(client.evaluation(&other, &["finished", "faulted", "cancelled"])["state"], "finished");
    // The first one was running all that time.
    client.request_about("crush/cancel", &document, json!({}));
    let ended = client.evaluation(&document, &["finished", "faulted", "skipped", "cancelled"]);
    assert_eq!(ended["state"], "cancelled");
    let changes = document.replace("spin(1)", "1");
    client.change(&document, changes);
    client.diagnostics(&document);
}

#[test]
fn limits_stop_a_program_that_nobody_stops() {
    for options in
        [json!({ "milliseconds": 50, "instructions": 1_000_000_000_000_u64 }), json!({ "instructions": 10_000 })]
    {
        let mut client = Client::ready(&Introduction { trusted: true, options, ..Introduction::default() });
        let document = Document::new("file:///a.crush", programs::LOOPS);
        client.open(&document);
        client.save(&document);
        let ended = client.evaluation(&document, &["finished", "faulted", "skipped", "cancelled"]);
        assert!(ended["state"] == "faulted" || ended["state"] == "cancelled", "{ended}");
        assert!(ended["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{ended}");
    }
}

#[test]
fn nothing_runs_before_the_user_trusts_the_workspace() {
    let (mut client, document) = ready(false, programs::FINISHES);
    client.save(&document);
    let skipped = client.evaluation(&document, &["running", "finished", "faulted", "skipped", "cancelled"]);
    assert_eq!(skipped["state"], "skipped", "{skipped}");
    assert!(skipped["reason"].as_str().is_some_and(|reason| reason.contains("trust")), "{skipped}");
    let error = client.try_request("crush/run", about(&document, json!({}))).expect_err("it must not run");
    assert_eq!(error["code"], -32803);
    assert!(client.request_about("crush/arena", &document, json!({})).is_null());

    client.notify("crush/trust", json!({ "trusted": true }));
    client.save(&document);
    assert_eq!(client.evaluation(&document, &["running", "skipped"])["state"], "running");
    assert_eq!(client.evaluation(&document, &["finished", "faulted", "skipped"])["output"], "6\n");
}

#[test]
fn opening_runs_nothing_even_when_trusted() {
    let (mut client, document) = ready(true, programs::FINISHES);
    client.request_about("textDocument/documentSymbol", &document, json!({}));
    let runs = client.received().iter().filter(|message| message.method() == "crush/evaluation").count();
    assert_eq!(runs, 0);
}

#[test]
fn a_configuration_cannot_grant_trust() {
    let (mut client, document) = ready(false, programs::FINISHES);
    client.notify("workspace/didChangeConfiguration", json!({ "settings": { "crush": { "trusted": true } } }));
    client.save(&document);
    assert_eq!(client.evaluation(&document, &["running", "skipped"])["state"], "skipped");
}

#[test]
fn trust_that_is_taken_back_stops_the_run() {
    let (mut client, document) = ready(true, programs::LOOPS);
    client.save(&document);
    client.evaluation(&document, &["running"]);
    client.notify("crush/trust", json!({ "trusted": false }));
    assert_eq!(client.evaluation(&document, &["finished", "faulted", "cancelled"])["state"], "cancelled");
}

#[test]
fn running_on_save_can_be_turned_off_and_a_run_asked_for() {
    let (mut client, document) = ready(true, programs::FINISHES);
    client.notify("workspace/didChangeConfiguration", json!({ "settings": { "crush": { "evaluateOnSave": false } } }));
    client.save(&document);
    assert_eq!(client.evaluation(&document, &["running", "skipped"])["state"], "skipped");
    assert!(client.request_about("crush/run", &document, json!({})).is_null());
    assert_eq!(client.evaluation(&document, &["finished", "faulted", "skipped"])["output"], "6\n");
}

#[test]
fn a_client_that_shows_progress_is_told_of_the_run() {
    let capabilities = json!({ "window": { "workDoneProgress": true } });
    let mut client = Client::ready(&Introduction { trusted: true, capabilities, ..Introduction::default() });
    let document = Document::new("file:///a.crush", programs::FINISHES);
    client.open(&document);
    client.save(&document);
    let token = client.wait_for("a progress", |message| {
        (message.method() == "window/workDoneProgress/create").then(|| message.params()["token"].clone())
    });
    for kind in ["begin", "end"] {
        client.wait_for(kind, |message| {
            let params = message.params();
            let is_it = message.method() == "$/progress" && params["token"] == token && params["value"]["kind"] == kind;
            is_it.then_some(())
        });
    }
}

#[test]
fn progress_can_be_cancelled() {
    let capabilities = json!({ "window": { "workDoneProgress": true } });
    let options = json!({ "milliseconds": 600_000, "instructions": 1_000_000_000_000_u64 });
    let mut client = Client::ready(&Introduction { trusted: true, capabilities, options, ..Introduction::default() });
    let document = Document::new("file:///a.crush", programs::LOOPS);
    client.open(&document);
    client.save(&document);
    let token = client.wait_for("the beginning of a progress", |message| {
        let begins = message.method() == "$/progress" && message.params()["value"]["kind"] == "begin";
        begins.then(|| message.params()["token"].clone())
    });
    client.notify("window/workDoneProgress/cancel", json!({ "token": token }));
    assert_eq!(client.evaluation(&document, &["finished", "faulted", "cancelled"])["state"], "cancelled");
}

#[test]
fn closing_takes_the_diagnostics_away_and_stops_the_run() {
    let (mut client, mut document) = ready(true, programs::LOOPS);
    client.save(&document);
    client.evaluation(&document, &["running"]);
    let changes = document.append(programs::SYNTAX_ERROR);
    client.change(&document, changes);
    assert!(!client.diagnostics(&document).is_empty());
    client.close(&document);
    client.wait_for("empty diagnostics", |message| {
        let params = message.about("textDocument/publishDiagnostics", document.uri())?;
        params["diagnostics"].as_array().is_some_and(Vec::is_empty).then_some(())
    });
    // Nothing is said of it any more.
    let other = Document::new("file:///shop/other.crush", programs::FINISHES);
    client.open(&other);
    client.diagnostics(&other);
    let last =
        client.received().iter().filter_map(|m| m.about("textDocument/publishDiagnostics", document.uri())).next_back();
    assert_eq!(last.map(|params| params["diagnostics"].clone()), Some(json!([])));
}
