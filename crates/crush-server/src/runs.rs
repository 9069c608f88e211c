//! Programs that run in the background: at most one a document, each on a thread of its own, under quotas.
//!
//! No request waits for a run. An edit cancels the run of its document; a run that takes too long is stopped by a timer.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crush_ide::{CancelToken, FileAnalysis, Grants, NotRun, RunLimits};
use tokio::runtime::Handle;
use tower_lsp::Client;
use tower_lsp::ls_types::Uri;

use crate::documents::{Event, Queue, RunResult};
use crate::guard::guarded;
use crate::progress::Progress;
use crate::uri::DocumentKey;

/// Why a run was cancelled, told when it has ended.
type Reason = Arc<Mutex<String>>;

/// What to run.
pub(crate) struct RunRequest {
    /// The document.
    pub(crate) key: DocumentKey,
    /// Its URI, for what the user sees.
    pub(crate) uri: Uri,
    /// Its version.
    pub(crate) version: i32,
    /// Its text and all that is known of it.
    pub(crate) analysis: FileAnalysis,
    /// Limit on instructions.
    pub(crate) instructions: u64,
    /// Limit on time.
    pub(crate) milliseconds: u64,
    /// What it may do outside.
    pub(crate) grants: Arc<Grants>,
}

/// A run under way.
struct Run {
    id: u64,
    cancel: CancelToken,
    reason: Reason,
    progress: Option<Progress>,
    token: i32,
}

/// The runs under way.
pub(crate) struct Runs {
    running: HashMap<DocumentKey, Run>,
    last_id: u64,
    queue: Queue,
    runtime: Handle,
    client: Client,
    shows_progress: Arc<AtomicBool>,
}

impl Runs {
    /// No run yet. Results go into `queue`; timers live on `runtime`.
    pub(crate) fn new(queue: Queue, runtime: Handle, client: Client, shows_progress: Arc<AtomicBool>) -> Self {
        Self { running: HashMap::new(), last_id: 0, queue, runtime, client, shows_progress }
    }

    /// The way to the documents.
    pub(crate) fn queue(&self) -> &Queue {
        &self.queue
    }

    /// Starts a run; one of the same document that is under way is cancelled.
    pub(crate) fn start(&mut self, request: RunRequest) {
        self.cancel(&request.key, "started again");
        self.last_id += 1;
        let id = self.last_id;
        let cancel = CancelToken::new();
        let reason = Reason::default();
        let token = i32::try_from(id % (1 << 30)).unwrap_or_default();
        let progress = self.shows_progress.load(Ordering::Relaxed).then(|| {
            let _runtime = self.runtime.enter();
            Progress::begin(self.client.clone(), token, format!("Running {}", file_name(&request.uri)))
        });
        let key = request.key.clone();
        self.stop_after(request.milliseconds, &cancel);
        self.spawn(id, request, cancel.clone(), Arc::clone(&reason));
        self.running.insert(key, Run { id, cancel, reason, progress, token });
    }

    /// At its deadline a run ends with a fault that names the quota (A7).
    fn stop_after(&self, milliseconds: u64, cancel: &CancelToken) {
        let cancel = cancel.clone();
        self.runtime.spawn(async move {
            tokio::time::sleep(Duration::from_millis(milliseconds)).await;
            cancel.time_is_up();
        });
    }

    fn spawn(&self, id: u64, request: RunRequest, cancel: CancelToken, reason: Reason) {
        let queue = self.queue.clone();
        let (key, version) = (request.key.clone(), request.version);
        let work = move || {
            let started = Instant::now();
            let limits = RunLimits { instructions: request.instructions, ..RunLimits::default() };
            let ran =
                guarded("run", || crush_ide::evaluate_granted(&request.analysis, limits, &request.grants, &cancel));
            let failed = || Err(NotRun::Refused("crush-analyzer failed; please report it with the log".to_string()));
            let result = match ran.unwrap_or_else(failed) {
                Ok(evaluation) => RunResult::Ran {
                    milliseconds: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
                    missing: crush_ide::grants_lacked_by(&evaluation),
                    evaluation: Arc::new(evaluation),
                },
                Err(NotRun::Refused(reason)) => RunResult::Refused { reason },
                Err(NotRun::Cancelled) => {
                    RunResult::Cancelled { reason: reason.lock().map(|reason| reason.clone()).unwrap_or_default() }
                }
            };
            queue.send(Event::Evaluated { key: request.key, run: id, version: request.version, result });
        };
        let spawned = std::thread::Builder::new().name("run".to_string()).stack_size(16 << 20).spawn(work);
        if let Err(error) = spawned {
            let reason = format!("the system has no thread for the run: {error}");
            self.queue.send(Event::Evaluated { key, run: id, version, result: RunResult::Refused { reason } });
        }
    }

    /// Stops the run of a document, if there is one; `reason` is told when it has ended.
    pub(crate) fn cancel(&self, key: &DocumentKey, reason: &str) {
        if let Some(run) = self.running.get(key) {
            set_reason(&run.reason, reason);
            run.cancel.cancel();
        }
    }

    /// Stops the run that is shown with this progress token.
    pub(crate) fn cancel_progress(&self, token: i32) {
        for run in self.running.values().filter(|run| run.token == token) {
            set_reason(&run.reason, "cancelled");
            run.cancel.cancel();
        }
    }

    /// Forgets a run that is over. False when another run of the document has taken its place meanwhile.
    pub(crate) fn ended(&mut self, key: &DocumentKey, id: u64) -> bool {
        if self.running.get(key).is_none_or(|run| run.id != id) {
            return false;
        }
        if let Some(progress) = self.running.remove(key).and_then(|run| run.progress) {
            progress.finish("done".to_string());
        }
        true
    }
}

/// The first reason counts: what comes after it changes nothing any more.
fn set_reason(slot: &Reason, reason: &str) {
    if let Ok(mut slot) = slot.lock()
        && slot.is_empty()
    {
        slot.push_str(reason);
    }
}

fn file_name(uri: &Uri) -> &str {
    uri.as_str().rsplit('/').next().unwrap_or_default()
}
