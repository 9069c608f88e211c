//! Running something in a run that was stopped: on top of its frames, in its arena, and never to go on with it.

use std::sync::Arc;

use crush_arena::{FunctionId, Object, RuntimeValue, SiteId};

use crate::fault::Fault;
use crate::graft::Grafted;
use crate::image::Image;
use crate::operand::FuncId;
use crate::program::Constant;
use crate::quota::CancelToken;
use crate::record::Recorder;
use crate::trap::Trap;
use crate::vm::{State, Vm};

impl Vm<'_> {
    /// Calls a function of a program that goes beyond this one ([`graft`](crate::graft)), with a quota of instructions of its
    /// own. The run must have been stopped or have ended: it cannot go on afterwards.
    pub fn call_aside<R: Recorder>(
        &mut self,
        grafted: &Grafted,
        function: FuncId,
        arguments: &[RuntimeValue],
        instructions: u64,
        cancel: CancelToken,
        recorder: &mut R,
    ) -> Result<RuntimeValue, Box<Fault>> {
        let called = self.prepare(grafted, instructions, cancel).and_then(|()| {
            let value = RuntimeValue::Function(FunctionId(function.0.into()));
            self.invoke(value, arguments, recorder)
        });
        called.map_err(|trap| match trap {
            Trap::Throw(value) => {
                let uncaught = self.uncaught(value);
                self.report(uncaught)
            }
            trap => self.report(trap),
        })
    }

    fn prepare(&mut self, grafted: &Grafted, instructions: u64, cancel: CancelToken) -> Result<(), Trap> {
        if self.state != State::Ended {
            return Err(Trap::malformed("a run that goes on is not to be disturbed"));
        }
        let known = self.constants.len();
        self.image = Arc::new(Image::new(grafted.program.clone(), self.host).with_shapes_of(&self.image));
        for constant in &grafted.program.constants[known..] {
            let value = match constant {
                Constant::Int(value) => RuntimeValue::Int(*value),
                Constant::Float(value) => RuntimeValue::Float(*value),
                Constant::Str(text) => self.arena.alloc(Object::str(text.clone()), SiteId(u32::MAX))?.into(),
            };
            self.constants.push(value);
        }
        self.stop = cancel.flag();
        self.arena.interrupt_when(self.stop.clone());
        self.cancel = cancel;
        // What is a turn of it belongs to no other task.
        self.crew = None;
        self.part_end = u64::MAX;
        self.quotas.instructions = instructions;
        self.share_end = self.executed().saturating_add(instructions);
        self.until = self.share_end;
        Ok(())
    }
}
