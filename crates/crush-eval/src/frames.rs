//! What is remembered of each frame of a run, the tasks' included.

use crush_vm::Moment;

/// A statement, by function and index.
type Statement = (usize, usize);

/// Of each frame of each task's stack, a statement.
#[derive(Default)]
pub(crate) struct Frames {
    by_task: Vec<Vec<Option<Statement>>>,
}

impl Frames {
    /// What is remembered of the frame of a moment. The frames above it are gone.
    pub(crate) fn top(&mut self, moment: &Moment<'_>) -> &mut Option<Statement> {
        let (task, depth) = (moment.task as usize, moment.depth.max(1));
        if self.by_task.get(task).is_none_or(|frames| frames.len() != depth) {
            self.set_depth(task, depth);
        }
        &mut self.by_task[task][depth - 1]
    }

    /// Functions were called, or have returned.
    #[inline(never)]
    fn set_depth(&mut self, task: usize, depth: usize) {
        if self.by_task.len() <= task {
            self.by_task.resize_with(task + 1, Vec::new);
        }
        self.by_task[task].resize(depth, None);
    }
}
