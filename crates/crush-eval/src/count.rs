//! The first run: how often each place of the program was come to, and when last; and what the statements printed.

use std::collections::HashMap;

use crush_vm::{Moment, Place, Program, Recorder, Visit};

/// Most bytes kept of what the whole program printed.
const MOST_OUTPUT: usize = 1 << 20;
/// Most bytes kept of what one statement printed last.
const MOST_LINE_OUTPUT: usize = 200;

/// Counts the statements of a run and keeps what was printed.
pub(crate) struct Counter {
    /// The places where statements begin.
    pub(crate) places: Vec<Place>,
    /// What is known of each place.
    pub(crate) counts: Vec<Count>,
    /// What was printed, cut.
    pub(crate) output: String,
    /// Whether `output` was cut.
    pub(crate) output_is_truncated: bool,
    /// What each statement printed last, by function and statement.
    pub(crate) printed: HashMap<(usize, usize), String>,
}

/// How often a run came to a place, and when last.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Count {
    pub(crate) hits: u64,
    /// As [`Visit`] tells it.
    pub(crate) credit: u64,
    pub(crate) task: u32,
}

impl Counter {
    /// Nothing has run yet.
    pub(crate) fn new(program: &Program) -> Self {
        let places = program.places();
        Self {
            counts: vec![Count::default(); places.len()],
            places,
            output: String::new(),
            output_is_truncated: false,
            printed: HashMap::new(),
        }
    }
}

impl Recorder for Counter {
    const BINDINGS: bool = false;
    const CALLS: bool = false;

    #[inline(always)]
    fn comes_to(&mut self, place: u32, visit: Visit) -> bool {
        if let Some(count) = self.counts.get_mut(place as usize) {
            count.hits += 1;
            count.credit = visit.credit;
            count.task = visit.task;
        }
        false
    }

    fn printed(&mut self, moment: &Moment<'_>, text: &str) {
        let room = MOST_OUTPUT - self.output.len();
        let cut = floor_char_boundary(text, room);
        self.output.push_str(&text[..cut]);
        self.output_is_truncated |= cut < text.len();
        if let Some(statement) = moment.running {
            let kept = self.printed.entry((moment.function.index(), statement)).or_default();
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
