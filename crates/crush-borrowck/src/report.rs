//! Reports: plain data, worded in the program's own names (S3).
//!
//! A report does not know lines. Where its text says "line 4" it holds a [`Part::Line`] instead, which the edge fills in
//! with what it knows of the file ([`Text::render`]); so a report stays right while the function it belongs to moves.

use crush_hir::body::LambdaId;
use crush_hir::source_map::BodyRange;

/// A function of the program, by its number in the [`Analysis`](crate::Analysis).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FunctionId(pub(crate) u32);

/// A range in the body of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// Whose body.
    pub function: FunctionId,
    /// Where in it.
    pub range: BodyRange,
}

macro_rules! codes {
    ($($name:ident $text:literal)*) => {
        /// What kind of mistake a report is about. Each has a page in `docs/diagnostics/`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[expect(missing_docs, reason = "each has a page of its own")]
        pub enum Code { $($name,)* }

        impl Code {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The stable name, which is also that of its page.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

codes! {
    ChangedWhileIterated "changed-while-iterated"
    ChangedWhileBorrowed "changed-while-borrowed"
    ReadWhileExclusive "read-while-exclusive"
    BorrowedTwice "borrowed-twice"
    WrittenThroughShared "written-through-shared"
    DroppedWhileBorrowed "dropped-while-borrowed"
    BorrowOutlivesScope "borrow-outlives-scope"
    UseAfterDrop "use-after-drop"
    HandleSentToTask "handle-sent-to-task"
    CallbackChangesArgument "callback-changes-argument"
    TooLargeToAnalyse "too-large-to-analyse"
}

/// How sure a report is (S2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Some run may fault; [`Report::condition`] says when.
    Warning,
    /// Every run that reaches the place faults there or at the step that is named.
    Error,
}

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Itself.
    Text(String),
    /// "line 4": where the place starts.
    Line(Place),
}

/// A text that names lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text(pub Vec<Part>);

impl Text {
    /// The text, given the line (from 1) on which a place starts: `3`, or `3 of util.crush`.
    pub fn render<L: std::fmt::Display>(&self, mut line_of: impl FnMut(Place) -> L) -> String {
        let mut text = String::new();
        for part in &self.0 {
            match part {
                Part::Text(part) => text.push_str(part),
                Part::Line(place) => {
                    text.push_str("line ");
                    text.push_str(&line_of(*place).to_string());
                }
            }
        }
        text
    }
}

/// A place on the way to a fault, and what happens there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// Where.
    pub place: Place,
    /// What.
    pub message: Text,
}

/// A change of the text that makes a report go away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as the editor shows it.
    pub title: String,
    /// What replaces what.
    pub edits: Vec<(Place, String)>,
}

/// A fault that a run may raise (S1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// What kind.
    pub code: Code,
    /// What else the same borrow or drop may make go wrong at the same place.
    pub also: Vec<Code>,
    /// How sure.
    pub severity: Severity,
    /// Where.
    pub place: Place,
    /// What is wrong.
    pub message: Text,
    /// What it rests on, for a warning: "if `a` and `b` are the same object".
    pub condition: Option<Text>,
    /// The borrows in the way and the steps that lead to the fault, in order.
    pub related: Vec<Related>,
    /// Ways out that the editor can apply.
    pub fixes: Vec<Fix>,
}

impl Report {
    /// What may go wrong: its code, and what else.
    pub fn codes(&self) -> impl Iterator<Item = Code> {
        std::iter::once(self.code).chain(self.also.iter().copied())
    }

    /// The message with its condition, given the line (from 1) on which a place starts: `3`, or `3 of util.crush`.
    pub fn render<L: std::fmt::Display>(&self, mut line_of: impl FnMut(Place) -> L) -> String {
        let mut text = self.message.render(&mut line_of);
        if let Some(condition) = &self.condition {
            text.push_str(", ");
            text.push_str(&condition.render(&mut line_of));
        }
        text
    }
}

/// Where something happens: a place in the analysed function, and, where that is a call, what the callee's summary says
/// of it. The rest of the way is looked up when a report is shown, so that a callee whose text merely moved changes
/// nothing in its callers; for the same reason two steps are equal wherever their texts stand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub(crate) place: Place,
    pub(crate) cause: Option<Cause>,
}

/// How many places one entry of a summary may have.
const PLACES: usize = 64;

impl Step {
    /// What happens in a function that is too large to analyse: the function.
    pub(crate) fn too_large(&self) -> Option<FunctionId> {
        self.cause.filter(|cause| cause.entry == Entry::TooLarge).map(|cause| cause.function)
    }

    /// Adds the step to those that are known.
    pub(crate) fn add_to(self, steps: &mut Vec<Self>) {
        let is_known = steps.iter().any(|known| known.place == self.place && known.cause == self.cause);
        if !is_known && steps.len() < PLACES {
            steps.push(self);
        }
    }
}

impl PartialEq for Step {
    fn eq(&self, other: &Self) -> bool {
        self.place.function == other.place.function && self.cause == other.cause
    }
}

/// An entry of a callee's summary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Cause {
    pub(crate) function: FunctionId,
    pub(crate) lambda: LambdaId,
    pub(crate) entry: Entry,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Entry {
    Effect(u32),
    /// What is used, in a condition.
    Used(u32),
    /// What is borrowed or freed, in a condition.
    Held(u32),
    /// A borrow that is held during a callback.
    Callback(u32, u32),
    /// Where such a borrow's handle is used after the callback.
    Later(u32, u32),
    /// A callback itself.
    Called(u32),
    Dead(u32),
    Taken(u32),
    Freed(u32),
    /// It is too large to analyse: anything.
    TooLarge,
}
