//! `+` of strings.

use crate::{
    arena::Arena,
    fault::{Access, Fault, TypeError},
    object::Object,
    string::{Text, buffer_bytes},
    value::{Ref, RuntimeValue, SiteId},
};

/// Shorter strings are copied: that is quicker than a buffer.
const SHORT: usize = 256;

/// After the join of a longer string the run looks whether to stop.
const LONG: usize = 1 << 16;

/// The right side of `+`.
#[derive(Clone, Copy, Debug)]
pub enum Piece<'a> {
    /// A string of the arena, which is read (B1).
    Value(RuntimeValue),
    /// Text made of another value.
    Text(&'a str),
}

impl Arena {
    /// A new string of a string and what is put behind it. Both sides are read (B1).
    pub fn join(&mut self, left: RuntimeValue, right: Piece<'_>, site: SiteId) -> Result<Ref, Fault> {
        let (before, behind) = (self.string(left)?, self.piece(right)?);
        let len = before.len().saturating_add(behind.len());
        let text = if len < SHORT {
            Text::joined(before, behind)
        } else if let Some(text) = before.and(behind, &|| self.check_interrupt())? {
            text
        } else {
            self.with_room(left, right, len)?
        };
        let buffer = text.last_buffer_bytes();
        if len > LONG {
            self.check_interrupt().inspect_err(|_| self.meter.refund(buffer))?;
        }
        self.alloc(Object::Str(text), site).inspect_err(|_| self.meter.refund(buffer))
    }

    /// The joined text in a new buffer, which is charged before it is made (A7).
    fn with_room(&mut self, left: RuntimeValue, right: Piece<'_>, len: usize) -> Result<Text, Fault> {
        // Where there is no room for twice as much, there may be for just that.
        let capacity = len.saturating_mul(2);
        let capacity = if self.meter.room_for(buffer_bytes(capacity)).is_ok() { capacity } else { len };
        self.meter.charge(buffer_bytes(capacity))?;
        Text::with_room(capacity, self.string(left)?, self.piece(right)?, &|| self.check_interrupt())
            .inspect_err(|_| self.meter.refund(buffer_bytes(capacity)))
    }

    fn string(&self, value: RuntimeValue) -> Result<&Text, Fault> {
        match self.read_value(value)? {
            Object::Str(text) => Ok(text),
            other => Err(TypeError { access: Access::Read, kind: Some(other.kind()) }.into()),
        }
    }

    fn piece<'a>(&'a self, piece: Piece<'a>) -> Result<&'a str, Fault> {
        match piece {
            Piece::Value(value) => self.string(value).map(Text::as_str),
            Piece::Text(text) => Ok(text),
        }
    }
}
