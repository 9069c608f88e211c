//! Values on their way from one arena into another (T1, T2, T3).

use std::sync::atomic::Ordering;

use rustc_hash::FxHashMap;

use crate::{
    arena::{Arena, SLOT_BYTES},
    events::FreeCause,
    fault::Fault,
    large::Bulk,
    object::{Object, Tagged},
    string::Text,
    value::{Ref, RuntimeValue, SiteId},
};

/// After so many values it is looked whether to stop.
const LOOK: usize = 1024;

/// Values and all they reach, copied out of one arena to be put into another (T1, T2): plain data that belongs to no
/// arena, so that it may go to another thread.
///
/// Functions, classes and sites keep their ids: both arenas must be of VMs that run the same program.
#[derive(Clone, Debug, Default)]
pub struct Parcel {
    /// A reference in here is the position of an object in `objects`.
    pub(crate) values: Vec<RuntimeValue>,
    pub(crate) objects: Vec<Object>,
    pub(crate) bytes: usize,
}

impl Parcel {
    /// How many objects are in it.
    pub fn objects(&self) -> usize {
        self.objects.len()
    }

    /// The tagged values in it.
    pub fn tagged(&self) -> impl Iterator<Item = &Tagged> {
        self.objects.iter().filter_map(|object| match object {
            Object::Tagged(tagged) => Some(&**tagged),
            _ => None,
        })
    }

    /// The bytes it takes until it is unpacked, to be counted by whoever keeps it (A7).
    pub fn bytes(&self) -> usize {
        self.bytes + self.objects.capacity() * size_of::<Object>()
    }
}

impl Arena {
    /// Copies values and all they reach, sharing and cycles kept, within and among the values (T1, T2). Every object is
    /// read (B1), and borrowed no longer. A borrow handle, live or dead, cannot be sent (T3). What is copied must fit
    /// beside what is here (A7).
    pub fn pack(&self, values: &[RuntimeValue]) -> Result<Parcel, Fault> {
        let mut packing = Packing { source: self, parcel: Parcel::default(), positions: FxHashMap::default() };
        let roots = values.iter().map(|value| packing.value(*value)).collect::<Result<_, Fault>>()?;
        // The copies that still hold values of the source are those from here on: each is looked at once.
        let mut next = 0;
        while let Some(object) = packing.parcel.objects.get_mut(next) {
            // Taken out meanwhile, since the copies of what it holds are added beside it.
            let mut object = std::mem::replace(object, Object::Cell(RuntimeValue::Null));
            translate(&mut object, |value| packing.value(value))?;
            packing.parcel.objects[next] = object;
            next += 1;
        }
        Ok(Parcel { values: roots, ..packing.parcel })
    }

    /// Puts what was packed into this arena; the values as they were given to [`Arena::pack`], in their order. Its
    /// objects count as allocated at `site`. When the quota does not allow it (A7), the arena is as it was; when the run is told to stop,
    /// they are there, and nothing refers to them.
    pub fn unpack(&mut self, parcel: Parcel, site: SiteId) -> Result<Vec<RuntimeValue>, Fault> {
        self.room_for(parcel.bytes() + parcel.objects.len() * (SLOT_BYTES + size_of::<Ref>()))?;
        let mut placed = Vec::with_capacity(parcel.objects.len());
        for object in parcel.objects {
            let allocated = match object {
                Object::Str(text) => self.alloc_text(text, site),
                object => self.alloc(object, site),
            };
            match allocated {
                Ok(object) => placed.push(object),
                Err(fault) => {
                    for object in placed {
                        self.free_slot(object.slot(), site, FreeCause::Collected);
                    }
                    return Err(fault);
                }
            }
        }
        let in_place = |value| match value {
            RuntimeValue::Ref(position) => RuntimeValue::Ref(placed[position.slot() as usize]),
            other => other,
        };
        let stop = self.interrupt.clone();
        let mut seen = 0_usize;
        for object in &placed {
            translate(&mut self.slots[object.slot() as usize].object, |value| {
                seen += 1;
                if seen.is_multiple_of(LOOK) && stop.as_ref().is_some_and(|stop| stop.load(Ordering::Relaxed)) {
                    return Err(Fault::Interrupted);
                }
                Ok(in_place(value))
            })?;
        }
        Ok(parcel.values.into_iter().map(in_place).collect())
    }
}

/// The bytes of a text's buffer, which are counted beside the object.
fn buffer_of(object: &Object) -> usize {
    if let Object::Str(text) = object { text.last_buffer_bytes() } else { 0 }
}

struct Packing<'a> {
    source: &'a Arena,
    parcel: Parcel,
    /// Of each object met, by its slot in the source, the position of its copy.
    positions: FxHashMap<u32, u32>,
}

impl Packing<'_> {
    /// The value as it is in the parcel; what a new copy holds is translated later.
    fn value(&mut self, value: RuntimeValue) -> Result<RuntimeValue, Fault> {
        self.source.step()?;
        let object = match value {
            RuntimeValue::Ref(object) => object,
            RuntimeValue::Borrow(borrow) => return Err(self.source.crossing(borrow)),
            immediate => return Ok(immediate),
        };
        // Read before it is looked up: a stale reference must not find the next object of its slot (A4).
        let held = self.source.read(object)?;
        let new = self.parcel.objects.len() as u32;
        let position = *self.positions.entry(object.slot()).or_insert(new);
        if position == new {
            self.add(held)?;
        }
        Ok(RuntimeValue::Ref(Ref::new(position, 0)))
    }

    fn add(&mut self, held: &Object) -> Result<(), Fault> {
        let table = self.positions.capacity() * (2 * size_of::<u32>() + 1);
        self.source.room_for(held.bytes() + self.parcel.bytes() + table)?;
        // A copy has no room to grow, so it may take less.
        let copy = match held {
            Object::Array(values) => Object::Array(self.source.copied(values)?.take()),
            Object::Str(text) => {
                let mut copy = Bulk::from(String::with_capacity(text.len()));
                self.source.append(text, &mut copy)?;
                Object::Str(Text::built(copy.take()))
            }
            other => other.clone(),
        };
        self.parcel.bytes += copy.bytes() + buffer_of(&copy);
        self.parcel.objects.push(copy);
        Ok(())
    }
}

/// Replaces the values that an object holds.
pub(crate) fn translate(
    object: &mut Object,
    mut change: impl FnMut(RuntimeValue) -> Result<RuntimeValue, Fault>,
) -> Result<(), Fault> {
    let mut each = |value: &mut RuntimeValue| {
        *value = change(*value)?;
        Ok(())
    };
    match object {
        Object::Array(values) => values.iter_mut().try_for_each(each),
        Object::Map(map) => map.try_for_each_value(each),
        Object::Instance(instance) => instance.values.iter_mut().try_for_each(each),
        Object::Tagged(tagged) => each(&mut tagged.value),
        Object::Closure(closure) => closure.captures.iter_mut().try_for_each(each),
        Object::Cell(value) => each(value),
        Object::Str(_) | Object::Free => Ok(()),
    }
}
