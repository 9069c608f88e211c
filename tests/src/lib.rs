//! What the whole-program tests and the benchmark share: the program as it was built, and a language client to drive it.

pub mod agreement;
pub mod binary;
pub mod checked;
pub mod client;
pub mod conformance;
pub mod debugger;
pub mod document;
pub mod files;
pub mod generate;
pub mod literate;
pub mod mutations;
pub mod run;
pub mod soundness;
mod transport;
