//! Telling a recorder what happens.

use crate::image::Image;
use crate::marks::{Mark, Marking, Marks};
use crate::record::{Attention, Recorder};
use crate::vm::Vm;

/// No mark.
const NONE: u32 = u32::MAX;

/// What a VM whose run is recorded knows of what it tells.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    /// The place where statements last began in the current frame.
    pub(crate) running: u32,
    /// The same of its callers, outermost first.
    suspended: Vec<u32>,
    /// What a sparse recorder asks for.
    pub(crate) attention: Attention,
    /// Whether what it asks for may begin before the next safe point, so that every frame runs the code with marks.
    pub(crate) is_near: bool,
}

impl Default for Told {
    fn default() -> Self {
        Self { running: NONE, suspended: Vec::new(), attention: Attention::default(), is_near: false }
    }
}

impl Vm<'_> {
    /// The code with marks for a recorder.
    pub(crate) fn marked_code<'i, R: Recorder>(&self, image: &'i Image) -> &'i Marks {
        image.marked(Marking { bindings: R::BINDINGS, everything: R::INSTRUCTIONS || self.arena.is_recording() })
    }

    /// A recorder that is told of every instruction wants to know what happened in the arena, too.
    pub(crate) fn record_events<R: Recorder>(&mut self) {
        /// More than that does not happen in one instruction that anybody looks at one by one.
        const KEPT: usize = 64;
        if R::INSTRUCTIONS && !self.arena.is_recording() {
            self.arena.start_recording(KEPT);
        }
    }

    /// Whether the current frame is to run the code with marks.
    #[inline(always)]
    pub(crate) fn is_told<R: Recorder>(&self) -> bool {
        !R::SPARSE || self.told.is_near || self.told.attention.frame == self.callers.len() + 1
    }

    /// Asks a sparse recorder what it wants to know next. From one safe point to the next a run executes no more instructions
    /// than the longest function has; so patience is set so that the safe point before what comes next asks again.
    #[inline]
    pub(crate) fn attend<R: Recorder>(&mut self, recorder: &mut R) {
        if !R::SPARSE {
            return;
        }
        let clock = self.clock();
        let attention = recorder.attention(self.task.0, self.callers.len() + 1, clock);
        let left = attention.next.saturating_sub(clock);
        self.told.attention = attention;
        self.told.is_near = left <= self.image.longest;
        let turns = (left / self.image.longest).max(1);
        self.patience = turns.min(self.patience.into()) as u32;
    }

    /// Tells a recorder what there is to tell of the instruction under a mark, `current.pc - 1`.
    #[inline(never)]
    pub(crate) fn tell<R: Recorder>(&mut self, mark: &Mark, recorder: &mut R) {
        let moment = self.moment();
        self.arena.set_site(moment.site);
        let debug = &self.function().debug;
        if R::BINDINGS {
            for index in mark.first_binding..mark.first_binding + mark.bindings {
                let home = debug.locals[debug.bindings[index as usize].local as usize].home;
                recorder.bound(&moment, index as usize, moment.value_of(home));
            }
        }
        for index in mark.first_statement..mark.first_statement + mark.statements {
            recorder.statement(&moment, index as usize);
        }
        if R::INSTRUCTIONS {
            recorder.instruction(&moment);
        }
    }

    /// A function is called: its caller's statement waits.
    #[inline(always)]
    pub(crate) fn suspend(&mut self) {
        self.told.suspended.push(self.told.running);
        self.told.running = NONE;
    }

    /// A function has returned: its caller's statement goes on.
    #[inline(always)]
    pub(crate) fn resume(&mut self) {
        self.told.running = self.told.suspended.pop().unwrap_or(NONE);
    }

    /// Frames may have been left by a `throw`: the statement of the one that goes on is the one that waited there.
    pub(crate) fn forget_left_frames(&mut self) {
        if let Some(&waited) = self.told.suspended.get(self.callers.len()) {
            self.told.running = waited;
            self.told.suspended.truncate(self.callers.len());
        }
    }

    /// The statement that began last in the current frame.
    pub(crate) fn running_statement(&self) -> Option<usize> {
        self.image.marks()?.last_statement(self.told.running)
    }
}
