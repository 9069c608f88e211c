//! `crush-analyzer arena`: the arena of a run, at its end, at its fault, or when a line last ran.

use std::io::{BufWriter, Write};

use crush_ide::{
    ArenaMoment, ArenaQuery, ArenaSlot, ArenaView, CancelToken, Evaluation, FilePlace, ModuleId, NotRun, Outcome,
    RunLimits,
};
use serde_json::{Value, json};

use crate::arguments::{Arena, Format, Limits};
use crate::report::{JsonRange, printable};
use crate::source::{Files as _, Source};
use crate::{Ending, Misuse, report};

/// Prints the arena on standard output and a fault on standard error. A fault is what the arena was asked for, perhaps: it
/// is shown, and the exit status tells it.
pub(crate) fn run(arguments: &Arena) -> Result<Ending, Misuse> {
    let source = Source::read(&arguments.input.file, &arguments.input.modules)?;
    let limits = limits(&arguments.limits);
    let evaluation = match crush_ide::evaluate(&source.analysis, limits, &CancelToken::new()) {
        Ok(evaluation) => evaluation,
        Err(NotRun::Refused(_) | NotRun::Cancelled) => {
            let problems = source.analysis.compile().err().unwrap_or_default();
            return super::print_problems(&source, &problems, arguments.input.format);
        }
    };
    if let Some(line) = arguments.line
        && line as usize > source.analysis.text().line_count()
    {
        let count = source.analysis.text().line_count();
        return Err(Misuse::Argument(format!("--line {line}: `{}` has {count} lines", source.path)));
    }
    let query = ArenaQuery {
        line: arguments.line.map(|line| line as usize - 1),
        filter: None,
        offset: 0,
        limit: arguments.most,
    };
    let view = crush_ide::arena_view(&evaluation, &query);
    let mut out = BufWriter::new(anstream::stdout().lock());
    match arguments.input.format {
        Format::Human => print_human(&mut out, &source, &view, arguments.line)?,
        Format::Json => print_json(&mut out, &source, &view)?,
    }
    out.flush()?;
    ending(&source, &evaluation, arguments.input.format)
}

fn ending(source: &Source, evaluation: &Evaluation, format: Format) -> Result<Ending, Misuse> {
    let Outcome::Faulted(fault) = evaluation.outcome() else { return Ok(Ending::Clean) };
    let mut err = anstream::stderr().lock();
    report::print(&mut err, source, &[crush_ide::fault_diagnostic(fault)], format)?;
    Ok(Ending::Errors)
}

fn limits(limits: &Limits) -> RunLimits {
    let defaults = RunLimits::default();
    RunLimits {
        instructions: limits.max_instructions.unwrap_or(u64::MAX),
        bytes: limits.max_bytes.unwrap_or(defaults.bytes),
        objects: limits.max_objects.unwrap_or(defaults.objects),
        call_depth: limits.max_depth.unwrap_or(defaults.call_depth),
        output: defaults.output,
    }
}

fn moment_text(source: &Source, moment: ArenaMoment) -> String {
    match moment {
        ArenaMoment::End => "at the end".to_string(),
        ArenaMoment::Fault { offset } => format!("at the fault on line {}", source.position(offset).line),
        ArenaMoment::Line { line } => format!("when line {} last ran", line + 1),
    }
}

fn print_human(out: &mut dyn Write, source: &Source, view: &ArenaView, asked: Option<u32>) -> Result<(), Misuse> {
    if let Some(line) = asked
        && !matches!(view.moment, ArenaMoment::Line { .. })
    {
        writeln!(out, "line {line} never ran; this is the arena {}", moment_text(source, view.moment))?;
    }
    let stats = view.stats;
    writeln!(
        out,
        "arena {}: {} objects, {} bytes, {} borrowed; {} allocated, {} freed\n",
        moment_text(source, view.moment),
        stats.objects,
        stats.bytes,
        stats.borrows,
        stats.allocated,
        stats.freed
    )?;
    for slot in &view.slots {
        print_slot(out, source, slot)?;
    }
    if view.total > view.slots.len() {
        writeln!(out, "… and {} more (--most N shows more)", view.total - view.slots.len())?;
    }
    Ok(())
}

fn print_slot(out: &mut dyn Write, source: &Source, slot: &ArenaSlot) -> Result<(), Misuse> {
    let names = if slot.names.is_empty() { String::new() } else { format!("  {}", slot.names.join(", ")) };
    let line = |place: FilePlace| place_text(source, place);
    let allocated = slot.allocated.map(|range| format!("  ({})", line(range))).unwrap_or_default();
    writeln!(out, "{:<18} {}{}{allocated}", slot.label, printable(&slot.preview), printable(&names))?;
    for borrow in &slot.borrows {
        let kind = if borrow.exclusive { "exclusive" } else { "shared" };
        let owner = borrow.owner.as_deref().unwrap_or("nobody");
        let taken = borrow.taken.map(|range| format!(", taken on {}", line(range))).unwrap_or_default();
        writeln!(out, "{:<18} └ {kind} borrow held by {owner}{taken}", "")?;
    }
    Ok(())
}

/// `line 3`, `line 3 of util.crush`.
fn place_text(source: &Source, place: FilePlace) -> String {
    let file = source.file(place.file);
    let line = file.position(place.range.start).line;
    if place.file == ModuleId::ROOT {
        format!("line {line}")
    } else {
        format!("line {line} of {}", printable(file.path))
    }
}

fn print_json(out: &mut dyn Write, source: &Source, view: &ArenaView) -> Result<(), Misuse> {
    let stats = view.stats;
    let head = json!({
        "file": source.path,
        "moment": moment_text(source, view.moment),
        "objects": stats.objects,
        "bytes": stats.bytes,
        "borrows": stats.borrows,
        "allocated": stats.allocated,
        "freed": stats.freed,
        "total": view.total,
    });
    writeln!(out, "{head}")?;
    for slot in &view.slots {
        writeln!(out, "{}", json_slot(source, slot))?;
    }
    Ok(())
}

fn json_slot(source: &Source, slot: &ArenaSlot) -> Value {
    let range = |place: Option<FilePlace>| place.map(|place| JsonRange::new(source.file(place.file), place.range));
    let borrows: Vec<_> = slot
        .borrows
        .iter()
        .map(|borrow| {
            json!({
                "kind": if borrow.exclusive { "exclusive" } else { "shared" },
                "owner": borrow.owner,
                "range": range(borrow.taken),
            })
        })
        .collect();
    json!({
        "slot": slot.index,
        "generation": slot.generation,
        "kind": slot.kind,
        "preview": slot.preview,
        "bytes": slot.bytes,
        "shared": slot.shared,
        "exclusive": slot.exclusive,
        "names": slot.names,
        "borrows": borrows,
        "allocated": range(slot.allocated),
        "edges": slot.edges,
    })
}
