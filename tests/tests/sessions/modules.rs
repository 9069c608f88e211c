//! Documents that import others: open ones as they are, others as the disk has them.

use std::path::Path;

use crush_tests::client::{Client, Introduction};
use crush_tests::document::Document;
use crush_tests::files::write;
use serde_json::{Value, json};
use tempfile::TempDir;

/// The URI of a file in a folder, however its name is spelled.
pub(crate) fn uri(folder: &Path, name: &str) -> String {
    let path = folder.join(name).to_str().expect("the path is text").to_owned();
    let escaped =
        path.chars().map(|c| if c.is_ascii_alphanumeric() || "/._-".contains(c) { c.to_string() } else { escaped(c) });
    format!("file://{}", escaped.collect::<String>())
}

fn escaped(c: char) -> String {
    let mut bytes = [0; 4];
    c.encode_utf8(&mut bytes).bytes().map(|byte| format!("%{byte:02X}")).collect()
}

pub(crate) fn codes(diagnostics: &[Value]) -> Vec<&str> {
    diagnostics.iter().filter_map(|diagnostic| diagnostic["code"].as_str()).collect()
}

/// A workspace in which only the files given are on disk, and a client that trusts it.
pub(crate) fn workspace(files: &[(&str, &str)]) -> (TempDir, Client) {
    let folder = tempfile::Builder::new().prefix("with space 😀 ").tempdir().expect("there is room for a folder");
    write(folder.path(), files);
    (folder, Client::ready(&Introduction { trusted: true, ..Introduction::default() }))
}

/// Waits for diagnostics of the document, of whatever version, with exactly these codes.
pub(crate) fn told(client: &mut Client, document: &Document, wanted: &[&str]) -> Vec<Value> {
    client.wait_for(&format!("diagnostics {wanted:?}"), |message| {
        let params = message.about("textDocument/publishDiagnostics", document.uri())?;
        let diagnostics = params["diagnostics"].as_array()?;
        (codes(diagnostics) == wanted).then(|| diagnostics.clone())
    })
}

const MAIN: &str = "import m\nlet xs = [1, 2]\nfor x in xs { m.f(xs) }\nprint(xs)\n";
const READS: &str = "fn f(xs) {\n    return len(xs)\n}\n";

#[test]
fn a_module_on_disk_is_known() {
    let (folder, mut client) = workspace(&[("m.crush", READS)]);
    let document = Document::new(&uri(folder.path(), "main.crush"), &MAIN.replace("m.f(xs)", "m.g(xs)"));
    client.open(&document);
    let diagnostics = client.diagnostics(&document);
    assert_eq!(codes(&diagnostics), ["not-exported"]);
    assert_eq!(diagnostics[0]["range"]["start"]["line"], 2);
}

#[test]
fn an_edit_of_an_open_module_reaches_its_importer() {
    let (folder, mut client) = workspace(&[("m.crush", "fn other() { }\n")]);
    let main = Document::new(&uri(folder.path(), "main.crush"), MAIN);
    let mut module = Document::new(&uri(folder.path(), "m.crush"), READS);
    client.open(&main);
    told(&mut client, &main, &["not-exported"]);
    // What is open counts, not what the disk has.
    client.open(&module);
    told(&mut client, &main, &[]);
    let changes = module.replace("return len(xs)", "xs.push(3)");
    client.change(&module, changes);
    let conflict = told(&mut client, &main, &["changed-while-iterated"]);
    let related = conflict[0]["relatedInformation"].as_array().expect("the way is told");
    assert!(related.iter().any(|related| related["location"]["uri"] == module.uri()), "{related:?}");
    let changes = module.replace("xs.push(3)", "xs.push(");
    client.change(&module, changes);
    let broken = told(&mut client, &main, &["module-has-errors"]);
    assert_eq!(broken[0]["range"]["start"]["line"], 0);
    // Closed, the module is what the disk has.
    client.close(&module);
    told(&mut client, &main, &["not-exported"]);
}

#[test]
fn a_module_that_comes_and_goes_on_disk_is_noticed() {
    let (folder, mut client) = workspace(&[]);
    let document = Document::new(&uri(folder.path(), "main.crush"), MAIN);
    client.open(&document);
    told(&mut client, &document, &["module-not-found"]);
    let changed = json!({ "changes": [{ "uri": uri(folder.path(), "m.crush"), "type": 1 }] });
    std::fs::write(folder.path().join("m.crush"), READS).expect("the file can be written");
    client.notify("workspace/didChangeWatchedFiles", changed.clone());
    told(&mut client, &document, &[]);
    std::fs::remove_file(folder.path().join("m.crush")).expect("the file can be removed");
    client.notify("workspace/didChangeWatchedFiles", changed);
    told(&mut client, &document, &["module-not-found"]);
}

#[test]
fn definitions_lead_into_modules() {
    let (folder, mut client) = workspace(&[("m.crush", READS)]);
    let document = Document::new(&uri(folder.path(), "main.crush"), MAIN);
    client.open(&document);
    client.diagnostics(&document);
    let at = json!({ "position": document.position_of("m.f(xs)", 2) });
    let location = client.request_about("textDocument/definition", &document, at);
    let found = location["uri"].as_str().unwrap_or_default();
    assert!(found.ends_with("/m.crush"), "{location}");
    assert_eq!(location["range"]["start"], json!({ "line": 0, "character": 3 }));
}

#[test]
fn a_save_runs_the_whole_program() {
    let (folder, mut client) = workspace(&[]);
    let main = Document::new(&uri(folder.path(), "main.crush"), MAIN);
    let module = Document::new(&uri(folder.path(), "m.crush"), READS);
    // Neither was ever saved.
    client.open(&module);
    client.open(&main);
    client.diagnostics(&main);
    client.save(&main);
    let finished = client.evaluation(&main, &["finished", "faulted", "skipped", "cancelled"]);
    assert_eq!(
        (finished["state"].as_str(), finished["output"].as_str()),
        (Some("finished"), Some("[1, 2]\n")),
        "{finished}"
    );
}

#[test]
fn a_fault_in_a_module_is_told_where_the_program_went_into_it() {
    let (folder, mut client) = workspace(&[("m.crush", "fn f(xs) {\n    return 1 / (len(xs) - 2)\n}\n")]);
    let main = Document::new(&uri(folder.path(), "main.crush"), MAIN);
    client.open(&main);
    client.diagnostics(&main);
    client.save(&main);
    let faulted = client.evaluation(&main, &["finished", "faulted", "skipped", "cancelled"]);
    assert_eq!(faulted["state"], "faulted", "{faulted}");
    let line = faulted["lines"].as_array().and_then(|lines| lines.iter().find(|line| line["kind"] == "fault"));
    assert_eq!(line.map(|line| &line["line"]), Some(&json!(2)), "{faulted}");
}
