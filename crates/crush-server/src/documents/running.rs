//! Runs of documents: when one begins, what it may do, and what comes of it.

use std::sync::Arc;

use tower_lsp::ls_types::Uri;

use super::event::RunResult;
use super::snapshot::Taken;
use super::{Document, Documents};
use crate::grants::{Folder, GrantedFolders};
use crate::protocol::{EvaluationParams, RunState};
use crate::runs::RunRequest;
use crate::uri::DocumentKey;

impl Documents {
    pub(super) fn save(&mut self, uri: &Uri) {
        let key = DocumentKey::from(uri);
        if !self.open.contains_key(&key) {
            return;
        }
        // Not every client tells of files that change on disk.
        self.configure();
        if !self.settings.evaluate_on_save {
            self.skip(&key, "running on save is turned off (setting `evaluateOnSave`)");
        } else if let Err(reason) = self.run(&key) {
            self.skip(&key, &reason);
        }
    }

    pub(super) fn run(&mut self, key: &DocumentKey) -> Result<(), String> {
        // A file may have changed on disk, and nobody said so.
        if self.open.get(key).is_some_and(|document| document.analysis.imports_modules()) {
            self.outdated.insert(key.clone());
        }
        self.bring_up_to_date(key);
        let Some(document) = self.open.get(key) else { return Err("the document is not open".to_string()) };
        if !self.settings.trusted {
            return Err("the workspace is not trusted, so nothing runs: trust it in the editor first".to_string());
        }
        let grants = Arc::new(document.folder.as_ref().map(Folder::grants).transpose()?.unwrap_or_default());
        self.outbox.evaluation(running(document));
        self.runs.start(RunRequest {
            key: key.clone(),
            uri: document.uri.clone(),
            version: document.version,
            analysis: document.analysis.clone(),
            instructions: self.settings.instructions,
            milliseconds: self.settings.milliseconds,
            grants,
        });
        Ok(())
    }

    pub(super) fn skip(&self, key: &DocumentKey, reason: &str) {
        if let Some(document) = self.open.get(key) {
            let params = EvaluationParams { state: RunState::Skipped, reason: reason.to_string(), ..running(document) };
            self.outbox.evaluation(params);
        }
    }

    pub(super) fn evaluated(&mut self, key: &DocumentKey, version: i32, result: RunResult) {
        let Some(document) = self.open.get_mut(key) else { return };
        let told = EvaluationParams { version, ..running(document) };
        let (evaluation, milliseconds, missing) = match result {
            RunResult::Ran { evaluation, milliseconds, missing } if document.version == version => {
                (evaluation, milliseconds, missing)
            }
            // Results for a version that is no longer current are thrown away, but for the word that the run is over.
            RunResult::Ran { .. } => {
                let reason = "edited".to_string();
                return self.outbox.evaluation(EvaluationParams { state: RunState::Cancelled, reason, ..told });
            }
            RunResult::Cancelled { reason } => {
                return self.outbox.evaluation(EvaluationParams { state: RunState::Cancelled, reason, ..told });
            }
            RunResult::Refused { reason } => {
                return self.outbox.evaluation(EvaluationParams { state: RunState::Skipped, reason, ..told });
            }
        };
        document.evaluation = Some((version, Arc::clone(&evaluation)));
        document.ran_other_modules = false;
        document.took = milliseconds;
        if let Some(snapshot) = self.snapshot(key, Taken::never_overtaken()) {
            let needs = snapshot.folder.as_ref().and_then(|folder| folder.needs(&missing, &snapshot));
            let params = crate::evaluation::params(EvaluationParams { needs, milliseconds, ..told }, &snapshot);
            self.outbox.evaluation(params);
        }
        self.publish(key);
        if self.can_refresh_hints {
            self.outbox.refresh_hints();
        }
        if self.can_refresh_lenses {
            self.outbox.refresh_lenses();
        }
    }

    pub(super) fn trust(&mut self, trusted: bool) {
        self.settings.trusted = trusted;
        if !trusted {
            for key in self.open.keys() {
                self.runs.cancel(key, "the workspace is no longer trusted");
            }
        }
    }

    /// A run that has lost a grant is stopped.
    pub(super) fn grant(&mut self, grants: GrantedFolders) {
        self.grants = grants;
        for (key, document) in &mut self.open {
            let before = std::mem::replace(&mut document.folder, self.grants.of(&document.uri));
            if let (Some(before), Some(now)) = (before, &document.folder)
                && !now.still_has(&before)
            {
                self.runs.cancel(key, "a grant was revoked");
            }
        }
    }
}

fn running(document: &Document) -> EvaluationParams {
    EvaluationParams {
        uri: document.uri.clone(),
        version: document.version,
        state: RunState::Running,
        reason: String::new(),
        lines: Vec::new(),
        output: String::new(),
        output_truncated: false,
        summary: String::new(),
        milliseconds: 0,
        needs: None,
    }
}
