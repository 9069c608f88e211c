//! The handshake: what the client can do, and what the server is told of it.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::runtime::Handle;
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{DiagnosticTag, InitializeParams, InitializeResult, Registration, ServerInfo};

use super::Backend;
use crate::answers::{Cancelled, request_failed};
use crate::documents::{Documents, Event};
use crate::grants::GrantedFolders;
use crate::grants::protocol::FolderGrants;
use crate::outbox::Outbox;
use crate::protocol::Settings;
use crate::runs::Runs;
use crate::{capabilities, completion, lenses, pull};

impl Backend {
    /// Takes over what the client can do and wants; gives what the server can do.
    pub(super) fn shake_hands(&self, params: InitializeParams) -> Result<InitializeResult> {
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

    /// What is done once the client has heard.
    pub(super) fn begin(&self) {
        // The first request about the workspace finds it read.
        let workspace = self.workspace.clone();
        tokio::task::spawn_blocking(move || workspace.entries(&Cancelled::default()));
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
