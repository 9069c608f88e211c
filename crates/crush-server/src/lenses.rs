//! Code lenses as the protocol has them: that a program can be run, and how its last run ended. How often something is used
//! is worked out when the client shows the lens.

use std::collections::HashSet;

use crush_ide::{LensKind, Outcome, Target};
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

/// The command of a client that shows a line; its arguments are a URI and the line, from 1.
const GO_TO_LINE: &str = "crush.goToLine";
/// The command of a client that shows what the last run printed.
const SHOW_OUTPUT: &str = "crush.showOutput";
/// The command of a client that asks the user for what a program lacks; its argument is the URI.
const GRANT: &str = "crush.grant";

/// The commands that a client has for lenses.
#[derive(Debug, Default)]
pub(crate) struct Commands(HashSet<String>);

impl Commands {
    /// Those that it announced.
    pub(crate) fn new(announced: Option<serde_json::Value>) -> Self {
        Self(announced.and_then(|names| serde_json::from_value(names).ok()).unwrap_or_default())
    }

    fn has(&self, name: &str) -> bool {
        self.0.contains(name)
    }

    /// The command, or, for a client that does not have it, text that nobody can press.
    fn or_text(&self, title: String, command: &str, arguments: Vec<LSPAny>) -> Command {
        match self.has(command) {
            true => Command { title, command: command.to_owned(), arguments: Some(arguments) },
            false => Command { title, command: String::new(), arguments: None },
        }
    }
}

/// What a lens is found again by.
#[derive(Deserialize, Serialize)]
struct Data {
    uri: Uri,
    position: Position,
}

/// The lenses of a document.
pub(crate) fn lenses(document: &DocumentSnapshot, positions: Positions<'_>, commands: &Commands) -> Vec<CodeLens> {
    let lenses = crush_ide::lenses(&document.snapshot).into_iter().flat_map(|lens| {
        let range = positions.range(lens.range);
        let data = Data { uri: document.uri.clone(), position: range.start };
        let pressed = |command| CodeLens { range, command: Some(command), data: None };
        match lens.kind {
            LensKind::Run => {
                let uri = LSPAny::String(document.uri.as_str().to_owned());
                let run = commands.has(RUN).then(|| commands.or_text("▶ Run".to_owned(), RUN, vec![uri]));
                run.into_iter().chain(last_run(document, commands)).map(pressed).collect()
            }
            LensKind::References => vec![CodeLens { range, command: None, data: serde_json::to_value(data).ok() }],
        }
    });
    lenses.collect()
}

/// How the last run ended, in a few words; pressed, it leads to the fault, to what was printed, or to the grant that lacked.
fn last_run(document: &DocumentSnapshot, commands: &Commands) -> Option<Command> {
    let evaluation = document.snapshot.evaluation.as_ref()?;
    let uri = LSPAny::String(document.uri.as_str().to_owned());
    let about = match document.snapshot.evaluation_is_current {
        true if document.took == 0 => "under 1 ms".to_owned(),
        true => format!("{} ms", document.took),
        false => "edited since".to_owned(),
    };
    let (ending, command, arguments) = match evaluation.outcome() {
        Outcome::Finished => ("finished".to_owned(), SHOW_OUTPUT, vec![uri]),
        Outcome::Faulted(fault) => {
            let line = crush_ide::fault_line(evaluation, fault) + 1;
            match crush_ide::grant_lacked_at(fault) {
                Some(grant) => (format!("needs the grant {} on line {line}", grant.word()), GRANT, vec![uri]),
                None => (format!("{} on line {line}", fault.kind.name()), GO_TO_LINE, vec![uri, line.into()]),
            }
        }
    };
    Some(commands.or_text(format!("last run: {ending} · {about}"), command, arguments))
}

/// What a lens needs to be resolved: the document and the position that it is about.
pub(crate) fn place_of(lens: &CodeLens) -> Option<(Uri, Position)> {
    let data: Data = serde_json::from_value(lens.data.clone()?).ok()?;
    Some((data.uri, data.position))
}

/// The lens with how often its name is used.
pub(crate) fn resolved(
    lens: CodeLens,
    programs: &Programs<'_>,
    document: &DocumentSnapshot,
    targets: &[Target],
    commands: &Commands,
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
    let command = match arguments {
        Some(arguments) if !locations.is_empty() => commands.or_text(title, SHOW_REFERENCES, arguments),
        _ => Command { title, command: String::new(), arguments: None },
    };
    CodeLens { command: Some(command), data: None, ..lens }
}
