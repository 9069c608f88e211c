//! A server must not outlive the editor that started it.
//!
//! Usually the end of standard input says that the editor is gone. Where some other process still holds the pipe, only the
//! process id that the client gave in `initialize` tells.

use std::time::Duration;

/// How often to look.
const INTERVAL: Duration = Duration::from_millis(400);

/// Ends this process once the process `client` no longer exists.
pub(crate) fn exit_with(client: u32) {
    tokio::spawn(async move {
        while is_alive(client) {
            tokio::time::sleep(INTERVAL).await;
        }
        tracing::info!(client, "the editor is gone; exiting");
        std::process::exit(0);
    });
}

#[cfg(unix)]
fn is_alive(process: u32) -> bool {
    let Some(pid) = i32::try_from(process).ok().and_then(rustix::process::Pid::from_raw) else { return true };
    // Another user's process answers "not permitted": it is alive.
    rustix::process::test_kill_process(pid) != Err(rustix::io::Errno::SRCH)
}

/// Elsewhere the end of standard input has to do.
#[cfg(not(unix))]
fn is_alive(_process: u32) -> bool {
    true
}

#[cfg(all(test, unix))]
mod tests {
    #[test]
    fn this_process_is_alive_and_an_ended_one_is_not() {
        assert!(super::is_alive(std::process::id()));
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let pid = child.id();
        child.wait().unwrap();
        assert!(!super::is_alive(pid));
    }
}
