//! A call of a capability in an arena of its own, so that of what it does only the result is seen.

use crush_arena::{Arena, Parcel, RuntimeValue};

use crate::callback::Machine;
use crate::host::{Call, CallError, Output};
use crate::program::Program;

impl Call<'_> {
    /// Does the work of this call with copies of its arguments in an arena of its own, and gives a copy of the result. So
    /// whoever unpacks that again does to the arena of the run exactly what the call has done. It cannot call back, and what
    /// is changed is the copy.
    pub fn elsewhere(
        &mut self,
        work: impl FnOnce(&mut Call<'_>) -> Result<RuntimeValue, CallError>,
    ) -> Result<Parcel, CallError> {
        let here = self.machine.arena();
        let sent = here.pack(self.arguments)?;
        let mut arena = Arena::new(here.limits());
        if let Some(flag) = here.interrupt() {
            arena.interrupt_when(flag.clone());
        }
        let arguments = arena.unpack(sent, self.site)?;
        let mut scratch = Scratch { arena, outside: &mut *self.machine };
        let mut call = Call { machine: &mut scratch, arguments: &arguments, site: self.site, calls_back: false };
        let result = work(&mut call)?;
        Ok(scratch.arena.pack(&[result])?)
    }
}

/// An arena of its own, and of the run what is not in an arena.
struct Scratch<'m> {
    arena: Arena,
    outside: &'m mut dyn Machine,
}

impl Machine for Scratch<'_> {
    fn arena(&self) -> &Arena {
        &self.arena
    }

    fn arena_mut(&mut self) -> &mut Arena {
        &mut self.arena
    }

    fn program(&self) -> &Program {
        self.outside.program()
    }

    fn output(&mut self) -> &mut Output {
        self.outside.output()
    }

    fn keep(&mut self, _: RuntimeValue) {}

    fn keep_only(&mut self, _: &[RuntimeValue]) {}

    fn invoke(&mut self, _: RuntimeValue, _: &[RuntimeValue]) -> Option<RuntimeValue> {
        None
    }
}
