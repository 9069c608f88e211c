//! `object[start:stop:step]`. What is long is made piece by piece, with a look whether to stop after each.

use crush_arena::{Bulk, Object, RuntimeValue, SiteId, Text, pieces};

use crate::trap::Trap;
use crate::vm::Vm;

use RuntimeValue::{Borrow, Int, Null, Ref};

/// Longer texts are gone through piece by piece.
const LONG: usize = 1 << 16;

/// The places that a slice selects: so many from the first on, `step` apart.
#[derive(Clone, Copy, Debug)]
struct Places {
    first: i64,
    count: usize,
    step: i64,
}

impl Places {
    /// Those that `[start:stop:step]` selects among `len` elements. Null bounds are the edges, others are clamped.
    fn new(len: usize, start: Option<i64>, stop: Option<i64>, step: i64) -> Self {
        let len = len as i64;
        let (low, high) = if step > 0 { (0, len) } else { (-1, len - 1) };
        let edge = |bound: Option<i64>, open: i64| match bound {
            None => open,
            Some(bound) if bound < 0 => bound.saturating_add(len).clamp(low, high),
            Some(bound) => bound.clamp(low, high),
        };
        let (first, last) = if step > 0 { (low, high) } else { (high, low) };
        let (first, stop) = (edge(start, first), edge(stop, last));
        let length = if step > 0 { stop - first } else { first - stop };
        let count = if length > 0 { (length as u64 - 1) / step.unsigned_abs() + 1 } else { 0 };
        Self { first, count: count as usize, step }
    }

    fn iter(self) -> impl ExactSizeIterator<Item = usize> {
        (0..self.count).map(move |index| (self.first + index as i64 * self.step) as usize)
    }
}

impl Vm<'_> {
    /// `object[start:stop:step]`: null bounds are the edges, others are clamped.
    #[inline(never)]
    pub(crate) fn slice(
        &mut self,
        object: RuntimeValue,
        [start, stop, step]: [RuntimeValue; 3],
        site: SiteId,
    ) -> Result<RuntimeValue, Trap> {
        let bound = |vm: &Self, value: RuntimeValue| match value {
            Null => Ok(None),
            Int(value) => Ok(Some(value)),
            other => {
                Err(Trap::type_error(format!("a slice bound must be an int or null, not {}", vm.described(other))))
            }
        };
        let step = bound(self, step)?.unwrap_or(1);
        if step == 0 {
            return Err(Trap::type_error("the step of a slice cannot be 0"));
        }
        let (start, stop) = (bound(self, start)?, bound(self, stop)?);
        if let Ref(_) | Borrow(_) = object {
            match self.arena.read_value(object)? {
                Object::Array(values) => {
                    let places = Places::new(values.len(), start, stop, step);
                    let part = self.gather(places.iter().map(|at| values[at]))?;
                    self.charge_elements(part.len());
                    self.look_whether_to_stop()?;
                    return Ok(self.arena.alloc(Object::Array(part), site)?.into());
                }
                Object::Str(text) => {
                    let places = Places::new(self.characters(text)?, start, stop, step);
                    let part = self.slice_text(text, places)?;
                    self.look_whether_to_stop()?;
                    return Ok(self.arena.alloc_text(Text::built(part.take()), site)?.into());
                }
                _ => {}
            }
        }
        Err(Trap::type_error(format!("cannot slice {}", self.described(object))))
    }

    /// How many characters a text has.
    fn characters(&self, text: &str) -> Result<usize, Trap> {
        if text.len() <= LONG {
            return Ok(if text.is_ascii() { text.len() } else { text.chars().count() });
        }
        let mut count = 0;
        for piece in pieces(text) {
            count += piece.chars().count();
            self.look_whether_to_stop()?;
        }
        Ok(count)
    }

    /// Where the character at a place begins: the end of the text where there are not so many.
    fn offset(&self, text: &str, place: usize) -> Result<usize, Trap> {
        if text.len() <= LONG && text.is_ascii() {
            return Ok(place.min(text.len()));
        }
        let (mut left, mut offset) = (place, 0);
        for piece in pieces(text) {
            let count = piece.chars().count();
            if left < count {
                return Ok(offset + piece.char_indices().nth(left).map_or(piece.len(), |(at, _)| at));
            }
            left -= count;
            offset += piece.len();
            self.look_whether_to_stop()?;
        }
        Ok(offset)
    }

    /// The characters at some places.
    fn slice_text(&self, text: &str, Places { first, count, step }: Places) -> Result<Bulk<String>, Trap> {
        let mut part = Bulk::<String>::default();
        if count == 0 {
            return Ok(part);
        }
        let first = first as usize;
        let stride = usize::try_from(step.unsigned_abs()).unwrap_or(usize::MAX);
        if step > 0 {
            let rest = &text[self.offset(text, first)?..];
            if stride == 1 {
                let rest = &rest[..self.offset(rest, count)?];
                self.arena.room_for(rest.len())?;
                part.reserve_exact(rest.len());
                self.arena.append(rest, &mut part)?;
            } else {
                self.gather_text(rest.chars().step_by(stride).take(count), stride, &mut part)?;
            }
        } else {
            let before = &text[..self.offset(text, first + 1)?];
            self.gather_text(before.chars().rev().step_by(stride).take(count), stride, &mut part)?;
        }
        Ok(part)
    }

    /// Puts characters, each found so many after the one before, behind a text.
    fn gather_text(&self, mut from: impl Iterator<Item = char>, stride: usize, text: &mut String) -> Result<(), Trap> {
        let piece = (LONG / stride).max(1);
        loop {
            let before = text.len();
            text.extend(from.by_ref().take(piece));
            if text.len() == before {
                return Ok(());
            }
            self.look_whether_to_stop()?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slice(len: usize, start: Option<i64>, stop: Option<i64>, step: i64) -> Vec<usize> {
        Places::new(len, start, stop, step).iter().collect()
    }

    #[test]
    fn slices_clamp_and_count_from_the_end() {
        assert_eq!(slice(4, Some(1), Some(3), 1), [1, 2]);
        assert_eq!(slice(4, Some(-2), None, 1), [2, 3]);
        assert_eq!(slice(5, None, None, 2), [0, 2, 4]);
        assert_eq!(slice(3, None, None, -1), [2, 1, 0]);
        assert_eq!(slice(5, Some(-2), Some(-5), -1), [3, 2, 1]);
        assert_eq!(slice(3, Some(10), Some(0), -1), [2, 1]);
        assert_eq!(slice(3, Some(2), Some(1), 1), []);
        assert_eq!(slice(3, Some(i64::MIN), Some(i64::MAX), i64::MAX), [0]);
        assert_eq!(slice(3, None, None, i64::MIN), [2]);
        assert_eq!(slice(0, None, None, -1), []);
    }
}
