//! Call hierarchy as the protocol has it. An item is found again by its file and the place of its name.

use std::path::Path;

use crush_ide::{Callable, FileAnalysis, Snapshot};
use tower_lsp::ls_types::{CallHierarchyIncomingCall, CallHierarchyItem, CallHierarchyOutgoingCall, SymbolKind, Uri};

use crate::convert::Positions;
use crate::documents::DocumentSnapshot;
use crate::workspace::{Programs, uri_of};

/// The functions that the name at `offset` may mean.
pub(crate) fn prepare(document: &DocumentSnapshot, offset: usize) -> Option<Vec<CallHierarchyItem>> {
    let callables = crush_ide::callables_at(&document.snapshot, offset);
    let items = callables.into_iter().filter_map(|callable| {
        let place = document.place(callable.file)?;
        Some(item(callable, place.uri, place.positions))
    });
    let items: Vec<_> = items.collect();
    (!items.is_empty()).then_some(items)
}

fn item(callable: Callable, uri: Uri, positions: Positions<'_>) -> CallHierarchyItem {
    CallHierarchyItem {
        name: callable.name,
        kind: if callable.is_method { SymbolKind::METHOD } else { SymbolKind::FUNCTION },
        tags: None,
        detail: (!callable.detail.is_empty()).then_some(callable.detail),
        uri,
        range: positions.range(callable.range),
        selection_range: positions.range(callable.name_range),
        data: None,
    }
}

/// The file of an item, open or not, with the place of its name.
fn snapshot_of(programs: &Programs<'_>, item: &CallHierarchyItem) -> Option<(Snapshot, usize)> {
    let key = crate::files::key_of(&item.uri);
    let snapshot = match programs.open.get(&key) {
        Some(document) => document.snapshot.clone(),
        None => Snapshot::unevaluated(programs.analysis_of(Path::new(&*key.0))?),
    };
    let positions = Positions { text: snapshot.analysis.text(), encoding: programs.encoding };
    let offset = positions.offset(item.selection_range.start).ok()?;
    Some((snapshot, offset))
}

fn item_in(programs: &Programs<'_>, analysis: &FileAnalysis, callable: Callable) -> Option<CallHierarchyItem> {
    let uri = uri_of(analysis.key_of(callable.file)?, programs.open)?;
    let text = analysis.module(callable.file).map_or(analysis.text(), |(_, _, text)| text);
    Some(item(callable, uri, Positions { text, encoding: programs.encoding }))
}

/// Who calls an item, in all programs of the workspace.
pub(crate) fn incoming(programs: &Programs<'_>, of: &CallHierarchyItem) -> Option<Vec<CallHierarchyIncomingCall>> {
    let (snapshot, offset) = snapshot_of(programs, of)?;
    let targets = crush_ide::called_at(&snapshot, offset);
    let mut found: Vec<CallHierarchyIncomingCall> = Vec::new();
    let analyses = std::iter::once(snapshot.analysis.clone())
        .chain(programs.with_targets(&targets, &[], || programs.is_overtaken()));
    for analysis in analyses {
        for calls in crush_ide::incoming_calls(&analysis, &targets) {
            let text = analysis.module(calls.callable.file).map_or(analysis.text(), |(_, _, text)| text);
            let positions = Positions { text, encoding: programs.encoding };
            let from_ranges: Vec<_> = calls.ranges.iter().map(|range| positions.range(*range)).collect();
            let Some(from) = item_in(programs, &analysis, calls.callable) else { continue };
            // Several programs may have one file.
            if found.iter().all(|known| known.from != from) {
                found.push(CallHierarchyIncomingCall { from, from_ranges });
            }
        }
    }
    found.sort_by(|left, right| {
        (left.from.uri.as_str(), left.from.range.start).cmp(&(right.from.uri.as_str(), right.from.range.start))
    });
    Some(found)
}

/// What an item calls.
pub(crate) fn outgoing(programs: &Programs<'_>, of: &CallHierarchyItem) -> Option<Vec<CallHierarchyOutgoingCall>> {
    let (snapshot, offset) = snapshot_of(programs, of)?;
    let positions = Positions { text: snapshot.analysis.text(), encoding: programs.encoding };
    let calls = crush_ide::outgoing_calls(&snapshot, offset).into_iter().filter_map(|calls| {
        let from_ranges = calls.ranges.iter().map(|range| positions.range(*range)).collect();
        let to = item_in(programs, &snapshot.analysis, calls.callable)?;
        Some(CallHierarchyOutgoingCall { to, from_ranges })
    });
    Some(calls.collect())
}
