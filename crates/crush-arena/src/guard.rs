//! Changing an object: guards that count its growth before it happens (A7).

use std::sync::Arc;

use crate::{
    fault::Fault,
    instance::{Instance, Shape},
    map::{self, Map},
    meter::Meter,
    object::{Object, text_bytes, values_bytes},
    string::Text,
    value::RuntimeValue,
};

/// An object that may be changed, by its kind. A change that would pass the quota is a fault, and changes
/// nothing.
#[derive(Debug)]
pub enum ObjectMut<'a> {
    /// An array.
    Array(ArrayMut<'a>),
    /// A map.
    Map(MapMut<'a>),
    /// A struct instance.
    Instance(InstanceMut<'a>),
    /// The value of a tagged value.
    Tagged(&'a mut RuntimeValue),
    /// An object that has nothing to change: a string, a function, a captured variable.
    Fixed(&'a Object),
}

impl<'a> ObjectMut<'a> {
    #[inline(always)]
    pub(crate) fn new(object: &'a mut Object, counted: &'a mut usize, meter: &'a mut Meter) -> Self {
        match object {
            Object::Array(values) => ObjectMut::Array(ArrayMut { values, account: Account { counted, meter } }),
            Object::Map(map) => ObjectMut::Map(MapMut { map, account: Account { counted, meter } }),
            Object::Instance(instance) => {
                ObjectMut::Instance(InstanceMut { instance, account: Account { counted, meter } })
            }
            Object::Tagged(tagged) => ObjectMut::Tagged(&mut tagged.value),
            other => ObjectMut::Fixed(other),
        }
    }
}

/// What one object is charged.
#[derive(Debug)]
struct Account<'a> {
    counted: &'a mut usize,
    meter: &'a mut Meter,
}

impl Account<'_> {
    /// Charges the difference to `bytes`, before it is taken.
    fn charge_up_to(&mut self, bytes: usize) -> Result<(), Fault> {
        if bytes > *self.counted {
            self.meter.charge(bytes - *self.counted)?;
            *self.counted = bytes;
        }
        Ok(())
    }

    /// Corrects the charge to what the object takes in the end.
    fn settle(&mut self, bytes: usize) {
        if bytes < *self.counted {
            self.meter.refund(*self.counted - bytes);
        } else {
            self.meter.bytes += bytes - *self.counted;
        }
        *self.counted = bytes;
    }
}

/// The capacity to grow to: doubled, so that pushing is constant time.
fn grown(capacity: usize, needed: usize) -> usize {
    capacity.saturating_mul(2).max(needed).max(4)
}

/// Makes room for `additional` values, charged first.
#[cold]
#[inline(never)]
fn grow(
    values: &mut Vec<RuntimeValue>,
    account: &mut Account<'_>,
    additional: usize,
    rest: usize,
) -> Result<(), Fault> {
    let needed = values.len().saturating_add(additional);
    let capacity = grown(values.capacity(), needed);
    account.charge_up_to(rest.saturating_add(values_bytes(capacity)))?;
    values.reserve_exact(capacity - values.len());
    Ok(())
}

/// An array that may be changed.
#[derive(Debug)]
pub struct ArrayMut<'a> {
    values: &'a mut Vec<RuntimeValue>,
    account: Account<'a>,
}

impl<'a> ArrayMut<'a> {
    /// How many elements there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is no element.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The elements.
    pub fn as_slice(&self) -> &[RuntimeValue] {
        self.values
    }

    /// The elements, to be changed in place: assigned, swapped, sorted.
    #[inline]
    pub fn into_slice(self) -> &'a mut [RuntimeValue] {
        self.values
    }

    /// Assigns an element. Returns the value that was there; none, and nothing changed, when there is no such
    /// element.
    #[inline]
    pub fn set(&mut self, index: usize, value: RuntimeValue) -> Option<RuntimeValue> {
        self.values.get_mut(index).map(|element| std::mem::replace(element, value))
    }

    /// Appends an element.
    #[inline]
    pub fn push(&mut self, value: RuntimeValue) -> Result<(), Fault> {
        self.reserve(1)?;
        self.values.push(value);
        Ok(())
    }

    /// Appends elements.
    pub fn extend_from_slice(&mut self, values: &[RuntimeValue]) -> Result<(), Fault> {
        self.reserve(values.len())?;
        self.values.extend_from_slice(values);
        Ok(())
    }

    /// Inserts an element before the one at `index`. Returns whether there is such a place.
    pub fn insert(&mut self, index: usize, value: RuntimeValue) -> Result<bool, Fault> {
        if index > self.values.len() {
            return Ok(false);
        }
        self.reserve(1)?;
        self.values.insert(index, value);
        Ok(true)
    }

    /// Makes room for `additional` elements.
    #[inline]
    pub fn reserve(&mut self, additional: usize) -> Result<(), Fault> {
        if self.values.capacity() - self.values.len() >= additional {
            return Ok(());
        }
        grow(self.values, &mut self.account, additional, 0)
    }

    /// Removes the last element.
    #[inline]
    pub fn pop(&mut self) -> Option<RuntimeValue> {
        self.values.pop()
    }

    /// Removes an element; those after it move up.
    pub fn remove(&mut self, index: usize) -> Option<RuntimeValue> {
        (index < self.values.len()).then(|| self.values.remove(index))
    }

    /// Removes all elements from `len` on.
    pub fn truncate(&mut self, len: usize) {
        self.values.truncate(len);
    }

    /// Removes all elements and gives their memory back.
    pub fn clear(&mut self) {
        *self.values = Vec::new();
        self.account.settle(0);
    }
}

/// A map that may be changed.
#[derive(Debug)]
pub struct MapMut<'a> {
    map: &'a mut Map,
    account: Account<'a>,
}

impl MapMut<'_> {
    /// The map, to be read.
    pub fn as_map(&self) -> &Map {
        self.map
    }

    /// Sets the value of the entry at a position of the insertion order. Returns the value it had; none, and nothing
    /// changed, when there is no such entry.
    pub fn set_at(&mut self, place: usize, value: RuntimeValue) -> Option<RuntimeValue> {
        self.map.get_index_mut(place).map(|held| std::mem::replace(held, value))
    }

    /// Sets the value of a key; a new key comes last, a known one keeps its place. Returns the value it had.
    pub fn insert(&mut self, key: &Text, value: RuntimeValue) -> Result<Option<RuntimeValue>, Fault> {
        if let Some(held) = self.map.get_mut(key) {
            return Ok(Some(std::mem::replace(held, value)));
        }
        if self.map.len() == self.map.capacity() {
            let room = map::grown(self.map.len());
            self.account.charge_up_to(self.map.bytes_with_room(room).saturating_add(text_bytes(key)))?;
            self.map.make_room(room);
        } else {
            self.account.charge_up_to(self.map.bytes().saturating_add(text_bytes(key)))?;
        }
        self.map.insert(key.clone(), value);
        self.account.settle(self.map.bytes());
        Ok(None)
    }

    /// Removes a key; the order of the others stays. Returns the value it had.
    pub fn remove(&mut self, key: &str) -> Option<RuntimeValue> {
        let removed = self.map.remove(key);
        self.account.settle(self.map.bytes());
        removed
    }

    /// Removes all entries.
    pub fn clear(&mut self) {
        self.map.clear();
        self.account.settle(self.map.bytes());
    }
}

/// A struct instance that may be changed.
#[derive(Debug)]
pub struct InstanceMut<'a> {
    instance: &'a mut Instance,
    account: Account<'a>,
}

impl InstanceMut<'_> {
    /// The instance, to be read.
    #[inline(always)]
    pub fn as_instance(&self) -> &Instance {
        self.instance
    }

    /// Assigns the field at a position of the shape. Returns the value it had; none, and nothing changed, when
    /// there is no such field.
    #[inline]
    pub fn set_at(&mut self, position: usize, value: RuntimeValue) -> Option<RuntimeValue> {
        self.instance.values.get_mut(position).map(|held| std::mem::replace(held, value))
    }

    /// Assigns a field that exists. Returns the value it had; none, and nothing changed, when there is none.
    pub fn set(&mut self, field: &str, value: RuntimeValue) -> Option<RuntimeValue> {
        let position = self.instance.shape.position(field)?;
        self.set_at(position, value)
    }

    /// Assigns a field, adding it when there is none. An instance with added fields has a shape of its own.
    pub fn set_or_add(&mut self, field: &Text, value: RuntimeValue) -> Result<(), Fault> {
        if self.set(field, value).is_some() {
            return Ok(());
        }
        let shape = &self.instance.shape;
        let own_shape = Shape {
            lang: shape.lang.clone(),
            class: shape.class.clone(),
            fields: shape.fields.iter().chain([field]).cloned().collect(),
            number: Shape::NO_NUMBER,
            identity: shape.identity,
            copied: shape.copied,
        };
        let rest = self.instance.bytes_with_shape(&own_shape);
        self.account.charge_up_to(rest.saturating_add(values_bytes(self.instance.values.capacity())))?;
        if self.instance.values.len() == self.instance.values.capacity() {
            grow(&mut self.instance.values, &mut self.account, 1, rest)?;
        }
        self.instance.values.push(value);
        self.instance.shape = Arc::new(own_shape);
        self.instance.own_shape = true;
        self.account.settle(self.instance.bytes());
        Ok(())
    }
}
