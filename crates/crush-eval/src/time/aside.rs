//! Evaluating something in the state of a moment, on a copy that is thrown away.

use std::collections::BTreeMap;

use crush_arena::{Action, FreeCause, Kind, Ref};
use crush_vm::{CancelToken, Fault, Grafted, Moment, Recorder, Vm};

use super::{Lost, Position, Timeline, state};
use crate::record::{Held, RawHeld, Translate};

/// Most events that are looked at for what was changed.
const MOST_EVENTS: usize = 10_000;
/// Most changed objects that are told.
const MOST_CHANGES: usize = 100;
/// Most bytes kept of what was printed.
const MOST_OUTPUT: usize = 1 << 16;

/// What came of an evaluation.
#[derive(Clone, Debug, PartialEq)]
pub struct Aside {
    /// The value, or what halted it.
    pub result: Result<Held, Box<Fault>>,
    /// What it printed, cut.
    pub output: String,
    /// The objects that it changed, by slot.
    pub changes: Vec<Change>,
    /// How many more objects there are than before; fewer when it is negative.
    pub objects: i64,
}

/// What became of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its slot.
    pub slot: u32,
    /// Its generation.
    pub generation: u32,
    /// Its kind.
    pub kind: Kind,
    /// `allocated`, `written`, or `dropped`.
    pub what: &'static str,
    /// What it holds now, shortened; empty when it is gone.
    pub preview: String,
}

impl<'h> Timeline<'h> {
    /// Calls the first of the new functions of a program, at a moment, in a frame of the task that runs, counted from the
    /// innermost one. It is given the variables of that frame that have these names. What it does stays without effect on the
    /// run; it may call what the run may call.
    pub fn evaluate(
        &mut self,
        position: Position,
        frame: usize,
        grafted: &Grafted,
        names: &[String],
        instructions: u64,
        cancel: CancelToken,
    ) -> Result<Aside, Lost> {
        let mut vm = self.take(position)?;
        self.replay.set_aside(true);
        let evaluated = evaluate(&mut vm, frame, grafted, names, instructions, cancel);
        self.replay.set_aside(false);
        evaluated.ok_or(Lost::Missed)
    }
}

fn evaluate(
    vm: &mut Vm<'_>,
    frame: usize,
    grafted: &Grafted,
    names: &[String],
    instructions: u64,
    cancel: CancelToken,
) -> Option<Aside> {
    let function = *grafted.functions.first()?;
    let moment = vm.moments().nth(frame)?;
    let variables: Vec<_> = state::locals(&moment).map(|(local, value)| (local.name.to_string(), value)).collect();
    let value_of = |name: &String| variables.iter().rev().find(|(known, _)| known == name).map(|(_, value)| *value);
    let arguments = names.iter().map(value_of).collect::<Option<Vec<_>>>()?;
    let before = vm.arena().stats().objects;
    vm.arena_mut().start_recording(MOST_EVENTS);
    let mut printed = Printed::default();
    let result = vm.call_aside(grafted, function, &arguments, instructions, cancel, &mut printed);
    vm.arena_mut().stop_recording();
    let result =
        result.map(|value| Translate(vm).held(RawHeld::read(vm.arena(), "", crush_vm::SourceRange::default(), value)));
    let objects = vm.arena().stats().objects as i64 - before as i64;
    Some(Aside { result, output: printed.0, changes: changes(vm), objects })
}

/// What the events of an evaluation come to, object by object. What was made and is gone again is not told.
fn changes(vm: &Vm<'_>) -> Vec<Change> {
    let mut changed: BTreeMap<(u32, u32), (Ref, Kind, &'static str)> = BTreeMap::new();
    let arena = vm.arena();
    for event in arena.events() {
        let Some(object) = event.action.object() else { continue };
        let place = (object.slot(), object.generation());
        match event.action {
            Action::Allocate { kind, .. } => _ = changed.insert(place, (object, kind, "allocated")),
            Action::Write { .. } => {
                let kind = arena.slot_of(object).map_or(Kind::Free, |slot| slot.kind);
                changed.entry(place).or_insert((object, kind, "written"));
            }
            Action::Free { kind, cause, .. } => {
                let is_new = changed.get(&place).is_some_and(|(_, _, what)| *what == "allocated");
                if is_new || cause == FreeCause::Collected {
                    changed.remove(&place);
                } else {
                    changed.insert(place, (object, kind, "dropped"));
                }
            }
            _ => {}
        }
    }
    let change = |((slot, generation), (object, kind, what)): ((u32, u32), (Ref, Kind, &'static str))| {
        let preview = if what == "dropped" { String::new() } else { arena.preview(object) };
        Change { slot, generation, kind, what, preview }
    };
    changed.into_iter().take(MOST_CHANGES).map(change).collect()
}

/// Keeps what is printed.
#[derive(Default)]
struct Printed(String);

impl Recorder for Printed {
    const BINDINGS: bool = false;
    const CALLS: bool = false;

    fn comes_to(&mut self, _: u32, _: crush_vm::Visit) -> bool {
        true
    }

    fn printed(&mut self, _: &Moment<'_>, text: &str) {
        let room = MOST_OUTPUT.saturating_sub(self.0.len());
        self.0.push_str(&text[..text.floor_char_boundary(room)]);
    }
}
