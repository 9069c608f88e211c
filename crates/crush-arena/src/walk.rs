//! Walking a value in depth without recursion (A8): the base of printing, and of whatever else reads deeply.

use rustc_hash::FxHashSet;

use crate::{
    arena::Arena,
    fault::Fault,
    object::{Closure, Kind, Object},
    text::BYTES,
    value::{Ref, RuntimeValue},
};

/// What a walk comes across, in the order of printing.
#[derive(Clone, Copy, Debug)]
pub enum Step<'a> {
    /// A value that is no object: a number, a truth value, `null`, a function.
    Value(RuntimeValue),
    /// A string.
    Str(&'a str),
    /// A byte string, of so many bytes: its elements are not walked.
    Bytes(usize),
    /// A function with captured variables.
    Closure(&'a Closure),
    /// The beginning of an array, a map, an object or a tagged value (or, looking, of a captured variable).
    Enter(Ref, &'a Object),
    /// The key or field name of the value that comes next.
    Key(&'a str),
    /// The end of what was entered last.
    Leave(Kind),
    /// An object that is inside itself: it was entered and not left yet (D8).
    Cycle(Ref, Kind),
}

/// The steps of a walk. Every object entered is read (B1): a borrow that forbids it ends the walk with the fault.
#[derive(Debug)]
pub struct Walk<'a> {
    arena: &'a Arena,
    /// The value to begin with, or the value of the key given last.
    next: Option<RuntimeValue>,
    frames: Vec<Frame<'a>>,
    /// The slots of the frames, once they are too many to look through.
    entered: FxHashSet<u32>,
    /// Whether it is the program that reads: borrows may forbid it, and it is recorded.
    by_program: bool,
}

#[derive(Debug)]
struct Frame<'a> {
    object: Ref,
    held: &'a Object,
    position: usize,
}

/// Up to this depth the frames themselves are searched for a cycle.
const SHALLOW: usize = 16;

impl Arena {
    /// Walks a value in depth, reading every object reached (B1).
    pub fn walk(&self, value: RuntimeValue) -> Walk<'_> {
        Walk { arena: self, next: Some(value), frames: Vec::new(), entered: FxHashSet::default(), by_program: true }
    }

    /// Walks a value in depth as an observer: no borrow forbids it, nothing is recorded, and the walk goes on
    /// after a reference or handle that leads nowhere any more, given as the fault that an access would be.
    pub fn look(&self, value: RuntimeValue) -> Walk<'_> {
        Walk { by_program: false, ..self.walk(value) }
    }
}

impl<'a> Walk<'a> {
    /// How many objects are entered and not left.
    pub fn depth(&self) -> usize {
        self.frames.len()
    }

    /// Does not descend into what was entered last: the next step is what follows it, without its `Leave`.
    pub fn skip_entered(&mut self) {
        self.leave();
    }

    fn leave(&mut self) {
        if let Some(frame) = self.frames.pop() {
            self.entered.remove(&frame.object.slot());
        }
    }

    fn is_entered(&self, object: Ref) -> bool {
        if self.frames.len() <= SHALLOW {
            self.frames.iter().any(|frame| frame.object == object)
        } else {
            self.entered.contains(&object.slot())
        }
    }

    fn visit(&mut self, value: RuntimeValue) -> Result<Step<'a>, Fault> {
        if !matches!(value, RuntimeValue::Ref(_) | RuntimeValue::Borrow(_)) {
            return Ok(Step::Value(value));
        }
        // What is being walked was read when it was entered; showing that it comes again reads nothing.
        let target = self.arena.target(value);
        if let Some(object) = target
            && self.is_entered(object)
            && let Some(held) = self.arena.peek(object)
        {
            return Ok(Step::Cycle(object, held.kind()));
        }
        let held = if self.by_program { self.arena.read_value(value)? } else { self.arena.observe(value)? };
        match held {
            Object::Str(text) => Ok(Step::Str(text)),
            Object::Closure(closure) => Ok(Step::Closure(closure)),
            Object::Tagged(tagged) if &*tagged.tag == BYTES => self.bytes(tagged.value),
            _ => {
                let object = target.expect("what could be read has a reference");
                self.check_room()?;
                self.enter(object, held);
                Ok(Step::Enter(object, held))
            }
        }
    }

    /// How deep a value goes is up to the program, so what a walk of it takes must fit (A7).
    fn check_room(&self) -> Result<(), Fault> {
        let depth = self.frames.len();
        if self.by_program && depth > SHALLOW && depth == self.frames.capacity() {
            return self.arena.meter.room_beside(3 * depth * (size_of::<Frame<'_>>() + size_of::<u32>() + 1));
        }
        Ok(())
    }

    /// How many bytes a byte string has.
    fn bytes(&self, cells: RuntimeValue) -> Result<Step<'a>, Fault> {
        let cells = if self.by_program { self.arena.read_value(cells)? } else { self.arena.observe(cells)? };
        Ok(Step::Bytes(cells.len()))
    }

    fn enter(&mut self, object: Ref, held: &'a Object) {
        self.frames.push(Frame { object, held, position: 0 });
        if self.frames.len() == SHALLOW + 1 {
            self.entered.extend(self.frames.iter().map(|frame| frame.object.slot()));
        } else if self.frames.len() > SHALLOW {
            self.entered.insert(object.slot());
        }
    }

    fn advance(&mut self) -> Option<Result<Step<'a>, Fault>> {
        if let Some(value) = self.next.take() {
            return Some(self.visit(value));
        }
        let frame = self.frames.last_mut()?;
        let position = frame.position;
        frame.position += 1;
        let (key, value) = match frame.held {
            Object::Array(values) => (None, values.get(position).copied()),
            Object::Map(map) => map.get_index(position).map_or((None, None), |(key, value)| (Some(key), Some(value))),
            Object::Instance(instance) => (instance.shape.fields.get(position), instance.values.get(position).copied()),
            Object::Tagged(tagged) => (None, (position == 0).then_some(tagged.value)),
            Object::Cell(value) => (None, (position == 0).then_some(*value)),
            _ => (None, None),
        };
        match (key, value) {
            (Some(key), Some(_)) => {
                self.next = value;
                Some(Ok(Step::Key(key)))
            }
            (_, Some(value)) => Some(self.visit(value)),
            (_, None) => {
                let kind = frame.held.kind();
                self.leave();
                Some(Ok(Step::Leave(kind)))
            }
        }
    }
}

impl<'a> Iterator for Walk<'a> {
    type Item = Result<Step<'a>, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.by_program
            && let Err(fault) = self.arena.step()
        {
            self.next = None;
            self.frames.clear();
            return Some(Err(fault));
        }
        let step = self.advance();
        if self.by_program && matches!(step, Some(Err(_))) {
            self.next = None;
            self.frames.clear();
        }
        step
    }
}
