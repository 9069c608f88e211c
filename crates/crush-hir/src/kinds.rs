//! Kinds: what a struct's `@kind(…)` says of it, and the order in which its methods are looked for.

mod facts;
mod order;
mod read;

pub use facts::{Constructor, Facts};
pub use order::{OrderError, order};

use crate::body::{Name, Problem, Severity};
use crate::file::{FileHir, KindDef};

/// The keys of `@kind(…)`.
pub const KEYS: [&str; 7] = ["storage", "semantics", "parents", "resolution", "receiver", "construct", "equality"];

/// What a struct is. One without `@kind(…)` is the default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kind {
    /// Which fields there may be.
    pub storage: Storage,
    /// What `let b = a` does.
    pub semantics: Semantics,
    /// The structs whose methods it has too.
    pub parents: Vec<Name>,
    /// In which order methods are looked for among them.
    pub resolution: Resolution,
    /// What a method gets as its receiver.
    pub receiver: Receiver,
    /// What makes an instance, besides the literal.
    pub construct: Construct,
    /// What `==` compares.
    pub equality: Equality,
}

/// Declares the names of a choice: the variants without parts, as `@kind` writes them.
macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub enum $name { $($(#[$about])* $variant),* }

        impl $name {
            /// The words for it.
            pub const WORDS: &'static [&'static str] = &[$($word),*];
            const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// What a word means.
            pub fn named(word: &str) -> Option<Self> {
                let at = Self::WORDS.iter().position(|known| *known == word)?;
                Self::ALL.get(at).copied()
            }
        }
    };
}

choice! {
    /// Which fields an instance may have.
    Storage {
        /// Those of the struct.
        #[default]
        Sealed = "sealed",
        /// Any.
        OpenDict = "open_dict",
        /// Those of the struct, and any others.
        OpenDictWithSlots = "open_dict_with_slots",
    }
}

choice! {
    /// What happens to an instance that is assigned, passed or returned.
    Semantics {
        /// It stays the same object.
        #[default]
        Reference = "reference",
        /// It is copied.
        Copy = "value(copy)",
        /// It is copied, and the original is not used again.
        Move = "value(move)",
        /// It stays the same object, and only `clone()` copies it.
        CloneExplicit = "value(clone_explicit)",
    }
}

choice! {
    /// In which order methods are looked for.
    Resolution {
        /// There are no parents.
        #[default]
        None = "none",
        /// There is one parent.
        Single = "single",
        /// As Python does.
        C3 = "c3",
        /// There is one parent, and static members are the struct's alone.
        PrototypeChain = "prototype_chain",
        /// As Go does. Nothing runs it.
        EmbeddingPromotion = "embedding_promotion",
    }
}

choice! {
    /// What a method gets as its receiver.
    Receiver {
        /// The instance it is called on; null when it is called as a value.
        DynamicThis = "dynamic_this",
        /// The instance; as a value it keeps it.
        BoundSelf = "bound_self",
        /// The struct.
        BoundCls = "bound_cls",
        /// A copy of the instance.
        ExplicitValue = "explicit_value",
        /// The instance.
        #[default]
        ExplicitRef = "explicit_ref",
        /// The instance, to be changed.
        ExplicitRefMut = "explicit_ref_mut",
    }
}

choice! {
    /// What `==` compares.
    Equality {
        /// The instances.
        Identity = "identity",
        /// Their fields.
        #[default]
        Structural = "structural",
    }
}

/// What makes an instance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Construct {
    /// A literal alone.
    #[default]
    Literal,
    /// `ctor(f)`, `js_new(f)` and `py_new_init(f)`: `S(…)` calls it, too.
    Call(Name),
    /// `py_new_init(new, init)`. Nothing runs it.
    NewAndInit,
}

impl Kind {
    /// Reads a `@kind(…)` in front of the struct `name`, and says what is wrong with it.
    pub fn read(def: &KindDef, name: &Name) -> (Self, Vec<Problem>) {
        read::kind(def, name)
    }

    /// The kind of the struct `name` that `file` declares.
    pub fn of(file: &FileHir, name: &Name) -> Self {
        file.kind_def(name).map(|(_, def)| Self::read(def, name).0).unwrap_or_default()
    }

    /// Whether assigning copies an instance.
    pub fn is_copied(&self) -> bool {
        matches!(self.semantics, Semantics::Copy | Semantics::Move)
    }
}

/// A problem with a kind.
pub(crate) fn problem(range: crate::source_map::BodyRange, message: String) -> Problem {
    Problem { code: "invalid-kind", severity: Severity::Error, message, range }
}
