//! Reading and writing inside objects: indexes, fields, slices, lengths.

use std::sync::Arc;

use crush_arena::{FunctionId, Instance, Object, ObjectMut, RuntimeValue, SiteId, Text};

use crate::fault::FaultKind;
use crate::operand::{ClassId, NameId};
use crate::trap::Trap;
use crate::vm::Vm;
use crush_library::nearest;

use RuntimeValue::{Borrow, Function, Int, Null, Ref};

/// Finding a character of a longer string, or looking it up as a key, takes so long that the run looks whether to stop.
const LONG: usize = 1 << 16;

/// The place that an index names among `len` elements; negative ones count from the end.
#[inline]
pub(crate) fn place(index: i64, len: usize) -> Option<usize> {
    let place = if index < 0 { index.checked_add(len as i64)? } else { index };
    usize::try_from(place).ok().filter(|&place| place < len)
}

impl Vm<'_> {
    /// `object[index]`.
    #[inline(never)]
    pub(crate) fn get_index(
        &mut self,
        object: RuntimeValue,
        index: RuntimeValue,
        site: SiteId,
    ) -> Result<RuntimeValue, Trap> {
        let (Ref(_) | Borrow(_)) = object else {
            return Err(Trap::type_error(format!("cannot index {}", self.described(object))));
        };
        match self.arena.read_value(object)? {
            Object::Array(values) => {
                let index = self.int_index(index)?;
                place(index, values.len()).map(|at| values[at]).ok_or_else(|| Trap::index(index, values.len()))
            }
            Object::Str(text) => {
                if text.len() > LONG {
                    self.look_whether_to_stop()?;
                }
                let char = char_at(text, self.int_index(index)?)?;
                Ok(self.arena.alloc(Object::str(char.encode_utf8(&mut [0; 4]) as &str), site)?.into())
            }
            Object::Map(map) => {
                let key = self.key(index)?;
                map.get(&key).ok_or_else(|| missing_key(&key))
            }
            Object::Instance(instance) => {
                let key = self.key(index)?;
                instance.get(&key).ok_or_else(|| missing_key(&key))
            }
            _ => Err(Trap::type_error(format!("cannot index {}", self.described(object)))),
        }
    }

    /// `object[index] = value`.
    #[inline(never)]
    pub(crate) fn set_index(
        &mut self,
        object: RuntimeValue,
        index: RuntimeValue,
        value: RuntimeValue,
    ) -> Result<(), Trap> {
        let wrong = |vm: &Self| Trap::type_error(format!("cannot assign to an element of {}", vm.described(object)));
        let (Ref(_) | Borrow(_)) = object else {
            return Err(wrong(self));
        };
        match self.keyed(object) {
            Some(false) => {
                // What kind of object it is decides what the index must be; the access itself comes last.
                let index = self.int_index(index);
                let ObjectMut::Array(mut array) = self.arena.write_value(object)? else {
                    return Err(wrong(self));
                };
                let index = index?;
                let len = array.len();
                let at = place(index, len).ok_or_else(|| Trap::index(index, len))?;
                array.set(at, value);
                Ok(())
            }
            Some(true) => {
                let key = self.key(index);
                match self.arena.write_value(object)? {
                    ObjectMut::Map(mut map) => {
                        map.insert(&key?, value)?;
                        Ok(())
                    }
                    _ => self.set_field_named(object, &key?, value),
                }
            }
            None => {
                self.arena.write_value(object)?;
                Err(wrong(self))
            }
        }
    }

    /// `map[key]` where nothing is in the way; `None` leaves it to [`Self::get_index`].
    #[inline(never)]
    pub(crate) fn glance_key(&self, object: RuntimeValue, key: RuntimeValue) -> Option<RuntimeValue> {
        let (Ref(object), Ref(key)) = (object, key) else { return None };
        match (self.arena.glance(object)?, self.arena.glance(key)?) {
            (Object::Map(map), Object::Str(key)) if key.len() <= LONG => map.get(key),
            _ => None,
        }
    }

    /// `map[key] = value` where the key is there and nothing is in the way; else it leaves it to [`Self::set_index`].
    #[inline(never)]
    pub(crate) fn touch_key(&mut self, object: RuntimeValue, key: RuntimeValue, value: RuntimeValue) -> bool {
        let (Ref(object), Ref(key)) = (object, key) else { return false };
        let (Some(Object::Map(map)), Some(Object::Str(key))) = (self.arena.glance(object), self.arena.glance(key))
        else {
            return false;
        };
        if key.len() > LONG {
            return false;
        }
        let Some(place) = map.place(key) else { return false };
        match self.arena.touch(object) {
            Some(ObjectMut::Map(mut map)) => map.set_at(place, value).is_some(),
            _ => false,
        }
    }

    /// Whether the elements of an object have keys (maps and instances) or places (arrays); none of others.
    fn keyed(&self, object: RuntimeValue) -> Option<bool> {
        match self.arena.peek(self.arena.target(object)?)? {
            Object::Array(_) => Some(false),
            Object::Map(_) | Object::Instance(_) => Some(true),
            _ => None,
        }
    }

    /// `object.name`.
    #[inline(never)]
    pub(crate) fn get_field(&mut self, object: RuntimeValue, name: NameId) -> Result<RuntimeValue, Trap> {
        let id = name;
        let name = &self.image.program.names[name.index()];
        if let Ref(_) | Borrow(_) = object {
            match self.arena.read_value(object)? {
                Object::Instance(instance) => {
                    return match instance.get(name) {
                        Some(value) => Ok(value),
                        None => self.method_value(instance, id),
                    };
                }
                Object::Map(map) => return Ok(map.get(name).unwrap_or(Null)),
                _ => {}
            }
        }
        Err(Trap::type_error(format!("{} has no field `{name}`", self.described(object))))
    }

    /// A method of an instance's class, as the function that it is: a call of it gives the receiver first. Null where there is
    /// none.
    fn method_value(&self, instance: &Instance, name: NameId) -> Result<RuntimeValue, Trap> {
        let Some(class) = self.image.class_of(instance.shape()) else { return Ok(Null) };
        let Some(function) = self.image.method(class, name) else { return Ok(Null) };
        let (class, name) = (&self.image.program.classes[class.index()], &self.image.program.names[name.index()]);
        if class.bound.contains(name) {
            let message = format!(
                "`{name}` of `{}` would keep its receiver as a value, which nothing runs yet: call it, or write a lambda",
                class.name
            );
            return Err(Trap::type_error(message));
        }
        Ok(Function(FunctionId(function.0.into())))
    }

    /// `object.name = value`.
    #[inline(never)]
    pub(crate) fn set_field(&mut self, object: RuntimeValue, name: NameId, value: RuntimeValue) -> Result<(), Trap> {
        let name = Text::from(self.image.program.names[name.index()].clone());
        self.set_field_named(object, &name, value)
    }

    fn set_field_named(&mut self, object: RuntimeValue, name: &Text, value: RuntimeValue) -> Result<(), Trap> {
        if let Ref(_) | Borrow(_) = object {
            match self.arena.write_value(object)? {
                ObjectMut::Instance(mut instance) => {
                    if instance.set(name, value).is_some() {
                        return Ok(());
                    }
                    return Err(unknown_field(instance.as_instance(), name));
                }
                ObjectMut::Map(mut map) => {
                    map.insert(name, value)?;
                    return Ok(());
                }
                _ => {}
            }
        }
        Err(Trap::type_error(format!("{} has no field `{name}` to assign to", self.described(object))))
    }

    /// `len(value)`: elements of an array or map, bytes of a string.
    #[inline(never)]
    pub(crate) fn len(&self, value: RuntimeValue) -> Result<RuntimeValue, Trap> {
        if let Ref(_) | Borrow(_) = value {
            match self.arena.read_value(value)? {
                Object::Array(values) => return Ok(Int(values.len() as i64)),
                Object::Str(text) => return Ok(Int(text.len() as i64)),
                Object::Map(map) => return Ok(Int(map.len() as i64)),
                _ => {}
            }
        }
        Err(Trap::type_error(format!("{} has no length", self.described(value))))
    }

    /// Whether a value is an instance of the class.
    #[inline(never)]
    pub(crate) fn is_instance(&self, value: RuntimeValue, class: ClassId) -> Result<bool, Trap> {
        let (Ref(_) | Borrow(_)) = value else {
            return Ok(false);
        };
        Ok(match self.arena.read_value(value)? {
            Object::Instance(instance) => Arc::ptr_eq(instance.shape(), &self.image.shapes[class.index()]),
            _ => false,
        })
    }

    /// An index of an array or string.
    pub(crate) fn int_index(&self, index: RuntimeValue) -> Result<i64, Trap> {
        match index {
            Int(index) => Ok(index),
            other => Err(Trap::type_error(format!("an index must be an int, not {}", self.described(other)))),
        }
    }

    /// A key of a map.
    pub(crate) fn key(&self, key: RuntimeValue) -> Result<Text, Trap> {
        match self.string(key)? {
            Some(key) => {
                if key.len() > LONG {
                    self.look_whether_to_stop()?;
                }
                Ok(key)
            }
            None => Err(Trap::type_error(format!("a key must be a string, not {}", self.described(key)))),
        }
    }
}

fn char_at(text: &str, index: i64) -> Result<char, Trap> {
    // Looking from the near end keeps `s[-1]` and `s[0]` cheap.
    let found = match usize::try_from(index) {
        Ok(index) if text.is_ascii() => text.as_bytes().get(index).map(|&byte| byte.into()),
        Ok(index) => text.chars().nth(index),
        Err(_) => usize::try_from(-(index + 1)).ok().and_then(|from_end| text.chars().rev().nth(from_end)),
    };
    found.ok_or_else(|| Trap::index(index, text.chars().count()))
}

#[cold]
fn missing_key(key: &str) -> Trap {
    Trap::fault(FaultKind::MissingKey { key: key.to_owned() }, format!("there is no key `{key}`"))
}

#[cold]
fn unknown_field(instance: &Instance, name: &str) -> Trap {
    let fields = || instance.shape().fields.iter().map(|field| &**field);
    let hint = match nearest(name, fields()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("its fields are {}", fields().map(|field| format!("`{field}`")).collect::<Vec<_>>().join(", ")),
    };
    let message = format!("`{}` has no field `{name}`: {hint}", instance.class());
    Trap::fault(FaultKind::UnknownField { field: name.to_owned() }, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_wrap_once() {
        assert_eq!(place(-1, 3), Some(2));
        assert_eq!(place(-4, 3), None);
        assert_eq!(place(3, 3), None);
        assert_eq!(place(i64::MIN, 3), None);
    }
}
