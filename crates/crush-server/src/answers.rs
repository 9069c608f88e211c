//! How requests are answered: from a snapshot, on a thread where they may take their time, until nobody waits any more.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp::ls_types::{Position, Uri};

use crate::backend::Backend;
use crate::convert::{Positions, invalid_position};
use crate::documents::{Depth, DocumentSnapshot};
use crate::workspace::{OpenDocuments, Programs};

/// Whether nobody waits for an answer any more: the client has cancelled its request. Long work looks at it now and then.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cancelled(Arc<AtomicBool>);

impl Cancelled {
    /// Whether it is so.
    pub(crate) fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Says so when it is dropped, as the future of a cancelled request is.
struct WhileAwaited(Cancelled);

impl Drop for WhileAwaited {
    fn drop(&mut self) {
        self.0.0.store(true, Ordering::Relaxed);
    }
}

/// Runs `work` where it does not hold up the protocol. A panic in it is an error of this one request.
pub(crate) async fn compute<T: Send + 'static>(
    work: impl FnOnce(&Cancelled) -> Result<T> + Send + 'static,
) -> Result<T> {
    let awaited = WhileAwaited(Cancelled::default());
    let cancelled = awaited.0.clone();
    let result = tokio::task::spawn_blocking(move || match cancelled.is_set() {
        // It had to wait for a thread, and nobody waits for it.
        true => Err(Error::request_cancelled()),
        false => work(&cancelled),
    })
    .await;
    drop(awaited);
    match result {
        Ok(result) => result,
        Err(error) => {
            tracing::error!(%error, "a request failed");
            Err(Error::internal_error())
        }
    }
}

/// The error of a request that cannot be fulfilled, with the reason for the user.
pub(crate) fn request_failed(message: String) -> Error {
    Error { code: ErrorCode::ServerError(-32803), message: message.into(), data: None }
}

impl Backend {
    /// Answers from a snapshot of `uri`, on a thread where it may take its time. `None` when the document is not open.
    pub(crate) async fn answer<T: Send + 'static>(
        &self,
        depth: Depth,
        uri: Uri,
        work: impl FnOnce(&DocumentSnapshot, Positions<'_>) -> Result<Option<T>> + Send + 'static,
    ) -> Result<Option<T>> {
        let snapshot = self.queue.read(uri, depth);
        let Some(mut document) = snapshot.await else { return Ok(None) };
        compute(move |cancelled| {
            document.cancelled = cancelled.clone();
            let positions = Positions { text: document.snapshot.analysis.text(), encoding: document.encoding };
            work(&document, positions)
        })
        .await
    }

    /// Like [`answer`](Self::answer), for what is of no use once the text has moved on.
    pub(crate) async fn answer_now<T: Send + 'static>(
        &self,
        depth: Depth,
        uri: Uri,
        work: impl FnOnce(&DocumentSnapshot, Positions<'_>) -> Result<T> + Send + 'static,
    ) -> Result<Option<T>> {
        self.answer(depth, uri, move |document, positions| {
            let answer = if document.is_overtaken() { None } else { Some(work(document, positions)?) };
            if document.is_overtaken() { Err(Error::content_modified()) } else { Ok(answer) }
        })
        .await
    }

    /// Like [`answer`](Self::answer), for what the names at a place in the document tell.
    pub(crate) async fn answer_at<T: Send + 'static>(
        &self,
        uri: Uri,
        position: Position,
        work: impl FnOnce(&DocumentSnapshot, Positions<'_>, usize) -> Option<T> + Send + 'static,
    ) -> Result<Option<T>> {
        self.answer(Depth::Names, uri, move |document, positions| {
            let offset = positions.offset(position).map_err(invalid_position)?;
            Ok(work(document, positions, offset))
        })
        .await
    }

    /// Answers from the names of `uri` and of all programs of the workspace.
    pub(crate) async fn answer_from_all<T: Send + 'static>(
        &self,
        uri: Uri,
        work: impl FnOnce(&DocumentSnapshot, Positions<'_>, &Programs<'_>) -> Result<Option<T>> + Send + 'static,
    ) -> Result<Option<T>> {
        // Both take their turns before either is awaited.
        let (document, all) = (self.queue.read(uri, Depth::Names), self.queue.read_all(Depth::Names));
        let workspace = self.workspace.clone();
        let (Some(document), all) = (document.await, all.await) else { return Ok(None) };
        compute(move |cancelled| {
            let open = OpenDocuments::new(all);
            let programs = Programs::new(&workspace, &open, cancelled);
            let positions = Positions { text: document.snapshot.analysis.text(), encoding: document.encoding };
            let answer = work(&document, positions, &programs)?;
            if document.is_overtaken() { Err(Error::content_modified()) } else { Ok(answer) }
        })
        .await
    }

    /// Answers from all programs of the workspace.
    pub(crate) async fn answer_from_workspace<T: Send + 'static>(
        &self,
        depth: Depth,
        work: impl FnOnce(&Programs<'_>) -> T + Send + 'static,
    ) -> Result<T> {
        let all = self.queue.read_all(depth);
        let (workspace, all) = (self.workspace.clone(), all.await);
        compute(move |cancelled| {
            let open = OpenDocuments::new(all);
            Ok(work(&Programs::new(&workspace, &open, cancelled)))
        })
        .await
    }

    /// Answers from the names of all programs of the workspace, for what is of no use once a text has moved on.
    pub(crate) async fn answer_from_workspace_now<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Programs<'_>) -> T + Send + 'static,
    ) -> Result<T> {
        let answer = self.answer_from_workspace(Depth::Names, |programs| {
            let answer = work(programs);
            if programs.is_overtaken() { Err(Error::content_modified()) } else { Ok(answer) }
        });
        answer.await?
    }
}
