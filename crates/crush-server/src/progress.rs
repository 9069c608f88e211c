//! Progress of a run, shown by clients that can.

use tokio::sync::oneshot;
use tower_lsp::Client;
use tower_lsp::ls_types::notification::Progress as ProgressNotification;
use tower_lsp::ls_types::request::WorkDoneProgressCreate;
use tower_lsp::ls_types::{
    ProgressParams, ProgressParamsValue, ProgressToken, WorkDoneProgress, WorkDoneProgressBegin,
    WorkDoneProgressCreateParams, WorkDoneProgressEnd,
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
