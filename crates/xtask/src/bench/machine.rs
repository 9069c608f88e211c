//! What the operating system knows.

use std::collections::HashMap;
use std::fs;
use std::time::Duration;

/// The most memory that a process ever held, in bytes; where the system tells.
pub(crate) fn peak_memory(process: u32) -> Option<u64> {
    memory_named(process, "VmHWM:")
}

/// The memory that a process holds when it has had nothing to do for two seconds, in bytes; where the system tells.
pub(crate) fn memory_at_rest(process: u32) -> Option<u64> {
    std::thread::sleep(Duration::from_secs(2));
    memory_named(process, "VmRSS:")
}

fn memory_named(process: u32, name: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with(name))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024)
}

/// How many threads of the whole machine wanted a processor in the last minute, on average.
pub(crate) fn load() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split_whitespace().next().unwrap_or("unknown").to_owned()
}

/// The processor, in a line.
pub(crate) fn description() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model =
        info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':').map(|(_, name)| name.trim()));
    format!("{cores} cores, {}", model.unwrap_or(std::env::consts::ARCH))
}

/// The processor time of a process, thread by thread: those that do its work, and those with a certain name.
pub(crate) struct Threads {
    process: u32,
    apart: &'static str,
    /// What each thread had used when it was last looked at, by its number. Those that have ended count, too.
    known: HashMap<u32, (bool, Duration)>,
}

impl Threads {
    /// The threads of `process`; those called `apart` are counted apart.
    pub(crate) fn of(process: u32, apart: &'static str) -> Self {
        Self { process, apart, known: HashMap::new() }
    }

    /// What the threads have used by now, and those apart.
    pub(crate) fn worked(&mut self) -> (Duration, Duration) {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.process));
        for task in tasks.into_iter().flatten().flatten() {
            let Some(number) = task.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
            let Some(used) = fs::read_to_string(task.path().join("schedstat"))
                .ok()
                .and_then(|text| text.split_whitespace().next()?.parse().ok())
            else {
                continue;
            };
            // Read each time, for a thread gives itself its name after it has begun.
            let name = fs::read_to_string(task.path().join("comm")).unwrap_or_default();
            self.known.insert(number, (name.trim_end() == self.apart, Duration::from_nanos(used)));
        }
        let sum = |apart| self.known.values().filter(|(is_apart, _)| *is_apart == apart).map(|(_, used)| *used).sum();
        (sum(false), sum(true))
    }
}
