//! Tasks on several threads; none of these outlives the run.
//!
//! A task that waits for another leaves its thread, and the thread takes the next one that is ready: so however many tasks
//! wait for each other, a few threads are enough. The thread of the program itself takes tasks too while it waits.

use std::num::NonZeroUsize;
use std::sync::{Arc, PoisonError};

use crush_arena::RuntimeValue;

use super::{Crew, TaskId};
use crate::record::NoRecorder;
use crate::trap::Trap;
use crate::vm::Vm;

/// Runs a program, its tasks on so many threads together with this one.
pub(crate) fn run(main: &mut Vm<'_>, workers: NonZeroUsize) -> Result<RuntimeValue, Trap> {
    let crew = Crew::of(main);
    main.enlist(&crew)?;
    std::thread::scope(|scope| {
        for _ in 1..workers.get() {
            scope.spawn(|| crew.work());
        }
        let result = main.execute(&mut NoRecorder);
        crew.close();
        result
    })
}

impl<'h> Crew<'h> {
    /// What a thread of the pool does, until the program ends.
    fn work(self: &Arc<Self>) {
        let mut shared = self.lock();
        while !shared.is_closed {
            match shared.take_next() {
                Some((task, state)) => {
                    drop(shared);
                    self.run(task, state, &mut NoRecorder);
                    shared = self.lock();
                }
                None => shared = self.changed.wait(shared).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }

    /// The program has ended: what its tasks still do is of no use.
    fn close(&self) {
        self.cancel.cancel();
        self.lock().is_closed = true;
        self.changed.notify_all();
    }

    /// Runs tasks, until it is the program's own turn again.
    pub(super) fn help(self: &Arc<Self>, main: &Vm<'h>) -> Result<(), Trap> {
        let mut shared = self.lock();
        while !shared.ready.remove(&TaskId::MAIN) {
            match shared.take_next() {
                Some((task, state)) => {
                    drop(shared);
                    self.run(task, state, &mut NoRecorder);
                    shared = self.lock();
                }
                None => shared = self.changed.wait(shared).unwrap_or_else(PoisonError::into_inner),
            }
            main.look_whether_to_stop()?;
            shared.look_whether_to_exit()?;
        }
        Ok(())
    }
}
