//! The one writer: every change of an open document is applied here, in the order in which it arrived.
//!
//! Handlers of the protocol only put an [`Event`] into the queue, before they await anything, so that the order of events is
//! the order of the client's messages. A request takes its turn in the same queue and gets a snapshot: it sees every change
//! that came before it and none that came after.

mod changes;
mod event;
mod modules;
mod projects;
mod queue;
mod readers;
mod running;
mod settling;
mod snapshot;
mod telling;

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{self, TryRecvError};

use crush_ide::{Evaluation, FileAnalysis, FileKey, PositionEncoding, Snapshot, Text, TextEdit};
use tower_lsp::ls_types::{Diagnostic, TextDocumentContentChangeEvent, Uri};

pub(crate) use event::{Depth, Event, RunResult};
pub(crate) use queue::{Queue, queue};
use readers::Readers;
pub(crate) use snapshot::DocumentSnapshot;
use snapshot::Taken;

use crate::answers::Cancelled;
use crate::config::ConfigFiles;
use crate::files::{self, Files};
use crate::grants::{Folder, GrantedFolders};
use crate::guard::guarded;
use crate::outbox::Outbox;
use crate::protocol::Settings;
use crate::runs::Runs;
use crate::uri::DocumentKey;

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
    /// The requests that are being answered meanwhile.
    readers: Readers,
    /// Documents whose text is being parsed from scratch.
    settling: HashSet<DocumentKey>,
    /// Whether much may have been freed since memory was given back last: a document was opened or closed.
    has_freed: bool,
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
            readers: Readers::default(),
            settling: HashSet::new(),
            has_freed: false,
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
                Err(TryRecvError::Empty) if !self.untold.is_empty() => match self.while_read(events) {
                    Some(first) => first,
                    None => {
                        put_off = 0;
                        self.tell();
                        continue;
                    }
                },
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
                stale.push(DocumentKey::from(&uri));
                self.open(uri, version, &text);
            }
            Event::Change { uri, version, changes } => self.change(&uri, version, changes, stale),
            Event::Save(uri) => self.save(&uri),
            Event::Close(uri) => self.close(&uri),
            Event::Run { uri, reply } => {
                let _ = reply.send(self.run(&DocumentKey::from(&uri)));
            }
            Event::Cancel(uri) => self.runs.cancel(&DocumentKey::from(&uri), "cancelled"),
            Event::CancelProgress(token) => self.runs.cancel_progress(token),
            Event::Read { uri, depth, taken, reply } => {
                let key = DocumentKey::from(&uri);
                self.bring_up_to_date(&key);
                let _ = reply.send(self.read(&key, depth, taken));
            }
            Event::ReadAll { depth, taken, reply } => {
                self.bring_all_up_to_date();
                let keys: Vec<_> = self.open.keys().cloned().collect();
                let _ = reply.send(keys.iter().filter_map(|key| self.read(key, depth, taken.clone())).collect());
            }
            Event::FilesChanged => {
                self.configs.forget();
                self.configure();
                let importers = self.open.iter().filter(|(_, document)| document.analysis.imports_modules());
                self.outdated.extend(importers.map(|(key, _)| key.clone()));
            }
            Event::Answered => {}
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

    fn open(&mut self, uri: Uri, version: i32, text: &str) {
        self.has_freed = true;
        let key = DocumentKey::from(&uri);
        self.runs.cancel(&key, "reopened");
        let text = Text::from(text);
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
        document.unread.extend(changes::edits_of(&mut document.text, changes, encoding));
        document.version = version;
        if !stale.contains(&key) {
            stale.push(key);
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
            self.has_freed = true;
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
            cancelled: Cancelled::default(),
            reading: None,
        })
    }

    /// A document for a request, which waits for its borrows only where it needs them.
    fn read(&mut self, key: &DocumentKey, depth: Depth, taken: Taken) -> Option<DocumentSnapshot> {
        if depth == Depth::Borrows {
            self.look_at_borrows(key);
            return self.snapshot(key, taken);
        }
        let mut document = self.snapshot(key, taken)?;
        document.snapshot.analysis = document.snapshot.analysis.names_alone();
        document.reading = Some(self.readers.add(self.runs.queue()));
        Some(document)
    }

    /// Brings the borrows of a document up to date, which edits leave for later.
    fn look_at_borrows(&mut self, key: &DocumentKey) {
        let Some(document) = self.open.get_mut(key) else { return };
        if guarded("borrows", || document.analysis.look_at_borrows()).is_none() {
            self.start_over(key);
        }
    }

    /// Analyses what was edited, but for its borrows.
    fn catch_up(&mut self, stale: &mut Vec<DocumentKey>) {
        for key in stale.drain(..) {
            if let Some(document) = self.open.get_mut(&key)
                && !document.unread.is_empty()
            {
                let edits = std::mem::take(&mut document.unread);
                if guarded("edit", || document.analysis.edit_names(&edits)).is_none() {
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
