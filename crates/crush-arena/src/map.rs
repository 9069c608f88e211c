//! Maps (A3).

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

use crate::{
    object::{BLOCK_OVERHEAD, Text, text_bytes},
    value::RuntimeValue,
};

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
        Self { entries: IndexMap::with_capacity_and_hasher(capacity, FxBuildHasher), key_bytes: 0 }
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
        self.entries.get_index(index).map(|(key, value)| (key, *value))
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
