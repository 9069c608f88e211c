//! `check --fix`: applies the first way out of each report, again and again, as long as something gets better.

use std::path::Path;

use crush_ide::{Diagnostic, ModuleId, Severity, TextEdit};

use super::Settings;
use crate::arguments::Check;
use crate::source::Source;
use crate::{Misuse, paths};

/// So often is it tried: a fix may leave something else to fix.
const ROUNDS: usize = 20;

/// Fixes a program on disk; `source` is then what it is.
pub(super) fn fix(path: &Path, source: &mut Source, arguments: &Check, settings: &Settings<'_>) -> Result<(), Misuse> {
    let reports_of = |source: &Source| crush_ide::program_diagnostics(&source.analysis, |file| settings.of(file));
    let original = source.text.clone();
    let mut reports = reports_of(source);
    let first = reports.len();
    for _ in 0..ROUNDS {
        let edits = edits_of(source, &reports);
        if edits.is_empty() {
            break;
        }
        let mut text = source.text.clone();
        for edit in edits.iter().rev() {
            text.replace_range(edit.range.start..edit.range.end, &edit.new_text);
        }
        let mut fixed = source.with_text(path, text, &arguments.modules);
        fixed.analysis.configure(settings.of(&crush_server::key(path)));
        let left = reports_of(&fixed);
        // What does not help, or breaks something else, is not done.
        if weight(&left) >= weight(&reports) {
            break;
        }
        (*source, reports) = (fixed, left);
    }
    if source.text != original {
        paths::replace(path, &source.text)
            .map_err(|error| Misuse::Argument(format!("cannot write `{}`: {error}", path.display())))?;
        let fixed = first.saturating_sub(reports.len());
        anstream::eprintln!("{}: {fixed} fixed", path.display());
    }
    Ok(())
}

/// How bad reports are together: one error more than any number of warnings.
fn weight(reports: &[Diagnostic]) -> (usize, usize) {
    let count = |severity| reports.iter().filter(|report| report.severity == severity).count();
    (count(Severity::Error), reports.len())
}

/// The edits of the first fix of each report of the file, of those that do not touch each other; in order.
fn edits_of(source: &Source, reports: &[Diagnostic]) -> Vec<TextEdit> {
    let mut chosen: Vec<TextEdit> = Vec::new();
    for report in reports.iter().filter(|report| report.file == ModuleId::ROOT) {
        let Some(fix) = crush_ide::fixes(&source.analysis, report).into_iter().next() else { continue };
        let meets = |edit: &TextEdit| {
            chosen.iter().any(|other| other.range.start <= edit.range.end && edit.range.start <= other.range.end)
        };
        if !fix.edits.iter().any(meets) {
            chosen.extend(fix.edits);
        }
    }
    chosen.sort_by_key(|edit| edit.range);
    chosen
}
