//! What a file declares, in a flat list: for a workspace of many files of which nothing else is kept.

use crush_hir::file::FileHir;
use crush_syntax::{LineColumn, PositionEncoding, Text, TextRange, Tree};

use crate::FileAnalysis;
use crate::symbols::{Symbol, SymbolKind, symbols_of};

/// A declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlatSymbol {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: SymbolKind,
    /// The struct, trait or `impl` that it is in.
    pub container: Option<String>,
    /// Where its name stands.
    pub range: TextRange,
    /// The same as lines and columns, in both encodings of the protocol: bytes, then UTF-16 code units.
    pub positions: [(LineColumn, LineColumn); 2],
}

/// What a file declares and imports.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// Its declarations, in the order of the text.
    pub symbols: Vec<FlatSymbol>,
    /// The modules that it imports, as it writes them.
    pub imports: Vec<String>,
}

/// What a text declares and imports.
pub fn outline(text: Text) -> Outline {
    let tree = Tree::parse(text);
    let hir = FileHir::new(&tree);
    let imports = hir.module_imports().map(|(_, import)| import.path.to_string()).collect();
    Outline { symbols: flat_symbols_of(&hir, tree.text()), imports }
}

/// The declarations of an analysed text, in its order.
pub fn flat_symbols(analysis: &FileAnalysis) -> Vec<FlatSymbol> {
    flat_symbols_of(analysis.hir(), analysis.text())
}

fn flat_symbols_of(hir: &FileHir, text: &Text) -> Vec<FlatSymbol> {
    let mut flat = Vec::new();
    for symbol in symbols_of(hir) {
        let container = (!symbol.children.is_empty()).then(|| symbol.name.clone());
        // An `impl` declares nothing but its methods.
        if !matches!(symbol.kind, SymbolKind::Impl | SymbolKind::Module) {
            flat.push(flat_symbol(&symbol, None, text));
        }
        flat.extend(symbol.children.iter().map(|child| flat_symbol(child, container.clone(), text)));
    }
    flat
}

fn flat_symbol(symbol: &Symbol, container: Option<String>, text: &Text) -> FlatSymbol {
    let range = symbol.name_range;
    let positions = [PositionEncoding::Utf8, PositionEncoding::Utf16]
        .map(|encoding| (text.position_of(range.start, encoding), text.position_of(range.end, encoding)));
    FlatSymbol { name: symbol.name.clone(), kind: symbol.kind, container, range, positions }
}
