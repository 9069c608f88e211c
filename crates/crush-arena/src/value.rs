//! Values and the ids they are made of (A2).

// A `Ref` is a `usize` that carries two 32-bit numbers.
const _: () = assert!(usize::BITS == 64, "a `Ref` needs a 64-bit `usize`");

/// A reference to an object of the arena (A4): the slot index in the low 32 bits, the generation in the high.
///
/// It stays detectable after its object is gone: a slot gives every object it holds another generation.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ref(usize);

impl Ref {
    /// The reference to a slot in a generation of it. Whether there is such an object is found out at the access (A4).
    pub const fn new(slot: u32, generation: u32) -> Self {
        Self((generation as usize) << 32 | slot as usize)
    }

    /// The reference as one number, for protocols that carry it.
    pub const fn bits(self) -> usize {
        self.0
    }

    /// The reference that [`Ref::bits`] gave. Any number is safe: an access validates it (A4).
    pub const fn from_bits(bits: usize) -> Self {
        Self(bits)
    }

    /// The index of the slot.
    pub const fn slot(self) -> u32 {
        self.0 as u32
    }

    /// The generation the slot had when the object was allocated.
    pub const fn generation(self) -> u32 {
        (self.0 >> 32) as u32
    }
}

impl std::fmt::Debug for Ref {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "#{}.{}", self.slot(), self.generation())
    }
}

/// A borrow handle (B3): it names one borrow in the arena's table of borrows, by index and generation, so that
/// a handle that outlives its borrow is found dead (B5).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BorrowRef {
    pub(crate) index: u32,
    pub(crate) generation: u32,
}

impl BorrowRef {
    /// The index in the table of borrows.
    pub const fn index(self) -> u32 {
        self.index
    }

    /// Which of the borrows that had this index it is.
    pub const fn generation(self) -> u32 {
        self.generation
    }
}

impl std::fmt::Debug for BorrowRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "&{}.{}", self.index, self.generation)
    }
}

/// A function of the program that runs. Opaque to the arena.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FunctionId(pub u32);

/// A place in the program that allocates, borrows or drops (B7). Opaque: the VM maps it to a source range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SiteId(pub u32);

/// Who holds a borrow: a variable, a loop, a temporary, a capability (B7). Opaque: the VM maps it to a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OwnerId(pub u32);

/// A value as a variable, a stack or an element holds it (A2).
///
/// `==` here is identity of values (`1` and `1.0` differ, two objects are compared by reference); the `==` of
/// the language is [`Arena::equal`](crate::Arena::equal).
///
/// Two words, what it is and its payload, so that it can be copied word by word as it was stored.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(u64)]
pub enum RuntimeValue {
    /// A 64-bit integer.
    Int(i64),
    /// A 64-bit float.
    Float(f64),
    /// A truth value.
    Bool(bool),
    /// The absence of a value.
    Null,
    /// An object of the arena.
    Ref(Ref),
    /// A borrow handle (B3).
    Borrow(BorrowRef),
    /// A function that captures nothing.
    Function(FunctionId),
}

const _: () = assert!(size_of::<RuntimeValue>() == 16 && size_of::<Option<RuntimeValue>>() == 16);

impl From<Ref> for RuntimeValue {
    fn from(object: Ref) -> Self {
        Self::Ref(object)
    }
}

impl From<BorrowRef> for RuntimeValue {
    fn from(borrow: BorrowRef) -> Self {
        Self::Borrow(borrow)
    }
}
