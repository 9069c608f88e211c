//! `check --baseline`: what is reported of old code, which is not told again. A report is known by its file, its code and the
//! text of its line, so that it stays known when lines move.

use std::collections::BTreeMap;
use std::path::Path;

use crush_ide::Diagnostic;
use serde::{Deserialize, Serialize};

use crate::Misuse;
use crate::source::{Files as _, Source};

/// What is known already, and how often.
#[derive(Debug, Default)]
pub(super) struct Baseline(BTreeMap<Known, usize>);

/// What a report is known by.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Known {
    file: String,
    code: String,
    line: String,
}

/// A line of the file.
#[derive(Deserialize, Serialize)]
struct Entry {
    #[serde(flatten)]
    known: Known,
    count: usize,
}

impl Known {
    fn of(source: &Source, report: &Diagnostic) -> Self {
        let file = source.file(report.file);
        let line = file.text.line_range(file.text.line_of(report.range.start));
        let line = line.map(|line| file.text.slice(line).trim().to_owned()).unwrap_or_default();
        Self { file: file.path.to_owned(), code: report.code.to_string(), line }
    }
}

impl Baseline {
    /// Reads what is known.
    pub(super) fn read(path: &Path) -> Result<Self, Misuse> {
        let misuse = |reason: String| Misuse::Input { path: path.display().to_string(), reason };
        let text = std::fs::read_to_string(path).map_err(|error| misuse(error.to_string()))?;
        let entries: Vec<Entry> = serde_json::from_str(&text)
            .map_err(|error| misuse(format!("it is no baseline ({error}); `--write-baseline` makes one")))?;
        Ok(Self(entries.into_iter().map(|entry| (entry.known, entry.count)).collect()))
    }

    /// Adds a report; it is not told.
    pub(super) fn add(&mut self, source: &Source, report: &Diagnostic) -> bool {
        *self.0.entry(Known::of(source, report)).or_default() += 1;
        false
    }

    /// Whether a report is known, as often as that.
    pub(super) fn takes(&mut self, source: &Source, report: &Diagnostic) -> bool {
        let left = self.0.get_mut(&Known::of(source, report)).filter(|left| **left > 0);
        left.map(|left| *left -= 1).is_some()
    }

    /// Writes what is known.
    pub(super) fn write(&self, path: &Path) -> Result<(), Misuse> {
        let entries: Vec<_> =
            self.0.iter().map(|(known, count)| Entry { known: known.clone(), count: *count }).collect();
        let mut text = serde_json::to_string_pretty(&entries).unwrap_or_default();
        text.push('\n');
        std::fs::write(path, text)
            .map_err(|error| Misuse::Argument(format!("cannot write `{}`: {error}", path.display())))
    }
}
