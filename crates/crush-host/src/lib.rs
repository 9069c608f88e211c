//! The capabilities a CRUSH program may be granted: input and output, files, the
//! clock, child processes, HTTP.
//!
//! [`crush_library`] declares each once, `library` says what each does; [`Host`] provides to a program those that its
//! [`Grants`] allow (H1).

mod arguments;
mod array;
mod binary;
mod bytes;
mod callback;
mod child;
mod clock;
mod collections;
mod console;
mod conv;
mod crypto;
mod element;
mod elsewhere;
mod environment;
mod files;
mod give;
mod grants;
mod host;
mod input;
mod json;
mod library;
mod lines;
mod math;
mod moment;
mod net;
mod octets;
mod path;
mod polyglot;
mod process;
mod program;
mod random;
mod records;
mod regex;
mod result;
mod semantic;
mod sort;
mod str;
mod wait;

pub use grants::{GrantError, Grants};
pub use host::Host;
pub use input::Input;
