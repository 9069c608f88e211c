//! Looking at an arena from outside (A8). Looking is no access: no borrow forbids it, and it is not recorded.

use crate::{
    arena::Arena,
    loans::{BorrowInfo, BorrowState},
    object::{Kind, Object},
    slot::Slot,
    text::shorten,
    value::{Ref, RuntimeValue, SiteId},
};

/// Characters of a preview.
const PREVIEW: usize = 60;

/// The arena in numbers (A8).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Live objects.
    pub objects: usize,
    /// Bytes counted: objects, slots and the table of borrows, and what the VM charged (A7).
    pub bytes: usize,
    /// The most bytes that were ever counted.
    pub peak_bytes: usize,
    /// Slots, free ones included.
    pub slots: usize,
    /// Slots that are never used again, their generations being used up (A4).
    pub retired_slots: u64,
    /// Live borrows.
    pub borrows: usize,
    /// Live objects by kind, in the order of [`Kind::ALL`].
    pub by_kind: [usize; Kind::ALL.len()],
    /// Objects ever allocated.
    pub allocated: u64,
    /// Objects freed by `drop` (A6).
    pub dropped: u64,
    /// Objects freed by collection (A5).
    pub collected: u64,
    /// Collections.
    pub collections: u64,
}

/// One live slot (A8).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotView {
    /// The reference of its object.
    pub object: Ref,
    /// Its kind.
    pub kind: Kind,
    /// The beginning of its printed form.
    pub preview: String,
    /// Elements, entries, fields, or bytes of a string.
    pub len: usize,
    /// The bytes counted for it.
    pub bytes: usize,
    /// Its borrows.
    pub borrow_state: BorrowState,
    /// Where it was allocated.
    pub allocated: SiteId,
}

/// Some live slots, in order (A8).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The slots.
    pub slots: Vec<SlotView>,
    /// Where the next page begins; none after the last.
    pub next: Option<u32>,
}

/// The arena as it stood at one moment (A8): plain data, free of the arena.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// Its numbers.
    pub stats: Stats,
    /// Its first live slots.
    pub page: Page,
    /// Its live borrows, ordered by object.
    pub borrows: Vec<BorrowInfo>,
}

/// Where in an object a reference is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum EdgeLabel {
    /// An element of an array, a capture of a function, or the value of a tagged value or a captured variable.
    Index(usize),
    /// A key of a map or a field of an object.
    Name(String),
}

/// One reference from an object to another (A8).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The object that holds the reference.
    pub from: Ref,
    /// The object referred to.
    pub to: Ref,
    /// Where in `from`.
    pub label: EdgeLabel,
    /// Whether it is held as a borrow handle.
    pub through_handle: bool,
}

/// How much of an object to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ViewLimits {
    /// Objects inside objects; more than [`ViewLimits::MAX_DEPTH`] counts as that.
    pub depth: usize,
    /// Elements of each.
    pub width: usize,
    /// Values in all.
    pub values: usize,
    /// Characters of a string.
    pub text: usize,
}

impl ViewLimits {
    /// The greatest depth of a [`View`], so that whoever takes one apart may recurse.
    pub const MAX_DEPTH: usize = 64;
}

impl Default for ViewLimits {
    fn default() -> Self {
        Self {
            depth: 3,
            width: 50,
            values: 500,
            text: 200,
        }
    }
}

/// A value, shown to a limited depth (A8). Its own depth is bounded by [`ViewLimits::depth`].
#[derive(Clone, Debug, PartialEq)]
pub enum View {
    /// A value that is no object.
    Value(RuntimeValue),
    /// A string, perhaps cut.
    Str {
        /// The reference.
        object: Ref,
        /// The beginning.
        text: String,
        /// Its whole length in bytes.
        len: usize,
    },
    /// An object and what it holds, as far as the limits go.
    Object {
        /// The reference.
        object: Ref,
        /// Its kind.
        kind: Kind,
        /// The class of an object, the tag of a tagged value.
        name: Option<String>,
        /// How much it holds.
        len: usize,
        /// What it holds, the first of it.
        items: Vec<(EdgeLabel, View)>,
    },
    /// An object that is inside itself (D8).
    Cycle {
        /// The reference.
        object: Ref,
        /// Its kind.
        kind: Kind,
    },
    /// A reference to a dropped object, or a handle whose borrow has ended.
    Gone(RuntimeValue),
}

impl Arena {
    /// The arena in numbers (A8).
    pub fn stats(&self) -> Stats {
        let mut by_kind = [0; Kind::ALL.len()];
        for slot in self.slots.iter().filter(|slot| !slot.is_free()) {
            let kind = slot.object.kind();
            if let Some(at) = Kind::ALL.iter().position(|each| *each == kind) {
                by_kind[at] += 1;
            }
        }
        Stats {
            objects: self.meter.objects,
            bytes: self.meter.bytes,
            peak_bytes: self.counters.peak_bytes.max(self.meter.bytes),
            slots: self.slots.len(),
            retired_slots: self.counters.retired,
            borrows: self.loans.live().count(),
            by_kind,
            allocated: self.counters.allocated,
            dropped: self.counters.dropped,
            collected: self.counters.collected,
            collections: self.counters.collections,
        }
    }

    /// At most `count` live slots, from the slot `start` on (A8).
    pub fn page(&self, start: u32, count: usize) -> Page {
        let mut live = self.live_from(start);
        let slots = live
            .by_ref()
            .take(count)
            .map(|(object, slot)| self.slot_view(object, slot))
            .collect();
        Page {
            slots,
            next: live.next().map(|(object, _)| object.slot()),
        }
    }

    /// The slot of an object (A8). None when the reference is stale.
    pub fn slot_of(&self, object: Ref) -> Option<SlotView> {
        let slot = self
            .slots
            .get(object.slot() as usize)
            .filter(|slot| slot.holds(object))?;
        Some(self.slot_view(object, slot))
    }

    /// The reference of the object that a slot holds now.
    pub fn object_in(&self, slot: u32) -> Option<Ref> {
        let held = self
            .slots
            .get(slot as usize)
            .filter(|held| !held.is_free())?;
        Some(Ref::new(slot, held.generation()))
    }

    fn live_from(&self, start: u32) -> impl Iterator<Item = (Ref, &Slot)> {
        let slots = self.slots.get(start as usize..).unwrap_or_default();
        (start..)
            .zip(slots)
            .filter(|(_, slot)| !slot.is_free())
            .map(|(index, slot)| (Ref::new(index, slot.generation()), slot))
    }

    fn slot_view(&self, object: Ref, slot: &Slot) -> SlotView {
        let book = self.books[object.slot() as usize];
        SlotView {
            object,
            kind: slot.object.kind(),
            preview: self.preview(object),
            len: len(&slot.object),
            bytes: book.bytes + size_of::<Slot>() + size_of_val(&book),
            borrow_state: slot.state(),
            allocated: book.site,
        }
    }

    /// The beginning of the printed form of an object, in time that does not depend on its size.
    pub fn preview(&self, object: Ref) -> String {
        self.preview_value(RuntimeValue::Ref(object), PREVIEW)
    }

    /// The beginning of the printed form of a value, some `length` characters, in time that depends on that alone.
    pub fn preview_value(&self, value: RuntimeValue, length: usize) -> String {
        self.look(value).beginning(length)
    }

    /// The references out of an object, the first `limit` of them (A8). Live handles count as references.
    pub fn edges_out(&self, object: Ref, limit: usize) -> Vec<Edge> {
        let mut edges = Vec::new();
        if let Some(held) = self.peek(object) {
            self.add_edges(object, held, |_| true, limit, &mut edges);
        }
        edges
    }

    /// The references into an object, the first `limit` of them, in the order of slots (A8). This looks through
    /// the whole arena.
    pub fn edges_in(&self, object: Ref, limit: usize) -> Vec<Edge> {
        let mut edges = Vec::new();
        for (from, slot) in self.live_from(0) {
            if edges.len() >= limit {
                break;
            }
            self.add_edges(from, &slot.object, |to| to == object, limit, &mut edges);
        }
        edges
    }

    /// Adds the references to live objects that are wanted, until there are `limit` edges.
    fn add_edges(
        &self,
        from: Ref,
        held: &Object,
        wanted: impl Fn(Ref) -> bool,
        limit: usize,
        edges: &mut Vec<Edge>,
    ) {
        let mut position = 0;
        while edges.len() < limit
            && let Some((label, value)) = item(held, position)
        {
            position += 1;
            if let Some(to) = self.target(value)
                && wanted(to)
                && self.peek(to).is_some()
            {
                let through_handle = matches!(value, RuntimeValue::Borrow(_));
                edges.push(Edge {
                    from,
                    to,
                    label: label.owned(),
                    through_handle,
                });
            }
        }
    }

    /// The arena as it stands: its numbers, the first `slots` live slots, and all live borrows (A8).
    pub fn snapshot(&self, slots: usize) -> Snapshot {
        let mut borrows: Vec<_> = self.live_borrows().collect();
        borrows.sort_by_key(|info| (info.object, info.borrow));
        Snapshot {
            stats: self.stats(),
            page: self.page(0, slots),
            borrows,
        }
    }

    /// A value, shown to a limited depth (A8).
    pub fn view(&self, value: RuntimeValue, limits: ViewLimits) -> View {
        let mut left = limits.values;
        self.view_within(
            value,
            limits,
            limits.depth.min(ViewLimits::MAX_DEPTH),
            &mut Vec::new(),
            &mut left,
        )
    }

    /// Recurses no deeper than [`ViewLimits::MAX_DEPTH`].
    fn view_within(
        &self,
        value: RuntimeValue,
        limits: ViewLimits,
        depth: usize,
        inside: &mut Vec<Ref>,
        left: &mut usize,
    ) -> View {
        *left = left.saturating_sub(1);
        if !matches!(value, RuntimeValue::Ref(_) | RuntimeValue::Borrow(_)) {
            return View::Value(value);
        }
        let Some((object, held)) = self
            .target(value)
            .and_then(|object| Some((object, self.peek(object)?)))
        else {
            return View::Gone(value);
        };
        if let Object::Str(text) = held {
            let mut shown: String = text.chars().take(limits.text + 1).collect();
            shorten(&mut shown, limits.text);
            return View::Str {
                object,
                text: shown,
                len: text.len(),
            };
        }
        if inside.contains(&object) {
            return View::Cycle {
                object,
                kind: held.kind(),
            };
        }
        let name = match held {
            Object::Instance(instance) => Some(instance.class().to_string()),
            Object::Tagged(tagged) => Some(tagged.tag.to_string()),
            _ => None,
        };
        let mut items = Vec::new();
        if depth > 0 {
            inside.push(object);
            for position in 0..limits.width {
                if *left == 0 {
                    break;
                }
                let Some((label, value)) = item(held, position) else {
                    break;
                };
                items.push((
                    label.owned(),
                    self.view_within(value, limits, depth - 1, inside, left),
                ));
            }
            inside.pop();
        }
        View::Object {
            object,
            kind: held.kind(),
            name,
            len: len(held),
            items,
        }
    }
}

/// A label that is not made into a string before it is needed.
enum Label<'a> {
    Index(usize),
    Name(&'a str),
}

impl Label<'_> {
    fn owned(&self) -> EdgeLabel {
        match self {
            Label::Index(index) => EdgeLabel::Index(*index),
            Label::Name(name) => EdgeLabel::Name((*name).to_string()),
        }
    }
}

/// The value at a position of an object.
fn item(object: &Object, position: usize) -> Option<(Label<'_>, RuntimeValue)> {
    let indexed = |values: &[RuntimeValue]| {
        values
            .get(position)
            .map(|value| (Label::Index(position), *value))
    };
    match object {
        Object::Array(values) => indexed(values),
        Object::Closure(closure) => indexed(&closure.captures),
        Object::Map(map) => map
            .get_index(position)
            .map(|(key, value)| (Label::Name(key), value)),
        Object::Instance(instance) => {
            let name = instance.shape.fields.get(position)?;
            Some((Label::Name(name), instance.values[position]))
        }
        Object::Tagged(tagged) => (position == 0).then_some((Label::Index(0), tagged.value)),
        Object::Cell(value) => (position == 0).then_some((Label::Index(0), *value)),
        Object::Str(_) | Object::Free { .. } => None,
    }
}

/// How much an object holds: elements, entries, fields, bytes of a string.
fn len(object: &Object) -> usize {
    match object {
        Object::Str(text) => text.len(),
        Object::Array(values) => values.len(),
        Object::Map(map) => map.len(),
        Object::Instance(instance) => instance.values.len(),
        Object::Closure(closure) => closure.captures.len(),
        Object::Tagged(_) | Object::Cell(_) => 1,
        Object::Free { .. } => 0,
    }
}
