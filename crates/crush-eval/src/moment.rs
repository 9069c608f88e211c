//! The arena when a line last ran: the program runs once more, up to there.

use crush_arena::RuntimeValue;
use crush_vm::{FileId, Moment as VmMoment, Recorder, Span};

use crate::look::names_of;
use crate::record::RawArena;

/// A moment of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// After the last instruction, or where a fault halted it.
    End,
    /// When the last of the statements that begin in this range of bytes of the file that runs (number 0) had run for the
    /// last time.
    Statements {
        /// The first byte.
        start: u32,
        /// One past the last byte.
        end: u32,
    },
}

/// Reads the arena when the statements of a range have run for the last time.
pub(crate) struct Until {
    range: Span,
    /// How many statements of the range are still to begin.
    left: u64,
    /// The task and the depth of the frame in which the last of them runs.
    waiting: Option<(u32, usize)>,
    /// The arena, once it was read.
    pub(crate) arena: Option<RawArena>,
}

impl Until {
    /// Waits until statements of `range` have begun `hits` times.
    pub(crate) fn new(range: Span, hits: u64) -> Self {
        Self { range, left: hits, waiting: None, arena: None }
    }

    /// Whether the frame that was waited for goes on, or is gone.
    fn is_over(&self, moment: &VmMoment<'_>) -> bool {
        self.waiting.is_some_and(|(task, depth)| moment.task == task && moment.depth <= depth)
    }

    fn read(&mut self, moment: &VmMoment<'_>) {
        self.arena = Some(RawArena::read(moment.arena, &names_of([*moment])));
        self.waiting = None;
    }
}

/// Whether a statement begins in a range.
pub(crate) fn begins_in(range: Span, statement: Span) -> bool {
    range.start <= statement.start && statement.start < range.end
}

impl Recorder for Until {
    const BINDINGS: bool = false;

    fn statement(&mut self, moment: &VmMoment<'_>, statement: usize) {
        if self.is_over(moment) {
            self.read(moment);
        }
        let span = moment.code().debug.statements[statement].span;
        let is_root = moment.code().debug.file == FileId::default();
        if self.left > 0 && is_root && begins_in(self.range, span) {
            self.left -= 1;
            if self.left == 0 {
                self.waiting = Some((moment.task, moment.depth));
            }
        }
    }

    fn returned(&mut self, moment: &VmMoment<'_>, _: RuntimeValue) {
        if self.is_over(moment) {
            self.read(moment);
        }
    }
}
