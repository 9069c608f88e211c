//! What stops an instruction, before it is told in full.

use crush_arena::RuntimeValue;

use crate::fault::{Fault, FaultKind};
use crate::tasks::TaskId;

/// Why an instruction did not finish.
#[derive(Debug)]
pub(crate) enum Trap {
    /// The program threw a value.
    Throw(RuntimeValue),
    /// The arena refused an access.
    Arena(crush_arena::Fault),
    /// The run is to go on later: other tasks come first.
    Pause(Pause),
    /// The part of the run that was asked for is over: it can go on from here.
    Part,
    /// A recorder stops the run where it is, to look at it.
    Stop,
    /// The fault of a task that was awaited (T2).
    Awaited(Box<Fault>),
    /// Anything else, with its message.
    Fault(Box<(FaultKind, String)>),
}

/// Why a run pauses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pause {
    /// Its slice is used up, or it yields.
    Turn,
    /// It awaits a task that has not ended.
    Wait(TaskId),
}

impl From<crush_arena::Fault> for Trap {
    #[cold]
    fn from(fault: crush_arena::Fault) -> Self {
        Self::Arena(fault)
    }
}

impl Trap {
    #[cold]
    pub(crate) fn fault(kind: FaultKind, message: impl Into<String>) -> Self {
        Self::Fault(Box::new((kind, message.into())))
    }

    #[cold]
    pub(crate) fn type_error(message: impl Into<String>) -> Self {
        Self::fault(FaultKind::Type, message)
    }

    #[cold]
    pub(crate) fn overflow() -> Self {
        Self::fault(FaultKind::Overflow, "the result does not fit a 64-bit integer")
    }

    #[cold]
    pub(crate) fn division_by_zero() -> Self {
        Self::fault(FaultKind::DivisionByZero, "division by zero")
    }

    #[cold]
    pub(crate) fn index(index: i64, len: usize) -> Self {
        let elements = if len == 1 { "1 element".to_owned() } else { format!("{len} elements") };
        Self::fault(FaultKind::Index { index, len }, format!("index {index} is out of range: there are {elements}"))
    }

    /// Only code that no compiler makes comes here: a cell register that holds no cell, a loop that was not started.
    #[cold]
    pub(crate) fn malformed(what: &str) -> Self {
        Self::type_error(format!("malformed code: {what}"))
    }
}
