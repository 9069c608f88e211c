//! From what stopped an instruction to a fault that tells a person what happened, in the program's own names.

use crush_arena::{
    Access, BorrowError, BorrowInfo, BorrowKind, Conflict, Fault as Refused, ObjectInfo, Resource, UseAfterFree,
};

use crate::fault::{
    BorrowCause, BorrowFault, CallSite, Fault, FaultKind, Holder, HolderName, ObjectNote, UseAfterFreeFault,
};
use crate::instruction::{Instruction, RegUse};
use crate::operand::Reg;
use crate::program::{Function, Home};
use crate::source::SourceRange;
use crate::trap::Trap;
use crate::vm::Vm;

/// How many frames of a deep call stack are told, from its inner and its outer end.
const INNER_FRAMES: usize = 48;
const OUTER_FRAMES: usize = 16;

/// How many tasks a fault is told to have come through: those next to where it happened, and the program's own `await`.
const AWAITS: usize = 16;

type Related = Vec<(SourceRange, String)>;

impl Vm<'_> {
    /// The fault that a trap at the current instruction is.
    #[cold]
    pub(crate) fn report(&self, trap: Trap) -> Box<Fault> {
        let (kind, message, related) = match trap {
            Trap::Fault(fault) => (fault.0, fault.1, Vec::new()),
            Trap::Arena(refused) => self.refused(refused),
            Trap::Awaited(fault) => return self.awaited_fault(fault),
            // Only `throw` makes this trap, and the caller unwinds it; so it is told like one that nothing caught.
            Trap::Throw(_) | Trap::Pause(_) | Trap::Part | Trap::Stop => {
                let value = String::new();
                (FaultKind::UncaughtThrow { value }, "uncaught error".to_owned(), Vec::new())
            }
        };
        let (call_stack, omitted_frames) = self.call_stack();
        let primary = call_stack.first().map(|site| site.range).unwrap_or_default();
        Box::new(Fault { kind, message, primary, related, call_stack, omitted_frames, task: None })
    }

    /// The fault of a task, at the `await` (T2).
    fn awaited_fault(&self, mut fault: Box<Fault>) -> Box<Fault> {
        if fault.chain().count() == AWAITS {
            fault = fault.task.take().unwrap_or(fault);
        }
        let (call_stack, omitted_frames) = self.call_stack();
        let primary = call_stack.first().map(|site| site.range).unwrap_or_default();
        // Through however many tasks it came, the first is the one to tell of.
        let origin = fault.origin();
        let message = format!("a task faulted: {}", origin.message);
        let awaits = fault.chain().filter(|link| link.task.is_some());
        let mut related: Related = awaits.map(|link| (link.primary, "awaited here, by another task".into())).collect();
        related.push((origin.primary, format!("in the task: {}", origin.message)));
        related.extend(origin.related.iter().cloned());
        let kind = origin.kind.clone();
        Box::new(Fault { kind, message, primary, related, call_stack, omitted_frames, task: Some(fault) })
    }

    fn call_stack(&self) -> (Vec<CallSite>, usize) {
        let depth = self.callers.len() + 1;
        let omitted = depth.saturating_sub(INNER_FRAMES + OUTER_FRAMES);
        let kept = |index: &usize| *index < INNER_FRAMES || *index >= INNER_FRAMES + omitted;
        let frames = std::iter::once(&self.current).chain(self.callers.iter().rev());
        let sites = frames.enumerate().filter(|(index, _)| kept(index)).map(|(_, frame)| {
            let function = self.image.program.function(frame.function);
            CallSite {
                function: function.name.clone(),
                range: function.range_at((frame.pc as usize).saturating_sub(1)),
            }
        });
        let mut sites: Vec<_> = sites.collect();
        // What starts the task of an `async fn` has no text of its own: it stands for the call.
        if let [inner, caller, ..] = &sites[..]
            && inner.range.is_empty()
            && !caller.range.is_empty()
        {
            sites.remove(0);
        }
        (sites, omitted)
    }

    fn refused(&self, refused: Refused) -> (FaultKind, String, Related) {
        match refused {
            Refused::Borrow(error) => self.borrow_fault(*error),
            Refused::UseAfterFree(error) => self.use_after_free(*error),
            Refused::Quota(quota) => {
                // Of several tasks each has but a share: what is told is the whole.
                let limit = match quota.resource {
                    Resource::Bytes => self.quotas.memory.bytes as u64,
                    Resource::Objects => self.quotas.memory.objects as u64,
                    _ => quota.limit,
                };
                let message = format!("the quota of {} is used up: {limit} allowed", quota.resource.name());
                (FaultKind::Quota { resource: quota.resource, limit: Some(limit) }, message, Vec::new())
            }
            Refused::Type(error) => {
                let what = error.kind.map_or("a value that is no object".to_owned(), |kind| format!("a {kind}"));
                (FaultKind::Type, format!("cannot {} {what}", error.access.verb()), Vec::new())
            }
            Refused::Interrupted => match self.stopped() {
                Trap::Fault(fault) => (fault.0, fault.1, Vec::new()),
                _ => (FaultKind::Cancelled, "the run was cancelled".into(), Vec::new()),
            },
        }
    }

    fn borrow_fault(&self, error: BorrowError) -> (FaultKind, String, Related) {
        let (cause, infos) = match error.conflict {
            Conflict::Borrowed(borrows) => (BorrowCause::Borrowed, borrows),
            Conflict::SharedHandle(borrow) => (BorrowCause::SharedHandle, vec![borrow]),
            Conflict::DeadHandle(borrow) => (BorrowCause::DeadHandle, borrow.into_iter().collect()),
            Conflict::Crossing(borrow) => (BorrowCause::Crossing, vec![borrow]),
        };
        let name = self.operand_name(|value| match error.through {
            Some(borrow) => value == borrow.into(),
            None => error.object.as_ref().is_some_and(|object| value == object.object.into()),
        });
        let fault = BorrowFault {
            access: error.access,
            name,
            object: error.object.map(|object| self.note(object)),
            cause,
            borrows: infos.into_iter().map(|info| self.holder_of(info)).collect(),
        };
        let message = borrow_message(&fault);
        let mut related: Related = fault.borrows.iter().map(|holder| (holder.range, taken(holder, cause))).collect();
        if let Some(object) = &fault.object
            && let Some(allocated) = object.allocated
        {
            related.push((allocated, format!("{} was made here (slot {})", described(object), object.slot)));
        }
        (FaultKind::Borrow(Box::new(fault)), message, related)
    }

    fn use_after_free(&self, error: UseAfterFree) -> (FaultKind, String, Related) {
        let fault = UseAfterFreeFault {
            access: error.access,
            name: self.operand_name(|value| value == error.object.into()),
            slot: error.object.slot(),
            kind: error.dropped.map(|record| record.kind),
            allocated: error.dropped.and_then(|record| self.image.range(record.allocated)),
            dropped: error.dropped.and_then(|record| self.image.range(record.dropped)),
        };
        let kind = fault.kind.map_or("object", |kind| kind.name());
        let subject = fault.name.as_ref().map_or(format!("the {kind}"), |name| format!("`{name}`"));
        let message = format!("{subject} {} after its {kind} was dropped", passive(fault.access));
        let mut related = Related::new();
        related.extend(fault.dropped.map(|range| (range, "dropped here".to_owned())));
        related.extend(fault.allocated.map(|range| (range, format!("the {kind} was made here (slot {})", fault.slot))));
        (FaultKind::UseAfterFree(Box::new(fault)), message, related)
    }

    fn note(&self, object: ObjectInfo) -> ObjectNote {
        ObjectNote {
            slot: object.object.slot(),
            kind: object.kind,
            preview: object.preview,
            allocated: self.image.range(object.allocated),
        }
    }

    fn holder_of(&self, info: BorrowInfo) -> Holder {
        Holder {
            kind: info.kind,
            holder: self.image.holder(info.owner),
            range: self.image.range(info.site).unwrap_or_default(),
        }
    }

    /// The name of the operand of the current instruction whose value is the one in question.
    fn operand_name(&self, mut is_it: impl FnMut(crush_arena::RuntimeValue) -> bool) -> Option<String> {
        let moment = self.moment();
        let function = moment.code();
        let pc = moment.pc as usize;
        let mut found = None;
        let instruction = function.code.get(pc)?;
        let mut look = |reg: Reg| {
            if found.is_none() && moment.registers.get(reg.index()).is_some_and(|value| is_it(*value)) {
                found = Some(reg);
            }
        };
        instruction.registers(|using| {
            if let RegUse::Read(first, count) = using {
                (0..count).for_each(|index| look(Reg(first.0 + index as u16)));
            }
        });
        name_of(self.image.program.names.as_slice(), function, found?, pc, 8)
    }
}

/// The name of what a register holds before an instruction: a variable, or a field or element reached from one. Looks
/// back along the code for what put it there.
fn name_of(names: &[std::sync::Arc<str>], function: &Function, reg: Reg, pc: usize, steps: usize) -> Option<String> {
    let live = |home: Home| {
        let here = pc as u32;
        let locals = function.debug.locals.iter().rev();
        locals.clone().find(|local| local.home == home && local.start <= here && here < local.end)
    };
    if let Some(local) = live(Home::Reg(reg)) {
        return Some(local.name.to_string());
    }
    if steps == 0 {
        return None;
    }
    let from = pc.saturating_sub(32);
    let (at, instruction) =
        (from..pc).rev().map(|at| (at, &function.code[at])).find(|(_, instruction)| writes(instruction, reg))?;
    let inner = |reg: Reg| name_of(names, function, reg, at, steps - 1);
    match *instruction {
        // Not if the variable was bound anew after the copy was made.
        Instruction::Move { src, .. } if !function.code[at + 1..pc].iter().any(|later| writes(later, src)) => {
            inner(src)
        }
        Instruction::GetCell { cell, .. } => live(Home::Cell(cell)).map(|local| local.name.to_string()),
        Instruction::GetField { object, name, .. } => Some(format!("{}.{}", inner(object)?, names.get(name.index())?)),
        Instruction::GetIndexInt { object, index, .. } => Some(format!("{}[{index}]", inner(object)?)),
        Instruction::GetIndex { object, .. } => Some(format!("{}[…]", inner(object)?)),
        _ => None,
    }
}

fn writes(instruction: &Instruction, reg: Reg) -> bool {
    let mut found = false;
    instruction.registers(|using| {
        if let RegUse::Write(written) | RegUse::Own(written) = using {
            found |= written == reg;
        }
    });
    found
}

fn passive(access: Access) -> &'static str {
    match access {
        Access::Read => "is read",
        Access::Write => "is changed",
        Access::Drop => "is dropped",
        Access::BorrowShared => "is borrowed",
        Access::BorrowExclusive => "is borrowed exclusively",
        Access::Send => "is sent to a task",
    }
}

fn described(object: &ObjectNote) -> String {
    if object.preview.is_empty() {
        format!("the {}", object.kind)
    } else {
        format!("the {} `{}`", object.kind, object.preview)
    }
}

fn borrow_message(fault: &BorrowFault) -> String {
    let object = fault.object.as_ref().map_or("an object".to_owned(), described);
    let subject = fault.name.as_ref().map_or_else(|| object.clone(), |name| format!("`{name}`"));
    let access = passive(fault.access);
    match fault.cause {
        BorrowCause::Borrowed => {
            // Where both kinds are in the way, the exclusive one tells more.
            let first = fault.borrows.iter().max_by_key(|holder| holder.kind == BorrowKind::Exclusive);
            let meanwhile = first.map_or("while it is borrowed".to_owned(), meanwhile);
            let others = match fault.borrows.len() {
                0 | 1 => String::new(),
                2 => ", and another borrow is in the way too".to_owned(),
                more => format!(", and {} more borrows are in the way too", more - 1),
            };
            format!("{subject} {access} {meanwhile}{others}")
        }
        BorrowCause::SharedHandle => {
            format!("{subject} {access}, but it is a shared borrow: {object} can only be read through it")
        }
        BorrowCause::DeadHandle => format!("{subject} {access} after its borrow has ended"),
        BorrowCause::Crossing => format!("{subject} is a borrow, which cannot be sent to a task"),
    }
}

fn meanwhile(holder: &Holder) -> String {
    let exclusively = if holder.kind == BorrowKind::Exclusive { " exclusively" } else { "" };
    match &holder.holder {
        HolderName::Loop => "while a `for` is still running over it".to_owned(),
        HolderName::Variable(name) => format!("while `{name}` borrows it{exclusively}"),
        HolderName::Temporary => format!("while an expression borrows it{exclusively}"),
        HolderName::Capability(name) => format!("while `{name}` works on it"),
    }
}

fn taken(holder: &Holder, cause: BorrowCause) -> String {
    let kind = if holder.kind == BorrowKind::Exclusive { "exclusive" } else { "shared" };
    if cause == BorrowCause::DeadHandle {
        return format!("the {kind} borrow that has ended was taken here, by {}", holder.holder);
    }
    match &holder.holder {
        HolderName::Loop => "the `for` that runs over it".to_owned(),
        holder => format!("the {kind} borrow was taken here, by {holder}"),
    }
}
