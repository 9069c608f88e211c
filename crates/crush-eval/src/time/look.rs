//! Looking at the moment that a timeline is at.

use crush_arena::{Object, Ref, RuntimeValue};
use crush_vm::{SourceRange, Vm};

use super::state::{self, Child, State};
use super::{Lost, Position, Timeline};
use crate::record::{ArenaRecord, RawHeld, Translate};

impl<'h> Timeline<'h> {
    /// Looks at the run as it is at the moment it was brought to last, in the task that runs then.
    pub(super) fn look<T>(&self, look: impl FnOnce(&Vm<'h>) -> T) -> Option<T> {
        let (_, vm) = self.here.as_ref()?;
        vm.look_at_task(self.task_here(vm), look)
    }

    /// The task that was stopped: of several, the one that the place belongs to.
    fn task_here(&self, vm: &Vm<'h>) -> u32 {
        vm.stopped_in()
    }

    /// What is there at a moment.
    pub fn state(&mut self, position: Position) -> Result<State, Lost> {
        self.state_of(position, None)
    }

    /// What is there at a moment in a task that need not be the one that runs.
    pub fn state_of(&mut self, position: Position, task: Option<u32>) -> Result<State, Lost> {
        let position = self.go_to(position)?;
        let printed = self.replay.heard().printed;
        let (_, vm) = self.here.as_ref().ok_or(Lost::Missed)?;
        let task = task.unwrap_or_else(|| self.task_here(vm));
        let state = state::read(vm, position, self.ended.as_ref(), task).ok_or(Lost::Missed)?;
        Ok(State { printed, ..state })
    }

    /// The arena at a moment, of the task that runs.
    pub fn arena(&mut self, position: Position) -> Result<ArenaRecord, Lost> {
        self.go_to(position)?;
        self.look(state::arena).ok_or(Lost::Missed)
    }

    /// What an object holds at a moment, from a place of it on.
    pub fn children(
        &mut self,
        position: Position,
        task: u32,
        (slot, generation): (u32, u32),
        from: usize,
        most: usize,
    ) -> Result<Vec<Child>, Lost> {
        self.go_to(position)?;
        let (_, vm) = self.here.as_ref().ok_or(Lost::Missed)?;
        let children = vm.look_at_task(task, |vm| children(vm, Ref::new(slot, generation), from, most));
        Ok(children.unwrap_or_default())
    }

    /// Takes the run as it is at a moment, to do something in it that does not come back.
    pub fn take(&mut self, position: Position) -> Result<Vm<'h>, Lost> {
        self.go_to(position)?;
        let (_, vm) = self.here.take().ok_or(Lost::Missed)?;
        let task = self.task_here(&vm);
        vm.into_task(task).ok_or(Lost::Missed)
    }
}

fn children(vm: &Vm<'_>, object: Ref, from: usize, most: usize) -> Vec<Child> {
    let arena = vm.arena();
    let child = |name: &str, value: RuntimeValue, is_indexed: bool| Child {
        held: Translate(vm).held(RawHeld::read(arena, name, SourceRange::default(), value)),
        is_indexed,
    };
    let indexed = |values: &[RuntimeValue]| -> Vec<Child> {
        let values = values.iter().enumerate().skip(from).take(most);
        values.map(|(index, value)| child(&index.to_string(), *value, true)).collect()
    };
    match arena.peek(object) {
        Some(Object::Array(values)) => indexed(values),
        Some(Object::Map(map)) => {
            map.iter().skip(from).take(most).map(|(key, value)| child(key, value, false)).collect()
        }
        Some(Object::Instance(instance)) => {
            instance.fields().skip(from).take(most).map(|(name, value)| child(name, value, false)).collect()
        }
        Some(Object::Tagged(tagged)) if from == 0 => vec![child(&tagged.tag, tagged.value, false)],
        Some(Object::Closure(closure)) => indexed(&closure.captures),
        Some(Object::Cell(value)) if from == 0 => vec![child("value", *value, false)],
        _ => Vec::new(),
    }
}
