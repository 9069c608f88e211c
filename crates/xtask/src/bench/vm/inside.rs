//! What recording costs: an evaluation as the editor makes it, beside a plain run, in this process.

use anyhow::{Context, anyhow};
use crush_ide::{CancelToken, FileAnalysis, Grants, Outcome, Quotas, RunLimits, Text};

use super::program::Program;

/// The most that either may take.
const BYTES: usize = 4 << 30;
const OBJECTS: usize = 100_000_000;

/// The time of a recorded evaluation over that of a plain run.
pub(super) fn recording(program: &Program) -> anyhow::Result<f64> {
    let size = (program.size / 4).max(program.reference_size);
    let analysis = FileAnalysis::new(Text::from(program.crush(size).as_str()));
    let mut ratios = Vec::new();
    for _ in 0..3 {
        ratios.push(evaluated(&analysis)? / plain(&analysis)?);
    }
    ratios.sort_by(f64::total_cmp);
    Ok(ratios[1])
}

fn plain(analysis: &FileAnalysis) -> anyhow::Result<f64> {
    let mut quotas = Quotas::default();
    quotas.memory.bytes = BYTES;
    quotas.memory.objects = OBJECTS;
    let started = processor_time()?;
    crush_ide::run(analysis, &Grants::none(), quotas, CancelToken::new(), &mut std::io::sink())
        .map_err(|error| anyhow!("{error:?}"))?;
    Ok(processor_time()? - started)
}

fn evaluated(analysis: &FileAnalysis) -> anyhow::Result<f64> {
    let limits = RunLimits { instructions: u64::MAX, bytes: BYTES, objects: OBJECTS, ..RunLimits::default() };
    let started = processor_time()?;
    let evaluation =
        crush_ide::evaluate(analysis, limits, &CancelToken::new()).map_err(|error| anyhow!("{error:?}"))?;
    let elapsed = processor_time()? - started;
    match evaluation.outcome() {
        Outcome::Finished => Some(elapsed),
        Outcome::Faulted(_) => None,
    }
    .context("the evaluation ended in a fault")
}

/// The seconds that this thread has run, which a busy machine does not stretch.
fn processor_time() -> anyhow::Result<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").context("Linux tells what a thread has run")?;
    let nanoseconds: f64 = text.split(' ').next().context("it begins with nanoseconds")?.parse()?;
    Ok(nanoseconds / 1e9)
}
