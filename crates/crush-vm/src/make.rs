//! Making objects out of registers. Kept out of the interpreter's function, so that the compiler has registers for its loop.

use crush_arena::{Bulk, FunctionId, Object, RuntimeValue, SiteId};

use crate::operand::{ClassId, FuncId, NameId, Reg};
use crate::trap::Trap;
use crate::vm::Vm;

/// So many elements are made in well under a millisecond, their memory included.
const PIECE: usize = 1 << 15;

impl Vm<'_> {
    /// The values of consecutive registers of the current frame.
    fn registers(&self, first: Reg, count: usize) -> &[RuntimeValue] {
        let start = self.current.base as usize + first.index();
        self.stack.get(start..start + count).unwrap_or_default()
    }

    /// The elements of an array that may be long, made one after the other until the run is to stop.
    pub(crate) fn gather<T: Send + 'static>(&self, mut values: impl Iterator<Item = T>) -> Result<Vec<T>, Trap> {
        let mut gathered = Bulk::from(Vec::with_capacity(values.size_hint().0));
        loop {
            let before = gathered.len();
            gathered.extend(values.by_ref().take(PIECE));
            if gathered.len() - before < PIECE {
                return Ok(gathered.take());
            }
            self.look_whether_to_stop()?;
        }
    }

    /// Counts the elements of a long operation as instructions, many as one (A7).
    pub(crate) fn charge_elements(&mut self, count: usize) {
        const AS_ONE: usize = 16;
        self.charged = self.charged.wrapping_add((count / AS_ONE) as u64);
    }

    #[inline(never)]
    pub(crate) fn new_cell(&mut self, value: RuntimeValue, site: SiteId) -> Result<RuntimeValue, Trap> {
        Ok(self.arena.alloc(Object::Cell(value), site)?.into())
    }

    #[inline(never)]
    pub(crate) fn new_closure(&mut self, callee: FuncId, first: Reg, site: SiteId) -> Result<RuntimeValue, Trap> {
        let count = self.image.program.function(callee).captures;
        let captures = self.registers(first, count.into()).to_vec();
        Ok(self.arena.alloc(Object::closure(FunctionId(callee.0.into()), captures), site)?.into())
    }

    #[inline(never)]
    pub(crate) fn new_array(&mut self, first: Reg, count: u16, site: SiteId) -> Result<RuntimeValue, Trap> {
        let values = self.registers(first, count.into()).to_vec();
        Ok(self.arena.alloc(Object::Array(values), site)?.into())
    }

    #[inline(never)]
    pub(crate) fn new_map(&mut self, first: Reg, count: u16, site: SiteId) -> Result<RuntimeValue, Trap> {
        let pairs = self.registers(first, 2 * usize::from(count)).chunks_exact(2);
        // The map has a copy of a key that shares its buffer.
        let map = pairs.map(|pair| Ok((self.key(pair[0])?.clone(), pair[1]))).collect::<Result<Vec<_>, Trap>>()?;
        Ok(self.arena.alloc(Object::map(map.into_iter().collect()), site)?.into())
    }

    #[inline(never)]
    pub(crate) fn new_instance(&mut self, class: ClassId, first: Reg, site: SiteId) -> Result<RuntimeValue, Trap> {
        let shape = self.image.shapes[class.index()].clone();
        let values = self.registers(first, shape.fields.len()).to_vec();
        Ok(self.arena.alloc(Object::instance(shape, values), site)?.into())
    }

    /// The values of `first + 1` and so on, to be passed on.
    pub(crate) fn arguments(&self, first: Reg, skip: usize, count: u8) -> Vec<RuntimeValue> {
        self.registers(first, skip + usize::from(count))[skip..].to_vec()
    }

    #[inline(never)]
    pub(crate) fn call_built_in(
        &mut self,
        name: NameId,
        first: Reg,
        count: u8,
        site: SiteId,
    ) -> Result<RuntimeValue, Trap> {
        let receiver = self.stack[self.current.base as usize + first.index()];
        let arguments = self.arguments(first, 1, count);
        self.built_in_method(receiver, name, &arguments, site)
    }
}
