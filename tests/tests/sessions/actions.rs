//! Code actions: fixes, refactorings, and all safe fixes at once, by the kinds that a client asks for.

use crush_tests::client::{Client, Introduction};
use crush_tests::document::Document;
use serde_json::{Value, json};

/// The actions of these kinds for a part of a document; all of them for none.
fn actions(client: &mut Client, document: &Document, part: &str, only: Option<&[&str]>) -> Vec<Value> {
    let start = document.text().find(part).expect("the part is there");
    let range = document.range(start..start + part.len());
    let mut context = json!({ "diagnostics": [] });
    if let Some(only) = only {
        context["only"] = json!(only);
    }
    let params = json!({ "textDocument": { "uri": document.uri() }, "range": range, "context": context });
    client.request("textDocument/codeAction", params).as_array().expect("there are actions").clone()
}

fn titles(actions: &[Value]) -> Vec<&str> {
    actions.iter().map(|action| action["title"].as_str().expect("it has a title")).collect()
}

/// The text of a document after an action.
fn after(document: &Document, action: &Value) -> String {
    let mut changed = document.clone();
    let edits = action["edit"]["changes"][document.uri()].as_array().expect("there are edits");
    for edit in edits.iter().rev() {
        changed.replace_at(&edit["range"], edit["newText"].as_str().expect("it is a text"));
    }
    changed.text().to_owned()
}

#[test]
fn all_safe_fixes_are_made_at_once_when_they_are_asked_for() {
    let mut client = Client::ready(&Introduction::default());
    let document = Document::new(
        "file:///a.crush",
        "let é = [1]\nlet m = &mut é\nm.push(2)\né.push(3) // crush-analyzer: allow(use-after-drop)\nprint(é)\n",
    );
    client.open(&document);
    for kind in ["source", "source.fixAll", "source.fixAll.crush"] {
        let found = actions(&mut client, &document, "print", Some(&[kind]));
        assert_eq!(titles(&found), ["make all safe fixes"]);
        assert_eq!(found[0]["kind"], "source.fixAll.crush");
        assert_eq!(
            after(&document, &found[0]),
            "let é = [1]\nlet m = &mut é\nm.push(2)\ndrop(m)\né.push(3)\nprint(é)\n"
        );
    }
    assert!(actions(&mut client, &document, "print", Some(&["source.organizeImports"])).is_empty());
    assert!(
        actions(&mut client, &document, "print", None).iter().all(|action| action["kind"] != "source.fixAll.crush")
    );
    let clean = Document::new("file:///b.crush", "print(1)\n");
    client.open(&clean);
    assert!(actions(&mut client, &clean, "print", Some(&["source.fixAll"])).is_empty());
}

#[test]
fn refactorings_are_offered_by_their_kinds() {
    let mut client = Client::ready(&Introduction::default());
    let document = Document::new("file:///a.crush", "let é = \"😀\"\nlet xs = [1, 2]\nprint(xs[0] + xs[1])\n");
    client.open(&document);
    let found = actions(&mut client, &document, "xs[0] + xs[1]", Some(&["refactor"]));
    assert_eq!(titles(&found), ["extract into the variable `value`", "extract into the function `extracted`"]);
    assert!(found.iter().all(|action| action["kind"] == "refactor.extract"));
    assert!(actions(&mut client, &document, "xs[0] + xs[1]", Some(&["refactor.inline"])).is_empty());
    assert!(actions(&mut client, &document, "xs[0] + xs[1]", Some(&["quickfix"])).is_empty());
    let inlined = Document::new("file:///b.crush", "let x = 1\nprint(x)\n");
    client.open(&inlined);
    let found = actions(&mut client, &inlined, "x", Some(&["refactor.inline"]));
    assert_eq!(titles(&found), ["inline the variable `x`"]);
    assert_eq!(after(&inlined, &found[0]), "print(1)\n");
}

#[test]
fn what_nothing_needs_has_its_ways_out() {
    let mut client = Client::ready(&Introduction::default());
    let document = Document::new("file:///a.crush", "fn f(x) {\n    return 1\n    print(2)\n}\nprint(f(1))\n");
    client.open(&document);
    let found = actions(&mut client, &document, "print(2)", Some(&["quickfix"]));
    assert_eq!(titles(&found), ["remove what is never reached", "suppress `unreachable-code` here by a comment"]);
    assert_eq!(after(&document, &found[0]), "fn f(x) {\n    return 1\n}\nprint(f(1))\n");
    let found = actions(&mut client, &document, "x)", Some(&["quickfix"]));
    assert_eq!(titles(&found), ["name it `_x`: it is not read on purpose", "suppress `unused-name` here by a comment"]);
    assert_eq!(after(&document, &found[0]), "fn f(_x) {\n    return 1\n    print(2)\n}\nprint(f(1))\n");
}
