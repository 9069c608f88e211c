//! What a campaign saw, as a Markdown table that is also fit for a terminal.

use std::fmt::Write as _;

use crush_tests::soundness::{Count, Problem, Tally};

/// The figures of a campaign that began with program `first`.
pub(super) fn table(tally: &Tally, first: u64, problems: &[&Problem]) -> String {
    let missed = problems.iter().filter(|problem| matches!(problem, Problem::Missed { .. })).count();
    let certain = problems.iter().filter(|problem| matches!(problem, Problem::FalselyCertain { .. })).count();
    let mut text = format!(
        "{} programs from number {first} on, with variants {}, {} runs. {} runs ended by a fault of borrows or drops, {} of which no report \
         covered; {} by another fault. {certain} errors were not certain.\n\n",
        thousands(tally.programs + problems.len() as u64),
        thousands(tally.variants),
        thousands(tally.runs),
        thousands(tally.faults),
        missed,
        thousands(tally.other_faults),
    );
    text.push_str("| code                      | errors | reached | faulted | warnings | reached | faulted | of those reached |\n");
    text.push_str("| ------------------------- | -----: | ------: | ------: | -------: | ------: | ------: | ---------------: |\n");
    for code in Tally::codes() {
        row(&mut text, &format!("`{}`", code.as_str()), tally.errors(code), tally.warnings(code));
    }
    let (errors, warnings) = tally.total();
    row(&mut text, "all", errors, warnings);
    text
}

fn row(text: &mut String, name: &str, errors: Count, warnings: Count) {
    let share = match warnings.reached {
        0 => String::new(),
        reached => format!("{:.1} %", 100.0 * warnings.faulted as f64 / reached as f64),
    };
    let [all, reached, faulted] = [errors.all, errors.reached, errors.faulted].map(thousands);
    let [warned, came, seen] = [warnings.all, warnings.reached, warnings.faulted].map(thousands);
    writeln!(
        text,
        "| {name:<25} | {all:>6} | {reached:>7} | {faulted:>7} | {warned:>8} | {came:>7} | {seen:>7} | {share:>16} |"
    )
    .expect("a string takes everything");
}

fn thousands(number: u64) -> String {
    match number {
        0..1_000 => number.to_string(),
        _ => format!("{},{:03}", thousands(number / 1_000), number % 1_000),
    }
}
