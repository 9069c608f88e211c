//! The capabilities a CRUSH program may be granted: printing, files.
//!
//! [`library::CAPABILITIES`] declares each once; [`Host`] provides to a program those that its [`Grants`] allow (H1).

mod files;
mod grants;
mod host;
pub mod library;

pub use grants::{GrantError, Grants};
pub use host::Host;
pub use library::{CAPABILITIES, Capability};
