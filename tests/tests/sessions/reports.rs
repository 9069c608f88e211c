//! What a user can do about reports: comments, `crush.toml`, and code actions.

use crush_tests::client::{Client, Introduction};
use crush_tests::document::Document;
use serde_json::{Value, json};

use crate::modules::{codes, told, uri, workspace};

const CHANGES: &str = "let xs = [1]\nfor x in xs { xs.push(x) }\n";

/// Tells the server that a file has changed on disk.
fn changed(client: &mut Client, uri: &str) {
    client.notify("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": uri, "type": 2 }] }));
}

#[test]
fn a_comment_suppresses_a_report_while_it_is_there() {
    let mut client = Client::ready(&Introduction::default());
    let mut document = Document::new("untitled:a", CHANGES);
    client.open(&document);
    assert_eq!(codes(&client.diagnostics(&document)), ["changed-while-iterated"]);
    let changes = document.replace("for", "// crush-analyzer: allow(changed-while-iterated)\nfor");
    client.change(&document, changes);
    assert_eq!(client.diagnostics(&document), Vec::<Value>::new());
    let changes = document.replace("xs.push(x)", "print(x)");
    client.change(&document, changes);
    let unused = client.diagnostics(&document);
    assert_eq!(codes(&unused), ["unused-suppression"]);
    // Editors grey it out.
    assert_eq!(unused[0]["tags"], json!([1]));
}

#[test]
fn the_client_is_asked_to_watch_the_settings_of_projects() {
    let capabilities = json!({ "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } } });
    let mut client = Client::ready(&Introduction { capabilities, ..Introduction::default() });
    let globs = client.wait_for("the registration", |message| {
        let watchers = &message.params()["registrations"][0]["registerOptions"]["watchers"];
        Some(watchers.as_array()?.iter().map(|watcher| watcher["globPattern"].clone()).collect::<Vec<_>>())
    });
    assert!(globs.contains(&json!("**/crush.toml")), "{globs:?}");
}

#[test]
fn a_changed_crush_toml_counts_at_once() {
    let (folder, mut client) = workspace(&[("crush.toml", "[diagnostics]\nchanged-while-iterated = \"hint\"\n")]);
    let settings = folder.path().join("crush.toml");
    let document = Document::new(&uri(folder.path(), "main.crush"), CHANGES);
    client.open(&document);
    assert_eq!(client.diagnostics(&document)[0]["severity"], 4);
    std::fs::write(&settings, "[diagnostics]\nchanged-while-iterated = \"off\"\n").expect("it can be written");
    changed(&mut client, &uri(folder.path(), "crush.toml"));
    told(&mut client, &document, &[]);
    std::fs::remove_file(&settings).expect("it can be removed");
    changed(&mut client, &uri(folder.path(), "crush.toml"));
    assert_eq!(told(&mut client, &document, &["changed-while-iterated"])[0]["severity"], 1);
}

#[test]
fn what_is_wrong_in_a_crush_toml_is_shown_in_it() {
    let (folder, mut client) = workspace(&[("crush.toml", "# 😀\n[diagnostics]\nborowed-twice = \"off\"\n")]);
    let document = Document::new(&uri(folder.path(), "main.crush"), "let x = 1\n");
    let settings = Document::new(&uri(folder.path(), "crush.toml"), "");
    client.open(&document);
    let problems = told(&mut client, &settings, &["unknown-code"]);
    assert_eq!(problems[0]["range"]["start"], json!({ "line": 2, "character": 0 }));
    assert_eq!(problems[0]["range"]["end"], json!({ "line": 2, "character": 13 }));
    std::fs::write(folder.path().join("crush.toml"), "[diagnostics]\nborrowed-twice = \"off\"\n").expect("written");
    changed(&mut client, settings.uri());
    told(&mut client, &settings, &[]);
    // What nobody uses any more has nothing wrong in it.
    std::fs::write(folder.path().join("crush.toml"), "[what]\n").expect("it can be written");
    changed(&mut client, settings.uri());
    told(&mut client, &settings, &["invalid-settings"]);
    client.close(&document);
    told(&mut client, &settings, &[]);
}

#[test]
fn fixes_and_a_comment_are_offered_as_quick_fixes() {
    let mut client = Client::ready(&Introduction::default());
    let document = Document::new("untitled:a", CHANGES);
    client.open(&document);
    client.diagnostics(&document);
    let at = document.position_of("push", 0);
    let more = json!({ "range": { "start": at, "end": at }, "context": { "diagnostics": [] } });
    let actions = client.request_about("textDocument/codeAction", &document, more);
    let actions = actions.as_array().expect("there are actions");
    // Editors also ask for what they may do by themselves, as on saving: that is none of these.
    let on_save =
        json!({ "range": { "start": at, "end": at }, "context": { "diagnostics": [], "only": ["source.fixAll"] } });
    assert_eq!(client.request_about("textDocument/codeAction", &document, on_save), json!([]));
    let titles: Vec<_> = actions.iter().map(|action| action["title"].as_str().unwrap_or_default()).collect();
    assert_eq!(
        titles,
        [
            "iterate over a copy",
            "collect in `added` and change `xs` after the loop",
            "suppress `changed-while-iterated` here by a comment",
        ]
    );
    assert_eq!(actions[0]["isPreferred"], true);
    for action in actions {
        assert_eq!(action["kind"], "quickfix");
        assert_eq!(codes(action["diagnostics"].as_array().expect("it is for a report")), ["changed-while-iterated"]);
        let mut fixed = document.copy_as("untitled:fixed");
        let mut edits = action["edit"]["changes"][document.uri()].as_array().expect("it edits").clone();
        // From the last to the first, as a client does it.
        edits.reverse();
        let changes = edits.iter().map(|edit| json!({ "range": edit["range"], "text": edit["newText"] })).collect();
        client.open(&fixed);
        client.diagnostics(&fixed);
        fixed.next_version();
        client.change(&fixed, changes);
        assert_eq!(client.diagnostics(&fixed), Vec::<Value>::new(), "{action}");
        client.close(&fixed);
    }
}
