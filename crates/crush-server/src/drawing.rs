//! What editors draw: borrows on the code, and the heap as boxes and arrows.

pub mod protocol;

use crush_ide::{ArenaBorrow, ArenaMoment, FilePlace, HeapQuery, ModuleId};
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::Range;

use self::protocol::{
    BorrowsParams, BorrowsView, DrawnBorrow, DrawnConflict, HeapBox, HeapHolder, HeapParams, HeapPart, HeapView,
};
use crate::convert::{Positions, invalid_position};
use crate::documents::DocumentSnapshot;
use crate::protocol::{ArenaStats, Moment, MomentKind, SlotBorrow};

/// The borrows to draw on the code.
///
/// # Errors
///
/// When there is no such position.
pub(crate) fn borrows(
    document: &DocumentSnapshot,
    positions: Positions<'_>,
    params: &BorrowsParams,
) -> Result<BorrowsView> {
    let offset = params.position.map(|position| positions.offset(position).map_err(invalid_position)).transpose()?;
    let drawing = crush_ide::borrows(&document.snapshot, offset);
    let conflicts = drawing.conflicts.iter().map(|conflict| DrawnConflict {
        range: positions.range(conflict.range),
        certain: conflict.certain,
        message: conflict.message.clone(),
        with: conflict.with.iter().map(|range| positions.range(*range)).collect(),
    });
    Ok(BorrowsView {
        variable: drawing.variable,
        borrows: drawing.borrows.iter().map(|borrow| to_borrow(borrow, positions)).collect(),
        conflicts: conflicts.collect(),
    })
}

fn to_borrow(borrow: &crush_ide::DrawnBorrow, positions: Positions<'_>) -> DrawnBorrow {
    let kind = kind(borrow.exclusive);
    let line = |line: usize| u32::try_from(line).unwrap_or(u32::MAX);
    let of = if borrow.of.is_empty() { String::new() } else { format!(" of `{}`", borrow.of) };
    let holder = match borrow.owner.as_str() {
        "the for" => "the `for`".to_string(),
        owner => format!("`{owner}`"),
    };
    let mut hover = format!("**{kind} borrow**{of}, held by {holder}\n\nIt lives {}.", stretches(&borrow.lines));
    if let Some(seen) = &borrow.seen {
        hover.push_str(&format!("\n\n*{seen}*"));
    }
    DrawnBorrow {
        kind: kind.to_string(),
        taken: positions.range(borrow.taken),
        lines: borrow.lines.iter().map(|(first, last)| (line(*first), line(*last))).collect(),
        asked: borrow.asked,
        conflict: borrow.conflict,
        label: format!("{kind} borrow{of} held by {holder}").replace('`', ""),
        hover,
    }
}

/// `on line 3`, `on lines 3 to 7`, `on lines 3 to 7 and 9`.
fn stretches(lines: &[(usize, usize)]) -> String {
    let stretch = |(first, last): &(usize, usize)| match last - first {
        0 => (first + 1).to_string(),
        _ => format!("{} to {}", first + 1, last + 1),
    };
    let noun = if matches!(lines, [(first, last)] if first == last) { "line" } else { "lines" };
    let all: Vec<_> = lines.iter().map(stretch).collect();
    match all.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("on {noun} {} and {last}", rest.join(", ")),
        _ => format!("on {noun} {}", all.concat()),
    }
}

/// The picture of the heap of the document's last run, or nothing when there was none.
pub(crate) fn heap(document: &DocumentSnapshot, params: &HeapParams) -> Option<HeapView> {
    let evaluation = document.snapshot.evaluation.as_ref()?;
    // Ranges are of the version that ran, whatever was typed since.
    let positions = Positions { text: evaluation.text(), encoding: document.encoding };
    let query = HeapQuery {
        line: params.line.map(|line| line as usize),
        slot: params.slot,
        depth: params.depth,
        limit: params.limit,
    };
    let drawing = crush_ide::heap(evaluation, query);
    let moment = to_moment(drawing.moment, positions);
    Some(filled(document, positions, drawing, moment))
}

/// The picture of the heap at a moment of a run; `moment` tells it.
pub(crate) fn heap_at_moment(
    document: &DocumentSnapshot,
    text: &crush_ide::Text,
    drawing: crush_ide::HeapDrawing,
    moment: Moment,
) -> HeapView {
    filled(document, Positions { text, encoding: document.encoding }, drawing, moment)
}

fn filled(
    document: &DocumentSnapshot,
    positions: Positions<'_>,
    drawing: crush_ide::HeapDrawing,
    moment: Moment,
) -> HeapView {
    HeapView {
        uri: document.uri.clone(),
        version: document.evaluated_version,
        moment,
        stats: ArenaStats {
            objects: drawing.stats.objects,
            bytes: drawing.stats.bytes,
            borrows: drawing.stats.borrows,
            allocated: drawing.stats.allocated,
            collected: drawing.stats.freed,
        },
        slot: drawing.slot,
        holders: drawing.holders.into_iter().map(to_holder).collect(),
        boxes: drawing.boxes.into_iter().map(|it| to_box(it, positions)).collect(),
        left_out: drawing.left_out,
    }
}

/// A moment, and how to say it.
pub(crate) fn to_moment(moment: ArenaMoment, positions: Positions<'_>) -> Moment {
    match moment {
        ArenaMoment::End => Moment { kind: MomentKind::End, line: None, text: "at the end".to_string() },
        ArenaMoment::Fault { offset } => {
            let line = positions.position(offset).line;
            Moment { kind: MomentKind::Fault, line: Some(line), text: format!("at the fault on line {}", line + 1) }
        }
        ArenaMoment::Line { line } => {
            let text = format!("when line {} last ran", line + 1);
            Moment { kind: MomentKind::Line, line: u32::try_from(line).ok(), text }
        }
    }
}

fn to_holder(holder: crush_ide::HeapHolder) -> HeapHolder {
    let borrow = holder.exclusive.map(|exclusive| kind(exclusive).to_string());
    HeapHolder { name: holder.name, slot: holder.slot, borrow }
}

fn to_box(it: crush_ide::HeapBox, positions: Positions<'_>) -> HeapBox {
    let to_part = |part: crush_ide::HeapPart| HeapPart {
        name: part.name,
        text: part.text,
        target: part.target,
        borrow: part.is_borrow,
    };
    let to_borrow = |borrow: ArenaBorrow| SlotBorrow {
        kind: kind(borrow.exclusive).to_string(),
        owner: borrow.owner,
        range: borrow.taken.and_then(|place| range_here(place, positions)),
    };
    HeapBox {
        slot: it.slot,
        generation: it.generation,
        kind: it.kind.to_string(),
        title: it.title,
        distance: it.distance,
        preview: it.preview,
        borrows: it.borrows.into_iter().map(to_borrow).collect(),
        allocated: it.allocated.and_then(|place| range_here(place, positions)),
        parts: it.parts.into_iter().map(to_part).collect(),
        more: it.more,
    }
}

fn kind(exclusive: bool) -> &'static str {
    if exclusive { "exclusive" } else { "shared" }
}

/// A range of the document; places in its modules are not drawn.
fn range_here(place: FilePlace, positions: Positions<'_>) -> Option<Range> {
    (place.file == ModuleId::ROOT).then(|| positions.range(place.range))
}
