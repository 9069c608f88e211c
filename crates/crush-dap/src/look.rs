//! Looking at where the run is: threads, frames, variables, values.

use crush_ide::ArenaQuery;
use crush_ide::time::{MomentView, ObjectId, SnippetError, VariableView};
use serde_json::{Value, json};

use crate::cancel::CANCELLED;
use crate::debuggee::{Debuggee, lost};
use crate::request::{Evaluate, Scopes, StackTrace, Variables};

/// How many instructions an evaluation may take.
const INSTRUCTIONS: u64 = 5_000_000;
/// Most values of an object, and slots of an arena, that are told at a time.
const MOST_CHILDREN: usize = 1_000;

/// What a client may ask more about: each has a number until the run goes on.
#[derive(Debug, Default)]
pub(crate) struct Handles {
    frames: Vec<(u32, usize)>,
    variables: Vec<Holder>,
}

/// Something that has variables.
#[derive(Clone, Debug)]
enum Holder {
    /// The variables of a frame of a task: its own, or those it captured.
    Frame { task: u32, frame: usize, captured: bool },
    /// The slots of the arena.
    Arena,
    /// What an object holds.
    Object(Box<VariableView>),
    /// Who borrows an object, and where it was made.
    Bookkeeping(Box<VariableView>),
}

impl Handles {
    /// The run has gone on: nothing that was told holds any more.
    pub(crate) fn forget(&mut self) {
        *self = Self::default();
    }

    fn frame(&mut self, task: u32, frame: usize) -> u64 {
        self.frames.push((task, frame));
        self.frames.len() as u64
    }

    fn holder(&mut self, holder: Holder) -> u64 {
        self.variables.push(holder);
        self.variables.len() as u64
    }

    pub(crate) fn frame_of(&self, id: u64) -> Result<(u32, usize), String> {
        let found = usize::try_from(id).ok().and_then(|id| self.frames.get(id.checked_sub(1)?));
        found.copied().ok_or_else(|| "there is no such frame any more".to_owned())
    }

    fn holder_of(&self, id: u64) -> Result<Holder, String> {
        let found = usize::try_from(id).ok().and_then(|id| self.variables.get(id.checked_sub(1)?));
        found.cloned().ok_or_else(|| "the run has gone on since".to_owned())
    }
}

impl Debuggee<'_, '_> {
    /// `threads`: the tasks.
    pub(crate) fn threads(&mut self) -> Result<Value, String> {
        let view = self.moment(None)?;
        let thread = |task: &crush_ide::time::TaskView| {
            let what = match (task.task, task.waits_for) {
                (0, None) => "the program".to_owned(),
                (0, Some(on)) => format!("the program, awaits task {on}"),
                (number, None) => format!("task {number}: {}", task.function),
                (number, Some(on)) => format!("task {number}: {}, awaits task {on}", task.function),
            };
            json!({ "id": task.task + 1, "name": what })
        };
        Ok(json!({ "threads": view.tasks.iter().map(thread).collect::<Vec<_>>() }))
    }

    /// `stackTrace`
    pub(crate) fn stack_trace(&mut self, of: &StackTrace) -> Result<Value, String> {
        let task = u32::try_from(of.thread_id.saturating_sub(1)).unwrap_or(u32::MAX);
        let view = self.moment(Some(task))?;
        let levels = of.levels.filter(|levels| *levels > 0).unwrap_or(usize::MAX);
        let mut frames = Vec::new();
        for (index, frame) in view.frames.iter().enumerate().skip(of.start_frame).take(levels) {
            let mut told = self.place(frame.place);
            told["id"] = self.handles.frame(task, index).into();
            told["name"] = frame.function.as_str().into();
            frames.push(told);
        }
        Ok(json!({ "stackFrames": frames, "totalFrames": view.frames.len() }))
    }

    /// `scopes`
    pub(crate) fn scopes(&mut self, of: &Scopes) -> Result<Value, String> {
        let (task, frame) = self.handles.frame_of(of.frame_id)?;
        let view = self.moment(Some(task))?;
        let told = view.frames.get(frame).ok_or("there is no such frame any more")?;
        let outermost = view.frames.len() - 1;
        let mut scopes = Vec::new();
        let mut scope = |name: &str, hint: &str, count: usize, expensive: bool, reference: u64| {
            scopes.push(json!({
                "name": name,
                "presentationHint": hint,
                "variablesReference": reference,
                "namedVariables": count,
                "expensive": expensive,
            }));
        };
        let handles = &mut self.handles;
        let own = told.variables.len() - told.captured;
        scope("Locals", "locals", own, false, handles.holder(Holder::Frame { task, frame, captured: false }));
        if told.captured > 0 {
            let captured = handles.holder(Holder::Frame { task, frame, captured: true });
            scope("Captured", "locals", told.captured, false, captured);
        }
        if frame != outermost && task == 0 {
            let top = handles.holder(Holder::Frame { task, frame: outermost, captured: false });
            scope("Top level", "globals", view.frames[outermost].variables.len(), false, top);
        }
        scope("Arena", "registers", view.objects, true, handles.holder(Holder::Arena));
        Ok(json!({ "scopes": scopes }))
    }

    /// `variables`
    pub(crate) fn variables(&mut self, of: &Variables) -> Result<Value, String> {
        let (from, most) = (of.start.unwrap_or(0), of.count.filter(|count| *count > 0).unwrap_or(MOST_CHILDREN));
        let told = match self.handles.holder_of(of.variables_reference)? {
            Holder::Arena => self.slots(from, most.min(MOST_CHILDREN))?,
            Holder::Bookkeeping(held) => self.bookkeeping(&held),
            Holder::Object(held) => {
                let mut told = match held.object {
                    Some(object) => self.children(object, from, most.min(MOST_CHILDREN))?,
                    None => Vec::new(),
                };
                if from == 0 {
                    let arena = self.handles.holder(Holder::Bookkeeping(held.clone()));
                    let summary = held.object.map_or_else(String::new, |object| format!("#{}", object.slot));
                    told.push(json!({
                        "name": "[[arena]]",
                        "value": summary,
                        "variablesReference": arena,
                        "presentationHint": { "kind": "virtual", "visibility": "internal" },
                    }));
                }
                told
            }
            Holder::Frame { task, frame, captured } => {
                let view = self.moment(Some(task))?;
                let frame = view.frames.get(frame).ok_or("there is no such frame any more")?;
                let (taken, own) = frame.variables.split_at(frame.captured);
                let held = if captured { taken } else { own };
                held.iter().skip(from).take(most).map(|held| self.variable(held)).collect()
            }
        };
        Ok(json!({ "variables": told }))
    }

    /// The variables that a reference, or a frame, stands for.
    pub(crate) fn variables_of(
        &mut self,
        reference: Option<u64>,
        frame: Option<u64>,
    ) -> Result<Vec<VariableView>, String> {
        let (task, frame) = match (reference.filter(|id| *id > 0), frame) {
            (Some(reference), _) => match self.handles.holder_of(reference)? {
                Holder::Frame { task, frame, .. } => (task, frame),
                Holder::Object(held) => {
                    let Some(object) = held.object else { return Ok(Vec::new()) };
                    return self.time.children(self.position, object, 0, MOST_CHILDREN).map_err(lost);
                }
                Holder::Arena | Holder::Bookkeeping(_) => return Ok(Vec::new()),
            },
            (None, Some(frame)) => self.handles.frame_of(frame)?,
            (None, None) => return Ok(Vec::new()),
        };
        let view = self.moment(Some(task))?;
        Ok(view.frames.into_iter().nth(frame).map(|frame| frame.variables).unwrap_or_default())
    }

    fn children(&mut self, object: ObjectId, from: usize, most: usize) -> Result<Vec<Value>, String> {
        let children = self.time.children(self.position, object, from, most).map_err(lost)?;
        Ok(children.iter().map(|held| self.variable(held)).collect())
    }

    fn variable(&mut self, held: &VariableView) -> Value {
        let can_be_opened = held.object.is_some() && held.kind.is_some_and(|kind| kind != "string");
        let reference = if can_be_opened { self.handles.holder(Holder::Object(Box::new(held.clone()))) } else { 0 };
        let kind = match (held.kind, held.object) {
            (Some(kind), Some(object)) => format!("{kind} #{}", object.slot),
            (None, Some(_)) => "dropped".to_owned(),
            _ => "value".to_owned(),
        };
        json!({
            "name": held.name,
            "value": held.text,
            "type": kind,
            "variablesReference": reference,
            "evaluateName": if held.is_indexed { Value::Null } else { held.name.as_str().into() },
        })
    }

    /// Who borrows an object, and where it was made.
    fn bookkeeping(&self, held: &VariableView) -> Vec<Value> {
        let line = |place: Option<crush_ide::FilePlace>| {
            place.map_or_else(String::new, |place| format!(", line {}", self.time.line_of(place) + 1))
        };
        let told = |name: &str, value: String| json!({ "name": name, "value": value, "variablesReference": 0 });
        let mut out = Vec::new();
        if let Some(object) = held.object {
            out.push(told("slot", format!("{} (generation {})", object.slot, object.generation)));
        }
        out.extend(held.kind.map(|kind| told("kind", kind.to_owned())));
        if let Some(place) = held.allocated {
            out.push(told("made", line(Some(place)).trim_start_matches(", ").to_owned()));
        }
        for borrow in &held.borrows {
            let kind = if borrow.exclusive { "exclusive borrow" } else { "shared borrow" };
            out.push(told(kind, format!("{}{}", borrow.holder, line(borrow.taken))));
        }
        out
    }

    fn slots(&mut self, offset: usize, limit: usize) -> Result<Vec<Value>, String> {
        let query = ArenaQuery { line: None, filter: None, offset, limit };
        let task = self.moment(None)?.task;
        let view = self.time.arena(self.position, &query).map_err(lost)?;
        let slot = |slot: crush_ide::ArenaSlot| {
            let borrowed = match (slot.shared, slot.exclusive) {
                (0, false) => String::new(),
                (shared, false) => format!(" · shared ×{shared}"),
                (_, true) => " · exclusive".to_owned(),
            };
            let names = if slot.names.is_empty() { String::new() } else { format!(" ({})", slot.names.join(", ")) };
            let held = VariableView {
                name: slot.label.clone(),
                text: format!("{}{borrowed}{names}", slot.preview),
                kind: Some("object"),
                object: Some(ObjectId { task, slot: slot.index, generation: slot.generation }),
                borrows: Vec::new(),
                allocated: slot.allocated,
                declared: crush_ide::FilePlace {
                    file: crush_ide::ModuleId::ROOT,
                    range: crush_ide::TextRange::empty(0),
                },
                is_indexed: true,
            };
            let mut told = self.variable(&held);
            told["type"] = slot.kind.into();
            told
        };
        Ok(view.slots.into_iter().map(slot).collect())
    }

    /// `evaluate`: a name, an expression, or statements, in a frame of the task that runs.
    pub(crate) fn evaluate(&mut self, of: &Evaluate) -> Result<Value, String> {
        let (task, frame) = match of.frame_id {
            Some(id) => self.handles.frame_of(id)?,
            None => (self.moment(None)?.task, 0),
        };
        let view: MomentView = self.moment(Some(task))?;
        let expression = of.expression.trim();
        let known =
            view.frames.get(frame).and_then(|frame| frame.variables.iter().rev().find(|held| held.name == expression));
        if let Some(held) = known {
            let told = self.variable(held);
            return Ok(json!({
                "result": told["value"], "type": told["type"], "variablesReference": told["variablesReference"],
            }));
        }
        if of.context.as_deref() == Some("hover") && expression.is_empty() {
            return Err("there is nothing to evaluate".to_owned());
        }
        if task != self.moment(None)?.task {
            return Err("only the task that runs can be evaluated in".to_owned());
        }
        let unwanted = self.requests.token();
        let aside = self.time.evaluate(self.position, frame, expression, INSTRUCTIONS, &unwanted);
        if self.requests.is_cancelled() {
            return Err(CANCELLED.to_owned());
        }
        let aside = aside.map_err(|error| match error {
            SnippetError::Problem(message) => message,
            SnippetError::Lost(reason) => lost(reason),
        })?;
        if of.context.as_deref() == Some("repl") && !aside.output.is_empty() {
            self.wire.output("stdout", &aside.output);
        }
        match (aside.value, aside.fault) {
            (Some(value), None) => {
                // The object is one of a copy that is gone.
                let mut text = value.text;
                if of.context.as_deref() == Some("repl") {
                    for change in &aside.changes {
                        text.push_str(&format!(
                            "\n  {} #{} {} {}",
                            change.what, change.slot, change.kind, change.preview
                        ));
                    }
                }
                Ok(json!({ "result": text, "variablesReference": 0 }))
            }
            (_, fault) => Err(fault.unwrap_or_default()),
        }
    }
}
