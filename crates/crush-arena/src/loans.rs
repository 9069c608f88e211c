//! The table of live borrows: what each handle stands for, and who is in the way of an access.

use crate::{
    ring::Ring,
    value::{BorrowRef, OwnerId, Ref, SiteId},
};

/// Shared or exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BorrowKind {
    /// `&e`: others may read, nobody may change.
    Shared,
    /// `&mut e`: only through the handle.
    Exclusive,
}

/// The borrows of one object, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct BorrowState {
    /// How many shared borrows are live.
    pub immutable_refs: u32,
    /// Whether an exclusive borrow is live.
    pub mutable_ref: bool,
}

/// A borrow, as a report names it (B7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BorrowInfo {
    /// Its handle.
    pub borrow: BorrowRef,
    /// The borrowed object.
    pub object: Ref,
    /// Its kind.
    pub kind: BorrowKind,
    /// Who holds it.
    pub owner: OwnerId,
    /// Where it was taken.
    pub site: SiteId,
}

/// How many ended borrows are remembered, to tell what a dead handle was.
const REMEMBERED: usize = 256;

/// One entry of the table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Loan {
    generation: u32,
    live: bool,
    kind: BorrowKind,
    pub(crate) object: Ref,
    owner: OwnerId,
    site: SiteId,
    /// Counts up, to tell which of two borrows is the older.
    taken: u64,
}

impl Loan {
    fn info(&self, index: u32) -> BorrowInfo {
        BorrowInfo {
            borrow: BorrowRef { index, generation: self.generation },
            object: self.object,
            kind: self.kind,
            owner: self.owner,
            site: self.site,
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Loans {
    loans: Vec<Loan>,
    free: Vec<u32>,
    ended: Ring<BorrowInfo>,
    taken: u64,
}

/// What a new entry of the table is charged (A7), its place in the list of free entries included.
pub(crate) const LOAN_BYTES: usize = size_of::<Loan>() + size_of::<u32>();

impl Loans {
    pub(crate) fn new() -> Self {
        Self { loans: Vec::new(), free: Vec::new(), ended: Ring::new(REMEMBERED), taken: 0 }
    }

    /// The live borrow of a handle; none when it is dead (B5).
    #[inline(always)]
    pub(crate) fn get(&self, borrow: BorrowRef) -> Option<&Loan> {
        let loan = self.loans.get(borrow.index as usize)?;
        (loan.live && loan.generation == borrow.generation).then_some(loan)
    }

    pub(crate) fn info(&self, borrow: BorrowRef) -> Option<BorrowInfo> {
        self.get(borrow).map(|loan| loan.info(borrow.index))
    }

    /// What is still known of a dead handle.
    pub(crate) fn ended(&self, borrow: BorrowRef) -> Option<BorrowInfo> {
        self.ended.iter().rev().find(|info| info.borrow == borrow).copied()
    }

    pub(crate) fn has_free_entry(&self) -> bool {
        !self.free.is_empty()
    }

    /// The number of entries, live and free.
    pub(crate) fn table_len(&self) -> usize {
        self.loans.len()
    }

    pub(crate) fn add(&mut self, object: Ref, kind: BorrowKind, owner: OwnerId, site: SiteId) -> BorrowRef {
        self.taken += 1;
        let loan = Loan { generation: 0, live: true, kind, object, owner, site, taken: self.taken };
        if let Some(index) = self.free.pop() {
            let entry = &mut self.loans[index as usize];
            let generation = entry.generation;
            *entry = Loan { generation, ..loan };
            return BorrowRef { index, generation };
        }
        self.loans.push(loan);
        BorrowRef { index: self.loans.len() as u32 - 1, generation: 0 }
    }

    pub(crate) fn end(&mut self, borrow: BorrowRef) -> Option<BorrowInfo> {
        let info = self.info(borrow)?;
        let loan = &mut self.loans[borrow.index as usize];
        loan.live = false;
        // An entry whose generations are used up is retired, so that no dead handle comes to life.
        if let Some(next) = loan.generation.checked_add(1) {
            loan.generation = next;
            self.free.push(borrow.index);
        }
        self.ended.push(info);
        Some(info)
    }

    /// The live borrows, in no particular order.
    pub(crate) fn live(&self) -> impl Iterator<Item = BorrowInfo> {
        self.loans.iter().enumerate().filter(|(_, loan)| loan.live).map(|(index, loan)| loan.info(index as u32))
    }

    /// The live borrows of an object, oldest first.
    pub(crate) fn of(&self, object: Ref) -> Vec<BorrowInfo> {
        let mut found: Vec<_> = self.live().filter(|info| info.object == object).collect();
        found.sort_by_key(|info| self.loans[info.borrow.index as usize].taken);
        found
    }

    #[cfg(test)]
    pub(crate) fn exhaust(&mut self, index: u32) {
        self.loans[index as usize].generation = u32::MAX;
    }
}
