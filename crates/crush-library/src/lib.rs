//! Every name of CRUSH's library, declared once: parameters, types, effects, grant and a line of documentation.
//!
//! Plain data that knows nothing else. The checks before a run read arities and types, the borrow analysis reads effects
//! (H3), the VM takes the borrows of a call by them, completion and hover show the rest. What a capability *does* is in
//! `crush-host`, and a test there holds the two together.

mod declaration;
mod functions;
mod grant;
mod meant;
mod methods;
mod nearest;
mod page;
mod table;
mod ty;

pub use declaration::{Declaration, Effect, Parameter, Source, arguments};
pub use functions::{FUNCTIONS, function};
pub use grant::Grant;
pub use meant::meant;
pub use methods::{METHODS, Methods, methods, methods_named};
pub use nearest::nearest;
pub use page::page;
pub use table::{LANGUAGES, NAMESPACES, Namespace, capabilities, capability, namespace};
pub use ty::Type;
