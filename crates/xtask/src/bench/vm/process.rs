//! One run of a program in a process of its own: processor time, peak memory, output.

use std::ffi::OsStr;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, ensure};
use wait4::Wait4;

use crate::bench::machine::peak_memory;

/// What a run took.
#[derive(Clone, Debug)]
pub(super) struct Run {
    /// Processor time of the whole process, which a busy machine does not stretch as it does wall time.
    pub(super) seconds: f64,
    /// The most memory it held.
    pub(super) peak: u64,
    pub(super) output: String,
}

/// Runs a program to its end.
pub(super) fn run(program: &Path, arguments: &[&OsStr]) -> anyhow::Result<Run> {
    let shown = program.display();
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("`{shown}` does not start"))?;
    let mut output = Vec::new();
    let (id, running) = (child.id(), AtomicBool::new(true));
    let (read, polled) = thread::scope(|scope| {
        let poll = scope.spawn(|| poll_memory(id, &running));
        let read = child.stdout.take().map(|mut pipe| pipe.read_to_end(&mut output));
        running.store(false, Ordering::Relaxed);
        (read, poll.join().unwrap_or_default())
    });
    read.context("its output is a pipe")??;
    let ended = child.wait4()?;
    ensure!(ended.status.success(), "`{shown} {arguments:?}` failed ({})", ended.status);
    // What the system says of a process that has ended is at least what *we* held when it was started.
    let exact = Some(ended.rusage.maxrss).filter(|&held| held > peak_memory(std::process::id()).unwrap_or_default());
    let peak = exact.unwrap_or(polled);
    let output = String::from_utf8(output)?;
    Ok(Run { seconds: (ended.rusage.utime + ended.rusage.stime).as_secs_f64(), peak, output })
}

/// Asks again and again what a process holds at most.
fn poll_memory(process: u32, running: &AtomicBool) -> u64 {
    let mut peak = 0;
    while running.load(Ordering::Relaxed) {
        peak = peak_memory(process).unwrap_or_default().max(peak);
        thread::sleep(Duration::from_micros(300));
    }
    peak
}

/// The run with the median time, with the median peak.
pub(super) fn median(runs: &[Run]) -> Option<Run> {
    let mut runs = runs.to_vec();
    runs.sort_by_key(|run| run.peak);
    let peak = runs.get(runs.len() / 2)?.peak;
    runs.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
    let middle = runs.swap_remove(runs.len() / 2);
    Some(Run { peak, ..middle })
}
