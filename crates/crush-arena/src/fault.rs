//! What can go wrong at an access, told in full (B7).

use std::fmt;

use crate::{
    loans::{BorrowInfo, BorrowKind},
    object::Kind,
    value::{BorrowRef, Ref, SiteId},
};

/// Why the arena refused. Each halts the VM (B7): none is catchable by a program.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// An access that the borrow rules forbid (B7).
    Borrow(Box<BorrowError>),
    /// An access to an object that was dropped (A6).
    UseAfterFree(Box<UseAfterFree>),
    /// A quota was reached (A7).
    Quota(Box<QuotaError>),
    /// An operation that the kind of value does not have: `&1`, `drop(s)` or `&mut s` of a string (A6, B3).
    Type(Box<TypeError>),
    /// [`Arena::interrupt_when`](crate::Arena::interrupt_when) asked a long operation to stop.
    Interrupted,
}

// One word beside its tag, so that a result of an access is returned in registers.
const _: () = assert!(size_of::<Fault>() == 16 && size_of::<Result<&u8, Fault>>() == 16);

/// What was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    /// Reading the object.
    Read,
    /// Changing the object.
    Write,
    /// `drop(x)`: freeing the object, or ending the borrow of a handle.
    Drop,
    /// Taking a shared borrow: `&x`, a `for`.
    BorrowShared,
    /// Taking an exclusive borrow: `&mut x`.
    BorrowExclusive,
    /// Copying it into another arena (T3).
    Send,
}

impl Access {
    /// In words, as in "cannot …".
    pub const fn verb(self) -> &'static str {
        match self {
            Access::Read => "read",
            Access::Write => "change",
            Access::Drop => "drop",
            Access::BorrowShared => "borrow",
            Access::BorrowExclusive => "borrow exclusively",
            Access::Send => "send to a task",
        }
    }
}

/// An object, as a report names it (B7).
#[derive(Clone, Debug, PartialEq)]
pub struct ObjectInfo {
    /// The reference.
    pub object: Ref,
    /// Its kind.
    pub kind: Kind,
    /// The beginning of its printed form. Empty when the object is gone.
    pub preview: String,
    /// Where it was allocated.
    pub allocated: SiteId,
}

/// An access that the borrow rules forbid (B7). The object is as it was before.
#[derive(Clone, Debug, PartialEq)]
pub struct BorrowError {
    /// What was tried.
    pub access: Access,
    /// The object, unless a dead handle is so old that what it borrowed is forgotten.
    pub object: Option<ObjectInfo>,
    /// The handle it was tried through, if any.
    pub through: Option<BorrowRef>,
    /// Why not.
    pub conflict: Conflict,
}

/// Why an access is forbidden.
#[derive(Clone, Debug, PartialEq)]
pub enum Conflict {
    /// These live borrows are in the way, oldest first.
    Borrowed(Vec<BorrowInfo>),
    /// It was tried through this shared handle, through which nothing can be changed.
    SharedHandle(BorrowInfo),
    /// The borrow of the handle has ended (B5): which one it was, unless that is forgotten.
    DeadHandle(Option<BorrowInfo>),
    /// A borrow handle cannot cross into another arena (T3).
    Crossing(BorrowInfo),
}

/// An access through a reference whose object is gone (A4, A6).
#[derive(Clone, Debug, PartialEq)]
pub struct UseAfterFree {
    /// What was tried.
    pub access: Access,
    /// The stale reference.
    pub object: Ref,
    /// How the object went, if that is still known.
    pub dropped: Option<DropRecord>,
}

/// What is remembered of a dropped object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DropRecord {
    /// The reference it had.
    pub object: Ref,
    /// The kind it had.
    pub kind: Kind,
    /// Where it was allocated.
    pub allocated: SiteId,
    /// Where it was dropped.
    pub dropped: SiteId,
}

/// A quota that was reached (A7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuotaError {
    /// Which quota.
    pub resource: Resource,
    /// The quota.
    pub limit: u64,
    /// What would have been in use.
    pub wanted: u64,
}

/// What a quota counts (A7). The arena counts the first two; the others are named here so that all quotas are
/// reported alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Resource {
    /// Bytes of memory.
    Bytes,
    /// Live objects.
    Objects,
    /// Instructions run.
    Instructions,
    /// Frames on the call stack.
    CallDepth,
    /// Bytes printed.
    OutputBytes,
    /// Milliseconds.
    WallTime,
}

impl Resource {
    /// In words.
    pub const fn name(self) -> &'static str {
        match self {
            Resource::Bytes => "memory",
            Resource::Objects => "objects",
            Resource::Instructions => "instructions",
            Resource::CallDepth => "call depth",
            Resource::OutputBytes => "output",
            Resource::WallTime => "time",
        }
    }
}

/// An operation that a kind of value does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypeError {
    /// What was tried.
    pub access: Access,
    /// The kind of the object; none for a value that is no object.
    pub kind: Option<Kind>,
}

impl From<BorrowError> for Fault {
    fn from(error: BorrowError) -> Self {
        Self::Borrow(Box::new(error))
    }
}

impl From<UseAfterFree> for Fault {
    fn from(error: UseAfterFree) -> Self {
        Self::UseAfterFree(Box::new(error))
    }
}

impl From<QuotaError> for Fault {
    fn from(error: QuotaError) -> Self {
        Self::Quota(Box::new(error))
    }
}

impl From<TypeError> for Fault {
    fn from(error: TypeError) -> Self {
        Self::Type(Box::new(error))
    }
}

impl std::error::Error for Fault {}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Borrow(error) => error.fmt(f),
            Fault::UseAfterFree(error) => error.fmt(f),
            Fault::Quota(error) => error.fmt(f),
            Fault::Type(error) => error.fmt(f),
            Fault::Interrupted => f.write_str("interrupted"),
        }
    }
}

impl fmt::Display for BorrowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot {} ", self.access.verb())?;
        match &self.object {
            Some(object) if object.preview.is_empty() => write!(f, "the {}", object.kind)?,
            Some(object) => write!(f, "the {} `{}`", object.kind, object.preview)?,
            None => f.write_str("through this handle")?,
        }
        match &self.conflict {
            Conflict::Borrowed(borrows) => {
                let exclusive = borrows.iter().any(|borrow| borrow.kind == BorrowKind::Exclusive);
                f.write_str(if exclusive { ": it is borrowed exclusively" } else { ": it is borrowed" })
            }
            Conflict::SharedHandle(_) => f.write_str(" through a shared borrow"),
            Conflict::DeadHandle(_) => f.write_str(": the borrow has ended"),
            Conflict::Crossing(_) => f.write_str(": a borrow handle cannot be sent to a task"),
        }
    }
}

impl fmt::Display for UseAfterFree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.dropped.map_or("object", |record| record.kind.name());
        write!(f, "cannot {} the {kind} in slot {}: it was dropped", self.access.verb(), self.object.slot())
    }
}

impl fmt::Display for QuotaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the quota of {} is used up: {} of {}", self.resource.name(), self.wanted, self.limit)
    }
}

impl fmt::Display for TypeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Some(kind) => write!(f, "cannot {} a {kind}", self.access.verb()),
            None => write!(f, "cannot {} a value that is not an object", self.access.verb()),
        }
    }
}
