//! The objects a slot can hold (A3).

use std::sync::Arc;

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

use crate::value::{FunctionId, RuntimeValue};

/// Immutable text. Shared rather than copied: a constant of the program, a map key and a field name are one
/// allocation however many objects hold them.
pub type Text = Arc<str>;

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
    Free {
        /// The next free slot, `u32::MAX` at the end of the list.
        next: u32,
    },
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
    pub const ALL: [Kind; 7] = [
        Kind::Str,
        Kind::Array,
        Kind::Map,
        Kind::Object,
        Kind::Tagged,
        Kind::Closure,
        Kind::Cell,
    ];

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
        matches!(
            self,
            Kind::Str | Kind::Array | Kind::Map | Kind::Object | Kind::Tagged
        )
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
    pub fn instance(shape: Arc<Shape>, mut values: Vec<RuntimeValue>) -> Self {
        values.resize(shape.fields.len(), RuntimeValue::Null);
        let own_shape = Arc::strong_count(&shape) == 1;
        Self::Instance(Box::new(Instance {
            shape,
            values,
            own_shape,
        }))
    }

    /// A tagged value.
    pub fn tagged(tag: impl Into<Text>, value: RuntimeValue) -> Self {
        Self::Tagged(Box::new(Tagged {
            tag: tag.into(),
            value,
        }))
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
            Object::Free { .. } => Kind::Free,
        }
    }

    /// The bytes it takes outside its slot, in constant time (A7).
    pub fn bytes(&self) -> usize {
        match self {
            Object::Str(text) => text_bytes(text),
            Object::Array(values) => values_bytes(values.capacity()),
            Object::Map(map) => map.bytes(),
            Object::Instance(instance) => instance.bytes(),
            Object::Tagged(tagged) => {
                size_of::<Tagged>() + BLOCK_OVERHEAD + text_bytes(&tagged.tag)
            }
            Object::Closure(closure) => {
                size_of::<Closure>() + BLOCK_OVERHEAD + values_bytes(closure.captures.capacity())
            }
            Object::Cell(_) | Object::Free { .. } => 0,
        }
    }

    /// Calls `edge` for every value it holds.
    pub(crate) fn for_each_value(&self, mut edge: impl FnMut(RuntimeValue)) {
        match self {
            Object::Array(values) => values.iter().copied().for_each(edge),
            Object::Map(map) => map.values().for_each(edge),
            Object::Instance(instance) => instance.values.iter().copied().for_each(edge),
            Object::Tagged(tagged) => edge(tagged.value),
            Object::Closure(closure) => closure.captures.iter().copied().for_each(edge),
            Object::Cell(value) => edge(*value),
            Object::Str(_) | Object::Free { .. } => {}
        }
    }
}

/// The bytes of a shared text: its characters and the two counts of an `Arc`.
pub(crate) fn text_bytes(text: &str) -> usize {
    text.len() + 2 * size_of::<usize>() + BLOCK_OVERHEAD
}

/// The bytes of a vector of values of this capacity.
pub(crate) const fn values_bytes(capacity: usize) -> usize {
    if capacity == 0 {
        0
    } else {
        capacity
            .saturating_mul(size_of::<RuntimeValue>())
            .saturating_add(BLOCK_OVERHEAD)
    }
}

/// A map from string keys to values, in insertion order (A3).
#[derive(Clone, Debug, Default)]
pub struct Map {
    pub(crate) entries: IndexMap<Text, RuntimeValue, FxBuildHasher>,
    /// The bytes of the keys, kept so that measuring is constant time.
    key_bytes: usize,
}

impl Map {
    /// An empty map.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty map with room for `capacity` entries.
    pub fn with_capacity(capacity: usize) -> Self {
        Self {
            entries: IndexMap::with_capacity_and_hasher(capacity, FxBuildHasher),
            key_bytes: 0,
        }
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<RuntimeValue> {
        self.entries.get(key).copied()
    }

    /// Whether the key has an entry.
    pub fn contains_key(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// The entry at a position of the insertion order.
    pub fn get_index(&self, index: usize) -> Option<(&Text, RuntimeValue)> {
        self.entries
            .get_index(index)
            .map(|(key, value)| (key, *value))
    }

    /// The entries in insertion order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Text, RuntimeValue)> {
        self.entries.iter().map(|(key, value)| (key, *value))
    }

    /// The keys in insertion order.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &Text> {
        self.entries.keys()
    }

    /// The values in insertion order.
    pub fn values(&self) -> impl ExactSizeIterator<Item = RuntimeValue> {
        self.entries.values().copied()
    }

    /// Sets the value of a key; a new key comes last, a known one keeps its place. For a map that is not in the
    /// arena yet; one that is grows through [`MapMut`](crate::MapMut), which counts.
    pub fn insert(&mut self, key: impl Into<Text>, value: RuntimeValue) -> Option<RuntimeValue> {
        let key = key.into();
        let bytes = text_bytes(&key);
        let old = self.entries.insert(key, value);
        if old.is_none() {
            self.key_bytes += bytes;
        }
        old
    }

    pub(crate) fn get_mut(&mut self, key: &str) -> Option<&mut RuntimeValue> {
        self.entries.get_mut(key)
    }

    /// Removes a key; the order of the others stays.
    pub(crate) fn remove(&mut self, key: &str) -> Option<RuntimeValue> {
        let (_, key, value) = self.entries.shift_remove_full(key)?;
        self.key_bytes -= text_bytes(&key);
        Some(value)
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
        self.key_bytes = 0;
    }

    pub(crate) fn capacity(&self) -> usize {
        self.entries.capacity()
    }

    /// The bytes it takes, itself included (A7).
    pub(crate) fn bytes(&self) -> usize {
        size_of::<Map>() + BLOCK_OVERHEAD + table_bytes(self.capacity()) + self.key_bytes
    }
}

/// The bytes of a map's tables: the entries (a hash, a key, a value), and the index of a hash table that is at
/// most 7/8 full, a number and a control byte a bucket.
pub(crate) fn table_bytes(capacity: usize) -> usize {
    if capacity == 0 {
        return 0;
    }
    let entry = size_of::<u64>() + size_of::<Text>() + size_of::<RuntimeValue>();
    let buckets = (capacity.saturating_mul(8) / 7).next_power_of_two();
    capacity
        .saturating_mul(entry)
        .saturating_add(buckets.saturating_mul(size_of::<usize>() + 1))
        .saturating_add(2 * BLOCK_OVERHEAD)
}

impl<K: Into<Text>> FromIterator<(K, RuntimeValue)> for Map {
    fn from_iter<I: IntoIterator<Item = (K, RuntimeValue)>>(entries: I) -> Self {
        let entries = entries.into_iter();
        let mut map = Map::with_capacity(entries.size_hint().0);
        for (key, value) in entries {
            map.insert(key, value);
        }
        map
    }
}

/// The language, class and field names that all instances of a struct share. Immutable, so a VM keeps one for
/// each struct of the program, and may cache where a field is by the address of the shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// The language the object came from: `crush`, `python`, ….
    pub lang: Text,
    /// The name of the struct or class.
    pub class: Text,
    /// The names of the fields, in order.
    pub fields: Vec<Text>,
}

impl Shape {
    /// A struct of CRUSH itself.
    pub fn crush(
        class: impl Into<Text>,
        fields: impl IntoIterator<Item = impl Into<Text>>,
    ) -> Arc<Self> {
        Self::foreign("crush", class, fields)
    }

    /// A class of another language.
    pub fn foreign(
        lang: impl Into<Text>,
        class: impl Into<Text>,
        fields: impl IntoIterator<Item = impl Into<Text>>,
    ) -> Arc<Self> {
        Arc::new(Self {
            lang: lang.into(),
            class: class.into(),
            fields: fields.into_iter().map(Into::into).collect(),
        })
    }

    /// Where a field is.
    pub fn position(&self, field: &str) -> Option<usize> {
        self.fields.iter().position(|name| &**name == field)
    }

    fn bytes(&self) -> usize {
        size_of::<Shape>()
            + 2 * BLOCK_OVERHEAD
            + self.fields.capacity() * size_of::<Text>()
            + self
                .fields
                .iter()
                .map(|field| text_bytes(field))
                .sum::<usize>()
    }
}

/// A struct instance or an object of another language (A3).
#[derive(Clone, Debug)]
pub struct Instance {
    pub(crate) shape: Arc<Shape>,
    pub(crate) values: Vec<RuntimeValue>,
    /// Whether nothing else held the shape when it was given (fields were added, or it was made for this
    /// object alone): then it counts as bytes of the instance.
    pub(crate) own_shape: bool,
}

impl Instance {
    /// Its language, class and field names.
    pub fn shape(&self) -> &Arc<Shape> {
        &self.shape
    }

    /// The language it came from.
    pub fn lang(&self) -> &Text {
        &self.shape.lang
    }

    /// The name of its struct or class.
    pub fn class(&self) -> &Text {
        &self.shape.class
    }

    /// The value of a field.
    pub fn get(&self, field: &str) -> Option<RuntimeValue> {
        self.shape
            .position(field)
            .map(|position| self.values[position])
    }

    /// The values of the fields, in the order of the shape.
    pub fn values(&self) -> &[RuntimeValue] {
        &self.values
    }

    /// The fields in order.
    pub fn fields(&self) -> impl ExactSizeIterator<Item = (&Text, RuntimeValue)> {
        self.shape.fields.iter().zip(self.values.iter().copied())
    }

    pub(crate) fn bytes(&self) -> usize {
        let shape = if self.own_shape {
            self.shape.bytes()
        } else {
            0
        };
        size_of::<Instance>() + BLOCK_OVERHEAD + values_bytes(self.values.capacity()) + shape
    }

    /// The bytes it would take with a shape of its own, its values aside.
    pub(crate) fn bytes_with_shape(&self, own_shape: &Shape) -> usize {
        size_of::<Instance>() + BLOCK_OVERHEAD + own_shape.bytes()
    }
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
    /// References to the cells of the captured variables.
    pub captures: Vec<RuntimeValue>,
}
