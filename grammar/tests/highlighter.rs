//! The queries also work in tree-sitter's own highlighter, which takes highlights, injections and locals together.

use tree_sitter_highlight::{HighlightConfiguration, HighlightEvent, Highlighter};

const NAMES: &[&str] = &[
    "comment",
    "constant.builtin",
    "function",
    "function.call",
    "keyword",
    "keyword.function",
    "number",
    "operator",
    "punctuation.bracket",
    "string",
    "variable",
    "variable.parameter",
];

/// The highlighted pieces of `source`: text and the name of its innermost highlight.
fn highlighted(source: &str) -> Vec<(&str, &'static str)> {
    let mut configuration = HighlightConfiguration::new(
        tree_sitter_crush::LANGUAGE.into(),
        "crush",
        tree_sitter_crush::HIGHLIGHTS_QUERY,
        tree_sitter_crush::INJECTIONS_QUERY,
        tree_sitter_crush::LOCALS_QUERY,
    )
    .expect("the queries compile together");
    configuration.configure(NAMES);
    let mut highlighter = Highlighter::new();
    let events =
        highlighter.highlight(&configuration, source.as_bytes(), None, None, |_| None).expect("the highlighter runs");
    let (mut open, mut pieces) = (Vec::new(), Vec::new());
    for event in events {
        match event.expect("the highlighter runs") {
            HighlightEvent::HighlightStart(highlight) => open.push(NAMES[highlight.0]),
            HighlightEvent::HighlightEnd => {
                open.pop();
            }
            HighlightEvent::Source { start, end } => {
                if let Some(name) = open.last() {
                    pieces.push((&source[start..end], *name));
                }
            }
        }
    }
    pieces
}

#[test]
fn a_program_is_highlighted() {
    let pieces = highlighted("fn add(a) { return work(a, 1) } // sum\nlet s = \"x\"\n");
    for wanted in [
        ("fn", "keyword.function"),
        ("add", "function"),
        ("a", "variable.parameter"),
        ("return", "keyword"),
        ("work", "function.call"),
        ("1", "number"),
        ("// sum", "comment"),
        ("let", "keyword"),
        ("s", "variable"),
        ("=", "operator"),
    ] {
        assert!(pieces.contains(&wanted), "{wanted:?} is not in {pieces:?}");
    }
}
