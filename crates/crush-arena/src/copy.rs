//! Copies within one arena: deep ones, `x.clone()`, and those of instances that are copied as values.

use rustc_hash::FxHashMap;

use crate::{
    arena::Arena,
    fault::Fault,
    object::Object,
    parcel::translate,
    value::{Ref, RuntimeValue, SiteId},
};

/// The copies made so far.
#[derive(Default)]
struct Copies {
    /// Only instances of structs that are copied as values are copied; anything else is shared, and not read.
    values_only: bool,
    /// Of each object met, by its slot, its copy.
    of: FxHashMap<u32, Ref>,
    /// All of them, in the order in which they were made: those whose values have not been looked at come last.
    made: Vec<Ref>,
}

impl Arena {
    /// A copy of what a value refers to, and of every array, map and instance that it reaches, sharing and cycles kept.
    /// Each is read (B1), the first through the handle if the value is one (B3). What a program cannot change is shared
    /// (strings), and so are functions and tagged values; a borrow handle inside stays the handle that it is (B5). The copies
    /// count as allocated at `site`, and must fit beside what is here (A7).
    pub fn deep_copy(&mut self, value: RuntimeValue, site: SiteId) -> Result<RuntimeValue, Fault> {
        let object = self.copied_object(value)?;
        let Some(original) = self.target(value) else { return Ok(value) };
        let Some(object) = object else { return Ok(original.into()) };
        self.copy_all(original, object, Copies::default(), site)
    }

    /// A copy of an instance of a struct that is copied as a value, and of all such instances that it holds and that they
    /// hold. Each is read (B1); anything else in them is shared. Any other value is itself: a borrow handle, too.
    pub fn copied_instance(&mut self, value: RuntimeValue, site: SiteId) -> Result<RuntimeValue, Fault> {
        match value {
            RuntimeValue::Ref(original) if self.is_copied(original) => match self.copied_object(value)? {
                Some(object) => {
                    self.copy_all(original, object, Copies { values_only: true, ..Copies::default() }, site)
                }
                None => Ok(value),
            },
            other => Ok(other),
        }
    }

    fn is_copied(&self, object: Ref) -> bool {
        matches!(self.peek(object), Some(Object::Instance(instance)) if instance.shape.copied)
    }

    fn copy_all(
        &mut self,
        original: Ref,
        object: Object,
        mut copies: Copies,
        site: SiteId,
    ) -> Result<RuntimeValue, Fault> {
        let copy = self.place_copy(original, object, &mut copies, site)?;
        let mut next = 0;
        while let Some(&copy) = copies.made.get(next) {
            next += 1;
            // Taken out meanwhile, since the copies of what it holds are put beside it.
            let slot = copy.slot() as usize;
            let mut object = std::mem::replace(&mut self.slots[slot].object, Object::Cell(RuntimeValue::Null));
            let copied = translate(&mut object, |value| self.copied_value(value, &mut copies, site));
            self.slots[slot].object = object;
            copied?;
        }
        Ok(copy.into())
    }

    /// What stands in a copy for a value of the original.
    fn copied_value(&mut self, value: RuntimeValue, copies: &mut Copies, site: SiteId) -> Result<RuntimeValue, Fault> {
        self.step()?;
        let RuntimeValue::Ref(original) = value else { return Ok(value) };
        if copies.values_only && !self.is_copied(original) {
            return Ok(value);
        }
        // Read before it is looked up: a stale reference must not find the next object of its slot (A4).
        if !matches!(self.read(original)?, Object::Array(_) | Object::Map(_) | Object::Instance(_)) {
            return Ok(value);
        }
        if let Some(copy) = copies.of.get(&original.slot()) {
            return Ok((*copy).into());
        }
        match self.copied_object(value)? {
            Some(object) => Ok(self.place_copy(original, object, copies, site)?.into()),
            None => Ok(value),
        }
    }

    /// A copy of one object, holding what the original holds; none of an object that is shared.
    fn copied_object(&self, value: RuntimeValue) -> Result<Option<Object>, Fault> {
        let held = self.read_value(value)?;
        Ok(match held {
            Object::Array(values) => {
                self.room_for(held.bytes())?;
                Some(Object::Array(self.copied(values)?.take()))
            }
            Object::Map(_) | Object::Instance(_) => {
                self.room_for(held.bytes())?;
                Some(held.clone())
            }
            _ => None,
        })
    }

    fn place_copy(&mut self, original: Ref, object: Object, copies: &mut Copies, site: SiteId) -> Result<Ref, Fault> {
        let entries = copies.of.capacity() * (size_of::<(u32, Ref)>() + 1) + copies.made.capacity() * size_of::<Ref>();
        self.room_for(object.bytes() + entries)?;
        let copy = self.alloc(object, site)?;
        copies.of.insert(original.slot(), copy);
        copies.made.push(copy);
        Ok(copy)
    }
}
