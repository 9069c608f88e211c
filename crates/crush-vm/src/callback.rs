//! Callbacks (H3): a capability that was given a function calls it back.
//!
//! The function runs on the same VM, above the frame that called the capability, in a run of the interpreter of its own:
//! that run ends when this frame returns. So callbacks take the host's stack, and their nesting is bounded. The borrows
//! of the capability's arguments stay in place meanwhile. What stops a callback, a fault or a `throw` that it does not
//! catch itself, stops the capability too, whatever the host makes of it.

use std::sync::atomic::Ordering;

use crush_arena::{Arena, FunctionId, Resource, RuntimeValue};

use crate::fault::FaultKind;
use crate::host::Output;
use crate::program::Program;
use crate::record::Recorder;
use crate::trap::Trap;
use crate::vm::{Frame, Vm};

/// How deep callbacks may be nested: capabilities that call functions that call such capabilities, and so on.
const MAX_NESTING: usize = 100;
/// A run of the interpreter is given at least this much of the host's stack, or a new piece of it.
const RED_ZONE: usize = 256 * 1024;
const STACK_PIECE: usize = 2 * 1024 * 1024;

/// What a capability reaches of the VM that calls it, whatever records the run.
pub(crate) trait Machine {
    fn arena(&self) -> &Arena;
    fn arena_mut(&mut self) -> &mut Arena;
    fn program(&self) -> &Program;
    fn output(&mut self) -> &mut Output;
    /// Keeps an object alive until the capability returns, though nothing of the program reaches it.
    fn keep(&mut self, value: RuntimeValue);
    /// Keeps no other objects than these any longer.
    fn keep_only(&mut self, values: &[RuntimeValue]);
    /// Calls a function of the program. `None` when it was stopped.
    fn invoke(&mut self, function: RuntimeValue, arguments: &[RuntimeValue]) -> Option<RuntimeValue>;
}

/// A VM that is calling a capability.
pub(crate) struct Calling<'v, 'h, R> {
    vm: &'v mut Vm<'h>,
    recorder: &'v mut R,
    /// How many objects other capabilities, further out, keep alive.
    kept_before: usize,
    /// What stopped a callback: the run goes on from there.
    stopped: Option<Trap>,
}

impl<'v, 'h, R: Recorder> Calling<'v, 'h, R> {
    pub(crate) fn new(vm: &'v mut Vm<'h>, recorder: &'v mut R) -> Self {
        let kept_before = vm.kept.len();
        Self { vm, recorder, kept_before, stopped: None }
    }

    /// The capability has returned: what stopped one of its callbacks.
    pub(crate) fn end(self) -> Option<Trap> {
        self.vm.kept.truncate(self.kept_before);
        self.stopped
    }
}

impl<R: Recorder> Machine for Calling<'_, '_, R> {
    fn arena(&self) -> &Arena {
        &self.vm.arena
    }

    fn arena_mut(&mut self) -> &mut Arena {
        &mut self.vm.arena
    }

    fn program(&self) -> &Program {
        &self.vm.image.program
    }

    fn output(&mut self) -> &mut Output {
        &mut self.vm.output
    }

    fn keep(&mut self, value: RuntimeValue) {
        if let RuntimeValue::Ref(_) = value {
            self.vm.kept.push(value);
        }
    }

    fn keep_only(&mut self, values: &[RuntimeValue]) {
        self.vm.kept.truncate(self.kept_before);
        self.vm.kept.extend_from_slice(values);
    }

    fn invoke(&mut self, function: RuntimeValue, arguments: &[RuntimeValue]) -> Option<RuntimeValue> {
        if self.stopped.is_some() {
            return None;
        }
        match self.vm.invoke(function, arguments, self.recorder) {
            Ok(value) => {
                self.keep(value);
                Some(value)
            }
            Err(trap) => {
                self.stopped = Some(trap);
                None
            }
        }
    }
}

impl Vm<'_> {
    /// Calls a function from outside the interpreter, and runs until it returns. When it is stopped by a fault, its frames
    /// stay as they are, to be looked at; by a `throw`, they are left.
    pub(crate) fn invoke<R: Recorder>(
        &mut self,
        function: RuntimeValue,
        arguments: &[RuntimeValue],
        recorder: &mut R,
    ) -> Result<RuntimeValue, Trap> {
        if self.nesting >= MAX_NESTING {
            let kind = FaultKind::Quota { resource: Resource::CallDepth, limit: Some(MAX_NESTING as u64) };
            return Err(Trap::fault(kind, format!("callbacks are nested too deeply: {MAX_NESTING} allowed")));
        }
        if self.stop.load(Ordering::Relaxed) || self.executed() > self.until {
            match self.stopped() {
                // Whose turn it is has to wait until the capability returns.
                Trap::Pause(_) => self.until = self.share_end,
                stopped => return Err(stopped),
            }
        }
        let outer_floor = self.floor;
        self.enter_callback(function, arguments)?;
        if R::ENABLED && !R::SPARSE {
            self.suspend();
        }
        if R::ENABLED && R::CALLS {
            recorder.entered(&self.moment());
        }
        self.nesting += 1;
        let result = stacker::maybe_grow(RED_ZONE, STACK_PIECE, || self.execute(recorder));
        self.nesting -= 1;
        if let Ok(_) | Err(Trap::Throw(_)) = result
            && let Some(caller) = self.callers.pop()
        {
            let left = std::mem::replace(&mut self.current, caller);
            self.credit = self.credit.wrapping_add(left.pc.into()).wrapping_sub(caller.pc.into());
            self.forget_left_frames();
        }
        self.floor = outer_floor;
        self.end_part_in_time();
        result
    }

    /// Puts the frame of a function above the current one, which is its caller and the new floor.
    fn enter_callback(&mut self, function: RuntimeValue, arguments: &[RuntimeValue]) -> Result<(), Trap> {
        let callee = self.callee(function, arguments.len())?;
        let depth = || self.quota(Resource::CallDepth, self.quotas.call_depth as u64);
        if self.callers.len() + 1 >= self.quotas.call_depth {
            return Err(depth());
        }
        let caller = self.current;
        let window = caller.base as usize + usize::from(self.function().registers);
        let top = window + usize::from(self.image.program.function(callee.function).registers);
        let Ok(base) = u32::try_from(window) else { return Err(depth()) };
        if top > self.stack.len() {
            self.grow_stack(top)?;
        }
        let captures = self.captures(callee);
        let given = arguments.iter().chain(&captures).copied().chain(std::iter::repeat(RuntimeValue::Null));
        for (register, value) in self.stack[window..top].iter_mut().zip(given) {
            *register = value;
        }
        self.credit = self.credit.wrapping_add(caller.pc.into());
        self.callers.push(caller);
        self.floor = self.callers.len();
        self.current = Frame { function: callee.function, pc: 0, base, dst: caller.dst };
        Ok(())
    }
}

/// The name of a function value.
pub(crate) fn function_name(program: &Program, function: FunctionId) -> Option<String> {
    program.functions.get(function.0 as usize).map(|function| function.name.to_string())
}
