//! The objects a slot can hold (A3).

use std::{ops::Range, sync::Arc};

use crate::{
    instance::{Instance, Shape},
    map::Map,
    string::Text,
    value::{FunctionId, RuntimeValue},
};

/// What the allocator keeps beside each block it hands out, near enough; counted so that a program of many
/// small objects is charged what it really takes (A7).
pub(crate) const BLOCK_OVERHEAD: usize = 16;

/// An object of the arena (A3).
///
/// 24 bytes: an array is inline (one indirection to its elements), a string is a shared pointer, everything
/// larger is boxed. So a slot with its header is 32 bytes and never straddles a cache line.
#[derive(Clone, Debug)]
pub enum Object {
    /// A string. Immutable (A6).
    Str(Text),
    /// A vector of values.
    Array(Vec<RuntimeValue>),
    /// A map from string keys, in insertion order.
    Map(Box<Map>),
    /// A struct instance, or an object of another language.
    Instance(Box<Instance>),
    /// A value with a mark: a result, a task handle.
    Tagged(Box<Tagged>),
    /// A function with the variables it captured (B9). Internal: a program sees a function.
    Closure(Box<Closure>),
    /// A captured variable (B9). Internal: a program sees the variable.
    Cell(RuntimeValue),
    /// No object: the slot is free, or retired. Never seen through a valid reference.
    Free,
}

const _: () = assert!(size_of::<Object>() == 24);

/// What kind of object it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// [`Object::Str`]
    Str,
    /// [`Object::Array`]
    Array,
    /// [`Object::Map`]
    Map,
    /// [`Object::Instance`]
    Object,
    /// [`Object::Tagged`]
    Tagged,
    /// [`Object::Closure`]
    Closure,
    /// [`Object::Cell`]
    Cell,
    /// [`Object::Free`]
    Free,
}

impl Kind {
    /// Every kind an object can have.
    pub const ALL: [Kind; 7] =
        [Kind::Str, Kind::Array, Kind::Map, Kind::Object, Kind::Tagged, Kind::Closure, Kind::Cell];

    /// Its name as users see it.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Str => "string",
            Kind::Array => "array",
            Kind::Map => "map",
            Kind::Object => "object",
            Kind::Tagged => "tagged value",
            Kind::Closure => "function",
            Kind::Cell => "captured variable",
            Kind::Free => "free slot",
        }
    }

    /// Whether a program can borrow it: the objects of A3. Functions and captured variables are values and
    /// variables to a program, although they live in the arena.
    pub const fn can_borrow(self) -> bool {
        matches!(self, Kind::Str | Kind::Array | Kind::Map | Kind::Object | Kind::Tagged)
    }

    /// Whether it can be dropped or borrowed exclusively: what can be borrowed, but for strings (A6).
    pub const fn can_change(self) -> bool {
        self.can_borrow() && !matches!(self, Kind::Str)
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl Object {
    /// A string object.
    pub fn str(text: impl Into<Text>) -> Self {
        Self::Str(text.into())
    }

    /// An object of a shape, its fields in the shape's order. Missing values are `null`, extra ones are lost.
    pub fn instance(shape: Arc<Shape>, values: Vec<RuntimeValue>) -> Self {
        Self::Instance(Box::new(Instance::new(shape, values)))
    }

    /// A tagged value.
    pub fn tagged(tag: impl Into<Text>, value: RuntimeValue) -> Self {
        Self::Tagged(Box::new(Tagged { tag: tag.into(), value }))
    }

    /// A function with its captured cells.
    pub fn closure(function: FunctionId, captures: Vec<RuntimeValue>) -> Self {
        Self::Closure(Box::new(Closure { function, captures }))
    }

    /// A map.
    pub fn map(map: Map) -> Self {
        Self::Map(Box::new(map))
    }

    /// What kind it is.
    pub fn kind(&self) -> Kind {
        match self {
            Object::Str(_) => Kind::Str,
            Object::Array(_) => Kind::Array,
            Object::Map(_) => Kind::Map,
            Object::Instance(_) => Kind::Object,
            Object::Tagged(_) => Kind::Tagged,
            Object::Closure(_) => Kind::Closure,
            Object::Cell(_) => Kind::Cell,
            Object::Free => Kind::Free,
        }
    }

    /// The bytes it takes outside its slot, in constant time (A7).
    pub fn bytes(&self) -> usize {
        match self {
            Object::Str(text) => text.own_bytes(),
            Object::Array(values) => values_bytes(values.capacity()),
            Object::Map(map) => map.bytes(),
            Object::Instance(instance) => instance.bytes(),
            Object::Tagged(tagged) => size_of::<Tagged>() + BLOCK_OVERHEAD + text_bytes(&tagged.tag),
            Object::Closure(closure) => {
                size_of::<Closure>() + BLOCK_OVERHEAD + values_bytes(closure.captures.capacity())
            }
            Object::Cell(_) | Object::Free => 0,
        }
    }

    /// How much it holds: elements, entries, fields, bytes of a string.
    pub(crate) fn len(&self) -> usize {
        match self {
            Object::Str(text) => text.len(),
            Object::Array(values) => values.len(),
            Object::Map(map) => map.len(),
            Object::Instance(instance) => instance.values.len(),
            Object::Closure(closure) => closure.captures.len(),
            Object::Tagged(_) | Object::Cell(_) => 1,
            Object::Free => 0,
        }
    }

    /// How many values it holds.
    pub(crate) fn values_len(&self) -> usize {
        match self {
            Object::Str(_) | Object::Free => 0,
            other => other.len(),
        }
    }

    /// Calls `each` for the values it holds at these positions.
    #[inline]
    pub(crate) fn for_values(&self, positions: Range<usize>, mut each: impl FnMut(RuntimeValue)) {
        match self {
            Object::Array(values) => values[positions].iter().copied().for_each(each),
            Object::Map(map) => positions.filter_map(|at| map.get_index(at)).for_each(|(_, value)| each(value)),
            Object::Instance(instance) => instance.values[positions].iter().copied().for_each(each),
            Object::Closure(closure) => closure.captures[positions].iter().copied().for_each(each),
            Object::Tagged(tagged) => positions.for_each(|_| each(tagged.value)),
            Object::Cell(value) => positions.for_each(|_| each(*value)),
            Object::Str(_) | Object::Free => {}
        }
    }
}

/// The bytes of a shared text: its characters and the two counts of an `Arc`.
pub(crate) fn text_bytes(text: &str) -> usize {
    text.len() + 2 * size_of::<usize>() + BLOCK_OVERHEAD
}

/// The bytes of a vector of values of this capacity.
pub(crate) const fn values_bytes(capacity: usize) -> usize {
    if capacity == 0 { 0 } else { capacity.saturating_mul(size_of::<RuntimeValue>()).saturating_add(BLOCK_OVERHEAD) }
}

/// A value with a mark (A3).
#[derive(Clone, Debug)]
pub struct Tagged {
    /// What it is marked as: `ok`, `err`, `task`, ….
    pub tag: Text,
    /// The marked value.
    pub value: RuntimeValue,
}

/// A function with the variables it captured (B9).
#[derive(Clone, Debug)]
pub struct Closure {
    /// The code.
    pub function: FunctionId,
    /// The captured variables: references to their cells, or values where they never change.
    pub captures: Vec<RuntimeValue>,
}
