//! Going back and forth in the last run, and evaluating in it.

use crush_tests::client::{Client, Introduction, about};
use crush_tests::document::Document;
use serde_json::{Value, json};

use crate::programs;

const PROGRAM: &str =
    "fn grow(xs, n) {\n  xs.push(n)\n  return len(xs)\n}\nlet xs = [1]\nlet n = grow(xs, 7)\nprint(n)\n";

/// A client whose document has run.
fn after_run(text: &str) -> (Client, Document) {
    let mut client = Client::ready(&Introduction { trusted: true, ..Introduction::default() });
    let document = Document::new("file:///shop/a.crush", text);
    client.open(&document);
    client.save(&document);
    client.evaluation(&document, &["finished", "faulted"]);
    (client, document)
}

/// The line where a moment is, and the variables of the innermost frame.
fn told(moment: &Value) -> (u64, Vec<String>) {
    let frame = &moment["frames"][0];
    let line = frame["range"]["start"]["line"].as_u64().unwrap_or_else(|| panic!("no line: {moment}"));
    let text = |held: &Value| {
        format!("{} = {}", held["name"].as_str().unwrap_or_default(), held["value"].as_str().unwrap_or_default())
    };
    (line, frame["variables"].as_array().map(|all| all.iter().map(text).collect()).unwrap_or_default())
}

fn step(client: &mut Client, from: &Value, step: &str, direction: &str) -> Value {
    let params = json!({
        "session": from["session"], "position": from["position"], "step": step, "direction": direction,
    });
    client.request("crush/time/step", params)
}

#[test]
fn a_run_is_stepped_through_back_and_forth() {
    let (mut client, document) = after_run(PROGRAM);
    let end = client.request_about("crush/time/open", &document, json!({}));
    assert_eq!(
        (&end["kind"], &end["version"], &end["output"]),
        (&json!("finished"), &json!(1), &json!("2\n")),
        "{end}"
    );
    let print = step(&mut client, &end, "into", "back");
    assert_eq!(told(&print), (6, vec!["xs = #0 [1, 7]".to_owned(), "n = 2".to_owned()]));
    assert_eq!(print["output"], "");
    let inside = step(&mut client, &print, "into", "back");
    assert_eq!(told(&inside), (2, vec!["xs = #0 [1, 7]".to_owned(), "n = 7".to_owned()]));
    assert_eq!(inside["text"], "before line 3 of grow");
    assert_eq!(inside["frames"][1]["function"], "main");
    let over = step(&mut client, &print, "over", "back");
    assert_eq!(told(&over), (5, vec!["xs = #0 [1]".to_owned()]));
    let forward = step(&mut client, &over, "into", "forward");
    assert_eq!(told(&forward).0, 1);
    assert_eq!(told(&step(&mut client, &forward, "out", "forward")).0, 6);
    assert_eq!(told(&step(&mut client, &forward, "out", "back")).0, 5);
    assert_eq!(inside["lines"], json!([{ "line": 0, "text": "xs = #0 [1, 7], n = 7" }]));
}

#[test]
fn who_changed_an_object_and_when_it_was_borrowed_is_found() {
    let text = "let xs = [1]\nlet r = &xs\nlet a = r[0]\ndrop(r)\nxs.push(2)\nprint(xs)\n";
    let (mut client, document) = after_run(text);
    let end = client.request_about("crush/time/open", &document, json!({ "line": 5 }));
    assert_eq!(told(&end).0, 5, "{end}");
    let object = end["frames"][0]["variables"][0]["object"].clone();
    let about = json!({ "session": end["session"], "position": end["position"], "object": object });
    let change = client.request("crush/time/lastChange", about.clone());
    assert_eq!((&change["what"], &change["range"]["start"]["line"]), (&json!("written"), &json!(4)), "{change}");
    let borrow = client.request("crush/time/borrowedWhen", about);
    assert_eq!((&borrow["what"], &borrow["holder"]), (&json!("borrowed"), &json!("`r`")), "{borrow}");
    assert_eq!(document.text_at(&borrow["range"]), "&xs");
    // There, it was as it was then.
    let then = json!({ "session": end["session"], "position": change["position"] });
    let then = client.request("crush/time/seek", then);
    assert!(told(&then).1.contains(&"xs = #0 [1]".to_owned()), "{then}");
    let made = json!({ "session": end["session"], "position": change["position"], "object": object });
    assert_eq!(client.request("crush/time/lastChange", made)["what"], "allocated");
}

#[test]
fn events_of_the_arena_are_steps_too() {
    let (mut client, document) = after_run(PROGRAM);
    let end = client.request_about("crush/time/open", &document, json!({}));
    let push = step(&mut client, &end, "event", "back");
    assert!(told(&push).1.contains(&"xs = #0 [1, 7]".to_owned()), "{push}");
    let made = step(&mut client, &push, "event", "back");
    assert_eq!(made["frames"][0]["function"], "main", "{made}");
    assert_eq!(step(&mut client, &made, "event", "forward")["position"], push["position"]);
    let arena = json!({ "session": made["session"], "position": made["position"] });
    let arena = client.request("crush/time/arena", arena);
    let lists: Vec<_> = arena["slots"]
        .as_array()
        .map(|all| all.iter().filter(|slot| slot["kind"] == "array").collect())
        .unwrap_or_default();
    assert_eq!(lists.len(), 1, "{arena}");
    assert_eq!(lists[0]["preview"], "[1]");
}

#[test]
fn the_arena_and_the_heap_are_seen_as_they_were() {
    let (mut client, document) = after_run("let xs = [1]\nlet r = &xs\ndrop(r)\nlet all = [xs]\nxs.push(2)\n");
    let end = client.request_about("crush/time/open", &document, json!({}));
    let mut seen = |line: u32| {
        let there =
            json!({ "session": end["session"], "position": end["position"], "line": line, "direction": "back" });
        let there = client.request("crush/time/seek", there);
        let about = json!({ "session": end["session"], "position": there["position"] });
        (client.request("crush/time/heap", about.clone()), client.request("crush/time/arena", about))
    };
    let (heap, arena) = seen(2);
    assert_eq!(heap["moment"], json!({ "kind": "line", "line": 2, "text": "before line 3 of main" }), "{heap}");
    assert_eq!(heap["moment"], arena["moment"]);
    let holders: Vec<_> = heap["holders"].as_array().into_iter().flatten().collect();
    assert!(holders.iter().any(|it| it["name"] == "r" && it["borrow"] == "shared"), "{heap}");
    assert_eq!((&heap["boxes"][0]["preview"], heap["boxes"].as_array().map(Vec::len)), (&json!("[1]"), Some(1)));
    assert_eq!((&arena["stats"]["borrows"], &arena["slots"][0]["shared"]), (&json!(1), &json!(1)), "{arena}");
    let (heap, arena) = seen(4);
    assert_eq!((&arena["stats"]["borrows"], &heap["boxes"][0]["borrows"]), (&json!(0), &json!([])), "{heap}");
    assert_eq!(heap["boxes"].as_array().map(Vec::len), Some(2), "{heap}");
    // What is in the middle at one moment may not be there at another.
    let middle = json!({ "session": end["session"], "position": { "tick": 1 }, "slot": heap["boxes"][0]["slot"] });
    let before = client.request("crush/time/heap", middle);
    assert_eq!((&before["slot"], &before["boxes"]), (&Value::Null, &json!([])), "{before}");
}

#[test]
fn a_snippet_is_evaluated_in_the_state_of_a_line() {
    let (mut client, document) = after_run(PROGRAM);
    let mut evaluate =
        |text: &str| client.request_about("crush/evaluate", &document, json!({ "text": text, "line": 2 }));
    let value = evaluate("xs[1] + n");
    assert_eq!((&value["value"]["value"], &value["text"]), (&json!("14"), &json!("before line 3 of grow")), "{value}");
    let changed = evaluate("xs.push(n)\nprint(xs)\nlen(xs)");
    assert_eq!((&changed["value"]["value"], &changed["output"]), (&json!("3"), &json!("[1, 7, 7]\n")), "{changed}");
    assert_eq!(changed["changes"], json!([{ "slot": 0, "kind": "array", "what": "written", "preview": "[1, 7, 7]" }]));
    assert_eq!(evaluate("xs")["value"]["value"], "#0 [1, 7]", "nothing of it is left");
    let fault = evaluate("xs[9]");
    assert!(fault["value"].is_null() && fault["reason"].as_str().is_some_and(|reason| reason.contains("9")), "{fault}");
    // The quota of instructions or that of time, whichever this machine comes to first.
    let forever = evaluate("while true { }");
    assert!(forever["reason"].as_str().is_some_and(|reason| reason.contains("quota")), "{forever}");
}

#[test]
fn what_cannot_be_done_is_said() {
    let (mut client, document) = after_run(PROGRAM);
    let refused = refusal(&mut client, "crush/evaluate", about(&document, json!({ "text": "xs +", "line": 2 })));
    assert!(refused["message"].as_str().is_some_and(|message| !message.is_empty()), "{refused}");
    let never = refusal(&mut client, "crush/time/open", about(&document, json!({ "line": 3 })));
    assert_eq!(never["message"], "line 4 was never come to in the last run", "{never}");
    let nobody = refusal(&mut client, "crush/time/close", json!({ "session": "x" }));
    assert_eq!(nobody["code"], -32602, "{nobody}");
    let unknown = json!({ "session": 77, "position": { "tick": 1 }, "step": "into" });
    assert_eq!(refusal(&mut client, "crush/time/step", unknown)["code"], -32801);
}

#[test]
fn a_session_ends_when_the_program_has_run_again() {
    let (mut client, mut document) = after_run(PROGRAM);
    let end = client.request_about("crush/time/open", &document, json!({}));
    let changes = document.replace("print(n)", "print(n + 1)");
    client.change(&document, changes);
    // What is known is still the run of before.
    assert_eq!(told(&step(&mut client, &end, "into", "back")).0, 6);
    client.save(&document);
    client.evaluation(&document, &["finished"]);
    let params = json!({ "session": end["session"], "position": end["position"], "step": "into", "direction": "back" });
    let refused = refusal(&mut client, "crush/time/step", params);
    assert_eq!(refused["code"], -32801, "{refused}");
    assert!(refused["message"].as_str().is_some_and(|message| message.contains("run again")), "{refused}");
}

#[test]
fn there_are_few_sessions_at_a_time() {
    let (mut client, document) = after_run(PROGRAM);
    let first = client.request_about("crush/time/open", &document, json!({}));
    for _ in 0..4 {
        client.request_about("crush/time/open", &document, json!({}));
    }
    let params =
        json!({ "session": first["session"], "position": first["position"], "step": "into", "direction": "back" });
    assert_eq!(refusal(&mut client, "crush/time/step", params)["code"], -32801);
}

#[test]
fn nothing_runs_without_trust() {
    let (mut client, document) = after_run(PROGRAM);
    let end = client.request_about("crush/time/open", &document, json!({}));
    client.notify("crush/trust", json!({ "trusted": false }));
    let params = json!({ "session": end["session"], "position": end["position"], "step": "into", "direction": "back" });
    let refused = refusal(&mut client, "crush/time/step", params);
    assert!(refused["message"].as_str().is_some_and(|message| message.contains("not trusted")), "{refused}");
    let refused = refusal(&mut client, "crush/evaluate", about(&document, json!({ "text": "1" })));
    assert!(refused["message"].as_str().is_some_and(|message| message.contains("not trusted")), "{refused}");
}

#[test]
fn the_fault_is_where_it_ends() {
    let (mut client, document) = after_run(programs::FAULTS);
    let end = client.request_about("crush/time/open", &document, json!({}));
    assert_eq!((&end["kind"], &end["borrows"]), (&json!("faulted"), &json!(1)), "{end}");
    assert_eq!(told(&end).0, programs::FAULT_LINE);
    assert!(end["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{end}");
}

/// What a request that is refused gets.
fn refusal(client: &mut Client, method: &str, params: Value) -> Value {
    client.try_request(method, params).expect_err("it is refused")
}
