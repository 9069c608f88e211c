//! The printed form of a value.

use std::fmt::Write as _;

use crate::{
    arena::Arena,
    fault::{Fault, QuotaError, Resource},
    large::Bulk,
    object::{Kind, Object},
    value::{FunctionId, RuntimeValue},
    walk::{Step, Walk},
};

/// Gives the name of a function, which the arena does not know.
pub type FunctionNames<'a> = &'a dyn Fn(FunctionId) -> Option<String>;

/// No number is longer as text.
const SHORT: usize = 512;

/// The tag of task handles (A3).
pub const HANDLE: &str = "handle";

/// The tag of byte strings: it holds an array of integers from 0 to 255.
pub const BYTES: &str = "bytes";

/// The tag of buffers, which hold the same and change.
pub const BUFFER: &str = "buffer";

/// How long a text may become, and as which quota passing that is reported (A7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextLimit {
    /// At most so many bytes.
    pub bytes: usize,
    /// What they are counted as.
    pub resource: Resource,
}

impl Arena {
    /// The text that `print` shows. It reads every object it reaches; an object inside itself is shown as `[…]`
    /// or `{…}` (D8), and no depth is too deep (A8).
    pub fn text(&self, value: RuntimeValue, names: FunctionNames<'_>, limit: TextLimit) -> Result<String, Fault> {
        let mut out = Bulk::<String>::default();
        match self.write_text(value, names, limit, &mut out) {
            // Nobody waits: what is there is freed before the program goes on.
            Err(fault @ Fault::Quota(_)) => {
                drop(out.take());
                Err(fault)
            }
            written => written.map(|()| out.take()),
        }
    }

    /// As [`Arena::text`], at the end of `out`, of which all counts against the limit. After a fault `out`
    /// holds the beginning of the text.
    pub fn write_text(
        &self,
        value: RuntimeValue,
        names: FunctionNames<'_>,
        limit: TextLimit,
        out: &mut String,
    ) -> Result<(), Fault> {
        let mut printer = Printer::new(names);
        let mut room = out.capacity();
        for step in self.walk(value) {
            if out.capacity() - out.len() < SHORT {
                self.grow(out, 2 * out.capacity().max(SHORT))?;
            }
            match step? {
                // It may be long.
                Step::Str(text) => {
                    printer.separate(out);
                    self.append(text, out)?;
                }
                step => printer.step(step, out),
            }
            if out.capacity() > room {
                // It was there twice while it grew, and there is another copy when an object is made of it (A7).
                self.meter.room_beside(out.len().saturating_mul(3))?;
                room = out.capacity();
            }
            if out.len() > limit.bytes {
                let (limit, resource) = (limit.bytes as u64, limit.resource);
                return Err(QuotaError { resource, limit, wanted: out.len() as u64 }.into());
            }
        }
        Ok(())
    }
}

/// What an observer is shown for a reference to a dropped object, or a handle whose borrow has ended.
const GONE: &str = "<gone>";

/// Writes steps as text.
pub(crate) struct Printer<'a> {
    names: FunctionNames<'a>,
    /// Whether the next value follows another in the same object.
    follows: bool,
    /// What ends the tagged value that was opened last, if it holds no other.
    end_of_tagged: &'static str,
}

impl<'a> Printer<'a> {
    pub(crate) fn new(names: FunctionNames<'a>) -> Self {
        Self { names, follows: false, end_of_tagged: END_OF_TAGGED }
    }

    pub(crate) fn step(&mut self, step: Step<'_>, out: &mut String) {
        if let Step::Leave(kind) = step {
            out.push_str(match kind {
                Kind::Tagged => std::mem::replace(&mut self.end_of_tagged, END_OF_TAGGED),
                kind => closing(kind),
            });
            self.follows = true;
            return;
        }
        self.separate(out);
        match step {
            Step::Value(value) => self.value(value, out),
            Step::Str(text) => out.push_str(text),
            Step::Closure(closure) => self.function(closure.function, out),
            Step::Enter(_, object) => {
                opening(object, out);
                if let Object::Tagged(tagged) = object {
                    self.end_of_tagged = end_of_tagged(&tagged.tag);
                }
                self.follows = false;
            }
            Step::Key(key) => {
                out.push_str(key);
                out.push_str(": ");
                self.follows = false;
            }
            Step::Bytes(count) => {
                // Writing to a string cannot fail.
                let _ = write!(out, "<{count} bytes>");
            }
            Step::Cycle(_, kind) => out.push_str(cycle(kind)),
            Step::Leave(_) => {}
        }
    }

    fn separate(&mut self, out: &mut String) {
        if self.follows {
            out.push_str(", ");
        }
        self.follows = true;
    }

    fn value(&self, value: RuntimeValue, out: &mut String) {
        // Writing to a string cannot fail.
        let _ = match value {
            RuntimeValue::Int(value) => write!(out, "{value}"),
            RuntimeValue::Float(value) if value.is_finite() && value.fract() == 0.0 => {
                write!(out, "{value:.1}")
            }
            RuntimeValue::Float(value) => write!(out, "{value}"),
            RuntimeValue::Bool(value) => write!(out, "{value}"),
            RuntimeValue::Function(function) => {
                self.function(function, out);
                Ok(())
            }
            RuntimeValue::Null | RuntimeValue::Ref(_) | RuntimeValue::Borrow(_) => {
                write!(out, "null")
            }
        };
    }

    fn function(&self, function: FunctionId, out: &mut String) {
        match (self.names)(function) {
            Some(name) => {
                out.push_str("<fn ");
                out.push_str(&name);
                out.push('>');
            }
            None => out.push_str("<fn>"),
        }
    }
}

/// A task handle prints as the reference prints it, as `<handle 1>`, and a buffer as `Vector[0, 0]`; another tagged value
/// as a map from its tag.
fn opening(object: &Object, out: &mut String) {
    match object {
        Object::Array(_) => out.push('['),
        Object::Tagged(tagged) => match &*tagged.tag {
            "ok" => out.push_str("{ok: true, value: "),
            "err" => out.push_str("{ok: false, value: "),
            HANDLE => out.push_str("<handle "),
            BUFFER => out.push_str("Vector"),
            tag => {
                out.push('{');
                out.push_str(tag);
                out.push_str(": ");
            }
        },
        Object::Cell(_) => {}
        _ => out.push('{'),
    }
}

/// What ends a tagged value, unless its tag says otherwise.
const END_OF_TAGGED: &str = "}";

/// What ends a tagged value. Those that end otherwise hold no other tagged value: only a number, or numbers.
fn end_of_tagged(tag: &str) -> &'static str {
    match tag {
        HANDLE => ">",
        BUFFER => "",
        _ => END_OF_TAGGED,
    }
}

fn closing(kind: Kind) -> &'static str {
    match kind {
        Kind::Array => "]",
        Kind::Cell => "",
        _ => "}",
    }
}

/// What stands for an object inside itself (D8).
pub(crate) fn cycle(kind: Kind) -> &'static str {
    if kind == Kind::Array { "[…]" } else { "{…}" }
}

impl Walk<'_> {
    /// The beginning of the printed form, of some `length` characters, never looking at more than that needs.
    pub(crate) fn beginning(self, length: usize) -> String {
        let names = |_| None;
        let mut printer = Printer::new(&names);
        let mut out = String::new();
        for step in self {
            match step {
                // A string or key may be of any length: take no more of it than is shown.
                Ok(Step::Str(text)) => printer.step(Step::Str(first(text, length + 1)), &mut out),
                Ok(Step::Key(key)) => printer.step(Step::Key(first(key, length + 1)), &mut out),
                Ok(step) => printer.step(step, &mut out),
                Err(_) => {
                    printer.separate(&mut out);
                    out.push_str(GONE);
                }
            }
            if out.len() > 4 * length && out.chars().count() > length {
                break;
            }
        }
        shorten(&mut out, length);
        out
    }
}

/// The first `length` characters.
fn first(text: &str, length: usize) -> &str {
    text.char_indices().nth(length).map_or(text, |(end, _)| &text[..end])
}

/// Cuts a text to some characters, the last of them `…` when there was more.
pub(crate) fn shorten(text: &mut String, length: usize) {
    if let Some((end, _)) = text.char_indices().nth(length) {
        let last = text[..end].char_indices().next_back().map_or(0, |(at, _)| at);
        text.truncate(last);
        text.push('…');
    }
}
