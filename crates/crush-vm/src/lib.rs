//! The CRUSH virtual machine: CASM instructions, assembler, interpreter, host adapter, quotas.
//!
//! The VM knows programs, not the language: a compiler builds a [`Program`] with [`ProgramBuilder`] and
//! [`FunctionBuilder`]. The instructions are told in `docs/casm.md`.

mod builder;
mod instruction;
mod operand;
mod program;
mod source;

pub use builder::{BuildError, FunctionBuilder, Label, ProgramBuilder};
pub use instruction::{INSTRUCTIONS, Instruction, InstructionInfo, RegUse};
pub use operand::{CapId, ClassId, ConstId, Far, FuncId, NameId, Near, Operand, OperandKind, Reg};
pub use program::{
    Binding, Class, Constant, Debug, Function, Handler, Home, LocalVariable, Owner, OwnerRole,
    Program, Statement,
};
pub use source::{FileId, SourceRange, Span};
