//! The diagnostics of a whole workspace, part by part, with progress.

use tokio::runtime::Handle;
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{
    ProgressToken, WorkspaceDiagnosticParams, WorkspaceDiagnosticReport, WorkspaceDiagnosticReportResult,
    WorkspaceDocumentDiagnosticReport,
};

use super::{PartialResult, workspace};
use crate::backend::Backend;
use crate::documents::Depth;
use crate::progress::RequestProgress;

impl Backend {
    /// Answers `workspace/diagnostic`.
    pub(crate) async fn diagnose_workspace(
        &self,
        params: WorkspaceDiagnosticParams,
    ) -> Result<WorkspaceDiagnosticReportResult> {
        let token = params.partial_result_params.partial_result_token;
        let shown = params.work_done_progress_params.work_done_token;
        let (client, runtime, cache) = (self.client.clone(), Handle::current(), self.found.clone());
        let items = self.answer_from_workspace(Depth::Borrows, move |programs| {
            let mut items = Vec::new();
            let mut progress = shown
                .map(|token| RequestProgress::begin(client.clone(), runtime.clone(), token, "checking the workspace"));
            let send = |token: &ProgressToken, items: &[WorkspaceDocumentDiagnosticReport]| {
                let part = serde_json::json!({ "token": token, "value": { "items": items } });
                runtime.block_on(client.send_notification::<PartialResult>(part));
            };
            workspace(programs, &cache, &params.previous_result_ids, |report, done, all| {
                match &token {
                    Some(token) => send(token, &[report]),
                    None => items.push(report),
                }
                progress.iter_mut().for_each(|progress| progress.report(done, all));
            });
            drop(progress);
            crate::memory::give_back();
            // The answer may overtake one message that still waits to be sent: let that be a part without a report.
            if let Some(token) = &token {
                send(token, &[]);
            }
            items
        });
        Ok(WorkspaceDiagnosticReportResult::Report(WorkspaceDiagnosticReport { items: items.await? }))
    }
}
