//! The queries compile, and capture what the marker lines in `tests/queries/*.crush` say.
//!
//! A marker line is a comment under the line it speaks of: `//  ^^ capture` (or `#^ capture`) where something begins,
//! or `// <- capture` for the start of the line.

use tree_sitter::{Language, Parser, Point, Query, QueryCursor, StreamingIterator};

/// One capture: its name, where it begins and, if it ends on the same line, its length.
struct Capture {
    name: String,
    start: Point,
    length: Option<usize>,
}

/// What a marker line demands.
struct Marker {
    name: String,
    at: Point,
    length: usize,
}

fn language() -> Language {
    tree_sitter_crush::LANGUAGE.into()
}

fn captures(query: &str, source: &str) -> Vec<Capture> {
    let language = language();
    let query = Query::new(&language, query).expect("the query compiles");
    let mut parser = Parser::new();
    parser.set_language(&language).expect("the language fits the library");
    let tree = parser.parse(source, None).expect("parsing is not cancelled");
    assert!(!tree.root_node().has_error(), "the fixture has no error:\n{}", tree.root_node().to_sexp());
    let mut cursor = QueryCursor::new();
    let mut found = cursor.captures(&query, tree.root_node(), source.as_bytes());
    let mut captures = Vec::new();
    while let Some((matched, index)) = found.next() {
        let capture = matched.captures()[*index];
        let (start, end) = (capture.node.start_position(), capture.node.end_position());
        captures.push(Capture {
            name: query.capture_names()[capture.index as usize].to_owned(),
            start,
            length: (start.row == end.row).then(|| end.column - start.column),
        });
    }
    captures
}

fn markers(source: &str) -> Vec<Marker> {
    let mut markers = Vec::new();
    let mut row = 0;
    for (number, line) in source.lines().enumerate() {
        let comment = line.starts_with("//") || line.starts_with('#');
        let text = line.trim_start_matches(['/', '#']).trim_start();
        let name = |text: &str| text.trim_start_matches(['^', '<', '-']).trim().to_owned();
        if comment && text.starts_with('^') {
            let column = line.find('^').expect("the marker has a caret");
            let length = text.chars().take_while(|c| *c == '^').count();
            markers.push(Marker { name: name(text), at: Point { row, column }, length });
        } else if comment && text.starts_with("<-") {
            markers.push(Marker { name: name(text), at: Point { row, column: 0 }, length: 1 });
        } else {
            row = number;
        }
    }
    markers
}

/// The markers that no capture satisfies. With `last_wins`, only the last capture of a place counts.
fn unmet(query: &str, source: &str, last_wins: bool) -> Vec<String> {
    let captures = captures(query, source);
    markers(source)
        .into_iter()
        .filter_map(|marker| {
            let mut here: Vec<&Capture> = captures.iter().filter(|capture| capture.start == marker.at).collect();
            if last_wins {
                here = here.split_off(here.len().saturating_sub(1));
            }
            let met = here.iter().any(|capture| {
                capture.name == marker.name
                    && (marker.length == 1 || capture.length.is_none_or(|length| length == marker.length))
            });
            let names: Vec<_> = here.iter().map(|capture| capture.name.as_str()).collect();
            (!met).then(|| format!("line {}, `{}`: found {names:?}", marker.at.row + 1, marker.name))
        })
        .collect()
}

fn check(query: &str, source: &str, last_wins: bool) {
    assert!(markers(source).len() >= 5, "the fixture has markers");
    let unmet = unmet(query, source, last_wins);
    assert!(unmet.is_empty(), "{}", unmet.join("\n"));
}

#[test]
fn highlights() {
    check(tree_sitter_crush::HIGHLIGHTS_QUERY, include_str!("queries/highlights.crush"), true);
}

#[test]
fn locals() {
    check(tree_sitter_crush::LOCALS_QUERY, include_str!("queries/locals.crush"), false);
}

#[test]
fn folds() {
    check(tree_sitter_crush::FOLDS_QUERY, include_str!("queries/folds.crush"), false);
}

#[test]
fn indents() {
    check(tree_sitter_crush::INDENTS_QUERY, include_str!("queries/indents.crush"), false);
}

#[test]
fn injections() {
    check(tree_sitter_crush::INJECTIONS_QUERY, include_str!("queries/injections.crush"), false);
}

#[test]
fn tags() {
    check(tree_sitter_crush::TAGS_QUERY, include_str!("queries/tags.crush"), false);
}

/// A query that lost its patterns must not pass: each marker is also checked to be unmet by an empty query.
#[test]
fn markers_can_fail() {
    let source = include_str!("queries/tags.crush");
    assert_eq!(unmet("", source, false).len(), markers(source).len());
}
