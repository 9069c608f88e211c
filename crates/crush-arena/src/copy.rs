//! Copying a value into another arena (T1, T2, T3).

use rustc_hash::FxHashMap;

use crate::{
    arena::Arena,
    events::FreeCause,
    fault::Fault,
    object::Object,
    value::{Ref, RuntimeValue, SiteId},
};

impl Arena {
    /// Copies a value and all it reaches into another arena, sharing and cycles kept (T1, T2). Every object is
    /// read (B1). A borrow handle, live or dead, cannot cross (T3). When it fails the target is as it was.
    pub fn copy_into(&self, value: RuntimeValue, target: &mut Arena, site: SiteId) -> Result<RuntimeValue, Fault> {
        let mut copy = Copying { source: self, target, site, copies: FxHashMap::default(), pending: Vec::new() };
        let copied = copy.run(value);
        if copied.is_err() {
            let Copying { target, copies, .. } = copy;
            for copied in copies.into_values() {
                target.free_slot(copied.slot(), site, FreeCause::Collected);
            }
        }
        copied
    }
}

struct Copying<'a> {
    source: &'a Arena,
    target: &'a mut Arena,
    site: SiteId,
    /// By the slot in the source.
    copies: FxHashMap<u32, Ref>,
    /// Copies whose values still refer to the source.
    pending: Vec<Ref>,
}

impl Copying<'_> {
    fn run(&mut self, value: RuntimeValue) -> Result<RuntimeValue, Fault> {
        let copied = self.value(value)?;
        while let Some(copy) = self.pending.pop() {
            // Taken out meanwhile, since the values inside are allocated in the same arena.
            let index = copy.slot() as usize;
            let mut object = std::mem::replace(&mut self.target.slots[index].object, Object::Cell(RuntimeValue::Null));
            let translated = self.values(&mut object);
            self.target.slots[index].object = object;
            translated?;
        }
        Ok(copied)
    }

    /// Makes the values of a copy refer to the target.
    fn values(&mut self, object: &mut Object) -> Result<(), Fault> {
        match object {
            Object::Array(values) => self.each(values.iter_mut()),
            Object::Map(map) => self.each(map.entries.values_mut()),
            Object::Instance(instance) => self.each(instance.values.iter_mut()),
            Object::Tagged(tagged) => self.each([&mut tagged.value]),
            Object::Closure(closure) => self.each(closure.captures.iter_mut()),
            Object::Cell(value) => self.each([value]),
            Object::Str(_) | Object::Free { .. } => Ok(()),
        }
    }

    fn each<'v>(&mut self, values: impl IntoIterator<Item = &'v mut RuntimeValue>) -> Result<(), Fault> {
        for value in values {
            *value = self.value(*value)?;
        }
        Ok(())
    }

    /// The value in the target; the values of a new copy are translated later.
    fn value(&mut self, value: RuntimeValue) -> Result<RuntimeValue, Fault> {
        self.source.step()?;
        let object = match value {
            RuntimeValue::Ref(object) => object,
            RuntimeValue::Borrow(borrow) => return Err(self.source.crossing(borrow)),
            immediate => return Ok(immediate),
        };
        // Read before it is looked up: a stale reference must not find the next object of its slot (A4).
        let held = self.source.read(object)?;
        if let Some(copy) = self.copies.get(&object.slot()) {
            return Ok(RuntimeValue::Ref(*copy));
        }
        self.target.room_for(held.bytes())?;
        let copy = self.target.alloc(held.clone(), self.site)?;
        self.copies.insert(object.slot(), copy);
        if !matches!(held, Object::Str(_)) {
            self.pending.push(copy);
        }
        Ok(RuntimeValue::Ref(copy))
    }
}
