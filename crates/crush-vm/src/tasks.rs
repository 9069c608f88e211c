//! Tasks (T1 to T3): a program is one VM that runs it, and one more for each task. They share the program, the host and the
//! quotas, and nothing else: what goes from one to the other is copied.

mod copies;
mod crew;
mod pool;

use std::num::NonZeroUsize;
use std::sync::Arc;

use crush_arena::{HANDLE, Object, Parcel, Ref, Resource, RuntimeValue, SiteId};
use rustc_hash::FxHashMap;

use crate::fault::Fault;
use crate::instruction::Instruction;
use crate::operand::{FuncId, Reg};
use crate::record::Recorder;
use crate::trap::{Pause, Trap};
use crate::vm::{Frame, Vm};

pub(crate) use crew::{Crew, Start};

/// After how many instructions the next task has its turn. The reference has slices of 50 instructions of its own, which do
/// about as much; what exactly comes before what in a slice is nothing a program can rely on.
const SLICE: u64 = 25;
/// A task that has run for long runs longer at a time, by this part of what it has run: changing tasks has its price.
const SLICE_PART: u64 = 64;
/// The same, where tasks run on threads of their own.
const LONG_SLICE: u64 = 100_000;

/// The number of a task, as its handle shows it. The program itself is 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct TaskId(pub(crate) u32);

impl TaskId {
    pub(crate) const MAIN: Self = Self(0);
}

/// In which order the tasks of a program run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheduling {
    /// One at a time, in an order that the seed decides: the same seed, the same run. With seed 0 they take turns by their
    /// numbers, as the reference has it.
    Seeded(u64),
    /// On so many threads at a time, in whatever order these come to them. What a program prints of several tasks may then
    /// differ from run to run, line by line; results do not.
    Pool {
        /// How many.
        workers: NonZeroUsize,
    },
}

impl Default for Scheduling {
    fn default() -> Self {
        Self::Seeded(0)
    }
}

/// What came of a task's turn.
pub(crate) enum Turn {
    /// It is to go on later.
    Paused(Pause),
    /// A recorder stopped the run in it.
    Stopped,
    /// It ended.
    Ended(Result<Parcel, Box<Fault>>),
}

/// Runs the program of a VM on several threads.
pub(crate) use pool::run as run_on_threads;

/// What a VM knows of the tasks that it started and awaited, for as long as their handles are there.
#[derive(Clone, Debug, Default)]
pub(crate) struct Results {
    by_task: FxHashMap<TaskId, Known>,
    /// How many there may be before those are forgotten whose handles are gone.
    most: usize,
}

#[derive(Clone, Debug)]
struct Known {
    handle: Ref,
    /// What came of it, to give it again.
    value: Option<RuntimeValue>,
}

impl Results {
    pub(crate) fn values(&self) -> impl Iterator<Item = RuntimeValue> {
        self.by_task.values().filter_map(|known| known.value)
    }

    /// The tasks.
    fn into_tasks(self) -> impl Iterator<Item = TaskId> {
        self.by_task.into_keys()
    }
}

impl<'h> Vm<'h> {
    /// The VM of a task that is to run a function.
    pub(crate) fn of_task(crew: &Arc<Crew<'h>>, task: TaskId, function: FuncId) -> Self {
        let mut vm = Self::with_image(crew.image.clone(), crew.host, crew.quotas, crew.cancel.clone());
        vm.task = task;
        vm.current = Frame { function, pc: 0, base: 0, dst: Reg(0) };
        vm.crew = Some(crew.clone());
        vm
    }

    pub(crate) fn first_turn<R: Recorder>(&mut self, start: Start, recorder: &mut R) -> Turn {
        self.record_events::<R>();
        let begun = self.begin_turn().and_then(|()| self.begin(start));
        if begun.is_ok() && R::ENABLED && R::CALLS {
            recorder.entered(&self.moment());
        }
        self.rest_of_turn(begun, recorder)
    }

    pub(crate) fn next_turn<R: Recorder>(&mut self, pause: Pause, recorder: &mut R) -> Turn {
        self.record_events::<R>();
        let begun = self.begin_turn().and_then(|()| self.go_on(pause));
        self.rest_of_turn(begun, recorder)
    }

    /// The program itself shares its quotas with its tasks from now on.
    pub(crate) fn enlist(&mut self, crew: &Arc<Crew<'h>>) -> Result<(), Trap> {
        self.crew = Some(crew.clone());
        crew.end_turn(self);
        crew.begin_turn(self)
    }

    fn begin_turn(&mut self) -> Result<(), Trap> {
        match self.crew.clone() {
            Some(crew) => crew.begin_turn(self),
            None => Ok(()),
        }
    }

    /// Puts the function and what was sent with it where they belong.
    fn begin(&mut self, start: Start) -> Result<(), Trap> {
        self.load()?;
        let values = self.arena.unpack(start.parcel, start.site)?;
        let Some((function, arguments)) = values.split_first() else {
            return Err(Trap::malformed("a task of nothing"));
        };
        let callee = self.callee(*function, arguments.len())?;
        let captures = self.captures(callee);
        for (register, value) in self.stack.iter_mut().zip(arguments.iter().chain(&captures)) {
            *register = *value;
        }
        Ok(())
    }

    fn rest_of_turn<R: Recorder>(&mut self, begun: Result<(), Trap>, recorder: &mut R) -> Turn {
        let result = begun.and_then(|()| self.execute(recorder));
        if let Some(crew) = self.crew.clone() {
            crew.end_turn(self);
        }
        let result = match result {
            Err(Trap::Pause(pause)) => return Turn::Paused(pause),
            Err(Trap::Stop) => return Turn::Stopped,
            result => result.and_then(|value| Ok(self.arena.pack(&[value])?)),
        };
        Turn::Ended(result.map_err(|trap| self.report(trap)))
    }

    /// `spawn f(a…)` (T1): gives the handle.
    #[inline(never)]
    pub(crate) fn spawn(
        &mut self,
        function: RuntimeValue,
        first: Reg,
        count: u8,
        site: SiteId,
    ) -> Result<RuntimeValue, Trap> {
        let arguments = self.arguments(first, 0, count);
        self.start(function, &arguments, self.site_with_text(site))
    }

    /// What has no text of its own, as what starts the task of an `async fn`, stands for the call that came to it.
    fn site_with_text(&self, site: SiteId) -> SiteId {
        let pc = (self.current.pc as usize).saturating_sub(1);
        match self.callers.last() {
            Some(caller) if self.image.program.function(self.current.function).range_at(pc).is_empty() => {
                self.image.site(caller.function, (caller.pc as usize).saturating_sub(1))
            }
            _ => site,
        }
    }

    /// A new task for each element of an array, which is its argument: gives the array of their handles (T1).
    #[inline(never)]
    pub(crate) fn spawn_each(
        &mut self,
        array: RuntimeValue,
        function: RuntimeValue,
        site: SiteId,
    ) -> Result<RuntimeValue, Trap> {
        let elements = match array {
            RuntimeValue::Ref(_) | RuntimeValue::Borrow(_) => match self.arena.read_value(array)? {
                Object::Array(elements) => Some(elements.clone()),
                _ => None,
            },
            _ => None,
        };
        let Some(elements) = elements else {
            let given = self.described(array);
            return Err(Trap::type_error(format!("`parallel_map` takes an array and a function, not {given}")));
        };
        let handles = elements.iter().map(|element| self.start(function, &[*element], site));
        let handles = handles.collect::<Result<_, Trap>>()?;
        Ok(self.arena.alloc(Object::Array(handles), site)?.into())
    }

    fn start(
        &mut self,
        function: RuntimeValue,
        arguments: &[RuntimeValue],
        site: SiteId,
    ) -> Result<RuntimeValue, Trap> {
        let callee = self.callee(function, arguments.len())?;
        let sent: Vec<_> = std::iter::once(function).chain(arguments.iter().copied()).collect();
        let parcel = self.arena.pack(&sent)?;
        self.charge_work();
        let crew = match &self.crew {
            Some(crew) => crew.clone(),
            None => {
                let crew = Crew::of(self);
                self.enlist(&crew)?;
                crew
            }
        };
        let Some(task) = crew.add(Start { function: callee.function, parcel, site }) else {
            return Err(self.quota(Resource::Objects, u32::MAX.into()));
        };
        crew.share_memory(self);
        let handle = self.arena.alloc(Object::tagged(HANDLE, RuntimeValue::Int(task.0.into())), site)?;
        self.know(task, Known { handle, value: None });
        Ok(handle.into())
    }

    /// `await v` (T2): the value, or the task that is not at its end yet. What is no handle is the value itself.
    #[inline(never)]
    pub(crate) fn awaited(&mut self, value: RuntimeValue, site: SiteId) -> Result<Result<RuntimeValue, TaskId>, Trap> {
        let Some((handle, task)) = self.task_of(value)? else { return Ok(Ok(value)) };
        if let Some(value) = self.results.by_task.get(&task).and_then(|known| known.value) {
            return Ok(Ok(value));
        }
        match self.crew.as_ref().and_then(|crew| crew.result(task)) {
            None => Ok(Err(task)),
            Some(Err(fault)) => Err(Trap::Awaited(fault)),
            Some(Ok(parcel)) => {
                let result = self.arena.unpack(parcel, site)?.first().copied().unwrap_or(RuntimeValue::Null);
                self.know(task, Known { handle, value: Some(result) });
                Ok(Ok(result))
            }
        }
    }

    /// The task whose handle a value is.
    fn task_of(&self, value: RuntimeValue) -> Result<Option<(Ref, TaskId)>, Trap> {
        let Some(object) = self.arena.target(value) else { return Ok(None) };
        if !matches!(self.arena.peek(object), Some(Object::Tagged(tagged)) if &*tagged.tag == HANDLE) {
            return Ok(None);
        }
        match self.arena.read_value(value)? {
            Object::Tagged(tagged) => match tagged.value {
                RuntimeValue::Int(task) if let Ok(task) = u32::try_from(task) => Ok(Some((object, TaskId(task)))),
                _ => Ok(None),
            },
            _ => Ok(None),
        }
    }

    /// Keeps what is known of a task. Those are forgotten whose handles are gone, here and in the crew.
    fn know(&mut self, task: TaskId, known: Known) {
        let results = &mut self.results;
        if results.by_task.len() >= results.most {
            results.by_task.retain(|task, known| {
                let is_there = self.arena.peek(known.handle).is_some();
                if !is_there && let Some(crew) = &self.crew {
                    crew.forget(*task);
                }
                is_there
            });
            results.most = 2 * results.by_task.len() + 64;
        }
        results.by_task.insert(task, known);
    }

    /// The run is to pause. Returns when it may go on; a task has to be left for that.
    pub(crate) fn pause<R: Recorder>(&mut self, pause: Pause, recorder: &mut R) -> Result<(), Trap> {
        let Some(crew) = self.crew.clone() else { return self.end_part(pause) };
        if self.nesting > 0 {
            // What called the callback stands on the host's stack, and cannot be left.
            crew.end_turn(self);
            if let Pause::Wait(task) = pause {
                crew.wait_for(task, self, recorder)?;
            }
            crew.begin_turn(self)?;
        } else if self.task == TaskId::MAIN {
            crew.end_turn(self);
            crew.begin_pause(pause);
            return self.take_turns(pause, recorder);
        } else {
            return Err(Trap::Pause(pause));
        }
        self.go_on(pause)
    }

    /// Lets other tasks run, until it is the program's own turn again.
    pub(crate) fn take_turns<R: Recorder>(&mut self, pause: Pause, recorder: &mut R) -> Result<(), Trap> {
        if let Some(crew) = self.crew.clone() {
            let taken = crew.take_turns(self, recorder);
            // Where it is stopped, this tells what it waits for.
            if let Err(Trap::Part | Trap::Stop) = taken {
                self.waits = Some(pause);
            }
            taken?;
            self.begin_turn()?;
        }
        self.go_on(pause)
    }

    /// Ends the pause: what was waited for arrives.
    fn go_on(&mut self, pause: Pause) -> Result<(), Trap> {
        if pause == Pause::Turn {
            return Ok(());
        }
        let pc = (self.current.pc as usize).saturating_sub(1);
        let Instruction::Await { dst, src } = self.function().code[pc] else {
            return Err(Trap::malformed("a pause where nothing is awaited"));
        };
        let site = self.image.site(self.current.function, pc);
        let base = self.current.base as usize;
        match self.awaited(self.stack[base + src.index()], site)? {
            Ok(value) => {
                self.stack[base + dst.index()] = value;
                self.collect_if_due()
            }
            Err(_) => Err(Trap::malformed("a pause that ended too early")),
        }
    }
}
