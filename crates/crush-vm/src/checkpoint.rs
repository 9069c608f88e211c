//! Copies of a run between two of its parts, from which it can be had again: the same instructions in the same order, the
//! same slots for the same objects.

use std::sync::Arc;

use crush_arena::{Arena, Held, RuntimeValue};

use crate::host::{HostAdapter, NoHost, Output};
use crate::quota::CancelToken;
use crate::tasks::Crew;
use crate::vm::{State, Vm};

/// A run as it was between two parts: its arenas are at rest, and share what did not change with those of other checkpoints.
pub struct Checkpoint {
    vm: Vm<'static>,
    bytes: usize,
    slots: usize,
}

/// A slot is looked at, and its header copied, in the time of so many instructions.
const EFFORT_OF_A_SLOT: usize = 1;
/// So many bytes are copied in the time of an instruction.
const BYTES_AN_INSTRUCTION: usize = 16;

/// A checkpoint calls nothing.
static NOBODY: NoHost = NoHost;

impl Checkpoint {
    /// A run that goes on from here, with a host that resolves the same names as that of the run that was copied, and gives
    /// what it gave.
    pub fn resume<'h>(&self, host: &'h dyn HostAdapter, cancel: CancelToken) -> Vm<'h> {
        self.vm.resumed(host, &cancel)
    }

    /// The bytes it takes and shares with no other checkpoint, near enough; the others are counted by what
    /// [`Vm::checkpoint`] was given.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// About how long it takes to make it and to go on from it, in instructions that are run meanwhile.
    pub fn effort(&self) -> u64 {
        (self.slots * EFFORT_OF_A_SLOT + self.bytes / BYTES_AN_INSTRUCTION) as u64
    }

    /// How many instructions were run before it, by tasks too.
    pub fn instructions(&self) -> u64 {
        self.vm.instructions_of_all()
    }
}

impl Vm<'_> {
    /// The run as it is, before it began or after a part that was paused. `None` when it has ended or was stopped, or its
    /// tasks run on threads of their own. What it shares with the checkpoints before and after it is counted by `held`.
    pub fn checkpoint(&mut self, held: &Held) -> Option<Checkpoint> {
        let can_go_on = match self.state {
            State::Ready => true,
            State::Running => self.waits.is_some(),
            State::Ended => false,
        };
        if !can_go_on || self.crew.as_ref().is_some_and(|crew| crew.is_on_threads()) {
            return None;
        }
        let vm = self.at_rest(held, &CancelToken::new());
        let (mut bytes, mut slots) = vm.resting();
        for (more_bytes, more_slots) in vm.crew.iter().flat_map(|crew| crew.resting()) {
            bytes += more_bytes;
            slots += more_slots;
        }
        Some(Checkpoint { vm, bytes, slots })
    }

    /// What a copy at rest takes that it does not share, its tasks aside, and how many slots it has.
    pub(crate) fn resting(&self) -> (usize, usize) {
        let frames = self.callers.len() * size_of_val(&self.current);
        let stacks = self.stack.len() * size_of::<RuntimeValue>() + frames;
        (size_of::<Self>() + stacks + self.arena.resting_bytes(), self.arena.resting_slots())
    }

    /// An exact copy that calls nothing, its arena at rest.
    pub(crate) fn at_rest(&mut self, held: &Held, cancel: &CancelToken) -> Vm<'static> {
        let arena = self.arena.checkpoint(held);
        let crew = self.crew.as_ref().map(|crew| crew.copied(&NOBODY, cancel, |vm| vm.at_rest(held, cancel)));
        self.copied(&NOBODY, cancel, arena, crew)
    }

    /// A run that goes on from a copy at rest.
    pub(crate) fn resumed<'a>(&self, host: &'a dyn HostAdapter, cancel: &CancelToken) -> Vm<'a> {
        let crew = self.crew.as_ref().map(|crew| crew.copied(host, cancel, |vm| vm.resumed(host, cancel)));
        self.copied(host, cancel, self.arena.resumed(), crew)
    }

    fn copied<'a>(
        &self,
        host: &'a dyn HostAdapter,
        cancel: &CancelToken,
        mut arena: Arena,
        crew: Option<Arc<Crew<'a>>>,
    ) -> Vm<'a> {
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
            crew,
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
