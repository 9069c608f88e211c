//! Ranges, and loops over what is no array.

use crush_arena::{Object, QuotaError, Resource, RuntimeValue, SiteId};

use crate::operand::Reg;
use crate::trap::Trap;
use crate::vm::Vm;

use RuntimeValue::{Borrow, Int, Ref};

impl Vm<'_> {
    /// The first integer of a range, and the last: one that is less than the first where there is none.
    #[inline(never)]
    pub(crate) fn range(&self, start: RuntimeValue, end: RuntimeValue, inclusive: bool) -> Result<(i64, i64), Trap> {
        let (Int(first), Int(end)) = (start, end) else {
            let (start, end) = (self.described(start), self.described(end));
            return Err(Trap::type_error(format!("a range goes from an int to an int, not from {start} to {end}")));
        };
        let last = if inclusive { Some(end) } else { end.checked_sub(1) };
        Ok(last.filter(|&last| first <= last).map_or((1, 0), |last| (first, last)))
    }

    /// The array of the integers of a range.
    #[inline(never)]
    pub(crate) fn new_range(
        &mut self,
        start: RuntimeValue,
        end: RuntimeValue,
        inclusive: bool,
        site: SiteId,
    ) -> Result<RuntimeValue, Trap> {
        let (first, last) = self.range(start, end, inclusive)?;
        let count = if first <= last { last.abs_diff(first).saturating_add(1) } else { 0 };
        self.progression(first, 1, count, site)
    }

    /// The array of the integers from one to another, which does not belong to it, in steps.
    #[inline(never)]
    pub(crate) fn new_steps(
        &mut self,
        [start, end, step]: [RuntimeValue; 3],
        site: SiteId,
    ) -> Result<RuntimeValue, Trap> {
        let (Int(first), Int(end), Int(step)) = (start, end, step) else {
            let given = [start, end, step].map(|value| self.described(value));
            return Err(Trap::type_error(format!("`range` takes integers, not {}", given.join(", "))));
        };
        let length = match step {
            0 => return Err(Trap::type_error("the step of a range must not be 0")),
            1.. => i128::from(end) - i128::from(first),
            _ => i128::from(first) - i128::from(end),
        };
        let size = i128::from(step.unsigned_abs());
        let count = if length > 0 { (length + size - 1) / size } else { 0 };
        self.progression(first, step, u64::try_from(count).unwrap_or(u64::MAX), site)
    }

    fn progression(&mut self, first: i64, step: i64, count: u64, site: SiteId) -> Result<RuntimeValue, Trap> {
        // Asked before the elements are made: a range is written in a few characters however long it is (A7).
        let wanted = count.saturating_mul(size_of::<RuntimeValue>() as u64);
        let limit = self.quotas.memory.bytes as u64;
        if wanted > limit {
            return Err(crush_arena::Fault::from(QuotaError { resource: Resource::Bytes, limit, wanted }).into());
        }
        let values = (0..count).map(|at| Int(first.wrapping_add(step.wrapping_mul(at as i64))));
        let values = self.gather(values)?;
        self.charge_elements(values.len());
        Ok(self.arena.alloc(Object::Array(values), site)?.into())
    }

    /// Begins a loop over an object: the shared borrow that lasts as long as the loop (B2, B6).
    #[inline(never)]
    pub(crate) fn start_loop(&mut self, iter: Reg, value: RuntimeValue, site: SiteId) -> Result<RuntimeValue, Trap> {
        let runs = match value {
            Ref(object) => match self.arena.peek(object) {
                Some(found) => is_iterable(found),
                // What is gone is told as such.
                None => true,
            },
            Borrow(_) => self.arena.target(value).and_then(|object| self.arena.peek(object)).is_none_or(is_iterable),
            _ => false,
        };
        if !runs {
            return Err(Trap::type_error(format!("cannot loop over {}", self.described(value))));
        }
        let owner = self.image.owner(self.current.function, iter);
        Ok(self.arena.borrow_shared(value, owner, site)?.into())
    }

    /// The next element of a loop, and the position after it; none at the end.
    #[inline(never)]
    pub(crate) fn next_element(
        &mut self,
        iter: RuntimeValue,
        position: RuntimeValue,
        site: SiteId,
    ) -> Result<Option<(RuntimeValue, i64)>, Trap> {
        let (Borrow(borrow), Int(position)) = (iter, position) else {
            return Err(Trap::malformed("a loop that was not started"));
        };
        let at = position as usize;
        let (text, next) = match self.arena.read_through(borrow)? {
            Object::Array(values) => return Ok(values.get(at).map(|&value| (value, position + 1))),
            Object::Map(map) => match map.get_index(at) {
                Some((key, _)) => (key.clone(), position + 1),
                None => return Ok(None),
            },
            Object::Instance(instance) => match instance.shape().fields.get(at) {
                Some(field) => (field.clone(), position + 1),
                None => return Ok(None),
            },
            // The position in a string counts bytes.
            Object::Str(text) => match text.get(at..).and_then(|rest| rest.chars().next()) {
                Some(char) => ((char.encode_utf8(&mut [0; 4]) as &str).into(), position + char.len_utf8() as i64),
                None => return Ok(None),
            },
            _ => return Ok(None),
        };
        Ok(Some((self.arena.alloc(Object::Str(text), site)?.into(), next)))
    }
}

fn is_iterable(object: &Object) -> bool {
    matches!(object, Object::Array(_) | Object::Map(_) | Object::Instance(_) | Object::Str(_))
}
