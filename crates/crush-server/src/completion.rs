//! Completion and signature help as the protocol has them.

use crush_ide::{Completion, CompletionKind, Importable, SignatureHelp};
use tower_lsp::ls_types::{
    self as lsp, ClientCapabilities, CompletionItem, CompletionItemKind, CompletionItemLabelDetails, CompletionList,
    CompletionResponse, CompletionTextEdit, Documentation, InsertTextFormat, MarkupContent, MarkupKind,
    ParameterInformation, ParameterLabel, SignatureInformation,
};

use crate::convert::Positions;
use crate::documents::DocumentSnapshot;
use crate::workspace::Programs;

/// So many functions of other files are offered.
const MOST_IMPORTABLE: usize = 2_000;

/// So many completions are told at once. When there are more, the client asks again with the next letter.
const MOST: usize = 500;

/// What can be written at `offset`, the nearest first.
pub(crate) fn completion(
    document: &DocumentSnapshot,
    positions: Positions<'_>,
    programs: &Programs<'_>,
    offset: usize,
    with_snippets: bool,
) -> CompletionResponse {
    let importable = importable(document, programs);
    let found = crush_ide::completions(&document.snapshot, offset, &importable, with_snippets);
    let is_incomplete = found.len() > MOST;
    let items = found.into_iter().take(MOST).map(|completion| item(completion, positions)).collect();
    match is_incomplete {
        true => CompletionResponse::List(CompletionList { is_incomplete, items }),
        false => CompletionResponse::Array(items),
    }
}

fn item(completion: Completion, positions: Positions<'_>) -> CompletionItem {
    let Completion { label, kind, detail, key, insert, is_snippet, replaces, more, distance } = completion;
    let edit =
        |edit: crush_ide::TextEdit| lsp::TextEdit { range: positions.range(edit.range), new_text: edit.new_text };
    let text_edit = lsp::TextEdit { range: positions.range(replaces), new_text: insert };
    let more: Vec<_> = more.into_iter().map(edit).collect();
    CompletionItem {
        kind: Some(match kind {
            CompletionKind::Variable => CompletionItemKind::VARIABLE,
            CompletionKind::Function => CompletionItemKind::FUNCTION,
            CompletionKind::Method => CompletionItemKind::METHOD,
            CompletionKind::Field => CompletionItemKind::FIELD,
            CompletionKind::Key => CompletionItemKind::PROPERTY,
            CompletionKind::Struct => CompletionItemKind::STRUCT,
            CompletionKind::Trait => CompletionItemKind::INTERFACE,
            CompletionKind::Type => CompletionItemKind::CLASS,
            CompletionKind::Module => CompletionItemKind::MODULE,
            CompletionKind::Keyword => CompletionItemKind::KEYWORD,
            CompletionKind::Snippet => CompletionItemKind::SNIPPET,
        }),
        label_details: (!more.is_empty())
            .then(|| CompletionItemLabelDetails { detail: None, description: Some(detail.clone()) }),
        detail: (!detail.is_empty()).then_some(detail),
        sort_text: Some(format!("{distance:05}{label}")),
        filter_text: Some(label.clone()),
        insert_text_format: is_snippet.then_some(InsertTextFormat::SNIPPET),
        text_edit: Some(CompletionTextEdit::Edit(text_edit)),
        additional_text_edits: (!more.is_empty()).then_some(more),
        data: key.map(lsp::LSPAny::String),
        label,
        ..CompletionItem::default()
    }
}

/// Whether a client shows Markdown beside a completion; what says nothing shows the text as it is.
pub(crate) fn shows_markdown(capabilities: &ClientCapabilities) -> bool {
    let text = capabilities.text_document.as_ref();
    let items = text.and_then(|text| text.completion.as_ref()?.completion_item.as_ref());
    let formats = items.and_then(|items| items.documentation_format.as_ref());
    formats.is_some_and(|formats| formats.contains(&MarkupKind::Markdown))
}

/// The item with its documentation.
pub(crate) fn resolved(mut item: CompletionItem, as_markdown: bool) -> CompletionItem {
    let documentation = item.data.as_ref().and_then(|data| data.as_str()).and_then(crush_ide::documentation);
    item.documentation = documentation.map(|value| match as_markdown {
        true => Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value }),
        false => Documentation::String(value),
    });
    item
}

/// The functions of files that the document could import: those beside it and below.
fn importable(document: &DocumentSnapshot, programs: &Programs<'_>) -> Vec<Importable> {
    let key = crate::files::key_of(&document.uri);
    let Some(folder) = std::path::Path::new(&*key.0).parent() else { return Vec::new() };
    let mut found = Vec::new();
    let mut add = |path: &std::path::Path, symbols: &[crush_ide::FlatSymbol]| {
        let relative = path.strip_prefix(folder).ok().map(|path| path.with_extension(""));
        let parts: Option<Vec<_>> =
            relative.as_deref().map(|path| path.iter().filter_map(|part| part.to_str()).collect());
        let Some(module) = parts.map(|parts| parts.join(".")) else { return };
        let functions = symbols.iter().filter(|symbol| symbol.kind == crush_ide::SymbolKind::Function);
        found.extend(functions.map(|symbol| Importable { module: module.clone(), name: symbol.name.clone() }));
    };
    for entry in programs.closed() {
        add(&entry.path, &entry.symbols);
    }
    for open in programs.open.all().iter().filter(|open| open.uri != document.uri) {
        let key = crate::files::key_of(&open.uri);
        add(std::path::Path::new(&*key.0), &crush_ide::flat_symbols(&open.snapshot.analysis));
    }
    found.truncate(MOST_IMPORTABLE);
    found
}

/// Signatures; the first is the one that is meant most likely.
pub(crate) fn signature_help(found: Vec<SignatureHelp>) -> Option<lsp::SignatureHelp> {
    let first = found.first()?;
    let active_parameter = first.active.and_then(|active| u32::try_from(active).ok());
    let signatures = found.into_iter().map(signature).collect();
    Some(lsp::SignatureHelp { signatures, active_signature: Some(0), active_parameter })
}

fn signature(help: SignatureHelp) -> SignatureInformation {
    let SignatureHelp { label, parameters, active, documentation } = help;
    // Offsets in a label count UTF-16 code units, whatever the documents count.
    let units = |at: usize| u32::try_from(label[..at].encode_utf16().count()).unwrap_or(u32::MAX);
    let parameters = parameters.iter().map(|&(start, end)| ParameterInformation {
        label: ParameterLabel::LabelOffsets([units(start), units(end)]),
        documentation: None,
    });
    SignatureInformation {
        parameters: Some(parameters.collect()),
        active_parameter: active.and_then(|active| u32::try_from(active).ok()),
        documentation: documentation.map(Documentation::String),
        label,
    }
}
