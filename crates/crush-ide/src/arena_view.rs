//! The arena of a run, as a view shows it: slots with names, borrows and places.

use crush_eval::{ArenaRecord, BorrowRecord, SlotRecord};

use crate::FilePlace;
use crate::evaluation::{Evaluation, Outcome, fault_in_root, holder_text};

/// Which part of which arena to show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ArenaQuery {
    /// The arena as it was when this line (from 0) last ran; the end or the fault when absent.
    pub line: Option<usize>,
    /// Only slots whose label, preview or names hold this text.
    pub filter: Option<String>,
    /// How many matching slots to leave out first.
    pub offset: usize,
    /// How many slots to show at most.
    pub limit: usize,
}

/// The moment an arena is shown at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArenaMoment {
    /// After the last instruction.
    End,
    /// Where a fault halted the run.
    Fault {
        /// Where in the text.
        offset: usize,
    },
    /// When a line last ran.
    Line {
        /// The line, from 0.
        line: usize,
    },
}

/// An arena, or the part of it that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArenaView {
    /// When.
    pub moment: ArenaMoment,
    /// Figures of the whole arena.
    pub stats: ArenaStats,
    /// How many slots match the filter.
    pub total: usize,
    /// The slots.
    pub slots: Vec<ArenaSlot>,
}

/// Figures of an arena.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ArenaStats {
    /// Objects alive.
    pub objects: u64,
    /// Bytes they take.
    pub bytes: u64,
    /// Live borrows.
    pub borrows: u64,
    /// Objects ever allocated.
    pub allocated: u64,
    /// Objects freed.
    pub freed: u64,
}

/// One slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArenaSlot {
    /// Its index.
    pub index: u32,
    /// How often it was reused.
    pub generation: u32,
    /// The kind of its object.
    pub kind: String,
    /// The object in two words: `#14 array(3)`.
    pub label: String,
    /// Its contents, shortened.
    pub preview: String,
    /// Bytes it takes.
    pub bytes: u64,
    /// Number of shared borrows.
    pub shared: u32,
    /// Whether it is borrowed exclusively.
    pub exclusive: bool,
    /// Variables that refer to it.
    pub names: Vec<String>,
    /// Its live borrows.
    pub borrows: Vec<ArenaBorrow>,
    /// Where it was allocated.
    pub allocated: Option<FilePlace>,
    /// Slots it refers to.
    pub edges: Vec<u32>,
}

/// A live borrow of a slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArenaBorrow {
    /// Whether it is exclusive.
    pub exclusive: bool,
    /// Who holds it.
    pub owner: Option<String>,
    /// Where it was taken.
    pub taken: Option<FilePlace>,
}

/// The arena of a run. A line that never ran shows the end.
pub fn arena_view(evaluation: &Evaluation, query: &ArenaQuery) -> ArenaView {
    let run = evaluation.run();
    let at_line = query.line.and_then(|line| {
        let record = run.arena_at(evaluation.moment_of_line(line)?)?;
        Some((ArenaMoment::Line { line }, record))
    });
    match at_line {
        Some((moment, record)) => moment_view(moment, &record, query),
        None => {
            let moment = match evaluation.outcome() {
                Outcome::Finished => ArenaMoment::End,
                Outcome::Faulted(fault) => ArenaMoment::Fault { offset: fault_in_root(fault).start },
            };
            moment_view(moment, run.arena(), query)
        }
    }
}

pub(crate) fn moment_view(moment: ArenaMoment, record: &ArenaRecord, query: &ArenaQuery) -> ArenaView {
    let matches = |slot: &&SlotRecord| match &query.filter {
        Some(filter) => {
            let has = |text: &str| text.to_lowercase().contains(&filter.to_lowercase());
            has(&label(slot)) || has(&slot.preview) || slot.names.iter().any(|name| has(name))
        }
        None => true,
    };
    let mut matching: Vec<_> = record.slots.iter().filter(matches).collect();
    // What a name refers to or a borrow holds is what people look for; the rest keeps the order of the slots.
    matching.sort_by_key(|slot| (slot.names.is_empty() && slot.borrows.is_empty(), slot.slot));
    // Slots beyond those that were recorded count where nothing is filtered out.
    let total = if query.filter.is_none() { record.objects } else { matching.len() };
    let slots = matching.into_iter().skip(query.offset).take(query.limit).map(slot).collect();
    let stats = ArenaStats {
        objects: record.objects as u64,
        bytes: record.bytes as u64,
        borrows: record.borrows as u64,
        allocated: record.allocated,
        freed: record.freed,
    };
    ArenaView { moment, stats, total, slots }
}

/// `#14 array(3)`.
fn label(slot: &SlotRecord) -> String {
    format!("#{} {}({})", slot.slot, slot.kind.name(), slot.len)
}

fn slot(record: &SlotRecord) -> ArenaSlot {
    let exclusive = |borrow: &BorrowRecord| borrow.kind == crush_arena::BorrowKind::Exclusive;
    let shared = record.borrows.iter().filter(|borrow| !exclusive(borrow)).count();
    ArenaSlot {
        index: record.slot,
        generation: record.generation,
        kind: record.kind.name().to_string(),
        label: label(record),
        preview: record.preview.clone(),
        bytes: record.bytes as u64,
        shared: u32::try_from(shared).unwrap_or(u32::MAX),
        exclusive: record.borrows.iter().any(exclusive),
        names: record.names.clone(),
        borrows: record
            .borrows
            .iter()
            .map(|borrow| ArenaBorrow {
                exclusive: exclusive(borrow),
                owner: Some(holder_text(&borrow.holder)),
                taken: borrow.taken.map(FilePlace::from),
            })
            .collect(),
        allocated: record.allocated.map(FilePlace::from),
        edges: record.edges.clone(),
    }
}
