//! Reading and writing (B1, B3): the fast paths, and the cold ones that find out what is wrong.

use crate::{
    arena::Arena,
    events::Action,
    fault::{Access, BorrowError, Conflict, Fault, TypeError},
    guard::ObjectMut,
    loans::{BorrowKind, BorrowState},
    object::Object,
    slot::{EXCLUSIVE, Slot, WATCHED},
    value::{BorrowRef, Ref, RuntimeValue},
};

impl Arena {
    /// Reads an object, as one instruction does (B1).
    #[inline(always)]
    pub fn read(&self, object: Ref) -> Result<&Object, Fault> {
        if let Some(slot) = self.slots.get(object.slot() as usize)
            && slot.difference(object) < WATCHED
        {
            return Ok(&slot.object);
        }
        self.read_slowly(object)
    }

    /// Reads an object where nothing is in the way and nothing is recorded. `None` says only that [`Arena::read`] has to
    /// be asked; it is for code that has a slow path anyway.
    #[inline(always)]
    pub fn glance(&self, object: Ref) -> Option<&Object> {
        let slot = self.slots.get(object.slot() as usize)?;
        (slot.difference(object) < WATCHED).then_some(&slot.object)
    }

    /// Changes an object where nothing is in the way and nothing is recorded. `None` says only that [`Arena::write`] has
    /// to be asked.
    #[inline(always)]
    pub fn touch(&mut self, object: Ref) -> Option<ObjectMut<'_>> {
        let slot = self.slots.get(object.slot() as usize)?;
        (slot.difference(object) == 0).then(|| self.guard(object))
    }

    #[cold]
    #[inline(never)]
    fn read_slowly(&self, object: Ref) -> Result<&Object, Fault> {
        let slot = self.slot(object, Access::Read)?;
        if slot.state().mutable_ref {
            return Err(self.in_the_way(Access::Read, object));
        }
        self.record(self.site.get(), Action::Read { object });
        Ok(self.slots.object(object.slot()))
    }

    /// Reads an object through a handle (B3).
    #[inline]
    pub fn read_through(&self, borrow: BorrowRef) -> Result<&Object, Fault> {
        let Some(loan) = self.loans.get(borrow) else {
            return Err(self.dead_handle(Access::Read, borrow));
        };
        // A borrowed object cannot be freed (A5, A6), so the reference of a live borrow is never stale.
        let slot = &self.slots[loan.object.slot() as usize];
        if slot.is_read_slowly() {
            self.record(self.site.get(), Action::Read { object: loan.object });
            return Ok(self.slots.object(loan.object.slot()));
        }
        Ok(&slot.object)
    }

    /// Reads what a value refers to, directly or through a handle.
    #[inline]
    pub fn read_value(&self, value: RuntimeValue) -> Result<&Object, Fault> {
        match value {
            RuntimeValue::Ref(object) => self.read(object),
            RuntimeValue::Borrow(borrow) => self.read_through(borrow),
            _ => Err(TypeError { access: Access::Read, kind: None }.into()),
        }
    }

    /// Changes an object, as one instruction does (B1). The guard counts what the object grows by (A7).
    #[inline(always)]
    pub fn write(&mut self, object: Ref) -> Result<ObjectMut<'_>, Fault> {
        match self.slots.get(object.slot() as usize) {
            Some(slot) if slot.difference(object) == 0 => {}
            _ => self.check_write(object)?,
        }
        Ok(self.guard(object))
    }

    #[cold]
    #[inline(never)]
    fn check_write(&mut self, object: Ref) -> Result<(), Fault> {
        let slot = self.slot(object, Access::Write)?;
        if slot.state() != BorrowState::default() {
            return Err(self.in_the_way(Access::Write, object));
        }
        self.before_change(object);
        self.record(self.site.get(), Action::Write { object });
        Ok(())
    }

    /// Changes an object through an exclusive handle (B3, B6).
    #[inline]
    pub fn write_through(&mut self, borrow: BorrowRef) -> Result<ObjectMut<'_>, Fault> {
        let Some(loan) = self.loans.get(borrow) else {
            return Err(self.dead_handle(Access::Write, borrow));
        };
        let object = loan.object;
        // With the exclusive borrow alone in the state, the handle must be that of the exclusive borrow.
        if self.slots[object.slot() as usize].difference(object) != EXCLUSIVE {
            self.check_write_through(borrow, object)?;
        }
        Ok(self.guard(object))
    }

    #[cold]
    #[inline(never)]
    fn check_write_through(&mut self, borrow: BorrowRef, object: Ref) -> Result<(), Fault> {
        let info = self.loans.info(borrow);
        let conflict = match info {
            Some(info) if info.kind == BorrowKind::Shared => Conflict::SharedHandle(info),
            _ => {
                let mut borrows = self.loans.of(object);
                borrows.retain(|info| info.kind == BorrowKind::Shared);
                if borrows.is_empty() {
                    self.before_change(object);
                    self.record(self.site.get(), Action::Write { object });
                    return Ok(());
                }
                Conflict::Borrowed(borrows)
            }
        };
        let object = self.info(object);
        Err(BorrowError { access: Access::Write, object, through: Some(borrow), conflict }.into())
    }

    /// Changes what a value refers to, directly or through a handle.
    #[inline]
    pub fn write_value(&mut self, value: RuntimeValue) -> Result<ObjectMut<'_>, Fault> {
        match value {
            RuntimeValue::Ref(object) => self.write(object),
            RuntimeValue::Borrow(borrow) => self.write_through(borrow),
            _ => Err(TypeError { access: Access::Write, kind: None }.into()),
        }
    }

    /// Before an object is changed off the fast path: the collector is to look at it again, and checkpoints keep it as it is.
    fn before_change(&mut self, object: Ref) {
        self.slots.thaw(object.slot());
        if self.slots[object.slot() as usize].is_black() {
            self.change_black(object);
        }
    }

    #[inline(always)]
    fn guard(&mut self, object: Ref) -> ObjectMut<'_> {
        let index = object.slot() as usize;
        ObjectMut::new(&mut self.slots[index].object, &mut self.books[index].bytes, &mut self.meter)
    }

    /// The object a value leads to, directly or through a live handle. No access: nothing is checked (A6:
    /// copying a reference is no access).
    pub fn target(&self, value: RuntimeValue) -> Option<Ref> {
        match value {
            RuntimeValue::Ref(object) => Some(object),
            RuntimeValue::Borrow(borrow) => self.loans.get(borrow).map(|loan| loan.object),
            _ => None,
        }
    }

    /// The object of a reference, whatever its borrow state. For what is no access by the program: marking,
    /// copying back what was checked, inspection.
    pub fn peek(&self, object: Ref) -> Option<&Object> {
        self.slots
            .get(object.slot() as usize)
            .filter(|slot| slot.holds(object))
            .map(|_| self.slots.object(object.slot()))
    }

    /// As [`Arena::peek`], of a value; what leads nowhere is the fault a read would be.
    pub(crate) fn observe(&self, value: RuntimeValue) -> Result<&Object, Fault> {
        match value {
            RuntimeValue::Ref(object) => self.slot(object, Access::Read).map(|_| self.slots.object(object.slot())),
            RuntimeValue::Borrow(borrow) => match self.loans.get(borrow) {
                Some(loan) => self.slot(loan.object, Access::Read).map(|_| self.slots.object(loan.object.slot())),
                // Without the object: its preview would come to this handle again, where the object holds it.
                None => {
                    let conflict = Conflict::DeadHandle(self.loans.ended(borrow));
                    Err(BorrowError { access: Access::Read, object: None, through: Some(borrow), conflict }.into())
                }
            },
            _ => Err(TypeError { access: Access::Read, kind: None }.into()),
        }
    }

    /// The borrows of an object, counted. None when the reference is stale.
    pub fn borrow_state(&self, object: Ref) -> Option<BorrowState> {
        self.slots.get(object.slot() as usize).filter(|slot| slot.holds(object)).map(Slot::state)
    }

    /// The slot of a reference, if it still holds its object (A4).
    pub(crate) fn slot(&self, object: Ref, access: Access) -> Result<&Slot, Fault> {
        match self.slots.get(object.slot() as usize) {
            Some(slot) if slot.holds(object) => Ok(slot),
            _ => Err(self.use_after_free(access, object)),
        }
    }

    /// The values captured variables hold: read without a check, for a program never sees a cell and so cannot
    /// borrow one (B9). None when it is no cell.
    #[inline]
    pub fn cell(&self, cell: Ref) -> Option<RuntimeValue> {
        // A cell is never frozen.
        let slot = self.slots.get(cell.slot() as usize).filter(|slot| slot.holds(cell))?;
        match &slot.object {
            Object::Cell(value) => Some(*value),
            _ => None,
        }
    }

    /// Assigns to a captured variable. Binding is not writing (B8), so nothing is recorded. Returns whether it
    /// is a cell.
    #[inline]
    pub fn set_cell(&mut self, cell: Ref, value: RuntimeValue) -> bool {
        match self.slots.get_mut(cell.slot() as usize) {
            Some(slot) if slot.holds(cell) => {
                let black = slot.is_black();
                let Object::Cell(held) = &mut slot.object else { return false };
                *held = value;
                if black {
                    self.change_black(cell);
                }
                true
            }
            _ => false,
        }
    }
}
