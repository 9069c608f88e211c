//! What capabilities take their arguments as, and what they build of them.

use crush_arena::{Bulk, Object, RuntimeValue, Text};
use crush_vm::{Call, CallError};

use crate::elsewhere::elsewhere;

/// What a capability gives.
pub(crate) type Given = Result<RuntimeValue, CallError>;

/// How many bytes of text are counted as one step of work.
const BYTES_A_STEP: usize = 16;

/// The arguments of a call, as most capabilities take them: like the reference, they convert rather than refuse.
pub(crate) trait Arguments {
    /// An argument as it was given.
    fn given(&self, index: usize) -> Result<RuntimeValue, CallError>;

    /// The text that `print` shows of an argument; of a string, the string itself, to be read while the capability runs.
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
    fn copied(&self, index: usize) -> Result<Bulk<Vec<RuntimeValue>>, CallError>;

    /// Values that are made one after the other, until the run is to stop. There is room for them.
    fn gather<T: Send + 'static>(
        &self,
        values: impl Iterator<Item = Result<T, CallError>>,
    ) -> Result<Bulk<Vec<T>>, CallError>;

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

    /// A new string, put behind others.
    fn push_string(&mut self, values: &mut Bulk<Vec<RuntimeValue>>, text: &str) -> Result<(), CallError>;

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
            Some(text) => Ok(text.reading()),
            None => Ok(Text::built(self.display(value)?)),
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
            _ => match self.string_in(value)?.map(Text::reading) {
                Some(text) => elsewhere(self, text.len(), move || text.parse().ok())?,
                None => None,
            },
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

    fn copied(&self, index: usize) -> Result<Bulk<Vec<RuntimeValue>>, CallError> {
        let values = self.elements(index)?;
        self.room(size_of_val(values))?;
        Ok(self.objects().copied(values)?)
    }

    fn gather<T: Send + 'static>(
        &self,
        mut values: impl Iterator<Item = Result<T, CallError>>,
    ) -> Result<Bulk<Vec<T>>, CallError> {
        /// So many are made between two looks.
        const PIECE: usize = 1 << 12;
        let mut gathered = Bulk::from(Vec::with_capacity(values.size_hint().0));
        loop {
            let before = gathered.len();
            for value in values.by_ref().take(PIECE) {
                gathered.push(value?);
            }
            if gathered.len() - before < PIECE {
                return Ok(gathered);
            }
            self.charge(0)?;
        }
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

    fn push_string(&mut self, values: &mut Bulk<Vec<RuntimeValue>>, text: &str) -> Result<(), CallError> {
        self.charge(1 + text.len() / BYTES_A_STEP)?;
        let string = self.string(text)?;
        Ok(self.objects().push(values, string)?)
    }

    fn strings<'t>(&mut self, texts: impl Iterator<Item = &'t str>) -> Given {
        let mut values = Bulk::default();
        for text in texts {
            self.push_string(&mut values, text)?;
        }
        self.array(values.take())
    }
}

/// A text that is being built: there is room for it before it grows (A7).
#[derive(Debug, Default)]
pub(crate) struct Building {
    text: Bulk<String>,
}

impl Building {
    /// The text so far.
    pub(crate) fn into_text(self) -> String {
        self.text.take()
    }

    /// Appends a piece.
    pub(crate) fn push(&mut self, call: &Call<'_>, piece: &str) -> Result<(), CallError> {
        let needed = self.text.len().saturating_add(piece.len());
        if needed > self.text.capacity() {
            self.grow(call, needed)?;
        }
        call.objects().append(piece, &mut self.text)?;
        call.charge_text(piece.len())
    }

    /// Appends a piece so many times.
    pub(crate) fn push_times(&mut self, call: &Call<'_>, piece: &str, times: usize) -> Result<(), CallError> {
        if piece.is_empty() {
            return Ok(());
        }
        let needed = self.text.len().saturating_add(piece.len().saturating_mul(times));
        call.room(needed)?;
        call.objects().grow(&mut self.text, needed)?;
        /// A short piece is appended many times at once.
        const MANY: usize = 1 << 16;
        let at_once = (MANY / piece.len().max(1)).clamp(1, times.max(1));
        if at_once == 1 {
            return (0..times).try_for_each(|_| self.push(call, piece));
        }
        let many = piece.repeat(at_once);
        for _ in 0..times / at_once {
            self.push(call, &many)?;
        }
        self.push(call, &many[..times % at_once * piece.len()])
    }

    /// Twice as large where there is room for that, so that appending is constant time.
    #[cold]
    fn grow(&mut self, call: &Call<'_>, needed: usize) -> Result<(), CallError> {
        let ample = needed.max(self.text.capacity().saturating_mul(2)).max(64);
        let capacity = if call.room(ample).is_ok() { ample } else { needed };
        call.room(capacity)?;
        Ok(call.objects().grow(&mut self.text, capacity)?)
    }

    /// The text so far.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// A string of it.
    pub(crate) fn finish(self, call: &mut Call<'_>) -> Given {
        call.text_object(Text::built(self.into_text()))
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
