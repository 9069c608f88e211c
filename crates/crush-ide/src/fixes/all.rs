//! All fixes at once that nobody has to look at.

use crush_syntax::{TextEdit, TextRange};

use super::fixes;
use crate::codes;
use crate::diagnostics::{Diagnostic, diagnostics_and_faded};
use crate::{FileAnalysis, Snapshot};

/// So often is it tried: a fix may leave something else to fix.
const ROUNDS: usize = 50;

/// The edits that make every safe fix of a text, in the order of the text; none when there is nothing to fix, or nobody waits for it
/// any more.
pub fn fix_all(analysis: &FileAnalysis, is_over: impl Fn() -> bool) -> Vec<TextEdit> {
    let mut fixed = analysis.clone();
    for _ in 0..ROUNDS {
        if is_over() {
            return Vec::new();
        }
        let reports = reports_of(&fixed);
        let edits = safe_edits(&fixed, &reports);
        if edits.is_empty() {
            break;
        }
        let mut next = fixed.clone();
        let backwards: Vec<_> = edits.into_iter().rev().collect();
        next.edit(&backwards);
        // Each helps by itself; together they have to, as well.
        if reports_of(&next).len() >= reports.len() {
            break;
        }
        fixed = next;
    }
    between(&analysis.text().to_string(), &fixed.text().to_string())
}

fn reports_of(analysis: &FileAnalysis) -> Vec<Diagnostic> {
    diagnostics_and_faded(&Snapshot::unevaluated(analysis.clone()))
}

/// The edits of the first safe fix of each report of the file, of those that do not touch each other; in order.
pub fn safe_edits(analysis: &FileAnalysis, reports: &[Diagnostic]) -> Vec<TextEdit> {
    let mut chosen: Vec<TextEdit> = Vec::new();
    let mut ends_a_borrow = false;
    for report in reports {
        // One borrow that ends may be what two reports are about.
        if ends_a_borrow && codes::is_borrow_report(&report.code) {
            continue;
        }
        let Some(fix) = fixes(analysis, report).into_iter().find(|fix| fix.is_safe) else { continue };
        let meets = |edit: &TextEdit| {
            chosen.iter().any(|other| other.range.start <= edit.range.end && edit.range.start <= other.range.end)
        };
        if !fix.edits.iter().any(meets) {
            ends_a_borrow |= codes::is_borrow_report(&report.code);
            chosen.extend(fix.edits);
        }
    }
    chosen.sort_by_key(|edit| edit.range);
    chosen
}

/// The edits, in whole lines, that make `new` of `old`.
fn between(old: &str, new: &str) -> Vec<TextEdit> {
    let starts = |text: &str| -> Vec<usize> {
        let lines = text.split_inclusive('\n').scan(0, |at, line| {
            *at += line.len();
            Some(*at)
        });
        std::iter::once(0).chain(lines).collect()
    };
    let (old_lines, new_lines) = (starts(old), starts(new));
    let diff = similar::TextDiff::from_lines(old, new);
    let changed = diff.ops().iter().filter(|op| op.tag() != similar::DiffTag::Equal);
    let edit = |op: &similar::DiffOp| {
        let (before, after) = (op.old_range(), op.new_range());
        let range = TextRange::new(old_lines[before.start], old_lines[before.end]);
        TextEdit { range, new_text: new[new_lines[after.start]..new_lines[after.end]].to_owned() }
    };
    changed.map(edit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::analysis;

    fn fixed(text: &str) -> String {
        let mut fixed = text.to_owned();
        for edit in fix_all(&analysis(text), || false).iter().rev() {
            fixed.replace_range(edit.range.start..edit.range.end, &edit.new_text);
        }
        fixed
    }

    #[test]
    fn safe_fixes_are_made_and_no_others() {
        let text = "let xs = [1]\nlet m = &mut xs\nm.push(2)\nxs.push(3) // crush-analyzer: allow(use-after-drop)\n\
                    let ys = [1]\nfor y in ys { ys.push(y) }\nlet z = 1\n";
        assert_eq!(
            fixed(text),
            "let xs = [1]\nlet m = &mut xs\nm.push(2)\ndrop(m)\nxs.push(3)\nlet ys = [1]\nfor y in ys { ys.push(y) }\nlet z = 1\n"
        );
    }

    #[test]
    fn nothing_is_fixed_for_nobody() {
        let text = "let xs = [1]\nlet m = &mut xs\nm.push(2)\nxs.push(3)\n";
        assert_ne!(fix_all(&analysis(text), || false), []);
        assert_eq!(fix_all(&analysis(text), || true), []);
    }

    #[test]
    fn what_has_nothing_to_fix_stays() {
        assert_eq!(fix_all(&analysis("let x = 1\nprint(x)\n"), || false), []);
        assert_eq!(fix_all(&analysis("let x = (\n"), || false), []);
    }
}
