//! The heap as boxes and arrows: the variables, the objects they refer to, and what those refer to, as far as there is room.
//!
//! A heap may be large, and nobody looks at a million boxes: a drawing is the neighbourhood of the variables, or of one
//! object, and says how much is left out (A8).

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crush_arena::{BorrowKind, Kind};
use crush_eval::{ArenaRecord, BorrowRecord, PartRecord, SlotRecord};

use crate::FilePlace;
use crate::arena_view::{ArenaBorrow, ArenaMoment, ArenaStats};
use crate::evaluation::{Evaluation, Outcome, fault_in_root, holder_text};

/// Most boxes of one drawing.
const MOST_BOXES: usize = 200;
/// Parts that a box shows.
const MOST_PARTS: usize = 8;
/// Objects that refer to the object in the middle which are drawn with it.
const MOST_REFERRERS: usize = 6;

/// Which part of which heap to draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeapQuery {
    /// The heap as it was when this line (from 0) last ran; the end or the fault when absent.
    pub line: Option<usize>,
    /// The object in the middle, by its slot; without one the variables are.
    pub slot: Option<u32>,
    /// How many steps to go from there.
    pub depth: usize,
    /// How many boxes to draw at most.
    pub limit: usize,
}

/// A part of the heap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeapDrawing {
    /// When.
    pub moment: ArenaMoment,
    /// Figures of the whole arena.
    pub stats: ArenaStats,
    /// The object in the middle.
    pub slot: Option<u32>,
    /// Variables and whoever else holds a borrow.
    pub holders: Vec<HeapHolder>,
    /// The objects, nearest first.
    pub boxes: Vec<HeapBox>,
    /// Objects of the arena that are not drawn; strings are drawn where they are held.
    pub left_out: usize,
}

/// A variable, or a loop that holds a borrow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeapHolder {
    /// Its name.
    pub name: String,
    /// The object it refers to.
    pub slot: u32,
    /// When it refers to it as a borrow: whether that is exclusive.
    pub exclusive: Option<bool>,
}

/// An object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeapBox {
    /// Its slot.
    pub slot: u32,
    /// How often that was reused.
    pub generation: u32,
    /// `array`, `map`, …
    pub kind: &'static str,
    /// `Item`, `array of 3`.
    pub title: String,
    /// How many steps it is away.
    pub distance: usize,
    /// Its contents, shortened.
    pub preview: String,
    /// Its live borrows.
    pub borrows: Vec<ArenaBorrow>,
    /// Where it was allocated.
    pub allocated: Option<FilePlace>,
    /// What it holds, the first of it.
    pub parts: Vec<HeapPart>,
    /// How much more it holds.
    pub more: usize,
}

/// What an object holds at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeapPart {
    /// The field or key; the index of an element.
    pub name: String,
    /// The value, shortened.
    pub text: String,
    /// The object it refers to, drawn or not; strings are values to the reader.
    pub target: Option<u32>,
    /// Whether it refers to it as a borrow.
    pub is_borrow: bool,
}

/// The heap of a run. A line that never ran shows the end.
pub fn heap(evaluation: &Evaluation, query: HeapQuery) -> HeapDrawing {
    let run = evaluation.run();
    let at_line = query.line.and_then(|line| {
        let record = run.arena_at(evaluation.moment_of_line(line)?)?;
        Some((ArenaMoment::Line { line }, record))
    });
    match at_line {
        Some((moment, record)) => heap_of(moment, &record, query),
        None => {
            let moment = match evaluation.outcome() {
                Outcome::Finished => ArenaMoment::End,
                Outcome::Faulted(fault) => ArenaMoment::Fault { offset: fault_in_root(fault).start },
            };
            heap_of(moment, run.arena(), query)
        }
    }
}

/// The heap of an arena, as it stood at a moment.
pub fn heap_of(moment: ArenaMoment, record: &ArenaRecord, query: HeapQuery) -> HeapDrawing {
    let slots = Slots::new(record);
    let middle = query.slot.filter(|slot| slots.get(*slot).is_some());
    let drawn = slots.neighbourhood(middle, query.depth, query.limit.min(MOST_BOXES));
    let boxes: Vec<HeapBox> =
        drawn.iter().filter_map(|(slot, distance)| Some(slots.drawn(slots.get(*slot)?, *distance))).collect();
    let is_drawn: BTreeSet<u32> = boxes.iter().map(|it| it.slot).collect();
    let holders = slots.holders().filter(|holder| is_drawn.contains(&holder.slot)).collect();
    let strings = record.slots.iter().filter(|slot| slots.is_value(slot)).count();
    HeapDrawing {
        moment,
        stats: ArenaStats {
            objects: record.objects as u64,
            bytes: record.bytes as u64,
            borrows: record.borrows as u64,
            allocated: record.allocated,
            freed: record.freed,
        },
        slot: middle,
        holders,
        left_out: record.objects.saturating_sub(strings + boxes.len()),
        boxes,
    }
}

/// The recorded slots, by number.
struct Slots<'a> {
    record: &'a ArenaRecord,
    by_number: BTreeMap<u32, &'a SlotRecord>,
}

impl<'a> Slots<'a> {
    fn new(record: &'a ArenaRecord) -> Self {
        Self { record, by_number: record.slots.iter().map(|slot| (slot.slot, slot)).collect() }
    }

    fn get(&self, slot: u32) -> Option<&'a SlotRecord> {
        self.by_number.get(&slot).copied()
    }

    /// Strings have no box of their own, unless one is borrowed.
    fn is_value(&self, slot: &SlotRecord) -> bool {
        slot.kind == Kind::Str && slot.borrows.is_empty()
    }

    fn has_box(&self, slot: u32) -> bool {
        self.get(slot).is_some_and(|slot| !self.is_value(slot))
    }

    /// The slots to draw with their distance from the middle, nearest first.
    fn neighbourhood(&self, middle: Option<u32>, depth: usize, limit: usize) -> Vec<(u32, usize)> {
        let mut drawn: Vec<(u32, usize)> = Vec::new();
        let mut known = BTreeSet::new();
        let mut waiting: VecDeque<(u32, usize)> = match middle {
            // Who refers to it stands before it.
            Some(middle) => {
                known.insert(middle);
                let referrers = self.referrers(middle).take(MOST_REFERRERS);
                drawn.extend(referrers.filter(|slot| known.insert(*slot)).map(|slot| (slot, 0)));
                let distance = usize::from(!drawn.is_empty());
                [(middle, distance)].into()
            }
            None => {
                let named = self.record.slots.iter().filter(|slot| !slot.names.is_empty() || !slot.borrows.is_empty());
                named
                    .map(|slot| slot.slot)
                    .filter(|slot| self.has_box(*slot) && known.insert(*slot))
                    .map(|slot| (slot, 0))
                    .collect()
            }
        };
        let far = depth + waiting.front().map_or(0, |(_, distance)| *distance);
        while let Some((slot, distance)) = waiting.pop_front().filter(|_| drawn.len() < limit) {
            drawn.push((slot, distance));
            let Some(record) = self.get(slot).filter(|_| distance < far) else { continue };
            let targets = record.parts.iter().take(MOST_PARTS).filter_map(|part| part.target);
            // Where no parts were kept the references were.
            let targets =
                targets.chain(record.edges.iter().copied().filter(|_| record.parts.is_empty()).take(MOST_PARTS));
            for target in targets.filter(|target| self.has_box(*target)) {
                if known.insert(target) {
                    waiting.push_back((target, distance + 1));
                }
            }
        }
        drawn.sort_by_key(|(_, distance)| *distance);
        drawn
    }

    /// Who refers to a slot.
    fn referrers(&self, slot: u32) -> impl Iterator<Item = u32> {
        let refers = move |other: &&SlotRecord| other.slot != slot && other.edges.contains(&slot);
        self.record.slots.iter().filter(refers).map(|other| other.slot)
    }

    fn holders(&self) -> impl Iterator<Item = HeapHolder> {
        self.record.slots.iter().flat_map(|slot| {
            let variable = |name: &String| HeapHolder {
                name: name.clone(),
                slot: slot.slot,
                exclusive: held_by(slot, name).map(is_exclusive),
            };
            // A loop holds its borrow under no name.
            let is_nameless = |borrow: &&BorrowRecord| !slot.names.iter().any(|name| holds(borrow, name));
            let loops = slot.borrows.iter().filter(is_nameless).map(|borrow| HeapHolder {
                name: holder_text(&borrow.holder).replace('`', ""),
                slot: slot.slot,
                exclusive: Some(is_exclusive(borrow)),
            });
            slot.names.iter().map(variable).chain(loops).collect::<Vec<_>>()
        })
    }

    fn drawn(&self, slot: &SlotRecord, distance: usize) -> HeapBox {
        let parts: Vec<_> =
            slot.parts.iter().take(MOST_PARTS).enumerate().map(|(at, part)| self.part(at, part)).collect();
        let held = if slot.kind == Kind::Str { 0 } else { slot.len };
        HeapBox {
            slot: slot.slot,
            generation: slot.generation,
            kind: slot.kind.name(),
            title: title(slot),
            distance,
            preview: slot.preview.clone(),
            borrows: slot.borrows.iter().map(borrow).collect(),
            allocated: slot.allocated.map(FilePlace::from),
            more: held.saturating_sub(parts.len()),
            parts,
        }
    }

    fn part(&self, at: usize, part: &PartRecord) -> HeapPart {
        let target = part.target.filter(|target| self.get(*target).is_none_or(|slot| !self.is_value(slot)));
        HeapPart {
            name: part.name.clone().unwrap_or_else(|| at.to_string()),
            text: part.preview.clone(),
            target,
            is_borrow: part.through_handle,
        }
    }
}

/// `Item`, `array of 3`, `text of 12`.
fn title(slot: &SlotRecord) -> String {
    match (&slot.class, slot.kind) {
        (Some(class), _) => class.clone(),
        (None, Kind::Array | Kind::Map | Kind::Str) => format!("{} of {}", slot.kind.name(), slot.len),
        (None, _) => slot.kind.name().to_string(),
    }
}

fn borrow(record: &BorrowRecord) -> ArenaBorrow {
    ArenaBorrow {
        exclusive: is_exclusive(record),
        owner: Some(holder_text(&record.holder)),
        taken: record.taken.map(FilePlace::from),
    }
}

fn is_exclusive(borrow: &BorrowRecord) -> bool {
    borrow.kind == BorrowKind::Exclusive
}

/// The borrow that a variable holds of an object.
fn held_by<'a>(slot: &'a SlotRecord, name: &str) -> Option<&'a BorrowRecord> {
    slot.borrows.iter().find(|borrow| holds(borrow, name))
}

fn holds(borrow: &BorrowRecord, name: &str) -> bool {
    holder_text(&borrow.holder) == format!("`{name}`")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::after_run;

    const ALL: HeapQuery = HeapQuery { line: None, slot: None, depth: 3, limit: 60 };

    fn drawing(program: &str, query: HeapQuery) -> HeapDrawing {
        let (snapshot, _) = after_run(&format!("{program}$0"));
        heap(snapshot.evaluation.as_ref().expect("it ran"), query)
    }

    /// `name → title {part: text | part → title}`, a box a line.
    fn told(drawing: &HeapDrawing) -> Vec<String> {
        let title = |slot: u32| drawing.boxes.iter().find(|it| it.slot == slot).map_or("…", |it| it.title.as_str());
        let holders = drawing.holders.iter().map(|holder| {
            let arrow = match holder.exclusive {
                Some(true) => "→ &mut ",
                Some(false) => "→ &",
                None => "→ ",
            };
            format!("{} {arrow}{}", holder.name, title(holder.slot))
        });
        let boxes = drawing.boxes.iter().map(|it| {
            let part = |part: &HeapPart| match part.target {
                Some(target) => format!("{} → {}", part.name, title(target)),
                None => format!("{}: {}", part.name, part.text),
            };
            let more = if it.more > 0 { format!(" | {} more", it.more) } else { String::new() };
            format!(
                "{}{} {{{}{more}}}",
                "  ".repeat(it.distance),
                it.title,
                it.parts.iter().map(part).collect::<Vec<_>>().join(" | ")
            )
        });
        holders.chain(boxes).collect()
    }

    #[test]
    fn variables_refer_to_objects_that_hold_values_and_other_objects() {
        let program = "struct Item { name, price }\nlet items = [Item { name: \"lamp\", price: 40 }]\nlet shelf = &items\nprint(shelf)\n";
        assert_eq!(
            told(&drawing(program, HeapQuery { line: Some(3), ..ALL })),
            [
                "items → array of 1",
                "shelf → &array of 1",
                "array of 1 {0 → Item}",
                "  Item {name: \"lamp\" | price: 40}"
            ]
        );
    }

    #[test]
    fn a_cycle_is_drawn_once() {
        let told = told(&drawing("let a = {n: 1}\nlet b = {next: a}\na.next = b\n", ALL));
        assert_eq!(
            told,
            ["a → map of 2", "b → map of 1", "map of 2 {n: 1 | next → map of 1}", "map of 1 {next → map of 2}"]
        );
    }

    #[test]
    fn a_loop_holds_its_borrow_at_the_fault() {
        let told = told(&drawing("let xs = [1]\nfor x in xs {\n  xs.push(x)\n}\n", ALL));
        assert!(told.contains(&"the for → &array of 1".to_string()), "{told:?}");
    }

    #[test]
    fn a_large_heap_is_drawn_in_part() {
        let program = "let rows = []\nfor i in 0..100000 {\n  rows.push([i])\n}\n";
        let whole = drawing(program, ALL);
        assert!(whole.boxes.len() <= 9, "{}", whole.boxes.len());
        assert_eq!((whole.boxes[0].parts.len(), whole.boxes[0].more), (8, 99_992));
        assert_eq!(whole.left_out, 100_001 - whole.boxes.len());
        assert!(drawing(program, HeapQuery { limit: usize::MAX, depth: usize::MAX, ..ALL }).boxes.len() <= MOST_BOXES);
    }

    #[test]
    fn one_object_is_drawn_with_those_that_refer_to_it() {
        let program = "let a = [1]\nlet b = {it: a}\nlet c = [[2]]\n";
        let slot = drawing(program, ALL).holders.iter().find(|holder| holder.name == "a").expect("it is there").slot;
        let told = told(&drawing(program, HeapQuery { slot: Some(slot), ..ALL }));
        assert_eq!(told, ["a → array of 1", "b → map of 1", "map of 1 {it → array of 1}", "  array of 1 {0: 1}"]);
    }

    #[test]
    fn what_a_variable_refers_to_is_there_even_if_it_was_made_last() {
        let told =
            told(&drawing("let rows = []\nfor i in 0..50000 {\n  rows.push([i])\n}\nlet last = {made: 1}\n", ALL));
        assert!(told.contains(&"last → map of 1".to_string()), "{told:?}");
    }

    #[test]
    fn a_line_shows_the_heap_of_its_moment() {
        let at = |line| told(&drawing("let xs = [1]\nxs.push(2)\n", HeapQuery { line: Some(line), ..ALL }))[1].clone();
        assert_eq!((at(0), at(1)), ("array of 1 {0: 1}".to_string(), "array of 2 {0: 1 | 1: 2}".to_string()));
    }
}
