//! Faults: what halts a program, told so that a person can act on it. `catch` catches none of them (B7).

use std::fmt;
use std::sync::Arc;

use crush_arena::{Access, BorrowKind, Kind, Resource};

use crate::source::SourceRange;

/// What halted the program, where, and how it came there.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// What happened.
    pub kind: FaultKind,
    /// In words, with the program's own names and without line numbers.
    pub message: String,
    /// The text of the instruction that faulted.
    pub primary: SourceRange,
    /// Other places that explain it, each with what happened there.
    pub related: Vec<(SourceRange, String)>,
    /// The functions that were running, innermost first, each with the place it had reached.
    pub call_stack: Vec<CallSite>,
    /// How many frames in the middle of a deep stack are left out of `call_stack`.
    pub omitted_frames: usize,
    /// Where the program awaited a task that faulted (T2): the fault as it was in the task, with the task's own stack.
    /// In its turn that may be one at an `await`; of a longer chain at most 16 links are kept.
    pub task: Option<Box<Fault>>,
}

/// One function on the call stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallSite {
    /// Its name.
    pub function: Arc<str>,
    /// The place it had reached.
    pub range: SourceRange,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum FaultKind {
    /// An access that a borrow forbids, or through a handle whose borrow has ended (B5, B7).
    Borrow(Box<BorrowFault>),
    /// An access to an object that was dropped (A6).
    UseAfterFree(Box<UseAfterFreeFault>),
    /// A quota was reached (A7).
    Quota {
        /// Which.
        resource: Resource,
        /// How much was allowed; none for wall time, which the VM does not measure.
        limit: Option<u64>,
    },
    /// An integer left the 64 bits.
    Overflow,
    /// Division or remainder by zero.
    DivisionByZero,
    /// An index that the array or string does not have.
    Index {
        /// The index.
        index: i64,
        /// How many elements there are.
        len: usize,
    },
    /// A key that the map does not have.
    MissingKey {
        /// The key.
        key: String,
    },
    /// An operation that this kind of value does not have.
    Type,
    /// A field that the struct does not have.
    UnknownField {
        /// The field.
        field: String,
    },
    /// A method that the value does not have.
    UnknownMethod {
        /// The method.
        method: String,
        /// The nearest name that there is.
        nearest: Option<String>,
    },
    /// A call with another number of arguments than there are parameters.
    Arity {
        /// How many parameters there are.
        expected: usize,
        /// How many arguments were given.
        given: usize,
    },
    /// A `throw` that nothing caught.
    UncaughtThrow {
        /// What was thrown, printed.
        value: String,
    },
    /// A capability that is not granted, not there, or failed (H4).
    Capability {
        /// Its dotted name.
        name: String,
        /// What was wrong.
        problem: CapabilityProblem,
    },
    /// The run was told to stop.
    Cancelled,
    /// The program ended itself: nothing is wrong.
    Exit {
        /// With this exit status.
        status: u8,
    },
}

/// What was wrong with the call of a capability (H4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CapabilityProblem {
    /// The program was not granted it.
    Denied {
        /// The missing grant.
        grant: crush_library::Grant,
    },
    /// The embedding program has none of this name.
    Unknown {
        /// The nearest name that there is.
        nearest: Option<String>,
    },
    /// It did not do what it was asked.
    Failed {
        /// The cause.
        cause: String,
    },
}

/// An access that the borrow rules forbid (B7).
#[derive(Clone, Debug, PartialEq)]
pub struct BorrowFault {
    /// What was tried.
    pub access: Access,
    /// The name under which the program reached the object, if it has one there.
    pub name: Option<String>,
    /// The object; none when a dead handle is so old that what it borrowed is forgotten.
    pub object: Option<ObjectNote>,
    /// Why not.
    pub cause: BorrowCause,
    /// The borrows in the way; of a dead handle, the one that ended; oldest first.
    pub borrows: Vec<Holder>,
}

/// Why the borrow rules forbid an access.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BorrowCause {
    /// Live borrows are in the way.
    Borrowed,
    /// It was tried through a shared handle.
    SharedHandle,
    /// The borrow of the handle has ended (B5).
    DeadHandle,
    /// A handle cannot cross to another task (T3).
    Crossing,
}

/// An access to an object that was dropped (A6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UseAfterFreeFault {
    /// What was tried.
    pub access: Access,
    /// The name under which the program reached the object, if it has one there.
    pub name: Option<String>,
    /// The slot that held it.
    pub slot: u32,
    /// The kind it had, if that is still known.
    pub kind: Option<Kind>,
    /// Where it was made.
    pub allocated: Option<SourceRange>,
    /// Where it was dropped.
    pub dropped: Option<SourceRange>,
}

/// An object, as a fault names it (B7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectNote {
    /// Its slot.
    pub slot: u32,
    /// Its kind.
    pub kind: Kind,
    /// The beginning of its printed form.
    pub preview: String,
    /// Where it was made.
    pub allocated: Option<SourceRange>,
}

/// A borrow, as a fault names it (B7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Shared or exclusive.
    pub kind: BorrowKind,
    /// Who holds it.
    pub holder: HolderName,
    /// Where it was taken.
    pub range: SourceRange,
}

/// Who holds a borrow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HolderName {
    /// A variable (B3).
    Variable(Arc<str>),
    /// A loop (B2).
    Loop,
    /// A temporary of one expression (B4).
    Temporary,
    /// A capability that is running (H3).
    Capability(Arc<str>),
}

impl fmt::Display for HolderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) => write!(f, "`{name}`"),
            Self::Loop => f.write_str("the `for`"),
            Self::Temporary => f.write_str("the expression"),
            Self::Capability(name) => write!(f, "the capability `{name}`"),
        }
    }
}

impl FaultKind {
    /// Its name for programs that read reports.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Borrow(_) => "BorrowError",
            Self::UseAfterFree(_) => "UseAfterFree",
            Self::Quota { .. } => "Quota",
            Self::Overflow => "Overflow",
            Self::DivisionByZero => "DivisionByZero",
            Self::Index { .. } => "Index",
            Self::MissingKey { .. } => "MissingKey",
            Self::Type => "Type",
            Self::UnknownField { .. } => "UnknownField",
            Self::UnknownMethod { .. } => "UnknownMethod",
            Self::Arity { .. } => "Arity",
            Self::UncaughtThrow { .. } => "UncaughtThrow",
            Self::Capability { .. } => "Capability",
            Self::Cancelled => "Cancelled",
            Self::Exit { .. } => "Exit",
        }
    }

    /// Its stable code, which has a page in the documentation.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Borrow(_) => "E-borrow",
            Self::UseAfterFree(_) => "E-use-after-free",
            Self::Quota { .. } => "E-quota",
            Self::Overflow => "E-overflow",
            Self::DivisionByZero => "E-division-by-zero",
            Self::Index { .. } => "E-index",
            Self::MissingKey { .. } => "E-missing-key",
            Self::Type => "E-type",
            Self::UnknownField { .. } => "E-unknown-field",
            Self::UnknownMethod { .. } => "E-unknown-method",
            Self::Arity { .. } => "E-arity",
            Self::UncaughtThrow { .. } => "E-uncaught-throw",
            Self::Capability { .. } => "E-capability",
            Self::Cancelled => "E-cancelled",
            Self::Exit { .. } => "E-exit",
        }
    }
}

impl Fault {
    /// Its stable code.
    pub fn code(&self) -> &'static str {
        self.kind.code()
    }

    /// This fault, and what it was in the tasks that it came through, up to the one where it happened (T2).
    pub fn chain(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |fault| fault.task.as_deref())
    }

    /// The fault where it happened: in the last task of its chain, or itself.
    pub fn origin(&self) -> &Self {
        let mut origin = self;
        while let Some(inner) = &origin.task {
            origin = inner;
        }
        origin
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Fault {}
