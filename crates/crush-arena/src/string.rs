//! Text as objects, keys and names hold it.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

use crate::buffer::{Beginning, Bytes, Copies, GoOn};
use crate::fault::Fault;

/// Immutable text. Shared rather than copied: a constant of the program, a map key and a field name are one
/// allocation however many objects hold them.
///
/// The string that `+` makes of a long one may share a buffer with it instead (see [`Text::and`]). Only objects of the
/// arena hold such text: a clone of it is a copy that stands by itself, so that whoever keeps a few bytes never keeps a
/// large buffer, and the arena can count the buffer as its own (A7).
pub struct Text(Form);

/// A longer text that was built is not copied once more.
const LONG: usize = 1 << 16;

enum Form {
    Whole(Arc<str>),
    Grown(Box<Beginning>),
}

const _: () = assert!(size_of::<Text>() == 16);

impl Text {
    /// The text itself.
    #[inline]
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Form::Whole(text) => text,
            Form::Grown(text) => text.as_str(),
        }
    }

    /// A text that was built, kept as it is when it is long: see [`Arena::alloc_text`](crate::Arena::alloc_text).
    pub fn built(text: String) -> Self {
        if text.len() < LONG { text.into() } else { Self(Form::Grown(Box::new(Beginning::whole(text)))) }
    }

    /// The same text, to be read for a while: unlike a clone never a copy. Where it is kept longer than the object it is
    /// from, the arena counts its buffer for good, so it is not: no object and no key is made of it but by
    /// [`Arena::alloc_text`](crate::Arena::alloc_text).
    pub fn reading(&self) -> Self {
        match &self.0 {
            Form::Whole(text) => Self(Form::Whole(text.clone())),
            Form::Grown(text) => Self(Form::Grown(Box::new(text.shared()))),
        }
    }

    /// The same text in a copy of the arena: in a buffer where this is in one, with those that share it.
    pub(crate) fn copied_with(&self, copies: &mut Copies) -> Self {
        match &self.0 {
            Form::Whole(text) => Self(Form::Whole(text.clone())),
            Form::Grown(text) => Self(Form::Grown(Box::new(text.copied_with(copies)))),
        }
    }

    /// Whether it is in a buffer that others may share.
    pub(crate) fn is_grown(&self) -> bool {
        matches!(self.0, Form::Grown(_))
    }

    /// The memory of its buffer, if it has one that nothing else uses.
    pub(crate) fn into_buffer(self) -> Option<Bytes> {
        match self.0 {
            Form::Whole(_) => None,
            Form::Grown(text) => text.into_bytes(),
        }
    }

    /// This and `right`, in the buffer that this is the end of; `None` when it is the end of none, or there is no room.
    pub(crate) fn and(&self, right: &str, go_on: GoOn<'_>) -> Result<Option<Self>, Fault> {
        match &self.0 {
            Form::Whole(_) => Ok(None),
            Form::Grown(text) => Ok(text.and(right, go_on)?.map(|text| Self(Form::Grown(Box::new(text))))),
        }
    }

    /// `left` and `right` at the beginning of a new buffer of a capacity, or without one if they do not fit.
    pub(crate) fn with_room(capacity: usize, left: &str, right: &str, go_on: GoOn<'_>) -> Result<Self, Fault> {
        Ok(match Beginning::new(capacity, left, right, go_on)? {
            Some(text) => Self(Form::Grown(Box::new(text))),
            None => Self::joined(left, right),
        })
    }

    /// `left` and `right` without room for more.
    pub(crate) fn joined(left: &str, right: &str) -> Self {
        let mut text = String::with_capacity(left.len() + right.len());
        text.push_str(left);
        text.push_str(right);
        text.into()
    }

    /// The bytes beside those of a buffer that it may share.
    pub(crate) fn own_bytes(&self) -> usize {
        match &self.0 {
            Form::Whole(text) => crate::object::text_bytes(text),
            Form::Grown(_) => size_of::<Beginning>() + crate::object::BLOCK_OVERHEAD,
        }
    }

    /// The bytes of its buffer, if it is the last to use one.
    pub(crate) fn last_buffer_bytes(&self) -> usize {
        match &self.0 {
            Form::Whole(_) => 0,
            Form::Grown(text) => text.capacity_alone().map_or(0, buffer_bytes),
        }
    }
}

/// What a buffer of a capacity takes.
pub(crate) fn buffer_bytes(capacity: usize) -> usize {
    capacity + 5 * size_of::<usize>() + 2 * crate::object::BLOCK_OVERHEAD
}

impl Clone for Text {
    fn clone(&self) -> Self {
        match &self.0 {
            Form::Whole(text) => Self(Form::Whole(text.clone())),
            Form::Grown(text) => text.as_str().into(),
        }
    }
}

impl Deref for Text {
    type Target = str;

    #[inline]
    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        self
    }
}

impl Borrow<str> for Text {
    fn borrow(&self) -> &str {
        self
    }
}

impl Default for Text {
    fn default() -> Self {
        "".into()
    }
}

impl From<Arc<str>> for Text {
    fn from(text: Arc<str>) -> Self {
        Self(Form::Whole(text))
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(Form::Whole(text.into()))
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(Form::Whole(text.into()))
    }
}

impl From<Text> for Arc<str> {
    fn from(text: Text) -> Self {
        match text.0 {
            Form::Whole(text) => text,
            Form::Grown(text) => text.as_str().into(),
        }
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.as_str(), f)
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Text {}

impl PartialOrd for Text {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Text {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

/// As a `str`, which it is looked up by.
impl Hash for Text {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clone_of_grown_text_stands_by_itself() {
        let go_on: GoOn<'_> = &|| Ok(());
        let text = Text::with_room(64, "a", "b", go_on).expect("nothing stops it");
        let longer = text.and("c", go_on).expect("nothing stops it").expect("room");
        let copy = longer.clone();
        assert!(copy.and("d", go_on).expect("nothing stops it").is_none());
        drop(text);
        assert_eq!(longer.last_buffer_bytes(), buffer_bytes(64));
        assert_eq!((&*copy, copy.last_buffer_bytes(), copy == longer), ("abc", 0, true));
    }
}
