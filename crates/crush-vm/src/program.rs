//! A program as the VM takes it: plain tables that refer to each other by number.

use std::sync::Arc;

use crate::instruction::Instruction;
use crate::operand::{ConstId, FuncId, Reg};
use crate::source::{FileId, SourceRange, Span};

/// A whole program. [`ProgramBuilder`](crate::ProgramBuilder) makes one, [`verify`](crate::verify) checks it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Program {
    /// Constants, each once.
    pub constants: Vec<Constant>,
    /// Names of fields and methods, each once.
    pub names: Vec<Arc<str>>,
    /// Dotted names of the capabilities it calls (H1), each once; resolved when the program is linked.
    pub capabilities: Vec<Arc<str>>,
    /// The structs.
    pub classes: Vec<Class>,
    /// The functions.
    pub functions: Vec<Function>,
    /// Where it starts: a function without parameters and captures.
    pub entry: FuncId,
}

/// A constant.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "each is named by its kind")]
pub enum Constant {
    Int(i64),
    Float(f64),
    Str(Arc<str>),
}

/// Floats by their bits: `0.0` and `-0.0` are two constants, and NaN is one.
impl PartialEq for Constant {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::Float(a), Self::Float(b)) => a.to_bits() == b.to_bits(),
            (Self::Str(a), Self::Str(b)) => a == b,
            _ => false,
        }
    }
}

impl Eq for Constant {}

impl std::hash::Hash for Constant {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        match self {
            Self::Int(value) => (0, value).hash(state),
            Self::Float(value) => (1, value.to_bits()).hash(state),
            Self::Str(value) => (2, value).hash(state),
        }
    }
}

/// A struct: its fields in order, and what `impl` and `trait` gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Class {
    /// Its name.
    pub name: Arc<str>,
    /// Its fields in order.
    pub fields: Vec<Arc<str>>,
    /// Its methods, each name once; the receiver is the first parameter.
    pub methods: Vec<(Arc<str>, FuncId)>,
    /// `==` tells its instances apart, whatever their fields are.
    pub identity: bool,
    /// Its instances are copied by [`Instruction::Copy`](crate::Instruction::Copy).
    pub copied: bool,
    /// The methods that keep a receiver of their own when they are read as values, which no run does yet.
    pub bound: Vec<Arc<str>>,
}

/// A function: its code, what the frame looks like, and the tables that lead back to the source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Function {
    /// Its name, as printing shows it.
    pub name: Arc<str>,
    /// How many parameters it has; they arrive in the registers from 0 on.
    pub params: u16,
    /// How many captured cells it has; they arrive after the parameters (B9).
    pub captures: u16,
    /// How many registers its frame has; all others start as null.
    pub registers: u16,
    /// The code.
    pub code: Vec<Instruction>,
    /// The registers that own borrows (B2, B3): a return or an unwinding ends what they hold.
    pub owners: Vec<Owner>,
    /// Registers of this frame that hold an owner cell: the owner of a captured variable. Ended like the owners.
    pub owner_cells: Vec<Owner>,
    /// Where `throw` goes, inner before outer.
    pub handlers: Vec<Handler>,
    /// The way back to the source.
    pub debug: Debug,
}

/// A register that owns borrows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The register (of an owner cell: the one that holds the cell).
    pub reg: Reg,
    /// Who holds the borrow, as a report says it.
    pub role: OwnerRole,
}

/// Who holds a borrow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OwnerRole {
    /// A variable (B3).
    Variable(Arc<str>),
    /// A loop (B2).
    Loop,
    /// A temporary of one expression (B4).
    Temporary,
}

/// Where a `throw` between two places of the code goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handler {
    /// The first instruction it covers.
    pub start: u32,
    /// One past the last instruction it covers.
    pub end: u32,
    /// Where it goes on.
    pub target: u32,
    /// The register that takes what was thrown.
    pub dst: Reg,
}

/// The way from the code back to the source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Debug {
    /// The file.
    pub file: FileId,
    /// The whole function.
    pub span: Span,
    /// For each instruction, the text it came from.
    pub spans: Vec<Span>,
    /// Where each statement begins, by instruction.
    pub statements: Vec<Statement>,
    /// The variables.
    pub locals: Vec<LocalVariable>,
    /// Where variables take a value, by instruction: *before* `pc` runs, the variable has just been bound.
    pub bindings: Vec<Binding>,
}

/// The beginning of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Its first instruction.
    pub pc: u32,
    /// Its text.
    pub span: Span,
}

/// A variable of the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalVariable {
    /// Its name.
    pub name: Arc<str>,
    /// Its declaration.
    pub span: Span,
    /// Where its value is.
    pub home: Home,
    /// The first instruction at which it is there.
    pub start: u32,
    /// One past the last.
    pub end: u32,
}

/// Where a variable lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Home {
    /// In a register.
    Reg(Reg),
    /// In the cell that a register holds (B9).
    Cell(Reg),
}

/// A variable takes a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Binding {
    /// The instruction before which it has happened.
    pub pc: u32,
    /// The variable, an index in [`Debug::locals`].
    pub local: u32,
    /// The text that binds it.
    pub span: Span,
}

impl Function {
    /// The text that an instruction came from.
    pub fn range_at(&self, pc: usize) -> SourceRange {
        self.debug.spans.get(pc).copied().unwrap_or(self.debug.span).in_file(self.debug.file)
    }
}

impl Program {
    /// A constant.
    pub fn constant(&self, id: ConstId) -> &Constant {
        &self.constants[id.index()]
    }

    /// A function.
    pub fn function(&self, id: FuncId) -> &Function {
        &self.functions[id.index()]
    }
}
