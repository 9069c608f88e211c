//! Taking over what was made outside the arena on the program's behalf, and counting the work of it (A7).

use crate::{
    arena::Arena,
    fault::Fault,
    object::Object,
    string::Text,
    value::{Ref, SiteId},
};

impl Arena {
    /// Puts a text that was built in a slot, as it is when it is long.
    pub fn alloc_text(&mut self, text: Text, site: SiteId) -> Result<Ref, Fault> {
        let buffer = text.last_buffer_bytes();
        self.meter.charge(buffer)?;
        self.alloc(Object::Str(text), site).inspect_err(|_| self.meter.refund(buffer))
    }

    /// Counts steps of a long operation on values, as the deep operations count theirs, and looks whether to stop.
    pub fn count_work(&self, steps: u64) -> Result<(), Fault> {
        self.work.set(self.work.get().saturating_add(steps));
        self.check_interrupt()
    }
}
