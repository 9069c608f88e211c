//! The results, as a Markdown table that is also fit for a terminal.

use std::fmt;
use std::time::Duration;

pub(crate) use crate::page::save;

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
        let header = HEADER.map(str::to_owned).to_vec();
        let lines: Vec<_> = std::iter::once(header).chain(self.rows.iter().map(|row| row.to_vec())).collect();
        write_lines(f, &lines, 1)?;
        for note in &self.notes {
            writeln!(f, "\n{note}.")?;
        }
        Ok(())
    }
}

/// Writes a table whose first line is its header and whose first column is text.
pub(crate) fn write_table(f: &mut fmt::Formatter<'_>, lines: &[Vec<String>]) -> fmt::Result {
    write_lines(f, lines, 0)
}

/// The column `text` is aligned to the left, the others to the right.
fn write_lines(f: &mut fmt::Formatter<'_>, lines: &[Vec<String>], text: usize) -> fmt::Result {
    let Some(header) = lines.first() else { return Ok(()) };
    let width = |column: usize| {
        lines.iter().filter_map(|line| line.get(column)).map(|cell| cell.chars().count()).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..header.len()).map(width).collect();
    for (index, line) in lines.iter().enumerate() {
        write!(f, "|")?;
        for (column, (cell, width)) in line.iter().zip(&widths).enumerate() {
            match column == text {
                true => write!(f, " {cell:<width$} |")?,
                false => write!(f, " {cell:>width$} |")?,
            }
        }
        writeln!(f)?;
        if index == 0 {
            write!(f, "|")?;
            for (column, width) in widths.iter().enumerate() {
                match column == text {
                    true => write!(f, " {} |", "-".repeat(*width))?,
                    false => write!(f, " {}: |", "-".repeat(width.saturating_sub(1)))?,
                }
            }
            writeln!(f)?;
        }
    }
    Ok(())
}

/// The duration that `percent` of all do not exceed.
pub(crate) fn quantile(durations: &[Duration], percent: usize) -> Duration {
    let mut sorted = durations.to_vec();
    sorted.sort_unstable();
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or_default()
}

pub(crate) fn milliseconds(duration: Duration) -> String {
    format!("{:.2} ms", duration.as_secs_f64() * 1e3)
}

pub(crate) fn thousands(number: usize) -> String {
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
