//! The messages of time: `docs/time.md` describes each; a test holds the page to these types.

use serde::{Deserialize, Serialize};
use tower_lsp::ls_types::{Range, TextDocumentIdentifier, Uri};

/// A moment of a run. The numbers mean nothing but their order; those of the end are the largest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// How many times the run has come to a place where statements begin.
    pub tick: u64,
    /// How many instructions were run after that.
    #[serde(default)]
    pub step: u64,
}

/// Parameters of `crush/time/open`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OpenParams {
    /// The document whose last run is gone back in.
    pub text_document: TextDocumentIdentifier,
    /// Where it begins: when this line (from 0) was last come to; at the end, or the fault, when absent.
    pub line: Option<u32>,
}

/// How far a step goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum StepKind {
    /// To the next line, in whatever function.
    Into,
    /// To the next line of this function, or of one that called it.
    Over,
    /// To the function that called.
    Out,
    /// To the next change of an arena.
    Event,
}

/// Which way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Direction {
    /// To what comes later.
    #[default]
    Forward,
    /// To what came before.
    Back,
}

/// Parameters of `crush/time/step`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StepParams {
    /// The session.
    pub session: u64,
    /// From where.
    pub position: Position,
    /// How far.
    pub step: StepKind,
    /// Which way.
    #[serde(default)]
    pub direction: Direction,
}

/// Parameters of `crush/time/seek`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SeekParams {
    /// The session.
    pub session: u64,
    /// Where to, or from where a line is looked for.
    pub position: Position,
    /// The line (from 0) to look for.
    pub line: Option<u32>,
    /// Which way it is looked for.
    #[serde(default)]
    pub direction: Direction,
    /// The task to look at, by the number of its handle; the one that runs when absent.
    pub task: Option<u32>,
}

/// An object of the arena of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectId {
    /// The task, by the number of its handle; 0 is the program itself.
    #[serde(default)]
    pub task: u32,
    /// The slot.
    pub slot: u32,
    /// The generation of the slot.
    pub generation: u32,
}

/// Parameters of `crush/time/lastChange` and `crush/time/borrowedWhen`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectParams {
    /// The session.
    pub session: u64,
    /// Before which moment.
    pub position: Position,
    /// The object.
    pub object: ObjectId,
}

/// Result of `crush/time/lastChange` and `crush/time/borrowedWhen`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectEvent {
    /// When: where the statement begins that did it.
    pub position: Position,
    /// What, in a word or two: `written`.
    pub what: String,
    /// The file.
    pub uri: Option<Uri>,
    /// Where.
    pub range: Option<Range>,
    /// Who borrowed it.
    pub holder: Option<String>,
}

/// Parameters of `crush/time/arena`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TimeArenaParams {
    /// The session.
    pub session: u64,
    /// When.
    pub position: Position,
    /// Only slots whose label, preview or names hold this text.
    pub filter: Option<String>,
    /// How many matching slots to leave out first.
    #[serde(default)]
    pub offset: usize,
    /// How many slots to send at most; 200 when absent.
    pub limit: Option<usize>,
}

/// Parameters of `crush/time/heap`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TimeHeapParams {
    /// The session.
    pub session: u64,
    /// When.
    pub position: Position,
    /// The object in the middle; the variables when absent.
    pub slot: Option<u32>,
    /// How many steps to go from there; 3 when absent.
    pub depth: Option<usize>,
    /// How many boxes to draw at most; 60 when absent.
    pub limit: Option<usize>,
}

/// Parameters of `crush/time/close`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CloseParams {
    /// The session.
    pub session: u64,
}

/// What kind of moment it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum MomentKind {
    /// Before a statement.
    Statement,
    /// In the middle of one.
    Within,
    /// After the end.
    Finished,
    /// Where a fault halted the run.
    Faulted,
}

/// A live borrow of an object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VariableBorrow {
    /// `shared` or `exclusive`.
    pub kind: String,
    /// Who holds it.
    pub owner: String,
}

/// A variable, or what an evaluation gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its value, shortened: `#14 [1, 2, 3] · shared ×1`.
    pub value: String,
    /// The kind of its object; null when it is none.
    pub kind: Option<String>,
    /// Its object.
    pub object: Option<ObjectId>,
    /// Who borrows that.
    pub borrows: Vec<VariableBorrow>,
}

/// A frame.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Frame {
    /// The function.
    pub function: String,
    /// The file.
    pub uri: Option<Uri>,
    /// The statement that runs, or is about to.
    pub range: Range,
    /// Its variables.
    pub variables: Vec<Variable>,
}

/// A task that has not ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Task {
    /// The number of its handle; 0 is the program itself.
    pub task: u32,
    /// The function that it began with.
    pub function: String,
    /// The task that it awaits.
    pub waits_for: Option<u32>,
}

/// What to show beside a line at a moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MomentLine {
    /// The line, from 0.
    pub line: u32,
    /// One short line of text.
    pub text: String,
}

/// What is there at a moment: the result of `crush/time/open`, `crush/time/step` and `crush/time/seek`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TimeMoment {
    /// The session.
    pub session: u64,
    /// The document.
    pub uri: Uri,
    /// The version of it that ran.
    pub version: i32,
    /// The moment.
    pub position: Position,
    /// The largest tick that the run comes to: positions lie between 1 and this, and at the end.
    pub ticks: u64,
    /// What kind of moment it is.
    pub kind: MomentKind,
    /// The same in words: `before line 3 of grow`.
    pub text: String,
    /// The fault, when one halted the run here; empty otherwise.
    pub reason: String,
    /// The task that is looked at.
    pub task: u32,
    /// The tasks that have not ended.
    pub tasks: Vec<Task>,
    /// The frames of the task, innermost first, the first 50 of them.
    pub frames: Vec<Frame>,
    /// What to show beside the lines of the document.
    pub lines: Vec<MomentLine>,
    /// Live objects of the arena.
    pub objects: u64,
    /// Its live borrows.
    pub borrows: u64,
    /// What was printed until then, the last 4 KiB.
    pub output: String,
}

/// Parameters of `crush/evaluate`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EvaluateParams {
    /// The document.
    pub text_document: TextDocumentIdentifier,
    /// What to evaluate: an expression, or statements, of which the last may be an expression.
    pub text: String,
    /// When: the line (from 0) is come to for the last time.
    pub line: Option<u32>,
    /// When: at a moment of a session, rather than at a line.
    pub session: Option<u64>,
    /// The moment.
    pub position: Option<Position>,
    /// The frame, counted from the innermost one.
    #[serde(default)]
    pub frame: usize,
}

/// An object that an evaluation changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ArenaChange {
    /// Its slot.
    pub slot: u32,
    /// Its kind.
    pub kind: String,
    /// `allocated`, `written` or `dropped`.
    pub what: String,
    /// What it holds then, shortened.
    pub preview: String,
}

/// Result of `crush/evaluate`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EvaluateResult {
    /// Its value; null when it faulted.
    pub value: Option<Variable>,
    /// The fault that halted it; empty otherwise.
    pub reason: String,
    /// What it printed.
    pub output: String,
    /// The objects that it changed.
    pub changes: Vec<ArenaChange>,
    /// How many more objects there are than before.
    pub objects: i64,
    /// The moment in words.
    pub text: String,
}
