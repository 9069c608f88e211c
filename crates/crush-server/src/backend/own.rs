//! Requests and notifications of our own: trust, grants, runs, and what a run shows.

use std::sync::Arc;

use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{ProgressToken, WorkDoneProgressCancelParams};

use super::Backend;
use crate::answers::{compute, request_failed};
use crate::documents::{Depth, Event};
use crate::drawing::protocol::{BorrowsParams, BorrowsView, HeapParams, HeapView};
use crate::grants::GrantedFolders;
use crate::grants::protocol::GrantsParams;
use crate::lenses;
use crate::protocol::{ArenaParams, ArenaView, RunParams, TrustParams};

impl Backend {
    pub(super) async fn trust(&self, params: TrustParams) {
        self.queue.send(Event::Trust(params.trusted));
    }

    pub(super) async fn grants(&self, params: GrantsParams) {
        self.queue.send(Event::Grants(GrantedFolders::new(params.folders)));
    }

    pub(super) async fn run(&self, params: RunParams) -> Result<()> {
        let (reply, answer) = tokio::sync::oneshot::channel();
        self.queue.send(Event::Run { uri: params.text_document.uri, reply });
        match answer.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(reason)) => Err(request_failed(reason)),
            Err(_) => Err(request_failed("the server is shutting down".to_string())),
        }
    }

    pub(super) async fn cancel(&self, params: RunParams) -> Result<()> {
        self.queue.send(Event::Cancel(params.text_document.uri));
        Ok(())
    }

    pub(super) async fn arena(&self, params: ArenaParams) -> Result<Option<ArenaView>> {
        let snapshot = self.queue.read(params.text_document.uri.clone(), Depth::Names);
        let Some(document) = snapshot.await else { return Ok(None) };
        compute(move |_| Ok(crate::arena::view(&document, &params))).await
    }

    pub(super) async fn borrows(&self, params: BorrowsParams) -> Result<Option<BorrowsView>> {
        let uri = params.text_document.uri.clone();
        self.answer(Depth::Borrows, uri, move |document, positions| {
            crate::drawing::borrows(document, positions, &params).map(Some)
        })
        .await
    }

    pub(super) async fn heap(&self, params: HeapParams) -> Result<Option<HeapView>> {
        let uri = params.text_document.uri.clone();
        self.answer(Depth::Names, uri, move |document, _| Ok(crate::drawing::heap(document, &params))).await
    }

    pub(super) fn commands(&self) -> Arc<lenses::Commands> {
        self.commands.get().cloned().unwrap_or_default()
    }

    pub(super) async fn cancel_progress(&self, params: WorkDoneProgressCancelParams) {
        if let ProgressToken::Number(token) = params.token {
            self.queue.send(Event::CancelProgress(token));
        }
    }
}
