//! The text form of CASM. `docs/casm.md` describes it; assembling what was disassembled gives the same program.

mod assemble;
mod disassemble;
mod token;

pub use assemble::{AssembleError, assemble};
pub use disassemble::{disassemble, disassemble_function};
