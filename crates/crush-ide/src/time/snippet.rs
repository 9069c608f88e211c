//! Evaluating a piece of text in the state of a moment.
//!
//! The piece becomes the body of a function behind the text, with the variables of a frame as its parameters; what it compiles
//! to is taken into the program that runs ([`graft`]), and called on a copy of the run.

use crush_eval::time::{Aside, Lost, Position};
use crush_hir::modules::ModuleId;
use crush_syntax::{TextEdit, TextRange};
use crush_vm::{CancelToken, FileId, Function, Grafted, graft};

use super::TimeTravel;
use super::view::{VariableView, variable_view};
use crate::completion::{Completion, completions};
use crate::diagnostics::Diagnostic;
use crate::{FileAnalysis, Snapshot};

/// What makes an expression the result of the piece.
const RETURN: &str = "return ";

/// What came of a piece of text.
#[derive(Clone, Debug, PartialEq)]
pub struct AsideView {
    /// Its value, unless it faulted.
    pub value: Option<VariableView>,
    /// The fault that halted it, in a line.
    pub fault: Option<String>,
    /// What it printed.
    pub output: String,
    /// The objects that it changed.
    pub changes: Vec<AsideChange>,
    /// How many more objects there are than before.
    pub objects: i64,
}

/// An object that was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AsideChange {
    /// Its slot.
    pub slot: u32,
    /// Its kind.
    pub kind: &'static str,
    /// `allocated`, `written`, or `dropped`.
    pub what: &'static str,
    /// What it holds then, shortened.
    pub preview: String,
}

/// Why a piece of text was not evaluated.
#[derive(Clone, Debug, PartialEq)]
pub enum SnippetError {
    /// What is wrong with it.
    Problem(String),
    /// The moment could not be looked at.
    Lost(Lost),
}

impl From<Lost> for SnippetError {
    fn from(lost: Lost) -> Self {
        Self::Lost(lost)
    }
}

impl TimeTravel<'_> {
    /// Evaluates a piece of text, an expression or statements, at a moment, in a frame of the task that runs, counted from
    /// the innermost one. Nothing of it stays.
    ///
    /// # Errors
    ///
    /// What is wrong with it, or why there is no such moment.
    pub fn evaluate(
        &mut self,
        position: Position,
        frame: usize,
        text: &str,
        instructions: u64,
        cancel: &CancelToken,
    ) -> Result<AsideView, SnippetError> {
        let state = self.timeline.state(position)?;
        let Some(frame_state) = state.frames.get(frame) else {
            return Err(SnippetError::Problem("there is no such frame".to_owned()));
        };
        let file = ModuleId(frame_state.range.file.0);
        let mut names: Vec<String> = Vec::new();
        for held in frame_state.variables.iter().rev() {
            if !names.contains(&held.name) {
                names.push(held.name.clone());
            }
        }
        names.reverse();
        let grafted = compiled(&self.analysis, file, self.timeline.program(), text, &names)?;
        let aside = self.timeline.evaluate(position, frame, &grafted, &names, instructions, cancel.clone())?;
        Ok(view(aside, state.task))
    }

    /// What can be written at `offset` in a piece of text that is to be evaluated in a frame.
    ///
    /// # Errors
    ///
    /// When there is no such moment.
    pub fn completions(
        &mut self,
        position: Position,
        task: Option<u32>,
        frame: usize,
        text: &str,
        offset: usize,
    ) -> Result<Vec<Completion>, Lost> {
        let view = self.moment(position, task)?;
        let names = view.frames.get(frame).map_or_else(Vec::new, |frame| {
            let mut names: Vec<String> = frame.variables.iter().map(|held| held.name.clone()).collect();
            names.sort();
            names.dedup();
            names
        });
        let piece = Piece::new(&self.analysis, ModuleId::ROOT, text, &names, None);
        let at = piece.body + offset.min(text.len());
        let mut found = completions(&Snapshot::unevaluated(piece.analysis), at, &[], false);
        found.retain(|it| it.label != piece.name);
        Ok(found)
    }
}

/// The program with the piece as a function more.
fn compiled(
    analysis: &FileAnalysis,
    file: ModuleId,
    program: &crush_vm::VerifiedProgram,
    text: &str,
    names: &[String],
) -> Result<Grafted, SnippetError> {
    let whole = Piece::new(analysis, file, text, names, None);
    let with_return = whole.last_expression().map(|at| Piece::new(analysis, file, text, names, Some(at)));
    let compiled = with_return.and_then(|piece| piece.analysis.compile().ok());
    let compiled = match compiled {
        Some(compiled) => compiled,
        None => whole.analysis.compile().map_err(|problems| SnippetError::Problem(whole.told(&problems)))?,
    };
    let is_new = |function: &Function| {
        function.debug.file == FileId(file.0) && function.debug.span.start as usize >= whole.begins
    };
    graft(program, &compiled, is_new).ok_or_else(|| {
        SnippetError::Problem("this cannot be evaluated here: with it, the program would be another one".to_owned())
    })
}

/// A piece of text as a function behind the text of a file of the program.
struct Piece {
    analysis: FileAnalysis,
    file: ModuleId,
    /// What the function is called: nothing else is.
    name: String,
    /// Where the function begins.
    begins: usize,
    /// Where the piece itself begins.
    body: usize,
}

impl Piece {
    /// `returned` is where, in the piece, an expression begins that is to be its result.
    fn new(analysis: &FileAnalysis, file: ModuleId, text: &str, names: &[String], returned: Option<usize>) -> Self {
        let whole = analysis.module(file).map_or(analysis.text(), |(_, _, text)| text);
        let end = whole.len();
        let source = whole.slice(TextRange::new(0, end));
        let mut name = "evaluated".to_owned();
        while source.contains(&name) || text.contains(&name) {
            name.push('_');
        }
        let head = format!("\nfn {name}({}) {{\n", names.join(", "));
        let (before, after) = text.split_at(returned.unwrap_or(0));
        let result = if returned.is_some() { RETURN } else { "" };
        let new_text = format!("{head}{before}{result}{after}\n}}\n");
        let begins = end + 1;
        let edit = TextEdit { range: TextRange::empty(end), new_text };
        Self { analysis: analysis.sketch_in(file, &[edit]), file, name, begins, body: end + head.len() }
    }

    /// Where, in the piece, its last statement begins when it is an expression.
    fn last_expression(&self) -> Option<usize> {
        let root = self.analysis.tree_of(self.file)?.root();
        let function = root.named_descendant_for_byte_range(self.begins, self.body)?;
        let body = function.child_by_field_name("body")?;
        let mut cursor = body.walk();
        let last = body.named_children(&mut cursor).filter(|child| !child.is_extra()).last()?;
        (last.kind() == "expression_statement").then(|| last.start_byte().checked_sub(self.body)).flatten()
    }

    /// What is wrong with it, in a line.
    fn told(&self, problems: &[Diagnostic]) -> String {
        let is_own = |problem: &&Diagnostic| problem.file == self.file && problem.range.end >= self.begins;
        let own = problems.iter().find(is_own).or(problems.first());
        own.map_or_else(|| "it does not compile".to_owned(), |problem| problem.message.clone())
    }
}

fn view(aside: Aside, task: u32) -> AsideView {
    let (value, fault) = match aside.result {
        Ok(held) => (Some(variable_view(held, task, false)), None),
        Err(fault) => (None, Some(fault.message)),
    };
    let changes = aside.changes.into_iter().map(|change| AsideChange {
        slot: change.slot,
        kind: change.kind.name(),
        what: change.what,
        preview: change.preview,
    });
    AsideView { value, fault, output: aside.output, changes: changes.collect(), objects: aside.objects }
}
