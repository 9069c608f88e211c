//! What a run lacks is told, what was granted to the folder it may do, once, and what is revoked it may no longer.

use std::fs;

use crush_tests::client::{Client, Introduction};
use crush_tests::document::Document;
use serde_json::{Value, json};
use tempfile::TempDir;

const PROGRAM: &str = "print(\"before\")\nlet text = fs.read(\"in.txt\")\nfs.append(\"out.txt\", text)\nprint(text)\n";

/// A folder with a program in it, and a client that has it open.
fn opened(grants: &Value, trusted: bool) -> (TempDir, Client, Document) {
    let dir = tempfile::tempdir().expect("a directory");
    fs::write(dir.path().join("in.txt"), "read").expect("written");
    let folder = folder(&dir);
    let folders = grants.as_array().map(|grants| json!([{ "uri": folder, "grants": grants }]));
    let commands = json!({ "experimental": { "commands": ["crush.run", "crush.grant"] } });
    let options = json!({ "grants": folders.unwrap_or_else(|| json!([])) });
    let introduction = Introduction { trusted, options, capabilities: commands, ..Introduction::default() };
    let mut client = Client::ready(&introduction);
    let document = Document::new(&format!("{folder}/a.crush"), PROGRAM);
    client.open(&document);
    client.diagnostics(&document);
    (dir, client, document)
}

fn path(dir: &TempDir) -> String {
    dir.path().canonicalize().expect("it is there").display().to_string()
}

fn folder(dir: &TempDir) -> String {
    format!("file://{}", path(dir))
}

fn saved(client: &mut Client, document: &Document) -> Value {
    client.save(document);
    client.evaluation(document, &["finished", "faulted", "skipped", "cancelled"])
}

#[test]
fn a_run_tells_what_it_lacks_and_has_it_once_it_is_granted() {
    let (dir, mut client, document) = opened(&json!([]), true);
    let halted = saved(&mut client, &document);
    assert_eq!((&halted["state"], &halted["output"]), (&json!("faulted"), &json!("before\n")), "{halted}");
    let needs = &halted["needs"];
    assert_eq!(needs["folder"], folder(&dir));
    assert_eq!(needs["grants"][0]["grant"], format!("fs={}", path(&dir)));
    let calls: Vec<_> =
        needs["grants"][0]["calls"].as_array().expect("calls").iter().map(|it| &it["capability"]).collect();
    assert_eq!(calls, ["fs.read", "fs.append"], "all of it is asked for at once");
    assert!(!dir.path().join("out.txt").exists());
    let lenses = client.request_about("textDocument/codeLens", &document, json!({}));
    let lens = lenses.as_array().expect("lenses").iter().find(|lens| lens["command"]["command"] == "crush.grant");
    let title = lens.expect("a lens asks for it")["command"]["title"].as_str().expect("a title").to_owned();
    assert!(title.starts_with("last run: needs the grant fs on line 2 · "), "{title}");
    let missing = client.request_about("crush/missingGrants", &document, json!({}));
    assert_eq!(&missing, needs);

    let granted = json!([{ "uri": folder(&dir), "grants": [needs["grants"][0]["grant"]] }]);
    client.notify("crush/grants", json!({ "folders": granted }));
    let ran = saved(&mut client, &document);
    assert_eq!((&ran["state"], &ran["output"]), (&json!("finished"), &json!("before\nread\n")), "{ran}");
    assert_eq!(ran["needs"], Value::Null);
    assert_eq!(client.request_about("crush/missingGrants", &document, json!({})), Value::Null);
    assert_eq!(fs::read_to_string(dir.path().join("out.txt")).expect("written"), "read", "once, though it ran twice");

    // Whoever looks back is given what the run got.
    let arena = client.request_about("crush/arena", &document, json!({ "line": 1 }));
    assert!(arena["moment"].is_object(), "{arena}");
    let session = client.request_about("crush/time/open", &document, json!({}));
    assert!(session["session"].is_u64(), "{session}");
    assert_eq!(fs::read_to_string(dir.path().join("out.txt")).expect("written"), "read");

    client.notify("crush/grants", json!({ "folders": [{ "uri": folder(&dir), "grants": [] }] }));
    let halted = saved(&mut client, &document);
    assert_eq!((&halted["state"], &halted["needs"]), (&json!("faulted"), needs), "revoked: {halted}");
}

#[test]
fn revoking_stops_a_run_that_has_it() {
    let (dir, mut client, mut document) = opened(&json!(["time"]), true);
    let changes = document.replace_all("time.sleep(600000)\n");
    client.change(&document, changes);
    client.save(&document);
    client.evaluation(&document, &["running"]);
    client.notify("crush/grants", json!({ "folders": [{ "uri": folder(&dir), "grants": [] }] }));
    let ended = client.evaluation(&document, &["finished", "faulted", "skipped", "cancelled"]);
    assert_eq!((&ended["state"], &ended["reason"]), (&json!("cancelled"), &json!("a grant was revoked")), "{ended}");
}

#[test]
fn without_trust_nothing_runs_whatever_was_granted() {
    let (dir, mut client, document) = opened(&json!(["fs=."]), false);
    let skipped = saved(&mut client, &document);
    assert_eq!((&skipped["state"], &skipped["needs"]), (&json!("skipped"), &Value::Null), "{skipped}");
    assert!(!dir.path().join("out.txt").exists());
}

#[test]
fn a_configuration_grants_nothing() {
    let (dir, mut client, document) = opened(&json!([]), true);
    let granted = json!([{ "uri": folder(&dir), "grants": ["fs=."] }]);
    client.notify("workspace/didChangeConfiguration", json!({ "settings": { "crush": { "grants": granted } } }));
    let halted = saved(&mut client, &document);
    assert_eq!(halted["state"], "faulted", "{halted}");
    assert!(halted["needs"].is_object());
}

#[test]
fn a_grant_that_cannot_be_given_is_told() {
    let (_dir, mut client, document) = opened(&json!(["fs=gone"]), true);
    let skipped = saved(&mut client, &document);
    assert_eq!(skipped["state"], "skipped", "{skipped}");
    assert!(skipped["reason"].as_str().is_some_and(|reason| reason.contains("there is no such file")), "{skipped}");
}
