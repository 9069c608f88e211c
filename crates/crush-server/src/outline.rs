//! Symbols of a document and of the workspace, links, and selections, as the protocol has them.

use crush_ide::{FlatSymbol, LineColumn, PositionEncoding, SymbolKind as Kind};
use tower_lsp::ls_types::{
    DocumentLink, DocumentSymbol, FoldingRange, Location, OneOf, Position, Range, SelectionRange, SymbolKind, Uri,
    WorkspaceSymbol,
};

use crate::convert::Positions;
use crate::documents::DocumentSnapshot;
use crate::workspace::Programs;

/// So many symbols of a workspace are shown: who wants others types more letters.
const MOST: usize = 500;

fn kind(kind: Kind) -> SymbolKind {
    match kind {
        Kind::Function => SymbolKind::FUNCTION,
        Kind::Method => SymbolKind::METHOD,
        Kind::Struct => SymbolKind::STRUCT,
        Kind::Trait => SymbolKind::INTERFACE,
        Kind::Impl => SymbolKind::CLASS,
        Kind::Field => SymbolKind::FIELD,
        Kind::Variable => SymbolKind::VARIABLE,
        Kind::Module => SymbolKind::MODULE,
    }
}

/// A symbol of a document, with what is in it.
pub(crate) fn symbol(symbol: crush_ide::Symbol, positions: Positions<'_>) -> DocumentSymbol {
    #[expect(deprecated, reason = "the protocol's type has the field, and it must be filled in")]
    DocumentSymbol {
        name: symbol.name,
        detail: symbol.detail,
        kind: kind(symbol.kind),
        tags: None,
        deprecated: None,
        range: positions.range(symbol.range),
        selection_range: positions.range(symbol.name_range),
        children: Some(symbol.children.into_iter().map(|child| self::symbol(child, positions)).collect()),
    }
}

/// What can be folded: more than two lines, of which the last stays.
pub(crate) fn folds(document: &DocumentSnapshot, positions: Positions<'_>) -> Vec<FoldingRange> {
    let folds = crush_ide::folds(&document.snapshot).into_iter().filter_map(|range| {
        let lsp = positions.range(range);
        (lsp.start.line + 1 < lsp.end.line).then(|| FoldingRange {
            start_line: lsp.start.line,
            end_line: lsp.end.line - 1,
            ..FoldingRange::default()
        })
    });
    folds.collect()
}

/// The symbols of the workspace that fit what was typed, the best first.
pub(crate) fn search(programs: &Programs<'_>, typed: &str) -> Vec<WorkspaceSymbol> {
    let mut found: Vec<(i32, FlatSymbol, Uri)> = Vec::new();
    let mut add = |symbols: &[FlatSymbol], uri: &dyn Fn() -> Option<Uri>| {
        for symbol in symbols {
            if let Some(fitness) = crush_ide::fitness(&symbol.name, typed)
                && let Some(uri) = uri()
            {
                found.push((fitness, symbol.clone(), uri));
            }
        }
    };
    for entry in programs.closed().take_while(|_| !programs.is_cancelled()) {
        add(&entry.symbols, &|| crate::files::uri_of(&entry.key));
    }
    for open in programs.open.all() {
        add(&crush_ide::flat_symbols(&open.snapshot.analysis), &|| Some(open.uri.clone()));
    }
    found.sort_by(|left, right| {
        (right.0, &left.1.name, left.2.as_str(), left.1.range).cmp(&(
            left.0,
            &right.1.name,
            right.2.as_str(),
            right.1.range,
        ))
    });
    found.truncate(MOST);
    found.into_iter().map(|(_, symbol, uri)| workspace_symbol(symbol, uri, programs.encoding)).collect()
}

fn workspace_symbol(symbol: FlatSymbol, uri: Uri, encoding: PositionEncoding) -> WorkspaceSymbol {
    let [utf8, utf16] = symbol.positions;
    let (start, end) = if encoding == PositionEncoding::Utf8 { utf8 } else { utf16 };
    let position = |at: LineColumn| Position { line: at.line, character: at.column };
    let range = Range { start: position(start), end: position(end) };
    WorkspaceSymbol {
        name: symbol.name,
        kind: kind(symbol.kind),
        tags: None,
        container_name: symbol.container,
        location: OneOf::Left(Location { uri, range }),
        data: None,
    }
}

/// The imports of a document that lead somewhere.
pub(crate) fn links(document: &DocumentSnapshot, positions: Positions<'_>) -> Vec<DocumentLink> {
    let links = crush_ide::links(&document.snapshot).into_iter().filter_map(|link| {
        let place = document.place(link.module)?;
        Some(DocumentLink { range: positions.range(link.range), target: Some(place.uri), tooltip: None, data: None })
    });
    links.collect()
}

/// The ranges around an offset, each with the next larger one as its parent.
pub(crate) fn selection(document: &DocumentSnapshot, positions: Positions<'_>, offset: usize) -> SelectionRange {
    let ranges = crush_ide::selections(&document.snapshot, offset);
    let nested = ranges.into_iter().rev().fold(None, |parent: Option<SelectionRange>, range| {
        Some(SelectionRange { range: positions.range(range), parent: parent.map(Box::new) })
    });
    nested
        .unwrap_or_else(|| SelectionRange { range: positions.range(crush_ide::TextRange::empty(offset)), parent: None })
}
