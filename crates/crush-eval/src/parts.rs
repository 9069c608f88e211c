//! What an object held, part by part: how a picture of the heap shows it.

use crush_arena::{Arena, Edge, EdgeLabel, Ref, RuntimeValue, View, ViewLimits};

/// Most parts of one object that are kept.
const MOST_PARTS: usize = 12;
/// Most parts of all objects of an arena together that are kept.
pub(crate) const MOST_PARTS_IN_ALL: usize = 24_000;
/// Characters of a part's preview.
const PREVIEW: usize = 24;

/// An element, entry, field or capture of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartRecord {
    /// The key or the field; none for elements and captures, which are in order.
    pub name: Option<String>,
    /// The value, printed and shortened.
    pub preview: String,
    /// The slot it refers to, when it is an object.
    pub target: Option<u32>,
    /// Whether it refers to it as a borrow handle (B3).
    pub through_handle: bool,
}

/// The first parts of an object, while there is room. `edges` are the references out of it.
pub(crate) fn parts(arena: &Arena, object: Ref, edges: &[Edge], room: &mut usize) -> Vec<PartRecord> {
    let width = MOST_PARTS.min(*room);
    let limits = ViewLimits { depth: 1, width, values: width + 1, text: PREVIEW };
    let View::Object { items, .. } = arena.view(RuntimeValue::Ref(object), limits) else { return Vec::new() };
    *room -= items.len();
    items.into_iter().map(|(label, value)| part(arena, object, edges, label, &value)).collect()
}

fn part(arena: &Arena, object: Ref, edges: &[Edge], label: EdgeLabel, value: &View) -> PartRecord {
    let (target, preview) = match value {
        View::Value(value) | View::Gone(value) => (None, arena.preview_value(*value, PREVIEW)),
        View::Str { object, text, .. } => (Some(*object), format!("{text:?}")),
        View::Object { object, .. } | View::Cycle { object, .. } => {
            (Some(*object), arena.preview_value(RuntimeValue::Ref(*object), PREVIEW))
        }
    };
    let through_handle = edges.iter().any(|edge| edge.from == object && edge.label == label && edge.through_handle);
    let name = match label {
        EdgeLabel::Index(_) => None,
        EdgeLabel::Name(name) => Some(name),
    };
    PartRecord { name, preview, target: target.map(Ref::slot), through_handle }
}
