//! From names to where they are declared and used, in one document and in workspaces of several.

use crush_tests::client::{Client, Introduction, about};
use crush_tests::document::{Document, Encoding};
use crush_tests::files::write;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::modules::uri;

/// A workspace with these files on disk, and a client that opened its folder.
pub(crate) fn workspace(files: &[(&str, &str)]) -> (TempDir, Client) {
    let folder = tempfile::Builder::new().prefix("work 😀 ").tempdir().expect("there is room for a folder");
    write(folder.path(), files);
    let mut client = Client::start();
    client.request(
        "initialize",
        json!({
            "processId": null,
            "rootUri": null,
            "workspaceFolders": [{ "uri": uri(folder.path(), ""), "name": "work" }],
            "capabilities": { "workspace": { "workspaceEdit": { "documentChanges": true } } },
        }),
    );
    client.notify("initialized", json!({}));
    (folder, client)
}

pub(crate) fn open(client: &mut Client, folder: &TempDir, name: &str, text: &str) -> Document {
    let document = Document::new(&uri(folder.path(), name), text);
    client.open(&document);
    document
}

pub(crate) fn at(document: &Document, needle: &str, skip: usize) -> Value {
    json!({ "position": document.position_of(needle, skip) })
}

/// The files and lines (from 1) of locations.
fn lines(locations: &Value) -> Vec<String> {
    let all = locations.as_array().unwrap_or_else(|| panic!("no array: {locations}"));
    let line = |it: &Value| {
        let name = it["uri"].as_str().and_then(|uri| uri.rsplit('/').next()).expect("a location has a uri");
        format!("{name}:{}", it["range"]["start"]["line"].as_u64().expect("a line is a number") + 1)
    };
    all.iter().map(line).collect()
}

const LIBRARY: &str = "struct Item { name, count }\n\nfn total(items) {\n    return len(items)\n}\n";
const FIRST: &str = "import library { total }\nlet items = [Item { name: \"a\", count: 1 }]\nprint(total(items))\n";
const SECOND: &str = "import library as lib\n\nprint(lib.total([]))\nlet total = 1\nprint(total, \"total\")\n";
const OTHER: &str = "fn total(x) { return x }\nprint(total(2))\n";

const FILES: [(&str, &str); 4] =
    [("library.crush", LIBRARY), ("first.crush", FIRST), ("second.crush", SECOND), ("deep/other.crush", OTHER)];

#[test]
fn references_are_found_in_all_files_of_the_workspace() {
    let (folder, mut client) = workspace(&FILES);
    let document = open(&mut client, &folder, "library.crush", LIBRARY);
    let mut more = at(&document, "total", 1);
    more["context"] = json!({ "includeDeclaration": true });
    let found = client.request_about("textDocument/references", &document, more.clone());
    assert_eq!(lines(&found), ["first.crush:1", "first.crush:3", "library.crush:3", "second.crush:3"], "{found}");
    more["context"]["includeDeclaration"] = false.into();
    let found = client.request_about("textDocument/references", &document, more);
    assert_eq!(lines(&found), ["first.crush:1", "first.crush:3", "second.crush:3"]);
}

#[test]
fn references_see_documents_as_they_are_open() {
    let (folder, mut client) = workspace(&FILES);
    let library = open(&mut client, &folder, "library.crush", LIBRARY);
    let mut first = open(&mut client, &folder, "first.crush", FIRST);
    let changes = first.replace("print(total(items))\n", "// 😀\nprint(total(items), total([]))\n");
    client.change(&first, changes);
    let mut more = at(&library, "total", 1);
    more["context"] = json!({ "includeDeclaration": false });
    let found = client.request_about("textDocument/references", &library, more);
    assert_eq!(lines(&found), ["first.crush:1", "first.crush:4", "first.crush:4", "second.crush:3"]);
}

#[test]
fn a_struct_is_used_where_its_file_is_imported() {
    let (folder, mut client) = workspace(&FILES);
    let document = open(&mut client, &folder, "library.crush", LIBRARY);
    for (word, uses) in [("Item", 1), ("count", 1)] {
        let mut more = at(&document, word, 1);
        more["context"] = json!({ "includeDeclaration": false });
        let found = client.request_about("textDocument/references", &document, more);
        assert_eq!(lines(&found), ["first.crush:2"].repeat(uses), "{word}: {found}");
    }
}

#[test]
fn a_method_leads_to_its_trait_and_to_what_it_is_written_for() {
    let text = "trait Shape { fn area(self) }\nstruct A { x }\nstruct B { x }\nimpl Shape for A { fn area(self) { return 1 } }\nimpl Shape for B { fn area(self) { return 2 } }\nlet a = A { x: 1 }\nprint(a.area())\n";
    let (folder, mut client) = workspace(&[]);
    let document = open(&mut client, &folder, "shapes.crush", text);
    let call = at(&document, "a.area", 2);
    let line = |location: &Value| location["range"]["start"]["line"].as_u64().expect("one place");
    assert_eq!(line(&client.request_about("textDocument/definition", &document, call.clone())), 3);
    assert_eq!(line(&client.request_about("textDocument/declaration", &document, call)), 0);
    let asked = at(&document, "area", 0);
    let found = client.request_about("textDocument/implementation", &document, asked);
    assert_eq!(lines(&found), ["shapes.crush:4", "shapes.crush:5"]);
    let found = client.request_about("textDocument/implementation", &document, at(&document, "Shape", 0));
    assert_eq!(lines(&found), ["shapes.crush:4", "shapes.crush:5"]);
}

#[test]
fn highlights_tell_reads_from_writes() {
    for encoding in [Encoding::Utf8, Encoding::Utf16] {
        let mut client = Client::ready(&Introduction { encoding, ..Introduction::default() });
        let text = "let 😀 = 1\nlet wört = '😀'; wört = wört + '!'\nprint(wört)\n".replace("let 😀 = 1\n", "// 😀\n");
        let document = Document::new("file:///a.crush", &text).with_encoding(encoding);
        client.open(&document);
        let found = client.request_about("textDocument/documentHighlight", &document, at(&document, "wört", 1));
        let kinds: Vec<_> = found.as_array().expect("an array").iter().map(|it| it["kind"].as_u64()).collect();
        assert_eq!(kinds, [Some(3), Some(3), Some(2), Some(2)], "{encoding:?}");
        for highlight in found.as_array().expect("an array") {
            assert_eq!(document.text_at(&highlight["range"]), "wört");
        }
    }
}

/// The texts of a workspace after the edits of a rename, by the names of the files.
fn renamed(folder: &TempDir, documents: &[&Document], edit: &Value) -> Vec<(String, String)> {
    let changes = edit["documentChanges"].as_array().unwrap_or_else(|| panic!("no changes: {edit}"));
    let mut texts = Vec::new();
    for change in changes {
        let uri = change["textDocument"]["uri"].as_str().expect("a change is of a document");
        let name = uri.rsplit('/').next().expect("a uri has a name").to_owned();
        let opened = documents.iter().find(|document| document.uri() == uri);
        let version = &change["textDocument"]["version"];
        assert_eq!(version.as_i64(), opened.map(|document| document.version()), "{name}");
        let mut text = match opened {
            Some(document) => (*document).clone(),
            None => {
                let path = folder.path().join(&name);
                Document::new(uri, &std::fs::read_to_string(path).expect("the file is there"))
            }
        };
        for edit in change["edits"].as_array().expect("edits are an array").iter().rev() {
            text.replace_at(&edit["range"], edit["newText"].as_str().expect("an edit has a text"));
        }
        texts.push((name, text.text().to_owned()));
    }
    texts.sort();
    texts
}

#[test]
fn a_rename_reaches_all_files_and_no_string() {
    let (folder, mut client) = workspace(&FILES);
    let mut first = open(&mut client, &folder, "first.crush", FIRST);
    let changes = first.replace("import", "// 😀 open\nimport");
    client.change(&first, changes);
    let more = at(&first, "total(items)", 2);
    let prepared = client.request_about("textDocument/prepareRename", &first, more.clone());
    assert_eq!(prepared["placeholder"], "total");
    assert_eq!(first.text_at(&prepared["range"]), "total");
    let mut more = more;
    more["newName"] = "sum".into();
    let edit = client.request_about("textDocument/rename", &first, more);
    let texts = renamed(&folder, &[&first], &edit);
    assert_eq!(
        texts,
        [
            ("first.crush".to_owned(), first.text().replace("total", "sum")),
            ("library.crush".to_owned(), LIBRARY.replace("total", "sum")),
            ("second.crush".to_owned(), SECOND.replace("lib.total", "lib.sum")),
        ]
    );
}

#[test]
fn a_rename_that_would_change_the_meaning_is_refused_with_the_reason() {
    let (folder, mut client) = workspace(&FILES);
    let document = open(&mut client, &folder, "library.crush", LIBRARY);
    for (needle, new_name, reason) in [
        ("total", "items", "items"),
        ("total", "len", "len"),
        ("total", "for", "no name"),
        ("len", "size", "not declared"),
    ] {
        let mut more = at(&document, needle, 1);
        more["newName"] = new_name.into();
        let error = client.try_request("textDocument/rename", about(&document, more)).expect_err("it is refused");
        assert_eq!(error["code"], -32803, "{error}");
        assert!(error["message"].as_str().is_some_and(|it| it.contains(reason)), "{needle}: {error}");
    }
    let refused = client.try_request("textDocument/prepareRename", about(&document, at(&document, "{\n", 0)));
    assert_eq!(refused.expect_err("there is no name")["code"], -32803);
}

#[test]
fn a_client_without_versions_gets_plain_edits() {
    let mut client = Client::ready(&Introduction::default());
    let document = Document::new("untitled:one", "let a = 1\nprint(a)\n");
    client.open(&document);
    let mut more = at(&document, "a =", 0);
    more["newName"] = "b".into();
    let edit = client.request_about("textDocument/rename", &document, more);
    let edits = edit["changes"]["untitled:one"].as_array().unwrap_or_else(|| panic!("no changes: {edit}"));
    assert_eq!(edits.len(), 2);
}
