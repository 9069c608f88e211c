//! CASM: the instructions, each declared once. `docs/casm.md` is the page for readers, and a test holds the two together.

use crate::operand::{CapId, ClassId, ConstId, Far, FuncId, NameId, Near, Operand, OperandKind, OperandType, Reg};

macro_rules! instructions {
    ($(
        $(#[$doc:meta])*
        $name:ident $mnemonic:literal { $($field:ident: $ty:ident),* }
    )*) => {
        /// One CASM instruction: eight bytes, one opcode and up to four operands.
        ///
        /// `dst` is always the register that takes the result. A field `first` names the first of several consecutive
        /// registers. Jumps count from the instruction after the jump.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[expect(missing_docs, reason = "the operands are described with their instruction")]
        pub enum Instruction {
            $($(#[$doc])* $name { $($field: $ty),* },)*
            /// Stands in the place of an instruction of which a recorder is to be told, in the code of a run that is
            /// recorded. It has no text form, and no program passes with it.
            Marked { mark: u32 },
        }

        /// Every instruction with its operands, in the order of the enum.
        pub const INSTRUCTIONS: &[InstructionInfo] = &[
            $(InstructionInfo {
                mnemonic: $mnemonic,
                operands: &[$((stringify!($field), <$ty as OperandType>::KIND)),*],
            },)*
        ];

        impl Instruction {
            /// The name in the text form.
            pub fn mnemonic(&self) -> &'static str {
                match self {
                    $(Self::$name { .. } => $mnemonic,)*
                    Self::Marked { .. } => "marked",
                }
            }

            /// The operands in the order of the text form.
            pub fn operands(&self) -> Vec<Operand> {
                match *self {
                    $(Self::$name { $($field),* } => vec![$($field.operand()),*],)*
                    Self::Marked { .. } => Vec::new(),
                }
            }

            /// The instruction with this mnemonic and these operands; `None` when there is no such instruction or the
            /// operands are not of its kinds.
            pub fn from_operands(mnemonic: &str, operands: &[Operand]) -> Option<Self> {
                let mut operands = operands.iter().copied();
                let instruction = match mnemonic {
                    $($mnemonic => Self::$name { $($field: $ty::from_operand(operands.next()?)?),* },)*
                    _ => return None,
                };
                operands.next().is_none().then_some(instruction)
            }
        }
    };
}

/// What the text form and its readers know of an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InstructionInfo {
    /// The name in the text form.
    pub mnemonic: &'static str,
    /// Names and kinds of the operands, in order.
    pub operands: &'static [(&'static str, OperandKind)],
}

instructions! {
    // Values.
    /// `dst = src`. A borrow handle is copied like any value: it is the same borrow (B3).
    Move "move" { dst: Reg, src: Reg }
    /// `dst =` a constant.
    LoadConst "load_const" { dst: Reg, constant: ConstId }
    /// `dst =` a small integer.
    LoadInt "load_int" { dst: Reg, value: i32 }
    /// `dst = true` or `false`.
    LoadBool "load_bool" { dst: Reg, value: bool }
    /// `dst = null`.
    LoadNull "load_null" { dst: Reg }
    /// `dst =` a function that captures nothing.
    LoadFunction "load_function" { dst: Reg, function: FuncId }

    /// `dst = src`; an instance of a class that is copied when it is assigned, passed or returned is copied.
    Copy "copy" { dst: Reg, src: Reg }

    // Captured variables (B9).
    /// `dst =` a new cell that holds `src`.
    NewCell "new_cell" { dst: Reg, src: Reg }
    /// `dst =` what `cell` holds.
    GetCell "get_cell" { dst: Reg, cell: Reg }
    /// `cell` holds `src` from now on.
    SetCell "set_cell" { cell: Reg, src: Reg }
    /// `dst =` a function with its captures, cells or values, which stand in the registers from `first` on. When it is
    /// called they arrive in the registers after its parameters.
    NewClosure "new_closure" { dst: Reg, function: FuncId, first: Reg }

    // Arithmetic. Integers that overflow and division by zero are faults; `add` also joins strings and arrays.
    /// `dst = lhs + rhs`.
    Add "add" { dst: Reg, lhs: Reg, rhs: Reg }
    /// `dst = lhs - rhs`.
    Sub "sub" { dst: Reg, lhs: Reg, rhs: Reg }
    /// `dst = lhs * rhs`.
    Mul "mul" { dst: Reg, lhs: Reg, rhs: Reg }
    /// `dst = lhs / rhs`; of two integers, truncated towards zero.
    Div "div" { dst: Reg, lhs: Reg, rhs: Reg }
    /// `dst = lhs % rhs`, with the sign of `lhs`.
    Rem "rem" { dst: Reg, lhs: Reg, rhs: Reg }
    /// `dst = lhs + rhs` with a small integer.
    AddInt "add_int" { dst: Reg, lhs: Reg, rhs: i16 }
    /// `dst = lhs - rhs` with a small integer.
    SubInt "sub_int" { dst: Reg, lhs: Reg, rhs: i16 }
    /// `dst = lhs * rhs` with a small integer.
    MulInt "mul_int" { dst: Reg, lhs: Reg, rhs: i16 }
    /// `dst = lhs / rhs` with a small integer.
    DivInt "div_int" { dst: Reg, lhs: Reg, rhs: i16 }
    /// `dst = lhs % rhs` with a small integer.
    RemInt "rem_int" { dst: Reg, lhs: Reg, rhs: i16 }
    /// `dst = -src`.
    Neg "neg" { dst: Reg, src: Reg }
    /// `dst = !src`: whether `src` is false, null, zero or empty.
    Not "not" { dst: Reg, src: Reg }
    /// `dst =` whether `src` counts as true.
    ToBool "to_bool" { dst: Reg, src: Reg }

    // Comparison. `a > b` is `b < a`.
    /// `dst = lhs == rhs`; objects element by element.
    Eq "eq" { dst: Reg, lhs: Reg, rhs: Reg }
    /// `dst = lhs != rhs`.
    Ne "ne" { dst: Reg, lhs: Reg, rhs: Reg }
    /// `dst = lhs < rhs`; two numbers or two strings.
    Lt "lt" { dst: Reg, lhs: Reg, rhs: Reg }
    /// `dst = lhs <= rhs`.
    Le "le" { dst: Reg, lhs: Reg, rhs: Reg }

    // Jumps. The `not` forms are there because of NaN, for which neither `<` nor `>=` holds.
    /// Goes on at the label.
    Jump "jump" { target: Far }
    /// Goes on at the label if `cond` counts as true.
    JumpIf "jump_if" { cond: Reg, target: Far }
    /// Goes on at the label unless `cond` counts as true.
    JumpIfNot "jump_if_not" { cond: Reg, target: Far }
    /// Jumps if `lhs == rhs`.
    JumpEq "jump_eq" { lhs: Reg, rhs: Reg, target: Near }
    /// Jumps unless `lhs == rhs`.
    JumpNe "jump_ne" { lhs: Reg, rhs: Reg, target: Near }
    /// Jumps if `lhs < rhs`.
    JumpLt "jump_lt" { lhs: Reg, rhs: Reg, target: Near }
    /// Jumps unless `lhs < rhs`.
    JumpNotLt "jump_not_lt" { lhs: Reg, rhs: Reg, target: Near }
    /// Jumps if `lhs <= rhs`.
    JumpLe "jump_le" { lhs: Reg, rhs: Reg, target: Near }
    /// Jumps unless `lhs <= rhs`.
    JumpNotLe "jump_not_le" { lhs: Reg, rhs: Reg, target: Near }
    /// Jumps if `lhs == rhs`, a small integer.
    JumpEqInt "jump_eq_int" { lhs: Reg, rhs: i16, target: Near }
    /// Jumps unless `lhs == rhs`, a small integer.
    JumpNeInt "jump_ne_int" { lhs: Reg, rhs: i16, target: Near }
    /// Jumps if `lhs < rhs`, a small integer.
    JumpLtInt "jump_lt_int" { lhs: Reg, rhs: i16, target: Near }
    /// Jumps unless `lhs < rhs`, a small integer.
    JumpNotLtInt "jump_not_lt_int" { lhs: Reg, rhs: i16, target: Near }
    /// Jumps if `lhs <= rhs`, a small integer.
    JumpLeInt "jump_le_int" { lhs: Reg, rhs: i16, target: Near }
    /// Jumps unless `lhs <= rhs`, a small integer.
    JumpNotLeInt "jump_not_le_int" { lhs: Reg, rhs: i16, target: Near }
    /// Jumps if `lhs > rhs`, a small integer.
    JumpGtInt "jump_gt_int" { lhs: Reg, rhs: i16, target: Near }
    /// Jumps unless `lhs > rhs`, a small integer.
    JumpNotGtInt "jump_not_gt_int" { lhs: Reg, rhs: i16, target: Near }
    /// Jumps if `lhs >= rhs`, a small integer.
    JumpGeInt "jump_ge_int" { lhs: Reg, rhs: i16, target: Near }
    /// Jumps unless `lhs >= rhs`, a small integer.
    JumpNotGeInt "jump_not_ge_int" { lhs: Reg, rhs: i16, target: Near }

    // Calls. The arguments stand in consecutive registers and are copied into the new frame, so a call never changes a
    // register of its caller but `dst`.
    /// `dst = function(first, …)` with as many arguments as the function has parameters.
    Call "call" { dst: Reg, function: FuncId, first: Reg }
    /// `dst = callee(first, …)` with `count` arguments; `callee` holds a function.
    CallValue "call_value" { dst: Reg, callee: Reg, first: Reg, count: u8 }
    /// `dst = first.name(first + 1, …)`: the receiver and `count` arguments after it. A method of the receiver's class,
    /// else a built-in one of its kind.
    CallMethod "call_method" { dst: Reg, name: NameId, first: Reg, count: u8 }
    /// `dst = capability(first, …)` with `count` arguments (H1 to H4).
    CallCapability "call_capability" { dst: Reg, capability: CapId, first: Reg, count: u8 }
    /// Leaves the function with `src`, ending every borrow that the frame still owns (B4).
    Return "return" { src: Reg }
    /// Leaves the function with null.
    ReturnNull "return_null" { }
    /// Throws `src`: frames are left, and their borrows ended, up to the nearest handler.
    Throw "throw" { src: Reg }

    // Tasks (T1 to T3). Each runs in an arena of its own: what crosses is copied, and a borrow handle cannot cross.
    /// `dst =` the handle of a new task, which calls `callee` with copies of the `count` arguments from `first` on.
    Spawn "spawn" { dst: Reg, callee: Reg, first: Reg, count: u8 }
    /// `dst =` the array of the handles of new tasks, one for each element of the array `src`: each calls `callee` with a
    /// copy of its element.
    SpawnEach "spawn_each" { dst: Reg, src: Reg, callee: Reg }
    /// `dst =` a copy of the result of the task whose handle `src` is, once that has ended; of no handle, `src` itself.
    Await "await" { dst: Reg, src: Reg }
    /// Lets other tasks run.
    Yield "yield" { }

    // Objects.
    /// `dst =` a new array of the `count` registers from `first` on.
    NewArray "new_array" { dst: Reg, first: Reg, count: u16 }
    /// `dst =` a new map of `count` pairs, key and value in turn, from `first` on.
    NewMap "new_map" { dst: Reg, first: Reg, count: u16 }
    /// `dst =` a new instance; the registers from `first` on hold the fields in the order of the class.
    NewInstance "new_instance" { dst: Reg, class: ClassId, first: Reg }
    /// `dst =` the array of the integers from `start` to `end`, which belongs to it if `inclusive`.
    NewRange "new_range" { dst: Reg, start: Reg, end: Reg, inclusive: bool }
    /// `dst =` the array of the integers from `first` on up to `first + 1`, which does not belong to it, in steps of
    /// `first + 2`.
    NewSteps "new_steps" { dst: Reg, first: Reg }
    /// `dst = object[index]`: array, map or string; negative indexes count from the end.
    GetIndex "get_index" { dst: Reg, object: Reg, index: Reg }
    /// `dst = object[index]` with a small integer.
    GetIndexInt "get_index_int" { dst: Reg, object: Reg, index: i16 }
    /// `object[index] = src`.
    SetIndex "set_index" { object: Reg, index: Reg, src: Reg }
    /// `dst = object.name`: a field of an instance or a key of a map; null where there is none.
    GetField "get_field" { dst: Reg, object: Reg, name: NameId }
    /// `object.name = src`: a field that the class has, or a key of a map.
    SetField "set_field" { object: Reg, name: NameId, src: Reg }
    /// `dst = object[a:b:c]` with start, end and step (null where not given) in the three registers from `first` on.
    Slice "slice" { dst: Reg, object: Reg, first: Reg }
    /// `dst = len(src)`: elements, or the bytes of a string.
    Len "len" { dst: Reg, src: Reg }
    /// `dst =` whether `src` is an instance of the class. Reads nothing where `src` is no object.
    IsInstance "is_instance" { dst: Reg, src: Reg, class: ClassId }
    /// Prints `src` and a newline.
    Print "print" { src: Reg }

    // Loops.
    /// Prepares a loop over a range: `state` takes its first integer, the register after it its last, which is less than
    /// the first where there is none.
    RangeStart "range_start" { state: Reg, start: Reg, end: Reg, inclusive: bool }
    /// If `counter` is less than `last`, it takes the next integer and the jump is taken.
    RangeNext "range_next" { counter: Reg, last: Reg, target: Near }
    /// Starts a loop over `src`. `iter` owns the shared borrow of it (B2), or the reborrow where `src` is a handle (B6);
    /// the register after it holds the position.
    IterStart "iter_start" { iter: Reg, src: Reg }
    /// If there is another element (array), key (map) or character (string), `dst` takes it and the jump is taken.
    IterNext "iter_next" { dst: Reg, iter: Reg, target: Near }

    // Borrows (B3 to B6). An *owner* register is one that the function lists as such; only these instructions (and
    // `iter_start`) write to it, so it holds a borrow of its own or null.
    /// `dst`, an owner, takes a shared borrow of the object in `src`; whatever it owned before ends.
    BorrowShared "borrow_shared" { dst: Reg, src: Reg }
    /// `dst`, an owner, takes an exclusive borrow of the object in `src`; whatever it owned before ends.
    BorrowExclusive "borrow_exclusive" { dst: Reg, src: Reg }
    /// `dst` ends the borrow that it owns and takes over that of `src`; both are owners.
    MoveBorrow "move_borrow" { dst: Reg, src: Reg }
    /// Ends the borrow that the owner holds, if it still lives, and sets the register to null.
    EndBorrow "end_borrow" { owner: Reg }
    /// The cell ends the borrow that it owns and takes over that of the owner `src`: the owner of a captured variable.
    MoveBorrowCell "move_borrow_cell" { cell: Reg, src: Reg }
    /// Ends the borrow that the cell owns, if it still lives, and sets it to null. Does nothing if `cell` is null.
    EndBorrowCell "end_borrow_cell" { cell: Reg }
    /// `drop(src)`: frees the object (A6), or ends the borrow if `src` is a handle (B4).
    Drop "drop" { src: Reg }
}

const _: () = assert!(size_of::<Instruction>() == 8);

/// How an instruction uses registers; the verifier holds them to the frame and owners to their rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegUse {
    /// Reads this many consecutive registers.
    Read(Reg, u32),
    /// Writes a register that must not be an owner.
    Write(Reg),
    /// Writes a register that must be an owner.
    Own(Reg),
}

impl Instruction {
    /// The registers that the instruction uses, but for the arguments of `call`, `new_closure` and `new_instance`, whose
    /// number is told by the program's tables.
    pub fn registers(&self, mut visit: impl FnMut(RegUse)) {
        use Instruction as I;
        let next = |reg: Reg| Reg(reg.0.saturating_add(1));
        match *self {
            I::Move { dst, src }
            | I::Copy { dst, src }
            | I::NewCell { dst, src }
            | I::GetCell { dst, cell: src }
            | I::Neg { dst, src }
            | I::Not { dst, src }
            | I::ToBool { dst, src }
            | I::Await { dst, src }
            | I::Len { dst, src }
            | I::IsInstance { dst, src, .. }
            | I::AddInt { dst, lhs: src, .. }
            | I::SubInt { dst, lhs: src, .. }
            | I::MulInt { dst, lhs: src, .. }
            | I::DivInt { dst, lhs: src, .. }
            | I::RemInt { dst, lhs: src, .. }
            | I::GetIndexInt { dst, object: src, .. }
            | I::GetField { dst, object: src, .. } => {
                visit(RegUse::Read(src, 1));
                visit(RegUse::Write(dst));
            }
            I::LoadConst { dst, .. }
            | I::LoadInt { dst, .. }
            | I::LoadBool { dst, .. }
            | I::LoadNull { dst }
            | I::LoadFunction { dst, .. }
            | I::NewClosure { dst, .. }
            | I::Call { dst, .. }
            | I::NewInstance { dst, .. } => visit(RegUse::Write(dst)),
            I::Add { dst, lhs, rhs }
            | I::Sub { dst, lhs, rhs }
            | I::Mul { dst, lhs, rhs }
            | I::Div { dst, lhs, rhs }
            | I::Rem { dst, lhs, rhs }
            | I::Eq { dst, lhs, rhs }
            | I::Ne { dst, lhs, rhs }
            | I::Lt { dst, lhs, rhs }
            | I::Le { dst, lhs, rhs }
            | I::NewRange { dst, start: lhs, end: rhs, .. }
            | I::SpawnEach { dst, src: lhs, callee: rhs }
            | I::GetIndex { dst, object: lhs, index: rhs } => {
                visit(RegUse::Read(lhs, 1));
                visit(RegUse::Read(rhs, 1));
                visit(RegUse::Write(dst));
            }
            I::Jump { .. } | I::ReturnNull {} | I::Yield {} | I::Marked { .. } => {}
            I::JumpIf { cond: src, .. }
            | I::JumpIfNot { cond: src, .. }
            | I::JumpEqInt { lhs: src, .. }
            | I::JumpNeInt { lhs: src, .. }
            | I::JumpLtInt { lhs: src, .. }
            | I::JumpNotLtInt { lhs: src, .. }
            | I::JumpLeInt { lhs: src, .. }
            | I::JumpNotLeInt { lhs: src, .. }
            | I::JumpGtInt { lhs: src, .. }
            | I::JumpNotGtInt { lhs: src, .. }
            | I::JumpGeInt { lhs: src, .. }
            | I::JumpNotGeInt { lhs: src, .. }
            | I::Return { src }
            | I::Throw { src }
            | I::Print { src }
            | I::Drop { src } => visit(RegUse::Read(src, 1)),
            I::JumpEq { lhs, rhs, .. }
            | I::JumpNe { lhs, rhs, .. }
            | I::JumpLt { lhs, rhs, .. }
            | I::JumpNotLt { lhs, rhs, .. }
            | I::JumpLe { lhs, rhs, .. }
            | I::JumpNotLe { lhs, rhs, .. }
            | I::SetCell { cell: lhs, src: rhs }
            | I::SetField { object: lhs, src: rhs, .. } => {
                visit(RegUse::Read(lhs, 1));
                visit(RegUse::Read(rhs, 1));
            }
            I::CallValue { dst, callee, first, count } | I::Spawn { dst, callee, first, count } => {
                visit(RegUse::Read(callee, 1));
                visit(RegUse::Read(first, count.into()));
                visit(RegUse::Write(dst));
            }
            I::CallMethod { dst, first, count, .. } => {
                visit(RegUse::Read(first, u32::from(count) + 1));
                visit(RegUse::Write(dst));
            }
            I::CallCapability { dst, first, count, .. } => {
                visit(RegUse::Read(first, count.into()));
                visit(RegUse::Write(dst));
            }
            I::NewArray { dst, first, count } => {
                visit(RegUse::Read(first, count.into()));
                visit(RegUse::Write(dst));
            }
            I::NewSteps { dst, first } => {
                visit(RegUse::Read(first, 3));
                visit(RegUse::Write(dst));
            }
            I::NewMap { dst, first, count } => {
                visit(RegUse::Read(first, 2 * u32::from(count)));
                visit(RegUse::Write(dst));
            }
            I::SetIndex { object, index, src } => {
                visit(RegUse::Read(object, 1));
                visit(RegUse::Read(index, 1));
                visit(RegUse::Read(src, 1));
            }
            I::Slice { dst, object, first } => {
                visit(RegUse::Read(object, 1));
                visit(RegUse::Read(first, 3));
                visit(RegUse::Write(dst));
            }
            I::RangeStart { state, start, end, .. } => {
                visit(RegUse::Read(start, 1));
                visit(RegUse::Read(end, 1));
                visit(RegUse::Read(state, 2));
                visit(RegUse::Write(state));
                visit(RegUse::Write(next(state)));
            }
            I::RangeNext { counter, last, .. } => {
                visit(RegUse::Read(counter, 1));
                visit(RegUse::Read(last, 1));
                visit(RegUse::Write(counter));
            }
            I::IterStart { iter, src } => {
                visit(RegUse::Read(src, 1));
                visit(RegUse::Read(iter, 2));
                visit(RegUse::Own(iter));
                visit(RegUse::Write(next(iter)));
            }
            I::IterNext { dst, iter, .. } => {
                visit(RegUse::Read(iter, 2));
                visit(RegUse::Own(iter));
                visit(RegUse::Write(next(iter)));
                visit(RegUse::Write(dst));
            }
            I::BorrowShared { dst, src } | I::BorrowExclusive { dst, src } => {
                visit(RegUse::Read(src, 1));
                visit(RegUse::Own(dst));
            }
            I::MoveBorrow { dst, src } => {
                visit(RegUse::Own(src));
                visit(RegUse::Own(dst));
            }
            I::EndBorrow { owner } => visit(RegUse::Own(owner)),
            I::MoveBorrowCell { cell, src } => {
                visit(RegUse::Read(cell, 1));
                visit(RegUse::Own(src));
            }
            I::EndBorrowCell { cell } => visit(RegUse::Read(cell, 1)),
        }
    }

    /// The jump of the instruction, counted from the one after it.
    pub fn jump_offset(&self) -> Option<i64> {
        self.operands().into_iter().find_map(|operand| match operand {
            Operand::Jump(offset) => Some(offset),
            _ => None,
        })
    }

    /// The same instruction with another jump; `None` when it has none or the jump does not fit its operand.
    pub fn with_jump_offset(&self, offset: i64) -> Option<Self> {
        let mut operands = self.operands();
        let jump = operands.iter_mut().find(|operand| matches!(operand, Operand::Jump(_)))?;
        *jump = Operand::Jump(offset);
        Self::from_operands(self.mnemonic(), &operands)
    }

    /// Whether control never reaches the next instruction.
    pub fn is_terminator(&self) -> bool {
        matches!(self, Self::Jump { .. } | Self::Return { .. } | Self::ReturnNull {} | Self::Throw { .. })
    }
}
