//! What can be written in the console.

use crush_ide::{Completion, CompletionKind};
use serde_json::{Value, json};

use crate::debuggee::{Debuggee, lost};
use crate::request::Completions;

impl Debuggee<'_, '_> {
    /// `completions`: what can be written there, in a frame. Where it belongs is left to the client, which knows its words.
    pub(crate) fn completions(&mut self, of: &Completions) -> Result<Value, String> {
        let (task, frame) = match of.frame_id {
            Some(id) => self.handles.frame_of(id)?,
            None => (self.moment(None)?.task, 0),
        };
        let line = of.line.map_or(0, |line| line.saturating_sub(self.first.0));
        let offset = offset(&of.text, line, of.column.saturating_sub(self.first.1));
        let found = self.time.completions(self.position, Some(task), frame, &of.text, offset).map_err(lost)?;
        Ok(json!({ "targets": found.iter().map(target).collect::<Vec<_>>() }))
    }
}

fn target(found: &Completion) -> Value {
    let kind = match found.kind {
        CompletionKind::Variable => "variable",
        CompletionKind::Function => "function",
        CompletionKind::Method => "method",
        CompletionKind::Field | CompletionKind::Key => "field",
        CompletionKind::Struct | CompletionKind::Type => "class",
        CompletionKind::Trait => "interface",
        CompletionKind::Module => "module",
        CompletionKind::Keyword => "keyword",
        CompletionKind::Snippet => "snippet",
    };
    json!({
        "label": found.label,
        "text": found.insert,
        "detail": found.detail,
        "type": kind,
        "sortText": format!("{:04} {}", found.distance, found.label),
    })
}

/// A place in the text, from a line and a column in UTF-16 units, both from 0. What lies behind the end is the end.
fn offset(text: &str, line: u64, column: u64) -> usize {
    let lines = text.split_inclusive('\n');
    let begins: usize = lines.take(usize::try_from(line).unwrap_or(usize::MAX)).map(str::len).sum();
    let mut units = 0;
    let within = text[begins..].char_indices().find(|(_, it)| {
        let is_there = units >= column || *it == '\n';
        units += it.len_utf16() as u64;
        is_there
    });
    within.map_or(text.len(), |(at, _)| begins + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_found_in_the_text() {
        let text = "a🛒b\ncd";
        let at = |line, column| offset(text, line, column);
        assert_eq!([at(0, 0), at(0, 1), at(0, 3), at(0, 4), at(0, 9)], [0, 1, 5, 6, 6]);
        assert_eq!([at(1, 0), at(1, 1), at(1, 9), at(7, 0)], [7, 8, 9, 9]);
    }
}
