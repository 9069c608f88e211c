//! What is remembered of values and arenas: plain data, free of the arena it was read from.
//!
//! The arena names places and owners by opaque numbers; [`Translate`] turns them into source ranges and names. While a run
//! is under way only the numbers are at hand, so what is read then is kept with them ([`RawHeld`]) and translated when the
//! run is over.

use std::collections::HashMap;

use crush_arena::{Arena, BorrowInfo, BorrowKind, Kind, Object, Ref, RuntimeValue, SiteId};
use crush_vm::{HolderName, SourceRange, Vm};

use crate::parts::{MOST_PARTS_IN_ALL, PartRecord, parts};

/// Characters of a value's preview.
const PREVIEW: usize = 80;
/// Most slots that a record of an arena holds.
const MOST_SLOTS: usize = 20_000;
/// Most slots beyond those that are kept because a variable refers to them or a borrow holds them.
const MOST_FAR_SLOTS: usize = 1_000;
/// Most references out of one slot that are kept.
const MOST_EDGES: usize = 32;

/// What a variable held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The variable.
    pub name: String,
    /// Its declaration, which tells variables of the same name apart.
    pub declared: SourceRange,
    /// Its value, printed and shortened.
    pub preview: String,
    /// The object it referred to, if its value was a reference or a handle.
    pub object: Option<HeldObject>,
}

/// The object that a variable referred to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldObject {
    /// Its slot.
    pub slot: u32,
    /// The generation of the slot.
    pub generation: u32,
    /// Its kind; none when the object was gone already (A4).
    pub kind: Option<Kind>,
    /// Its class, if it was an instance of a struct.
    pub class: Option<String>,
    /// The handle through which the variable referred to it, if it held one (B3).
    pub handle: Option<BorrowKind>,
    /// Its live borrows.
    pub borrows: Vec<BorrowRecord>,
    /// Where it was allocated.
    pub allocated: Option<SourceRange>,
}

/// A live borrow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BorrowRecord {
    /// Shared or exclusive.
    pub kind: BorrowKind,
    /// Who holds it.
    pub holder: HolderName,
    /// Where it was taken.
    pub taken: Option<SourceRange>,
}

/// One slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotRecord {
    /// Its index.
    pub slot: u32,
    /// Its generation.
    pub generation: u32,
    /// The kind of its object.
    pub kind: Kind,
    /// Its class, if it is an instance of a struct.
    pub class: Option<String>,
    /// Elements, entries, fields, or bytes of a string.
    pub len: usize,
    /// Its object, printed and shortened.
    pub preview: String,
    /// Bytes counted for it.
    pub bytes: usize,
    /// Its live borrows.
    pub borrows: Vec<BorrowRecord>,
    /// Variables that referred to it, innermost frame first.
    pub names: Vec<String>,
    /// Where it was allocated.
    pub allocated: Option<SourceRange>,
    /// Slots it referred to, the first of them.
    pub edges: Vec<u32>,
    /// What it held, the first of it. In a large arena the objects of high slots have none.
    pub parts: Vec<PartRecord>,
}

/// An arena as it stood at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ArenaRecord {
    /// Its first live slots.
    pub slots: Vec<SlotRecord>,
    /// Live objects, those beyond `slots` included.
    pub objects: usize,
    /// Bytes counted.
    pub bytes: usize,
    /// Live borrows.
    pub borrows: usize,
    /// Objects ever allocated.
    pub allocated: u64,
    /// Objects freed, by `drop` or collection.
    pub freed: u64,
}

/// Turns the arena's numbers into places and names.
pub(crate) struct Translate<'v, 'h>(pub(crate) &'v Vm<'h>);

impl Translate<'_, '_> {
    fn borrow(&self, raw: &BorrowInfo) -> BorrowRecord {
        BorrowRecord { kind: raw.kind, holder: self.0.holder(raw.owner), taken: self.0.range_of(raw.site) }
    }

    /// What a variable held.
    pub(crate) fn held(&self, raw: RawHeld) -> Held {
        let object = raw.object.map(|object| HeldObject {
            slot: object.target.slot(),
            generation: object.target.generation(),
            kind: object.kind,
            class: object.class,
            handle: object.handle,
            borrows: object.borrows.iter().map(|borrow| self.borrow(borrow)).collect(),
            allocated: object.allocated.and_then(|site| self.0.range_of(site)),
        });
        Held { name: raw.name, declared: raw.declared, preview: raw.preview, object }
    }

    /// An arena.
    pub(crate) fn arena(&self, raw: RawArena) -> ArenaRecord {
        let slots = raw
            .slots
            .into_iter()
            .map(|slot| SlotRecord {
                slot: slot.object.slot(),
                generation: slot.object.generation(),
                kind: slot.kind,
                class: slot.class,
                len: slot.len,
                preview: slot.preview,
                bytes: slot.bytes,
                borrows: slot.borrows.iter().map(|borrow| self.borrow(borrow)).collect(),
                names: slot.names,
                allocated: self.0.range_of(slot.allocated),
                edges: slot.edges,
                parts: slot.parts,
            })
            .collect();
        let stats = raw.stats;
        ArenaRecord {
            slots,
            objects: stats.objects,
            bytes: stats.bytes,
            borrows: stats.borrows,
            allocated: stats.allocated,
            freed: stats.dropped + stats.collected,
        }
    }
}

/// What a variable held, in the arena's own numbers.
pub(crate) struct RawHeld {
    name: String,
    declared: SourceRange,
    preview: String,
    object: Option<RawObject>,
}

struct RawObject {
    target: Ref,
    kind: Option<Kind>,
    class: Option<String>,
    handle: Option<BorrowKind>,
    borrows: Vec<BorrowInfo>,
    allocated: Option<SiteId>,
}

impl RawHeld {
    /// Reads what `value` is now.
    pub(crate) fn read(arena: &Arena, name: &str, declared: SourceRange, value: RuntimeValue) -> Self {
        let object = arena.target(value).map(|target| {
            let slot = arena.slot_of(target);
            RawObject {
                target,
                kind: slot.as_ref().map(|slot| slot.kind),
                class: class_of(arena, target),
                handle: match value {
                    RuntimeValue::Borrow(borrow) => arena.borrow_info(borrow).map(|info| info.kind),
                    _ => None,
                },
                borrows: arena.borrows_of(target),
                allocated: slot.map(|slot| slot.allocated),
            }
        });
        Self { name: name.to_string(), declared, preview: arena.preview_value(value, PREVIEW), object }
    }
}

/// An arena, in its own numbers.
pub(crate) struct RawArena {
    slots: Vec<RawSlot>,
    stats: crush_arena::Stats,
}

struct RawSlot {
    object: Ref,
    kind: Kind,
    class: Option<String>,
    len: usize,
    preview: String,
    bytes: usize,
    borrows: Vec<BorrowInfo>,
    names: Vec<String>,
    allocated: SiteId,
    edges: Vec<u32>,
    parts: Vec<PartRecord>,
}

impl RawArena {
    /// Reads the arena of a VM as it is now. `names` tells which variables have which values, innermost frame first.
    pub(crate) fn read(arena: &Arena, names: &[(&str, RuntimeValue)]) -> Self {
        let mut named: HashMap<Ref, Vec<String>> = HashMap::new();
        for &(name, value) in names {
            if let Some(target) = arena.target(value) {
                let known = named.entry(target).or_default();
                if !known.iter().any(|each| each == name) {
                    known.push(name.to_string());
                }
            }
        }
        let mut borrowed: HashMap<Ref, Vec<BorrowInfo>> = HashMap::new();
        for borrow in arena.live_borrows() {
            borrowed.entry(borrow.object).or_default().push(borrow);
        }
        let page = arena.page(0, MOST_SLOTS);
        let mut kept = page.slots;
        if let Some(next) = page.next {
            // What people look for first may have been made last.
            let mut far: Vec<Ref> =
                named.keys().chain(borrowed.keys()).filter(|object| object.slot() >= next).copied().collect();
            far.sort();
            far.dedup();
            kept.extend(far.into_iter().take(MOST_FAR_SLOTS).filter_map(|object| arena.slot_of(object)));
        }
        let mut room = MOST_PARTS_IN_ALL;
        let slots = kept
            .into_iter()
            .map(|slot| {
                let edges = arena.edges_out(slot.object, MOST_EDGES);
                RawSlot {
                    object: slot.object,
                    kind: slot.kind,
                    class: class_of(arena, slot.object),
                    len: slot.len,
                    preview: slot.preview,
                    bytes: slot.bytes,
                    borrows: borrowed.remove(&slot.object).unwrap_or_default(),
                    names: named.remove(&slot.object).unwrap_or_default(),
                    allocated: slot.allocated,
                    parts: parts(arena, slot.object, &edges, &mut room),
                    edges: edges.into_iter().map(|edge| edge.to.slot()).collect(),
                }
            })
            .collect();
        Self { slots, stats: arena.stats() }
    }
}

fn class_of(arena: &Arena, object: Ref) -> Option<String> {
    match arena.peek(object) {
        Some(Object::Instance(instance)) => Some(instance.class().to_string()),
        _ => None,
    }
}
