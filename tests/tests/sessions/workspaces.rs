//! Workspaces: several folders, nested ones, files that come, change and go on disk, documents that are no files, and memory.

use crush_tests::client::{Client, Introduction};
use crush_tests::document::Document;
use crush_tests::files::write;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::modules::{codes, told, uri};
use crate::navigation::{open, workspace};

/// A client that has opened these folders.
fn with_folders(folders: &[Value]) -> Client {
    let mut client = Client::start();
    let capabilities = json!({ "workspace": { "workspaceFolders": true } });
    let params =
        json!({ "processId": null, "rootUri": null, "workspaceFolders": folders, "capabilities": capabilities });
    client.request("initialize", params);
    client.notify("initialized", json!({}));
    client
}

fn root(folder: &TempDir, name: &str) -> Value {
    json!({ "uri": uri(folder.path(), name), "name": name })
}

/// The functions of the workspace whose names have these letters, each with the end of its file's URI.
fn symbols(client: &mut Client, query: &str) -> Vec<String> {
    let found = client.request("workspace/symbol", json!({ "query": query }));
    let found = found.as_array().expect("there are symbols").iter();
    let mut found: Vec<_> = found
        .map(|symbol| {
            let uri = symbol["location"]["uri"].as_str().expect("it is somewhere");
            let file = uri.rsplit('/').next().unwrap_or_default();
            format!("{} in {file}", symbol["name"].as_str().unwrap_or_default())
        })
        .collect();
    found.sort_unstable();
    found
}

/// Tells of files that came (1), changed (2) or went (3).
fn watched(client: &mut Client, folder: &TempDir, changes: &[(&str, u8)]) {
    let changes: Vec<_> =
        changes.iter().map(|(name, kind)| json!({ "uri": uri(folder.path(), name), "type": kind })).collect();
    client.notify("workspace/didChangeWatchedFiles", json!({ "changes": changes }));
}

#[test]
fn folders_may_be_several_and_lie_in_each_other_and_come_and_go() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let files = [
        ("a/one.crush", "fn find_one() { }\n"),
        ("a/deep/two.crush", "fn find_two() { }\n"),
        ("b/three.crush", "fn find_three() { }\n"),
        ("c/four.crush", "fn find_four() { }\n"),
    ];
    write(folder.path(), &files);
    let mut client = with_folders(&[root(&folder, "a"), root(&folder, "a/deep"), root(&folder, "b")]);
    let one = ["find_one in one.crush", "find_three in three.crush", "find_two in two.crush"];
    assert_eq!(symbols(&mut client, "find"), one, "what lies in two folders is found once");
    let event = json!({ "event": { "added": [root(&folder, "c")], "removed": [root(&folder, "b")] } });
    client.notify("workspace/didChangeWorkspaceFolders", event);
    let now = ["find_four in four.crush", "find_one in one.crush", "find_two in two.crush"];
    assert_eq!(symbols(&mut client, "find"), now);
    // What is gone as a folder of its own is still in the one around it.
    let event = json!({ "event": { "added": [], "removed": [root(&folder, "a/deep")] } });
    client.notify("workspace/didChangeWorkspaceFolders", event);
    assert_eq!(symbols(&mut client, "find"), now);
}

#[test]
fn files_that_come_change_and_go_on_disk_are_followed() {
    let (folder, mut client) = workspace(&[("a.crush", "fn find_a() { }\n"), (".gitignore", "made/\n")]);
    assert_eq!(symbols(&mut client, "find"), ["find_a in a.crush"]);
    write(folder.path(), &[("deep/b.crush", "fn find_b() { }\n"), ("made/c.crush", "fn find_c() { }\n")]);
    watched(&mut client, &folder, &[("deep/b.crush", 1), ("made/c.crush", 1)]);
    assert_eq!(symbols(&mut client, "find"), ["find_a in a.crush", "find_b in b.crush"]);
    write(folder.path(), &[("a.crush", "fn find_more() { }\n")]);
    watched(&mut client, &folder, &[("a.crush", 2)]);
    assert_eq!(symbols(&mut client, "find"), ["find_b in b.crush", "find_more in a.crush"]);
    std::fs::remove_file(folder.path().join("deep/b.crush")).expect("it is there");
    watched(&mut client, &folder, &[("deep/b.crush", 3)]);
    assert_eq!(symbols(&mut client, "find"), ["find_more in a.crush"]);
}

#[test]
fn an_open_document_counts_before_its_file_whatever_becomes_of_that() {
    let (folder, mut client) = workspace(&[("tools.crush", "fn f() { return 1 }\n")]);
    let main = open(&mut client, &folder, "main.crush", "import tools\nprint(tools.g())\n");
    told(&mut client, &main, &["not-exported"]);
    let tools = open(&mut client, &folder, "tools.crush", "fn g() { return 1 }\n");
    told(&mut client, &main, &[]);
    assert_eq!(symbols(&mut client, "g"), ["g in tools.crush"]);
    // The file changes and goes; what is open stays as the editor has it.
    write(folder.path(), &[("tools.crush", "fn h() { return 1 }\n")]);
    watched(&mut client, &folder, &[("tools.crush", 2)]);
    assert_eq!(symbols(&mut client, "g"), ["g in tools.crush"]);
    std::fs::remove_file(folder.path().join("tools.crush")).expect("it is there");
    watched(&mut client, &folder, &[("tools.crush", 3)]);
    assert_eq!(symbols(&mut client, "g"), ["g in tools.crush"]);
    client.close(&tools);
    told(&mut client, &main, &["module-not-found"]);
    assert_eq!(symbols(&mut client, "g"), [""; 0]);
}

#[test]
fn a_file_that_is_renamed_while_it_is_open_is_the_same_under_its_new_name() {
    let (folder, mut client) = workspace(&[("old.crush", "fn f() { return 1 }\n")]);
    let main = open(&mut client, &folder, "main.crush", "import fresh\nprint(fresh.f())\n");
    told(&mut client, &main, &["module-not-found"]);
    let old = open(&mut client, &folder, "old.crush", "fn f() { return 2 }\n");
    // An editor closes the one and opens the other.
    std::fs::rename(folder.path().join("old.crush"), folder.path().join("fresh.crush")).expect("it can be renamed");
    client.close(&old);
    let new = open(&mut client, &folder, "fresh.crush", "fn f() { return 2 }\n");
    watched(&mut client, &folder, &[("old.crush", 3), ("fresh.crush", 1)]);
    told(&mut client, &main, &[]);
    assert_eq!(symbols(&mut client, "f"), ["f in fresh.crush"]);
    let at = json!({ "position": new.position_of("f()", 0), "context": { "includeDeclaration": true } });
    let found = client.request_about("textDocument/references", &new, at);
    assert_eq!(found.as_array().map(Vec::len), Some(2), "{found}");
}

#[test]
fn a_document_that_is_no_file_has_all_that_needs_none() {
    let mut client = Client::ready(&Introduction { trusted: true, ..Introduction::default() });
    let mut document = Document::new("untitled:Untitled-1", "let xs = [1]\nfor x in xs { xs.push(x) }\nprint(xs)\n");
    client.open(&document);
    assert_eq!(codes(&client.diagnostics(&document)), ["changed-while-iterated"]);
    let at = json!({ "position": document.position_of("xs.push", 1) });
    assert!(client.request_about("textDocument/hover", &document, at.clone())["contents"].is_object());
    let found = client.request_about("textDocument/definition", &document, at);
    assert_eq!(found["uri"], document.uri());
    let changes = document.replace("xs.push(x)", "print(x)");
    client.change(&document, changes);
    client.save(&document);
    client.evaluation(&document, &["finished"]);
    // It is nowhere, so there is nothing beside it.
    let changes = document.append("import tools\n");
    client.change(&document, changes);
    told(&mut client, &document, &["module-not-found"]);
}

#[test]
#[cfg(target_os = "linux")]
fn the_memory_of_closed_documents_is_used_again() {
    let mut client = Client::ready(&Introduction::default());
    let functions: String =
        (0..1_000).map(|n| format!("fn f{n}(xs) {{\n    xs.push({n})\n    return len(xs)\n}}\n")).collect();
    let resident = |client: &Client| {
        let pages = std::fs::read_to_string(format!("/proc/{}/statm", client.process())).expect("it runs");
        pages.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok()).expect("a number") * 4
    };
    let round = |client: &mut Client| {
        let documents: Vec<_> = (0..12).map(|n| Document::new(&format!("file:///{n}.crush"), &functions)).collect();
        for document in &documents {
            client.open(document);
            client.diagnostics(document);
        }
        let open = resident(client);
        documents.iter().for_each(|document| client.close(document));
        // Whoever is answered knows that all before was done.
        let last = Document::new("file:///last.crush", "print(1)\n");
        client.open(&last);
        client.request_about("textDocument/documentSymbol", &last, json!({}));
        client.close(&last);
        client.forget();
        open
    };
    let (first, second) = (round(&mut client), round(&mut client));
    assert!(second < first + first / 4, "{first} KB, then {second} KB");
}
