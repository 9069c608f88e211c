//! The debug adapter protocol in front of `crush-ide`: `crush-analyzer dap`.
//!
//! One thread reads requests; another one has the run and answers them one after the other, so that what is looked at never
//! moves. A request that comes while the run goes on interrupts it, is answered where it is by then, and it goes on; `pause`,
//! `terminate` and `disconnect` end that. A program is debugged as it is gone back in: what it does outside it does once, where it comes to it for the first time.

mod breakpoints;
mod cancel;
mod complete;
mod debuggee;
mod look;
mod request;
mod session;
mod stops;
mod wire;

use std::io::{BufRead, Write};
use std::path::Path;

use crush_ide::{FileAnalysis, Grants};

/// What the debugger is given from outside.
pub struct Setup<'a> {
    /// Reads the program at a path, with its modules.
    pub load: &'a dyn Fn(&Path) -> Result<FileAnalysis, String>,
    /// What programs may do outside. A launch cannot ask for more.
    pub grants: &'a Grants,
}

impl std::fmt::Debug for Setup<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Setup").field("grants", &self.grants).finish_non_exhaustive()
    }
}

/// Speaks the protocol until the client disconnects or is gone.
///
/// # Errors
///
/// When the system has no thread, or nobody reads.
pub fn serve(
    setup: &Setup<'_>,
    input: impl BufRead + Send + 'static,
    output: impl Write + Send + 'static,
) -> std::io::Result<()> {
    session::serve(setup, input, output)
}
