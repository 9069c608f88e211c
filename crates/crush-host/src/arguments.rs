//! What capabilities take their arguments as, and what they build of them.

use crush_arena::{Object, RuntimeValue, Text};
use crush_vm::{Call, CallError};

/// What a capability gives.
pub(crate) type Given = Result<RuntimeValue, CallError>;

/// How many bytes of text are counted as one step of work.
const BYTES_A_STEP: usize = 16;

/// The arguments of a call, as most capabilities take them: like the reference, they convert rather than refuse.
pub(crate) trait Arguments {
    /// An argument as it was given.
    fn given(&self, index: usize) -> Result<RuntimeValue, CallError>;

    /// The text that `print` shows of an argument; of a string, the string itself.
    fn text_of(&self, index: usize) -> Result<Text, CallError>;

    /// The text of any value.
    fn show(&self, value: RuntimeValue) -> Result<Text, CallError>;

    /// An argument as a whole number: a float loses its fraction, `true` is 1, a string is read.
    fn whole(&self, index: usize) -> Result<i64, CallError>;

    /// An argument as a number: a string is read.
    fn number(&self, index: usize) -> Result<f64, CallError>;

    /// A whole number that is a count or a place: not negative.
    fn count(&self, index: usize) -> Result<usize, CallError>;

    /// The elements of an array.
    fn elements(&self, index: usize) -> Result<&[RuntimeValue], CallError>;

    /// The elements of an array, in a vector of their own, with room for them counted.
    fn copied(&self, index: usize) -> Result<Vec<RuntimeValue>, CallError>;

    /// The object that a value refers to. None for values that are no objects.
    fn object(&self, value: RuntimeValue) -> Result<Option<&Object>, CallError>;

    /// The string that a value is. None for what is no string.
    fn string_in(&self, value: RuntimeValue) -> Result<Option<&Text>, CallError>;

    /// Whether there is room for so many bytes: asked before they are taken (A7).
    fn room(&self, bytes: usize) -> Result<(), CallError>;

    /// Counts the work of going through so many bytes of text.
    fn charge_text(&self, bytes: usize) -> Result<(), CallError>;

    /// A new array.
    fn array(&mut self, values: Vec<RuntimeValue>) -> Given;

    /// A new string of a text that may be shared.
    fn shared(&mut self, text: Text) -> Given;

    /// A new array of new strings.
    fn strings<'t>(&mut self, texts: impl Iterator<Item = &'t str>) -> Given;
}

impl Arguments for Call<'_> {
    fn given(&self, index: usize) -> Result<RuntimeValue, CallError> {
        self.arguments().get(index).copied().ok_or_else(|| format!("argument {} is missing", index + 1).into())
    }

    fn text_of(&self, index: usize) -> Result<Text, CallError> {
        let text = self.show(self.given(index)?)?;
        self.charge_text(text.len())?;
        Ok(text)
    }

    fn show(&self, value: RuntimeValue) -> Result<Text, CallError> {
        match self.string_in(value)? {
            Some(text) => Ok(text.clone()),
            None => Ok(self.display(value)?.into()),
        }
    }

    fn whole(&self, index: usize) -> Result<i64, CallError> {
        let value = self.given(index)?;
        let whole = match value {
            RuntimeValue::Int(value) => Some(value),
            RuntimeValue::Bool(value) => Some(value.into()),
            RuntimeValue::Float(value) => Some(value as i64),
            _ => self.string_in(value)?.and_then(|text| text.parse().ok()),
        };
        whole.ok_or_else(|| self.wrong_type(index, "a whole number"))
    }

    fn number(&self, index: usize) -> Result<f64, CallError> {
        let value = self.given(index)?;
        let number = match value {
            RuntimeValue::Float(value) => Some(value),
            RuntimeValue::Int(value) => Some(value as f64),
            _ => self.string_in(value)?.and_then(|text| text.parse().ok()),
        };
        number.ok_or_else(|| self.wrong_type(index, "a number"))
    }

    fn count(&self, index: usize) -> Result<usize, CallError> {
        let whole = self.whole(index)?;
        usize::try_from(whole).map_err(|_| format!("argument {} must not be negative: it is {whole}", index + 1).into())
    }

    fn elements(&self, index: usize) -> Result<&[RuntimeValue], CallError> {
        match self.object(self.given(index)?)? {
            Some(Object::Array(values)) => {
                self.charge(values.len())?;
                Ok(values)
            }
            _ => Err(self.wrong_type(index, "an array")),
        }
    }

    fn copied(&self, index: usize) -> Result<Vec<RuntimeValue>, CallError> {
        let values = self.elements(index)?;
        self.room(size_of_val(values))?;
        Ok(values.to_vec())
    }

    fn object(&self, value: RuntimeValue) -> Result<Option<&Object>, CallError> {
        match value {
            RuntimeValue::Ref(_) | RuntimeValue::Borrow(_) => Ok(Some(self.objects().read_value(value)?)),
            _ => Ok(None),
        }
    }

    fn string_in(&self, value: RuntimeValue) -> Result<Option<&Text>, CallError> {
        match self.object(value)? {
            Some(Object::Str(text)) => Ok(Some(text)),
            _ => Ok(None),
        }
    }

    fn room(&self, bytes: usize) -> Result<(), CallError> {
        Ok(self.objects().room_for(bytes)?)
    }

    fn charge_text(&self, bytes: usize) -> Result<(), CallError> {
        self.charge(bytes / BYTES_A_STEP)
    }

    fn array(&mut self, values: Vec<RuntimeValue>) -> Given {
        Ok(self.alloc(Object::Array(values))?.into())
    }

    fn shared(&mut self, text: Text) -> Given {
        Ok(self.alloc(Object::Str(text))?.into())
    }

    fn strings<'t>(&mut self, texts: impl Iterator<Item = &'t str>) -> Given {
        let mut values = Vec::new();
        for text in texts {
            self.charge(1 + text.len() / BYTES_A_STEP)?;
            values.push(self.string(text)?);
        }
        self.array(values)
    }
}

/// A text that is being built: there is room for it before it grows (A7).
#[derive(Debug, Default)]
pub(crate) struct Building {
    text: String,
}

impl Building {
    /// The text so far.
    pub(crate) fn into_text(self) -> String {
        self.text
    }

    /// Appends a piece.
    pub(crate) fn push(&mut self, call: &Call<'_>, piece: &str) -> Result<(), CallError> {
        let needed = self.text.len().saturating_add(piece.len());
        if needed > self.text.capacity() {
            self.grow(call, needed)?;
        }
        self.text.push_str(piece);
        call.charge_text(piece.len())
    }

    /// Twice as large where there is room for that, so that appending is constant time.
    #[cold]
    fn grow(&mut self, call: &Call<'_>, needed: usize) -> Result<(), CallError> {
        let ample = needed.max(self.text.capacity().saturating_mul(2)).max(64);
        let capacity = if call.room(ample).is_ok() { ample } else { needed };
        call.room(capacity)?;
        self.text.reserve_exact(capacity - self.text.len());
        Ok(())
    }

    /// The text so far.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// A string of it.
    pub(crate) fn finish(self, call: &mut Call<'_>) -> Given {
        call.string(&self.text)
    }
}

/// 1 for true, 0 for false: what older capabilities give for a truth value.
pub(crate) fn flag(value: bool) -> RuntimeValue {
    RuntimeValue::Int(value.into())
}

/// A length or a place as an integer.
pub(crate) fn int(value: usize) -> RuntimeValue {
    RuntimeValue::Int(i64::try_from(value).unwrap_or(i64::MAX))
}
