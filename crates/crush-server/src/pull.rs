//! Diagnostics that a client asks for, of a document or of the whole workspace.
//!
//! A client that takes pushed diagnostics is pushed them, for then it has them as soon as they are known. Pulling is for those
//! that do not, and for those that ask for it with the setting `pullDiagnostics`; they are pushed nothing.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use crush_ide::{FileAnalysis, Snapshot, Text};
use tower_lsp::ls_types::{
    self as lsp, DiagnosticOptions, DocumentDiagnosticReport, FullDocumentDiagnosticReport, InitializeParams,
    RelatedFullDocumentDiagnosticReport, RelatedUnchangedDocumentDiagnosticReport, UnchangedDocumentDiagnosticReport,
    Uri, WorkDoneProgressOptions, WorkspaceDocumentDiagnosticReport, WorkspaceFullDocumentDiagnosticReport,
    WorkspaceUnchangedDocumentDiagnosticReport,
};

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

/// What the client is told of it.
pub(crate) fn options() -> DiagnosticOptions {
    DiagnosticOptions {
        identifier: Some("crush".to_string()),
        inter_file_dependencies: true,
        workspace_diagnostics: true,
        work_done_progress_options: WorkDoneProgressOptions::default(),
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

/// The diagnostics of a document, unless the client has them.
pub(crate) fn document(document: &DocumentSnapshot, known: Option<&str>) -> DocumentDiagnosticReport {
    let (result_id, items) = of_open(document);
    if known == Some(result_id.as_str()) {
        return DocumentDiagnosticReport::Unchanged(RelatedUnchangedDocumentDiagnosticReport {
            related_documents: None,
            unchanged_document_diagnostic_report: UnchangedDocumentDiagnosticReport { result_id },
        });
    }
    DocumentDiagnosticReport::Full(RelatedFullDocumentDiagnosticReport {
        related_documents: None,
        full_document_diagnostic_report: FullDocumentDiagnosticReport { result_id: Some(result_id), items },
    })
}

/// The diagnostics of every program of the workspace, each as soon as it is known; unless the client has them.
pub(crate) fn workspace(
    programs: &Programs<'_>,
    known: &[lsp::PreviousResultId],
    mut tell: impl FnMut(WorkspaceDocumentDiagnosticReport),
) {
    for open in programs.open.all() {
        tell(report(open.uri.clone(), Some(i64::from(open.version)), of_open(open), known));
    }
    let configs = ConfigFiles::default();
    for entry in programs.closed() {
        let Some(uri) = crate::files::uri_of(&entry.key) else { continue };
        let Some(found) = of_closed(programs, &entry.path, &configs) else { continue };
        tell(report(uri, None, found, known));
    }
}

fn of_closed(programs: &Programs<'_>, path: &Path, configs: &ConfigFiles) -> Option<Found> {
    let text = crate::search::read(path).ok()?;
    let key = crate::search::key(path);
    let mut analysis = FileAnalysis::new(Text::from(text.as_str()));
    analysis.load_modules(key.clone(), key.0.clone(), &programs.sources());
    analysis.configure(configs.config(&key));
    let snapshot = Snapshot::unevaluated(analysis);
    let analysis = &snapshot.analysis;
    let place = |file| {
        let uri = uri_of(analysis.key_of(file)?, programs.open)?;
        let text = analysis.module(file).map_or(analysis.text(), |(_, _, text)| text);
        Some(Place { uri, positions: Positions { text, encoding: programs.encoding } })
    };
    let positions = Positions { text: analysis.text(), encoding: programs.encoding };
    Some(with_id(crush_ide::diagnostics(&snapshot).iter().map(|it| positions.diagnostic(it, place)).collect()))
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
