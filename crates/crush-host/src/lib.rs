//! The capabilities a CRUSH program may be granted: input and output, files, the
//! clock, child processes, HTTP.
//!
//! [`crush_library`] declares each once, `library` says what each does; [`Host`] provides to a program those that its
//! [`Grants`] allow (H1).

mod child;
mod clock;
mod console;
mod crypto;
mod environment;
mod files;
mod give;
mod grants;
mod host;
mod input;
mod library;
mod lines;
mod net;
mod process;
mod program;
mod wait;

pub use grants::{GrantError, Grants};
pub use host::Host;
pub use input::Input;
