//! What is known of a run.

use crush_vm::{Fault, FileId, SourceRange, Span, VerifiedProgram};

use crate::moment::Moment;
use crate::outside::Outside;
use crate::record::{ArenaRecord, Held};
use crate::run::{Limits, arena_at};

/// How a run ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// By itself.
    Finished,
    /// By a fault.
    Faulted(Box<Fault>),
}

/// What is known of one statement that ran.
#[derive(Clone, Debug, PartialEq)]
pub struct StatementRecord {
    /// The statement.
    pub range: SourceRange,
    /// How often it ran.
    pub hits: u64,
    /// What the variables held when it had run for the last time, or as it began, when it did not come to its end.
    pub held: Vec<Held>,
    /// Whether it was over when the run ended: a fault may have halted it in the middle.
    pub completed: bool,
    /// What it printed last, cut.
    pub printed: Option<String>,
}

/// What is known of a run. Its size is bounded by that of the program, but for what it got from outside.
#[derive(Clone, Debug)]
pub struct Evaluation {
    pub(crate) program: VerifiedProgram,
    pub(crate) limits: Limits,
    pub(crate) outside: Outside,
    pub(crate) outcome: Outcome,
    pub(crate) statements: Vec<StatementRecord>,
    pub(crate) output: String,
    pub(crate) output_is_truncated: bool,
    pub(crate) instructions: u64,
    pub(crate) arena: ArenaRecord,
}

impl Evaluation {
    /// What the run was granted, and what it got from outside.
    pub fn outside(&self) -> &Outside {
        &self.outside
    }

    /// How the run ended.
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// The fault that halted it, if one did.
    pub fn fault(&self) -> Option<&Fault> {
        match &self.outcome {
            Outcome::Finished => None,
            Outcome::Faulted(fault) => Some(fault),
        }
    }

    /// The statements that ran, by file and by their place in it.
    pub fn statements(&self) -> &[StatementRecord] {
        &self.statements
    }

    /// The statements of one file that ran, by their place in it.
    pub fn statements_of(&self, file: FileId) -> &[StatementRecord] {
        let start = self.statements.partition_point(|statement| statement.range.file < file);
        let end = self.statements.partition_point(|statement| statement.range.file <= file);
        &self.statements[start..end]
    }

    /// What the program printed, the first of it.
    pub fn output(&self) -> &str {
        &self.output
    }

    /// Whether `output` is not all of it.
    pub fn output_is_truncated(&self) -> bool {
        self.output_is_truncated
    }

    /// How many instructions ran.
    pub fn instructions(&self) -> u64 {
        self.instructions
    }

    /// The arena at the end, or at the fault.
    pub fn arena(&self) -> &ArenaRecord {
        &self.arena
    }

    /// How often statements that begin in a range of bytes of the file that runs (number 0) ran.
    pub fn hits_in(&self, start: u32, end: u32) -> u64 {
        let range = Span::new(start, end);
        let begins = |statement: &&StatementRecord| {
            crate::moment::begins_in(range, Span::new(statement.range.start, statement.range.end))
        };
        self.statements_of(FileId::default()).iter().filter(begins).map(|statement| statement.hits).sum()
    }

    /// The arena at a moment. Another moment than the end takes another run of the program, as long as the first; `None` when
    /// it never came.
    pub fn arena_at(&self, moment: Moment) -> Option<ArenaRecord> {
        match moment {
            Moment::End => Some(self.arena.clone()),
            Moment::Statements { start, end } => {
                let hits = self.hits_in(start, end);
                if hits == 0 {
                    return None;
                }
                let then = arena_at(&self.program, self.limits, &self.outside, Span::new(start, end), hits);
                Some(then.unwrap_or_else(|| self.arena.clone()))
            }
        }
    }
}
