//! Taking and ending borrows (B2 to B6).

use crate::{
    arena::Arena,
    events::Action,
    fault::{Access, Fault, TypeError},
    loans::{BorrowInfo, BorrowKind, BorrowState, LOAN_BYTES},
    slot::{EXCLUSIVE, SHARED, WATCHED},
    value::{BorrowRef, OwnerId, Ref, RuntimeValue, SiteId},
};

impl Arena {
    /// Takes a shared borrow: `&e`, a `for` (B2, B3), of a value or through a live handle of either kind (B6).
    pub fn borrow_shared(&mut self, value: RuntimeValue, owner: OwnerId, site: SiteId) -> Result<BorrowRef, Fault> {
        let object = match value {
            RuntimeValue::Ref(object) => {
                let slot = self.slots.get(object.slot() as usize);
                if slot.is_none_or(|slot| slot.difference(object) >= WATCHED) {
                    let slot = self.slot(object, Access::BorrowShared)?;
                    if slot.state().mutable_ref {
                        return Err(self.in_the_way(Access::BorrowShared, object));
                    }
                }
                object
            }
            RuntimeValue::Borrow(borrow) => match self.loans.get(borrow) {
                Some(loan) => loan.object,
                None => return Err(self.dead_handle(Access::BorrowShared, borrow)),
            },
            _ => {
                return Err(TypeError { access: Access::BorrowShared, kind: None }.into());
            }
        };
        let kind = self.slots.object(object.slot()).kind();
        if !kind.can_borrow() {
            return Err(TypeError { access: Access::BorrowShared, kind: Some(kind) }.into());
        }
        self.charge_loan()?;
        if !self.add_shared(object) {
            return Err(self.meter.too_many_objects());
        }
        Ok(self.lend(object, BorrowKind::Shared, owner, site))
    }

    /// Takes an exclusive borrow: `&mut e` (B3). Through a handle it is never allowed: pass the handle (B6).
    pub fn borrow_exclusive(&mut self, value: RuntimeValue, owner: OwnerId, site: SiteId) -> Result<BorrowRef, Fault> {
        const ACCESS: Access = Access::BorrowExclusive;
        let object = match value {
            RuntimeValue::Ref(object) => object,
            RuntimeValue::Borrow(borrow) => return Err(self.no_exclusive_reborrow(borrow)),
            _ => {
                return Err(TypeError { access: ACCESS, kind: None }.into());
            }
        };
        let slot = self.slot(object, ACCESS)?;
        let kind = self.slots.object(object.slot()).kind();
        if !kind.can_change() {
            return Err(TypeError { access: ACCESS, kind: Some(kind) }.into());
        }
        if slot.state() != BorrowState::default() {
            return Err(self.in_the_way(ACCESS, object));
        }
        self.charge_loan()?;
        self.slots[object.slot() as usize].header |= EXCLUSIVE;
        Ok(self.lend(object, BorrowKind::Exclusive, owner, site))
    }

    fn charge_loan(&mut self) -> Result<(), Fault> {
        if self.loans.has_free_entry() {
            return Ok(());
        }
        if self.loans.table_len() >= u32::MAX as usize {
            return Err(self.meter.too_many_objects());
        }
        self.meter.charge(LOAN_BYTES)
    }

    /// Counts one shared borrow more. The header has room: see [`SHARED`].
    fn add_shared(&mut self, object: Ref) -> bool {
        let slot = &mut self.slots[object.slot() as usize];
        if slot.header & SHARED >= SHARED - 1 {
            return false;
        }
        slot.header += 1;
        true
    }

    fn lend(&mut self, object: Ref, kind: BorrowKind, owner: OwnerId, site: SiteId) -> BorrowRef {
        let borrow = self.loans.add(object, kind, owner, site);
        if self.recording {
            self.record(site, Action::Borrow { object, borrow, kind, owner });
        }
        borrow
    }

    /// Ends a borrow that the program names: `drop(r)` (B4). A dead handle is a fault.
    pub fn release(&mut self, borrow: BorrowRef, site: SiteId) -> Result<(), Fault> {
        if self.end_borrow(borrow, site) { Ok(()) } else { Err(self.dead_handle(Access::Drop, borrow)) }
    }

    /// Ends the borrow of a variable that goes out of scope or is assigned again, of a loop, of a temporary, or
    /// of a scope that is unwound (B2, B4). The program may have ended it before; returns whether it was live.
    pub fn end_borrow(&mut self, borrow: BorrowRef, site: SiteId) -> bool {
        let Some(ended) = self.loans.end(borrow) else {
            return false;
        };
        let slot = &mut self.slots[ended.object.slot() as usize];
        match ended.kind {
            BorrowKind::Shared => slot.header -= 1,
            BorrowKind::Exclusive => slot.header &= !EXCLUSIVE,
        }
        if self.recording {
            self.record(site, Action::Release { object: ended.object, borrow, kind: ended.kind });
        }
        true
    }

    /// The live borrow of a handle; none when it is dead (B5).
    pub fn borrow_info(&self, borrow: BorrowRef) -> Option<BorrowInfo> {
        self.loans.info(borrow)
    }

    /// The live borrows of an object, oldest first (B7).
    pub fn borrows_of(&self, object: Ref) -> Vec<BorrowInfo> {
        self.loans.of(object)
    }

    /// All live borrows, in no particular order.
    pub fn live_borrows(&self) -> impl Iterator<Item = BorrowInfo> {
        self.loans.live()
    }
}
