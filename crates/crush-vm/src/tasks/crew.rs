//! The tasks of a program: which there are, whose turn it is, and what all of them together have taken.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crush_arena::{HANDLE, Limits, Parcel, Resource, RuntimeValue, SiteId};

use super::{LONG_SLICE, SLICE, SLICE_PART, Scheduling, TaskId, Turn};
use crate::fault::{Fault, FaultKind};
use crate::host::HostAdapter;
use crate::image::Image;
use crate::operand::FuncId;
use crate::quota::{CancelToken, Quotas};
use crate::record::Recorder;
use crate::trap::{Pause, Trap};
use crate::vm::Vm;

const NOTHING: Limits = Limits { bytes: 0, objects: 0 };

/// The tasks of a program.
pub(crate) struct Crew<'h> {
    pub(crate) image: Arc<Image>,
    pub(crate) host: &'h dyn HostAdapter,
    pub(crate) quotas: Quotas,
    /// Stops the tasks: on threads of their own they are stopped with the program, and when it ends.
    pub(super) cancel: CancelToken,
    pub(super) on_threads: bool,
    /// Never locked while a task runs.
    pub(super) shared: Mutex<Shared<'h>>,
    /// Tells threads that wait for something to do.
    pub(super) changed: Condvar,
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

pub(super) struct Shared<'h> {
    /// The first is the program itself. Those that have ended and that nobody can ask for are gone.
    pub(super) tasks: BTreeMap<TaskId, Task<'h>>,
    /// The number of the next.
    pub(super) next: u32,
    /// Those whose turn it may be.
    pub(super) ready: BTreeSet<TaskId>,
    /// Whose turn it was last.
    pub(super) current: TaskId,
    /// Where the order is not by number.
    pub(super) random: Option<fastrand::Rng>,
    /// What all tasks have run and printed.
    pub(super) instructions: u64,
    pub(super) printed: usize,
    /// What paused tasks and parcels take of the memory.
    pub(super) held: Limits,
    /// What of the rest those may take whose turn it is, each on a thread of its own.
    pub(super) lent: Limits,
    /// What a task said that ends the whole program.
    pub(super) exit: Option<Box<Fault>>,
    /// Whether the program itself goes on in a thread of its own.
    pub(super) main_has_a_thread: bool,
    /// Whether the program has ended.
    pub(super) is_closed: bool,
    /// The task in which a recorder has stopped the run.
    pub(super) stopped_in: Option<TaskId>,
}

pub(super) struct Task<'h> {
    pub(super) state: State<'h>,
    /// Who awaits it.
    pub(super) waiting: Vec<TaskId>,
    /// Whether more than one task may have its handle.
    pub(super) shared: bool,
    /// Whether nobody has its handle any more.
    pub(super) forgotten: bool,
}

impl<'h> Task<'h> {
    fn new(state: State<'h>) -> Self {
        Self { state, waiting: Vec::new(), shared: false, forgotten: false }
    }
}

pub(super) enum State<'h> {
    New(Start),
    /// It has its turn, or is where the host's stack holds it. The program itself is never anything else.
    Running,
    Paused(Box<Vm<'h>>, Pause),
    Ended(Result<Parcel, Box<Fault>>),
}

impl<'h> Crew<'h> {
    /// The tasks of a program that has none yet.
    pub(crate) fn of(main: &mut Vm<'h>) -> Arc<Self> {
        let (seed, on_threads) = match main.scheduling {
            Scheduling::Seeded(seed) => (seed, false),
            Scheduling::Pool { .. } => (0, true),
        };
        let shared = Shared {
            tasks: BTreeMap::from([(TaskId::MAIN, Task::new(State::Running))]),
            next: 1,
            ready: BTreeSet::new(),
            current: TaskId::MAIN,
            random: (seed != 0).then(|| fastrand::Rng::with_seed(seed)),
            instructions: 0,
            printed: 0,
            held: NOTHING,
            lent: NOTHING,
            exit: None,
            main_has_a_thread: on_threads,
            is_closed: false,
            stopped_in: None,
        };
        Arc::new(Self {
            image: main.image.clone(),
            host: main.host,
            quotas: main.quotas,
            cancel: if on_threads { main.cancel.part() } else { main.cancel.clone() },
            on_threads,
            shared: Mutex::new(shared),
            changed: Condvar::new(),
        })
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Shared<'h>> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new task. `None` when there are too many to number.
    pub(crate) fn add(&self, start: Start) -> Option<TaskId> {
        let mut shared = self.lock();
        let task = TaskId(shared.next);
        shared.next = shared.next.checked_add(1)?;
        shared.sent(&start.parcel);
        shared.held.bytes += size_of::<Task<'h>>();
        shared.tasks.insert(task, Task::new(State::New(start)));
        shared.ready.insert(task);
        self.changed.notify_one();
        Some(task)
    }

    /// A task was added: what is left of the memory for the one that added it (A7).
    pub(crate) fn share_memory(&self, vm: &mut Vm<'h>) {
        if !self.on_threads {
            vm.arena.set_limits(self.lock().left_of(self.quotas.memory));
        }
    }

    /// What came of a task, if it has ended.
    pub(crate) fn result(&self, task: TaskId) -> Option<Result<Parcel, Box<Fault>>> {
        match &self.lock().tasks.get(&task)?.state {
            State::Ended(result) => Some(result.clone()),
            _ => None,
        }
    }

    /// A task has lost the handle of this one.
    pub(crate) fn forget(&self, task: TaskId) {
        self.lock().forget(task);
    }

    /// Counts what a VM took in its turn.
    pub(crate) fn end_turn(&self, vm: &mut Vm<'h>) {
        let mut shared = self.lock();
        let executed = vm.executed();
        shared.instructions = shared.instructions.saturating_add(executed - vm.counted);
        vm.counted = executed;
        shared.printed += vm.output.printed - vm.printed_before;
        vm.printed_before = vm.output.printed;
        shared.take_back(std::mem::replace(&mut vm.lent, NOTHING));
        vm.held = vm.arena.counted();
        shared.hold(vm.held);
    }

    /// Gives a VM what is left of the program's quotas (A7).
    pub(crate) fn begin_turn(&self, vm: &mut Vm<'h>) -> Result<(), Trap> {
        let mut shared = self.lock();
        let own = std::mem::replace(&mut vm.held, NOTHING);
        shared.let_go(own);
        let mut memory = shared.left_of(self.quotas.memory);
        if self.on_threads {
            // Half of what is free, so that there is always something left for the next.
            memory.bytes = own.bytes + memory.bytes.saturating_sub(own.bytes) / 2;
            memory.objects = own.objects + memory.objects.saturating_sub(own.objects) / 2;
            vm.lent = memory;
            shared.lent.bytes += memory.bytes;
            shared.lent.objects += memory.objects;
        }
        vm.arena.set_limits(memory);
        let left = self.quotas.instructions.saturating_sub(shared.instructions);
        // On threads the quota is looked at from turn to turn.
        vm.share_end = if self.on_threads { u64::MAX } else { vm.executed().saturating_add(left) };
        vm.until = vm.executed().saturating_add(self.slice(vm).min(left)).min(vm.share_end);
        vm.elsewhere = shared.instructions - vm.counted;
        vm.output.printed = shared.printed;
        vm.printed_before = shared.printed;
        if left == 0 {
            return Err(vm.quota(Resource::Instructions, self.quotas.instructions));
        }
        Ok(())
    }

    /// The program itself pauses.
    pub(crate) fn begin_pause(&self, pause: Pause) {
        self.lock().pause(TaskId::MAIN, pause);
    }

    /// Lets other tasks run, until it is the program's own turn again.
    pub(crate) fn take_turns<R: Recorder>(self: &Arc<Self>, main: &Vm<'h>, recorder: &mut R) -> Result<(), Trap> {
        if self.on_threads {
            return self.help(main);
        }
        loop {
            if self.lock().instructions >= main.part_end {
                return Err(Trap::Part);
            }
            let next = self.lock().take_next();
            match next {
                Some((TaskId::MAIN, _)) => return Ok(()),
                Some((task, state)) => self.run(task, state, recorder),
                None => return Err(Trap::malformed("tasks that wait for each other")),
            }
            main.look_whether_to_stop()?;
            self.lock().look_whether_to_exit()?;
        }
    }

    /// Runs those tasks that `task` waits for, and itself, to its end: what is below on the host's stack needs it.
    pub(crate) fn wait_for<R: Recorder>(
        self: &Arc<Self>,
        task: TaskId,
        waiting: &Vm<'h>,
        recorder: &mut R,
    ) -> Result<(), Trap> {
        let mut shared = self.lock();
        while !shared.has_ended(task) {
            match shared.needed_by(task) {
                Some(needed) => {
                    let state = shared.take(needed);
                    drop(shared);
                    self.run(needed, state, recorder);
                    shared = self.lock();
                }
                // It has its turn on another thread.
                None if self.on_threads => shared = self.changed.wait(shared).unwrap_or_else(PoisonError::into_inner),
                None => return Err(Trap::malformed("tasks that wait for each other")),
            }
            waiting.look_whether_to_stop()?;
            if shared.stopped_in.is_some() {
                return Err(Trap::Stop);
            }
        }
        Ok(())
    }

    /// How long a turn is. On threads of their own, tasks change only so that all get on.
    fn slice(&self, vm: &Vm<'h>) -> u64 {
        if self.on_threads { LONG_SLICE } else { SLICE.max(vm.executed() / SLICE_PART) }
    }

    /// Gives a task its turn.
    pub(super) fn run<R: Recorder>(self: &Arc<Self>, task: TaskId, state: State<'h>, recorder: &mut R) {
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
                shared.leave(task, State::Paused(vm, pause));
                shared.pause(task, pause);
                self.changed.notify_one();
            }
            Turn::Stopped => {
                let mut shared = self.lock();
                shared.leave(task, State::Paused(vm, Pause::Turn));
                shared.stopped_in.get_or_insert(task);
            }
            Turn::Ended(result) => {
                recorder.task_ended(task.0);
                let (held, known) = (vm.held, std::mem::take(&mut vm.results));
                drop(vm);
                let mut shared = self.lock();
                shared.let_go(held);
                shared.end(task, result);
                for task in known.into_tasks() {
                    shared.forget(task);
                }
                self.changed.notify_all();
            }
        }
    }
}

impl Shared<'_> {
    /// Fails when a task has ended the whole program, or a recorder has stopped the run in one.
    pub(super) fn look_whether_to_exit(&self) -> Result<(), Trap> {
        if self.stopped_in.is_some() {
            return Err(Trap::Stop);
        }
        self.exit.as_ref().map_or(Ok(()), |fault| Err(Trap::Awaited(fault.clone())))
    }

    fn has_ended(&self, task: TaskId) -> bool {
        self.tasks.get(&task).is_some_and(|task| matches!(task.state, State::Ended(_)))
    }

    /// A task pauses: it is ready again at once, or when what it awaits has ended.
    pub(super) fn pause(&mut self, task: TaskId, pause: Pause) {
        match pause {
            Pause::Wait(on) if let Some(awaited) = self.tasks.get_mut(&on) => match awaited.state {
                State::Ended(_) => _ = self.ready.insert(task),
                _ => awaited.waiting.push(task),
            },
            _ => _ = self.ready.insert(task),
        }
    }

    fn end(&mut self, task: TaskId, result: Result<Parcel, Box<Fault>>) {
        match &result {
            Ok(parcel) => self.sent(parcel),
            Err(fault) if matches!(fault.kind, FaultKind::Exit { .. }) => self.exit = Some(fault.clone()),
            Err(_) => {}
        }
        let Some(ended) = self.tasks.get_mut(&task) else { return };
        ended.state = State::Ended(result);
        self.ready.extend(std::mem::take(&mut ended.waiting));
        if ended.forgotten {
            self.forget(task);
        }
    }

    /// A task has lost the handle of this one. Where no other ever had it, nobody will ask what came of it: it goes, at the
    /// latest when it ends.
    fn forget(&mut self, task: TaskId) {
        let Some(known) = self.tasks.get_mut(&task).filter(|task| !task.shared) else { return };
        known.forgotten = true;
        let State::Ended(result) = &mut known.state else { return };
        if let Ok(parcel) = result {
            let parcel = std::mem::take(parcel);
            self.unpacked(&parcel);
        }
        self.tasks.remove(&task);
        self.let_go(Limits { bytes: size_of::<Task<'_>>(), objects: 0 });
    }

    /// A parcel is on its way: it takes memory, and the handles in it have more than one owner.
    fn sent(&mut self, parcel: &Parcel) {
        for tagged in parcel.tagged().filter(|tagged| &*tagged.tag == HANDLE) {
            if let RuntimeValue::Int(task) = tagged.value
                && let Some(task) = u32::try_from(task).ok().and_then(|task| self.tasks.get_mut(&TaskId(task)))
            {
                task.shared = true;
            }
        }
        self.hold(Limits { bytes: parcel.bytes(), objects: parcel.objects() });
    }

    fn unpacked(&mut self, parcel: &Parcel) {
        self.let_go(Limits { bytes: parcel.bytes(), objects: parcel.objects() });
    }

    fn hold(&mut self, held: Limits) {
        self.held.bytes += held.bytes;
        self.held.objects += held.objects;
    }

    fn let_go(&mut self, held: Limits) {
        self.held.bytes = self.held.bytes.saturating_sub(held.bytes);
        self.held.objects = self.held.objects.saturating_sub(held.objects);
    }

    /// What is left of the quotas of memory for the one that runs.
    fn left_of(&self, quotas: Limits) -> Limits {
        Limits {
            bytes: quotas.bytes.saturating_sub(self.held.bytes + self.lent.bytes),
            objects: quotas.objects.saturating_sub(self.held.objects + self.lent.objects),
        }
    }

    fn take_back(&mut self, lent: Limits) {
        self.lent.bytes -= lent.bytes;
        self.lent.objects -= lent.objects;
    }

    /// Whose turn it is.
    fn next(&mut self) -> Option<TaskId> {
        let after = match &mut self.random {
            Some(random) => TaskId(random.u32(..self.next)),
            None => TaskId(self.current.0 + 1),
        };
        let alone = self.main_has_a_thread;
        let mut in_order = self.ready.range(after..).chain(&self.ready);
        let next = *in_order.find(|task| !(alone && **task == TaskId::MAIN))?;
        self.current = next;
        Some(next)
    }
}

impl<'h> Shared<'h> {
    /// A task's turn is over.
    fn leave(&mut self, task: TaskId, state: State<'h>) {
        if let Some(left) = self.tasks.get_mut(&task) {
            left.state = state;
        }
    }

    /// The task whose turn it is.
    pub(super) fn take_next(&mut self) -> Option<(TaskId, State<'h>)> {
        let next = self.next()?;
        Some((next, self.take(next)))
    }

    fn take(&mut self, task: TaskId) -> State<'h> {
        self.ready.remove(&task);
        let Some(taken) = self.tasks.get_mut(&task) else { return State::Running };
        let state = std::mem::replace(&mut taken.state, State::Running);
        if let State::New(start) = &state {
            self.unpacked(&start.parcel);
        }
        state
    }

    /// The task that has to run for `task` to go on: itself, or the last of those that wait one for the other.
    fn needed_by(&self, task: TaskId) -> Option<TaskId> {
        let mut needed = task;
        for _ in 0..self.tasks.len() {
            match &self.tasks.get(&needed)?.state {
                State::Paused(_, Pause::Wait(on)) if !self.ready.contains(&needed) => needed = *on,
                State::New(_) | State::Paused(..) => return Some(needed),
                State::Running | State::Ended(_) => return None,
            }
        }
        None
    }
}
