//! From CRUSH bodies to CASM.
//!
//! [`compile`] takes a file, [`link`] the files of a whole program, and gives a program for the VM, or everything that keeps
//! it from running. A body becomes one
//! function, and so does every lambda in it; variables live in registers, captured ones that change in cells (B9), and each borrow has
//! an owner register that ends it (B2 to B4).

mod call;
mod condition;
mod constants;
mod expr;
mod facts;
mod frame;
mod loops;
mod matching;
mod polyglot;
mod problem;
mod program;
mod stmt;
mod task;
mod variables;

pub use problem::Problem;
pub use program::{Options, compile, link};
