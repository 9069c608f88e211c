//! The methods that arrays, maps, strings and instances have of themselves (D6).

use crush_arena::{Object, ObjectMut, RuntimeValue, SiteId};
use crush_library::{Declaration, methods, nearest};

use crate::access::place;
use crate::fault::FaultKind;
use crate::operand::NameId;
use crate::trap::Trap;
use crate::vm::Vm;

use RuntimeValue::{Borrow, Null, Ref};

impl Vm<'_> {
    /// `receiver.name(arguments)` where the receiver's class has no such method.
    #[inline(never)]
    pub(crate) fn built_in_method(
        &mut self,
        receiver: RuntimeValue,
        name: NameId,
        arguments: &[RuntimeValue],
        site: SiteId,
    ) -> Result<RuntimeValue, Trap> {
        let image = self.image.clone();
        let name = &*image.program.names[name.index()];
        let kind = crate::host::type_name(&self.arena, receiver);
        let methods = methods(kind);
        let Some(method) = methods.iter().find(|method| method.name == name) else {
            return Err(self.unknown_method(receiver, name, methods));
        };
        // No method leaves an argument out.
        let expected = method.arguments_of_method();
        if expected != arguments.len() {
            return Err(arity(&format!("{kind}.{name}"), expected, arguments.len()));
        }
        match (kind, name, arguments) {
            (_, "len", []) => self.len(receiver),
            (_, "clone", []) => {
                let copy = self.arena.deep_copy(receiver, site)?;
                self.charge_work();
                Ok(copy)
            }
            ("map", "keys", []) => self.keys(receiver, site),
            ("map", "remove", &[key]) => {
                // The entries behind it move up, however many there are.
                self.look_whether_to_stop()?;
                let key = self.key(key)?;
                match self.arena.write_value(receiver)? {
                    ObjectMut::Map(mut map) => Ok(map.remove(&key).unwrap_or(Null)),
                    _ => Ok(Null),
                }
            }
            _ => self.array_method(receiver, name, arguments),
        }
    }

    fn array_method(
        &mut self,
        receiver: RuntimeValue,
        name: &str,
        arguments: &[RuntimeValue],
    ) -> Result<RuntimeValue, Trap> {
        let index = match (name, arguments) {
            ("insert" | "remove", &[index, ..]) => {
                // The elements behind the place move, however many there are.
                self.look_whether_to_stop()?;
                self.int_index(index)?
            }
            _ => 0,
        };
        let ObjectMut::Array(mut array) = self.arena.write_value(receiver)? else {
            return Ok(Null);
        };
        let len = array.len();
        match (name, arguments) {
            ("push" | "append", &[value]) => {
                array.push(value)?;
                Ok(receiver)
            }
            ("pop", _) => array.pop().ok_or_else(|| Trap::index(-1, 0)),
            ("remove", _) => {
                let removed = place(index, len).and_then(|at| array.remove(at));
                removed.ok_or_else(|| Trap::index(index, len))
            }
            ("insert", &[_, value]) => {
                // There is one more place to insert at than there are elements: the end.
                let at = if index == len as i64 { Some(len) } else { place(index, len) };
                array.insert(at.ok_or_else(|| Trap::index(index, len))?, value)?;
                Ok(receiver)
            }
            _ => Ok(Null),
        }
    }

    /// The keys of a map in a new array, some at a time. Nothing is collected within an instruction, so that nothing need
    /// root them.
    fn keys(&mut self, map: RuntimeValue, site: SiteId) -> Result<RuntimeValue, Trap> {
        const PIECE: usize = 1 << 12;
        let mut values = Vec::new();
        while let Object::Map(map) = self.arena.read_value(map)? {
            let place = values.len();
            values.reserve_exact(map.len() - place);
            let keys = place..map.len().min(place + PIECE);
            if keys.is_empty() {
                break;
            }
            let keys: Vec<_> = keys.filter_map(|at| map.get_index(at)).map(|(key, _)| key.clone()).collect();
            for key in keys {
                values.push(self.arena.alloc(Object::Str(key), site)?.into());
            }
            self.look_whether_to_stop()?;
        }
        Ok(self.arena.alloc(Object::Array(values), site)?.into())
    }

    #[cold]
    fn unknown_method(&self, receiver: RuntimeValue, name: &str, built_in: &[Declaration]) -> Trap {
        if let Ref(_) | Borrow(_) = receiver
            && let Err(fault) = self.arena.read_value(receiver)
        {
            return fault.into();
        }
        let class = self.class_of(receiver).map(|class| &self.image.program.classes[class.index()]);
        let of_class = class.into_iter().flat_map(|class| &class.methods).map(|(method, _)| &**method);
        let near = nearest(name, of_class.chain(built_in.iter().map(|method| method.name))).map(str::to_owned);
        let receiver = class.map_or_else(|| self.described(receiver), |class| format!("`{}`", class.name));
        let hint = near.as_ref().map_or(String::new(), |near| format!(": did you mean `{near}`?"));
        let message = format!("{receiver} has no method `{name}`{hint}");
        Trap::fault(FaultKind::UnknownMethod { method: name.to_owned(), nearest: near }, message)
    }
}

/// The fault of a call of a capability that does not take so many arguments.
#[cold]
pub(crate) fn capability_arity(declaration: &Declaration, given: usize) -> Trap {
    let were = if given == 1 { "was" } else { "were" };
    let message = format!("`{}` takes {}, but {given} {were} given", declaration.name, declaration.arity());
    let expected = given.clamp(declaration.required, declaration.params.len().max(declaration.required));
    Trap::fault(FaultKind::Arity { expected, given }, message)
}

#[cold]
pub(crate) fn arity(callee: &str, expected: usize, given: usize) -> Trap {
    let arguments = if expected == 1 { "argument" } else { "arguments" };
    let were = if given == 1 { "was" } else { "were" };
    let message = format!("`{callee}` takes {expected} {arguments}, but {given} {were} given");
    Trap::fault(FaultKind::Arity { expected, given }, message)
}
