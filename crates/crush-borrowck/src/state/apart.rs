//! Which borrows and drops are of something else than what is at a place: known where paths meet of which one alone has taken
//! the borrow, or has dropped the object, and has something else there.

use smallvec::SmallVec;

use super::{Home, State};
use crate::table::{Alias, Table};
use crate::value::Value;

/// A borrow that lives, or an object that was dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Barrier {
    /// By its loan.
    Loan(u32),
    /// By the object.
    Freed(u32),
}

/// How many such things are known at one point. Loss: what comes beyond is not told apart.
const KNOWN: usize = 16;

/// How many borrows and drops, and how many places, are looked at where paths meet. Loss: the same.
const LOOKED_AT: usize = 32;

/// Pairs of which, in every run in which the first is there, what is at the second is not its object.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Apart(SmallVec<[(Barrier, Home); 2]>);

impl Apart {
    pub(super) fn has(&self, barrier: Barrier, home: Home) -> bool {
        self.0.contains(&(barrier, home))
    }

    fn add(&mut self, barrier: Barrier, home: Home) {
        if !self.has(barrier, home) && self.0.len() < KNOWN {
            self.0.push((barrier, home));
        }
    }

    /// Another borrow is taken there, or another object dropped.
    pub(super) fn forget(&mut self, barrier: Barrier) {
        self.0.retain(|(known, _)| *known != barrier);
    }

    /// Something else is there now.
    pub(super) fn forget_home(&mut self, home: Home) {
        self.0.retain(|(_, known)| *known != home);
    }

    pub(super) fn knows(&self, home: Home) -> bool {
        self.0.iter().any(|(_, known)| *known == home)
    }

    /// What was at one place is at the other, too.
    pub(super) fn copy(&mut self, from: Home, to: Home) {
        let known: SmallVec<[Barrier; 4]> =
            self.0.iter().filter(|(_, home)| *home == from).map(|(barrier, _)| *barrier).collect();
        known.into_iter().for_each(|barrier| self.add(barrier, to));
    }

    /// What is known where two paths meet: of the places at which they `differ`, and of what either knew.
    pub(super) fn of_both(
        paths: [&State; 2],
        joined: &State,
        alone: &[Barrier],
        differ: &[Home],
        table: &Table,
    ) -> Self {
        let mut both = Self::default();
        let known = paths.iter().flat_map(|path| path.apart.0.iter().copied());
        let (alone, differ) = (alone.iter().take(LOOKED_AT), differ.iter().take(LOOKED_AT));
        let met = alone.flat_map(|barrier| differ.clone().map(|home| (*barrier, *home)));
        for (barrier, home) in known.chain(met) {
            let is_apart = |path: &State| {
                !path.is_there(barrier)
                    || path.apart.has(barrier, home)
                    || !path.may_be_of(barrier, &path.held_at(home), table)
            };
            // Where nothing of it is there, it goes without saying.
            if joined.is_there(barrier)
                && joined.may_be_of(barrier, &joined.held_at(home), table)
                && paths.into_iter().all(is_apart)
            {
                both.add(barrier, home);
            }
        }
        both
    }
}

impl State {
    /// Whether what is at a place is surely something else than what a borrow is of, or than what was dropped.
    pub(crate) fn is_apart(&self, barrier: Barrier, home: Option<Home>) -> bool {
        home.is_some_and(|home| self.apart.has(barrier, home))
    }

    fn is_there(&self, barrier: Barrier) -> bool {
        match barrier {
            Barrier::Loan(loan) => self.loans.get(loan).is_some(),
            Barrier::Freed(object) => self.freed.get(object).is_some(),
        }
    }

    /// Whether a value may be, as a reference, what a borrow is of, or what was dropped.
    fn may_be_of(&self, barrier: Barrier, value: &Value, table: &Table) -> bool {
        let may_be = |object: u32| value.objects().any(|other| table.alias(object, other) != Alias::No);
        match barrier {
            Barrier::Loan(loan) => self.loans.get(loan).is_some_and(|live| live.of.objects().any(may_be)),
            Barrier::Freed(object) => may_be(object),
        }
    }

    fn held_at(&self, home: Home) -> Value {
        match home {
            Home::Local(local) => self.locals.get(local.0).cloned().unwrap_or_default(),
            Home::Value(expr) => self.value(expr),
            Home::Slot(_) => Value::default(),
        }
    }
}
