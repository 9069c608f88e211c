//! `check --fix`: applies the safe fixes, again and again, as long as something gets better. What may change what the program
//! does is left to people, who are told how much of that there is.

use std::path::Path;

use crush_ide::{Diagnostic, Severity};

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
        let edits = crush_ide::safe_edits(&source.analysis, &reports);
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
    }
    let fixed = first.saturating_sub(reports.len());
    let left = reports.iter().filter(|report| !crush_ide::fixes(&source.analysis, report).is_empty()).count();
    match (fixed, left) {
        (0, 0) => {}
        (_, 0) => anstream::eprintln!("{}: {fixed} fixed", path.display()),
        _ => anstream::eprintln!(
            "{}: {fixed} fixed; {left} left whose fixes may change what the program does",
            path.display()
        ),
    }
    Ok(())
}

/// How bad reports are together: one error more than any number of warnings.
fn weight(reports: &[Diagnostic]) -> (usize, usize) {
    let count = |severity| reports.iter().filter(|report| report.severity == severity).count();
    (count(Severity::Error), reports.len())
}
