//! Operators on values that the interpreter's fast paths do not take: mixed numbers, strings, arrays, and what is no
//! number at all.

use std::cmp::Ordering;
use std::fmt::Write as _;

use crush_arena::{Bulk, Object, Piece, Resource, RuntimeValue, SiteId, Text, TextLimit};

use crate::host::type_name;
use crate::trap::Trap;
use crate::vm::Vm;

use RuntimeValue::{Bool, Borrow, Float, Function, Int, Null, Ref};

/// Arithmetic but for `+`, which also joins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arith {
    Sub,
    Mul,
    Div,
    Rem,
}

impl Arith {
    /// As in "cannot …": the verb and what joins the operands.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Sub => ("subtract", "and"),
            Self::Mul => ("multiply", "by"),
            Self::Div => ("divide", "by"),
            Self::Rem => ("take the remainder of", "by"),
        }
    }
}

/// Both as floats, if both are numbers and not both integers.
#[inline]
fn floats(lhs: RuntimeValue, rhs: RuntimeValue) -> Option<(f64, f64)> {
    match (lhs, rhs) {
        (Float(a), Float(b)) => Some((a, b)),
        (Float(a), Int(b)) => Some((a, b as f64)),
        (Int(a), Float(b)) => Some((a as f64, b)),
        _ => None,
    }
}

/// `lhs op rhs` of two integers.
#[inline]
pub(crate) fn int_arith(op: Arith, lhs: i64, rhs: i64) -> Result<i64, Trap> {
    if matches!(op, Arith::Div | Arith::Rem) && rhs == 0 {
        return Err(Trap::division_by_zero());
    }
    let result = match op {
        Arith::Sub => lhs.checked_sub(rhs),
        Arith::Mul => lhs.checked_mul(rhs),
        Arith::Div => lhs.checked_div(rhs),
        Arith::Rem => lhs.checked_rem(rhs),
    };
    result.ok_or_else(Trap::overflow)
}

impl Vm<'_> {
    /// `lhs op rhs`.
    #[inline(never)]
    pub(crate) fn arith(&self, op: Arith, lhs: RuntimeValue, rhs: RuntimeValue) -> Result<RuntimeValue, Trap> {
        if let (Int(a), Int(b)) = (lhs, rhs) {
            return int_arith(op, a, b).map(Int);
        }
        let Some((a, b)) = floats(lhs, rhs) else {
            let (verb, by) = op.words();
            return Err(self.operands(verb, by, lhs, rhs));
        };
        Ok(Float(match op {
            Arith::Sub => a - b,
            Arith::Mul => a * b,
            Arith::Div | Arith::Rem if b == 0.0 => return Err(Trap::division_by_zero()),
            Arith::Div => a / b,
            Arith::Rem => a % b,
        }))
    }

    /// `lhs + rhs`: numbers; text where one side is a string; a new array of two arrays.
    #[inline(never)]
    pub(crate) fn add(&mut self, lhs: RuntimeValue, rhs: RuntimeValue, site: SiteId) -> Result<RuntimeValue, Trap> {
        if let (Int(a), Int(b)) = (lhs, rhs) {
            return a.checked_add(b).map(Int).ok_or_else(Trap::overflow);
        }
        if let Some((a, b)) = floats(lhs, rhs) {
            return Ok(Float(a + b));
        }
        if self.is_string(lhs) || self.is_string(rhs) {
            return self.join(lhs, rhs, site);
        }
        if self.is_array(lhs) && self.is_array(rhs) {
            let sides = (self.arena.read_value(lhs)?, self.arena.read_value(rhs)?);
            if let (Object::Array(before), Object::Array(behind)) = sides {
                self.arena.room_for((before.len() + behind.len()) * size_of::<RuntimeValue>())?;
                let elements = self.gather(before.iter().chain(behind).copied())?;
                self.charge_elements(elements.len());
                self.look_whether_to_stop()?;
                return Ok(self.arena.alloc(Object::Array(elements), site)?.into());
            }
        }
        Err(self.operands("add", "and", lhs, rhs))
    }

    fn join(&mut self, lhs: RuntimeValue, rhs: RuntimeValue, site: SiteId) -> Result<RuntimeValue, Trap> {
        match (self.is_string(lhs), self.is_string(rhs)) {
            (true, true) => Ok(self.arena.join(lhs, Piece::Value(rhs), site)?.into()),
            (true, false) => {
                let mut behind = Bulk::<String>::default();
                self.piece(rhs, &mut behind)?;
                Ok(self.arena.join(lhs, Piece::Text(&behind), site)?.into())
            }
            _ => {
                let mut text = Bulk::<String>::default();
                self.piece(lhs, &mut text)?;
                self.piece(rhs, &mut text)?;
                Ok(self.arena.alloc_text(Text::built(text.take()), site)?.into())
            }
        }
    }

    /// Puts the text of a value behind `text`.
    fn piece(&mut self, value: RuntimeValue, text: &mut String) -> Result<(), Trap> {
        if let Int(value) = value {
            // Writing to a string cannot fail.
            let _ = write!(text, "{value}");
            return Ok(());
        }
        let limit = TextLimit { bytes: self.quotas.memory.bytes, resource: Resource::Bytes };
        self.text(value, text, limit)?;
        self.charge_work();
        self.look_whether_to_stop()
    }

    /// Counts the steps of deep operations as instructions (A7).
    pub(crate) fn charge_work(&mut self) {
        self.charged = self.charged.wrapping_add(self.arena.take_work());
    }

    /// `-value`.
    #[inline(never)]
    pub(crate) fn negate(&self, value: RuntimeValue) -> Result<RuntimeValue, Trap> {
        match value {
            Int(value) => value.checked_neg().map(Int).ok_or_else(Trap::overflow),
            Float(value) => Ok(Float(-value)),
            other => Err(Trap::type_error(format!("cannot negate {}", self.described(other)))),
        }
    }

    /// Whether a value counts as true: not null, false, zero or empty. Of an array, map or string this is a read.
    #[inline]
    pub(crate) fn truth(&self, value: RuntimeValue) -> Result<bool, Trap> {
        match value {
            Bool(value) => Ok(value),
            Null => Ok(false),
            Int(value) => Ok(value != 0),
            Float(value) => Ok(value != 0.0),
            Function(_) => Ok(true),
            Ref(_) | Borrow(_) => Ok(match self.arena.read_value(value)? {
                Object::Str(text) => !text.is_empty(),
                Object::Array(values) => !values.is_empty(),
                Object::Map(map) => !map.is_empty(),
                _ => true,
            }),
        }
    }

    /// `lhs == rhs`.
    #[inline]
    pub(crate) fn equal(&mut self, lhs: RuntimeValue, rhs: RuntimeValue) -> Result<bool, Trap> {
        if let (Int(a), Int(b)) = (lhs, rhs) {
            return Ok(a == b);
        }
        let equal = self.arena.equal(lhs, rhs)?;
        self.charge_work();
        Ok(equal)
    }

    /// `lhs < rhs` of what is not two integers.
    #[inline(never)]
    pub(crate) fn less(&self, lhs: RuntimeValue, rhs: RuntimeValue) -> Result<bool, Trap> {
        Ok(self.compare(lhs, rhs)? == Some(Ordering::Less))
    }

    /// `lhs <= rhs` of what is not two integers.
    #[inline(never)]
    pub(crate) fn less_or_equal(&self, lhs: RuntimeValue, rhs: RuntimeValue) -> Result<bool, Trap> {
        Ok(matches!(self.compare(lhs, rhs)?, Some(Ordering::Less | Ordering::Equal)))
    }

    /// The order of two numbers or two strings; none where a NaN is among them.
    fn compare(&self, lhs: RuntimeValue, rhs: RuntimeValue) -> Result<Option<Ordering>, Trap> {
        if let (Int(a), Int(b)) = (lhs, rhs) {
            return Ok(Some(a.cmp(&b)));
        }
        if let Some((a, b)) = floats(lhs, rhs) {
            return Ok(a.partial_cmp(&b));
        }
        match (self.string(lhs)?, self.string(rhs)?) {
            (Some(a), Some(b)) => Ok(Some(self.arena.order_of_texts(&a, &b)?)),
            _ => Err(self.operands("compare", "with", lhs, rhs)),
        }
    }

    /// The string that a value is; none of what is no string. Reading it is an access; looking at its kind is none.
    pub(crate) fn string(&self, value: RuntimeValue) -> Result<Option<Text>, Trap> {
        if !self.is_string(value) {
            return Ok(None);
        }
        match self.arena.read_value(value)? {
            Object::Str(text) => Ok(Some(text.reading())),
            _ => Ok(None),
        }
    }

    fn is_string(&self, value: RuntimeValue) -> bool {
        self.arena.target(value).is_some_and(|object| matches!(self.arena.peek(object), Some(Object::Str(_))))
    }

    fn is_array(&self, value: RuntimeValue) -> bool {
        self.arena.target(value).is_some_and(|object| matches!(self.arena.peek(object), Some(Object::Array(_))))
    }

    /// A value's type with its article, for messages.
    pub(crate) fn described(&self, value: RuntimeValue) -> String {
        match type_name(&self.arena, value) {
            "null" => "null".into(),
            name if name.starts_with(['a', 'e', 'i', 'o', 'u']) => format!("an {name}"),
            name => format!("a {name}"),
        }
    }

    /// The fault of an operator whose operands do not fit. An operand that is gone, or a dead handle, is told first:
    /// every operator would have read it.
    #[cold]
    fn operands(&self, verb: &str, by: &str, lhs: RuntimeValue, rhs: RuntimeValue) -> Trap {
        for value in [lhs, rhs] {
            if let Ref(_) | Borrow(_) = value
                && let Err(fault) = self.arena.read_value(value)
            {
                return fault.into();
            }
        }
        Trap::type_error(format!("cannot {verb} {} {by} {}", self.described(lhs), self.described(rhs)))
    }
}
