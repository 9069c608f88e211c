//! A moment, as the protocol tells it.

use std::collections::BTreeMap;

use crush_ide::time::{
    AsideView, FrameView, Kind, MomentView, ObjectChange, ObjectId, Position, TimeTravel, VariableView,
};
use crush_ide::{FilePlace, ModuleId};
use tower_lsp::ls_types::{Range, Uri};

use super::protocol::{self, EvaluateResult, Frame, MomentKind, MomentLine, ObjectEvent, Task, TimeMoment, Variable};
use crate::convert::Positions;
use crate::documents::DocumentSnapshot;
use crate::files;
use crate::protocol::{Moment, MomentKind as ShownKind};

/// The number of the end: the largest that every client can count to.
const END: u64 = (1 << 53) - 1;
/// Most frames that are told.
const MOST_FRAMES: usize = 50;
/// How much of the output is told.
const OUTPUT: u64 = 4 << 10;

impl From<protocol::Position> for Position {
    fn from(position: protocol::Position) -> Self {
        if position.tick >= END { Self::END } else { Self { tick: position.tick, step: position.step } }
    }
}

impl From<Position> for protocol::Position {
    fn from(position: Position) -> Self {
        Self { tick: position.tick.min(END), step: position.step }
    }
}

impl From<protocol::ObjectId> for ObjectId {
    fn from(object: protocol::ObjectId) -> Self {
        Self { task: object.task, slot: object.slot, generation: object.generation }
    }
}

impl From<ObjectId> for protocol::ObjectId {
    fn from(object: ObjectId) -> Self {
        Self { task: object.task, slot: object.slot, generation: object.generation }
    }
}

/// What is there at a moment of a session.
pub(super) fn moment(
    session: u64,
    document: &DocumentSnapshot,
    time: &mut TimeTravel<'_>,
    position: Position,
    task: Option<u32>,
) -> Result<TimeMoment, String> {
    let view = time.moment(position, task).map_err(lost)?;
    let (ticks, _) = time.timeline().known();
    let output = time.timeline().output(view.printed.saturating_sub(OUTPUT), view.printed);
    let fault = view.fault.as_ref();
    Ok(TimeMoment {
        session,
        uri: document.uri.clone(),
        version: document.evaluated_version,
        position: view.position.into(),
        ticks,
        kind: match view.kind {
            Kind::Statement => MomentKind::Statement,
            Kind::Within => MomentKind::Within,
            Kind::Finished => MomentKind::Finished,
            Kind::Faulted => MomentKind::Faulted,
        },
        text: in_words(&view),
        reason: fault.map(|fault| fault.message.clone()).unwrap_or_default(),
        task: view.task,
        tasks: view
            .tasks
            .iter()
            .map(|task| Task { task: task.task, function: task.function.clone(), waits_for: task.waits_for })
            .collect(),
        frames: view.frames.iter().take(MOST_FRAMES).map(|each| frame(document, time, each)).collect(),
        lines: lines(time, &view),
        objects: view.objects as u64,
        borrows: view.borrows as u64,
        output,
    })
}

/// `before line 3 of grow`.
pub(super) fn in_words(view: &MomentView) -> String {
    let place = view.frames.first().map(|frame| format!("line {} of {}", frame.line + 1, frame.function));
    let place = place.unwrap_or_else(|| "the program".to_owned());
    match view.kind {
        Kind::Statement => format!("before {place}"),
        Kind::Within => format!("within {place}"),
        Kind::Finished => "at the end".to_owned(),
        Kind::Faulted => format!("at the fault, {place}"),
    }
}

/// A moment of time, as views of the arena say it: its line is the one of the innermost frame in the document.
pub(super) fn shown(view: &MomentView) -> Moment {
    let line = view.frame_in(ModuleId::ROOT).and_then(|frame| u32::try_from(frame.line).ok());
    let kind = match view.kind {
        Kind::Finished => ShownKind::End,
        Kind::Faulted => ShownKind::Fault,
        Kind::Statement | Kind::Within => ShownKind::Line,
    };
    let line = line.filter(|_| view.kind != Kind::Finished);
    Moment { kind, line, text: in_words(view) }
}

/// Where a place of the program that ran is, as the client knows it.
fn place(document: &DocumentSnapshot, time: &TimeTravel<'_>, place: FilePlace) -> (Option<Uri>, Range) {
    let encoding = document.encoding;
    match time.analysis().module(place.file) {
        Some((key, _, text)) => {
            let uri = document.modules.get(key).cloned().or_else(|| files::uri_of(key));
            (uri, Positions { text, encoding }.range(place.range))
        }
        None => {
            let positions = Positions { text: time.analysis().text(), encoding };
            (Some(document.uri.clone()), positions.range(place.range))
        }
    }
}

fn frame(document: &DocumentSnapshot, time: &TimeTravel<'_>, frame: &FrameView) -> Frame {
    let (uri, range) = place(document, time, frame.place);
    Frame { function: frame.function.clone(), uri, range, variables: frame.variables.iter().map(variable).collect() }
}

fn variable(view: &VariableView) -> Variable {
    let borrows = view.borrows.iter().map(|borrow| protocol::VariableBorrow {
        kind: if borrow.exclusive { "exclusive" } else { "shared" }.to_owned(),
        owner: borrow.holder.clone(),
    });
    Variable {
        name: view.name.clone(),
        value: view.text.clone(),
        kind: view.kind.map(str::to_owned),
        object: view.object.map(protocol::ObjectId::from),
        borrows: borrows.collect(),
    }
}

/// The variables of the innermost frame in the document, each beside the line that declares it.
fn lines(time: &TimeTravel<'_>, view: &MomentView) -> Vec<MomentLine> {
    let Some(frame) = view.frame_in(ModuleId::ROOT) else { return Vec::new() };
    let mut lines: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for held in &frame.variables {
        let line = time.line_of(held.declared);
        lines.entry(line).or_default().push(format!("{} = {}", held.name, held.text));
    }
    let line = |(line, texts): (usize, Vec<String>)| MomentLine {
        line: u32::try_from(line).unwrap_or(u32::MAX),
        text: texts.join(", "),
    };
    lines.into_iter().map(line).collect()
}

/// Something that happened to an object.
pub(super) fn event(document: &DocumentSnapshot, time: &TimeTravel<'_>, event: ObjectChange) -> ObjectEvent {
    let place = event.place.map(|at| place(document, time, at));
    let (uri, range) = place.map_or((None, None), |(uri, range)| (uri, Some(range)));
    ObjectEvent { position: event.position.into(), what: event.what.to_owned(), uri, range, holder: event.holder }
}

/// What came of an evaluation.
pub(super) fn evaluated(view: AsideView, text: String) -> EvaluateResult {
    let changes = view.changes.into_iter().map(|change| protocol::ArenaChange {
        slot: change.slot,
        kind: change.kind.to_owned(),
        what: change.what.to_owned(),
        preview: change.preview,
    });
    EvaluateResult {
        value: view.value.as_ref().map(variable),
        reason: view.fault.unwrap_or_default(),
        output: view.output,
        changes: changes.collect(),
        objects: view.objects,
        text,
    }
}

/// Why there is nothing to tell.
pub(super) fn lost(lost: crush_ide::time::Lost) -> String {
    match lost {
        crush_ide::time::Lost::Cancelled => "it took too long, and was stopped".to_owned(),
        crush_ide::time::Lost::Refused(fault) => fault.message.clone(),
        crush_ide::time::Lost::Missed => {
            "the run did not come there again: crush-analyzer failed, please report it".to_owned()
        }
    }
}
