//! Leaving frames, by `throw` and otherwise, and calling out to the host.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crush_arena::{BorrowRef, Object, RuntimeValue, SiteId};
use crush_library::Effect;

use crate::callback::Calling;
use crate::fault::{CapabilityProblem, FaultKind};
use crate::host::{Call, CallError, Resolution};
use crate::method::{arity, capability_arity};
use crate::operand::{CapId, ClassId, FuncId};
use crate::record::Recorder;
use crate::trap::Trap;
use crate::vm::{Frame, Vm};

use RuntimeValue::{Borrow, Function, Null, Ref};

/// What a function value stands for: the code, and the closure that holds its captures.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Callee {
    pub(crate) function: FuncId,
    pub(crate) closure: Option<crush_arena::Ref>,
}

impl Vm<'_> {
    /// What a value calls with so many arguments.
    #[inline(never)]
    pub(crate) fn callee(&self, value: RuntimeValue, given: usize) -> Result<Callee, Trap> {
        let (id, closure, captures) = match value {
            Function(id) => (id, None, 0),
            Ref(object) => match self.arena.peek(object) {
                Some(Object::Closure(closure)) => (closure.function, Some(object), closure.captures.len()),
                _ => return Err(self.not_callable(value)),
            },
            _ => return Err(self.not_callable(value)),
        };
        let Some(function) = self.image.program.functions.get(id.0 as usize) else {
            return Err(self.not_callable(value));
        };
        if usize::from(function.captures) != captures {
            return Err(Trap::malformed("a function value has other captures than its code"));
        }
        if usize::from(function.params) != given {
            return Err(arity(&function.name, function.params.into(), given));
        }
        Ok(Callee { function: FuncId(id.0 as u16), closure })
    }

    /// The cells that a function value brings along.
    pub(crate) fn captures(&self, callee: Callee) -> Vec<RuntimeValue> {
        match callee.closure.and_then(|closure| self.arena.peek(closure)) {
            Some(Object::Closure(closure)) => closure.captures.clone(),
            _ => Vec::new(),
        }
    }

    #[cold]
    fn not_callable(&self, value: RuntimeValue) -> Trap {
        if let Ref(_) | Borrow(_) = value
            && let Err(fault) = self.arena.read_value(value)
        {
            return fault.into();
        }
        Trap::type_error(format!("{} cannot be called: it is no function", self.described(value)))
    }

    /// The class of an instance, whatever borrows it. No access.
    pub(crate) fn class_of(&self, value: RuntimeValue) -> Option<ClassId> {
        match self.arena.peek(self.arena.target(value)?)? {
            Object::Instance(instance) => self.image.class_of(instance.shape()),
            _ => None,
        }
    }

    /// Ends the borrows that a frame still owns (B2, B4).
    #[inline(never)]
    pub(crate) fn release_owners(&mut self, frame: Frame) {
        let function = self.image.program.function(frame.function);
        if function.owners.is_empty() && function.owner_cells.is_empty() {
            return;
        }
        let image = self.image.clone();
        let function = image.program.function(frame.function);
        let site = image.site(frame.function, (frame.pc as usize).saturating_sub(1));
        for owner in &function.owners {
            let held = std::mem::replace(&mut self.stack[frame.base as usize + owner.reg.index()], Null);
            self.end_owned(held, site);
        }
        for owner in &function.owner_cells {
            let cell = self.stack[frame.base as usize + owner.reg.index()];
            self.end_cell(cell, site);
        }
    }

    /// Ends the borrow that an owner held, if it still lives.
    #[inline(never)]
    pub(crate) fn end_owned(&mut self, held: RuntimeValue, site: SiteId) {
        if let Borrow(borrow) = held {
            self.arena.end_borrow(borrow, site);
        }
    }

    /// Ends the borrow that an owner cell holds. A register that holds no cell (yet) owns nothing.
    #[inline(never)]
    pub(crate) fn end_cell(&mut self, cell: RuntimeValue, site: SiteId) {
        if let Ref(cell) = cell
            && let Some(held) = self.arena.cell(cell)
        {
            self.arena.set_cell(cell, Null);
            self.end_owned(held, site);
        }
    }

    /// Leaves frames, ending their borrows, up to the nearest handler, which takes the value. Where there is none, all
    /// frames stay as they are, to be looked at. A handler below a callback's frame is not for this run of the interpreter:
    /// the callback is left, and the one below goes on with the `throw`.
    pub(crate) fn unwind(&mut self, value: RuntimeValue) -> Result<(), Trap> {
        let image = self.image.clone();
        let handler_of = |frame: &Frame| {
            let at = frame.pc.saturating_sub(1);
            let handlers = &image.program.function(frame.function).handlers;
            handlers.iter().find(|handler| handler.start <= at && at < handler.end).copied()
        };
        let frames = std::iter::once(&self.current).chain(self.callers.iter().rev());
        let Some((left, handler)) = frames.enumerate().find_map(|(left, frame)| Some((left, handler_of(frame)?)))
        else {
            return Err(self.uncaught(value));
        };
        let clock = self.clock();
        let above_floor = self.callers.len() - self.floor;
        for _ in 0..left.min(above_floor) {
            self.release_owners(self.current);
            if let Some(caller) = self.callers.pop() {
                self.current = caller;
            }
        }
        if left > above_floor {
            self.release_owners(self.current);
            self.credit = clock.wrapping_sub(self.current.pc.into());
            return Err(Trap::Throw(value));
        }
        self.stack[self.current.base as usize + handler.dst.index()] = value;
        self.current.pc = handler.target;
        self.credit = clock.wrapping_sub(handler.target.into());
        // A handler may lead back to the `throw`: this turn of a loop is a safepoint too.
        if self.stop.load(Ordering::Relaxed) || self.executed() > self.until {
            return Err(self.stopped());
        }
        Ok(())
    }

    #[cold]
    pub(crate) fn uncaught(&self, value: RuntimeValue) -> Trap {
        let limit = crush_arena::TextLimit { bytes: 4096, resource: crush_arena::Resource::Bytes };
        let mut text = String::new();
        // A value that is too long to show, or that cannot be read, is shown as far as it goes.
        if self.text(value, &mut text, limit).is_err() {
            text.push('…');
        }
        let message = format!("uncaught error: {text}");
        Trap::fault(FaultKind::UncaughtThrow { value: text }, message)
    }

    /// Calls a capability (H1 to H4). Its arguments are borrowed until it returns (H3); those it changes arrive as
    /// exclusive handles.
    #[inline(never)]
    pub(crate) fn call_capability<R: Recorder>(
        &mut self,
        capability: CapId,
        arguments: &[RuntimeValue],
        site: SiteId,
        recorder: &mut R,
    ) -> Result<RuntimeValue, Trap> {
        let image = self.image.clone();
        let name = &image.program.capabilities[capability.index()];
        let (declaration, id) = match &image.capabilities[capability.index()] {
            Resolution::Granted { declaration, id } => (*declaration, *id),
            Resolution::Denied { grant } => {
                let problem = CapabilityProblem::Denied { grant: *grant };
                let message = format!("`{name}` is not granted: {}", grant.way_out(""));
                return Err(Trap::fault(FaultKind::Capability { name: name.to_string(), problem }, message));
            }
            Resolution::Unknown { nearest } => {
                let problem = CapabilityProblem::Unknown { nearest: nearest.clone() };
                let hint = nearest.as_ref().map_or(String::new(), |near| format!(": did you mean `{near}`?"));
                let message = format!("there is no capability `{name}`{hint}");
                return Err(Trap::fault(FaultKind::Capability { name: name.to_string(), problem }, message));
            }
        };
        if !declaration.takes(arguments.len()) {
            return Err(capability_arity(declaration, arguments.len()));
        }
        let owner = image.capability_owner(capability);
        let mut passed = arguments.to_vec();
        let mut held: Vec<BorrowRef> = Vec::new();
        let mut borrowed = Ok(());
        for (index, argument) in passed.iter_mut().enumerate() {
            let effect = declaration.parameter(index).map_or(Effect::Read, |parameter| parameter.effect);
            let taken = match (*argument, effect) {
                (Ref(object), _) if self.arena.peek(object).is_some_and(|found| !found.kind().can_borrow()) => {
                    continue;
                }
                (Ref(_), Effect::Write) => self.arena.borrow_exclusive(*argument, owner, site),
                // Through a handle it writes as the program itself does (B6).
                (Borrow(_), Effect::Write) => continue,
                (Ref(_) | Borrow(_), _) => self.arena.borrow_shared(*argument, owner, site),
                _ => continue,
            };
            match taken {
                Ok(borrow) => {
                    held.push(borrow);
                    if effect == Effect::Write {
                        *argument = borrow.into();
                    }
                }
                Err(fault) => {
                    borrowed = Err(fault.into());
                    break;
                }
            }
        }
        let result = borrowed.and_then(|()| {
            let calls_back = declaration.params.iter().any(|parameter| parameter.effect == Effect::Call);
            let host = self.host;
            let mut calling = Calling::new(self, recorder);
            let result = host.call(id, &mut Call { machine: &mut calling, arguments: &passed, site, calls_back });
            match calling.end() {
                Some(stopped) => Err(stopped),
                None => result.map_err(|error| self.capability_error(name, error)),
            }
        });
        // What a recorder stopped is to be seen as it is.
        if let Err(Trap::Stop) = result {
            return result;
        }
        for borrow in held.into_iter().rev() {
            self.arena.end_borrow(borrow, site);
        }
        self.charge_work();
        self.flush(recorder)?;
        // The handle that an argument was passed as has ended; giving it back means the argument.
        let result = result?;
        // Whatever took it long: a loop of calls looks at each, and not only at some of its turns.
        self.look_whether_to_stop()?;
        let same = passed.iter().position(|passed| *passed == result && matches!(result, Borrow(_)));
        Ok(same.map_or(result, |index| arguments[index]))
    }

    #[cold]
    fn capability_error(&self, name: &Arc<str>, error: CallError) -> Trap {
        match error {
            CallError::Arena(fault) => fault.into(),
            CallError::Exit(status) => {
                Trap::fault(FaultKind::Exit { status }, format!("the program ended itself with status {status}"))
            }
            CallError::Stopped => Trap::type_error(format!("{name}: a callback was stopped")),
            CallError::Failed(cause) => {
                let message = format!("{name}: {cause}");
                Trap::fault(
                    FaultKind::Capability { name: name.to_string(), problem: CapabilityProblem::Failed { cause } },
                    message,
                )
            }
        }
    }
}
