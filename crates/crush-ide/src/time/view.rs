//! A moment of a run, as editors show it.

use crush_eval::Held;
use crush_eval::time::{FrameState, Lost, Position, State, Where};
use crush_hir::modules::ModuleId;
use crush_syntax::TextRange;

use super::TimeTravel;
use crate::FilePlace;
use crate::evaluation::{module, value_text};

/// Most characters of a value.
const MOST_CHARACTERS: usize = 80;

/// An object of the arena of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ObjectId {
    /// The task, by the number of its handle; 0 is the program itself.
    pub task: u32,
    /// The slot.
    pub slot: u32,
    /// The generation of the slot.
    pub generation: u32,
}

/// What kind of moment it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Before a statement.
    Statement,
    /// In the middle of one.
    Within,
    /// After the end.
    Finished,
    /// Where a fault halted the run.
    Faulted,
}

/// What is there at a moment.
#[derive(Clone, Debug, PartialEq)]
pub struct MomentView {
    /// The moment.
    pub position: Position,
    /// What kind of moment it is.
    pub kind: Kind,
    /// The fault, when one halted the run here.
    pub fault: Option<Box<crush_vm::Fault>>,
    /// The task that is looked at.
    pub task: u32,
    /// Its frames, innermost first.
    pub frames: Vec<FrameView>,
    /// The tasks that have not ended.
    pub tasks: Vec<TaskView>,
    /// Live objects of the arena.
    pub objects: usize,
    /// Its bytes.
    pub bytes: usize,
    /// Its live borrows.
    pub borrows: usize,
    /// How many bytes were printed before.
    pub printed: u64,
}

/// A frame.
#[derive(Clone, Debug, PartialEq)]
pub struct FrameView {
    /// The function.
    pub function: String,
    /// The statement that runs in it, or is about to.
    pub place: FilePlace,
    /// The line on which that begins, from 0.
    pub line: usize,
    /// Its variables; the captured ones come first.
    pub variables: Vec<VariableView>,
    /// How many are captured.
    pub captured: usize,
}

/// A value with a name: of a variable, or in an object.
#[derive(Clone, Debug, PartialEq)]
pub struct VariableView {
    /// The name, the index, the key or the field.
    pub name: String,
    /// The value as people read it: `#14 [1, 2, 3] · shared ×1`.
    pub text: String,
    /// The kind of the object, when it is one.
    pub kind: Option<&'static str>,
    /// The object that it refers to.
    pub object: Option<ObjectId>,
    /// Who borrows the object, each with where.
    pub borrows: Vec<BorrowView>,
    /// Where the object was made.
    pub allocated: Option<FilePlace>,
    /// Where the variable is declared.
    pub declared: FilePlace,
    /// Whether it is an element of an array.
    pub is_indexed: bool,
}

/// A live borrow.
#[derive(Clone, Debug, PartialEq)]
pub struct BorrowView {
    /// Whether it is exclusive.
    pub exclusive: bool,
    /// Who holds it.
    pub holder: String,
    /// Where it was taken.
    pub taken: Option<FilePlace>,
}

/// A task that has not ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskView {
    /// The number of its handle; 0 is the program itself.
    pub task: u32,
    /// The function it began with.
    pub function: String,
    /// The task that it awaits.
    pub waits_for: Option<u32>,
}

/// Something that happened to an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectChange {
    /// Where the statement begins in which it happened.
    pub position: Position,
    /// What, in a word: `written`.
    pub what: &'static str,
    /// Where in the program.
    pub place: Option<FilePlace>,
    /// Who borrowed it.
    pub holder: Option<String>,
}

impl TimeTravel<'_> {
    /// What is there at a moment, in the task that runs or in another one.
    ///
    /// # Errors
    ///
    /// When it was cancelled, or there is no such task.
    pub fn moment(&mut self, position: Position, task: Option<u32>) -> Result<MomentView, Lost> {
        let state = self.timeline.state_of(position, task)?;
        Ok(self.moment_view(state))
    }

    fn moment_view(&self, state: State) -> MomentView {
        let (kind, fault) = match state.place {
            Where::Statement(_) => (Kind::Statement, None),
            Where::Within(_) => (Kind::Within, None),
            Where::Finished => (Kind::Finished, None),
            Where::Faulted(fault) => (Kind::Faulted, Some(fault)),
        };
        let tasks = state.tasks.into_iter().map(|task| TaskView {
            task: task.task,
            function: task.function,
            waits_for: task.waits_for,
        });
        MomentView {
            position: state.position,
            kind,
            fault,
            task: state.task,
            frames: state.frames.into_iter().map(|frame| self.frame_view(frame, state.task)).collect(),
            tasks: tasks.collect(),
            objects: state.objects,
            bytes: state.bytes,
            borrows: state.borrows,
            printed: state.printed,
        }
    }

    fn frame_view(&self, frame: FrameState, task: u32) -> FrameView {
        let place = FilePlace::from(frame.range);
        FrameView {
            function: frame.function,
            place,
            line: self.line_of(place),
            variables: frame.variables.into_iter().map(|held| variable_view(held, task, false)).collect(),
            captured: frame.captured,
        }
    }

    /// The line, from 0, on which a place begins.
    pub fn line_of(&self, place: FilePlace) -> usize {
        let text = match self.analysis.module(place.file) {
            Some((_, _, text)) => text,
            None => self.analysis.text(),
        };
        text.line_of(place.range.start)
    }

    /// What an object holds at a moment.
    ///
    /// # Errors
    ///
    /// When it was cancelled.
    pub fn children(
        &mut self,
        position: Position,
        object: ObjectId,
        from: usize,
        most: usize,
    ) -> Result<Vec<VariableView>, Lost> {
        let place = (object.slot, object.generation);
        let children = self.timeline.children(position, object.task, place, from, most)?;
        let view = |child: crush_eval::time::Child| variable_view(child.held, object.task, child.is_indexed);
        Ok(children.into_iter().map(view).collect())
    }
}

pub(super) fn variable_view(held: Held, task: u32, is_indexed: bool) -> VariableView {
    let text = value_text(&held, MOST_CHARACTERS);
    let object = held.object.as_ref();
    let borrows = object.iter().flat_map(|object| &object.borrows).map(|borrow| BorrowView {
        exclusive: borrow.kind == crush_arena::BorrowKind::Exclusive,
        holder: borrow.holder.to_string(),
        taken: borrow.taken.map(FilePlace::from),
    });
    VariableView {
        text,
        kind: object.and_then(|object| object.kind).map(crush_arena::Kind::name),
        object: object.map(|object| ObjectId { task, slot: object.slot, generation: object.generation }),
        borrows: borrows.collect(),
        allocated: object.and_then(|object| object.allocated).map(FilePlace::from),
        declared: FilePlace {
            file: module(held.declared.file),
            range: TextRange::new(held.declared.start as usize, held.declared.end as usize),
        },
        is_indexed,
        name: held.name,
    }
}

impl MomentView {
    /// The place in a file of the program where the moment is: of the innermost frame.
    pub fn place(&self) -> Option<FilePlace> {
        self.frames.first().map(|frame| frame.place)
    }

    /// The innermost frame in a file.
    pub fn frame_in(&self, file: ModuleId) -> Option<&FrameView> {
        self.frames.iter().find(|frame| frame.place.file == file)
    }
}
