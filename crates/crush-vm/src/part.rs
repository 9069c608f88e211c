//! Running in parts: a run that can be left and gone on with, and one that a recorder stops to look at it.

use crush_arena::RuntimeValue;

use crate::fault::Fault;
use crate::record::Recorder;
use crate::tasks::TaskId;
use crate::trap::{Pause, Trap};
use crate::vm::{State, Vm};

/// How a part of a run ended.
#[derive(Debug)]
pub enum Part {
    /// With the run: the value that its entry returns, or what halted it.
    Ended(Result<RuntimeValue, Box<Fault>>),
    /// After as many instructions as it was to run, and a few more: another part may follow, and [`Vm::checkpoint`] keeps
    /// the run as it is.
    Paused,
    /// Where its recorder stopped it ([`Recorder::stops`]). It is to be looked at, and does not go on.
    Stopped,
}

/// What a task does while it is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskState {
    /// It goes on when it has its turn, or has it.
    Ready,
    /// It awaits another task.
    Waits {
        /// Which, by the number of its handle.
        on: u32,
    },
}

impl<'h> Vm<'h> {
    /// Runs a part of the program, of about so many instructions, and tells a recorder what happens. Tasks take turns on this
    /// thread. A callback of a capability is never left in the middle: then the part is longer.
    pub fn run_part<R: Recorder>(&mut self, recorder: &mut R, instructions: u64) -> Part {
        self.record_events::<R>();
        self.part_end = self.instructions_of_all().saturating_add(instructions);
        if self.crew.is_none() {
            self.until = self.share_end.min(self.part_end);
        }
        let begun = match (self.state, self.waits.take()) {
            (State::Ready, _) => {
                self.state = State::Running;
                if R::ENABLED && R::CALLS {
                    recorder.entered(&self.moment());
                }
                Ok(())
            }
            (State::Running, Some(pause)) => self.take_turns(pause, recorder),
            _ => Err(Trap::malformed("this VM has already run")),
        };
        match begun.and_then(|()| self.execute(recorder)) {
            Err(Trap::Part) => Part::Paused,
            Err(Trap::Stop) => {
                self.state = State::Ended;
                Part::Stopped
            }
            result => {
                let result = result.map_err(|trap| self.report(trap));
                self.state = State::Ended;
                Part::Ended(result)
            }
        }
    }

    /// How many instructions were run, by tasks too, when none has its turn.
    pub(crate) fn instructions_of_all(&self) -> u64 {
        self.crew.as_ref().map_or_else(|| self.executed(), |crew| crew.instructions())
    }

    /// A program without tasks pauses only because its part is over, or because it said so itself.
    pub(crate) fn end_part(&mut self, pause: Pause) -> Result<(), Trap> {
        if let Pause::Wait(TaskId(task)) = pause {
            return Err(Trap::type_error(format!("there is no task {task} here that could be awaited")));
        }
        if self.nesting > 0 {
            // What called the callback stands on the host's stack, and cannot be left.
            self.until = self.share_end;
        } else if self.executed() >= self.part_end {
            self.waits = Some(pause);
            return Err(Trap::Part);
        }
        Ok(())
    }

    /// A callback is over, in which the part could not end.
    pub(crate) fn end_part_in_time(&mut self) {
        if self.nesting == 0 && self.crew.is_none() {
            self.until = self.share_end.min(self.part_end);
        }
    }

    /// Whether it ever had a task.
    pub fn has_spawned(&self) -> bool {
        self.crew.is_some()
    }

    /// Its tasks that have not ended, itself first, with what each does. Those that have not begun are not among them.
    pub fn tasks(&self) -> Vec<(u32, TaskState)> {
        let own = (self.task.0, self.waits.map_or(TaskState::Ready, state_of));
        std::iter::once(own).chain(self.crew.iter().flat_map(|crew| crew.paused())).collect()
    }

    /// Looks at a task, by the number of its handle; 0 is the program itself.
    pub fn look_at_task<T>(&self, task: u32, look: impl FnOnce(&Vm<'h>) -> T) -> Option<T> {
        if task == self.task.0 {
            return Some(look(self));
        }
        self.crew.as_ref()?.look_at(TaskId(task), look)
    }

    /// The task in which a recorder stopped the run, by the number of its handle; 0 is the program itself.
    pub fn stopped_in(&self) -> u32 {
        self.crew.as_ref().map_or(self.task.0, |crew| crew.stopped_in().unwrap_or(self.task).0)
    }

    /// Takes a task out of a run that was stopped, to do something in it that does not come back: then it is a program of its
    /// own, without the others.
    pub fn into_task(mut self, task: u32) -> Option<Self> {
        if task == self.task.0 {
            return Some(self);
        }
        let crew = self.crew.take()?;
        crew.take_out(TaskId(task))
    }
}

/// What a paused task does.
pub(crate) fn state_of(pause: Pause) -> TaskState {
    match pause {
        Pause::Turn => TaskState::Ready,
        Pause::Wait(TaskId(on)) => TaskState::Waits { on },
    }
}
