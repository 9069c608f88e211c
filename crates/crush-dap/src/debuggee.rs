//! The program that is debugged: its run, where that is, and its files.

use std::collections::BTreeSet;
use std::path::Path;

use crush_ide::time::{FrameView, MomentView, Position, TimeTravel};
use crush_ide::{FilePlace, ModuleId, PositionEncoding};
use serde_json::{Value, json};

use crate::breakpoints::Breakpoints;
use crate::cancel::Cancellations;
use crate::look::Handles;
use crate::request::Launch;
use crate::wire::Wire;

/// The program that is debugged.
pub(crate) struct Debuggee<'t, 'h> {
    pub(crate) time: &'t mut TimeTravel<'h>,
    pub(crate) wire: Wire,
    pub(crate) requests: Cancellations,
    pub(crate) launch: Launch,
    /// The path of the program.
    pub(crate) path: String,
    /// Where the run is.
    pub(crate) position: Position,
    pub(crate) breakpoints: Breakpoints,
    pub(crate) handles: Handles,
    /// The tasks that the client knows of.
    pub(crate) threads: BTreeSet<u32>,
    /// What the client's first line and column are.
    pub(crate) first: (u64, u64),
}

impl Debuggee<'_, '_> {
    /// What is there where the run is, in the task that runs or in another one.
    pub(crate) fn moment(&mut self, task: Option<u32>) -> Result<MomentView, String> {
        self.time.moment(self.position, task).map_err(lost)
    }

    /// The file of the program that a path names.
    pub(crate) fn file(&self, path: &str) -> Option<ModuleId> {
        if same(path, &self.path) {
            return Some(ModuleId::ROOT);
        }
        let analysis = self.time.analysis();
        (1..)
            .map(ModuleId)
            .map_while(|file| Some((file, analysis.module(file)?)))
            .find_map(|(file, (key, ..))| same(path, &key.0).then_some(file))
    }

    /// A place, as the client reads it: `source`, `line`, `column` and their ends.
    pub(crate) fn place(&self, place: FilePlace) -> Value {
        let analysis = self.time.analysis();
        let (path, text) = match analysis.module(place.file) {
            Some((key, _, text)) => (key.0.to_string(), text),
            None => (self.path.clone(), analysis.text()),
        };
        let name =
            Path::new(&path).file_name().map_or_else(|| path.clone(), |name| name.to_string_lossy().into_owned());
        let (start, end) = (place.range.start, place.range.end);
        let (start, end) =
            (text.position_of(start, PositionEncoding::Utf16), text.position_of(end, PositionEncoding::Utf16));
        let (line, column) = self.first;
        json!({
            "source": { "name": name, "path": path },
            "line": u64::from(start.line) + line,
            "column": u64::from(start.column) + column,
            "endLine": u64::from(end.line) + line,
            "endColumn": u64::from(end.column) + column,
        })
    }

    /// A frame in a stack trace.
    pub(crate) fn line_of_trace(&self, frame: &FrameView) -> String {
        let place = self.place(frame.place);
        let name = place["source"]["name"].as_str().unwrap_or_default();
        format!("  {} ({name}:{})", frame.function, place["line"])
    }
}

fn same(a: &str, b: &str) -> bool {
    let real = |path: &str| Path::new(path).canonicalize().ok();
    a == b || real(a).is_some_and(|a| Some(a) == real(b))
}

/// Why there is nothing to show.
pub(crate) fn lost(lost: crush_ide::time::Lost) -> String {
    match lost {
        crush_ide::time::Lost::Cancelled => "the run was stopped".to_owned(),
        crush_ide::time::Lost::Refused(fault) => fault.message.clone(),
        crush_ide::time::Lost::Missed => "the run did not come there again: please report it".to_owned(),
    }
}
