//! A request that is cancelled is answered so at once, and its work ends.

use std::collections::HashMap;

use crush_tests::client::Client;
use crush_tests::document::Document;
use crush_tests::files::write;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::modules::uri;

/// More programs than anybody waits for, with much to say of each: what is told of them does not fit into a pipe.
const PROGRAMS: usize = 400;

fn workspace() -> (TempDir, Client) {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let text = "let xs = [1]\nfor x in xs { xs.push(x) }\nfor x in xs { xs.push(x) }\nprint(nope, nope, nope)\n";
    let names: Vec<_> = (0..PROGRAMS).map(|index| format!("{index}.crush")).collect();
    let files: Vec<_> = names.iter().map(|name| (name.as_str(), text)).collect();
    write(folder.path(), &files);
    let mut client = Client::start();
    let capabilities = json!({ "textDocument": { "diagnostic": { "relatedDocumentSupport": true } } });
    let folders = json!([{ "uri": uri(folder.path(), ""), "name": "work" }]);
    let params =
        json!({ "processId": null, "rootUri": null, "workspaceFolders": folders, "capabilities": capabilities });
    client.request("initialize", params);
    client.notify("initialized", json!({}));
    (folder, client)
}

/// The parts that came, by the token that they were asked with.
fn parts(client: &mut Client, token: &str) -> Vec<Value> {
    let parts = client.received().iter().filter(|message| message.params()["token"] == token);
    parts.flat_map(|message| message.params()["value"]["items"].as_array().cloned().unwrap_or_default()).collect()
}

#[test]
fn the_work_of_a_cancelled_request_ends() {
    let (_folder, mut client) = workspace();
    client.pause_reading();
    let id = client.ask("workspace/diagnostic", json!({ "previousResultIds": [], "partialResultToken": "parts" }));
    client.notify("$/cancelRequest", json!({ "id": id }));
    client.wait_until_written();
    client.resume_reading();
    let error = client.response(id).expect_err("it is cancelled");
    assert_eq!(error["code"], -32800);
    // Whoever comes next is answered, and by then the work is over.
    let document = Document::new("file:///a.crush", "print(1)\n");
    client.open(&document);
    client.request_about("textDocument/diagnostic", &document, json!({}));
    let told = parts(&mut client, "parts").len();
    assert!(told < PROGRAMS, "all {told} programs were told of");
}

#[test]
fn a_whole_workspace_is_told_with_progress_and_known_results_are_not_told_again() {
    let (_folder, mut client) = workspace();
    let asked = json!({ "previousResultIds": [], "workDoneToken": "shown", "partialResultToken": "parts" });
    client.request("workspace/diagnostic", asked);
    let reports = parts(&mut client, "parts");
    assert_eq!(reports.len(), PROGRAMS);
    let shown: Vec<_> = client
        .received()
        .iter()
        .filter(|message| message.params()["token"] == "shown")
        .map(|message| message.params()["value"].clone())
        .collect();
    let kinds: Vec<_> = shown.iter().map(|value| value["kind"].as_str().unwrap_or_default()).collect();
    assert_eq!((kinds.first(), kinds.last()), (Some(&"begin"), Some(&"end")));
    let percentages: Vec<_> = shown.iter().filter_map(|value| value["percentage"].as_u64()).collect();
    assert!(percentages.is_sorted() && percentages.last() == Some(&100), "{percentages:?}");
    let known: HashMap<_, _> =
        reports.iter().map(|report| (report["uri"].to_string(), report["resultId"].clone())).collect();
    let previous: Vec<_> = reports
        .iter()
        .map(|report| json!({ "uri": report["uri"], "value": known[&report["uri"].to_string()] }))
        .collect();
    let again = client.request("workspace/diagnostic", json!({ "previousResultIds": previous }));
    let kinds: Vec<_> = again["items"].as_array().expect("items").iter().map(|report| &report["kind"]).collect();
    assert_eq!(kinds, vec!["unchanged"; PROGRAMS]);
}

#[test]
fn what_is_wrong_in_a_module_comes_with_the_document_that_brings_it_about() {
    let (folder, mut client) = workspace();
    write(folder.path(), &[("none.crush", "fn f() { return nope }\n")]);
    let document = Document::new(&uri(folder.path(), "main.crush"), "import none\nprint(none.f())\n");
    client.open(&document);
    let report = client.request_about("textDocument/diagnostic", &document, json!({}));
    let related = report["relatedDocuments"].as_object().expect("there are related documents");
    let (uri_of, of_module) = related.iter().next().expect("there is one");
    assert!(uri_of.ends_with("none.crush"), "{uri_of}");
    assert_eq!(of_module["items"][0]["code"], "unknown-name");
    assert!(of_module["resultId"].is_string());
}
