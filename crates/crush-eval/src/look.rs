//! The second run: what the variables held when each statement had run for the last time.
//!
//! The first run has counted, so the second knows which time is the last. A statement has run when the next one of the same
//! frame begins or the frame returns; a statement that never came that far, because a fault halted it, is remembered as it
//! began.

use crush_arena::RuntimeValue;
use crush_vm::{LocalVariable, Moment, Recorder};

use crate::frames::Frames;
use crate::record::RawHeld;

/// Most variables that are remembered of one statement.
const MOST_VARIABLES: usize = 48;

/// Looks at the variables when a statement runs for the last time.
pub(crate) struct Looker {
    /// For each function, for each statement, how often it is still to run.
    left: Vec<Vec<u64>>,
    /// For each frame, the statement that runs for the last time there.
    running: Frames,
    /// For each function, for each statement, what was seen.
    pub(crate) seen: Vec<Vec<Seen>>,
}

/// What was seen when a statement ran for the last time.
#[derive(Default)]
pub(crate) struct Seen {
    /// What the variables held.
    pub(crate) held: Vec<RawHeld>,
    /// Whether the statement came to its end.
    pub(crate) completed: bool,
}

impl Looker {
    /// Looks at the last of so many runs of each statement.
    pub(crate) fn new(hits: &[Vec<u64>]) -> Self {
        let empty = |function: &Vec<u64>| std::iter::repeat_with(Seen::default).take(function.len()).collect();
        Self { left: hits.to_vec(), running: Frames::default(), seen: hits.iter().map(empty).collect() }
    }

    /// The frames above this one are gone, and the statement that ran in it is over.
    fn finish(&mut self, moment: &Moment<'_>) {
        if let Some((function, statement)) = self.running.top(moment).take() {
            self.seen[function][statement] = Seen { held: held_by(moment, statement), completed: true };
        }
    }
}

impl Recorder for Looker {
    const BINDINGS: bool = false;

    fn statement(&mut self, moment: &Moment<'_>, statement: usize) {
        self.finish(moment);
        let at = (moment.function.index(), statement);
        // Never below zero, unless the two runs differed; then there is nothing to say about this statement.
        let Some(left) = self.left[at.0][at.1].checked_sub(1) else { return };
        self.left[at.0][at.1] = left;
        if left == 0 {
            self.seen[at.0][at.1] = Seen { held: held(moment), completed: false };
            *self.running.top(moment) = Some(at);
        }
    }

    fn returned(&mut self, moment: &Moment<'_>, _: RuntimeValue) {
        self.finish(moment);
    }
}

/// What the variables of the running function hold.
fn held(moment: &Moment<'_>) -> Vec<RawHeld> {
    let file = moment.code().debug.file;
    let locals = moment.locals().take(MOST_VARIABLES);
    locals.map(|(local, value)| RawHeld::read(moment.arena, &local.name, local.span.in_file(file), value)).collect()
}

/// What the variables hold that a statement of the running function can see or makes: also those that have just gone out of
/// scope behind it, for nothing has taken their place yet.
fn held_by(moment: &Moment<'_>, statement: usize) -> Vec<RawHeld> {
    let function = moment.code();
    let (from, rest) = function.debug.statements.split_at(statement + 1);
    let begin = from[statement].pc;
    let next = rest.iter().map(|other| other.pc).find(|pc| *pc > begin);
    let next = next.unwrap_or(u32::try_from(function.code.len()).unwrap_or(u32::MAX));
    let seen = function.debug.locals.iter().filter(|local| local.start <= next && begin < local.end);
    seen.take(MOST_VARIABLES)
        .map(|local| {
            let declared = local.span.in_file(function.debug.file);
            RawHeld::read(moment.arena, &local.name, declared, moment.value_of(local.home))
        })
        .collect()
}

/// The variables of some frames, with their values. Where a function is about to return, its variables still count: that is
/// where a run ends.
pub(crate) fn names_of<'a>(moments: impl IntoIterator<Item = Moment<'a>>) -> Vec<(&'a str, RuntimeValue)> {
    let of_frame = |moment: Moment<'a>| {
        let seen = move |local: &&LocalVariable| local.start <= moment.pc && moment.pc <= local.end;
        let locals = moment.code().debug.locals.iter().filter(seen);
        locals.map(move |local| (&*local.name, moment.value_of(local.home)))
    };
    moments.into_iter().flat_map(of_frame).collect()
}
