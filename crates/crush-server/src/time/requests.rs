//! The requests: each finds its session, has something done in it, and converts what comes of it.

use std::sync::Arc;
use std::time::Duration;

use crush_ide::time::{Direction, Position, SnippetError, Step, TimeTravel};
use crush_ide::{ArenaQuery, CancelToken, Evaluation, HeapQuery, ModuleId};
use tower_lsp::jsonrpc::Result;

use super::protocol::{
    self, CloseParams, EvaluateParams, EvaluateResult, ObjectEvent, ObjectParams, OpenParams, SeekParams, StepKind,
    StepParams, TimeArenaParams, TimeHeapParams, TimeMoment,
};
use super::session::{Ended, Session};
use super::{Sessions, ended, failed, tell};
use crate::backend::Backend;
use crate::documents::{Depth, DocumentSnapshot, Queue};
use crate::drawing::protocol::HeapView;
use crate::protocol::ArenaView;

/// How many instructions an evaluation may take.
const INSTRUCTIONS: u64 = 5_000_000;
/// How long an evaluation may take.
const EVALUATION: Duration = Duration::from_secs(2);
/// Slots of an arena that are sent unless said otherwise, and at most.
const SLOTS: usize = 200;
const MOST_SLOTS: usize = 1_000;
/// Steps from the middle and boxes of a picture, unless said otherwise.
const DEPTH: usize = 3;
const BOXES: usize = 60;

/// The last run of a document that may be run.
fn last_run(document: Option<DocumentSnapshot>) -> Result<(DocumentSnapshot, Arc<Evaluation>)> {
    let document = document.ok_or_else(|| failed("the document is not open".to_owned()))?;
    if !document.settings.trusted {
        return Err(failed(Ended::Untrusted.to_string()));
    }
    match document.snapshot.evaluation.clone() {
        Some(evaluation) => Ok((document, evaluation)),
        None => Err(failed("the program has not run yet: run it first".to_owned())),
    }
}

/// Begins a session and waits until the run is known.
async fn begin(sessions: &Sessions, document: &DocumentSnapshot, evaluation: &Arc<Evaluation>) -> Result<Arc<Session>> {
    let session = sessions.begin(document, evaluation)?;
    let known = session.ask(|_| Ok(()));
    let patience = Duration::from_millis(document.settings.milliseconds.saturating_mul(4));
    let known = match tokio::time::timeout(patience, known).await {
        Ok(known) => known,
        Err(_) => {
            session.token().cancel();
            Err("the run takes too long to be gone back in".to_owned())
        }
    };
    known.map(|()| session.clone()).map_err(|reason| {
        sessions.end(session.id);
        failed(reason)
    })
}

/// `crush/time/open`
async fn open(sessions: &Sessions, queue: &Queue, params: OpenParams) -> Result<TimeMoment> {
    let document = queue.read(params.text_document.uri, Depth::Names);
    let (document, evaluation) = last_run(document.await)?;
    let session = begin(sessions, &document, &evaluation).await?;
    let id = session.id;
    let work = move |time: &mut TimeTravel<'_>| {
        let at = match params.line {
            Some(line) => last_time(time, line)?,
            None => Position::END,
        };
        tell::moment(id, &document, time, at, None)
    };
    session.ask(work).await.map_err(failed)
}

/// When a line was come to for the last time.
fn last_time(time: &mut TimeTravel<'_>, line: u32) -> std::result::Result<Position, String> {
    let lines = [(ModuleId::ROOT, line as usize)];
    let found = time.go_to_line(Position::END, &lines, Direction::Back).map_err(tell::lost)?;
    let view = time.moment(found, None).map_err(tell::lost)?;
    // Where there is none, going back ends at the beginning.
    match view.frames.first() {
        Some(frame) if frame.line == line as usize && frame.place.file == ModuleId::ROOT => Ok(found),
        _ => Err(format!("line {} was never come to in the last run", line + 1)),
    }
}

/// `crush/time/step`
async fn step(sessions: &Sessions, queue: &Queue, params: StepParams) -> Result<TimeMoment> {
    let step = match params.step {
        StepKind::Into => Step::Into,
        StepKind::Over => Step::Over,
        StepKind::Out => Step::Out,
        StepKind::Event => Step::Event,
    };
    let direction = direction(params.direction);
    ask(sessions, queue, params.session, move |document, time| {
        let at = time.step(params.position.into(), step, direction, &[]).map_err(tell::lost)?;
        tell::moment(params.session, document, time, at, None)
    })
    .await
}

/// `crush/time/seek`
async fn seek(sessions: &Sessions, queue: &Queue, params: SeekParams) -> Result<TimeMoment> {
    ask(sessions, queue, params.session, move |document, time| {
        let from = Position::from(params.position);
        let at = match params.line {
            Some(line) => {
                let lines = [(ModuleId::ROOT, line as usize)];
                time.go_to_line(from, &lines, direction(params.direction)).map_err(tell::lost)?
            }
            None => from,
        };
        tell::moment(params.session, document, time, at, params.task)
    })
    .await
}

/// `crush/time/lastChange`
async fn last_change(sessions: &Sessions, queue: &Queue, params: ObjectParams) -> Result<Option<ObjectEvent>> {
    ask(sessions, queue, params.session, move |document, time| {
        let found = time.last_change(params.object.into(), params.position.into()).map_err(tell::lost)?;
        Ok(found.map(|event| tell::event(document, time, event)))
    })
    .await
}

/// `crush/time/borrowedWhen`
async fn borrowed_when(sessions: &Sessions, queue: &Queue, params: ObjectParams) -> Result<Option<ObjectEvent>> {
    ask(sessions, queue, params.session, move |document, time| {
        let found = time.last_borrow(params.object.into(), params.position.into()).map_err(tell::lost)?;
        Ok(found.map(|event| tell::event(document, time, event)))
    })
    .await
}

/// `crush/time/arena`
async fn arena(sessions: &Sessions, queue: &Queue, params: TimeArenaParams) -> Result<ArenaView> {
    ask(sessions, queue, params.session, move |document, time| {
        let query = ArenaQuery {
            line: None,
            filter: params.filter.filter(|filter| !filter.is_empty()),
            offset: params.offset,
            limit: params.limit.unwrap_or(SLOTS).min(MOST_SLOTS),
        };
        let position = params.position.into();
        let view = time.moment(position, None).map_err(tell::lost)?;
        let arena = time.arena(position, &query).map_err(tell::lost)?;
        let text = time.analysis().text().clone();
        Ok(crate::arena::at_moment(document, &text, arena, params.offset, tell::shown(&view)))
    })
    .await
}

/// `crush/time/heap`
async fn heap(sessions: &Sessions, queue: &Queue, params: TimeHeapParams) -> Result<HeapView> {
    ask(sessions, queue, params.session, move |document, time| {
        let query = HeapQuery {
            line: None,
            slot: params.slot,
            depth: params.depth.unwrap_or(DEPTH),
            limit: params.limit.unwrap_or(BOXES),
        };
        let position = params.position.into();
        let view = time.moment(position, None).map_err(tell::lost)?;
        let drawing = time.heap(position, query).map_err(tell::lost)?;
        let text = time.analysis().text().clone();
        Ok(crate::drawing::heap_at_moment(document, &text, drawing, tell::shown(&view)))
    })
    .await
}

/// `crush/evaluate`
async fn evaluate(sessions: &Sessions, queue: &Queue, params: EvaluateParams) -> Result<EvaluateResult> {
    let document = queue.read(params.text_document.uri.clone(), Depth::Names);
    let document = document.await;
    let (session, at) = match (params.session, params.position) {
        (Some(id), Some(position)) => (sessions.current(id, document.as_ref())?, Some(position)),
        (Some(_), None) => return Err(failed("a session needs a position".to_owned())),
        (None, _) => {
            let (document, evaluation) = last_run(document)?;
            let known = sessions.on(&evaluation);
            let session = match known {
                Some(session) => session,
                None => begin(sessions, &document, &evaluation).await?,
            };
            (session, None)
        }
    };
    let cancel = CancelToken::new();
    let deadline = tokio::spawn({
        let cancel = cancel.clone();
        async move {
            tokio::time::sleep(EVALUATION).await;
            cancel.time_is_up();
        }
    });
    let work = move |time: &mut TimeTravel<'_>| {
        let at = match (at, params.line) {
            (Some(position), _) => position.into(),
            (None, Some(line)) => last_time(time, line)?,
            (None, None) => Position::END,
        };
        let view = time.moment(at, None).map_err(tell::lost)?;
        let evaluated = time.evaluate(at, params.frame, &params.text, INSTRUCTIONS, &cancel);
        evaluated.map(|aside| tell::evaluated(aside, tell::in_words(&view))).map_err(|error| match error {
            SnippetError::Problem(message) => message,
            SnippetError::Lost(lost) => tell::lost(lost),
        })
    };
    let result = session.ask(work).await.map_err(failed);
    deadline.abort();
    result
}

/// Has something done in a session that is about the last run of its document.
async fn ask<T: Send + 'static>(
    sessions: &Sessions,
    queue: &Queue,
    id: u64,
    work: impl FnOnce(&DocumentSnapshot, &mut TimeTravel<'_>) -> std::result::Result<T, String> + Send + 'static,
) -> Result<T> {
    let document = queue.read(sessions.uri_of(id)?, Depth::Names);
    let document = document.await;
    let session = sessions.current(id, document.as_ref())?;
    let document = document.ok_or_else(|| ended(&Ended::Closed))?;
    session.ask(move |time| work(&document, time)).await.map_err(failed)
}

fn direction(direction: protocol::Direction) -> Direction {
    match direction {
        protocol::Direction::Forward => Direction::Forward,
        protocol::Direction::Back => Direction::Back,
    }
}

/// The handlers, one line each: what they do is above.
impl Backend {
    pub(crate) async fn time_open(&self, params: OpenParams) -> Result<TimeMoment> {
        open(&self.time, &self.queue, params).await
    }

    pub(crate) async fn time_step(&self, params: StepParams) -> Result<TimeMoment> {
        step(&self.time, &self.queue, params).await
    }

    pub(crate) async fn time_seek(&self, params: SeekParams) -> Result<TimeMoment> {
        seek(&self.time, &self.queue, params).await
    }

    pub(crate) async fn time_last_change(&self, params: ObjectParams) -> Result<Option<ObjectEvent>> {
        last_change(&self.time, &self.queue, params).await
    }

    pub(crate) async fn time_borrowed_when(&self, params: ObjectParams) -> Result<Option<ObjectEvent>> {
        borrowed_when(&self.time, &self.queue, params).await
    }

    pub(crate) async fn time_arena(&self, params: TimeArenaParams) -> Result<ArenaView> {
        arena(&self.time, &self.queue, params).await
    }

    pub(crate) async fn time_heap(&self, params: TimeHeapParams) -> Result<HeapView> {
        heap(&self.time, &self.queue, params).await
    }

    pub(crate) async fn time_close(&self, params: CloseParams) -> Result<()> {
        self.time.end(params.session);
        Ok(())
    }

    pub(crate) async fn evaluate(&self, params: EvaluateParams) -> Result<EvaluateResult> {
        evaluate(&self.time, &self.queue, params).await
    }
}
