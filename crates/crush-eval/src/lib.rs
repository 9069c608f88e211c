//! Runs CRUSH programs in the background and remembers what every line held.
//!
//! A program does the same every time it runs, as long as what it gets from outside is given to it again ([`Outside`]). So it
//! runs twice: the first run counts
//! how often each statement runs ([`count`]); the second knows by that which time is the last one, and looks at the
//! variables just then ([`look`]). What is remembered is bounded by the size of the program, not by the length of the run,
//! and the arena at any line is a third run away ([`moment`]).
//!
//! This crate knows programs and arenas; it does not know the language.

mod count;
mod evaluation;
mod look;
mod moment;
mod outside;
mod parts;
mod record;
mod run;
pub mod time;

pub use evaluation::{Evaluation, Outcome, StatementRecord};
pub use moment::Moment;
pub use outside::Outside;
pub use parts::PartRecord;
pub use record::{ArenaRecord, BorrowRecord, Held, HeldObject, SlotRecord};
pub use run::{Limits, evaluate, evaluate_granted};
