//! The handlers of the protocol. Each takes its turn in the queue of [`documents`](crate::documents) before it awaits
//! anything, and only converts: what is answered is worked out by `crush-ide`.

mod handshake;
mod own;
mod serve;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{
    CallHierarchyIncomingCall, CallHierarchyIncomingCallsParams, CallHierarchyItem, CallHierarchyOutgoingCall,
    CallHierarchyOutgoingCallsParams, CallHierarchyPrepareParams, CodeActionOrCommand, CodeActionParams,
    CodeActionResponse, CodeLens, CodeLensParams, CompletionItem, CompletionParams, CompletionResponse,
    DidChangeConfigurationParams, DidChangeTextDocumentParams, DidChangeWatchedFilesParams,
    DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams, DidSaveTextDocumentParams,
    DocumentDiagnosticParams, DocumentDiagnosticReport, DocumentDiagnosticReportResult, DocumentFormattingParams,
    DocumentHighlight, DocumentHighlightParams, DocumentLink, DocumentLinkParams, DocumentOnTypeFormattingParams,
    DocumentRangeFormattingParams, DocumentSymbolParams, DocumentSymbolResponse, FoldingRange, FoldingRangeParams,
    GotoDefinitionParams, GotoDefinitionResponse, Hover, HoverContents, HoverParams, InitializeParams,
    InitializeResult, InitializedParams, InlayHint, InlayHintParams, Location, MarkupContent, MarkupKind,
    PrepareRenameResponse, ReferenceParams, RenameFilesParams, RenameParams, SelectionRange, SelectionRangeParams,
    SemanticTokens, SemanticTokensDeltaParams, SemanticTokensFullDeltaResult, SemanticTokensParams,
    SemanticTokensRangeParams, SemanticTokensRangeResult, SemanticTokensResult, SignatureHelp, SignatureHelpParams,
    TextDocumentPositionParams, TextEdit, WorkspaceDiagnosticParams, WorkspaceDiagnosticReportResult, WorkspaceEdit,
    WorkspaceSymbolParams, WorkspaceSymbolResponse,
};
use tower_lsp::{Client, LanguageServer};

pub use serve::serve;

use crate::answers::{compute, request_failed};
use crate::convert::{Positions, invalid_position};
use crate::documents::{Depth, DocumentSnapshot, Event, Queue, queue};
use crate::settings::Configuration;
use crate::uri::DocumentKey;
use crate::workspace::{OpenDocuments, Programs, Workspace};
use crate::{calls, completion, formatting, hints, lenses, moves, navigation, outline, pull, rename, tokens};

/// The server, as the protocol library sees it.
pub(crate) struct Backend {
    pub(crate) client: Client,
    pub(crate) queue: Queue,
    pub(crate) workspace: Workspace,
    /// Whether the client takes edits with the versions that they are made for.
    has_versions: AtomicBool,
    /// Whether the client fills in what a completion leaves open.
    has_snippets: AtomicBool,
    /// Whether the client shows Markdown beside a completion.
    shows_markdown: AtomicBool,
    /// The commands that the client has for lenses.
    commands: OnceLock<Arc<lenses::Commands>>,
    /// The semantic tokens that the client was told last.
    tokens: tokens::Told,
    /// What the client has told of its configuration.
    pub(crate) configuration: Arc<Configuration>,
    /// What was found in programs that are not open.
    pub(crate) found: pull::Cache,
    /// Whether the client takes what is wrong in other documents together with what is wrong in one.
    takes_related: AtomicBool,
    events: std::sync::Mutex<Option<std::sync::mpsc::Receiver<Event>>>,
    shows_progress: Arc<AtomicBool>,
    /// Whether the client can tell of files that change on disk.
    watches_files: AtomicBool,
    /// Whether the client asked for the end.
    is_shut_down: Arc<AtomicBool>,
    /// Who goes back and forth in a run.
    pub(crate) time: crate::time::Sessions,
}

impl Backend {
    fn new(client: Client, is_shut_down: Arc<AtomicBool>) -> Self {
        let (queue, events) = queue();
        Self {
            client,
            queue,
            workspace: Workspace::default(),
            has_versions: AtomicBool::new(false),
            has_snippets: AtomicBool::new(false),
            shows_markdown: AtomicBool::new(false),
            commands: OnceLock::new(),
            tokens: tokens::Told::default(),
            configuration: Arc::default(),
            found: pull::Cache::default(),
            takes_related: AtomicBool::new(false),
            events: std::sync::Mutex::new(Some(events)),
            shows_progress: Arc::new(AtomicBool::new(false)),
            watches_files: AtomicBool::new(false),
            is_shut_down,
            time: crate::time::Sessions::default(),
        }
    }
}

impl LanguageServer for Backend {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        self.shake_hands(params)
    }

    async fn initialized(&self, _: InitializedParams) {
        self.begin();
    }

    async fn did_change_watched_files(&self, _: DidChangeWatchedFilesParams) {
        self.workspace.outdate();
        self.queue.send(Event::FilesChanged);
    }

    async fn shutdown(&self) -> Result<()> {
        self.is_shut_down.store(true, Ordering::Relaxed);
        Ok(())
    }

    async fn did_open(&self, params: DidOpenTextDocumentParams) {
        let document = params.text_document;
        self.queue.send(Event::Open { uri: document.uri, version: document.version, text: document.text });
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        self.queue.send(Event::Change {
            uri: params.text_document.uri,
            version: params.text_document.version,
            changes: params.content_changes,
        });
    }

    async fn did_save(&self, params: DidSaveTextDocumentParams) {
        self.queue.send(Event::Save(params.text_document.uri));
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        self.tokens.forget(&DocumentKey::from(&params.text_document.uri));
        self.queue.send(Event::Close(params.text_document.uri));
    }

    async fn did_change_configuration(&self, params: DidChangeConfigurationParams) {
        self.configuration_changed(&params.settings);
    }

    async fn hover(&self, params: HoverParams) -> Result<Option<Hover>> {
        let at = params.text_document_position_params;
        self.answer_at(at.text_document.uri, at.position, |document, positions, offset| {
            let hover = crush_ide::hover(&document.snapshot, offset)?;
            Some(Hover {
                contents: HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value: hover.markdown }),
                range: Some(positions.range(hover.range)),
            })
        })
        .await
    }

    async fn goto_definition(&self, params: GotoDefinitionParams) -> Result<Option<GotoDefinitionResponse>> {
        let at = params.text_document_position_params;
        self.answer_at(at.text_document.uri, at.position, |document, _, offset| {
            navigation::locations(document, &crush_ide::definition(&document.snapshot, offset))
        })
        .await
    }

    async fn goto_declaration(&self, params: GotoDefinitionParams) -> Result<Option<GotoDefinitionResponse>> {
        let at = params.text_document_position_params;
        self.answer_at(at.text_document.uri, at.position, |document, _, offset| {
            navigation::locations(document, &crush_ide::declaration(&document.snapshot, offset))
        })
        .await
    }

    async fn goto_implementation(&self, params: GotoDefinitionParams) -> Result<Option<GotoDefinitionResponse>> {
        let at = params.text_document_position_params;
        self.answer_at(at.text_document.uri, at.position, |document, _, offset| {
            navigation::locations(document, &crush_ide::implementation(&document.snapshot, offset))
        })
        .await
    }

    async fn references(&self, params: ReferenceParams) -> Result<Option<Vec<Location>>> {
        let at = params.text_document_position;
        self.answer_from_all(at.text_document.uri, move |document, positions, programs| {
            let offset = positions.offset(at.position).map_err(invalid_position)?;
            let targets = crush_ide::target_at(&document.snapshot, offset);
            let with_declaration = params.context.include_declaration;
            Ok(Some(navigation::references(programs, document, &targets, with_declaration)))
        })
        .await
    }

    async fn document_highlight(&self, params: DocumentHighlightParams) -> Result<Option<Vec<DocumentHighlight>>> {
        let at = params.text_document_position_params;
        self.answer_at(at.text_document.uri, at.position, navigation::highlights).await
    }

    async fn prepare_rename(&self, params: TextDocumentPositionParams) -> Result<Option<PrepareRenameResponse>> {
        self.answer(Depth::Names, params.text_document.uri, move |document, positions| {
            let offset = positions.offset(params.position).map_err(invalid_position)?;
            rename::prepare(document, positions, offset).map(Some).map_err(request_failed)
        })
        .await
    }

    async fn rename(&self, params: RenameParams) -> Result<Option<WorkspaceEdit>> {
        let at = params.text_document_position;
        let has_versions = self.has_versions.load(Ordering::Relaxed);
        self.answer_from_all(at.text_document.uri, move |document, positions, programs| {
            let offset = positions.offset(at.position).map_err(invalid_position)?;
            let edit = rename::rename(programs, document, offset, &params.new_name, has_versions);
            edit.map(Some).map_err(request_failed)
        })
        .await
    }

    async fn completion(&self, params: CompletionParams) -> Result<Option<CompletionResponse>> {
        let at = params.text_document_position;
        let with_snippets = self.has_snippets.load(Ordering::Relaxed);
        let (document, all) = (self.queue.read(at.text_document.uri, Depth::Names), self.queue.read_all(Depth::Names));
        let workspace = self.workspace.clone();
        let (Some(document), all) = (document.await, all.await) else { return Ok(None) };
        // The text may have moved on: what is typed next chooses among what is found now.
        compute(move |cancelled| {
            let open = OpenDocuments::new(all);
            let programs = Programs::known(&workspace, &open, cancelled);
            let positions = Positions { text: document.snapshot.analysis.text(), encoding: document.encoding };
            let offset = positions.offset(at.position).map_err(invalid_position)?;
            Ok(Some(completion::completion(&document, positions, &programs, offset, with_snippets)))
        })
        .await
    }

    async fn completion_resolve(&self, item: CompletionItem) -> Result<CompletionItem> {
        Ok(completion::resolved(item, self.shows_markdown.load(Ordering::Relaxed)))
    }

    async fn signature_help(&self, params: SignatureHelpParams) -> Result<Option<SignatureHelp>> {
        let at = params.text_document_position_params;
        self.answer_at(at.text_document.uri, at.position, |document, _, offset| {
            completion::signature_help(crush_ide::signature_help(&document.snapshot, offset))
        })
        .await
    }

    async fn semantic_tokens_full(&self, params: SemanticTokensParams) -> Result<Option<SemanticTokensResult>> {
        let told = self.tokens.clone();
        self.answer_now(Depth::Names, params.text_document.uri, move |document, positions| {
            Ok(SemanticTokensResult::Tokens(told.full(document, positions)))
        })
        .await
    }

    async fn semantic_tokens_full_delta(
        &self,
        params: SemanticTokensDeltaParams,
    ) -> Result<Option<SemanticTokensFullDeltaResult>> {
        let told = self.tokens.clone();
        self.answer_now(Depth::Names, params.text_document.uri, move |document, positions| {
            Ok(told.delta(document, positions, &params.previous_result_id))
        })
        .await
    }

    async fn semantic_tokens_range(
        &self,
        params: SemanticTokensRangeParams,
    ) -> Result<Option<SemanticTokensRangeResult>> {
        self.answer_now(Depth::Names, params.text_document.uri, move |document, positions| {
            let range = positions.clamped_range(params.range);
            let data = tokens::tokens(document, positions, range);
            Ok(SemanticTokensRangeResult::Tokens(SemanticTokens { result_id: None, data }))
        })
        .await
    }

    async fn symbol(&self, params: WorkspaceSymbolParams) -> Result<Option<WorkspaceSymbolResponse>> {
        let found =
            self.answer_from_workspace(Depth::Names, move |programs| outline::search(programs, &params.query)).await?;
        Ok(Some(WorkspaceSymbolResponse::Nested(found)))
    }

    async fn prepare_call_hierarchy(
        &self,
        params: CallHierarchyPrepareParams,
    ) -> Result<Option<Vec<CallHierarchyItem>>> {
        let at = params.text_document_position_params;
        let prepare = |document: &DocumentSnapshot, _: Positions<'_>, offset| calls::prepare(document, offset);
        self.answer_at(at.text_document.uri, at.position, prepare).await
    }

    async fn incoming_calls(
        &self,
        params: CallHierarchyIncomingCallsParams,
    ) -> Result<Option<Vec<CallHierarchyIncomingCall>>> {
        self.answer_from_workspace_now(move |programs| calls::incoming(programs, &params.item)).await
    }

    async fn outgoing_calls(
        &self,
        params: CallHierarchyOutgoingCallsParams,
    ) -> Result<Option<Vec<CallHierarchyOutgoingCall>>> {
        self.answer_from_workspace_now(move |programs| calls::outgoing(programs, &params.item)).await
    }

    async fn document_link(&self, params: DocumentLinkParams) -> Result<Option<Vec<DocumentLink>>> {
        self.answer_now(Depth::Names, params.text_document.uri, |document, positions| {
            Ok(outline::links(document, positions))
        })
        .await
    }

    async fn selection_range(&self, params: SelectionRangeParams) -> Result<Option<Vec<SelectionRange>>> {
        self.answer(Depth::Names, params.text_document.uri, move |document, positions| {
            let offsets: std::result::Result<Vec<_>, _> =
                params.positions.into_iter().map(|position| positions.offset(position)).collect();
            let offsets = offsets.map_err(invalid_position)?.into_iter();
            Ok(Some(offsets.map(|offset| outline::selection(document, positions, offset)).collect()))
        })
        .await
    }

    async fn code_lens(&self, params: CodeLensParams) -> Result<Option<Vec<CodeLens>>> {
        let commands = self.commands();
        self.answer_now(Depth::Names, params.text_document.uri, move |document, positions| {
            let is_wanted = document.settings.code_lenses;
            Ok(if is_wanted { lenses::lenses(document, positions, &commands) } else { Vec::new() })
        })
        .await
    }

    async fn code_lens_resolve(&self, lens: CodeLens) -> Result<CodeLens> {
        let commands = self.commands();
        let Some((uri, position)) = lenses::place_of(&lens) else { return Ok(lens) };
        let unresolved = lens.clone();
        let resolved = self.answer_from_all(uri, move |document, positions, programs| {
            let offset = positions.offset(position).map_err(invalid_position)?;
            let targets = crush_ide::target_at(&document.snapshot, offset);
            Ok(Some(lenses::resolved(lens, programs, document, &targets, &commands)))
        });
        Ok(resolved.await?.unwrap_or(unresolved))
    }

    async fn diagnostic(&self, params: DocumentDiagnosticParams) -> Result<DocumentDiagnosticReportResult> {
        let (known, with_related) = (params.previous_result_id, self.takes_related.load(Ordering::Relaxed));
        let report = self.answer_now(Depth::Borrows, params.text_document.uri, move |document, _| {
            Ok(pull::document(document, known.as_deref(), with_related))
        });
        // Of a document that is not open nothing is known.
        let report = report.await?.unwrap_or_else(|| DocumentDiagnosticReport::Full(Default::default()));
        Ok(DocumentDiagnosticReportResult::Report(report))
    }

    async fn workspace_diagnostic(&self, params: WorkspaceDiagnosticParams) -> Result<WorkspaceDiagnosticReportResult> {
        self.diagnose_workspace(params).await
    }

    async fn will_rename_files(&self, params: RenameFilesParams) -> Result<Option<WorkspaceEdit>> {
        self.answer_from_workspace_now(move |programs| Some(moves::import_edits(programs, &params.files))).await
    }

    async fn inlay_hint_resolve(&self, hint: InlayHint) -> Result<InlayHint> {
        Ok(hints::resolved(hint))
    }

    async fn did_change_workspace_folders(&self, params: DidChangeWorkspaceFoldersParams) {
        self.workspace.change(&params.event);
    }

    async fn inlay_hint(&self, params: InlayHintParams) -> Result<Option<Vec<InlayHint>>> {
        self.answer(Depth::Names, params.text_document.uri, move |document, positions| {
            Ok(Some(hints::hints(document, positions, params.range)))
        })
        .await
    }

    async fn document_symbol(&self, params: DocumentSymbolParams) -> Result<Option<DocumentSymbolResponse>> {
        self.answer(Depth::Names, params.text_document.uri, |document, positions| {
            let symbols = crush_ide::symbols(&document.snapshot);
            let symbols = symbols.into_iter().map(|symbol| outline::symbol(symbol, positions)).collect();
            Ok(Some(DocumentSymbolResponse::Nested(symbols)))
        })
        .await
    }

    async fn folding_range(&self, params: FoldingRangeParams) -> Result<Option<Vec<FoldingRange>>> {
        self.answer(Depth::Names, params.text_document.uri, |document, positions| {
            Ok(Some(outline::folds(document, positions)))
        })
        .await
    }

    async fn formatting(&self, params: DocumentFormattingParams) -> Result<Option<Vec<TextEdit>>> {
        self.answer(Depth::Names, params.text_document.uri, |document, positions| {
            Ok(Some(formatting::document(document, positions)))
        })
        .await
    }

    async fn range_formatting(&self, params: DocumentRangeFormattingParams) -> Result<Option<Vec<TextEdit>>> {
        self.answer(Depth::Names, params.text_document.uri, move |document, positions| {
            let range = positions.text_range(params.range).map_err(invalid_position)?;
            Ok(Some(formatting::range(document, positions, range)))
        })
        .await
    }

    async fn on_type_formatting(&self, params: DocumentOnTypeFormattingParams) -> Result<Option<Vec<TextEdit>>> {
        let at = params.text_document_position;
        self.answer_at(at.text_document.uri, at.position, move |document, positions, offset| {
            formatting::typed(document, positions, offset, &params.ch)
        })
        .await
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        self.answer_now(Depth::Borrows, params.text_document.uri, move |document, positions| {
            let range = positions.text_range(params.range).map_err(invalid_position)?;
            let actions = crate::actions::actions(document, positions, range, params.context.only.as_deref());
            Ok(actions.into_iter().map(CodeActionOrCommand::CodeAction).collect())
        })
        .await
    }
}
