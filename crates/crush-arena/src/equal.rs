//! The `==` of the language.

use rustc_hash::FxHashSet;

use crate::{
    arena::Arena,
    fault::{Fault, QuotaError, Resource},
    instance::Instance,
    map::Map,
    object::Object,
    value::{Ref, RuntimeValue},
};

/// Up to so many pairs are looked through one by one, which is faster than hashing them.
const FEW: usize = 16;

/// Two objects that are being compared, and how far.
struct Frame<'a> {
    left: &'a Object,
    right: &'a Object,
    position: usize,
}

impl Arena {
    /// Whether two values are equal (memory model, "Deep operations").
    ///
    /// Two objects are read; they are equal at once when they are one object, and otherwise compared element by
    /// element up to the first difference. Comparing an object with anything else reads nothing. An integer
    /// equals the float of its value. As in the reference, a map and an instance are equal when their keys and
    /// values are. Objects that contain themselves are equal when no difference can ever be found.
    pub fn equal(&self, left: RuntimeValue, right: RuntimeValue) -> Result<bool, Fault> {
        Comparison { arena: self, frames: Vec::new(), few: Vec::new(), pairs: FxHashSet::default() }.run(left, right)
    }
}

struct Comparison<'a> {
    arena: &'a Arena,
    frames: Vec<Frame<'a>>,
    /// The pairs of objects compared, or being compared: met again they are taken for equal, so that cycles end
    /// and shared parts are compared once. The first few, and all of them once they are more.
    few: Vec<(Ref, Ref)>,
    pairs: FxHashSet<(Ref, Ref)>,
}

impl<'a> Comparison<'a> {
    fn run(mut self, left: RuntimeValue, right: RuntimeValue) -> Result<bool, Fault> {
        if !self.compare(left, right)? {
            return Ok(false);
        }
        while let Some(frame) = self.frames.last_mut() {
            let position = frame.position;
            frame.position += 1;
            match elements(frame.left, frame.right, position) {
                Elements::Pair(left, right) => {
                    if !self.compare(left, right)? {
                        return Ok(false);
                    }
                }
                Elements::Missing => return Ok(false),
                Elements::End => {
                    self.frames.pop();
                }
            }
        }
        Ok(true)
    }

    /// Compares two values as far as that needs no look inside; enters two objects that may be equal.
    fn compare(&mut self, left: RuntimeValue, right: RuntimeValue) -> Result<bool, Fault> {
        use RuntimeValue::{Bool, Borrow, Float, Function, Int, Null, Ref};
        self.arena.step()?;
        match (left, right) {
            (Int(left), Int(right)) => Ok(left == right),
            (Float(left), Float(right)) => Ok(left == right),
            (Int(int), Float(float)) | (Float(float), Int(int)) => Ok(int as f64 == float),
            (Bool(left), Bool(right)) => Ok(left == right),
            (Null, Null) => Ok(true),
            (Function(left), Function(right)) => Ok(left == right),
            (Ref(_) | Borrow(_), Ref(_) | Borrow(_)) => self.compare_objects(left, right),
            _ => Ok(false),
        }
    }

    fn compare_objects(&mut self, left: RuntimeValue, right: RuntimeValue) -> Result<bool, Fault> {
        let (held_left, held_right) = (self.arena.read_value(left)?, self.arena.read_value(right)?);
        let (Some(left), Some(right)) = (self.arena.target(left), self.arena.target(right)) else {
            return Ok(false);
        };
        if left == right {
            return Ok(true);
        }
        let is_identity = |held: &Object| matches!(held, Object::Instance(instance) if instance.shape.identity);
        if is_identity(held_left) || is_identity(held_right) {
            return Ok(false);
        }
        match (held_left, held_right) {
            (Object::Str(left), Object::Str(right)) => {
                return Ok(left.len() == right.len() && self.arena.order_of_texts(left, right)?.is_eq());
            }
            (Object::Array(left), Object::Array(right)) if left.len() == right.len() => {}
            (Object::Tagged(left), Object::Tagged(right)) if left.tag == right.tag => {}
            (Object::Map(_) | Object::Instance(_), Object::Map(_) | Object::Instance(_))
                if fields(held_left).len() == fields(held_right).len() => {}
            _ => return Ok(false),
        }
        if !self.remember((left, right))? {
            return Ok(true);
        }
        self.frames.push(Frame { left: held_left, right: held_right, position: 0 });
        Ok(true)
    }
}

impl Comparison<'_> {
    /// Returns whether the pair is new.
    fn remember(&mut self, pair: (Ref, Ref)) -> Result<bool, Fault> {
        if self.pairs.is_empty() {
            if self.few.contains(&pair) {
                return Ok(false);
            }
            if self.few.len() < FEW {
                self.few.push(pair);
                return Ok(true);
            }
            self.pairs.extend(self.few.drain(..));
        }
        if !self.pairs.insert(pair) {
            return Ok(false);
        }
        self.check_size()?;
        Ok(true)
    }

    /// The pairs are memory too: two cycles of different lengths make as many pairs as their product (A7).
    fn check_size(&self) -> Result<(), Fault> {
        let limit = self.arena.limits().bytes;
        let wanted = self.pairs.capacity() * (size_of::<(Ref, Ref)>() + 1);
        if wanted <= limit {
            return Ok(());
        }
        let (limit, wanted) = (limit as u64, wanted as u64);
        Err(QuotaError { resource: Resource::Bytes, limit, wanted }.into())
    }
}

/// What to compare next inside two objects.
enum Elements {
    Pair(RuntimeValue, RuntimeValue),
    /// The right one lacks a key of the left one.
    Missing,
    End,
}

fn elements(left: &Object, right: &Object, position: usize) -> Elements {
    let pair = match (left, right) {
        (Object::Array(left), Object::Array(right)) => left.get(position).copied().zip(right.get(position).copied()),
        (Object::Tagged(left), Object::Tagged(right)) if position == 0 => Some((left.value, right.value)),
        (Object::Map(_) | Object::Instance(_), _) => {
            let Some((key, value)) = fields(left).at(position) else {
                return Elements::End;
            };
            let Some(other) = fields(right).get(key) else {
                return Elements::Missing;
            };
            Some((value, other))
        }
        _ => None,
    };
    pair.map_or(Elements::End, |(left, right)| Elements::Pair(left, right))
}

/// What has named values: a map or an instance.
enum Fields<'a> {
    Map(&'a Map),
    Instance(&'a Instance),
    None,
}

fn fields(object: &Object) -> Fields<'_> {
    match object {
        Object::Map(map) => Fields::Map(map),
        Object::Instance(instance) => Fields::Instance(instance),
        _ => Fields::None,
    }
}

impl<'a> Fields<'a> {
    fn len(&self) -> usize {
        match self {
            Fields::Map(map) => map.len(),
            Fields::Instance(instance) => instance.values.len(),
            Fields::None => 0,
        }
    }

    fn at(&self, position: usize) -> Option<(&'a str, RuntimeValue)> {
        match self {
            Fields::Map(map) => map.get_index(position).map(|(key, value)| (&**key, value)),
            Fields::Instance(instance) => {
                let key = instance.shape.fields.get(position)?;
                Some((&**key, instance.values[position]))
            }
            Fields::None => None,
        }
    }

    fn get(&self, key: &str) -> Option<RuntimeValue> {
        match self {
            Fields::Map(map) => map.get(key),
            Fields::Instance(instance) => instance.get(key),
            Fields::None => None,
        }
    }
}
