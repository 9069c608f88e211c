//! One value, shown to a limited depth (A8). Looking is no access: no borrow forbids it, and it is not recorded.

use crate::{
    arena::Arena,
    edges::{EdgeLabel, item},
    object::{Kind, Object},
    text::shorten,
    value::{Ref, RuntimeValue},
};

/// How much of an object to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ViewLimits {
    /// Objects inside objects; more than [`ViewLimits::MAX_DEPTH`] counts as that.
    pub depth: usize,
    /// Elements of each.
    pub width: usize,
    /// Values in all.
    pub values: usize,
    /// Characters of a string.
    pub text: usize,
}

impl ViewLimits {
    /// The greatest depth of a [`View`], so that whoever takes one apart may recurse.
    pub const MAX_DEPTH: usize = 64;
}

impl Default for ViewLimits {
    fn default() -> Self {
        Self { depth: 3, width: 50, values: 500, text: 200 }
    }
}

/// A value, shown to a limited depth (A8). Its own depth is bounded by [`ViewLimits::depth`].
#[derive(Clone, Debug, PartialEq)]
pub enum View {
    /// A value that is no object.
    Value(RuntimeValue),
    /// A string, perhaps cut.
    Str {
        /// The reference.
        object: Ref,
        /// The beginning.
        text: String,
        /// Its whole length in bytes.
        len: usize,
    },
    /// An object and what it holds, as far as the limits go.
    Object {
        /// The reference.
        object: Ref,
        /// Its kind.
        kind: Kind,
        /// The class of an object, the tag of a tagged value.
        name: Option<String>,
        /// How much it holds.
        len: usize,
        /// What it holds, the first of it.
        items: Vec<(EdgeLabel, View)>,
    },
    /// An object that is inside itself (D8).
    Cycle {
        /// The reference.
        object: Ref,
        /// Its kind.
        kind: Kind,
    },
    /// A reference to a dropped object, or a handle whose borrow has ended.
    Gone(RuntimeValue),
}

impl Arena {
    /// A value, shown to a limited depth (A8).
    pub fn view(&self, value: RuntimeValue, limits: ViewLimits) -> View {
        let mut left = limits.values;
        self.view_within(value, limits, limits.depth.min(ViewLimits::MAX_DEPTH), &mut Vec::new(), &mut left)
    }

    /// Recurses no deeper than [`ViewLimits::MAX_DEPTH`].
    fn view_within(
        &self,
        value: RuntimeValue,
        limits: ViewLimits,
        depth: usize,
        inside: &mut Vec<Ref>,
        left: &mut usize,
    ) -> View {
        *left = left.saturating_sub(1);
        if !matches!(value, RuntimeValue::Ref(_) | RuntimeValue::Borrow(_)) {
            return View::Value(value);
        }
        let Some((object, held)) = self.target(value).and_then(|object| Some((object, self.peek(object)?))) else {
            return View::Gone(value);
        };
        if let Object::Str(text) = held {
            let mut shown: String = text.chars().take(limits.text + 1).collect();
            shorten(&mut shown, limits.text);
            return View::Str { object, text: shown, len: text.len() };
        }
        if inside.contains(&object) {
            return View::Cycle { object, kind: held.kind() };
        }
        let name = match held {
            Object::Instance(instance) => Some(instance.class().to_string()),
            Object::Tagged(tagged) => Some(tagged.tag.to_string()),
            _ => None,
        };
        let mut items = Vec::new();
        if depth > 0 {
            inside.push(object);
            for position in 0..limits.width {
                if *left == 0 {
                    break;
                }
                let Some((label, value)) = item(held, position) else {
                    break;
                };
                items.push((label.owned(), self.view_within(value, limits, depth - 1, inside, left)));
            }
            inside.pop();
        }
        View::Object { object, kind: held.kind(), name, len: held.len(), items }
    }
}
