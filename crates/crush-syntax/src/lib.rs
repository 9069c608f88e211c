//! Text, positions, incremental parsing and the syntax tree of CRUSH.
//!
//! Parsing never fails: it gives a tree, and what did not parse is an error node in it. This crate knows nothing of names
//! or meaning, and nothing of the protocol but how it counts columns ([`PositionEncoding`]).

mod position;
mod text;
mod tree;

pub use position::{LineColumn, OutOfRange, PositionEncoding};
pub use text::{Text, TextEdit, TextRange};
pub use tree::{Node, NodeId, Tree, TreeCursor};
