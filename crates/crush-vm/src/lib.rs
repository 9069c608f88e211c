//! The CRUSH virtual machine: CASM instructions, assembler, interpreter, host adapter, quotas.
//!
//! The VM knows programs, not the language: a compiler builds a [`Program`] with [`ProgramBuilder`] and
//! [`FunctionBuilder`], [`verify`] checks it, and a [`Vm`] runs it. The instructions are told in `docs/casm.md`.

mod access;
mod argument;
mod arith;
mod aside;
mod asm;
mod builder;
mod call;
mod callback;
mod checkpoint;
mod elsewhere;
mod end;
mod fault;
mod graft;
mod host;
mod image;
mod instruction;
mod interpret;
mod iterate;
mod make;
mod marks;
mod members;
mod method;
mod operand;
mod part;
mod program;
mod quota;
mod record;
mod report;
mod slice;
mod source;
mod tasks;
mod tell;
mod trap;
mod verify;
mod vm;

pub use asm::{AssembleError, assemble, disassemble, disassemble_function};
pub use builder::{BuildError, FunctionBuilder, Label, ProgramBuilder};
pub use checkpoint::Checkpoint;
pub use fault::{
    BorrowCause, BorrowFault, CallSite, CapabilityProblem, Fault, FaultKind, Holder, HolderName, ObjectNote,
    UseAfterFreeFault,
};
pub use graft::{Grafted, graft};
pub use host::{Call, CallError, HostAdapter, NoHost, Resolution, type_name};
pub use instruction::{INSTRUCTIONS, Instruction, InstructionInfo, RegUse};
pub use marks::Place;
pub use operand::{CapId, ClassId, ConstId, Far, FuncId, NameId, Near, Operand, OperandKind, Reg};
pub use part::{Part, TaskState};
pub use program::{
    Binding, Class, Constant, Debug, Function, Handler, Home, LocalVariable, Owner, OwnerRole, Program, Statement,
};
pub use quota::{CancelReason, CancelToken, Quotas};
pub use record::{Attention, Moment, NoRecorder, Recorder, Visit};
pub use source::{FileId, SourceRange, Span};
pub use tasks::Scheduling;
pub use verify::{VerifiedProgram, VerifyError, verify};
pub use vm::Vm;
