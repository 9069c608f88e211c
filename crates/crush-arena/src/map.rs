//! Maps (A3).

use std::sync::atomic::{AtomicUsize, Ordering};

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

use crate::{
    buffer::Copies,
    object::{BLOCK_OVERHEAD, text_bytes},
    string::Text,
    value::RuntimeValue,
};

/// A map from string keys to values, in insertion order (A3).
#[derive(Clone, Debug, Default)]
pub struct Map {
    entries: Entries,
    /// The bytes of the keys, kept so that measuring is constant time.
    key_bytes: usize,
}

type Index = IndexMap<Text, RuntimeValue, FxBuildHasher>;

/// A hash table that knows which key was asked for last: `map[key] = map[key] + 1` looks for it once.
#[derive(Debug)]
struct Table {
    index: Index,
    /// The position of the key that was found last, or of any other: whoever asks looks at the key there. Atomic so that a
    /// map can be read from several threads.
    last: AtomicUsize,
}

impl Table {
    fn with_capacity(capacity: usize) -> Self {
        Self { index: Index::with_capacity_and_hasher(capacity, FxBuildHasher), last: AtomicUsize::new(0) }
    }

    /// The position of a key.
    fn place(&self, key: &str) -> Option<usize> {
        let last = self.last.load(Ordering::Relaxed);
        if let Some((known, _)) = self.index.get_index(last)
            && (std::ptr::eq(known.as_str(), key) || known.as_str() == key)
        {
            return Some(last);
        }
        let place = self.index.get_index_of(key)?;
        self.last.store(place, Ordering::Relaxed);
        Some(place)
    }
}

impl Clone for Table {
    fn clone(&self) -> Self {
        Self { index: self.index.clone(), last: AtomicUsize::new(0) }
    }
}

/// Most maps have few keys: these are looked through, which takes a third of the memory of a table and is as fast.
#[derive(Clone, Debug)]
enum Entries {
    Few(Vec<(Text, RuntimeValue)>),
    Many(Box<Table>),
}

/// More entries than this are kept in a table, and stay there.
const FEW: usize = 8;

impl Default for Entries {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

impl Map {
    /// An empty map.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty map with room for `capacity` entries.
    pub fn with_capacity(capacity: usize) -> Self {
        let entries = if capacity <= FEW {
            Entries::Few(Vec::with_capacity(capacity))
        } else {
            Entries::Many(Box::new(Table::with_capacity(capacity)))
        };
        Self { entries, key_bytes: 0 }
    }

    /// The same entries with the same room, in a copy of the arena.
    pub(crate) fn copied_with(&self, copies: &mut Copies) -> Self {
        let entries = match &self.entries {
            Entries::Few(few) => {
                let mut copy = Vec::with_capacity(few.capacity());
                copy.extend(few.iter().map(|(key, value)| (key.copied_with(copies), *value)));
                Entries::Few(copy)
            }
            Entries::Many(table) => {
                // The room for entries is that of the original; cloning into it keeps the places of the index.
                let mut index = Index::with_capacity_and_hasher(table.index.capacity(), FxBuildHasher);
                index.clone_from(&table.index);
                Entries::Many(Box::new(Table { index, last: AtomicUsize::new(0) }))
            }
        };
        Self { entries, key_bytes: self.key_bytes }
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        match &self.entries {
            Entries::Few(few) => few.len(),
            Entries::Many(table) => table.index.len(),
        }
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<RuntimeValue> {
        match &self.entries {
            Entries::Few(few) => few.iter().find(|(known, _)| **known == *key).map(|(_, value)| *value),
            Entries::Many(table) => table.index.get_index(table.place(key)?).map(|(_, value)| *value),
        }
    }

    /// Whether the key has an entry.
    pub fn contains_key(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// The position of a key in the insertion order.
    pub fn place(&self, key: &str) -> Option<usize> {
        match &self.entries {
            Entries::Few(few) => few.iter().position(|(known, _)| **known == *key),
            Entries::Many(table) => table.place(key),
        }
    }

    /// The entry at a position of the insertion order.
    pub fn get_index(&self, index: usize) -> Option<(&Text, RuntimeValue)> {
        match &self.entries {
            Entries::Few(few) => few.get(index).map(|(key, value)| (key, *value)),
            Entries::Many(table) => table.index.get_index(index).map(|(key, value)| (key, *value)),
        }
    }

    /// The entries in insertion order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Text, RuntimeValue)> {
        (0..self.len()).map(|index| self.get_index(index).expect("below the length"))
    }

    /// The keys in insertion order.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &Text> {
        self.iter().map(|(key, _)| key)
    }

    /// The values in insertion order.
    pub fn values(&self) -> impl ExactSizeIterator<Item = RuntimeValue> {
        self.iter().map(|(_, value)| value)
    }

    /// Changes every value.
    pub(crate) fn try_for_each_value<E>(
        &mut self,
        mut change: impl FnMut(&mut RuntimeValue) -> Result<(), E>,
    ) -> Result<(), E> {
        match &mut self.entries {
            Entries::Few(few) => few.iter_mut().try_for_each(|(_, value)| change(value)),
            Entries::Many(table) => table.index.values_mut().try_for_each(change),
        }
    }

    /// Sets the value of a key; a new key comes last, a known one keeps its place. For a map that is not in the
    /// arena yet; one that is grows through [`MapMut`](crate::MapMut), which counts.
    pub fn insert(&mut self, key: impl Into<Text>, value: RuntimeValue) -> Option<RuntimeValue> {
        let key = key.into();
        if let Entries::Few(_) = &self.entries {
            if let Some(held) = self.get_mut(&key) {
                return Some(std::mem::replace(held, value));
            }
            if self.len() == self.capacity() {
                self.make_room(grown(self.len()));
            }
        }
        let bytes = text_bytes(&key);
        let old = match &mut self.entries {
            Entries::Few(few) => {
                few.push((key, value));
                None
            }
            Entries::Many(table) => table.index.insert(key, value),
        };
        if old.is_none() {
            self.key_bytes += bytes;
        }
        old
    }

    /// Makes room for so many entries.
    pub(crate) fn make_room(&mut self, capacity: usize) {
        match &mut self.entries {
            Entries::Few(few) if capacity <= FEW => few.reserve_exact(capacity - few.len()),
            Entries::Few(few) => {
                let mut table = Box::new(Table::with_capacity(capacity));
                table.index.extend(few.drain(..));
                self.entries = Entries::Many(table);
            }
            Entries::Many(table) => table.index.reserve(capacity - table.index.len()),
        }
    }

    pub(crate) fn get_index_mut(&mut self, place: usize) -> Option<&mut RuntimeValue> {
        match &mut self.entries {
            Entries::Few(few) => few.get_mut(place).map(|(_, value)| value),
            Entries::Many(table) => table.index.get_index_mut(place).map(|(_, value)| value),
        }
    }

    pub(crate) fn get_mut(&mut self, key: &str) -> Option<&mut RuntimeValue> {
        match &mut self.entries {
            Entries::Few(few) => few.iter_mut().find(|(known, _)| **known == *key).map(|(_, value)| value),
            Entries::Many(table) => {
                let place = table.place(key)?;
                table.index.get_index_mut(place).map(|(_, value)| value)
            }
        }
    }

    /// Removes a key; the order of the others stays.
    pub(crate) fn remove(&mut self, key: &str) -> Option<RuntimeValue> {
        let (key, value) = match &mut self.entries {
            Entries::Few(few) => few.remove(few.iter().position(|(known, _)| **known == *key)?),
            Entries::Many(table) => {
                let (_, key, value) = table.index.shift_remove_full(key)?;
                (key, value)
            }
        };
        self.key_bytes -= text_bytes(&key);
        Some(value)
    }

    /// Removes the last entry.
    pub(crate) fn pop(&mut self) -> Option<(Text, RuntimeValue)> {
        let popped = match &mut self.entries {
            Entries::Few(few) => few.pop(),
            Entries::Many(table) => table.index.pop(),
        }?;
        self.key_bytes -= text_bytes(&popped.0);
        Some(popped)
    }

    /// Removes all entries and gives their memory back.
    pub(crate) fn clear(&mut self) {
        *self = Self::new();
    }

    pub(crate) fn capacity(&self) -> usize {
        match &self.entries {
            Entries::Few(few) => few.capacity(),
            Entries::Many(table) => table.index.capacity(),
        }
    }

    /// The bytes it would take with room for so many entries (A7).
    pub(crate) fn bytes_with_room(&self, capacity: usize) -> usize {
        let entries = if capacity <= FEW { few_bytes(capacity) } else { table_bytes(capacity) };
        size_of::<Map>() + BLOCK_OVERHEAD + entries + self.key_bytes
    }

    /// The bytes it takes, itself included (A7).
    pub(crate) fn bytes(&self) -> usize {
        let entries = match &self.entries {
            Entries::Few(few) => few_bytes(few.capacity()),
            Entries::Many(table) => table_bytes(table.index.capacity()),
        };
        size_of::<Map>() + BLOCK_OVERHEAD + entries + self.key_bytes
    }
}

/// How much room to have for more entries than `len`.
pub(crate) fn grown(len: usize) -> usize {
    match len {
        0..4 => 4,
        4..FEW => FEW,
        _ => len.saturating_mul(2),
    }
}

fn few_bytes(capacity: usize) -> usize {
    if capacity == 0 { 0 } else { capacity * size_of::<(Text, RuntimeValue)>() + BLOCK_OVERHEAD }
}

/// The bytes of a table: the entries (a hash, a key, a value), and the index of a hash table that is at most 7/8 full, a
/// number and a control byte a bucket.
fn table_bytes(capacity: usize) -> usize {
    let entry = size_of::<u64>() + size_of::<Text>() + size_of::<RuntimeValue>();
    let buckets = (capacity.saturating_mul(8) / 7).next_power_of_two();
    capacity
        .saturating_mul(entry)
        .saturating_add(buckets.saturating_mul(size_of::<usize>() + 1))
        .saturating_add(size_of::<Table>() + 3 * BLOCK_OVERHEAD)
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Few and many entries are one map to whoever looks.
    #[test]
    fn keeps_its_order_as_it_grows_and_shrinks() {
        let mut map = Map::new();
        for n in 0..30 {
            assert_eq!(map.insert(n.to_string(), RuntimeValue::Int(n)), None);
            assert_eq!(map.insert("0", RuntimeValue::Int(n)), Some(RuntimeValue::Int((n - 1).max(0))));
            assert!(map.keys().map(|key| key.to_string()).eq((0..=n).map(|n| n.to_string())));
            assert_eq!(map.get(&n.to_string()), Some(RuntimeValue::Int(n)));
            assert_eq!(map.get("x"), None);
            assert_eq!((map.place(&n.to_string()), map.place("0")), (Some(n as usize), Some(0)));
        }
        let keys = |map: &Map| map.iter().map(|(key, _)| text_bytes(key)).sum::<usize>();
        assert_eq!(map.key_bytes, keys(&map));
        for n in (0..30).step_by(2) {
            assert!(map.remove(&n.to_string()).is_some() && map.remove(&n.to_string()).is_none());
        }
        assert!(map.values().eq((1..30).step_by(2).map(RuntimeValue::Int)));
        assert_eq!((map.place("29"), map.place("29"), map.place("1")), (Some(14), Some(14), Some(0)));
        assert_eq!(map.pop(), Some(("29".into(), RuntimeValue::Int(29))));
        assert_eq!(map.key_bytes, keys(&map));
        let before = map.bytes();
        map.clear();
        assert!(map.is_empty() && map.bytes() < before);
    }

    #[test]
    fn charges_what_it_grows_to() {
        let mut map = Map::new();
        for n in 0..100 {
            if map.len() == map.capacity() {
                let capacity = grown(map.len());
                let charged = map.bytes_with_room(capacity);
                map.make_room(capacity);
                assert!(map.bytes() <= charged + charged / 2, "{} for {capacity} entries", map.bytes());
            }
            map.insert(n.to_string(), RuntimeValue::Null);
        }
    }
}
