//! The handlers of the protocol. Each takes its turn in the queue of [`documents`](crate::documents) before it awaits
//! anything, and only converts: what is answered is worked out by `crush-ide`.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use crush_ide::HintOptions;
use tokio::runtime::Handle;
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{
    CallHierarchyIncomingCall, CallHierarchyIncomingCallsParams, CallHierarchyItem, CallHierarchyOutgoingCall,
    CallHierarchyOutgoingCallsParams, CallHierarchyPrepareParams, CodeActionOrCommand, CodeActionParams,
    CodeActionResponse, CodeLens, CodeLensParams, CompletionItem, CompletionParams, CompletionResponse, DiagnosticTag,
    DidChangeConfigurationParams, DidChangeTextDocumentParams, DidChangeWatchedFilesParams,
    DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams, DidSaveTextDocumentParams,
    DocumentDiagnosticParams, DocumentDiagnosticReport, DocumentDiagnosticReportResult, DocumentFormattingParams,
    DocumentHighlight, DocumentHighlightParams, DocumentLink, DocumentLinkParams, DocumentOnTypeFormattingParams,
    DocumentRangeFormattingParams, DocumentSymbolParams, DocumentSymbolResponse, FoldingRange, FoldingRangeParams,
    GotoDefinitionParams, GotoDefinitionResponse, Hover, HoverContents, HoverParams, InitializeParams,
    InitializeResult, InitializedParams, InlayHint, InlayHintKind, InlayHintLabel, InlayHintParams, InlayHintTooltip,
    LSPAny, Location, MarkupContent, MarkupKind, PrepareRenameResponse, ProgressToken, ReferenceParams, Registration,
    RenameFilesParams, RenameParams, SelectionRange, SelectionRangeParams, SemanticTokens, SemanticTokensDeltaParams,
    SemanticTokensFullDeltaResult, SemanticTokensParams, SemanticTokensRangeParams, SemanticTokensRangeResult,
    SemanticTokensResult, ServerInfo, SignatureHelp, SignatureHelpParams, TextDocumentPositionParams, TextEdit,
    WorkDoneProgressCancelParams, WorkspaceDiagnosticParams, WorkspaceDiagnosticReport,
    WorkspaceDiagnosticReportResult, WorkspaceDocumentDiagnosticReport, WorkspaceEdit, WorkspaceSymbolParams,
    WorkspaceSymbolResponse,
};
use tower_lsp::{Client, LanguageServer, LspService, Server};

use crate::answers::{compute, request_failed};
use crate::convert::{Positions, invalid_position};
use crate::documents::{DocumentSnapshot, Documents, Event, Queue, queue};
use crate::drawing::protocol::{BorrowsParams, BorrowsView, HeapParams, HeapView};
use crate::grants::GrantedFolders;
use crate::grants::protocol::{FolderGrants, GrantsParams};
use crate::outbox::Outbox;
use crate::progress::RequestProgress;
use crate::protocol::{ArenaParams, ArenaView, RunParams, Settings, TrustParams};
use crate::refusing::Refusing;
use crate::runs::Runs;
use crate::settings::Configuration;
use crate::uri::DocumentKey;
use crate::workspace::{OpenDocuments, Programs, Workspace};
use crate::{calls, capabilities, completion, formatting, lenses, moves, navigation, outline, pull, rename, tokens};

/// How many messages are handled at once. Requests only wait for their snapshot, so this bounds memory, not speed; it must
/// be larger than the number of slow requests that an editor sends at once, or an edit would wait behind them.
const CONCURRENCY: usize = 64;

/// How much room a request has for programs that nest deeply. It is taken only where it is used.
const STACK: usize = 16 << 20;

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
    found: pull::Cache,
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

/// Speaks the protocol on standard input and output until the client says `exit` or is gone. Gives whether the client asked
/// for `shutdown` first; if not, the protocol wants the process to end with status 1.
///
/// # Errors
///
/// When the system gives the server no threads.
pub fn serve() -> std::io::Result<bool> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).thread_stack_size(STACK).enable_all().build()?;
    let is_shut_down = Arc::new(AtomicBool::new(false));
    runtime.block_on(async {
        let (service, socket) = LspService::build(|client| Backend::new(client, Arc::clone(&is_shut_down)))
            .custom_method("crush/trust", Backend::trust)
            .custom_method("crush/grants", Backend::grants)
            .custom_method("crush/missingGrants", Backend::missing_grants)
            .custom_method("crush/run", Backend::run)
            .custom_method("crush/cancel", Backend::cancel)
            .custom_method("crush/arena", Backend::arena)
            .custom_method("crush/borrows", Backend::borrows)
            .custom_method("crush/heap", Backend::heap)
            .custom_method("crush/time/open", Backend::time_open)
            .custom_method("crush/time/step", Backend::time_step)
            .custom_method("crush/time/seek", Backend::time_seek)
            .custom_method("crush/time/lastChange", Backend::time_last_change)
            .custom_method("crush/time/borrowedWhen", Backend::time_borrowed_when)
            .custom_method("crush/time/arena", Backend::time_arena)
            .custom_method("crush/time/heap", Backend::time_heap)
            .custom_method("crush/time/close", Backend::time_close)
            .custom_method("crush/evaluate", Backend::evaluate)
            .custom_method("window/workDoneProgress/cancel", Backend::cancel_progress)
            .finish();
        Server::new(crate::input::messages(), tokio::io::stdout(), socket)
            .concurrency_level(CONCURRENCY)
            .serve(Refusing(service))
            .await;
    });
    // The thread that reads standard input may wait for ever: the process does not wait for it.
    runtime.shutdown_background();
    Ok(is_shut_down.load(Ordering::Relaxed))
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

    async fn trust(&self, params: TrustParams) {
        self.queue.send(Event::Trust(params.trusted));
    }

    async fn grants(&self, params: GrantsParams) {
        self.queue.send(Event::Grants(GrantedFolders::new(params.folders)));
    }

    async fn run(&self, params: RunParams) -> Result<()> {
        let (reply, answer) = tokio::sync::oneshot::channel();
        self.queue.send(Event::Run { uri: params.text_document.uri, reply });
        match answer.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(reason)) => Err(request_failed(reason)),
            Err(_) => Err(request_failed("the server is shutting down".to_string())),
        }
    }

    async fn cancel(&self, params: RunParams) -> Result<()> {
        self.queue.send(Event::Cancel(params.text_document.uri));
        Ok(())
    }

    async fn arena(&self, params: ArenaParams) -> Result<Option<ArenaView>> {
        let snapshot = self.queue.read(params.text_document.uri.clone());
        let Some(document) = snapshot.await else { return Ok(None) };
        compute(move |_| Ok(crate::arena::view(&document, &params))).await
    }

    async fn borrows(&self, params: BorrowsParams) -> Result<Option<BorrowsView>> {
        let uri = params.text_document.uri.clone();
        self.answer(uri, move |document, positions| crate::drawing::borrows(document, positions, &params).map(Some))
            .await
    }

    async fn heap(&self, params: HeapParams) -> Result<Option<HeapView>> {
        let uri = params.text_document.uri.clone();
        self.answer(uri, move |document, _| Ok(crate::drawing::heap(document, &params))).await
    }

    fn commands(&self) -> Arc<lenses::Commands> {
        self.commands.get().cloned().unwrap_or_default()
    }

    async fn cancel_progress(&self, params: WorkDoneProgressCancelParams) {
        if let ProgressToken::Number(token) = params.token {
            self.queue.send(Event::CancelProgress(token));
        }
    }
}

impl LanguageServer for Backend {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        let events = self.events.lock().ok().and_then(|mut events| events.take());
        let outbox = Outbox::start(self.client.clone());
        let runs =
            Runs::new(self.queue.clone(), Handle::current(), self.client.clone(), Arc::clone(&self.shows_progress));
        if let Some(events) = events
            && let Err(error) = Documents::start(events, outbox, runs)
        {
            return Err(request_failed(format!("the system has no thread for the documents: {error}")));
        }
        if let Some(process) = params.process_id {
            crate::parent::exit_with(process);
        }
        let window = params.capabilities.window.as_ref();
        let shows_progress = window.and_then(|window| window.work_done_progress).unwrap_or(false);
        self.shows_progress.store(shows_progress, Ordering::Relaxed);
        let workspace = params.capabilities.workspace.as_ref();
        let watching = workspace.and_then(|workspace| workspace.did_change_watched_files.as_ref());
        let watches_files = watching.and_then(|watching| watching.dynamic_registration).unwrap_or(false);
        self.watches_files.store(watches_files, Ordering::Relaxed);
        let edits = workspace.and_then(|workspace| workspace.workspace_edit.as_ref());
        self.has_versions.store(edits.and_then(|edits| edits.document_changes).unwrap_or(false), Ordering::Relaxed);
        let text = params.capabilities.text_document.as_ref();
        let items = text.and_then(|text| text.completion.as_ref()?.completion_item.as_ref());
        self.has_snippets.store(items.and_then(|items| items.snippet_support).unwrap_or(false), Ordering::Relaxed);
        self.shows_markdown.store(completion::shows_markdown(&params.capabilities), Ordering::Relaxed);
        let encoding = capabilities::encoding_of(&params);
        self.workspace.open(&params, watches_files, encoding);
        let known = params.capabilities.experimental.as_ref();
        let commands = known.and_then(|known| known.get("commands").cloned());
        // There is one handshake.
        let _ = self.commands.set(Arc::new(lenses::Commands::new(commands)));
        let pulls = pull::is_wanted(&params);
        let published = text.and_then(|text| text.publish_diagnostics.as_ref()?.tag_support.as_ref());
        let shows_faded = published.is_some_and(|tags| tags.value_set.contains(&DiagnosticTag::UNNECESSARY));
        let granted = params.initialization_options.as_ref().and_then(|options| options.get("grants").cloned());
        let granted: Vec<FolderGrants> = granted.and_then(|it| serde_json::from_value(it).ok()).unwrap_or_default();
        let told = params.initialization_options.as_ref();
        let trusted = told.and_then(|told| told.get("trusted")?.as_bool()).unwrap_or(false);
        let settings = Settings { trusted, ..Settings::default() };
        let settings = told.map_or(settings.clone(), |told| settings.with(told));
        self.configuration.start(&params.capabilities, &settings);
        self.takes_related.store(pull::takes_related(&params), Ordering::Relaxed);
        let can_refresh_hints = params
            .capabilities
            .workspace
            .as_ref()
            .and_then(|workspace| workspace.inlay_hint.as_ref())
            .and_then(|hints| hints.refresh_support)
            .unwrap_or(false);
        let lenses = workspace.and_then(|workspace| workspace.code_lens.as_ref());
        let can_refresh_lenses = lenses.and_then(|lenses| lenses.refresh_support).unwrap_or(false);
        self.queue.send(Event::Configure {
            encoding,
            settings,
            can_refresh_hints,
            can_refresh_lenses,
            pulls,
            shows_faded,
        });
        self.queue.send(Event::Grants(GrantedFolders::new(granted)));
        Ok(InitializeResult {
            capabilities: capabilities::capabilities(encoding, pulls),
            server_info: Some(ServerInfo {
                name: "crush-analyzer".to_string(),
                version: Some(env!("CARGO_PKG_VERSION").to_string()),
            }),
            offset_encoding: None,
        })
    }

    async fn initialized(&self, _: InitializedParams) {
        // The first request about the workspace finds it read.
        let workspace = self.workspace.clone();
        tokio::task::spawn_blocking(move || workspace.entries());
        let watched = self.watches_files.load(Ordering::Relaxed).then(watch_files);
        let registrations: Vec<_> = watched.into_iter().chain(self.configuration.registration()).collect();
        if !registrations.is_empty() {
            let client = self.client.clone();
            // The answer may take long; nobody needs it.
            tokio::spawn(async move {
                let _ = client.register_capability(registrations).await;
            });
        }
        self.ask_for_configuration();
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
        self.answer(params.text_document.uri, move |document, positions| {
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
        let (document, all) = (self.queue.read(at.text_document.uri), self.queue.read_all());
        let workspace = self.workspace.clone();
        let (Some(document), all) = (document.await, all.await) else { return Ok(None) };
        // The text may have moved on: what is typed next chooses among what is found now.
        compute(move |cancelled| {
            let open = OpenDocuments::new(all);
            let programs = Programs::known(&workspace, &open, cancelled);
            let positions = Positions { text: document.snapshot.analysis.text(), encoding: document.encoding };
            let offset = positions.offset(at.position).map_err(invalid_position)?;
            let items = completion::completion(&document, positions, &programs, offset, with_snippets);
            Ok(Some(CompletionResponse::Array(items)))
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
        self.answer_now(params.text_document.uri, move |document, positions| {
            Ok(SemanticTokensResult::Tokens(told.full(document, positions)))
        })
        .await
    }

    async fn semantic_tokens_full_delta(
        &self,
        params: SemanticTokensDeltaParams,
    ) -> Result<Option<SemanticTokensFullDeltaResult>> {
        let told = self.tokens.clone();
        self.answer_now(params.text_document.uri, move |document, positions| {
            Ok(told.delta(document, positions, &params.previous_result_id))
        })
        .await
    }

    async fn semantic_tokens_range(
        &self,
        params: SemanticTokensRangeParams,
    ) -> Result<Option<SemanticTokensRangeResult>> {
        self.answer_now(params.text_document.uri, move |document, positions| {
            let range = positions.clamped_range(params.range);
            let data = tokens::tokens(document, positions, range);
            Ok(SemanticTokensRangeResult::Tokens(SemanticTokens { result_id: None, data }))
        })
        .await
    }

    async fn symbol(&self, params: WorkspaceSymbolParams) -> Result<Option<WorkspaceSymbolResponse>> {
        let found = self.answer_from_workspace(move |programs| outline::search(programs, &params.query)).await?;
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
        self.answer_now(params.text_document.uri, |document, positions| Ok(outline::links(document, positions))).await
    }

    async fn selection_range(&self, params: SelectionRangeParams) -> Result<Option<Vec<SelectionRange>>> {
        self.answer(params.text_document.uri, move |document, positions| {
            let offsets: std::result::Result<Vec<_>, _> =
                params.positions.into_iter().map(|position| positions.offset(position)).collect();
            let offsets = offsets.map_err(invalid_position)?.into_iter();
            Ok(Some(offsets.map(|offset| outline::selection(document, positions, offset)).collect()))
        })
        .await
    }

    async fn code_lens(&self, params: CodeLensParams) -> Result<Option<Vec<CodeLens>>> {
        let commands = self.commands();
        self.answer_now(params.text_document.uri, move |document, positions| {
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
        let report = self.answer_now(params.text_document.uri, move |document, _| {
            Ok(pull::document(document, known.as_deref(), with_related))
        });
        // Of a document that is not open nothing is known.
        let report = report.await?.unwrap_or_else(|| DocumentDiagnosticReport::Full(Default::default()));
        Ok(DocumentDiagnosticReportResult::Report(report))
    }

    async fn workspace_diagnostic(&self, params: WorkspaceDiagnosticParams) -> Result<WorkspaceDiagnosticReportResult> {
        let token = params.partial_result_params.partial_result_token;
        let shown = params.work_done_progress_params.work_done_token;
        let (client, runtime, cache) = (self.client.clone(), Handle::current(), self.found.clone());
        let items = self.answer_from_workspace(move |programs| {
            let mut items = Vec::new();
            let mut progress = shown
                .map(|token| RequestProgress::begin(client.clone(), runtime.clone(), token, "checking the workspace"));
            let send = |token: &ProgressToken, items: &[WorkspaceDocumentDiagnosticReport]| {
                let part = serde_json::json!({ "token": token, "value": { "items": items } });
                runtime.block_on(client.send_notification::<pull::PartialResult>(part));
            };
            pull::workspace(programs, &cache, &params.previous_result_ids, |report, done, all| {
                match &token {
                    Some(token) => send(token, &[report]),
                    None => items.push(report),
                }
                progress.iter_mut().for_each(|progress| progress.report(done, all));
            });
            drop(progress);
            // The answer may overtake one message that still waits to be sent: let that be a part without a report.
            if let Some(token) = &token {
                send(token, &[]);
            }
            items
        });
        Ok(WorkspaceDiagnosticReportResult::Report(WorkspaceDiagnosticReport { items: items.await? }))
    }

    async fn will_rename_files(&self, params: RenameFilesParams) -> Result<Option<WorkspaceEdit>> {
        self.answer_from_workspace_now(move |programs| Some(moves::import_edits(programs, &params.files))).await
    }

    async fn inlay_hint_resolve(&self, mut hint: InlayHint) -> Result<InlayHint> {
        if let Some(text) = hint.data.take().as_ref().and_then(|data| data.as_str()) {
            hint.tooltip = Some(InlayHintTooltip::String(text.to_owned()));
        }
        Ok(hint)
    }

    async fn did_change_workspace_folders(&self, params: DidChangeWorkspaceFoldersParams) {
        self.workspace.change(&params.event);
    }

    async fn inlay_hint(&self, params: InlayHintParams) -> Result<Option<Vec<InlayHint>>> {
        self.answer(params.text_document.uri, move |document, positions| {
            let options = HintOptions {
                borrow_ends: document.settings.borrow_hints,
                held_values: document.settings.type_hints,
                parameters: document.settings.parameter_hints,
            };
            // Editors ask for ranges of the text that they show, which may already be longer than ours.
            let range = positions.clamped_range(params.range);
            let hints = crush_ide::inlay_hints(&document.snapshot, range, options);
            Ok(Some(hints.into_iter().map(|hint| to_inlay_hint(hint, positions)).collect()))
        })
        .await
    }

    async fn document_symbol(&self, params: DocumentSymbolParams) -> Result<Option<DocumentSymbolResponse>> {
        self.answer(params.text_document.uri, |document, positions| {
            let symbols = crush_ide::symbols(&document.snapshot);
            let symbols = symbols.into_iter().map(|symbol| outline::symbol(symbol, positions)).collect();
            Ok(Some(DocumentSymbolResponse::Nested(symbols)))
        })
        .await
    }

    async fn folding_range(&self, params: FoldingRangeParams) -> Result<Option<Vec<FoldingRange>>> {
        self.answer(params.text_document.uri, |document, positions| {
            let folds = crush_ide::folds(&document.snapshot).into_iter().filter_map(|range| {
                let lsp = positions.range(range);
                (lsp.start.line < lsp.end.line).then(|| FoldingRange {
                    start_line: lsp.start.line,
                    end_line: lsp.end.line - 1,
                    ..FoldingRange::default()
                })
            });
            Ok(Some(folds.filter(|fold| fold.start_line < fold.end_line).collect()))
        })
        .await
    }

    async fn formatting(&self, params: DocumentFormattingParams) -> Result<Option<Vec<TextEdit>>> {
        self.answer(params.text_document.uri, |document, positions| Ok(Some(formatting::document(document, positions))))
            .await
    }

    async fn range_formatting(&self, params: DocumentRangeFormattingParams) -> Result<Option<Vec<TextEdit>>> {
        self.answer(params.text_document.uri, move |document, positions| {
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
        self.answer_now(params.text_document.uri, move |document, positions| {
            let range = positions.text_range(params.range).map_err(invalid_position)?;
            let actions = crate::actions::actions(document, positions, range, params.context.only.as_deref());
            Ok(actions.into_iter().map(CodeActionOrCommand::CodeAction).collect())
        })
        .await
    }
}

/// Asks the client to tell when programs on disk change, which open documents may import, and what projects want.
fn watch_files() -> Registration {
    Registration {
        id: "crush-files".to_string(),
        method: "workspace/didChangeWatchedFiles".to_string(),
        register_options: Some(
            serde_json::json!({ "watchers": [{ "globPattern": "**/*.crush" }, { "globPattern": "**/crush.toml" }] }),
        ),
    }
}

fn to_inlay_hint(hint: crush_ide::InlayHint, positions: Positions<'_>) -> InlayHint {
    InlayHint {
        position: positions.position(hint.offset),
        label: InlayHintLabel::String(hint.label),
        kind: match hint.kind {
            crush_ide::HintKind::HeldValue => Some(InlayHintKind::TYPE),
            crush_ide::HintKind::Parameter => Some(InlayHintKind::PARAMETER),
            crush_ide::HintKind::Borrow => None,
        },
        text_edits: None,
        tooltip: None,
        padding_left: Some(hint.kind != crush_ide::HintKind::Parameter),
        padding_right: Some(hint.kind == crush_ide::HintKind::Parameter),
        // Said when somebody looks at it.
        data: Some(LSPAny::String(hint.tooltip)),
    }
}
