//! The language server protocol in front of `crush-ide`.
//!
//! Only this crate knows the protocol: plain data of `crush-ide` goes out as protocol types and positions come in as byte
//! offsets ([`convert`]). One thread owns the documents ([`documents`]); handlers ([`backend`]) take their turn in its
//! queue; programs run on threads of their own ([`runs`]); what the server says of its own accord goes through one task
//! ([`outbox`]), so that a slow client slows nobody but itself.

mod actions;
mod answers;
mod arena;
mod backend;
mod calls;
mod capabilities;
mod completion;
mod config;
mod convert;
mod documents;
pub mod drawing;
mod evaluation;
mod files;
mod formatting;
pub mod grants;
mod guard;
mod hints;
mod input;
mod lenses;
mod memory;
mod moves;
mod navigation;
mod outbox;
mod outline;
mod parent;
mod progress;
pub mod protocol;
mod pull;
mod refusing;
mod rename;
mod runs;
mod search;
mod settings;
pub mod time;
mod tokens;
mod uri;
mod workspace;

pub use backend::serve;
pub use config::{ConfigFile, ConfigFiles};
pub use search::{SearchPath, key};
