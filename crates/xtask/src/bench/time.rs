//! `cargo xtask bench time`: what a step costs in a run of ten million instructions, forward and back.

use std::fmt::Write as _;
use std::time::Instant;

use anyhow::{Context, ensure};
use crush_ide::time::{Bounds, Direction, Position, Step, TimeTravel, travel_with};
use crush_ide::{CancelToken, FileAnalysis, Grants, Host, Quotas, Text};

use super::Arguments;

const INSTRUCTIONS: u64 = 10_000_000;
/// At so many moments, spread evenly, each step is made.
const MOMENTS: u64 = 100;
/// Programs of all kinds: calls alone, texts, arrays that move, many small objects.
const PROGRAMS: [&str; 6] = ["fib", "words", "sort", "closures", "queens", "trees"];
const STEPS: [(&str, Step); 4] =
    [("into", Step::Into), ("over", Step::Over), ("out", Step::Out), ("event", Step::Event)];

/// Measures, and prints the table.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    println!("Milliseconds for a step and the state after it, median / 99th of {MOMENTS}.\n");
    print!("| program | first run | copies | MB |");
    for direction in ["", " back"] {
        for (name, _) in STEPS {
            print!(" {name}{direction} |");
        }
    }
    println!(" last change |\n|---|---|---|---|---|---|---|---|---|---|---|---|---|");
    let wanted = |name: &str| arguments.only.is_empty() || arguments.only.iter().any(|only| only == name);
    for name in PROGRAMS.into_iter().filter(|name| wanted(name)) {
        println!("{}", measure(name).with_context(|| name.to_owned())?);
    }
    Ok(())
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
    let began = Instant::now();
    time.run_to_end().map_err(|lost| anyhow::anyhow!("{lost:?}"))?;
    let first = began.elapsed();
    let (ticks, is_all) = time.timeline().known();
    ensure!(is_all, "the run has not ended");
    let (copies, bytes) = time.timeline().checkpoints();
    let mut row = format!("| {name} | {} | {copies} | {:.1} |", first.as_millis(), bytes as f64 / 1e6);
    for direction in [Direction::Forward, Direction::Back] {
        for (_, step) in STEPS {
            let mut times = Vec::new();
            for part in 0..MOMENTS {
                let from = Position::at(1 + part * (ticks - 1) / MOMENTS);
                let began = Instant::now();
                let there = time.step(from, step, direction, &[]).map_err(|lost| anyhow::anyhow!("{lost:?}"))?;
                time.moment(there, None).map_err(|lost| anyhow::anyhow!("{lost:?}"))?;
                times.push(began.elapsed().as_secs_f64() * 1e3);
            }
            times.sort_by(f64::total_cmp);
            let (median, slowest) = (times[times.len() / 2], times[times.len() * 99 / 100]);
            write!(row, " {median:.1} / {slowest:.1} |")?;
        }
    }
    let end = time.moment(Position::END, None).map_err(|lost| anyhow::anyhow!("{lost:?}"))?;
    let object = end.frames.iter().flat_map(|frame| &frame.variables).find_map(|held| held.object);
    let began = Instant::now();
    if let Some(object) = object {
        time.last_change(object, Position::END).map_err(|lost| anyhow::anyhow!("{lost:?}"))?;
        write!(row, " {:.1} |", began.elapsed().as_secs_f64() * 1e3)?;
    } else {
        row.push_str(" |");
    }
    Ok(row)
}
