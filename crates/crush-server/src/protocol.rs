//! The protocol's own extensions: `crush/…` messages. `docs/protocol.md` describes each; a test holds the page to these types.

use serde::{Deserialize, Serialize};
use tower_lsp::ls_types::notification::Notification;
use tower_lsp::ls_types::{Range, TextDocumentIdentifier, Uri};

use crate::grants::protocol::Needs;

/// Version of the extensions, in `capabilities.experimental.crush.version`.
pub const VERSION: u32 = 1;

/// What the editor asks of the server: `initializationOptions`, and `settings.crush` of `workspace/didChangeConfiguration`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Settings {
    /// Whether the user trusts the workspace. Nothing runs before this is true. Taken from `initializationOptions` and
    /// `crush/trust` only, never from a configuration change, for that may come from the workspace itself.
    pub trusted: bool,
    /// Whether saving a document runs it.
    pub evaluate_on_save: bool,
    /// How many instructions a run may take.
    pub instructions: u64,
    /// How many milliseconds a run may take.
    pub milliseconds: u64,
    /// Whether inlay hints show where a named borrow ends.
    pub borrow_hints: bool,
    /// Whether inlay hints show what a variable was seen to hold.
    pub type_hints: bool,
    /// Whether inlay hints name the parameters of arguments that do not say what they are.
    pub parameter_hints: bool,
    /// Whether code lenses show how often something is used, and that a file can be run.
    pub code_lenses: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            trusted: false,
            evaluate_on_save: true,
            instructions: 50_000_000,
            milliseconds: 5_000,
            borrow_hints: true,
            type_hints: true,
            parameter_hints: true,
            code_lenses: true,
        }
    }
}

/// Notification to the server: the user trusts the workspace now, or no longer does.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TrustParams {
    /// Whether programs may run.
    pub trusted: bool,
}

/// Parameters of `crush/run` and `crush/cancel`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunParams {
    /// The document to run, or whose run to cancel.
    pub text_document: TextDocumentIdentifier,
}

/// How far a run has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RunState {
    /// It has started.
    Running,
    /// It ended by itself.
    Finished,
    /// A fault halted it.
    Faulted,
    /// It was stopped: by an edit, by the user, or at the time limit.
    Cancelled,
    /// It was not started; `reason` says why.
    Skipped,
}

/// What kind of note stands beside a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum LineKind {
    /// What names of the line held.
    Value,
    /// What the line printed.
    Output,
    /// The fault that halted the run here.
    Fault,
}

/// What to show beside one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LineNote {
    /// The line, from 0, in the version that ran.
    pub line: u32,
    /// One short line of text.
    pub text: String,
    /// How often the line ran.
    pub hits: u64,
    /// What the note is about.
    pub kind: LineKind,
    /// The same at length, as Markdown.
    pub hover: String,
}

/// Parameters of the notification `crush/evaluation`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EvaluationParams {
    /// The document.
    pub uri: Uri,
    /// The version of it that ran.
    pub version: i32,
    /// How far the run has come.
    pub state: RunState,
    /// Why it was skipped or cancelled, or the fault in a line; empty otherwise.
    pub reason: String,
    /// What to show beside the lines.
    pub lines: Vec<LineNote>,
    /// What the program printed, cut to 64 KiB.
    pub output: String,
    /// Whether `output` was cut.
    pub output_truncated: bool,
    /// The run in a line.
    pub summary: String,
    /// How long it took.
    pub milliseconds: u64,
    /// The grants it lacked, when a missing one halted it.
    pub needs: Option<Needs>,
}

/// The notification `crush/evaluation`.
#[derive(Debug)]
pub enum EvaluationNotification {}

impl Notification for EvaluationNotification {
    type Params = EvaluationParams;
    const METHOD: &'static str = "crush/evaluation";
}

/// Parameters of `crush/arena`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ArenaParams {
    /// The document whose last run is asked about.
    pub text_document: TextDocumentIdentifier,
    /// The arena as it was when this line last ran; the end or the fault when absent.
    pub line: Option<u32>,
    /// Only slots whose label, preview or names hold this text.
    pub filter: Option<String>,
    /// How many matching slots to leave out first.
    #[serde(default)]
    pub offset: usize,
    /// How many slots to send at most.
    #[serde(default = "default_limit")]
    pub limit: usize,
}

fn default_limit() -> usize {
    200
}

/// Which moment of the run an arena view shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum MomentKind {
    /// After the last instruction.
    End,
    /// When the fault halted the run.
    Fault,
    /// Just after a line last ran.
    Line,
}

/// The moment of the run that an arena view shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Moment {
    /// Which moment.
    pub kind: MomentKind,
    /// The line it is about, from 0.
    pub line: Option<u32>,
    /// The same in words.
    pub text: String,
}

/// Figures of an arena.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ArenaStats {
    /// Objects alive.
    pub objects: u64,
    /// Bytes they take.
    pub bytes: u64,
    /// Live borrows.
    pub borrows: u64,
    /// Objects ever allocated.
    pub allocated: u64,
    /// Objects freed, by `drop` or collection.
    pub collected: u64,
}

/// A live borrow of a slot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SlotBorrow {
    /// `shared` or `exclusive`.
    pub kind: String,
    /// The variable, or what else holds it.
    pub owner: Option<String>,
    /// Where it was taken.
    pub range: Option<Range>,
}

/// One slot of the arena.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Slot {
    /// Its index.
    pub slot: u32,
    /// How often it was reused.
    pub generation: u32,
    /// Kind of the object in it.
    pub kind: String,
    /// The object in two words: `#14 array(3)`.
    pub label: String,
    /// Its contents, shortened.
    pub preview: String,
    /// Bytes it takes.
    pub bytes: u64,
    /// Number of shared borrows.
    pub shared: u32,
    /// Whether it is borrowed exclusively.
    pub exclusive: bool,
    /// Variables that refer to it.
    pub names: Vec<String>,
    /// Its live borrows.
    pub borrows: Vec<SlotBorrow>,
    /// Where it was allocated.
    pub allocated: Option<Range>,
    /// Slots it refers to, at most 32.
    pub edges: Vec<u32>,
}

/// Result of `crush/arena`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ArenaView {
    /// The document.
    pub uri: Uri,
    /// The version that ran.
    pub version: i32,
    /// The moment shown.
    pub moment: Moment,
    /// Figures of the whole arena.
    pub stats: ArenaStats,
    /// How many slots match the filter.
    pub total: usize,
    /// How many of them come before `slots`.
    pub offset: usize,
    /// The slots.
    pub slots: Vec<Slot>,
}
