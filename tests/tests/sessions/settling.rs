//! A long text that does not parse is understood at first with what was taken over from before the edit, and as it would be
//! if it were opened once nobody types.

use crush_ide::{FileAnalysis, Snapshot, Text, TextEdit, TextRange, Tree};
use crush_tests::client::{Client, Introduction};
use crush_tests::document::Document;
use serde_json::Value;

const PROGRAM: &str = "struct P { x, y }\nfn f(xs, k) {\n    let r = &xs\n    for v in xs { xs.push(v) }\n    return k\n}\n\
                       let p = P { x: 1, y: 2 }\nprint(f(p, 1))\n";

/// The program behind a comment that makes it long, and two edits: a comment that does not end, and a comma before it.
fn edited() -> (String, [(usize, &'static str); 2]) {
    let text = format!("// {}\n{PROGRAM}", "x".repeat(70_000));
    let at = |piece: &str| text.find(piece).expect("it is there");
    let edits = [(at(" }\n    return") + 1, "/*"), (at(".push"), ",")];
    (text, edits)
}

#[test]
fn what_was_taken_over_shows_in_broken_text_until_it_is_parsed_again() {
    let (text, edits) = edited();
    let mut analysis = FileAnalysis::new(Text::from(text.as_str()));
    for (at, new_text) in edits {
        analysis.edit(&[TextEdit { range: TextRange::empty(at), new_text: new_text.to_owned() }]);
    }
    assert!(!analysis.is_settled());
    let told = |analysis: &FileAnalysis| crush_ide::diagnostics(&Snapshot::unevaluated(analysis.clone()));
    let opened = told(&FileAnalysis::new(analysis.text().clone()));
    // If this is the same one day, another example has to be found.
    assert_ne!(told(&analysis), opened);
    analysis.reparsed(Tree::parse(analysis.text().clone()));
    assert!(analysis.is_settled());
    assert_eq!(told(&analysis), opened);
}

#[test]
fn it_is_parsed_again_when_nobody_types() {
    let mut client = Client::ready(&Introduction::default());
    let (text, edits) = edited();
    let mut document = Document::new("file:///a.crush", &text);
    client.open(&document);
    for (at, new_text) in edits {
        let changes = vec![document.edit(at..at, new_text)];
        document.next_version();
        client.change(&document, changes);
        client.diagnostics(&document);
    }
    let mut another = Client::ready(&Introduction::default());
    let fresh = document.copy_as(document.uri());
    another.open(&fresh);
    let wanted = another.diagnostics(&fresh);
    // What it is told is told once more, should it have been that already.
    client.change(&document, Vec::new());
    client.wait_for("what a document has that is opened", |message| {
        let told = message.about("textDocument/publishDiagnostics", document.uri())?;
        (told["diagnostics"] == Value::from(wanted.clone())).then_some(())
    });
}
