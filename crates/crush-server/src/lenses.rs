//! Code lenses as the protocol has them. How often something is used is worked out when the client shows the lens.

use crush_ide::{LensKind, Target};
use serde::{Deserialize, Serialize};
use tower_lsp::ls_types::{CodeLens, Command, LSPAny, Position, Uri};

use crate::convert::Positions;
use crate::documents::DocumentSnapshot;
use crate::navigation;
use crate::workspace::Programs;

/// The command of a client that runs a document; its argument is the URI.
pub(crate) const RUN: &str = "crush.run";
/// The command of a client that shows places; its arguments are a URI, a position, and locations.
pub(crate) const SHOW_REFERENCES: &str = "crush.showReferences";

/// What a lens is found again by.
#[derive(Deserialize, Serialize)]
struct Data {
    uri: Uri,
    position: Position,
}

/// The lenses of a document. `can_run` says whether the client has the command for it.
pub(crate) fn lenses(document: &DocumentSnapshot, positions: Positions<'_>, can_run: bool) -> Vec<CodeLens> {
    let lenses = crush_ide::lenses(&document.snapshot).into_iter().filter_map(|lens| {
        let range = positions.range(lens.range);
        let data = Data { uri: document.uri.clone(), position: range.start };
        Some(match lens.kind {
            LensKind::Run if can_run => {
                let arguments = Some(vec![LSPAny::String(document.uri.as_str().to_owned())]);
                let command = Command { title: "▶ Run".to_string(), command: RUN.to_string(), arguments };
                CodeLens { range, command: Some(command), data: None }
            }
            LensKind::Run => return None,
            LensKind::References => CodeLens { range, command: None, data: serde_json::to_value(data).ok() },
        })
    });
    lenses.collect()
}

/// What a lens needs to be resolved: the document and the position that it is about.
pub(crate) fn place_of(lens: &CodeLens) -> Option<(Uri, Position)> {
    let data: Data = serde_json::from_value(lens.data.clone()?).ok()?;
    Some((data.uri, data.position))
}

/// The lens with how often its name is used. `can_show` says whether the client has the command that shows where.
pub(crate) fn resolved(
    lens: CodeLens,
    programs: &Programs<'_>,
    document: &DocumentSnapshot,
    targets: &[Target],
    can_show: bool,
) -> CodeLens {
    let locations = navigation::references(programs, document, targets, false);
    let title = match locations.len() {
        0 => "not used".to_string(),
        1 => "1 reference".to_string(),
        many => format!("{many} references"),
    };
    let arguments =
        [serde_json::to_value(&document.uri), serde_json::to_value(lens.range.start), serde_json::to_value(&locations)];
    let arguments = arguments.into_iter().collect::<Result<Vec<_>, _>>().ok();
    let command = match can_show && !locations.is_empty() {
        true => Command { title, command: SHOW_REFERENCES.to_string(), arguments },
        // A command without a name is text that nobody can press.
        false => Command { title, command: String::new(), arguments: None },
    };
    CodeLens { command: Some(command), data: None, ..lens }
}
