//! Diagnostics that a client asks for, of a document or of the whole workspace.
//!
//! A client that takes pushed diagnostics is pushed them, for then it has them as soon as they are known. Pulling is for those
//! that do not, and for those that ask for it with the setting `pullDiagnostics`; they are pushed nothing.

mod cache;
mod parallel;
mod requests;

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::sync::Arc;

use crush_ide::{Config, FileAnalysis, FileKey, ModuleId, Snapshot, Text};
use tower_lsp::ls_types::{
    self as lsp, DiagnosticOptions, DocumentDiagnosticReport, DocumentDiagnosticReportKind,
    FullDocumentDiagnosticReport, InitializeParams, RelatedFullDocumentDiagnosticReport,
    RelatedUnchangedDocumentDiagnosticReport, UnchangedDocumentDiagnosticReport, Uri, WorkDoneProgressOptions,
    WorkspaceDocumentDiagnosticReport, WorkspaceFullDocumentDiagnosticReport,
    WorkspaceUnchangedDocumentDiagnosticReport,
};

pub(crate) use cache::Cache;

use crate::config::ConfigFiles;
use crate::convert::{Place, Positions};
use crate::documents::DocumentSnapshot;
use crate::workspace::{Programs, uri_of};

/// Whether a client pulls diagnostics rather than being pushed them.
pub(crate) fn is_wanted(params: &InitializeParams) -> bool {
    let text = params.capabilities.text_document.as_ref();
    let can_pull = text.is_some_and(|text| text.diagnostic.is_some());
    let takes_pushed = text.is_none_or(|text| text.publish_diagnostics.is_some());
    let asks = params.initialization_options.as_ref().and_then(|options| options.get("pullDiagnostics")?.as_bool());
    can_pull && asks.unwrap_or(!takes_pushed)
}

/// Whether a client takes what is wrong in other documents together with what is wrong in one.
pub(crate) fn takes_related(params: &InitializeParams) -> bool {
    let text = params.capabilities.text_document.as_ref();
    let pulled = text.and_then(|text| text.diagnostic.as_ref());
    pulled.and_then(|pulled| pulled.related_document_support).unwrap_or(false)
}

/// What the client is told of it.
pub(crate) fn options() -> DiagnosticOptions {
    DiagnosticOptions {
        identifier: Some("crush".to_string()),
        inter_file_dependencies: true,
        workspace_diagnostics: true,
        work_done_progress_options: WorkDoneProgressOptions { work_done_progress: Some(true) },
    }
}

/// Diagnostics and what they are known by.
type Found = (String, Vec<lsp::Diagnostic>);

/// Two results with one id are the same.
fn with_id(diagnostics: Vec<lsp::Diagnostic>) -> Found {
    let mut hasher = DefaultHasher::new();
    serde_json::to_string(&diagnostics).unwrap_or_default().hash(&mut hasher);
    (format!("{:016x}", hasher.finish()), diagnostics)
}

fn of_open(document: &DocumentSnapshot) -> Found {
    let positions = Positions { text: document.snapshot.analysis.text(), encoding: document.encoding };
    let found = crush_ide::diagnostics_and_faded(&document.snapshot);
    with_id(found.iter().map(|it| positions.diagnostic(it, |file| document.place(file))).collect())
}

/// The diagnostics of a document, unless the client has them; with those in its modules that are not open, if they are wanted.
pub(crate) fn document(
    document: &DocumentSnapshot,
    known: Option<&str>,
    with_related: bool,
) -> DocumentDiagnosticReport {
    let (result_id, items) = of_open(document);
    let related_documents = with_related.then(|| related(document)).filter(|related| !related.is_empty());
    if known == Some(result_id.as_str()) {
        return DocumentDiagnosticReport::Unchanged(RelatedUnchangedDocumentDiagnosticReport {
            related_documents,
            unchanged_document_diagnostic_report: UnchangedDocumentDiagnosticReport { result_id },
        });
    }
    DocumentDiagnosticReport::Full(RelatedFullDocumentDiagnosticReport {
        related_documents,
        full_document_diagnostic_report: FullDocumentDiagnosticReport { result_id: Some(result_id), items },
    })
}

/// What is wrong in the modules of a document that are not open, in this program. Those that are open are asked for themselves.
fn related(document: &DocumentSnapshot) -> HashMap<Uri, DocumentDiagnosticReportKind> {
    let analysis = &document.snapshot.analysis;
    if !analysis.imports_modules() {
        return HashMap::new();
    }
    let configs = ConfigFiles::default();
    let mut found: HashMap<Uri, Vec<lsp::Diagnostic>> = HashMap::new();
    let is_open = |key: &FileKey| document.modules.contains_key(key);
    for report in crush_ide::program_diagnostics(analysis, |key| configs.config(key)) {
        let is_elsewhere = report.file != ModuleId::ROOT && !analysis.key_of(report.file).is_some_and(is_open);
        if let Some(place) = document.place(report.file).filter(|_| is_elsewhere) {
            let told = place.positions.diagnostic(&report, |file| document.place(file));
            found.entry(place.uri).or_default().push(told);
        }
    }
    let report = |(uri, items)| {
        let (result_id, items) = with_id(items);
        let report = FullDocumentDiagnosticReport { result_id: Some(result_id), items };
        (uri, DocumentDiagnosticReportKind::Full(report))
    };
    found.into_iter().map(report).collect()
}

/// The diagnostics of every program of the workspace, each as soon as it is known, with how many of how many that are; unless
/// the client has them. Ends when nobody waits any more.
pub(crate) fn workspace(
    programs: &Programs<'_>,
    cache: &Cache,
    known: &[lsp::PreviousResultId],
    mut tell: impl FnMut(WorkspaceDocumentDiagnosticReport, usize, usize),
) {
    let open = programs.open.all();
    let closed: Vec<_> = programs.closed().collect();
    let all = open.len() + closed.len();
    for (done, open) in open.iter().enumerate() {
        tell(report(open.uri.clone(), Some(i64::from(open.version)), of_open(open), known), done + 1, all);
    }
    let mut done = open.len();
    parallel::look(programs, cache, &closed, |found| {
        for (entry, found) in found {
            done += 1;
            let found = crate::files::uri_of(&entry.key).zip(found);
            found.into_iter().for_each(|(uri, found)| tell(report(uri, None, found, known), done, all));
        }
    });
    if programs.is_cancelled() {
        return;
    }
    let there: HashSet<&Path> = closed.iter().map(|entry| entry.path.as_path()).collect();
    cache.keep(|path| there.contains(path));
}

fn of_closed(programs: &Programs<'_>, path: &Path, config: Arc<Config>, cache: &Cache) -> Option<Found> {
    let text = crate::search::read(path).ok()?;
    let key = crate::search::key(path);
    let mut analysis = FileAnalysis::new(Text::from(text.as_str()));
    analysis.load_modules(key.clone(), key.0.clone(), &programs.sources());
    analysis.configure(Arc::clone(&config));
    let snapshot = Snapshot::unevaluated(analysis);
    let analysis = &snapshot.analysis;
    let place = |file| {
        let uri = uri_of(analysis.key_of(file)?, programs.open)?;
        let text = analysis.module(file).map_or(analysis.text(), |(_, _, text)| text);
        Some(Place { uri, positions: Positions { text, encoding: programs.encoding } })
    };
    let positions = Positions { text: analysis.text(), encoding: programs.encoding };
    let found = with_id(crush_ide::diagnostics(&snapshot).iter().map(|it| positions.diagnostic(it, place)).collect());
    cache.put(programs, path, analysis, config, &found);
    Some(found)
}

fn report(
    uri: Uri,
    version: Option<i64>,
    (result_id, items): Found,
    known: &[lsp::PreviousResultId],
) -> WorkspaceDocumentDiagnosticReport {
    if known.iter().any(|known| known.uri == uri && known.value == result_id) {
        return WorkspaceDocumentDiagnosticReport::Unchanged(WorkspaceUnchangedDocumentDiagnosticReport {
            uri,
            version,
            unchanged_document_diagnostic_report: UnchangedDocumentDiagnosticReport { result_id },
        });
    }
    WorkspaceDocumentDiagnosticReport::Full(WorkspaceFullDocumentDiagnosticReport {
        uri,
        version,
        full_document_diagnostic_report: FullDocumentDiagnosticReport { result_id: Some(result_id), items },
    })
}

/// A part of a result, as soon as it is there.
pub(crate) enum PartialResult {}

impl lsp::notification::Notification for PartialResult {
    type Params = serde_json::Value;
    const METHOD: &'static str = "$/progress";
}
