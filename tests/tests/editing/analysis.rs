//! The analysis alone: text, tree, symbols, tokens, what is faded, and diagnostics.

use crush_ide::{
    Diagnostic, FileAnalysis, LineColumn, PositionEncoding, Snapshot, Text, TextEdit, TextRange, Tree, diagnostics,
    faded, semantic_tokens, symbols, syntax_nodes,
};
use crush_tests::document::{Document, Encoding};
use fastrand::Rng;
use serde_json::Value;

use crate::{Campaign, pieces};

/// Of so many rounds one is about a long text, which takes as long as all others.
const LONG: u64 = 50;

/// Edits a document for a while.
pub(crate) fn round(seed: u64, campaign: &mut Campaign) {
    let mut rng = Rng::with_seed(seed);
    let is_long = seed.is_multiple_of(LONG);
    let open = if is_long { pieces::opened_long } else { pieces::opened };
    let mut document = open(&mut rng, "file:///edited.crush");
    let encoding = match document.encoding() {
        Encoding::Utf8 => PositionEncoding::Utf8,
        Encoding::Utf16 => PositionEncoding::Utf16,
    };
    let mut analysis = FileAnalysis::new(Text::from(document.text()));
    let mut before = document.text().to_owned();
    for _ in 0..20 {
        // Several notifications may wait when the analysis comes to them, and are one edit to it.
        let mut text = analysis.text().clone();
        let mut edits = Vec::new();
        for _ in 0..rng.usize(1..=8) {
            let changes = pieces::typed(&mut rng, &mut document);
            campaign.notifications += 1;
            campaign.edits += changes.len() as u64;
            for change in changes {
                let edit = edit(&change, &text, encoding);
                text.apply(&edit);
                edits.push(edit);
            }
        }
        analysis.edit(&edits);
        // When nobody types, what was broken is parsed again.
        if is_long && rng.bool() && !analysis.is_settled() {
            analysis.reparsed(Tree::parse(analysis.text().clone()));
        }
        // Several may come before anybody looks.
        if rng.u8(..3) == 0 && analysis.is_settled() {
            campaign.comparisons += 1;
            if let Some(what) = difference(&document, &analysis) {
                campaign.found.push(format!("round {seed}: {what}\n{before:?}\n{edits:?}\n{:?}", document.text()));
                return;
            }
        }
        document.text().clone_into(&mut before);
    }
}

/// A change as the protocol has it, as an edit of this text.
fn edit(change: &Value, text: &Text, encoding: PositionEncoding) -> TextEdit {
    let offset = |position: &Value| {
        let number = |name: &str| u32::try_from(position[name].as_u64().expect("a number")).expect("a small number");
        let position = LineColumn { line: number("line"), column: number("character") };
        text.offset_of(position, encoding).expect("the place is there")
    };
    let range = TextRange::new(offset(&change["range"]["start"]), offset(&change["range"]["end"]));
    TextEdit { range, new_text: change["text"].as_str().expect("a text").to_owned() }
}

/// Says what is not as if the text had just been opened.
fn difference(document: &Document, edited: &FileAnalysis) -> Option<String> {
    let said = |what: &str| Some(what.to_owned());
    if edited.text().to_string() != document.text() {
        return said("the text");
    }
    let fresh = FileAnalysis::new(Text::from(document.text()));
    if syntax_nodes(edited) != syntax_nodes(&fresh) {
        return said("the tree");
    }
    let (edited, fresh) = (Snapshot::unevaluated(edited.clone()), Snapshot::unevaluated(fresh));
    if symbols(&edited) != symbols(&fresh) {
        return said("the symbols");
    }
    let whole = TextRange::new(0, document.text().len());
    if semantic_tokens(&edited, whole) != semantic_tokens(&fresh, whole) {
        return said("the tokens");
    }
    if faded(&edited) != faded(&fresh) {
        return said("what is faded");
    }
    let (edited, fresh) = (diagnostics(&edited), diagnostics(&fresh));
    let only = |these: &[Diagnostic], those: &[Diagnostic]| -> Vec<Diagnostic> {
        these.iter().filter(|it| !those.contains(it)).cloned().collect()
    };
    (edited != fresh).then(|| {
        let (edited, fresh) = (only(&edited, &fresh), only(&fresh, &edited));
        format!("the diagnostics: only edited {edited:#?}, only opened {fresh:#?}")
    })
}
