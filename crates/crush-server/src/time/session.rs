//! One session: a thread that holds the run, and does what it is asked one thing after the other.

use std::sync::Arc;
use std::sync::mpsc::{self, Sender};

use crush_ide::time::{TimeTravel, travel};
use crush_ide::{CancelToken, Evaluation, NotRun, RunLimits};
use tokio::sync::oneshot;
use tower_lsp::ls_types::Uri;

use crate::documents::DocumentSnapshot;
use crate::guard::guarded;

/// Something to do with the run; it is told when there is none.
type Job = Box<dyn FnOnce(Result<&mut TimeTravel<'_>, String>) + Send>;

/// A session. It ends when nobody has it any more.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) id: u64,
    pub(super) uri: Uri,
    evaluation: Arc<Evaluation>,
    jobs: Sender<Job>,
    cancel: CancelToken,
}

/// Why a session is over.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ended {
    /// It was closed, or its document was.
    Closed,
    /// The document has run again.
    RanAgain,
    /// The workspace is not trusted any more.
    Untrusted,
}

impl std::fmt::Display for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Closed => "this session is over: open another one",
            Self::RanAgain => "the program has run again since: open another session",
            Self::Untrusted => "the workspace is not trusted, so nothing runs: trust it in the editor first",
        })
    }
}

impl Session {
    /// Starts the thread, which runs the program once more before anything else.
    pub(super) fn start(id: u64, document: &DocumentSnapshot, evaluation: &Arc<Evaluation>) -> std::io::Result<Self> {
        let (jobs, asked) = mpsc::channel::<Job>();
        let cancel = CancelToken::new();
        let limits = RunLimits { instructions: document.settings.instructions, ..RunLimits::default() };
        let (analysis, ran, token) = (evaluation.analysis().clone(), evaluation.clone(), cancel.clone());
        let work = move || {
            let worked = travel(&analysis, ran.outside(), limits, &token, |mut time| {
                let known = guarded("time", || time.run_to_end());
                let refused = (!matches!(known, Some(Ok(())))).then(|| "the run was cancelled".to_owned());
                for job in asked.iter() {
                    let given = match &refused {
                        Some(reason) => Err(reason.clone()),
                        None => Ok(&mut time),
                    };
                    // What a mistake of ours leaves half-done is had again from a checkpoint.
                    let _ = guarded("time", || job(given));
                }
            });
            if let Err(NotRun::Refused(reason)) = worked {
                tracing::warn!(reason, "a run that cannot be gone back in");
            }
        };
        std::thread::Builder::new().name("time".to_owned()).stack_size(16 << 20).spawn(work)?;
        Ok(Self { id, uri: document.uri.clone(), evaluation: evaluation.clone(), jobs, cancel })
    }

    /// Whether it is about this run.
    pub(super) fn is_on(&self, evaluation: &Arc<Evaluation>) -> bool {
        Arc::ptr_eq(&self.evaluation, evaluation)
    }

    /// Stops whatever it does when its time is up.
    pub(super) fn token(&self) -> CancelToken {
        self.cancel.clone()
    }

    /// Has something done with the run.
    ///
    /// # Errors
    ///
    /// Why it could not be done.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut TimeTravel<'_>) -> Result<T, String> + Send + 'static,
    ) -> Result<T, String> {
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move |time| {
            let _ = reply.send(time.and_then(work));
        });
        let over = || "crush-analyzer failed; please report it with the log".to_owned();
        self.jobs.send(job).map_err(|_| over())?;
        answer.await.unwrap_or_else(|_| Err(over()))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}
