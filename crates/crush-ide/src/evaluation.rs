//! A run, together with the text that ran.

use std::sync::Arc;

use crush_eval::{Held, HeldObject, Moment, Outside, StatementRecord};
use crush_hir::modules::ModuleId;
use crush_host::Grants;
use crush_syntax::{Text, TextRange};
use crush_vm::{CancelToken, Fault, FileId, HolderName, SourceRange};

use crate::FileAnalysis;
use crate::diagnostics::Diagnostic;
use crate::notes::shorten;

/// What is known of a run, and the text that ran. Ranges in it are ranges of that text, whatever was typed since.
#[derive(Clone, Debug)]
pub struct Evaluation {
    /// The text that ran, and its modules.
    analysis: FileAnalysis,
    run: crush_eval::Evaluation,
}

/// How a run ended.
#[derive(Clone, Copy, Debug)]
pub enum Outcome<'a> {
    /// By itself.
    Finished,
    /// By a fault.
    Faulted(&'a Fault),
}

impl Evaluation {
    /// The text that ran.
    pub fn text(&self) -> &Text {
        self.analysis.text()
    }

    /// The text that ran, and all that is known of it.
    pub fn analysis(&self) -> &FileAnalysis {
        &self.analysis
    }

    /// What the run was granted, and what it got from outside.
    pub fn outside(&self) -> &Outside {
        self.run.outside()
    }

    /// How the run ended.
    pub fn outcome(&self) -> Outcome<'_> {
        self.run.fault().map_or(Outcome::Finished, Outcome::Faulted)
    }

    /// What the program printed, the first of it.
    pub fn output(&self) -> &str {
        self.run.output()
    }

    /// Whether that is not all of it.
    pub fn output_is_truncated(&self) -> bool {
        self.run.output_is_truncated()
    }

    /// How often statements that begin on `line` (from 0) ran.
    pub fn hits_of_line(&self, line: usize) -> u64 {
        let begins = |statement: &&StatementRecord| self.text().line_of(statement.range.start as usize) == line;
        self.statements().iter().filter(begins).map(|statement| statement.hits).sum()
    }

    /// The statements of the evaluated file that ran.
    pub(crate) fn statements(&self) -> &[StatementRecord] {
        self.run.statements_of(FileId::default())
    }

    /// The run itself.
    pub(crate) fn run(&self) -> &crush_eval::Evaluation {
        &self.run
    }

    /// A module of the program that ran: its path as people read it, and its text; `None` for the text itself.
    pub fn module(&self, file: ModuleId) -> Option<(&str, &Text)> {
        self.analysis.module(file).map(|(_, path, text)| (path, text))
    }

    /// `on line 3`, `on line 3 of util/strings.crush`.
    pub(crate) fn place_text(&self, range: SourceRange) -> String {
        let (path, text) = match self.module(module(range.file)) {
            Some((path, text)) => (Some(path), text),
            None => (None, self.text()),
        };
        let line = text.line_of(range.start as usize) + 1;
        path.map_or(format!("on line {line}"), |path| format!("on line {line} of {path}"))
    }

    /// The moment just after `line` (from 0) last ran.
    pub(crate) fn moment_of_line(&self, line: usize) -> Option<Moment> {
        let range = self.text().line_range(line)?;
        let offset = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Some(Moment::Statements { start: offset(range.start), end: offset(range.end + 1) })
    }
}

/// Why there is no result of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotRun {
    /// The program does not compile; why, in a line.
    Refused(String),
    /// The run was cancelled.
    Cancelled,
}

/// Runs the program of `analysis`, granted nothing, under `limits`.
///
/// # Errors
///
/// Why there is no result.
pub fn evaluate(
    analysis: &FileAnalysis,
    limits: crush_eval::Limits,
    cancel: &CancelToken,
) -> Result<Evaluation, NotRun> {
    evaluate_granted(analysis, limits, &Arc::default(), cancel)
}

/// Runs the program of `analysis` with what it was granted, under `limits`.
///
/// # Errors
///
/// Why there is no result.
pub fn evaluate_granted(
    analysis: &FileAnalysis,
    limits: crush_eval::Limits,
    grants: &Arc<Grants>,
    cancel: &CancelToken,
) -> Result<Evaluation, NotRun> {
    let program = analysis.compile().map_err(|problems| NotRun::Refused(refusal(&problems)))?;
    match crush_eval::evaluate_granted(&program, limits, grants, cancel) {
        Some(run) => Ok(Evaluation { analysis: analysis.clone(), run }),
        None => Err(NotRun::Cancelled),
    }
}

pub(crate) fn refusal(problems: &[Diagnostic]) -> String {
    match problems {
        [] => "the program does not compile".to_string(),
        [only] => format!("the program has an error: {}", only.message),
        [first, ..] => format!("the program has {} errors, the first: {}", problems.len(), first.message),
    }
}

/// A run in a line: how it ended, and what it took.
pub fn run_summary(evaluation: &Evaluation) -> String {
    let ending = match evaluation.outcome() {
        Outcome::Finished => "finished",
        Outcome::Faulted(fault) => fault.kind.name(),
    };
    let run = evaluation.run();
    let objects = run.arena().objects;
    format!(
        "{ending} · {objects} object{} · {} instructions",
        if objects == 1 { "" } else { "s" },
        grouped(run.instructions()),
    )
}

/// `1234567` as `1,234,567`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Whether a range is one of the file that runs.
pub(crate) fn in_root(range: &SourceRange) -> bool {
    range.file == FileId::default()
}

/// The file of a source range, as programs count them.
pub(crate) fn module(file: FileId) -> ModuleId {
    ModuleId(file.0)
}

/// Where a fault shows in the file that runs: where it happened, or the call that led there.
pub(crate) fn fault_in_root(fault: &Fault) -> TextRange {
    let calls = fault.call_stack.iter().map(|call| call.range);
    let found = std::iter::once(fault.primary).chain(calls).find(in_root);
    found.map_or(TextRange::empty(0), text_range)
}

/// The line (from 0) of the file that runs on which a fault shows.
pub fn fault_line(evaluation: &Evaluation, fault: &Fault) -> usize {
    evaluation.text().line_of(fault_in_root(fault).start)
}

/// The range of a source range.
pub(crate) fn text_range(range: SourceRange) -> TextRange {
    TextRange::new(range.start as usize, range.end.max(range.start) as usize)
}

/// `#14 [1, 2, 3] · shared ×1`: a value in so many characters, the slot it was in and how it was borrowed.
pub(crate) fn value_text(held: &Held, room: usize) -> String {
    let preview = shorten(&held.preview, room);
    match &held.object {
        Some(object) if shows_slot(object) => {
            format!("{}#{} {preview}{}", handle_prefix(object), object.slot, borrow_text(object))
        }
        _ => preview,
    }
}

/// Strings are values to the reader: their slot tells nothing.
fn shows_slot(object: &HeldObject) -> bool {
    object.kind != Some(crush_arena::Kind::Str)
}

fn handle_prefix(object: &HeldObject) -> &'static str {
    match object.handle {
        Some(crush_arena::BorrowKind::Shared) => "&",
        Some(crush_arena::BorrowKind::Exclusive) => "&mut ",
        None => "",
    }
}

/// ` · shared ×2`, ` · exclusive`, or nothing.
pub(crate) fn borrow_text(object: &HeldObject) -> String {
    let shared = object.borrows.iter().filter(|borrow| borrow.kind == crush_arena::BorrowKind::Shared).count();
    let exclusive = object.borrows.len() > shared;
    let mut text = String::new();
    if shared > 0 {
        text.push_str(&format!(" · shared ×{shared}"));
    }
    if exclusive {
        text.push_str(" · exclusive");
    }
    if object.kind.is_none() {
        text.push_str(" · dropped");
    }
    text
}

/// Who holds a borrow, in words.
pub(crate) fn holder_text(holder: &HolderName) -> String {
    holder.to_string()
}
