//! `cargo xtask bench time`: what a step costs in a run of ten million instructions, forward and back, and how much memory
//! the process holds meanwhile.

use std::fmt::Write as _;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, ensure};
use crush_ide::time::{Bounds, Direction, Lost, Position, Step, TimeTravel, travel_with};
use crush_ide::{CancelToken, FileAnalysis, Grants, Host, Quotas, Text};

use super::{Arguments, machine, table};

const INSTRUCTIONS: u64 = 10_000_000;
/// At so many moments, spread evenly, each step is made.
const MOMENTS: u64 = 100;
/// Programs of all kinds: calls alone, texts, arrays that move, many small objects.
const PROGRAMS: [&str; 6] = ["fib", "words", "sort", "closures", "queens", "trees"];
const STEPS: [(&str, Step); 4] =
    [("line", Step::Into), ("over", Step::Over), ("out", Step::Out), ("event", Step::Event)];

/// Measures, and prints the table.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let mut text = format!(
        "Milliseconds of processor time, median / 99th of {MOMENTS}; {}, load {}.\n\n\
         | program | first run | copies | MB | process MB | anywhere |",
        machine::description(),
        machine::load(),
    );
    for direction in ["", " back"] {
        for (name, _) in STEPS {
            write!(text, " {name}{direction} |")?;
        }
    }
    text.push_str(" last change |\n|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|\n");
    let wanted = |name: &str| arguments.only.is_empty() || arguments.only.iter().any(|only| only == name);
    for name in PROGRAMS.into_iter().filter(|name| wanted(name)) {
        eprintln!("{name} …");
        let row = if arguments.only == [name] { measure(name) } else { measure_elsewhere(name) };
        writeln!(text, "{}", row.with_context(|| name.to_owned())?)?;
    }
    writeln!(text, "\nLoad at the end {}.", machine::load())?;
    println!("{text}");
    if arguments.save {
        table::save(&text, "bench time", &crate::root().join("docs/performance.md"))?;
    }
    Ok(())
}

/// In a process of its own, which holds nothing of the program before.
fn measure_elsewhere(name: &str) -> anyhow::Result<String> {
    let output = Command::new(std::env::current_exe()?).args(["bench", "time", "--only", name]).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let row = text.lines().find(|line| line.starts_with(&format!("| {name} |")));
    row.map(str::to_owned).with_context(|| String::from_utf8_lossy(&output.stderr).into_owned())
}

fn measure(name: &str) -> anyhow::Result<String> {
    let text = std::fs::read_to_string(crate::root().join(format!("tests/bench/{name}.crush")))?;
    let analysis = FileAnalysis::to_run(Text::from(text.as_str()));
    let program = analysis.compile().map_err(|problems| anyhow::anyhow!("{problems:?}"))?;
    let (grants, mut nowhere) = (Grants::none(), std::io::sink());
    let host = Host::pure(&grants, &mut nowhere);
    let bounds = Bounds::new(Quotas { instructions: INSTRUCTIONS, ..Quotas::default() });
    let measured = travel_with(&analysis, &program, &host, bounds, &CancelToken::new(), |time| row(name, time));
    measured.map_err(|refused| anyhow::anyhow!("{refused:?}"))?
}

fn row(name: &str, mut time: TimeTravel<'_>) -> anyhow::Result<String> {
    let first = took(|| time.run_to_end())?;
    let (ticks, is_all) = time.timeline().known();
    ensure!(is_all, "the run has not ended");
    let (copies, bytes) = time.timeline().checkpoints();
    let mut row = format!("| {name} | {} | {copies} | {:.1} | {PEAK} |", first.as_millis(), bytes as f64 / 1e6);
    // In an order in which no moment is near the one before, as a slider that is thrown about.
    let moment = |number: u64| Position::at(1 + number * 37 % MOMENTS * (ticks - 1) / MOMENTS);
    let mut anywhere = Vec::new();
    for number in 0..MOMENTS {
        anywhere.push(took(|| time.moment(moment(number), None))?);
    }
    write!(row, " {} |", told(anywhere))?;
    for direction in [Direction::Forward, Direction::Back] {
        for (_, step) in STEPS {
            let mut times = Vec::new();
            for number in 0..MOMENTS {
                // A step is made from a moment that is shown.
                let from = moment(number);
                took(|| time.moment(from, None))?;
                times.push(took(|| {
                    let there = time.step(from, step, direction, &[])?;
                    time.moment(there, None)
                })?);
            }
            write!(row, " {} |", told(times))?;
        }
    }
    let end = time.moment(Position::END, None).map_err(|lost| anyhow::anyhow!("{lost:?}"))?;
    let object = end.frames.iter().flat_map(|frame| &frame.variables).find_map(|held| held.object);
    match object {
        Some(object) => write!(row, " {:.1} |", milliseconds(took(|| time.last_change(object, Position::END))?))?,
        None => row.push_str(" |"),
    }
    Ok(row.replace(PEAK, &peak().map_or("?".to_owned(), |peak| format!("{peak:.0}"))))
}

/// Stands for the most memory that the process held, until that is known.
const PEAK: &str = "PEAK";

/// The most memory that the process held, in MB.
fn peak() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<f64>().ok().map(|kilobytes| kilobytes * 1024.0 / 1e6)
}

/// The processor time that something takes.
fn took<T>(work: impl FnOnce() -> Result<T, Lost>) -> anyhow::Result<Duration> {
    let began = processor_time();
    work().map_err(|lost| anyhow::anyhow!("{lost:?}"))?;
    Ok(processor_time() - began)
}

/// What this thread has used by now.
#[cfg(unix)]
fn processor_time() -> Duration {
    let used = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(used.tv_sec.cast_unsigned(), u32::try_from(used.tv_nsec).unwrap_or_default())
}

#[cfg(not(unix))]
fn processor_time() -> Duration {
    static BEGAN: std::sync::LazyLock<std::time::Instant> = std::sync::LazyLock::new(std::time::Instant::now);
    BEGAN.elapsed()
}

fn told(mut times: Vec<Duration>) -> String {
    times.sort();
    format!("{:.1} / {:.1}", milliseconds(times[times.len() / 2]), milliseconds(times[times.len() * 99 / 100]))
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
