//! The interpreter: one `match` in a loop. Frames are windows on one value stack; nothing recurses.
//!
//! # Why the unchecked accesses are sound
//!
//! [`verify`](crate::verify) has checked of the running program, which cannot change (it is behind an [`Arc`]), that every
//! register of every instruction lies below `registers` of its function, that every table index is in its table, that every
//! jump lands on an instruction, and that the last instruction does not fall through. So
//!
//! - `code.add(pc)` is inside the code whenever it is read: `pc` is 0, a jump target, or follows an instruction that is not
//!   the last;
//! - `regs.add(reg)` is inside the window: entering a function makes the stack reach `base + registers` and fills the
//!   window, and nothing but entering a function and calling a capability, which may call back, moves the stack, after
//!   which `regs` is computed anew.
//!
//! The code of a run that is recorded has marks in it ([`Marks`]). It is as long as the code that was verified, with the same
//! instructions at the same places but for the marks, and what a mark stands for is run as if it stood there itself. So the same
//! holds, and going on in the other code at the same place is no jump.
//!
//! No reference into the stack lives across an instruction: registers are copied out and in.

use std::mem::{MaybeUninit, transmute};

use crush_arena::{FunctionId, Object, ObjectMut, Resource, RuntimeValue};

use crate::arith::{Arith, int_arith};
use crate::instruction::Instruction as I;
use crate::marks::Marks;
use crate::method::arity;
use crate::operand::{Far, FuncId, Near, Reg};
use crate::program::Function as Code;
use crate::record::{Recorder, Visit};
use crate::trap::{Pause, Trap};
use crate::vm::{Frame, Vm};

use RuntimeValue::{Bool, Borrow, Float, Function, Int, Null, Ref};

/// The value there, loaded word by word. Most are stored as two words just before they are copied, and one load of both
/// would wait until the stores are through.
///
/// # Safety
///
/// A value must stand there.
#[inline(always)]
unsafe fn copied(place: *const RuntimeValue) -> RuntimeValue {
    type Word = MaybeUninit<u64>;
    let words: *const Word = place.cast();
    // Safety: a value is two words, whatever is unset in them, and these are the two of one; `volatile` only keeps the
    // loads apart.
    unsafe { transmute::<[Word; 2], RuntimeValue>([words.read_volatile(), words.add(1).read_volatile()]) }
}

impl Vm<'_> {
    /// Runs from the current frame on, until the entry returns, or an instruction throws or faults; then the current
    /// frame tells which one.
    pub(crate) fn interpret<R: Recorder>(&mut self, recorder: &mut R) -> Result<RuntimeValue, Trap> {
        // A callback runs the interpreter within an instruction of the one outside.
        let outside = self.code;
        // What it may run was set just before: it looks at its first safe point.
        self.patience = 1;
        let result = self.run_instructions(recorder);
        self.code = outside;
        // So does the one outside: it has used up what it had.
        self.patience = 1;
        result
    }

    fn run_instructions<R: Recorder>(&mut self, recorder: &mut R) -> Result<RuntimeValue, Trap> {
        let image = self.image.clone();
        let functions: &[Code] = &image.program.functions;
        let entries = image.program.entries().as_ptr();
        let marks: &Marks = if R::ENABLED { self.marked_code::<R>(&image) } else { &Marks::NONE };
        self.attend(recorder);

        // What a call needs to know of a function.
        macro_rules! entry {
            ($function:expr) => {
                // Safety: there is one for each function, and the number is one: an operand that was verified, what a value
                // or a table was found to call, or what a frame runs. The entries live as long as `image`.
                unsafe { &*entries.add($function.index()) }
            };
        }
        // A function's code, with marks where a recorder is told of it: as long, with the same jumps.
        macro_rules! code_of {
            ($function:expr, $told:expr) => {
                match R::ENABLED && $told {
                    true => marks.code($function).as_ptr(),
                    false => entry!($function).code,
                }
            };
        }
        // Only these two change as it runs, so that they can stay in machine registers; what else is known of the
        // running function is looked up in `self.current` where it is needed, and where its code begins in `self.code`.
        let Frame { function, pc, base, .. } = self.current;
        let code: *const I = code_of!(function, self.is_told::<R>());
        self.code = code.addr();
        // Safety: the current frame stands before an instruction, and its window is on the stack.
        let mut ip: *const I = unsafe { code.add(pc as usize) };
        let mut regs: *mut RuntimeValue = unsafe { self.stack.as_mut_ptr().add(base as usize) };

        macro_rules! get {
            ($reg:expr) => {
                // Safety: verified to lie in the window.
                unsafe { copied(regs.add($reg.index())) }
            };
        }
        // To look at a register without copying it: tag and payload are loaded apart, as they were stored. A load of the
        // whole value right after would wait for both stores.
        macro_rules! peek {
            ($reg:expr) => {
                // Safety: verified to lie in the window; the reference is gone when the pattern has been matched.
                unsafe { &*regs.add($reg.index()) }
            };
        }
        // An element or field of an object.
        macro_rules! element {
            ($value:expr) => {
                // Safety: a value stands behind a reference to one.
                unsafe { copied($value) }
            };
        }
        macro_rules! set {
            ($reg:expr, $value:expr) => {{
                let value: RuntimeValue = $value;
                // Safety: verified to lie in the window.
                unsafe { *regs.add($reg.index()) = value }
            }};
        }
        // The instruction after the one that runs.
        macro_rules! pc {
            () => {
                (ip.addr() - self.code) / size_of::<I>()
            };
        }
        macro_rules! site {
            () => {
                image.site(self.current.function, pc!() - 1)
            };
        }
        macro_rules! save {
            () => {
                self.current.pc = pc!() as u32
            };
        }
        macro_rules! fail {
            ($trap:expr) => {{
                save!();
                return Err($trap.into());
            }};
        }
        macro_rules! check {
            ($result:expr) => {
                match $result {
                    Ok(value) => value,
                    Err(trap) => fail!(trap),
                }
            };
        }
        // After an allocation whose result has its register: everything that is needed is on the stack.
        macro_rules! collect {
            () => {
                if self.arena.collection_due() {
                    save!();
                    check!(self.collect());
                }
            };
        }
        // What a sparse recorder asks for has changed: the same place in the code that it takes.
        macro_rules! choose_code {
            () => {
                let pc = pc!();
                let code: *const I = code_of!(self.current.function, self.is_told::<R>());
                self.code = code.addr();
                // Safety: the code is as long as the one that `ip` was in.
                ip = unsafe { code.add(pc) };
            };
        }
        // At every turn of a loop and every call: whether to stop.
        macro_rules! safepoint {
            () => {
                self.patience -= 1;
                if self.patience == 0 {
                    save!();
                    if let Some(stopped) = self.out_of_patience() {
                        if !matches!(stopped, Trap::Pause(_)) {
                            // Before the next instruction is where the run stops: behind a jump that is elsewhere than the jump.
                            self.current.pc += 1;
                        }
                        return Err(stopped);
                    }
                    if R::SPARSE {
                        self.attend(recorder);
                        choose_code!();
                    }
                }
            };
        }
        macro_rules! jump {
            ($offset:expr) => {{
                let offset = $offset as isize;
                self.credit = self.credit.wrapping_sub(offset as u64);
                // Safety: verified to land on an instruction.
                ip = unsafe { ip.offset(offset) };
                if offset < 0 {
                    safepoint!();
                }
            }};
        }
        macro_rules! jump_if {
            ($condition:expr, $target:expr) => {
                if $condition {
                    jump!($target.0);
                }
            };
        }
        // Two integers or floats at once, else the general way.
        macro_rules! less {
            ($lhs:expr, $rhs:expr, $less:tt, $general:ident) => {
                match (peek!($lhs), peek!($rhs)) {
                    (&Int(a), &Int(b)) => a $less b,
                    (&Float(a), &Float(b)) => a $less b,
                    _ => check!(self.$general(get!($lhs), get!($rhs))),
                }
            };
        }
        macro_rules! less_int {
            ($lhs:expr, $rhs:expr, $less:tt, $general:ident) => {
                match peek!($lhs) {
                    &Int(a) => a $less $rhs.into(),
                    _ => check!(self.$general(get!($lhs), Int($rhs.into()))),
                }
            };
        }
        macro_rules! more_int {
            ($lhs:expr, $rhs:expr, $more:tt, $general:ident) => {
                match peek!($lhs) {
                    &Int(a) => a $more $rhs.into(),
                    _ => check!(self.$general(Int($rhs.into()), get!($lhs))),
                }
            };
        }
        macro_rules! equal {
            ($lhs:expr, $rhs:expr) => {
                match (peek!($lhs), peek!($rhs)) {
                    (&Int(a), &Int(b)) => a == b,
                    _ => check!(self.equal(get!($lhs), get!($rhs))),
                }
            };
        }
        macro_rules! equal_int {
            ($lhs:expr, $rhs:expr) => {
                match peek!($lhs) {
                    &Int(a) => a == $rhs.into(),
                    _ => check!(self.equal(get!($lhs), Int($rhs.into()))),
                }
            };
        }
        macro_rules! arith {
            ($dst:expr, $lhs:expr, $rhs:expr, $checked:ident, $float:tt, $op:expr) => {
                match (peek!($lhs), peek!($rhs)) {
                    (&Int(a), &Int(b)) => match a.$checked(b) {
                        Some(result) => set!($dst, Int(result)),
                        None => fail!(Trap::overflow()),
                    },
                    (&Float(a), &Float(b)) => set!($dst, Float(a $float b)),
                    (&Float(a), &Int(b)) => set!($dst, Float(a $float b as f64)),
                    (&Int(a), &Float(b)) => set!($dst, Float(a as f64 $float b)),
                    _ => set!($dst, check!(self.arith($op, get!($lhs), get!($rhs)))),
                }
            };
        }
        macro_rules! arith_int {
            ($dst:expr, $lhs:expr, $rhs:expr, $checked:ident, $op:expr) => {
                match peek!($lhs) {
                    &Int(a) => match a.$checked($rhs.into()) {
                        Some(result) => set!($dst, Int(result)),
                        None => fail!(Trap::overflow()),
                    },
                    _ => set!($dst, check!(self.arith($op, get!($lhs), Int($rhs.into())))),
                }
            };
        }
        macro_rules! divide {
            ($dst:expr, $lhs:expr, $rhs:expr, $op:expr) => {
                match (peek!($lhs), peek!($rhs)) {
                    (&Int(a), &Int(b)) => set!($dst, Int(check!(int_arith($op, a, b)))),
                    (&Float(a), &Float(b)) if $op == Arith::Div && b != 0.0 => set!($dst, Float(a / b)),
                    (&Float(a), &Int(b)) if $op == Arith::Div && b != 0 => set!($dst, Float(a / b as f64)),
                    _ => set!($dst, check!(self.arith($op, get!($lhs), get!($rhs)))),
                }
            };
        }
        macro_rules! divide_int {
            ($dst:expr, $lhs:expr, $rhs:expr, $op:expr) => {
                match peek!($lhs) {
                    &Int(a) if $rhs > 0 && $op == Arith::Div => set!($dst, Int(a / i64::from($rhs))),
                    &Int(a) if $rhs > 0 => set!($dst, Int(a % i64::from($rhs))),
                    &Int(a) => set!($dst, Int(check!(int_arith($op, a, $rhs.into())))),
                    _ => set!($dst, check!(self.arith($op, get!($lhs), Int($rhs.into())))),
                }
            };
        }
        macro_rules! truth {
            ($reg:expr) => {
                match peek!($reg) {
                    &Bool(value) => value,
                    _ => check!(self.truth(get!($reg))),
                }
            };
        }
        // Enters a function whose arguments stand from `first` on; `captures` is the closure they are in, if any.
        macro_rules! enter {
            ($callee:expr, $first:expr, $dst:expr, $closure:expr) => {{
                let callee: FuncId = $callee;
                let (first, dst): (Reg, Reg) = ($first, $dst);
                if self.callers.len() + 1 >= self.quotas.call_depth {
                    fail!(self.quota(Resource::CallDepth, self.quotas.call_depth as u64));
                }
                let caller = Frame { pc: pc!() as u32, ..self.current.copied() };
                let base = caller.base as usize;
                let window = base + usize::from(entry!(caller.function).registers);
                let next = entry!(callee);
                let top = window + usize::from(next.registers);
                if top > self.stack.len() {
                    if top > u32::MAX as usize {
                        fail!(self.quota(Resource::CallDepth, self.quotas.call_depth as u64));
                    }
                    check!(self.grow_stack(top));
                }
                // Safety: the stack reaches `top`, so both windows are on it, one behind the other; the arguments lie in
                // the caller's.
                unsafe {
                    let stack = self.stack.as_mut_ptr();
                    let arguments = stack.add(base + first.index());
                    regs = stack.add(window);
                    let params = usize::from(next.params);
                    for index in 0..params {
                        *regs.add(index) = copied(arguments.add(index));
                    }
                    for index in params..usize::from(next.registers) {
                        *regs.add(index) = Null;
                    }
                }
                let closure: Option<crush_arena::Ref> = $closure;
                if let Some(closure) = closure
                    && let Some(Object::Closure(closure)) = self.arena.peek(closure)
                {
                    for (index, &capture) in closure.captures.iter().enumerate() {
                        set!(Reg(next.params + index as u16), capture);
                    }
                }
                self.credit = self.credit.wrapping_add(u64::from(caller.pc));
                self.callers.push(caller);
                if R::ENABLED && !R::SPARSE {
                    self.suspend();
                }
                ip = code_of!(callee, !R::SPARSE || self.told.is_near);
                self.code = ip.addr();
                self.current = Frame { function: callee, pc: 0, base: window as u32, dst };
                if R::ENABLED && R::CALLS {
                    recorder.entered(&self.moment());
                }
                safepoint!();
            }};
        }
        macro_rules! leave {
            ($value:expr) => {{
                let value: RuntimeValue = $value;
                let left = Frame { pc: pc!() as u32, ..self.current.copied() };
                if R::ENABLED && (R::CALLS || self.told.attention.frame == self.callers.len() + 1) {
                    save!();
                    recorder.returned(&self.moment(), value);
                    self.attend(recorder);
                }
                if entry!(left.function).owns {
                    self.release_owners(left);
                }
                // Of a callback, that is not the end of all frames (H3).
                if self.callers.len() == self.floor {
                    save!();
                    return Ok(value);
                }
                let Some(caller) = self.callers.last().map(Frame::copied) else {
                    save!();
                    return Ok(value);
                };
                self.callers.truncate(self.callers.len() - 1);
                self.credit = self.credit.wrapping_add(left.pc.into()).wrapping_sub(caller.pc.into());
                self.current = caller;
                if R::ENABLED && !R::SPARSE {
                    self.resume();
                }
                let code: *const I = code_of!(caller.function, self.is_told::<R>());
                self.code = code.addr();
                // Safety: the caller's window is on the stack below, and a call is never the last instruction.
                unsafe {
                    ip = code.add(caller.pc as usize);
                    regs = self.stack.as_mut_ptr().add(caller.base as usize);
                }
                let dst = left.dst;
                set!(dst, value);
                safepoint!();
            }};
        }

        'next: loop {
            // Safety: `ip` stands at an instruction, see above.
            let mut instruction = unsafe { &*ip };
            // Safety: at most one past the end, and only read after a jump from there.
            ip = unsafe { ip.add(1) };
            // More than once only where the instruction is marked.
            loop {
                match *instruction {
                    I::Move { dst, src } => set!(dst, get!(src)),
                    I::Copy { dst, src } => {
                        save!();
                        set!(dst, check!(self.arena.copied_instance(get!(src), site!()).map_err(Trap::from)));
                        self.charge_work();
                        collect!();
                    }
                    // Safety: verified to be in the table, which is as long as the program's.
                    I::LoadConst { dst, constant } => {
                        set!(dst, unsafe { *self.constants.get_unchecked(constant.index()) })
                    }
                    I::LoadInt { dst, value } => set!(dst, Int(value.into())),
                    I::LoadBool { dst, value } => set!(dst, Bool(value)),
                    I::LoadNull { dst } => set!(dst, Null),
                    I::LoadFunction { dst, function } => {
                        set!(dst, Function(FunctionId(function.0.into())))
                    }

                    I::NewCell { dst, src } => {
                        set!(dst, check!(self.new_cell(get!(src), site!())));
                        collect!();
                    }
                    I::GetCell { dst, cell } => match get!(cell) {
                        Ref(cell) if let Some(value) = self.arena.cell(cell) => set!(dst, value),
                        _ => fail!(Trap::malformed("a register holds no cell")),
                    },
                    I::SetCell { cell, src } => match get!(cell) {
                        Ref(cell) if self.arena.set_cell(cell, get!(src)) => {}
                        _ => fail!(Trap::malformed("a register holds no cell")),
                    },
                    I::NewClosure { dst, function: callee, first } => {
                        set!(dst, check!(self.new_closure(callee, first, site!())));
                        collect!();
                    }

                    I::Add { dst, lhs, rhs } => match (peek!(lhs), peek!(rhs)) {
                        (&Int(a), &Int(b)) => match a.checked_add(b) {
                            Some(sum) => set!(dst, Int(sum)),
                            None => fail!(Trap::overflow()),
                        },
                        (&Float(a), &Float(b)) => set!(dst, Float(a + b)),
                        _ => {
                            save!();
                            set!(dst, check!(self.add(get!(lhs), get!(rhs), site!())));
                            collect!();
                        }
                    },
                    I::Sub { dst, lhs, rhs } => arith!(dst, lhs, rhs, checked_sub, -, Arith::Sub),
                    I::Mul { dst, lhs, rhs } => arith!(dst, lhs, rhs, checked_mul, *, Arith::Mul),
                    I::Div { dst, lhs, rhs } => divide!(dst, lhs, rhs, Arith::Div),
                    I::Rem { dst, lhs, rhs } => divide!(dst, lhs, rhs, Arith::Rem),
                    I::AddInt { dst, lhs, rhs } => match peek!(lhs) {
                        &Int(a) => match a.checked_add(rhs.into()) {
                            Some(sum) => set!(dst, Int(sum)),
                            None => fail!(Trap::overflow()),
                        },
                        _ => {
                            save!();
                            set!(dst, check!(self.add(get!(lhs), Int(rhs.into()), site!())));
                            collect!();
                        }
                    },
                    I::SubInt { dst, lhs, rhs } => arith_int!(dst, lhs, rhs, checked_sub, Arith::Sub),
                    I::MulInt { dst, lhs, rhs } => arith_int!(dst, lhs, rhs, checked_mul, Arith::Mul),
                    I::DivInt { dst, lhs, rhs } => divide_int!(dst, lhs, rhs, Arith::Div),
                    I::RemInt { dst, lhs, rhs } => divide_int!(dst, lhs, rhs, Arith::Rem),
                    I::Neg { dst, src } => set!(dst, check!(self.negate(get!(src)))),
                    I::Not { dst, src } => set!(dst, Bool(!truth!(src))),
                    I::ToBool { dst, src } => set!(dst, Bool(truth!(src))),

                    I::Eq { dst, lhs, rhs } => set!(dst, Bool(equal!(lhs, rhs))),
                    I::Ne { dst, lhs, rhs } => set!(dst, Bool(!equal!(lhs, rhs))),
                    I::Lt { dst, lhs, rhs } => set!(dst, Bool(less!(lhs, rhs, <, less))),
                    I::Le { dst, lhs, rhs } => set!(dst, Bool(less!(lhs, rhs, <=, less_or_equal))),

                    I::Jump { target: Far(offset) } => jump!(offset),
                    I::JumpIf { cond, target } => jump_if!(truth!(cond), target),
                    I::JumpIfNot { cond, target } => jump_if!(!truth!(cond), target),
                    I::JumpEq { lhs, rhs, target } => jump_if!(equal!(lhs, rhs), target),
                    I::JumpNe { lhs, rhs, target } => jump_if!(!equal!(lhs, rhs), target),
                    I::JumpLt { lhs, rhs, target } => jump_if!(less!(lhs, rhs, <, less), target),
                    I::JumpNotLt { lhs, rhs, target } => jump_if!(!less!(lhs, rhs, <, less), target),
                    I::JumpLe { lhs, rhs, target } => jump_if!(less!(lhs, rhs, <=, less_or_equal), target),
                    I::JumpNotLe { lhs, rhs, target } => jump_if!(!less!(lhs, rhs, <=, less_or_equal), target),
                    I::JumpEqInt { lhs, rhs, target } => jump_if!(equal_int!(lhs, rhs), target),
                    I::JumpNeInt { lhs, rhs, target } => jump_if!(!equal_int!(lhs, rhs), target),
                    I::JumpLtInt { lhs, rhs, target } => jump_if!(less_int!(lhs, rhs, <, less), target),
                    I::JumpNotLtInt { lhs, rhs, target } => jump_if!(!less_int!(lhs, rhs, <, less), target),
                    I::JumpLeInt { lhs, rhs, target } => jump_if!(less_int!(lhs, rhs, <=, less_or_equal), target),
                    I::JumpNotLeInt { lhs, rhs, target } => jump_if!(!less_int!(lhs, rhs, <=, less_or_equal), target),
                    I::JumpGtInt { lhs, rhs, target } => jump_if!(more_int!(lhs, rhs, >, less), target),
                    I::JumpNotGtInt { lhs, rhs, target } => jump_if!(!more_int!(lhs, rhs, >, less), target),
                    I::JumpGeInt { lhs, rhs, target } => jump_if!(more_int!(lhs, rhs, >=, less_or_equal), target),
                    I::JumpNotGeInt { lhs, rhs, target } => jump_if!(!more_int!(lhs, rhs, >=, less_or_equal), target),

                    I::Call { dst, function: callee, first } => enter!(callee, first, dst, None),
                    I::CallValue { dst, callee, first, count } => {
                        let callee = check!(self.callee(get!(callee), count.into()));
                        enter!(callee.function, first, dst, callee.closure);
                    }
                    I::CallMethod { dst, name, first, count } => {
                        let receiver = get!(first);
                        let method = match receiver {
                            Ref(object) => match self.arena.glance(object) {
                                Some(Object::Instance(instance)) => image.class_of(instance.shape()),
                                Some(Object::Array(_)) if Some(name) == image.push && count == 1 => {
                                    if let Some(ObjectMut::Array(mut array)) = self.arena.touch(object) {
                                        check!(array.push(get!(Reg(first.0 + 1))));
                                        set!(dst, receiver);
                                        collect!();
                                        continue 'next;
                                    }
                                    None
                                }
                                Some(_) => None,
                                None => self.class_of(receiver),
                            },
                            _ => self.class_of(receiver),
                        };
                        match method.and_then(|class| image.method(class, name)) {
                            Some(callee) => {
                                // Calling a method of a struct reads the receiver.
                                match receiver {
                                    Ref(object) if self.arena.glance(object).is_some() => {}
                                    _ => drop(check!(self.arena.read_value(receiver))),
                                }
                                let params = entry!(callee).params;
                                if params != u16::from(count) + 1 {
                                    let callee = &functions[callee.index()].name;
                                    fail!(arity(callee, usize::from(params).saturating_sub(1), count.into()));
                                }
                                enter!(callee, first, dst, None);
                            }
                            None => {
                                save!();
                                set!(dst, check!(self.call_built_in(name, first, count, site!())));
                                collect!();
                            }
                        }
                    }
                    I::CallCapability { dst, capability, first, count } => {
                        save!();
                        let arguments = self.arguments(first, 0, count);
                        // When a callback faulted its frame is the current one, which has its place already.
                        let value = self.call_capability(capability, &arguments, site!(), recorder)?;
                        // Safety: the window is on the stack, which a callback may have moved.
                        regs = unsafe { self.stack.as_mut_ptr().add(self.current.base as usize) };
                        set!(dst, value);
                        collect!();
                        safepoint!();
                    }
                    I::Spawn { dst, callee, first, count } => {
                        save!();
                        set!(dst, check!(self.spawn(get!(callee), first, count, site!())));
                        collect!();
                        safepoint!();
                    }
                    I::SpawnEach { dst, src, callee } => {
                        save!();
                        set!(dst, check!(self.spawn_each(get!(src), get!(callee), site!())));
                        collect!();
                        safepoint!();
                    }
                    I::Await { dst, src } => {
                        save!();
                        match check!(self.awaited(get!(src), site!())) {
                            Ok(value) => set!(dst, value),
                            Err(task) => return Err(Trap::Pause(Pause::Wait(task))),
                        }
                        collect!();
                    }
                    I::Yield {} => {
                        save!();
                        return Err(Trap::Pause(Pause::Turn));
                    }
                    I::Return { src } => leave!(get!(src)),
                    I::ReturnNull {} => leave!(Null),
                    I::Throw { src } => fail!(Trap::Throw(get!(src))),

                    I::NewArray { dst, first, count } => {
                        set!(dst, check!(self.new_array(first, count, site!())));
                        collect!();
                    }
                    I::NewMap { dst, first, count } => {
                        set!(dst, check!(self.new_map(first, count, site!())));
                        collect!();
                    }
                    I::NewInstance { dst, class, first } => {
                        set!(dst, check!(self.new_instance(class, first, site!())));
                        collect!();
                    }
                    I::NewRange { dst, start, end, inclusive } => {
                        set!(dst, check!(self.new_range(get!(start), get!(end), inclusive, site!())));
                        collect!();
                    }
                    I::NewSteps { dst, first } => {
                        let bounds = [first.0, first.0 + 1, first.0 + 2].map(|reg| get!(Reg(reg)));
                        set!(dst, check!(self.new_steps(bounds, site!())));
                        collect!();
                    }
                    I::GetIndex { dst, object, index } => {
                        if let (&Ref(array), &Int(at)) = (peek!(object), peek!(index))
                            && let Some(Object::Array(values)) = self.arena.glance(array)
                            && let Some(value) = values.get(at as usize)
                        {
                            set!(dst, element!(value));
                        } else if let Some(value) = self.glance_key(get!(object), get!(index)) {
                            set!(dst, value);
                        } else {
                            set!(dst, check!(self.get_index(get!(object), get!(index), site!())));
                            collect!();
                        }
                    }
                    I::GetIndexInt { dst, object, index } => {
                        if let &Ref(array) = peek!(object)
                            && let Some(Object::Array(values)) = self.arena.glance(array)
                            && let Some(value) = values.get(index as usize)
                        {
                            set!(dst, element!(value));
                        } else {
                            set!(dst, check!(self.get_index(get!(object), Int(index.into()), site!())));
                            collect!();
                        }
                    }
                    I::SetIndex { object, index, src } => {
                        if let (&Ref(array), &Int(at)) = (peek!(object), peek!(index))
                            && let Some(ObjectMut::Array(mut array)) = self.arena.touch(array)
                            && array.set(at as usize, get!(src)).is_some()
                        {
                            continue 'next;
                        }
                        if !self.touch_key(get!(object), get!(index), get!(src)) {
                            check!(self.set_index(get!(object), get!(index), get!(src)));
                        }
                    }
                    I::GetField { dst, object, name } => {
                        if let &Ref(object) = peek!(object)
                            && let Some(Object::Instance(instance)) = self.arena.glance(object)
                            && let Some(place) = image.field_place(instance.shape(), name)
                            && let Some(value) = instance.values().get(place)
                        {
                            set!(dst, element!(value));
                        } else {
                            set!(dst, check!(self.get_field(get!(object), name)));
                        }
                    }
                    I::SetField { object, name, src } => {
                        if let &Ref(object) = peek!(object)
                            && let Some(ObjectMut::Instance(mut instance)) = self.arena.touch(object)
                            && let Some(place) = image.field_place(instance.as_instance().shape(), name)
                            && instance.set_at(place, get!(src)).is_some()
                        {
                            continue 'next;
                        }
                        check!(self.set_field(get!(object), name, get!(src)));
                    }
                    I::Slice { dst, object, first } => {
                        let bounds = [first.0, first.0 + 1, first.0 + 2].map(|reg| get!(Reg(reg)));
                        set!(dst, check!(self.slice(get!(object), bounds, site!())));
                        collect!();
                    }
                    I::Len { dst, src } => {
                        if let &Ref(array) = peek!(src)
                            && let Some(Object::Array(values)) = self.arena.glance(array)
                        {
                            set!(dst, Int(values.len() as i64));
                        } else {
                            set!(dst, check!(self.len(get!(src))));
                        }
                    }
                    I::IsInstance { dst, src, class } => {
                        set!(dst, Bool(check!(self.is_instance(get!(src), class))))
                    }
                    I::Print { src } => {
                        save!();
                        check!(self.print(get!(src), recorder));
                        self.charge_work();
                        safepoint!();
                    }

                    I::RangeStart { state, start, end, inclusive } => {
                        let (first, last) = check!(self.range(get!(start), get!(end), inclusive));
                        set!(state, Int(first));
                        set!(Reg(state.0 + 1), Int(last));
                    }
                    I::RangeNext { counter, last, target: Near(offset) } => {
                        let (&Int(value), &Int(end)) = (peek!(counter), peek!(last)) else {
                            fail!(Trap::malformed("a loop that was not started"));
                        };
                        if value < end {
                            set!(counter, Int(value.wrapping_add(1)));
                            jump!(offset);
                        }
                    }
                    I::IterStart { iter, src } => {
                        save!();
                        let borrow = check!(self.start_loop(iter, get!(src), site!()));
                        self.end_owned(get!(iter), site!());
                        set!(iter, borrow);
                        set!(Reg(iter.0 + 1), Int(0));
                    }
                    I::IterNext { dst, iter, target: Near(offset) } => {
                        let place = Reg(iter.0 + 1);
                        if let (&Borrow(borrow), &Int(at)) = (peek!(iter), peek!(place))
                            && let Ok(Object::Array(values)) = self.arena.read_through(borrow)
                            && let Some(&value) = values.get(at as usize)
                        {
                            set!(place, Int(at.wrapping_add(1)));
                            set!(dst, value);
                            jump!(offset);
                        } else if let Some((value, next)) = check!(self.next_element(get!(iter), get!(place), site!()))
                        {
                            set!(place, Int(next));
                            set!(dst, value);
                            collect!();
                            jump!(offset);
                        }
                    }

                    I::BorrowShared { dst, src } => {
                        let owner = image.owner(self.current.function, dst);
                        // The new borrow is taken before the old one ends (B4).
                        let borrow = check!(self.arena.borrow_shared(get!(src), owner, site!()));
                        self.end_owned(get!(dst), site!());
                        set!(dst, borrow.into());
                    }
                    I::BorrowExclusive { dst, src } => {
                        let owner = image.owner(self.current.function, dst);
                        let borrow = check!(self.arena.borrow_exclusive(get!(src), owner, site!()));
                        self.end_owned(get!(dst), site!());
                        set!(dst, borrow.into());
                    }
                    I::MoveBorrow { dst, src } => {
                        let taken = get!(src);
                        set!(src, Null);
                        let ended = get!(dst);
                        set!(dst, taken);
                        if ended != taken {
                            self.end_owned(ended, site!());
                        }
                    }
                    I::EndBorrow { owner } => {
                        let held = get!(owner);
                        set!(owner, Null);
                        self.end_owned(held, site!());
                    }
                    I::MoveBorrowCell { cell, src } => match get!(cell) {
                        Ref(held) if self.arena.cell(held).is_some() => {
                            self.end_cell(get!(cell), site!());
                            self.arena.set_cell(held, get!(src));
                            set!(src, Null);
                        }
                        _ => fail!(Trap::malformed("a register holds no cell")),
                    },
                    I::EndBorrowCell { cell } => self.end_cell(get!(cell), site!()),
                    I::Drop { src } => match get!(src) {
                        Borrow(borrow) => check!(self.arena.release(borrow, site!())),
                        value => check!(self.arena.drop_object(value, site!())),
                    },

                    I::Marked { mark } => {
                        if !R::ENABLED {
                            fail!(Trap::malformed("a mark where nothing is recorded"));
                        }
                        let visit = Visit { task: self.task.0, depth: self.callers.len() + 1, credit: self.credit };
                        if !R::SPARSE && marks.is_place(mark) {
                            self.told.running = mark;
                        }
                        if recorder.comes_to(mark, visit) {
                            save!();
                            self.tell(marks.mark(mark), recorder);
                            if recorder.stops() {
                                return Err(Trap::Stop);
                            }
                            if R::SPARSE {
                                self.attend(recorder);
                                choose_code!();
                            }
                        }
                        instruction = &marks.mark(mark).instruction;
                        continue;
                    }
                }
                continue 'next;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crush_arena::{Arena, Limits, OwnerId, SiteId};

    use super::*;

    #[test]
    fn a_value_that_is_copied_word_by_word_is_the_same() {
        let mut arena = Arena::new(Limits { bytes: 1 << 20, objects: 16 });
        let object = arena.alloc(Object::Array(Vec::new()), SiteId(0)).expect("room");
        let borrow = arena.borrow_shared(Ref(object), OwnerId(0), SiteId(0)).expect("nothing borrows it");
        let values =
            [Int(-1), Float(0.5), Bool(true), Bool(false), Null, Ref(object), Borrow(borrow), Function(FunctionId(7))];
        for value in values {
            // Safety: the value stands there.
            assert_eq!(unsafe { copied(&raw const value) }, value);
        }
    }
}
