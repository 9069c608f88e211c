//! What an instruction's operands are made of.

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident($int:ty);)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub $int);

        impl $name {
            /// The position in its table.
            #[inline(always)]
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

ids! {
    /// A register of the running frame.
    Reg(u16);
    /// An entry of [`Program::constants`](crate::Program).
    ConstId(u32);
    /// An entry of [`Program::functions`](crate::Program).
    FuncId(u16);
    /// An entry of [`Program::names`](crate::Program).
    NameId(u16);
    /// An entry of [`Program::classes`](crate::Program).
    ClassId(u16);
    /// An entry of [`Program::capabilities`](crate::Program).
    CapId(u16);
}

/// A jump, counted from the instruction after this one. Conditional jumps have 16 bits; the builder puts an
/// unconditional one behind them where that does not reach.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Near(pub i16);

/// A jump with 32 bits, counted from the instruction after this one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Far(pub i32);

/// One operand with its kind, as the assembler, the disassembler and the verifier look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is named by its type")]
pub enum Operand {
    Reg(Reg),
    Const(ConstId),
    Func(FuncId),
    Name(NameId),
    Class(ClassId),
    Cap(CapId),
    /// A number: an immediate or a count.
    Int(i64),
    Flag(bool),
    /// A jump, relative to the next instruction.
    Jump(i64),
}

/// The kind of an operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OperandKind {
    /// A register, `r3`.
    Reg,
    /// A constant: `1.5`, `"text"`, or `k3`.
    Const,
    /// A function: `@name` or `f3`.
    Func,
    /// A name of a field or method: `.name`.
    Name,
    /// A class: its name.
    Class,
    /// A capability: its dotted name.
    Cap,
    /// A number between these bounds.
    Int(i64, i64),
    /// `true` or `false`.
    Flag,
    /// A label that lies within 16 bits.
    Near,
    /// A label.
    Far,
}

/// A type that stands as an operand in an [`Instruction`](crate::Instruction).
pub(crate) trait OperandType: Sized {
    /// Its kind.
    const KIND: OperandKind;
    /// The value as an operand.
    fn operand(self) -> Operand;
    /// The operand as a value; `None` when it is of another kind or out of bounds.
    fn from_operand(operand: Operand) -> Option<Self>;
}

macro_rules! operand_types {
    ($($ty:ident, $variant:ident;)*) => {$(
        impl OperandType for $ty {
            const KIND: OperandKind = OperandKind::$variant;
            fn operand(self) -> Operand {
                Operand::$variant(self)
            }
            fn from_operand(operand: Operand) -> Option<Self> {
                match operand {
                    Operand::$variant(value) => Some(value),
                    _ => None,
                }
            }
        }
    )*};
}

operand_types! {
    Reg, Reg;
    ConstId, Const;
    FuncId, Func;
    NameId, Name;
    ClassId, Class;
    CapId, Cap;
    bool, Flag;
}

macro_rules! number_operands {
    ($($ty:ident),*) => {$(
        impl OperandType for $ty {
            const KIND: OperandKind = OperandKind::Int($ty::MIN as i64, $ty::MAX as i64);
            fn operand(self) -> Operand {
                Operand::Int(self.into())
            }
            fn from_operand(operand: Operand) -> Option<Self> {
                match operand {
                    Operand::Int(value) => value.try_into().ok(),
                    _ => None,
                }
            }
        }
    )*};
}

number_operands!(u8, u16, i16, i32);

macro_rules! jump_operands {
    ($($ty:ident),*) => {$(
        impl OperandType for $ty {
            const KIND: OperandKind = OperandKind::$ty;
            fn operand(self) -> Operand {
                Operand::Jump(self.0.into())
            }
            fn from_operand(operand: Operand) -> Option<Self> {
                match operand {
                    Operand::Jump(offset) => offset.try_into().ok().map($ty),
                    _ => None,
                }
            }
        }
    )*};
}

jump_operands!(Near, Far);
