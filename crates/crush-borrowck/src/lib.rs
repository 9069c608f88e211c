//! The static borrow analysis of CRUSH.
//!
//! Every fault that a run can raise by the rules of borrows (B1 to B7, A6, T3) is reported before the run (S1), and what is
//! certain is kept apart from what is possible (S2). [`Analysis`] holds what is known of a program, function by function,
//! and does again only what an edit touches; a [`Report`] is plain data.
//!
//! How it works is told in `docs/decisions/0002-borrow-analysis.md`. This crate never knows the VM: that the two agree is
//! tested, not arranged by sharing code.

mod canonical;
mod draft;
mod lambda;
mod pmap;
mod program;
mod report;
mod state;
mod summary;
mod table;
mod value;

pub use program::{Analysis, Change};
pub use report::{Code, Fix, FunctionId, Part, Place, Related, Report, Severity, Text};
