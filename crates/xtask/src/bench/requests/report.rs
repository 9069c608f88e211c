//! The tables of what was measured, in Markdown.

use std::fmt;
use std::time::Duration;

use super::asked::REQUESTS;
use super::workspace::Opening;
use super::{Answer, Measured};
use crate::bench::machine;
use crate::bench::table::{milliseconds, quantile, thousands, write_table};

/// Tables, one after the other.
pub(super) struct Report {
    text: String,
    notes: Vec<String>,
    /// The load of the machine when the last table was begun.
    load: String,
    /// How much of the text was printed.
    printed: usize,
}

impl Report {
    pub(super) fn new(notes: &[String]) -> Self {
        Self {
            text: format!("{}.\n", machine::description()),
            notes: notes.to_vec(),
            load: machine::load(),
            printed: 0,
        }
    }

    /// Adds what was measured with programs that are alone.
    pub(super) fn add_lines(&mut self, lines: usize, measured: Vec<Measured>) {
        self.add(&format!("{} lines", thousands(lines)), &measured, lines == 10_000);
    }

    /// Adds what was measured in a workspace.
    pub(super) fn add_files(&mut self, files: usize, measured: Vec<Measured>, openings: Vec<Opening>) {
        self.add(&format!("{} files", thousands(files)), &measured, false);
        let header = ["", "opened", "a symbol found", "all diagnostics", "reported", "an edit meanwhile, p99"];
        let row = |(measured, opening): (&Measured, Opening)| {
            let taken =
                |time: Option<Duration>| time.map_or("–".to_owned(), |time| format!("{:.2} s", time.as_secs_f64()));
            let Opening { opened, symbol, diagnostics, reported, meanwhile } = opening;
            vec![
                measured.name.clone(),
                taken(Some(opened)),
                taken(symbol),
                taken(diagnostics),
                reported.map_or("–".to_owned(), thousands),
                if meanwhile.is_empty() { "–".to_owned() } else { milliseconds(quantile(&meanwhile, 99)) },
            ]
        };
        let rows = measured.iter().zip(openings).map(row);
        self.text += &format!(
            "\n{}",
            Lines(&std::iter::once(header.map(str::to_owned).to_vec()).chain(rows).collect::<Vec<_>>())
        );
    }

    fn add(&mut self, title: &str, measured: &[Measured], is_wanted: bool) {
        let Some(ours) = measured.first() else { return };
        let mut header = vec!["request".to_owned()];
        if is_wanted {
            header.push("wanted".to_owned());
        }
        header.extend(["median".to_owned(), "p99".to_owned(), "p99 of its processor time".to_owned()]);
        for peer in &measured[1..] {
            header.extend([format!("{}, median", peer.name), "p99".to_owned(), "ours / its median".to_owned()]);
        }
        let (mut lines, mut kept, mut kept_alone, mut missed) = (vec![header], 0, 0, Vec::new());
        for (index, request) in REQUESTS.iter().enumerate() {
            let answers = &ours.answers[index];
            let mut line = vec![format!("`{}`", request.name())];
            let wanted = Duration::from_millis(request.wanted.into());
            if is_wanted {
                line.push(format!("{} ms", request.wanted));
                kept_alone += usize::from(quantile(&processor(answers), 99) <= wanted);
                match quantile(&took(answers), 99) <= wanted {
                    true => kept += 1,
                    false => missed.push(format!("`{}`", request.name())),
                }
            }
            line.extend(cells(&took(answers)));
            line.push(cell(&processor(answers), 99));
            for peer in &measured[1..] {
                let theirs = took(&peer.answers[index]);
                line.extend(cells(&theirs));
                let ratio = quantile(&took(answers), 50).as_secs_f64() / quantile(&theirs, 50).as_secs_f64();
                line.push(if theirs.is_empty() || answers.is_empty() {
                    "–".to_owned()
                } else {
                    format!("{ratio:.2}")
                });
            }
            lines.push(line);
        }
        let rounds = |measured: &Measured| measured.answers.iter().map(Vec::len).max().unwrap_or_default();
        let rounds: Vec<_> =
            measured.iter().map(|measured| format!("{} {}", measured.name, rounds(measured))).collect();
        let megabytes = |bytes: Option<u64>| bytes.map_or("?".to_owned(), |bytes| (bytes / 1_000_000).to_string());
        let memory: Vec<_> = measured
            .iter()
            .map(|it| {
                format!("{} {} MB, {} MB after closing", it.name, megabytes(it.memory[0]), megabytes(it.memory[1]))
            })
            .collect();
        let load = std::mem::replace(&mut self.load, machine::load());
        self.text += &format!("\n#### {title}\n\n{}", Lines(&lines));
        self.text += &format!("\nAnswers a request: {}. Peak memory: {}.", rounds.join(", "), memory.join("; "));
        self.text += &format!(
            " The program ran {:.0} % of the time. Load of the machine {load} before, {} after.\n",
            ours.ran * 100.0,
            self.load
        );
        if is_wanted {
            let all = REQUESTS.len();
            self.text += &format!("\n{kept} of {all} keep what is wanted, {kept_alone} by their processor time alone.");
            self.text += &match missed.is_empty() {
                true => "\n".to_owned(),
                false => format!(" Not kept: {}.\n", missed.join(", ")),
            };
        }
    }

    /// Prints what was added since the last time.
    pub(super) fn print(&mut self) {
        println!("{}", &self.text[self.printed..]);
        self.printed = self.text.len();
    }

    pub(super) fn text(mut self) -> String {
        for note in &self.notes {
            self.text += &format!("\n{note}.\n");
        }
        self.print();
        self.text
    }
}

fn took(answers: &[Answer]) -> Vec<Duration> {
    answers.iter().map(|answer| answer.took).collect()
}

fn processor(answers: &[Answer]) -> Vec<Duration> {
    answers.iter().map(|answer| answer.processor).collect()
}

/// Median and 99th percentile.
fn cells(times: &[Duration]) -> [String; 2] {
    [cell(times, 50), cell(times, 99)]
}

fn cell(times: &[Duration], percent: usize) -> String {
    if times.is_empty() { "–".to_owned() } else { milliseconds(quantile(times, percent)) }
}

/// The lines of a table, the first its header.
struct Lines<'a>(&'a [Vec<String>]);

impl fmt::Display for Lines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_table(f, self.0)
    }
}
