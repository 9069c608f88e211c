//! From names to where they are declared and used: definition, declaration, implementation, references, highlights.

use std::collections::BTreeSet;

use crush_ide::{FilePlace, Role, Target};
use tower_lsp::ls_types::{
    DocumentHighlight, DocumentHighlightKind, GotoDefinitionResponse, Location, Position, Range, Uri,
};

use crate::convert::{Place, Positions};
use crate::documents::DocumentSnapshot;
use crate::workspace::{Programs, uri_of};

/// Places as the client knows them; nothing when there is none.
pub(crate) fn locations(document: &DocumentSnapshot, places: &[FilePlace]) -> Option<GotoDefinitionResponse> {
    let location = |place: &FilePlace| {
        let Place { uri, positions } = document.place(place.file)?;
        Some(Location { uri, range: positions.range(place.range) })
    };
    let mut locations: Vec<_> = places.iter().filter_map(location).collect();
    match locations.len() {
        0 => None,
        1 => locations.pop().map(GotoDefinitionResponse::Scalar),
        _ => Some(GotoDefinitionResponse::Array(locations)),
    }
}

/// The uses in the document of the name at `offset`.
pub(crate) fn highlights(
    document: &DocumentSnapshot,
    positions: Positions<'_>,
    offset: usize,
) -> Option<Vec<DocumentHighlight>> {
    let highlights = crush_ide::highlights(&document.snapshot, offset).into_iter();
    let highlight = |it: crush_ide::Highlight| DocumentHighlight {
        range: positions.range(it.range),
        kind: Some(match it.role {
            Role::Declaration | Role::Write => DocumentHighlightKind::WRITE,
            Role::Read => DocumentHighlightKind::READ,
        }),
    };
    let highlights: Vec<_> = highlights.map(highlight).collect();
    (!highlights.is_empty()).then_some(highlights)
}

/// The uses of `targets` in all programs of the workspace, by file and place.
pub(crate) fn references(
    programs: &Programs<'_>,
    document: &DocumentSnapshot,
    targets: &[Target],
    with_declaration: bool,
) -> Vec<Location> {
    let mut found: BTreeSet<(String, [u32; 4])> = BTreeSet::new();
    let mut uris: std::collections::HashMap<String, Uri> = std::collections::HashMap::new();
    let mut add = |analysis: &crush_ide::FileAnalysis| {
        for reference in crush_ide::references(analysis, targets) {
            if reference.role == Role::Declaration && !with_declaration {
                continue;
            }
            let Some(key) = analysis.key_of(reference.file) else { continue };
            let Some(uri) = uri_of(key, programs.open) else { continue };
            let text = analysis.module(reference.file).map_or(analysis.text(), |(_, _, text)| text);
            let Range { start, end } = Positions { text, encoding: document.encoding }.range(reference.range);
            found.insert((uri.as_str().to_owned(), [start.line, start.character, end.line, end.character]));
            uris.entry(uri.as_str().to_owned()).or_insert(uri);
        }
    };
    add(&document.snapshot.analysis);
    if targets.iter().any(Target::is_seen_elsewhere) {
        programs.with_targets(targets, &[], || document.is_overtaken()).for_each(|analysis| add(&analysis));
    }
    let location = |(uri, [line, character, end_line, end_character]): (String, [u32; 4])| {
        let start = Position { line, character };
        let end = Position { line: end_line, character: end_character };
        Some(Location { uri: uris.get(&uri)?.clone(), range: Range { start, end } })
    };
    found.into_iter().filter_map(location).collect()
}
