//! The first run: how often each statement ran, and what it printed.

use std::collections::HashMap;

use crush_vm::{Moment, Program, Recorder};

use crate::frames::Frames;

/// Most bytes kept of what the whole program printed.
const MOST_OUTPUT: usize = 1 << 20;
/// Most bytes kept of what one statement printed last.
const MOST_LINE_OUTPUT: usize = 200;

/// Counts the statements of a run and keeps what was printed.
pub(crate) struct Counter {
    /// For each function, for each statement, how often it ran.
    pub(crate) hits: Vec<Vec<u64>>,
    /// What was printed, cut.
    pub(crate) output: String,
    /// Whether `output` was cut.
    pub(crate) output_is_truncated: bool,
    /// What each statement printed last, by function and statement.
    pub(crate) printed: HashMap<(usize, usize), String>,
    /// For each frame, the statement that runs.
    running: Frames,
}

impl Counter {
    /// Nothing has run yet.
    pub(crate) fn new(program: &Program) -> Self {
        Self {
            hits: program.functions.iter().map(|function| vec![0; function.debug.statements.len()]).collect(),
            output: String::new(),
            output_is_truncated: false,
            printed: HashMap::new(),
            running: Frames::default(),
        }
    }
}

impl Recorder for Counter {
    const BINDINGS: bool = false;

    fn statement(&mut self, moment: &Moment<'_>, statement: usize) {
        let at = (moment.function.index(), statement);
        self.hits[at.0][at.1] += 1;
        *self.running.top(moment) = Some(at);
    }

    fn printed(&mut self, moment: &Moment<'_>, text: &str) {
        let room = MOST_OUTPUT - self.output.len();
        let cut = floor_char_boundary(text, room);
        self.output.push_str(&text[..cut]);
        self.output_is_truncated |= cut < text.len();
        if let Some(at) = *self.running.top(moment) {
            let kept = self.printed.entry(at).or_default();
            kept.clear();
            kept.push_str(&text[..floor_char_boundary(text, MOST_LINE_OUTPUT)]);
        }
    }
}

/// The greatest offset, at most `at`, that does not cut a character.
pub(crate) fn floor_char_boundary(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}
