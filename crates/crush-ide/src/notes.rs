//! What to show beside the lines after a run: values, output, the fault.

use std::collections::BTreeMap;

use crush_eval::{Held, StatementRecord};
use crush_syntax::{Text, TextRange};

use crate::Snapshot;
use crate::diagnostics::fault_message;
use crate::evaluation::{Evaluation, Outcome, borrow_text, fault_in_root, grouped, text_range, value_text};
use crate::grants::grant_lacked_at;

/// Most characters of a note.
const MOST_CHARACTERS: usize = 100;
/// Most variables that a note names.
const MOST_VARIABLES: usize = 4;

/// What to show beside one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineNote {
    /// An offset on the line, in the text that ran.
    pub offset: usize,
    /// One short line of text.
    pub text: String,
    /// How often the line ran.
    pub hits: u64,
    /// What it is about.
    pub kind: NoteKind,
    /// The same at length, as Markdown.
    pub hover: String,
}

/// What a note is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteKind {
    /// What names of the line held.
    Value,
    /// What the line printed.
    Output,
    /// The fault that halted the run here.
    Fault,
}

/// The notes of the last run, by line. A line shows the fault, else the values of the names on it, else what it printed.
pub fn line_notes(snapshot: &Snapshot) -> Vec<LineNote> {
    let Some(evaluation) = &snapshot.evaluation else { return Vec::new() };
    let text = evaluation.text();
    let mut notes = BTreeMap::new();
    for statement in evaluation.statements() {
        let line = text.line_of(statement.range.start as usize);
        if let Some(note) = statement_note(text, line, statement) {
            // Of several statements on a line the last one wins: it has the newest values.
            notes.insert(line, note);
        }
    }
    if let Some(note) = fault_note(evaluation) {
        notes.insert(text.line_of(note.offset), note);
    }
    notes.into_values().collect()
}

fn statement_note(text: &Text, line: usize, statement: &StatementRecord) -> Option<LineNote> {
    let shown = head(text, line, text_range(statement.range));
    let named = named_in(text, shown, &statement.held);
    let offset = statement.range.start as usize;
    if let Some(printed) = statement.printed.as_deref().filter(|printed| !printed.trim_end().is_empty()) {
        let printed = printed.trim_end();
        return Some(LineNote {
            offset,
            text: with_hits(shorten(&format!("» {}", printed.replace('\n', " ⏎ ")), MOST_CHARACTERS), statement.hits),
            hits: statement.hits,
            kind: NoteKind::Output,
            hover: format!("Printed, when it last ran:\n\n{}", code_block("text", printed)),
        });
    }
    if named.is_empty() {
        return None;
    }
    let room = MOST_CHARACTERS / named.len();
    let values: Vec<_> = named.iter().map(|held| format!("{} = {}", held.name, value_text(held, room))).collect();
    Some(LineNote {
        offset,
        text: with_hits(values.join(" · "), statement.hits),
        hits: statement.hits,
        kind: NoteKind::Value,
        hover: values_hover(&named, statement.hits),
    })
}

fn fault_note(evaluation: &Evaluation) -> Option<LineNote> {
    let Outcome::Faulted(fault) = evaluation.outcome() else { return None };
    if let Some(grant) = grant_lacked_at(fault) {
        // No mistake of the program: the run went as far as it may.
        let text = format!("the run ends here: it needs the grant {}", grant.word());
        let hover = format!("{text}: {}", grant.allows());
        return Some(LineNote { offset: fault_in_root(fault).start, text, hits: 1, kind: NoteKind::Value, hover });
    }
    Some(LineNote {
        offset: fault_in_root(fault).start,
        text: shorten(&fault_message(fault), MOST_CHARACTERS),
        hits: 1,
        kind: NoteKind::Fault,
        hover: format!("**{}**", fault_message(fault)),
    })
}

/// The part of a statement that stands on its first line: of a loop its head, not its body.
fn head(text: &Text, line: usize, statement: TextRange) -> TextRange {
    let end = text.line_range(line).map_or(statement.end, |line| line.end);
    TextRange::new(statement.start, statement.end.min(end).max(statement.start))
}

/// The variables whose names stand in a range, in the order in which they stand there.
fn named_in<'h>(text: &Text, range: TextRange, held: &'h [Held]) -> Vec<&'h Held> {
    let source = text.slice(range);
    let mut found: Vec<(usize, &Held)> =
        held.iter().filter_map(|held| Some((word_position(&source, &held.name)?, held))).collect();
    found.sort_by_key(|(position, _)| *position);
    // Of two variables of one name the one declared last is the one that is meant.
    let mut named: Vec<&Held> = Vec::new();
    for (_, held) in found {
        match named.iter_mut().find(|known| known.name == held.name) {
            Some(known) => *known = held,
            None => named.push(held),
        }
    }
    named.truncate(MOST_VARIABLES);
    named
}

/// Where `word` stands in `source` as a word of its own that is no field.
fn word_position(source: &str, word: &str) -> Option<usize> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    source.match_indices(word).map(|(at, _)| at).find(|&at| {
        let before = source[..at].chars().next_back();
        let after = source[at + word.len()..].chars().next();
        !before.is_some_and(|c| is_part(c) || c == '.' || c == '"' || c == '\'') && !after.is_some_and(is_part)
    })
}

fn with_hits(text: String, hits: u64) -> String {
    // First, so that it stays in sight when an editor cuts the rest.
    if hits > 1 { format!("×{}  {text}", grouped(hits)) } else { text }
}

/// The first `room` characters of a text.
pub(crate) fn shorten(text: &str, room: usize) -> String {
    if text.chars().count() <= room {
        return text.to_string();
    }
    let mut short: String = text.chars().take(room - 1).collect();
    short.push('…');
    short
}

fn values_hover(named: &[&Held], hits: u64) -> String {
    let mut lines: Vec<_> = named
        .iter()
        .map(|held| {
            let borrows = held.object.as_ref().map(borrow_text).unwrap_or_default();
            let slot = held.object.as_ref().map(|object| format!(" in slot #{}", object.slot)).unwrap_or_default();
            format!("- `{}` = {}{slot}{borrows}", held.name, inline_code(&held.preview))
        })
        .collect();
    if hits > 1 {
        lines.push(format!("\nran {} times; this is the last", grouped(hits)));
    }
    lines.join("\n")
}

/// `text` as Markdown code that cannot be broken out of.
pub(crate) fn inline_code(text: &str) -> String {
    let text = text.replace(['\n', '\r'], " ");
    let longest = longest_run(&text, '`');
    if longest == 0 {
        return format!("`{text}`");
    }
    let fence = "`".repeat(longest + 1);
    format!("{fence} {text} {fence}")
}

/// `text` as a Markdown code block that cannot be broken out of.
pub(crate) fn code_block(language: &str, text: &str) -> String {
    let fence = "`".repeat(longest_run(text, '`').max(2) + 1);
    format!("{fence}{language}\n{text}\n{fence}")
}

fn longest_run(text: &str, wanted: char) -> usize {
    let (mut longest, mut run) = (0, 0);
    for c in text.chars() {
        run = if c == wanted { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_where_it_is_a_name() {
        assert_eq!(word_position("items.push(item)", "item"), Some(11));
        assert_eq!(word_position("x.item + item2", "item"), None);
        assert_eq!(word_position("item", "item"), Some(0));
    }

    /// The program with its notes behind the lines.
    fn drawn(fixture: &str) -> String {
        let (snapshot, _) = crate::fixture::after_run(fixture);
        let text = snapshot.analysis.text();
        let notes = line_notes(&snapshot);
        let mut out = String::new();
        for (index, line) in text.to_string().lines().enumerate() {
            out.push_str(line);
            for note in notes.iter().filter(|note| text.line_of(note.offset) == index) {
                out.push_str(&format!("  ⟵ {}", note.text));
            }
            out.push('\n');
        }
        out
    }

    #[test]
    fn a_line_shows_the_values_of_its_names_or_what_it_printed() {
        let drawn = drawn("let xs = [1]\nfor i in 0..3 {\n  xs.push(i)\n}\nlet r = &xs\nprint(len(r))\n$0");
        assert_eq!(
            drawn,
            "let xs = [1]  ⟵ xs = #0 [1]\n\
             for i in 0..3 {  ⟵ i = 0\n  \
             xs.push(i)  ⟵ ×3  xs = #0 [1, 0, 1, 2] · i = 2\n\
             }\n\
             let r = &xs  ⟵ r = &#0 [1, 0, 1, 2] · shared ×1 · xs = #0 [1, 0, 1, 2] · shared ×1\n\
             print(len(r))  ⟵ » 4\n"
        );
    }

    #[test]
    fn the_line_of_a_fault_shows_the_fault() {
        let drawn = drawn("let xs = [1]\nfor x in xs {\n  xs.push(x)\n}\n$0");
        assert!(drawn.contains("xs.push(x)  ⟵ BorrowError: "), "{drawn}");
    }

    #[test]
    fn code_cannot_be_broken_out_of() {
        assert_eq!(inline_code("a`b``c"), "``` a`b``c ```");
        assert_eq!(code_block("text", "```\nx"), "````text\n```\nx\n````");
    }
}
