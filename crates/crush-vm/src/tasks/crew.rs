//! The tasks of a program: which there are, whose turn it is, and what all of them together have taken.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crush_arena::{Parcel, Resource, SiteId};

use super::{Scheduling, TaskId, Turn};
use crate::fault::Fault;
use crate::host::HostAdapter;
use crate::image::Image;
use crate::operand::FuncId;
use crate::quota::{CancelToken, Quotas};
use crate::record::Recorder;
use crate::trap::{Pause, Trap};
use crate::vm::Vm;

/// The tasks of a program.
pub(crate) struct Crew<'h> {
    pub(crate) image: Arc<Image>,
    pub(crate) host: &'h dyn HostAdapter,
    pub(crate) quotas: Quotas,
    pub(crate) cancel: CancelToken,
    /// Never locked while a task runs.
    shared: Mutex<Shared<'h>>,
}

/// What a new task begins with.
#[derive(Debug)]
pub(crate) struct Start {
    pub(crate) function: FuncId,
    /// The function value, and its arguments after it.
    pub(crate) parcel: Parcel,
    /// Where it was spawned.
    pub(crate) site: SiteId,
}

struct Shared<'h> {
    /// By number; the first is the program itself.
    tasks: Vec<Task<'h>>,
    /// Those whose turn it may be.
    ready: BTreeSet<TaskId>,
    /// Whose turn it was last.
    current: TaskId,
    /// Where the order is not by number.
    random: Option<fastrand::Rng>,
    /// What all tasks have run and printed.
    instructions: u64,
    printed: usize,
}

struct Task<'h> {
    state: State<'h>,
    /// Who awaits it.
    waiting: Vec<TaskId>,
}

enum State<'h> {
    New(Start),
    /// It has its turn, or is where the host's stack holds it. The program itself is never anything else.
    Running,
    Paused(Box<Vm<'h>>, Pause),
    Ended(Result<Parcel, Box<Fault>>),
}

impl<'h> Crew<'h> {
    /// The tasks of a program that has none yet.
    pub(crate) fn of(main: &mut Vm<'h>) -> Arc<Self> {
        let Scheduling::Seeded(seed) = main.scheduling;
        let shared = Shared {
            tasks: vec![Task { state: State::Running, waiting: Vec::new() }],
            ready: BTreeSet::new(),
            current: TaskId::MAIN,
            random: (seed != 0).then(|| fastrand::Rng::with_seed(seed)),
            instructions: 0,
            printed: 0,
        };
        Arc::new(Self {
            image: main.image.clone(),
            host: main.host,
            quotas: main.quotas,
            cancel: main.cancel.clone(),
            shared: Mutex::new(shared),
        })
    }

    fn lock(&self) -> MutexGuard<'_, Shared<'h>> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new task. `None` when there are too many to number.
    pub(crate) fn add(&self, start: Start) -> Option<TaskId> {
        let mut shared = self.lock();
        let task = TaskId(u32::try_from(shared.tasks.len()).ok()?);
        shared.tasks.push(Task { state: State::New(start), waiting: Vec::new() });
        shared.ready.insert(task);
        Some(task)
    }

    /// What came of a task, if it has ended.
    pub(crate) fn result(&self, task: TaskId) -> Option<Result<Parcel, Box<Fault>>> {
        match &self.lock().tasks.get(task.0 as usize)?.state {
            State::Ended(result) => Some(result.clone()),
            _ => None,
        }
    }

    /// Counts what a VM took in its turn.
    pub(crate) fn end_turn(&self, vm: &mut Vm<'h>) {
        let mut shared = self.lock();
        let executed = vm.executed();
        shared.instructions = shared.instructions.saturating_add(executed - vm.counted);
        vm.counted = executed;
        shared.printed = vm.output.printed;
    }

    /// Gives a VM what is left of the program's quotas (A7).
    pub(crate) fn begin_turn(&self, vm: &mut Vm<'h>) -> Result<(), Trap> {
        let shared = self.lock();
        let left = self.quotas.instructions.saturating_sub(shared.instructions);
        vm.share_end = vm.executed().saturating_add(left);
        vm.elsewhere = shared.instructions - vm.counted;
        vm.output.printed = shared.printed;
        if left == 0 {
            return Err(vm.quota(Resource::Instructions, self.quotas.instructions));
        }
        Ok(())
    }

    /// Lets other tasks run, until it is the program's own turn again.
    pub(crate) fn take_turns<R: Recorder>(
        self: &Arc<Self>,
        pause: Pause,
        main: &Vm<'h>,
        recorder: &mut R,
    ) -> Result<(), Trap> {
        self.lock().pause(TaskId::MAIN, pause);
        loop {
            let next = self.lock().next();
            match next {
                Some(TaskId::MAIN) => return Ok(()),
                Some(task) => self.run(task, recorder),
                None => return Err(Trap::malformed("tasks that wait for each other")),
            }
            main.look_whether_to_stop()?;
        }
    }

    /// Runs those tasks that `task` waits for, and itself, to its end: what is below on the host's stack needs it.
    pub(crate) fn wait_for<R: Recorder>(
        self: &Arc<Self>,
        task: TaskId,
        waiting: &Vm<'h>,
        recorder: &mut R,
    ) -> Result<(), Trap> {
        while self.result(task).is_none() {
            let needed = self.lock().needed_by(task);
            let needed = needed.ok_or_else(|| Trap::malformed("tasks that wait for each other"))?;
            self.run(needed, recorder);
            waiting.look_whether_to_stop()?;
        }
        Ok(())
    }

    /// Gives a task its turn.
    fn run<R: Recorder>(self: &Arc<Self>, task: TaskId, recorder: &mut R) {
        let state = self.lock().take(task);
        let (mut vm, turn) = match state {
            State::New(start) => {
                let mut vm = Box::new(Vm::of_task(self, task, start.function));
                let turn = vm.first_turn(start, recorder);
                (vm, turn)
            }
            State::Paused(mut vm, pause) => {
                vm.crew = Some(self.clone());
                let turn = vm.next_turn(pause, recorder);
                (vm, turn)
            }
            State::Running | State::Ended(_) => return,
        };
        // What is kept here must not keep this.
        vm.crew = None;
        match turn {
            Turn::Paused(pause) => {
                let mut shared = self.lock();
                shared.tasks[task.0 as usize].state = State::Paused(vm, pause);
                shared.pause(task, pause);
            }
            Turn::Ended(result) => {
                drop(vm);
                self.lock().end(task, result);
            }
        }
    }
}

impl Shared<'_> {
    /// A task pauses: it is ready again at once, or when what it awaits has ended.
    fn pause(&mut self, task: TaskId, pause: Pause) {
        match pause {
            Pause::Wait(on) if let Some(awaited) = self.tasks.get_mut(on.0 as usize) => match awaited.state {
                State::Ended(_) => _ = self.ready.insert(task),
                _ => awaited.waiting.push(task),
            },
            _ => _ = self.ready.insert(task),
        }
    }

    fn end(&mut self, task: TaskId, result: Result<Parcel, Box<Fault>>) {
        let ended = &mut self.tasks[task.0 as usize];
        ended.state = State::Ended(result);
        self.ready.extend(std::mem::take(&mut ended.waiting));
    }

    /// Whose turn it is.
    fn next(&mut self) -> Option<TaskId> {
        let after = match &mut self.random {
            Some(random) => TaskId(random.u32(..u32::try_from(self.tasks.len()).unwrap_or(u32::MAX))),
            None => TaskId(self.current.0 + 1),
        };
        let next = self.ready.range(after..).next().or(self.ready.first()).copied()?;
        self.ready.remove(&next);
        self.current = next;
        Some(next)
    }
}

impl<'h> Shared<'h> {
    fn take(&mut self, task: TaskId) -> State<'h> {
        self.ready.remove(&task);
        std::mem::replace(&mut self.tasks[task.0 as usize].state, State::Running)
    }

    /// The task that has to run for `task` to go on: itself, or the last of those that wait one for the other.
    fn needed_by(&self, task: TaskId) -> Option<TaskId> {
        let mut needed = task;
        for _ in 0..self.tasks.len() {
            match &self.tasks.get(needed.0 as usize)?.state {
                State::Paused(_, Pause::Wait(on)) if !self.ready.contains(&needed) => needed = *on,
                State::New(_) | State::Paused(..) => return Some(needed),
                State::Running | State::Ended(_) => return None,
            }
        }
        None
    }
}
