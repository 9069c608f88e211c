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
//!   window, and nothing but entering a function moves the stack, after which `regs` is computed anew.
//!
//! No reference into the stack lives across an instruction: registers are copied out and in.

use std::sync::atomic::Ordering;

use crush_arena::{FunctionId, Object, ObjectMut, Resource, RuntimeValue};

use crate::arith::{Arith, int_arith};
use crate::image::{BINDING, STATEMENT};
use crate::instruction::Instruction as I;
use crate::method::arity;
use crate::operand::{Far, FuncId, Near, Reg};
use crate::program::Function as Code;
use crate::record::{Recorder, value_at};
use crate::trap::Trap;
use crate::vm::{Frame, Vm};

use RuntimeValue::{Bool, Borrow, Float, Function, Int, Null, Ref};

impl Vm<'_> {
    /// Runs from the current frame on, until the entry returns, or an instruction throws or faults; then the current
    /// frame tells which one.
    pub(crate) fn interpret<R: Recorder>(&mut self, recorder: &mut R) -> Result<RuntimeValue, Trap> {
        let image = self.image.clone();
        let stop = self.stop.clone();
        let functions: &[Code] = &image.program.functions;
        let limit = self.quotas.instructions;

        let Frame { mut function, pc, base, .. } = self.current;
        let mut base = base as usize;
        let mut running: &Code = &functions[function.index()];
        let mut code: *const I = running.code.as_ptr();
        // Safety: the current frame stands before an instruction, and its window is on the stack.
        let mut ip: *const I = unsafe { code.add(pc as usize) };
        let mut regs: *mut RuntimeValue = unsafe { self.stack.as_mut_ptr().add(base) };

        macro_rules! get {
            ($reg:expr) => {
                // Safety: verified to lie in the window.
                unsafe { *regs.add($reg.index()) }
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
                // Safety: both point into the code.
                unsafe { ip.offset_from(code) as usize }
            };
        }
        macro_rules! site {
            () => {
                image.site(function, pc!() - 1)
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
                    check!(self.collect_if_due(base + usize::from(running.registers)));
                }
            };
        }
        // At every turn of a loop and every call: whether to stop.
        macro_rules! safepoint {
            () => {
                if stop.load(Ordering::Relaxed) || self.credit.wrapping_add(pc!() as u64) > limit {
                    fail!(self.stopped());
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
        // Two integers at once, else the general way.
        macro_rules! less {
            ($lhs:expr, $rhs:expr, $int:tt, $general:ident) => {{
                let (lhs, rhs) = ($lhs, $rhs);
                match (lhs, rhs) {
                    (Int(a), Int(b)) => a $int b,
                    (Float(a), Float(b)) => a $int b,
                    _ => check!(self.$general(lhs, rhs)),
                }
            }};
        }
        macro_rules! arith {
            ($dst:expr, $lhs:expr, $rhs:expr, $checked:ident, $float:tt, $op:expr) => {{
                let (lhs, rhs) = ($lhs, $rhs);
                match (lhs, rhs) {
                    (Int(a), Int(b)) => match a.$checked(b) {
                        Some(result) => set!($dst, Int(result)),
                        None => fail!(Trap::overflow()),
                    },
                    (Float(a), Float(b)) => set!($dst, Float(a $float b)),
                    _ => set!($dst, check!(self.arith($op, lhs, rhs))),
                }
            }};
        }
        macro_rules! divide {
            ($dst:expr, $lhs:expr, $rhs:expr, $op:expr) => {{
                let (lhs, rhs) = ($lhs, $rhs);
                match (lhs, rhs) {
                    (Int(a), Int(b)) => set!($dst, Int(check!(int_arith($op, a, b)))),
                    _ => set!($dst, check!(self.arith($op, lhs, rhs))),
                }
            }};
        }
        macro_rules! truth {
            ($value:expr) => {
                match $value {
                    Bool(value) => value,
                    value => check!(self.truth(value)),
                }
            };
        }
        // Enters a function whose arguments stand from `first` on; `captures` is the closure they are in, if any.
        macro_rules! enter {
            ($callee:expr, $first:expr, $dst:expr, $closure:expr) => {{
                let callee: FuncId = $callee;
                let (first, dst): (Reg, Reg) = ($first, $dst);
                save!();
                if self.callers.len() + 1 >= self.quotas.call_depth {
                    fail!(self.quota(Resource::CallDepth, self.quotas.call_depth as u64));
                }
                let caller = Frame { function, pc: pc!() as u32, base: base as u32, dst: self.current.dst };
                let window = base + usize::from(running.registers);
                let next = &functions[callee.index()];
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
                        *regs.add(index) = *arguments.add(index);
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
                function = callee;
                base = window;
                running = next;
                code = running.code.as_ptr();
                ip = code;
                self.current = Frame { function, pc: 0, base: base as u32, dst };
                if R::ENABLED {
                    recorder.entered(&self.moment());
                }
                safepoint!();
            }};
        }
        macro_rules! leave {
            ($value:expr) => {{
                let value: RuntimeValue = $value;
                save!();
                if R::ENABLED {
                    recorder.returned(&self.moment(), value);
                }
                self.release_owners(self.current);
                let dst = self.current.dst;
                let Some(caller) = self.callers.pop() else {
                    return Ok(value);
                };
                self.credit = self.credit.wrapping_add(self.current.pc.into()).wrapping_sub(caller.pc.into());
                self.current = caller;
                function = caller.function;
                base = caller.base as usize;
                running = &functions[function.index()];
                code = running.code.as_ptr();
                // Safety: the caller's window is on the stack below, and a call is never the last instruction.
                unsafe {
                    ip = code.add(caller.pc as usize);
                    regs = self.stack.as_mut_ptr().add(base);
                }
                set!(dst, value);
            }};
        }

        loop {
            // Safety: `ip` stands at an instruction, see above.
            let instruction = unsafe { *ip };
            if R::ENABLED {
                self.current.pc = pc!() as u32 + 1;
                self.tell(recorder);
            }
            // Safety: at most one past the end, and only read after a jump from there.
            ip = unsafe { ip.add(1) };
            match instruction {
                I::Move { dst, src } => set!(dst, get!(src)),
                // Safety: verified to be in the table, which is as long as the program's.
                I::LoadConst { dst, constant } => set!(dst, unsafe { *self.constants.get_unchecked(constant.index()) }),
                I::LoadInt { dst, value } => set!(dst, Int(value.into())),
                I::LoadBool { dst, value } => set!(dst, Bool(value)),
                I::LoadNull { dst } => set!(dst, Null),
                I::LoadFunction { dst, function } => {
                    set!(dst, Function(FunctionId(function.0.into())))
                }

                I::NewCell { dst, src } => {
                    set!(dst, check!(self.arena.alloc(Object::Cell(get!(src)), site!())).into());
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
                    let count = functions[callee.index()].captures;
                    let captures = (0..count).map(|index| get!(Reg(first.0 + index))).collect();
                    let closure = Object::closure(FunctionId(callee.0.into()), captures);
                    set!(dst, check!(self.arena.alloc(closure, site!())).into());
                    collect!();
                }

                I::Add { dst, lhs, rhs } => {
                    let (lhs, rhs) = (get!(lhs), get!(rhs));
                    match (lhs, rhs) {
                        (Int(a), Int(b)) => match a.checked_add(b) {
                            Some(sum) => set!(dst, Int(sum)),
                            None => fail!(Trap::overflow()),
                        },
                        (Float(a), Float(b)) => set!(dst, Float(a + b)),
                        _ => {
                            save!();
                            set!(dst, check!(self.add(lhs, rhs, site!())));
                            collect!();
                        }
                    }
                }
                I::Sub { dst, lhs, rhs } => {
                    arith!(dst, get!(lhs), get!(rhs), checked_sub, -, Arith::Sub)
                }
                I::Mul { dst, lhs, rhs } => {
                    arith!(dst, get!(lhs), get!(rhs), checked_mul, *, Arith::Mul)
                }
                I::Div { dst, lhs, rhs } => divide!(dst, get!(lhs), get!(rhs), Arith::Div),
                I::Rem { dst, lhs, rhs } => divide!(dst, get!(lhs), get!(rhs), Arith::Rem),
                I::AddInt { dst, lhs, rhs } => match get!(lhs) {
                    Int(a) => match a.checked_add(rhs.into()) {
                        Some(sum) => set!(dst, Int(sum)),
                        None => fail!(Trap::overflow()),
                    },
                    lhs => {
                        save!();
                        set!(dst, check!(self.add(lhs, Int(rhs.into()), site!())));
                        collect!();
                    }
                },
                I::SubInt { dst, lhs, rhs } => {
                    arith!(dst, get!(lhs), Int(rhs.into()), checked_sub, -, Arith::Sub);
                }
                I::MulInt { dst, lhs, rhs } => {
                    arith!(dst, get!(lhs), Int(rhs.into()), checked_mul, *, Arith::Mul);
                }
                I::DivInt { dst, lhs, rhs } => divide!(dst, get!(lhs), Int(rhs.into()), Arith::Div),
                I::RemInt { dst, lhs, rhs } => divide!(dst, get!(lhs), Int(rhs.into()), Arith::Rem),
                I::Neg { dst, src } => set!(dst, check!(self.negate(get!(src)))),
                I::Not { dst, src } => set!(dst, Bool(!truth!(get!(src)))),
                I::ToBool { dst, src } => set!(dst, Bool(truth!(get!(src)))),

                I::Eq { dst, lhs, rhs } => {
                    set!(dst, Bool(check!(self.equal(get!(lhs), get!(rhs)))))
                }
                I::Ne { dst, lhs, rhs } => {
                    set!(dst, Bool(!check!(self.equal(get!(lhs), get!(rhs)))))
                }
                I::Lt { dst, lhs, rhs } => set!(dst, Bool(less!(get!(lhs), get!(rhs), <, less))),
                I::Le { dst, lhs, rhs } => {
                    set!(dst, Bool(less!(get!(lhs), get!(rhs), <=, less_or_equal)))
                }

                I::Jump { target: Far(offset) } => jump!(offset),
                I::JumpIf { cond, target } => jump_if!(truth!(get!(cond)), target),
                I::JumpIfNot { cond, target } => jump_if!(!truth!(get!(cond)), target),
                I::JumpEq { lhs, rhs, target } => {
                    jump_if!(check!(self.equal(get!(lhs), get!(rhs))), target)
                }
                I::JumpNe { lhs, rhs, target } => {
                    jump_if!(!check!(self.equal(get!(lhs), get!(rhs))), target)
                }
                I::JumpLt { lhs, rhs, target } => {
                    jump_if!(less!(get!(lhs), get!(rhs), <, less), target)
                }
                I::JumpNotLt { lhs, rhs, target } => {
                    jump_if!(!less!(get!(lhs), get!(rhs), <, less), target)
                }
                I::JumpLe { lhs, rhs, target } => {
                    jump_if!(less!(get!(lhs), get!(rhs), <=, less_or_equal), target)
                }
                I::JumpNotLe { lhs, rhs, target } => {
                    jump_if!(!less!(get!(lhs), get!(rhs), <=, less_or_equal), target);
                }
                I::JumpEqInt { lhs, rhs, target } => {
                    jump_if!(check!(self.equal(get!(lhs), Int(rhs.into()))), target);
                }
                I::JumpNeInt { lhs, rhs, target } => {
                    jump_if!(!check!(self.equal(get!(lhs), Int(rhs.into()))), target);
                }
                I::JumpLtInt { lhs, rhs, target } => {
                    jump_if!(less!(get!(lhs), Int(rhs.into()), <, less), target)
                }
                I::JumpNotLtInt { lhs, rhs, target } => {
                    jump_if!(!less!(get!(lhs), Int(rhs.into()), <, less), target)
                }
                I::JumpLeInt { lhs, rhs, target } => {
                    jump_if!(less!(get!(lhs), Int(rhs.into()), <=, less_or_equal), target);
                }
                I::JumpNotLeInt { lhs, rhs, target } => {
                    jump_if!(!less!(get!(lhs), Int(rhs.into()), <=, less_or_equal), target);
                }
                I::JumpGtInt { lhs, rhs, target } => {
                    jump_if!(less!(Int(rhs.into()), get!(lhs), <, less), target)
                }
                I::JumpNotGtInt { lhs, rhs, target } => {
                    jump_if!(!less!(Int(rhs.into()), get!(lhs), <, less), target)
                }
                I::JumpGeInt { lhs, rhs, target } => {
                    jump_if!(less!(Int(rhs.into()), get!(lhs), <=, less_or_equal), target);
                }
                I::JumpNotGeInt { lhs, rhs, target } => {
                    jump_if!(!less!(Int(rhs.into()), get!(lhs), <=, less_or_equal), target);
                }

                I::Call { dst, function: callee, first } => enter!(callee, first, dst, None),
                I::CallValue { dst, callee, first, count } => {
                    let callee = check!(self.callee(get!(callee), count.into()));
                    enter!(callee.function, first, dst, callee.closure);
                }
                I::CallMethod { dst, name, first, count } => {
                    let receiver = get!(first);
                    let method = self.class_of(receiver).and_then(|class| image.method(class, name));
                    match method {
                        Some(callee) => {
                            // Calling a method of a struct reads the receiver.
                            check!(self.arena.read_value(receiver));
                            let params = functions[callee.index()].params;
                            if params != u16::from(count) + 1 {
                                let callee = &functions[callee.index()].name;
                                fail!(arity(callee, usize::from(params).saturating_sub(1), count.into()));
                            }
                            enter!(callee, first, dst, None);
                        }
                        None => {
                            save!();
                            let arguments: Vec<_> =
                                (1..=u16::from(count)).map(|index| get!(Reg(first.0 + index))).collect();
                            set!(dst, check!(self.built_in_method(receiver, name, &arguments, site!())));
                            collect!();
                        }
                    }
                }
                I::CallCapability { dst, capability, first, count } => {
                    save!();
                    let arguments: Vec<_> = (0..u16::from(count)).map(|index| get!(Reg(first.0 + index))).collect();
                    set!(dst, check!(self.call_capability(capability, &arguments, site!(), recorder)));
                    collect!();
                    safepoint!();
                }
                I::Return { src } => leave!(get!(src)),
                I::ReturnNull {} => leave!(Null),
                I::Throw { src } => fail!(Trap::Throw(get!(src))),

                I::NewArray { dst, first, count } => {
                    let values = (0..count).map(|index| get!(Reg(first.0 + index))).collect();
                    set!(dst, check!(self.arena.alloc(Object::Array(values), site!())).into());
                    collect!();
                }
                I::NewMap { dst, first, count } => {
                    let pairs = (0..count).map(|index| {
                        let key = first.0 + 2 * index;
                        Ok((self.key(get!(Reg(key)))?, get!(Reg(key + 1))))
                    });
                    let map = check!(pairs.collect::<Result<Vec<_>, Trap>>()).into_iter().collect();
                    set!(dst, check!(self.arena.alloc(Object::map(map), site!())).into());
                    collect!();
                }
                I::NewInstance { dst, class, first } => {
                    let shape = image.shapes[class.index()].clone();
                    let count = shape.fields.len() as u16;
                    let values = (0..count).map(|index| get!(Reg(first.0 + index))).collect();
                    set!(dst, check!(self.arena.alloc(Object::instance(shape, values), site!())).into());
                    collect!();
                }
                I::NewRange { dst, start, end, inclusive } => {
                    set!(dst, check!(self.new_range(get!(start), get!(end), inclusive, site!())));
                    collect!();
                }
                I::GetIndex { dst, object, index } => {
                    let (object, index) = (get!(object), get!(index));
                    if let (Ref(array), Int(at)) = (object, index)
                        && let Ok(Object::Array(values)) = self.arena.read(array)
                        && let Some(&value) = values.get(at as usize)
                    {
                        set!(dst, value);
                    } else {
                        set!(dst, check!(self.get_index(object, index, site!())));
                        collect!();
                    }
                }
                I::GetIndexInt { dst, object, index } => {
                    let object = get!(object);
                    if let Ref(array) = object
                        && let Ok(Object::Array(values)) = self.arena.read(array)
                        && let Some(&value) = values.get(index as usize)
                    {
                        set!(dst, value);
                    } else {
                        set!(dst, check!(self.get_index(object, Int(index.into()), site!())));
                        collect!();
                    }
                }
                I::SetIndex { object, index, src } => {
                    let (object, index, value) = (get!(object), get!(index), get!(src));
                    if let (Ref(array), Int(at)) = (object, index)
                        && let Ok(ObjectMut::Array(mut array)) = self.arena.write(array)
                        && array.set(at as usize, value).is_some()
                    {
                        continue;
                    }
                    check!(self.set_index(object, index, value));
                }
                I::GetField { dst, object, name } => {
                    set!(dst, check!(self.get_field(get!(object), name)))
                }
                I::SetField { object, name, src } => {
                    check!(self.set_field(get!(object), name, get!(src)))
                }
                I::Slice { dst, object, first } => {
                    let bounds = [first.0, first.0 + 1, first.0 + 2].map(|reg| get!(Reg(reg)));
                    set!(dst, check!(self.slice(get!(object), bounds, site!())));
                    collect!();
                }
                I::Len { dst, src } => set!(dst, check!(self.len(get!(src)))),
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
                    let (first, count) = check!(self.range(get!(start), get!(end), inclusive));
                    set!(state, Int(first));
                    set!(Reg(state.0 + 1), Int(count));
                }
                I::RangeNext { dst, state, target: Near(offset) } => {
                    let (Int(value), Int(left)) = (get!(state), get!(Reg(state.0 + 1))) else {
                        fail!(Trap::malformed("a loop that was not started"));
                    };
                    if left > 0 {
                        set!(state, Int(value.wrapping_add(1)));
                        set!(Reg(state.0 + 1), Int(left - 1));
                        set!(dst, Int(value));
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
                    let (held, position) = (get!(iter), get!(Reg(iter.0 + 1)));
                    if let Some((value, next)) = check!(self.next_element(held, position, site!())) {
                        set!(Reg(iter.0 + 1), Int(next));
                        set!(dst, value);
                        collect!();
                        jump!(offset);
                    }
                }

                I::BorrowShared { dst, src } => {
                    let owner = image.owner(function, dst);
                    // The new borrow is taken before the old one ends (B4).
                    let borrow = check!(self.arena.borrow_shared(get!(src), owner, site!()));
                    self.end_owned(get!(dst), site!());
                    set!(dst, borrow.into());
                }
                I::BorrowExclusive { dst, src } => {
                    let owner = image.owner(function, dst);
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
            }
        }
    }

    /// Tells a recorder what there is to tell of the instruction that comes next, `current.pc - 1`.
    fn tell<R: Recorder>(&mut self, recorder: &mut R) {
        let pc = self.current.pc as usize - 1;
        let site = self.image.site(self.current.function, pc);
        self.arena.set_site(site);
        let marks = self.image.marks[site.0 as usize];
        if marks == 0 {
            return;
        }
        let moment = self.moment_at(self.current, pc, self.callers.len() + 1);
        let debug = &self.function().debug;
        if marks & BINDING != 0 {
            let first = debug.bindings.partition_point(|binding| (binding.pc as usize) < pc);
            let here = debug.bindings[first..].iter().take_while(|binding| binding.pc as usize == pc);
            for (index, binding) in here.enumerate() {
                let home = debug.locals[binding.local as usize].home;
                recorder.bound(&moment, first + index, value_at(home, moment.registers, moment.arena));
            }
        }
        if marks & STATEMENT != 0 {
            let first = debug.statements.partition_point(|statement| (statement.pc as usize) < pc);
            let here = debug.statements[first..].iter().take_while(|statement| statement.pc as usize == pc);
            (0..here.count()).for_each(|index| recorder.statement(&moment, first + index));
        }
    }
}
