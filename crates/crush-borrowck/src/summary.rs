//! What a caller has to know of a lambda.
//!
//! A summary speaks of parameters, captured variables, what they reach at entry, and of the objects that the lambda made
//! and that its caller can see. It never names a place of the caller.

use crush_hir::body::{ExprId, LambdaId, LocalId};

use crate::report::{Code, FunctionId, Step};
use crate::table::{Field, Shape};

/// A position in [`Summary::objects`].
pub(crate) type ObjectIndex = u32;

/// Which allocation made an object: the calls that lead to it, outermost first, and the place itself. It tells objects
/// of one summary apart and says nothing of them, so that two summaries may be equal whatever the makers are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Maker(pub(crate) Vec<(FunctionId, LambdaId, ExprId)>);

/// How many steps of the way to an allocation are kept.
const WAY: usize = 4;

impl PartialEq for Maker {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Maker {
    /// The maker as seen from a caller. Where functions call each other in a `cycle`, the calls in between are left out, so
    /// that there are as many as places that make something; and of a long way only its ends are kept.
    ///
    /// Loss: what one turn of a recursion made is not told apart from what another did.
    pub(crate) fn called_from(&self, call: (FunctionId, LambdaId, ExprId), cycle: &[FunctionId]) -> Self {
        let again = |(function, lambda, _): &(FunctionId, LambdaId, ExprId)| {
            (*function, *lambda) == (call.0, call.1) || cycle.contains(function)
        };
        match self.0.iter().rposition(again) {
            Some(again) => Self(self.0[again..].to_vec()),
            None => {
                let mut way: Vec<_> = std::iter::once(call).chain(self.0.iter().copied()).collect();
                if way.len() > WAY {
                    way.drain(WAY - 1..way.len() - 1);
                }
                Self(way)
            }
        }
    }
}

/// An object that a summary speaks of. Those it rests on come before it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum SummaryObject {
    /// What a parameter held.
    Parameter(u32),
    /// The cell of a captured variable.
    Captured(LocalId),
    /// What an object held in a field.
    Path(ObjectIndex, Field),
    /// All that lies deeper.
    Deep(ObjectIndex),
    /// What a clone shares with it: the functions, tasks and handles in it, or, when that is true, it itself.
    Kept(ObjectIndex, bool),
    /// What the callbacks of these numbers gave.
    Result(Vec<u32>),
    /// What the callbacks may have put anywhere.
    Havoc,
    /// What the lambda made, or what something it called made; whether it is one object.
    Made { shape: Shape, single: bool, maker: Maker },
    /// A tree of new objects; whether several paths may lead to one of them.
    Fresh { shares: bool },
}

/// One thing that a value may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SummaryTarget {
    /// An object.
    Object(ObjectIndex),
    /// A handle whose borrow has ended, by its position in [`Summary::dead`].
    Dead(u32),
    /// A handle whose borrow a captured variable owns, by its position in [`Summary::taken`].
    Taken(u32),
    /// A named function.
    Function(FunctionId),
}

/// What a value may be.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct SummaryValue {
    pub(crate) targets: Vec<SummaryTarget>,
    pub(crate) flags: u8,
}

/// How an object is used, borrows included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Use {
    Read,
    DeepRead,
    /// `x.clone()`: read, and with it all that it reaches by references alone.
    Clone,
    /// Read as a part of what is cloned: where it is a handle, that is shared, and not used.
    ClonedIn,
    /// Copied where a struct is copied as a value: read, with those that it holds, where it is an instance of such a struct.
    Copy,
    Write,
    Drop,
    Share,
    Exclude,
    /// Copied into a task: no handle may be among what it reaches (T3).
    Send,
}

/// Something that happens to what a caller handed in.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Effect {
    pub(crate) object: ObjectIndex,
    pub(crate) usage: Use,
    /// Every place where it may happen.
    pub(crate) at: Vec<Step>,
    /// In every run of the lambda that ends.
    pub(crate) surely: bool,
    /// When it may happen, seen from the callbacks.
    pub(crate) phase: Phase,
    /// Of the handles that are handed out, those whose borrows live at each of these places, by their positions in
    /// [`Summary::dead`].
    pub(crate) alive: Vec<u32>,
}

/// Before any callback, after one, or both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Phase {
    pub(crate) before: bool,
    pub(crate) after: bool,
    /// Captured variables may have been bound again.
    pub(crate) rebound: bool,
}

impl Phase {
    /// Adds the other, and tells whether that changed anything.
    pub(crate) fn join(&mut self, other: Self) -> bool {
        let old = *self;
        self.before |= other.before;
        self.after |= other.after;
        self.rebound |= other.rebound;
        *self != old
    }
}

/// A fault that happens when two objects are the same.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Condition {
    pub(crate) code: Code,
    /// What is borrowed or freed.
    pub(crate) held: ObjectIndex,
    /// Where: every place that may be meant.
    pub(crate) held_at: Vec<Step>,
    /// What is used meanwhile.
    pub(crate) used: ObjectIndex,
    /// It, or anything that it reaches.
    pub(crate) deep: bool,
    pub(crate) at: Vec<Step>,
    /// The names of both in the program, where they have any.
    pub(crate) names: (Option<String>, Option<String>),
}

/// A call of a function that only a caller knows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Callback {
    pub(crate) callee: SummaryValue,
    pub(crate) args: Vec<SummaryValue>,
    /// The borrows that live meanwhile.
    pub(crate) held: Vec<Held>,
    /// It may happen more than once.
    pub(crate) repeats: bool,
    /// It runs as a task, on copies: it calls functions that only a caller knows, though it may be known itself.
    pub(crate) is_task: bool,
    pub(crate) at: Vec<Step>,
}

/// A borrow that lives while a callback runs.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Held {
    pub(crate) exclusive: bool,
    /// It is that of a `for`.
    pub(crate) iterated: bool,
    pub(crate) of: SummaryValue,
    /// Its handle, where the callback may come to that: [`SummaryTarget::Dead`] or [`SummaryTarget::Taken`]. While the
    /// callback runs it lives.
    pub(crate) handle: Option<SummaryTarget>,
    /// It may have ended since it was taken.
    pub(crate) may_have_ended: bool,
    /// Another callback may have ended it.
    pub(crate) lent: bool,
    /// Where its handle is used after the callback.
    pub(crate) used_later: Vec<Step>,
    pub(crate) at: Step,
}

/// A value put where the caller can see it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Write {
    pub(crate) object: ObjectIndex,
    pub(crate) field: Field,
    pub(crate) value: SummaryValue,
    /// Nothing else is there afterwards.
    pub(crate) replaces: bool,
}

/// A borrow that a captured variable owns when the lambda ends.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Taken {
    pub(crate) local: LocalId,
    pub(crate) exclusive: bool,
    pub(crate) of: SummaryValue,
    pub(crate) at: Step,
    /// It may have ended since.
    pub(crate) may_have_ended: bool,
    /// And the variable may hold its handle all the same.
    pub(crate) loose: bool,
}

/// What a caller has to know of a lambda. The default: it never ends.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Summary {
    pub(crate) objects: Vec<SummaryObject>,
    pub(crate) effects: Vec<Effect>,
    pub(crate) conditions: Vec<Condition>,
    pub(crate) callbacks: Vec<Callback>,
    pub(crate) writes: Vec<Write>,
    pub(crate) taken: Vec<Taken>,
    /// What was made here, can be seen, and has been dropped: surely, and where.
    pub(crate) freed: Vec<(ObjectIndex, bool, Step)>,
    /// Arrays whose elements may be at other places now.
    pub(crate) shifted: Vec<ObjectIndex>,
    /// Captured variables that are bound again, which ends what they own.
    pub(crate) released: Vec<LocalId>,
    /// Those of them that may hold again what they held.
    pub(crate) regained: Vec<LocalId>,
    /// Handles it hands out, dead: where they were taken, and of what.
    pub(crate) dead: Vec<(bool, Step, Option<String>)>,
    pub(crate) returned: SummaryValue,
    pub(crate) thrown: SummaryValue,
    pub(crate) returns: bool,
    pub(crate) throws: bool,
    /// Not only because a callback does.
    pub(crate) throws_itself: bool,
    /// Too large to analyse: anything of this may happen to what it is given.
    pub(crate) unknown: Option<Does>,
}

/// What a function does, by itself or in what it calls, as far as its text tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Does {
    /// It drops something.
    pub(crate) drops: bool,
    /// It borrows something, or makes functions: what it leaves behind may be a handle whose borrow has ended. Which kind of
    /// borrow makes no difference: where one that excludes is in the way, so is such a handle.
    pub(crate) leaves: bool,
}

impl Does {
    /// With what else it does.
    pub(crate) fn and(self, other: Self) -> Self {
        Self { drops: self.drops || other.drops, leaves: self.leaves || other.leaves }
    }
}

impl Summary {
    /// Of what is too large to analyse.
    pub(crate) fn too_large(does: Does) -> Self {
        Self { unknown: Some(does), returns: true, throws: true, throws_itself: true, ..Self::default() }
    }
}

/// What is kept of a function: one summary for each of its lambdas.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct FunctionSummary {
    pub(crate) lambdas: Vec<Summary>,
    pub(crate) does: Does,
}

impl FunctionSummary {
    pub(crate) fn lambda(&self, lambda: LambdaId) -> Option<&Summary> {
        self.lambdas.get(lambda.index())
    }
}
