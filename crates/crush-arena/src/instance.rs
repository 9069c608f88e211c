//! Struct instances and objects of other languages (A3).

use std::sync::Arc;

use crate::{
    object::{BLOCK_OVERHEAD, text_bytes, values_bytes},
    string::Text,
    value::RuntimeValue,
};

/// The language, class and field names that all instances of a struct share. Immutable, so a VM keeps one for
/// each struct of the program, and may cache where a field is by the address of the shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// The language the object came from: `crush`, `python`, ….
    pub lang: Text,
    /// The name of the struct or class.
    pub class: Text,
    /// The names of the fields, in order.
    pub fields: Vec<Text>,
    /// What the VM calls the class, to find what it knows of it; [`Shape::NO_NUMBER`] of a shape it did not make.
    pub number: u32,
    /// `==` tells its instances apart, whatever their fields are.
    pub identity: bool,
    /// Its instances are copied when they are assigned, passed or returned.
    pub copied: bool,
}

impl Shape {
    /// The number of a shape that no VM has given one.
    pub const NO_NUMBER: u32 = u32::MAX;

    /// A struct of CRUSH itself.
    pub fn crush(class: impl Into<Text>, fields: impl IntoIterator<Item = impl Into<Text>>) -> Arc<Self> {
        Self::foreign("crush", class, fields)
    }

    /// A class of another language.
    pub fn foreign(
        lang: impl Into<Text>,
        class: impl Into<Text>,
        fields: impl IntoIterator<Item = impl Into<Text>>,
    ) -> Arc<Self> {
        let fields = fields.into_iter().map(Into::into).collect();
        Arc::new(Self {
            lang: lang.into(),
            class: class.into(),
            fields,
            number: Self::NO_NUMBER,
            identity: false,
            copied: false,
        })
    }

    /// A struct of CRUSH itself, by the number that the VM gives it.
    pub fn numbered(
        number: u32,
        class: impl Into<Text>,
        fields: impl IntoIterator<Item = impl Into<Text>>,
    ) -> Arc<Self> {
        let fields = fields.into_iter().map(Into::into).collect();
        Arc::new(Self { lang: "crush".into(), class: class.into(), fields, number, identity: false, copied: false })
    }

    /// The same shape for instances that `==` tells apart whatever their fields are, and that are copied when they are
    /// assigned, passed or returned.
    #[must_use]
    pub fn of_kind(self: Arc<Self>, identity: bool, copied: bool) -> Arc<Self> {
        Arc::new(Self { identity, copied, ..Arc::unwrap_or_clone(self) })
    }

    /// Where a field is.
    pub fn position(&self, field: &str) -> Option<usize> {
        self.fields.iter().position(|name| &**name == field)
    }

    fn bytes(&self) -> usize {
        size_of::<Shape>()
            + 2 * BLOCK_OVERHEAD
            + self.fields.capacity() * size_of::<Text>()
            + self.fields.iter().map(|field| text_bytes(field)).sum::<usize>()
    }
}

/// A struct instance or an object of another language (A3).
#[derive(Clone, Debug)]
pub struct Instance {
    pub(crate) shape: Arc<Shape>,
    pub(crate) values: Vec<RuntimeValue>,
    /// Whether nothing else held the shape when it was given (fields were added, or it was made for this
    /// object alone): then it counts as bytes of the instance.
    pub(crate) own_shape: bool,
}

impl Instance {
    pub(crate) fn new(shape: Arc<Shape>, mut values: Vec<RuntimeValue>) -> Self {
        values.resize(shape.fields.len(), RuntimeValue::Null);
        let own_shape = Arc::strong_count(&shape) == 1;
        Self { shape, values, own_shape }
    }

    /// Its language, class and field names.
    pub fn shape(&self) -> &Arc<Shape> {
        &self.shape
    }

    /// The language it came from.
    pub fn lang(&self) -> &Text {
        &self.shape.lang
    }

    /// The name of its struct or class.
    pub fn class(&self) -> &Text {
        &self.shape.class
    }

    /// The value of a field.
    pub fn get(&self, field: &str) -> Option<RuntimeValue> {
        self.shape.position(field).map(|position| self.values[position])
    }

    /// The values of the fields, in the order of the shape.
    pub fn values(&self) -> &[RuntimeValue] {
        &self.values
    }

    /// The fields in order.
    pub fn fields(&self) -> impl ExactSizeIterator<Item = (&Text, RuntimeValue)> {
        self.shape.fields.iter().zip(self.values.iter().copied())
    }

    pub(crate) fn bytes(&self) -> usize {
        let shape = if self.own_shape { self.shape.bytes() } else { 0 };
        size_of::<Instance>() + BLOCK_OVERHEAD + values_bytes(self.values.capacity()) + shape
    }

    /// The bytes it would take with a shape of its own, its values aside.
    pub(crate) fn bytes_with_shape(&self, own_shape: &Shape) -> usize {
        size_of::<Instance>() + BLOCK_OVERHEAD + own_shape.bytes()
    }
}
