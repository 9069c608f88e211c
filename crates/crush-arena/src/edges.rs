//! What refers to what (A8). Looking is no access: no borrow forbids it, and it is not recorded.

use crate::{
    arena::Arena,
    object::Object,
    value::{Ref, RuntimeValue},
};

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

impl Arena {
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
        for (from, _) in self.live_from(0) {
            if edges.len() >= limit {
                break;
            }
            self.add_edges(from, self.slots.object(from.slot()), |to| to == object, limit, &mut edges);
        }
        edges
    }

    /// Adds the references to live objects that are wanted, until there are `limit` edges.
    fn add_edges(&self, from: Ref, held: &Object, wanted: impl Fn(Ref) -> bool, limit: usize, edges: &mut Vec<Edge>) {
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
                edges.push(Edge { from, to, label: label.owned(), through_handle });
            }
        }
    }
}

/// A label that is not made into a string before it is needed.
pub(crate) enum Label<'a> {
    Index(usize),
    Name(&'a str),
}

impl Label<'_> {
    pub(crate) fn owned(&self) -> EdgeLabel {
        match self {
            Label::Index(index) => EdgeLabel::Index(*index),
            Label::Name(name) => EdgeLabel::Name((*name).to_string()),
        }
    }
}

/// The value at a position of an object.
pub(crate) fn item(object: &Object, position: usize) -> Option<(Label<'_>, RuntimeValue)> {
    let indexed = |values: &[RuntimeValue]| values.get(position).map(|value| (Label::Index(position), *value));
    match object {
        Object::Array(values) => indexed(values),
        Object::Closure(closure) => indexed(&closure.captures),
        Object::Map(map) => map.get_index(position).map(|(key, value)| (Label::Name(key), value)),
        Object::Instance(instance) => {
            let name = instance.shape.fields.get(position)?;
            Some((Label::Name(name), instance.values[position]))
        }
        Object::Tagged(tagged) => (position == 0).then_some((Label::Index(0), tagged.value)),
        Object::Cell(value) => (position == 0).then_some((Label::Index(0), *value)),
        Object::Str(_) | Object::Free => None,
    }
}
