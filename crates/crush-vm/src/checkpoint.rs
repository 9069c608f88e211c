//! Copies of a run between two of its parts, from which it can be had again: the same instructions in the same order, the
//! same slots for the same objects.

use crush_arena::Limits;

use crate::host::{HostAdapter, NoHost, Output};
use crate::quota::CancelToken;
use crate::vm::{State, Vm};

/// A run as it was between two parts.
pub struct Checkpoint {
    vm: Vm<'static>,
    counted: Limits,
}

/// A checkpoint calls nothing.
static NOBODY: NoHost = NoHost;

impl Checkpoint {
    /// A run that goes on from here, with a host that resolves the same names as that of the run that was copied, and gives
    /// what it gave.
    pub fn resume<'h>(&self, host: &'h dyn HostAdapter, cancel: CancelToken) -> Vm<'h> {
        self.vm.copied(host, &cancel)
    }

    /// The bytes it takes, near enough: those of its arenas as they are counted (A7), and of its stacks.
    pub fn bytes(&self) -> usize {
        self.counted.bytes
    }

    /// How many instructions were run before it, by tasks too.
    pub fn instructions(&self) -> u64 {
        self.vm.instructions_of_all()
    }
}

impl Vm<'_> {
    /// The run as it is, before it began or after a part that was paused. `None` when it has ended or was stopped, or its
    /// tasks run on threads of their own.
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        let can_go_on = match self.state {
            State::Ready => true,
            State::Running => self.waits.is_some(),
            State::Ended => false,
        };
        if !can_go_on || self.crew.as_ref().is_some_and(|crew| crew.is_on_threads()) {
            return None;
        }
        let own = self.arena.counted();
        let counted = self.crew.as_ref().map_or(own, |crew| crew.held());
        let never = CancelToken::new();
        Some(Checkpoint { vm: self.copied(&NOBODY, &never), counted })
    }

    /// An exact copy with another host.
    pub(crate) fn copied<'a>(&self, host: &'a dyn HostAdapter, cancel: &CancelToken) -> Vm<'a> {
        let mut arena = self.arena.checkpoint();
        let stop = cancel.flag();
        arena.interrupt_when(stop.clone());
        Vm {
            image: self.image.clone(),
            arena,
            host,
            stack: self.stack.clone(),
            callers: self.callers.clone(),
            current: self.current,
            constants: self.constants.clone(),
            output: Output { text: String::new(), ..self.output },
            quotas: self.quotas,
            cancel: cancel.clone(),
            stop,
            credit: self.credit,
            charged: self.charged,
            patience: 1,
            code: 0,
            floor: self.floor,
            nesting: self.nesting,
            kept: self.kept.clone(),
            scheduling: self.scheduling,
            task: self.task,
            crew: self.crew.as_ref().map(|crew| crew.copied(host, cancel)),
            results: self.results.clone(),
            until: self.until,
            share_end: self.share_end,
            counted: self.counted,
            elsewhere: self.elsewhere,
            held: self.held,
            lent: self.lent,
            printed_before: self.printed_before,
            told: self.told.clone(),
            part_end: self.part_end,
            waits: self.waits,
            state: self.state,
        }
    }
}

impl std::fmt::Debug for Checkpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Checkpoint").field("instructions", &self.instructions()).finish_non_exhaustive()
    }
}
