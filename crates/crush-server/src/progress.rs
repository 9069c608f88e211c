//! Progress of a run, and of a request that takes long, shown by clients that can.

use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tower_lsp::Client;
use tower_lsp::ls_types::notification::Progress as ProgressNotification;
use tower_lsp::ls_types::request::WorkDoneProgressCreate;
use tower_lsp::ls_types::{
    ProgressParams, ProgressParamsValue, ProgressToken, WorkDoneProgress, WorkDoneProgressBegin,
    WorkDoneProgressCreateParams, WorkDoneProgressEnd, WorkDoneProgressReport,
};

/// A progress that is shown until this is finished or dropped.
#[derive(Debug)]
pub(crate) struct Progress {
    end: oneshot::Sender<String>,
}

impl Progress {
    /// Starts to show `title`. A task of its own waits for the client's consent, so nobody else does.
    pub(crate) fn begin(client: Client, token: i32, title: String) -> Self {
        let (end, ended) = oneshot::channel();
        tokio::spawn(async move {
            let token = ProgressToken::Number(token);
            let create = WorkDoneProgressCreateParams { token: token.clone() };
            if client.send_request::<WorkDoneProgressCreate>(create).await.is_err() {
                return;
            }
            let send = |value| {
                let params = ProgressParams { token: token.clone(), value: ProgressParamsValue::WorkDone(value) };
                client.send_notification::<ProgressNotification>(params)
            };
            send(WorkDoneProgress::Begin(WorkDoneProgressBegin {
                title,
                cancellable: Some(true),
                message: None,
                percentage: None,
            }))
            .await;
            let message = ended.await.ok();
            send(WorkDoneProgress::End(WorkDoneProgressEnd { message })).await;
        });
        Self { end }
    }

    /// Ends it with a closing word.
    pub(crate) fn finish(self, message: String) {
        // The task is gone when the client did not want progress.
        let _ = self.end.send(message);
    }
}

/// The progress of a request, for which the client has given a token. It is told from a thread that may wait.
pub(crate) struct RequestProgress {
    client: Client,
    runtime: Handle,
    token: ProgressToken,
    percentage: u32,
}

impl RequestProgress {
    /// Starts to show `title`.
    pub(crate) fn begin(client: Client, runtime: Handle, token: ProgressToken, title: &str) -> Self {
        let progress = Self { client, runtime, token, percentage: 0 };
        progress.send(WorkDoneProgress::Begin(WorkDoneProgressBegin {
            title: title.to_string(),
            // To cancel it is to cancel the request.
            cancellable: Some(false),
            message: None,
            percentage: Some(0),
        }));
        progress
    }

    /// Tells how much of it is done, each hundredth once.
    pub(crate) fn report(&mut self, done: usize, all: usize) {
        let percentage = u32::try_from(done * 100 / all.max(1)).unwrap_or(100);
        if percentage > self.percentage {
            self.percentage = percentage;
            self.send(WorkDoneProgress::Report(WorkDoneProgressReport {
                cancellable: None,
                message: Some(format!("{done}/{all}")),
                percentage: Some(percentage),
            }));
        }
    }

    fn send(&self, value: WorkDoneProgress) {
        let params = ProgressParams { token: self.token.clone(), value: ProgressParamsValue::WorkDone(value) };
        self.runtime.block_on(self.client.send_notification::<ProgressNotification>(params));
    }
}

impl Drop for RequestProgress {
    fn drop(&mut self) {
        self.send(WorkDoneProgress::End(WorkDoneProgressEnd { message: None }));
    }
}
