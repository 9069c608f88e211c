//! Everything that is wrong, or likely to be, in one list: syntax, names, borrows, and what the last run saw (S4).

use std::borrow::Cow;
use std::sync::Arc;

use crush_hir::modules::{FileKey, ModuleId};
use crush_syntax::{TextEdit, TextRange};
use crush_vm::{CapabilityProblem, Fault, FaultKind, SourceRange};

use crate::evaluation::{Evaluation, Outcome, fault_in_root, grouped, in_root, module, text_range};
use crate::{Config, FileAnalysis, Snapshot, faded};

/// A report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Its stable code.
    pub code: Cow<'static, str>,
    /// How bad it is.
    pub severity: Severity,
    /// For a fault of a run: its kind (`BorrowError`, `Quota`, …).
    pub fault_kind: Option<&'static str>,
    /// The file of the program it is in.
    pub file: ModuleId,
    /// Where.
    pub range: TextRange,
    /// What is wrong, in the program's own names.
    pub message: String,
    /// Other places that explain it, in order.
    pub related: Vec<Related>,
    /// What else is to be said, about no place.
    pub notes: Vec<String>,
    /// Ways out that can be applied.
    pub fixes: Vec<Fix>,
    /// Whether it is about code that nothing uses.
    pub is_unused: bool,
}

/// How bad a report is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// It is certain.
    Error,
    /// It may happen (S2).
    Warning,
    /// Somebody wants to be told.
    Info,
    /// It does no harm.
    Hint,
}

/// A place that explains a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// The file of the program it is in.
    pub file: ModuleId,
    /// Where.
    pub range: TextRange,
    /// What happens there.
    pub message: String,
}

/// A change of the text that makes a report go away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does.
    pub title: String,
    /// What replaces what.
    pub edits: Vec<TextEdit>,
    /// Whether nobody has to look at it: what the program does, but for a fault, stays as it is.
    pub is_safe: bool,
}

impl Diagnostic {
    /// A report without anything beside it.
    pub(crate) fn new(code: &'static str, severity: Severity, range: TextRange, message: String) -> Self {
        Self {
            code: Cow::Borrowed(code),
            severity,
            fault_kind: None,
            file: ModuleId::ROOT,
            range,
            message,
            related: Vec::new(),
            notes: Vec::new(),
            fixes: Vec::new(),
            is_unused: false,
        }
    }
}

/// All reports, by their place. A run adds to them and never takes one away; one of another version of the text adds nothing.
///
/// What nothing needs is among them only where the project gives it a severity; [`faded`](crate::faded()) has the rest.
pub fn diagnostics(snapshot: &Snapshot) -> Vec<Diagnostic> {
    let mut all = diagnostics_and_faded(snapshot);
    all.retain(|report| !snapshot.analysis.is_faded(report));
    all
}

/// All reports, and what is shown faded, by their place.
pub fn diagnostics_and_faded(snapshot: &Snapshot) -> Vec<Diagnostic> {
    let mut all = snapshot.analysis.static_diagnostics();
    if let Some(evaluation) = snapshot.evaluation.as_ref().filter(|_| snapshot.evaluation_is_current) {
        confirm(&mut all, evaluation);
        if let Outcome::Faulted(fault) = evaluation.outcome() {
            all.push(background_diagnostic(fault, evaluation));
        }
    }
    all.extend(faded::unneeded(&snapshot.analysis, ModuleId::ROOT));
    snapshot.analysis.settle(&mut all);
    all.sort_by(|a, b| (a.range, a.severity, &a.code).cmp(&(b.range, b.severity, &b.code)));
    all
}

/// All reports of the program that a text is the beginning of, each in its own file, without a run. `config_of` gives what
/// the project of a module wants.
pub fn program_diagnostics(analysis: &FileAnalysis, config_of: impl Fn(&FileKey) -> Arc<Config>) -> Vec<Diagnostic> {
    let mut all = analysis.program_diagnostics(config_of);
    all.sort_by(|a, b| (a.file, a.range, a.severity, &a.code).cmp(&(b.file, b.range, b.severity, &b.code)));
    all
}

/// Says of each borrow report what the run saw at its place (S4).
fn confirm(reports: &mut [Diagnostic], evaluation: &Evaluation) {
    let fault = match evaluation.outcome() {
        Outcome::Faulted(fault) if matches!(fault.kind.name(), "BorrowError" | "UseAfterFree") => Some(fault),
        _ => None,
    };
    for report in reports.iter_mut().filter(|report| FileAnalysis::is_borrow_report(&report.code)) {
        let seen = fault.is_some_and(|fault| covers(report, fault));
        if seen {
            report.message.push_str(" (confirmed by the last run)");
        } else if report.severity == Severity::Warning
            && let Some(hits) = hits(evaluation, report.range)
        {
            let times = if hits == 1 { "once".to_string() } else { format!("{} times", grouped(hits)) };
            report.message.push_str(&format!(" (the last run came here {times} without a fault)"));
        }
    }
}

/// Whether a fault happened at the place of a report or at a step of its path (S1).
fn covers(report: &Diagnostic, fault: &Fault) -> bool {
    let calls = fault.call_stack.iter().map(|call| call.range);
    let places: Vec<_> = std::iter::once(fault.primary).chain(calls).filter(in_root).map(text_range).collect();
    let touches = |range: TextRange| {
        places.iter().any(|place| place.start < range.end.max(range.start + 1) && range.start < place.end)
    };
    touches(report.range)
}

/// How often the statement around a range ran.
fn hits(evaluation: &Evaluation, range: TextRange) -> Option<u64> {
    evaluation
        .statements()
        .iter()
        .filter(|statement| text_range(statement.range).contains(range))
        .min_by_key(|statement| statement.range.end - statement.range.start)
        .map(|statement| statement.hits)
}

/// A fault of a run in the background. That such a run may not touch files is no mistake of the program.
fn background_diagnostic(fault: &Fault, evaluation: &Evaluation) -> Diagnostic {
    let mut diagnostic = fault_diagnostic(fault);
    if diagnostic.file != ModuleId::ROOT {
        // It is told where the program went into the module; the way down is beside it.
        let place = evaluation.place_text(fault.primary);
        diagnostic.message = format!("{} ({place})", diagnostic.message);
        diagnostic.related.insert(0, related_at(fault.primary, "it happens here".to_string()));
        diagnostic.file = ModuleId::ROOT;
        diagnostic.range = fault_in_root(fault);
    }
    if let FaultKind::Capability { name, problem: CapabilityProblem::Denied { grant } } = &fault.kind {
        diagnostic.severity = Severity::Hint;
        diagnostic.message = format!(
            "the run ends here: `{name}` needs the grant `{grant}`, which programs in this folder do not have; grant it in the \
             editor, or run the program with `--allow {grant}`"
        );
    }
    diagnostic
}

/// The two faults that people know by name keep it; of the others the words say it all.
pub(crate) fn fault_message(fault: &Fault) -> String {
    match fault.kind.name() {
        name @ ("BorrowError" | "UseAfterFree") => format!("{name}: {}", fault.message),
        _ => fault.message.clone(),
    }
}

fn related_at(range: SourceRange, message: String) -> Related {
    Related { file: module(range.file), range: text_range(range), message }
}

/// A fault as a report.
pub fn fault_diagnostic(fault: &Fault) -> Diagnostic {
    let mut related: Vec<_> =
        fault.related.iter().map(|(range, message)| related_at(*range, message.clone())).collect();
    // The first of the stack is where it happened; the report stands there already.
    let callers = fault.call_stack.iter().skip(1).take(8);
    related.extend(callers.map(|call| related_at(call.range, format!("called from `{}`", call.function))));
    let mut notes = Vec::new();
    let hidden = fault.call_stack.len().saturating_sub(9) + fault.omitted_frames;
    if hidden > 0 {
        notes.push(format!("{hidden} more calls are not shown"));
    }
    Diagnostic {
        code: Cow::Borrowed(fault.code()),
        severity: Severity::Error,
        fault_kind: Some(fault.kind.name()),
        file: module(fault.primary.file),
        range: text_range(fault.primary),
        message: fault_message(fault),
        related,
        notes,
        fixes: Vec::new(),
        is_unused: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{after_run, at_cursor};

    fn shown(snapshot: &Snapshot) -> Vec<String> {
        let text = snapshot.analysis.text();
        diagnostics(snapshot)
            .iter()
            .map(|d| format!("{}: {:?} {}", text.line_of(d.range.start) + 1, d.severity, d.code))
            .collect()
    }

    #[test]
    fn syntax_names_and_borrows_are_in_one_list() {
        let (snapshot, _) = at_cursor("let xs = [1]\nfor x in xs { xs.push(x) }\nprint(nope)\nlet y = = 1\n$0");
        let shown = shown(&snapshot);
        assert!(shown.contains(&"2: Error changed-while-iterated".to_string()), "{shown:?}");
        assert!(shown.contains(&"3: Error unknown-name".to_string()), "{shown:?}");
        assert!(shown.iter().any(|line| line.ends_with("syntax")), "{shown:?}");
    }

    #[test]
    fn a_run_confirms_and_adds_its_fault_and_takes_nothing_away() {
        let (snapshot, _) = after_run("let xs = [1]\nfor x in xs { xs.push(x) }\n$0");
        let all = diagnostics(&snapshot);
        let report = all.iter().find(|d| d.code == "changed-while-iterated").expect("the report stays");
        assert!(report.message.ends_with("(confirmed by the last run)"), "{}", report.message);
        let fault = all.iter().find(|d| d.fault_kind == Some("BorrowError")).expect("the fault is added");
        assert!(!fault.related.is_empty());
    }

    #[test]
    fn a_warning_whose_place_ran_without_a_fault_says_so() {
        let program = "fn f(a, b) {\n  for x in a { b.push(x) }\n}\nlet ys = []\nf([1], ys)\nlet n = len(ys)\nif n > 3 { f(ys, ys) }\n$0";
        let (snapshot, _) = after_run(program);
        let warnings: Vec<_> = diagnostics(&snapshot).into_iter().filter(|d| d.severity == Severity::Warning).collect();
        assert!(!warnings.is_empty());
        assert!(warnings.iter().all(|d| !d.message.contains("confirmed")), "{warnings:?}");
    }

    #[test]
    fn a_run_of_another_version_adds_nothing() {
        let (mut snapshot, _) = after_run("let xs = [1]\nfor x in xs { xs.push(x) }\n$0");
        snapshot.evaluation_is_current = false;
        assert!(diagnostics(&snapshot).iter().all(|d| d.fault_kind.is_none() && !d.message.contains("confirmed")));
    }
}
