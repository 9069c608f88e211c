//! The server from its start to its end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tower_lsp::{LspService, Server};

use super::Backend;
use crate::refusing::Refusing;

/// How many messages are handled at once. Requests only wait for their snapshot, so this bounds memory, not speed; it must
/// be larger than the number of slow requests that an editor sends at once, or an edit would wait behind them.
const CONCURRENCY: usize = 64;

/// How much room a request has for programs that nest deeply. It is taken only where it is used.
const STACK: usize = 16 << 20;

/// Speaks the protocol on standard input and output until the client says `exit` or is gone. Gives whether the client asked
/// for `shutdown` first; if not, the protocol wants the process to end with status 1.
///
/// # Errors
///
/// When the system gives the server no threads.
pub fn serve() -> std::io::Result<bool> {
    crate::memory::configure();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).thread_stack_size(STACK).enable_all().build()?;
    let is_shut_down = Arc::new(AtomicBool::new(false));
    runtime.block_on(async {
        let (service, socket) = LspService::build(|client| Backend::new(client, Arc::clone(&is_shut_down)))
            .custom_method("crush/trust", Backend::trust)
            .custom_method("crush/grants", Backend::grants)
            .custom_method("crush/missingGrants", Backend::missing_grants)
            .custom_method("crush/run", Backend::run)
            .custom_method("crush/cancel", Backend::cancel)
            .custom_method("crush/arena", Backend::arena)
            .custom_method("crush/borrows", Backend::borrows)
            .custom_method("crush/heap", Backend::heap)
            .custom_method("crush/time/open", Backend::time_open)
            .custom_method("crush/time/step", Backend::time_step)
            .custom_method("crush/time/seek", Backend::time_seek)
            .custom_method("crush/time/lastChange", Backend::time_last_change)
            .custom_method("crush/time/borrowedWhen", Backend::time_borrowed_when)
            .custom_method("crush/time/arena", Backend::time_arena)
            .custom_method("crush/time/heap", Backend::time_heap)
            .custom_method("crush/time/close", Backend::time_close)
            .custom_method("crush/evaluate", Backend::evaluate)
            .custom_method("window/workDoneProgress/cancel", Backend::cancel_progress)
            .finish();
        Server::new(crate::input::messages(), tokio::io::stdout(), socket)
            .concurrency_level(CONCURRENCY)
            .serve(Refusing(service))
            .await;
    });
    // The thread that reads standard input may wait for ever: the process does not wait for it.
    runtime.shutdown_background();
    Ok(is_shut_down.load(Ordering::Relaxed))
}
