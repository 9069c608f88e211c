//! Building faults: who is in the way, and what a stale reference or a dead handle once was (B7).

use crate::{
    arena::Arena,
    fault::{Access, BorrowError, Conflict, DropRecord, Fault, ObjectInfo, TypeError, UseAfterFree},
    loans::BorrowKind,
    value::{BorrowRef, Ref},
};

impl Arena {
    /// The fault of an access through a reference whose object is gone (A4, A6).
    #[cold]
    pub(crate) fn use_after_free(&self, access: Access, object: Ref) -> Fault {
        UseAfterFree { access, object, dropped: self.drop_record(object).copied() }.into()
    }

    fn drop_record(&self, object: Ref) -> Option<&DropRecord> {
        self.dropped.iter().rev().find(|record| record.object == object)
    }

    /// The error of an access, not through a handle, that live borrows forbid.
    #[cold]
    pub(crate) fn in_the_way(&self, access: Access, object: Ref) -> Fault {
        let mut borrows = self.loans.of(object);
        if matches!(access, Access::Read | Access::BorrowShared) {
            borrows.retain(|info| info.kind == BorrowKind::Exclusive);
        }
        let object = self.info(object);
        BorrowError { access, object, through: None, conflict: Conflict::Borrowed(borrows) }.into()
    }

    /// The error of an access through a handle whose borrow has ended (B5).
    #[cold]
    pub(crate) fn dead_handle(&self, access: Access, borrow: BorrowRef) -> Fault {
        let ended = self.loans.ended(borrow);
        let object = ended.and_then(|info| self.info(info.object));
        BorrowError { access, object, through: Some(borrow), conflict: Conflict::DeadHandle(ended) }.into()
    }

    /// The error of an exclusive borrow through a handle: its own borrow is in the way (B6).
    #[cold]
    pub(crate) fn no_exclusive_reborrow(&self, borrow: BorrowRef) -> Fault {
        const ACCESS: Access = Access::BorrowExclusive;
        let Some(loan) = self.loans.get(borrow) else {
            return self.dead_handle(ACCESS, borrow);
        };
        let object = self.info(loan.object);
        if let Some(info) = &object
            && !info.kind.can_change()
        {
            return TypeError { access: ACCESS, kind: Some(info.kind) }.into();
        }
        let conflict = Conflict::Borrowed(self.loans.of(loan.object));
        BorrowError { access: ACCESS, object, through: Some(borrow), conflict }.into()
    }

    /// The error of sending a handle into another arena (T3).
    #[cold]
    pub(crate) fn crossing(&self, borrow: BorrowRef) -> Fault {
        let Some(info) = self.loans.info(borrow) else {
            return self.dead_handle(Access::Send, borrow);
        };
        let object = self.info(info.object);
        let conflict = Conflict::Crossing(info);
        BorrowError { access: Access::Send, object, through: Some(borrow), conflict }.into()
    }

    /// How a report names an object; of a dropped one, what is remembered.
    pub(crate) fn info(&self, object: Ref) -> Option<ObjectInfo> {
        if let Some(found) = self.peek(object) {
            let allocated = self.books[object.slot() as usize].site;
            let preview = self.preview(object);
            return Some(ObjectInfo { object, kind: found.kind(), preview, allocated });
        }
        let record = self.drop_record(object)?;
        let preview = String::new();
        Some(ObjectInfo { object, kind: record.kind, preview, allocated: record.allocated })
    }
}
