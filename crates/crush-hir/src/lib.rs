//! Names, scopes, bodies, places and control-flow graphs of CRUSH programs.
//!
//! A *body* is what runs as one piece: a function, a method, or the top-level statements of a file. Lowering a body reads
//! only its own text, so a body can be kept under a key that does not depend on where it stands: ranges in it are offsets
//! into the body's own text, and a [`BodyMap`](source_map::BodyMap) turns them into offsets of the file.
//!
//! This crate never knows the VM, the protocol, or the analysis.

pub mod body;
pub mod cfg;
pub mod check;
pub mod file;
mod guest;
mod habits;
pub mod kinds;
mod lower;
pub mod modules;
mod print;
pub mod source_map;
pub mod syntax;
pub mod types;
mod walk;

pub use guest::GuestImport;
pub use lower::MAX_DEPTH;
