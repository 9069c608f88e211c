//! The capabilities a CRUSH program may be granted: printing, files.
//!
//! [`crush_library`] declares each once, `library` says what each does; [`Host`] provides to a program those that its [`Grants`] allow (H1).

mod console;
mod files;
mod grants;
mod host;
mod library;

pub use grants::{GrantError, Grants};
pub use host::Host;
