//! Exact copies of the tasks of a program, and looking at them.

use std::sync::{Arc, Condvar, Mutex};

use super::TaskId;
use super::crew::{Crew, Shared, Start, State, Task};
use crate::host::HostAdapter;
use crate::part::{TaskState, state_of};
use crate::quota::CancelToken;
use crate::vm::Vm;

impl<'h> Crew<'h> {
    /// An exact copy, while no task has its turn.
    pub(crate) fn copied<'a>(
        &self,
        host: &'a dyn HostAdapter,
        cancel: &CancelToken,
        copy: impl Fn(&mut Vm<'h>) -> Vm<'a>,
    ) -> Arc<Crew<'a>> {
        let shared = self.lock().copied(copy);
        Arc::new(Crew {
            image: self.image.clone(),
            host,
            quotas: self.quotas,
            cancel: cancel.clone(),
            on_threads: self.on_threads,
            shared: Mutex::new(shared),
            changed: Condvar::new(),
        })
    }

    /// Whether each task runs on a thread of its own.
    pub(crate) fn is_on_threads(&self) -> bool {
        self.on_threads
    }

    /// How many instructions were run, when no task has its turn.
    pub(crate) fn instructions(&self) -> u64 {
        self.lock().instructions
    }

    /// What each task takes that is a copy at rest and does not share it, and how many slots it has; and what the parcels
    /// take.
    pub(crate) fn resting(&self) -> Vec<(usize, usize)> {
        let shared = self.lock();
        let tasks = shared.tasks.values().map(|task| match &task.state {
            State::New(start) => (start.parcel.bytes(), 0),
            State::Paused(vm, _) => vm.resting(),
            State::Ended(Ok(parcel)) => (parcel.bytes(), 0),
            State::Running | State::Ended(Err(_)) => (0, 0),
        });
        tasks.collect()
    }

    /// The task in which a recorder has stopped the run.
    pub(crate) fn stopped_in(&self) -> Option<TaskId> {
        self.lock().stopped_in
    }

    /// The paused tasks, and what each does.
    pub(crate) fn paused(&self) -> Vec<(u32, TaskState)> {
        let shared = self.lock();
        let paused = shared.tasks.iter().filter_map(|(number, task)| match &task.state {
            State::Paused(_, pause) => Some((number.0, state_of(*pause))),
            _ => None,
        });
        paused.collect()
    }

    /// Looks at a paused task.
    pub(crate) fn look_at<T>(&self, task: TaskId, look: impl FnOnce(&Vm<'h>) -> T) -> Option<T> {
        match &self.lock().tasks.get(&task)?.state {
            State::Paused(vm, _) => Some(look(vm)),
            _ => None,
        }
    }

    /// The VM of a paused task, which the crew has no longer.
    pub(crate) fn take_out(&self, task: TaskId) -> Option<Vm<'h>> {
        let mut shared = self.lock();
        let state = &mut shared.tasks.get_mut(&task)?.state;
        match std::mem::replace(state, State::Running) {
            State::Paused(vm, _) => Some(*vm),
            other => {
                *state = other;
                None
            }
        }
    }
}

impl<'h> Shared<'h> {
    fn copied<'a>(&mut self, copy: impl Fn(&mut Vm<'h>) -> Vm<'a>) -> Shared<'a> {
        let tasks = self.tasks.iter_mut().map(|(number, task)| {
            let (state, waiting) = (state(&mut task.state, &copy), task.waiting.clone());
            (*number, Task { state, waiting, shared: task.shared, forgotten: task.forgotten })
        });
        Shared {
            tasks: tasks.collect(),
            next: self.next,
            ready: self.ready.clone(),
            current: self.current,
            random: self.random.clone(),
            instructions: self.instructions,
            printed: self.printed,
            held: self.held,
            lent: self.lent,
            exit: self.exit.clone(),
            main_has_a_thread: self.main_has_a_thread,
            is_closed: self.is_closed,
            stopped_in: self.stopped_in,
        }
    }
}

fn state<'h, 'a>(of: &mut State<'h>, copy: impl Fn(&mut Vm<'h>) -> Vm<'a>) -> State<'a> {
    match of {
        State::New(start) => {
            State::New(Start { function: start.function, parcel: start.parcel.checkpoint(), site: start.site })
        }
        State::Running => State::Running,
        State::Paused(vm, pause) => State::Paused(Box::new(copy(vm)), *pause),
        State::Ended(Ok(parcel)) => State::Ended(Ok(parcel.checkpoint())),
        State::Ended(Err(fault)) => State::Ended(Err(fault.clone())),
    }
}
