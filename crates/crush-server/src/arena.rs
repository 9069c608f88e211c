//! The arena view, as `crush/arena` answers it.

use crush_ide::{ArenaMoment, ArenaQuery, FilePlace, ModuleId};
use tower_lsp::ls_types::Range;

use crate::convert::Positions;
use crate::documents::DocumentSnapshot;
use crate::protocol::{ArenaParams, ArenaStats, ArenaView, Moment, MomentKind, Slot, SlotBorrow};

/// Most slots that one answer holds.
const MOST_SLOTS: usize = 1_000;

/// The arena of the document's last run, or nothing when there was none.
pub(crate) fn view(document: &DocumentSnapshot, params: &ArenaParams) -> Option<ArenaView> {
    let evaluation = document.snapshot.evaluation.as_ref()?;
    // Ranges are of the version that ran, whatever was typed since.
    let positions = Positions { text: evaluation.text(), encoding: document.encoding };
    let query = ArenaQuery {
        line: params.line.map(|line| line as usize),
        filter: params.filter.clone().filter(|filter| !filter.is_empty()),
        offset: params.offset,
        limit: params.limit.min(MOST_SLOTS),
    };
    let arena = crush_ide::arena_view(evaluation, &query);
    let (kind, line) = match arena.moment {
        ArenaMoment::End => (MomentKind::End, None),
        ArenaMoment::Fault { offset } => (MomentKind::Fault, Some(positions.position(offset).line)),
        ArenaMoment::Line { line } => (MomentKind::Line, u32::try_from(line).ok()),
    };
    let text = match (kind, line) {
        (MomentKind::Fault, Some(line)) => format!("at the fault on line {}", line + 1),
        (MomentKind::Line, Some(line)) => format!("when line {} last ran", line + 1),
        _ => "at the end".to_string(),
    };
    Some(filled(document, positions, arena, query.offset, Moment { kind, line, text }))
}

fn filled(
    document: &DocumentSnapshot,
    positions: Positions<'_>,
    arena: crush_ide::ArenaView,
    offset: usize,
    moment: Moment,
) -> ArenaView {
    ArenaView {
        uri: document.uri.clone(),
        version: document.evaluated_version,
        moment,
        stats: ArenaStats {
            objects: arena.stats.objects,
            bytes: arena.stats.bytes,
            borrows: arena.stats.borrows,
            allocated: arena.stats.allocated,
            collected: arena.stats.freed,
        },
        total: arena.total,
        offset,
        slots: arena.slots.into_iter().map(|slot| to_slot(slot, positions)).collect(),
    }
}

/// The arena of a moment of a run; `moment` tells it.
pub(crate) fn at_moment(
    document: &DocumentSnapshot,
    text: &crush_ide::Text,
    arena: crush_ide::ArenaView,
    offset: usize,
    moment: Moment,
) -> ArenaView {
    filled(document, Positions { text, encoding: document.encoding }, arena, offset, moment)
}

fn to_slot(slot: crush_ide::ArenaSlot, positions: Positions<'_>) -> Slot {
    Slot {
        slot: slot.index,
        generation: slot.generation,
        label: slot.label,
        kind: slot.kind,
        preview: slot.preview,
        bytes: slot.bytes,
        shared: slot.shared,
        exclusive: slot.exclusive,
        names: slot.names,
        borrows: slot
            .borrows
            .into_iter()
            .map(|borrow| SlotBorrow {
                kind: if borrow.exclusive { "exclusive" } else { "shared" }.to_string(),
                owner: borrow.owner,
                range: borrow.taken.and_then(|place| range_here(place, positions)),
            })
            .collect(),
        allocated: slot.allocated.and_then(|place| range_here(place, positions)),
        edges: slot.edges,
    }
}

/// A range of the document; places in its modules are not shown here.
fn range_here(place: FilePlace, positions: Positions<'_>) -> Option<Range> {
    (place.file == ModuleId::ROOT).then(|| positions.range(place.range))
}
