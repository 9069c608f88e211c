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
        if self.by_task.len() <= task {
            self.by_task.resize_with(task + 1, Vec::new);
        }
        let frames = &mut self.by_task[task];
        frames.resize(depth, None);
        &mut frames[depth - 1]
    }
}
