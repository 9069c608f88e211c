//! The one writer: every change of an open document is applied here, in the order in which it arrived.
//!
//! Handlers of the protocol only put an [`Event`] into the queue, before they await anything, so that the order of events is
//! the order of the client's messages. A request takes its turn in the same queue and gets a snapshot: it sees every change
//! that came before it and none that came after.

mod projects;
mod settling;

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, TryRecvError};

use crush_ide::{
    Evaluation, FileAnalysis, FileKey, MissingGrant, ModuleId, PositionEncoding, Snapshot, SourceFile, Text, TextEdit,
    TextRange, Tree,
};
use tokio::sync::oneshot;
use tower_lsp::ls_types::{Diagnostic, TextDocumentContentChangeEvent, Uri};

use crate::config::ConfigFiles;
use crate::convert::{Place, Positions};
use crate::files::{self, Files};
use crate::grants::{Folder, GrantedFolders};
use crate::guard::guarded;
use crate::outbox::Outbox;
use crate::protocol::{EvaluationParams, RunState, Settings};
use crate::runs::{RunRequest, Runs};
use crate::uri::DocumentKey;

/// Something that happened, in the client's order.
pub(crate) enum Event {
    /// The handshake is over: how columns count, and what the client wants.
    Configure {
        encoding: PositionEncoding,
        settings: Settings,
        can_refresh_hints: bool,
        can_refresh_lenses: bool,
        pulls: bool,
        shows_faded: bool,
    },
    /// Settings changed. Trust is not among them.
    Settings(Settings),
    /// The user trusts the workspace, or no longer does.
    Trust(bool),
    /// A document was opened.
    Open { uri: Uri, version: i32, text: String },
    /// A document was edited.
    Change { uri: Uri, version: i32, changes: Vec<TextDocumentContentChangeEvent> },
    /// A document was saved.
    Save(Uri),
    /// A document was closed.
    Close(Uri),
    /// The user wants a run now.
    Run { uri: Uri, reply: oneshot::Sender<Result<(), String>> },
    /// The user wants a run to stop.
    Cancel(Uri),
    /// The user wants the run with this progress token to stop.
    CancelProgress(i32),
    /// A request wants to read a document.
    Read { uri: Uri, taken: Taken, reply: oneshot::Sender<Option<DocumentSnapshot>> },
    /// A request wants to read all of them.
    ReadAll { taken: Taken, reply: oneshot::Sender<Vec<DocumentSnapshot>> },
    /// What the user granted, by folder.
    Grants(GrantedFolders),
    /// Files changed on disk.
    FilesChanged,
    /// A text was parsed from scratch.
    Parsed { key: DocumentKey, version: i32, tree: Option<Tree> },
    /// A run is over, or could not start.
    Evaluated { key: DocumentKey, run: u64, version: i32, result: RunResult },
}

/// What came of a run.
pub(crate) enum RunResult {
    /// The program ran, to its end or to a fault.
    Ran { evaluation: Arc<Evaluation>, milliseconds: u64, missing: Vec<MissingGrant> },
    /// It was stopped before its end.
    Cancelled { reason: String },
    /// It does not compile.
    Refused { reason: String },
}

/// An immutable view of a document, as a request gets it.
#[derive(Clone)]
pub(crate) struct DocumentSnapshot {
    /// Its URI as the client spells it.
    pub(crate) uri: Uri,
    /// The text, what is known of it, and the last run.
    pub(crate) snapshot: Snapshot,
    /// The version that the last run ran.
    pub(crate) evaluated_version: i32,
    /// How many milliseconds that took.
    pub(crate) took: u64,
    /// The folder it is in, with what programs in it were granted.
    pub(crate) folder: Option<Folder>,
    /// Open documents among its modules, as the client spells their URIs.
    pub(crate) modules: HashMap<FileKey, Uri>,
    /// What columns count.
    pub(crate) encoding: PositionEncoding,
    /// What the client wants to see.
    pub(crate) settings: Settings,
    /// Its version.
    pub(crate) version: i32,
    /// The moment at which it was taken.
    taken: Taken,
}

/// The moment at which a request took its turn, by the edits that had come then.
#[derive(Clone)]
pub(crate) struct Taken {
    edits: Arc<AtomicU64>,
    at: u64,
}

impl DocumentSnapshot {
    /// Whether an edit has come since: the client no longer has this text.
    pub(crate) fn is_overtaken(&self) -> bool {
        self.taken.edits.load(Ordering::Relaxed) != self.taken.at
    }

    /// A file of the document's program, as the client knows it.
    pub(crate) fn place(&self, file: ModuleId) -> Option<Place<'_>> {
        let analysis = &self.snapshot.analysis;
        match analysis.module(file) {
            Some((key, _, text)) => {
                let uri = self.modules.get(key).cloned().or_else(|| files::uri_of(key))?;
                Some(Place { uri, positions: Positions { text, encoding: self.encoding } })
            }
            None => Some(Place {
                uri: self.uri.clone(),
                positions: Positions { text: analysis.text(), encoding: self.encoding },
            }),
        }
    }
}

/// An open document.
struct Document {
    uri: Uri,
    /// What it is known by as a module of others.
    file: FileKey,
    version: i32,
    text: Text,
    /// Edits that are in `text` and not yet in `analysis`; none while anybody reads the document.
    unread: Vec<TextEdit>,
    analysis: FileAnalysis,
    /// The last run that ended, and the version it ran.
    evaluation: Option<(i32, Arc<Evaluation>)>,
    /// How many milliseconds it took.
    took: u64,
    /// The folder it is in, with what programs in it were granted.
    folder: Option<Folder>,
    /// Whether a module was another one in that run.
    ran_other_modules: bool,
    /// What the client was told last.
    told: Vec<Diagnostic>,
}

/// The way to the one writer.
#[derive(Clone)]
pub(crate) struct Queue {
    events: mpsc::Sender<Event>,
    /// How many edits were put into it.
    edits: Arc<AtomicU64>,
}

impl Queue {
    /// Puts `event` at the end of the queue.
    pub(crate) fn send(&self, event: Event) {
        if matches!(event, Event::Change { .. } | Event::Open { .. } | Event::Close(_)) {
            self.edits.fetch_add(1, Ordering::Relaxed);
        }
        // The writer is gone only when the process is on its way out.
        let _ = self.events.send(event);
    }

    fn taken(&self) -> Taken {
        Taken { edits: Arc::clone(&self.edits), at: self.edits.load(Ordering::Relaxed) }
    }

    /// A snapshot of `uri` as it is when all events before this call are handled; `None` when it is not open.
    ///
    /// The turn is taken at once, not when the result is awaited.
    pub(crate) fn read(&self, uri: Uri) -> impl Future<Output = Option<DocumentSnapshot>> + use<> {
        let (reply, answer) = oneshot::channel();
        self.send(Event::Read { uri, taken: self.taken(), reply });
        async { answer.await.ok().flatten() }
    }

    /// Snapshots of all open documents as they are when all events before this call are handled.
    pub(crate) fn read_all(&self) -> impl Future<Output = Vec<DocumentSnapshot>> + use<> {
        let (reply, answer) = oneshot::channel();
        self.send(Event::ReadAll { taken: self.taken(), reply });
        async { answer.await.unwrap_or_default() }
    }
}

/// A queue and the end that [`Documents::start`] reads.
pub(crate) fn queue() -> (Queue, mpsc::Receiver<Event>) {
    let (events, receiver) = mpsc::channel();
    (Queue { events, edits: Arc::default() }, receiver)
}

/// All open documents.
pub(crate) struct Documents {
    open: HashMap<DocumentKey, Document>,
    encoding: PositionEncoding,
    settings: Settings,
    grants: GrantedFolders,
    can_refresh_hints: bool,
    can_refresh_lenses: bool,
    /// Whether the client asks for diagnostics, and is pushed none.
    pulls: bool,
    /// Whether the client shows faded what nothing needs.
    shows_faded: bool,
    outbox: Outbox,
    runs: Runs,
    files: Files,
    configs: ConfigFiles,
    /// What the client was told of each `crush.toml`.
    told_of_configs: HashMap<PathBuf, Vec<Diagnostic>>,
    /// Documents of whose modules one has changed. They are looked at when nothing else is to be done, or when somebody
    /// asks for them.
    outdated: HashSet<DocumentKey>,
    /// Documents that are analysed and not yet told of. Who asks for one does not wait until its diagnostics are written down.
    untold: Vec<DocumentKey>,
    /// Documents whose text is being parsed from scratch.
    settling: HashSet<DocumentKey>,
}

/// So often diagnostics are put off for requests that come behind an edit.
const MOST_PUT_OFF: u32 = 8;

impl Documents {
    /// Starts the thread that owns the documents.
    ///
    /// # Errors
    ///
    /// When the system has no thread for it.
    pub(crate) fn start(events: mpsc::Receiver<Event>, outbox: Outbox, runs: Runs) -> std::io::Result<()> {
        let mut documents = Self {
            open: HashMap::new(),
            encoding: PositionEncoding::Utf16,
            settings: Settings::default(),
            grants: GrantedFolders::default(),
            can_refresh_hints: false,
            can_refresh_lenses: false,
            pulls: false,
            shows_faded: false,
            outbox,
            runs,
            files: Files::new(),
            configs: ConfigFiles::default(),
            told_of_configs: HashMap::new(),
            outdated: HashSet::new(),
            untold: Vec::new(),
            settling: HashSet::new(),
        };
        std::thread::Builder::new()
            .name("documents".to_string())
            .stack_size(16 << 20)
            .spawn(move || documents.handle_all(&events))
            .map(drop)
    }

    fn handle_all(&mut self, events: &mpsc::Receiver<Event>) {
        let mut put_off = 0;
        loop {
            let first = match events.try_recv() {
                Ok(first) => first,
                Err(TryRecvError::Disconnected) => return,
                Err(TryRecvError::Empty) if !self.untold.is_empty() => {
                    put_off = 0;
                    self.tell();
                    continue;
                }
                Err(TryRecvError::Empty) => match self.outdated.iter().next().cloned() {
                    Some(key) => {
                        self.bring_up_to_date(&key);
                        continue;
                    }
                    None => match self.wait(events) {
                        Some(first) => first,
                        None => return,
                    },
                },
            };
            // Edits that wait behind each other are one edit: only the last one's diagnostics are of interest.
            let mut batch = vec![first];
            batch.extend(events.try_iter());
            let mut stale = Vec::new();
            for event in batch {
                if !matches!(event, Event::Change { .. }) {
                    self.catch_up(&mut stale);
                }
                let _ = guarded("event", || self.handle(event, &mut stale));
            }
            self.catch_up(&mut stale);
            put_off += 1;
            if put_off > MOST_PUT_OFF {
                put_off = 0;
                self.tell();
            }
        }
    }

    fn handle(&mut self, event: Event, stale: &mut Vec<DocumentKey>) {
        match event {
            Event::Configure { encoding, settings, can_refresh_hints, can_refresh_lenses, pulls, shows_faded } => {
                self.can_refresh_lenses = can_refresh_lenses;
                (self.pulls, self.shows_faded) = (pulls, shows_faded);
                self.encoding = encoding;
                self.settings = settings;
                self.can_refresh_hints = can_refresh_hints;
            }
            Event::Settings(settings) => self.follow(Settings { trusted: self.settings.trusted, ..settings }),
            Event::Trust(trusted) => self.trust(trusted),
            Event::Grants(grants) => self.grant(grants),
            Event::Open { uri, version, text } => {
                let key = DocumentKey::from(&uri);
                self.runs.cancel(&key, "reopened");
                let text = Text::from(text.as_str());
                let mut analysis = FileAnalysis::new(text.clone());
                let file = files::key_of(&uri);
                analysis.configure(self.configs.config(&file));
                let document = Document {
                    folder: self.grants.of(&uri),
                    uri,
                    file: file.clone(),
                    version,
                    text,
                    unread: Vec::new(),
                    analysis,
                    evaluation: None,
                    took: 0,
                    ran_other_modules: false,
                    told: Vec::new(),
                };
                self.open.insert(key.clone(), document);
                self.load_modules(&key);
                self.outdate_importers(&file);
                self.configure();
                stale.push(key);
            }
            Event::Change { uri, version, changes } => self.change(&uri, version, changes, stale),
            Event::Save(uri) => self.save(&uri),
            Event::Close(uri) => self.close(&uri),
            Event::Run { uri, reply } => {
                let _ = reply.send(self.run(&DocumentKey::from(&uri)));
            }
            Event::Cancel(uri) => self.runs.cancel(&DocumentKey::from(&uri), "cancelled"),
            Event::CancelProgress(token) => self.runs.cancel_progress(token),
            Event::Read { uri, taken, reply } => {
                let key = DocumentKey::from(&uri);
                self.bring_up_to_date(&key);
                let _ = reply.send(self.snapshot(&key, taken));
            }
            Event::ReadAll { taken, reply } => {
                for key in std::mem::take(&mut self.outdated) {
                    self.outdated.insert(key.clone());
                    self.bring_up_to_date(&key);
                }
                let snapshots = self.open.keys().filter_map(|key| self.snapshot(key, taken.clone()));
                let _ = reply.send(snapshots.collect());
            }
            Event::FilesChanged => {
                self.configs.forget();
                self.configure();
                let importers = self.open.iter().filter(|(_, document)| document.analysis.imports_modules());
                self.outdated.extend(importers.map(|(key, _)| key.clone()));
            }
            Event::Parsed { key, version, tree } => self.parsed(&key, version, tree),
            Event::Evaluated { key, run, version, result } => {
                if self.runs.ended(&key, run) {
                    self.evaluated(&key, version, result);
                }
            }
        }
    }

    /// Takes over settings, and lets the client ask again for what they are about.
    fn follow(&mut self, settings: Settings) {
        if settings == self.settings {
            return;
        }
        self.settings = settings;
        if self.can_refresh_hints {
            self.outbox.refresh_hints();
        }
        if self.can_refresh_lenses {
            self.outbox.refresh_lenses();
        }
    }

    fn change(
        &mut self,
        uri: &Uri,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
        stale: &mut Vec<DocumentKey>,
    ) {
        let key = DocumentKey::from(uri);
        let encoding = self.encoding;
        let Some(document) = self.open.get_mut(&key) else {
            tracing::warn!(uri = uri.as_str(), "a change of a document that is not open");
            return;
        };
        self.runs.cancel(&key, "edited");
        document.unread.extend(edits_of(&mut document.text, changes, encoding));
        document.version = version;
        if !stale.contains(&key) {
            stale.push(key);
        }
    }

    fn save(&mut self, uri: &Uri) {
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

    fn run(&mut self, key: &DocumentKey) -> Result<(), String> {
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

    fn skip(&self, key: &DocumentKey, reason: &str) {
        if let Some(document) = self.open.get(key) {
            let params = EvaluationParams { state: RunState::Skipped, reason: reason.to_string(), ..running(document) };
            self.outbox.evaluation(params);
        }
    }

    fn evaluated(&mut self, key: &DocumentKey, version: i32, result: RunResult) {
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
        if let Some(snapshot) = self.snapshot(key, Taken { edits: Arc::default(), at: 0 }) {
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

    fn trust(&mut self, trusted: bool) {
        self.settings.trusted = trusted;
        if !trusted {
            for key in self.open.keys() {
                self.runs.cancel(key, "the workspace is no longer trusted");
            }
        }
    }

    /// A run that has lost a grant is stopped.
    fn grant(&mut self, grants: GrantedFolders) {
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

    fn close(&mut self, uri: &Uri) {
        let key = DocumentKey::from(uri);
        self.runs.cancel(&key, "closed");
        if let Some(document) = self.open.remove(&key) {
            // What was said of the document is no longer held up by anything.
            self.outbox.diagnostics(&key, document.uri, None, Vec::new());
            self.outdated.remove(&key);
            self.outdate_importers(&document.file);
            self.configure();
        }
    }

    fn snapshot(&self, key: &DocumentKey, taken: Taken) -> Option<DocumentSnapshot> {
        let document = self.open.get(key)?;
        Some(DocumentSnapshot {
            uri: document.uri.clone(),
            snapshot: document.snapshot(),
            modules: self.open_modules(document),
            took: document.took,
            folder: document.folder.clone(),
            evaluated_version: document.evaluation.as_ref().map_or(document.version, |(version, _)| *version),
            encoding: self.encoding,
            settings: self.settings.clone(),
            version: document.version,
            taken,
        })
    }

    /// Analyses what was edited.
    fn catch_up(&mut self, stale: &mut Vec<DocumentKey>) {
        for key in stale.drain(..) {
            if let Some(document) = self.open.get_mut(&key)
                && !document.unread.is_empty()
            {
                let edits = std::mem::take(&mut document.unread);
                if guarded("edit", || document.analysis.edit(&edits)).is_none() {
                    self.start_over(&key);
                }
                let file = self.open.get(&key).map(|document| document.file.clone());
                if self.open.get(&key).is_some_and(|document| document.analysis.has_other_imports()) {
                    self.load_modules(&key);
                }
                if let Some(file) = file {
                    self.outdate_importers(&file);
                }
            }
            if !self.untold.contains(&key) {
                self.untold.push(key);
            }
        }
    }

    /// Publishes what is known of documents that were edited.
    fn tell(&mut self) {
        for key in std::mem::take(&mut self.untold) {
            if guarded("diagnostics", || self.publish(&key)).is_none() {
                self.give_up(&key);
            }
        }
    }

    /// Looks up what a document imports.
    fn load_modules(&mut self, key: &DocumentKey) {
        let Some(document) = self.open.get(key) else { return };
        let open = match document.analysis.imports_modules() {
            true => self.open_files(),
            false => HashMap::new(),
        };
        let (files, Some(document)) = (&self.files, self.open.get_mut(key)) else { return };
        let (file, name) = (document.file.clone(), files::name_of(&document.uri));
        let load = || document.analysis.load_modules(file, name.into(), &files.behind(&open));
        if guarded("modules", load).is_none() {
            self.give_up(key);
        }
    }

    /// The open documents, as modules.
    fn open_files(&self) -> HashMap<FileKey, SourceFile> {
        let as_module = |document: &Document| {
            let name = files::name_of(&document.uri);
            (document.file.clone(), document.analysis.as_module(document.file.clone(), name.into()))
        };
        self.open.values().map(as_module).collect()
    }

    /// Notes that what imports `file`, or found no such file, has to look again.
    fn outdate_importers(&mut self, file: &FileKey) {
        let concerned = |document: &Document| {
            let analysis = &document.analysis;
            document.file != *file && analysis.imports_modules() && analysis.may_import(file)
        };
        let keys = self.open.iter().filter(|(_, document)| concerned(document)).map(|(key, _)| key.clone());
        self.outdated.extend(keys);
    }

    /// Looks again at the modules of a document, if one has changed, and publishes what is no longer the same.
    fn bring_up_to_date(&mut self, key: &DocumentKey) {
        if !self.outdated.remove(key) || !self.open.contains_key(key) {
            return;
        }
        let before = self.open.get(key).map(|document| document.analysis.modules_version());
        self.load_modules(key);
        let Some(document) = self.open.get_mut(key) else { return };
        if before == Some(document.analysis.modules_version()) {
            return;
        }
        document.ran_other_modules = true;
        self.runs.cancel(key, "a module was edited");
        if guarded("diagnostics", || self.publish_changes(key)).is_none() {
            self.give_up(key);
        }
    }

    /// The open documents among the modules of one.
    fn open_modules(&self, document: &Document) -> HashMap<FileKey, Uri> {
        let keys: HashSet<&FileKey> = document.analysis.module_keys().collect();
        if keys.is_empty() {
            return HashMap::new();
        }
        let open = self.open.values().filter(|other| keys.contains(&other.file));
        open.map(|other| (other.file.clone(), other.uri.clone())).collect()
    }

    /// Analyses a document from scratch: what was known of it may be half-changed.
    fn start_over(&mut self, key: &DocumentKey) {
        let Some(document) = self.open.get_mut(key) else { return };
        match guarded("analysis", || FileAnalysis::new(document.text.clone())) {
            Some(mut analysis) => {
                analysis.configure(Arc::clone(document.analysis.config()));
                document.analysis = analysis;
            }
            None => self.give_up(key),
        }
    }

    /// Lets go of a document that we fail on, and says so, rather than tell something wrong about it.
    fn give_up(&mut self, key: &DocumentKey) {
        self.runs.cancel(key, "failed");
        if let Some(document) = self.open.remove(key) {
            let name = document.uri.as_str().to_string();
            self.outbox.diagnostics(key, document.uri, None, Vec::new());
            self.outbox.show_error(format!(
                "crush-analyzer failed on {name}: that is a mistake of ours, please report it with the log. Nothing is shown for \
                 this document until it is opened again."
            ));
        }
    }

    /// Publishes what is known of a document: syntax, names and borrows, and the run when it is of this version.
    fn publish(&mut self, key: &DocumentKey) {
        self.untold.retain(|untold| untold != key);
        if self.pulls {
            return;
        }
        let Some(diagnostics) = self.diagnostics(key) else { return };
        let Some(document) = self.open.get_mut(key) else { return };
        document.told.clone_from(&diagnostics);
        self.outbox.diagnostics(key, document.uri.clone(), Some(document.version), diagnostics);
    }

    /// Publishes what is known of a document, unless the client knows it: nobody has edited it.
    fn publish_changes(&mut self, key: &DocumentKey) {
        if let Some(diagnostics) = self.diagnostics(key)
            && self.open.get(key).is_some_and(|document| document.told != diagnostics)
        {
            self.publish(key);
        }
    }

    fn diagnostics(&self, key: &DocumentKey) -> Option<Vec<Diagnostic>> {
        let document = self.open.get(key)?;
        let snapshot = self.snapshot(key, Taken { edits: Arc::default(), at: 0 })?;
        let positions = Positions { text: document.analysis.text(), encoding: self.encoding };
        let diagnostics = match self.shows_faded {
            true => crush_ide::diagnostics_and_faded(&snapshot.snapshot),
            false => crush_ide::diagnostics(&snapshot.snapshot),
        };
        Some(diagnostics.iter().map(|d| positions.diagnostic(d, |file| snapshot.place(file))).collect())
    }
}

impl Document {
    fn snapshot(&self) -> Snapshot {
        Snapshot {
            analysis: self.analysis.clone(),
            evaluation: self.evaluation.as_ref().map(|(_, evaluation)| Arc::clone(evaluation)),
            evaluation_is_current: !self.ran_other_modules
                && self.evaluation.as_ref().is_some_and(|(version, _)| *version == self.version),
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

/// Applies the client's changes to `text`; gives them as edits, each in terms of the text that the one before it left.
///
/// A position beyond the end of the text means its end: the client and the server would drift apart for good if the change
/// were refused.
fn edits_of(
    text: &mut Text,
    changes: Vec<TextDocumentContentChangeEvent>,
    encoding: PositionEncoding,
) -> Vec<TextEdit> {
    let mut edits = Vec::with_capacity(changes.len());
    for change in changes {
        let range = match change.range {
            Some(range) => Positions { text, encoding }.clamped_range(range),
            None => TextRange::new(0, text.len()),
        };
        let edit = TextEdit { range, new_text: change.text };
        text.apply(&edit);
        edits.push(edit);
    }
    edits
}

#[cfg(test)]
mod tests {
    use super::*;
    use tower_lsp::ls_types::{Position, Range};

    fn change(start: (u32, u32), end: (u32, u32), text: &str) -> TextDocumentContentChangeEvent {
        let position = |(line, character)| Position { line, character };
        TextDocumentContentChangeEvent {
            range: Some(Range { start: position(start), end: position(end) }),
            range_length: None,
            text: text.to_string(),
        }
    }

    fn after(text: &str, changes: Vec<TextDocumentContentChangeEvent>) -> String {
        let mut original = Text::from(text);
        let mut text = original.clone();
        for edit in edits_of(&mut text, changes, PositionEncoding::Utf16) {
            original.apply(&edit);
        }
        assert_eq!(original.to_string(), text.to_string());
        text.to_string()
    }

    #[test]
    fn changes_of_one_notification_follow_each_other() {
        let changes = vec![change((0, 0), (0, 0), "let x = 1\n"), change((1, 4), (1, 6), "y")];
        assert_eq!(after("let 😀 = 2", changes), "let x = 1\nlet y = 2");
    }

    #[test]
    fn a_change_beyond_the_end_is_made_at_the_end() {
        assert_eq!(after("a\r\nb", vec![change((7, 3), (9, 0), "!")]), "a\r\nb!");
    }

    #[test]
    fn a_change_that_ends_before_it_starts_inserts() {
        assert_eq!(after("abc", vec![change((0, 2), (0, 1), "-")]), "ab-c");
    }

    #[test]
    fn columns_beyond_the_line_do_not_reach_into_the_next() {
        assert_eq!(after("ab\ncd", vec![change((0, 1), (0, 99), "")]), "a\ncd");
    }
}
