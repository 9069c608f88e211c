//! Programs on every core, until there are enough or the time is up.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use crush_tests::checked::Checked;
use crush_tests::soundness::{Effort, Problem, Program, Tally, block, program, reports, show, try_seed, unseen};

use super::{Arguments, table};

/// How many programs a core takes at once.
const BATCH: u64 = 50;

/// What was found.
struct Found {
    seed: u64,
    program: Program,
    problem: Problem,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    if let Some(path) = &arguments.file {
        let checked = Checked::read(path).with_context(|| format!("reading {}", path.display()))?;
        checked.reports().iter().for_each(|report| println!("{}", checked.show(report)));
        return Ok(());
    }
    if arguments.show {
        println!("{}", reports(&program(arguments.seed)));
        return Ok(());
    }
    let mut effort = if arguments.quick { Effort::SMALL } else { Effort::LARGE };
    effort.most_inputs = arguments.inputs.unwrap_or(effort.most_inputs).max(effort.inputs);
    if let Some(code) = &arguments.unseen {
        let code = Tally::codes().find(|known| known.as_str() == code);
        for seed in arguments.seed..arguments.seed + arguments.programs {
            for (code, line, program) in unseen(seed, effort, code) {
                println!("== seed {seed}: [{}] on line {line}\n{}", code.as_str(), reports(&program));
            }
        }
        return Ok(());
    }
    let started = Instant::now();
    let end = arguments.minutes.map(|minutes| started + Duration::from_secs(60 * minutes));
    let (next, wrong) = (AtomicU64::new(0), AtomicUsize::new(0));
    let all = Mutex::new((Tally::default(), Vec::new()));
    let work = || {
        while wrong.load(Ordering::Relaxed) < arguments.most && end.is_none_or(|end| Instant::now() < end) {
            let first = next.fetch_add(BATCH, Ordering::Relaxed);
            if first >= arguments.programs {
                break;
            }
            let mut tally = Tally::default();
            for index in first..(first + BATCH).min(arguments.programs) {
                let seed = arguments.seed + index;
                if let Err(found) = try_seed(seed, effort, &mut tally) {
                    let (program, problem) = *found;
                    wrong.fetch_add(1, Ordering::Relaxed);
                    eprintln!("== seed {seed}: {}", show(&program, &problem));
                    all.lock().expect("nothing panics with it").1.push(Found { seed, program, problem });
                }
            }
            all.lock().expect("nothing panics with it").0.add(&tally);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            // Programs nest deep, and so does what walks over them.
            let thread = std::thread::Builder::new().stack_size(64 << 20);
            thread.spawn_scoped(scope, work).expect("a thread starts");
        }
    });
    let (tally, found) = all.into_inner().context("a thread panicked")?;
    let text = table::table(&tally, arguments.seed, &found.iter().map(|found| &found.problem).collect::<Vec<_>>());
    println!("{text}");
    let seconds = started.elapsed().as_secs_f64();
    println!("{seconds:.0} s, {:.0} programs a minute", tally.programs as f64 / seconds * 60.0);
    keep(arguments, &found)?;
    if arguments.save {
        crate::page::save(&text, "soundness", &crate::root().join("docs/soundness.md"))?;
    }
    ensure!(found.is_empty(), "{} programs show that something is wrong", found.len());
    Ok(())
}

/// Writes what is wrong as tests that are ready to be committed.
fn keep(arguments: &Arguments, found: &[Found]) -> anyhow::Result<()> {
    let blocks: Vec<_> =
        found.iter().filter_map(|found| Some((found.seed, block(&found.program, &found.problem)?))).collect();
    if blocks.is_empty() {
        return Ok(());
    }
    let path = crate::root().join(&arguments.page);
    let mut page = OpenOptions::new().create(true).append(true).open(&path)?;
    for (seed, block) in blocks {
        write!(page, "\nProgram {seed}, made smaller:\n\n{block}")?;
    }
    println!("what is wrong was added to {}", arguments.page.display());
    Ok(())
}
