//! The results, as Markdown that is also fit for a terminal.

use std::fmt;

use super::cancel::Stop;
use super::process::Run;
use crate::bench::machine;
use crate::bench::table::{thousands, write_table};

/// What was measured of one program.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) size: u64,
    pub(super) ours: Run,
    pub(super) lua: Option<Run>,
    /// The reference's time over ours, at a small size.
    pub(super) reference: Option<f64>,
    /// The time of a recorded evaluation over that of a plain run.
    pub(super) recording: Option<f64>,
}

/// All that was measured.
pub(super) struct Figures {
    recording: bool,
    rows: Vec<Row>,
    start: Option<(Run, Option<Run>)>,
    stops: Vec<Stop>,
    notes: Vec<String>,
}

impl Figures {
    pub(super) fn new(recording: bool) -> Self {
        Self { recording, rows: Vec::new(), start: None, stops: Vec::new(), notes: Vec::new() }
    }

    pub(super) fn add(&mut self, row: Row) {
        self.rows.push(row);
    }

    pub(super) fn start(&mut self, start: (Run, Option<Run>)) {
        self.start = Some(start);
    }

    pub(super) fn stops(&mut self, stops: Vec<Stop>) {
        self.stops = stops;
    }

    pub(super) fn note(&mut self, note: &str) {
        self.notes.push(note.to_owned());
    }

    fn programs(&self) -> Vec<Vec<String>> {
        let mut header =
            vec!["program", "n", "ours", "Lua 5.4", "Lua / ours", "our peak", "ours / Lua's", "× crush-run"];
        if self.recording {
            header.push("recording");
        }
        let mut lines = vec![header.into_iter().map(str::to_owned).collect::<Vec<_>>()];
        for row in &self.rows {
            let lua = row.lua.as_ref();
            let mut line = vec![
                row.name.clone(),
                thousands(row.size as usize),
                seconds(row.ours.seconds),
                lua.map_or(String::new(), |lua| seconds(lua.seconds)),
                ratio(row.speed()),
                megabytes(row.ours.peak),
                ratio(row.memory()),
                row.reference.map_or(String::new(), |times| format!("{times:.0}")),
            ];
            if self.recording {
                line.push(ratio(row.recording));
            }
            lines.push(line);
        }
        let mean = |of: fn(&Row) -> Option<f64>| geometric_mean(self.rows.iter().filter_map(of));
        let mut last = vec!["geometric mean".to_owned(), String::new(), String::new(), String::new()];
        last.push(ratio(mean(Row::speed)));
        last.push(String::new());
        last.push(ratio(mean(Row::memory)));
        last.push(mean(|row| row.reference).map_or(String::new(), |times| format!("{times:.0}")));
        if self.recording {
            last.push(ratio(mean(|row| row.recording)));
        }
        lines.push(last);
        lines
    }
}

impl Row {
    /// Ours as a multiple of Lua's speed.
    fn speed(&self) -> Option<f64> {
        self.lua.as_ref().map(|lua| lua.seconds / self.ours.seconds)
    }

    /// Our memory as a multiple of Lua's.
    fn memory(&self) -> Option<f64> {
        self.lua.as_ref().map(|lua| self.ours.peak as f64 / lua.peak as f64)
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}.\n", machine::description())?;
        write_table(f, &self.programs())?;
        let (compared, faster) = (
            self.rows.iter().filter(|row| row.lua.is_some()).count(),
            self.rows.iter().filter_map(Row::speed).filter(|&speed| speed >= 1.0).count(),
        );
        if compared > 0 {
            writeln!(f, "\nAt least as fast as Lua in {faster} of {compared}.")?;
        }
        if let Some((ours, lua)) = &self.start {
            write!(f, "Hello world, whole process: {}, {}", milliseconds(ours.seconds), megabytes(ours.peak))?;
            if let Some(lua) = lua {
                write!(f, "; Lua {}, {}", milliseconds(lua.seconds), megabytes(lua.peak))?;
            }
            writeln!(f, ".")?;
        }
        if !self.stops.is_empty() {
            let mut lines = vec![vec!["stopped while".to_owned(), "until it had returned, at worst".to_owned()]];
            lines.extend(self.stops.iter().map(|stop| vec![stop.name.to_owned(), milliseconds(stop.worst)]));
            writeln!(f)?;
            write_table(f, &lines)?;
        }
        for note in &self.notes {
            writeln!(f, "\n{note}.")?;
        }
        Ok(())
    }
}

fn geometric_mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let logarithms: Vec<f64> = values.map(f64::ln).collect();
    let count = logarithms.len() as f64;
    (!logarithms.is_empty()).then(|| (logarithms.iter().sum::<f64>() / count).exp())
}

fn seconds(seconds: f64) -> String {
    format!("{seconds:.2} s")
}

fn milliseconds(seconds: f64) -> String {
    format!("{:.1} ms", seconds * 1e3)
}

fn ratio(ratio: Option<f64>) -> String {
    ratio.map_or(String::new(), |ratio| format!("{ratio:.2}"))
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_geometric_mean_of_a_number_and_its_inverse_is_one() {
        assert!((geometric_mean([4.0, 0.25].into_iter()).unwrap_or_default() - 1.0).abs() < 1e-12);
        assert_eq!(geometric_mean(std::iter::empty()), None);
    }
}
