//! The results, as a Markdown table that is also fit for a terminal.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use anyhow::Context;

use super::machine;
use super::session::Measurement;

const HEADER: [&str; 8] =
    ["lines", "", "diagnostics", "open", "edit, median", "edit, p99", "× bare parse", "peak memory"];

/// All that was measured.
pub(crate) struct Table {
    notes: Vec<String>,
    rows: Vec<[String; 8]>,
}

impl Table {
    pub(crate) fn new(notes: Vec<String>) -> Self {
        Self { notes, rows: Vec::new() }
    }

    /// Adds what was measured at `lines` lines; the last measurement is the one that the others are compared with.
    pub(crate) fn add(&mut self, lines: usize, measurements: Vec<Measurement>) {
        let bare = measurements.last().map_or(Duration::ZERO, |bare| quantile(&bare.edits, 50));
        for measured in measurements {
            let median = quantile(&measured.edits, 50);
            self.rows.push([
                thousands(lines),
                measured.name,
                measured.diagnostics.map(thousands).unwrap_or_default(),
                milliseconds(measured.open),
                milliseconds(median),
                milliseconds(quantile(&measured.edits, 99)),
                format!("{:.1}", median.as_secs_f64() / bare.as_secs_f64()),
                measured.peak_memory.map(|bytes| format!("{} MB", bytes / 1_000_000)).unwrap_or_default(),
            ]);
        }
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}.\n", machine::description())?;
        let width = |column: usize| {
            let cells = self.rows.iter().map(|row| &*row[column]).chain([HEADER[column]]);
            cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
        };
        let widths: [usize; 8] = std::array::from_fn(width);
        let line = |f: &mut fmt::Formatter<'_>, cells: [&str; 8]| {
            write!(f, "|")?;
            for (column, (cell, width)) in cells.into_iter().zip(widths).enumerate() {
                match column {
                    1 => write!(f, " {cell:<width$} |")?,
                    _ => write!(f, " {cell:>width$} |")?,
                }
            }
            writeln!(f)
        };
        line(f, HEADER)?;
        let rules = std::array::from_fn::<_, 8, _>(|column| match column {
            1 => "-".repeat(widths[1]),
            _ => format!("{}:", "-".repeat(widths[column] - 1)),
        });
        line(f, std::array::from_fn(|column| &*rules[column]))?;
        for row in &self.rows {
            line(f, std::array::from_fn(|column| &*row[column]))?;
        }
        for note in &self.notes {
            writeln!(f, "\n{note}.")?;
        }
        Ok(())
    }
}

/// Writes the table between the two marks of the page.
///
/// # Errors
///
/// When the page is not there or has no marks.
pub(crate) fn save(table: &str, page: &Path) -> anyhow::Result<()> {
    const START: &str = "<!-- cargo xtask bench --save: start -->\n";
    const END: &str = "<!-- cargo xtask bench --save: end -->";
    let old = std::fs::read_to_string(page).with_context(|| format!("cannot read {}", page.display()))?;
    let (before, rest) = old.split_once(START).context("the page has no mark where the table starts")?;
    let (_, after) = rest.split_once(END).context("the page has no mark where the table ends")?;
    std::fs::write(page, format!("{before}{START}{table}{END}{after}"))?;
    Ok(())
}

/// The duration that `percent` of all do not exceed.
fn quantile(durations: &[Duration], percent: usize) -> Duration {
    let mut sorted = durations.to_vec();
    sorted.sort_unstable();
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or_default()
}

fn milliseconds(duration: Duration) -> String {
    format!("{:.2} ms", duration.as_secs_f64() * 1e3)
}

fn thousands(number: usize) -> String {
    match number {
        0..1_000 => number.to_string(),
        _ => format!("{},{:03}", thousands(number / 1_000), number % 1_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_durations_that_were_measured() {
        let durations: Vec<Duration> = (1..=100).rev().map(Duration::from_millis).collect();
        assert_eq!(quantile(&durations, 50), Duration::from_millis(50));
        assert_eq!(quantile(&durations, 99), Duration::from_millis(99));
        assert_eq!(quantile(&durations[..1], 99), Duration::from_millis(100));
    }

    #[test]
    fn long_numbers_are_readable() {
        assert_eq!(thousands(999), "999");
        assert_eq!(thousands(100_000), "100,000");
        assert_eq!(thousands(1_002_003), "1,002,003");
    }
}
