//! What an edit changed, as one range.

use crush_syntax::TextEdit;

/// A range of the old text that was replaced by a range of the new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Change {
    /// Where both begin.
    pub(super) start: u32,
    /// Where the replaced text ended.
    pub(super) old_end: u32,
    /// Where the new text ends.
    pub(super) new_end: u32,
}

/// How much earlier than written an edit inside a character may begin or end.
const CHARACTER: usize = 3;

impl Change {
    /// The range that `edits` changed, applied one after the other to a text that was `old_len` bytes long before and is
    /// `new_len` bytes long after them; `None` without edits.
    pub(super) fn of(edits: &[TextEdit], old_len: usize, new_len: usize) -> Option<Self> {
        let mut len = old_len;
        let mut hull: Option<(usize, usize, usize)> = None;
        for edit in edits {
            let start = edit.range.start.min(len).saturating_sub(CHARACTER);
            let end = edit.range.end.clamp(start, len).saturating_add(CHARACTER).min(len);
            // The hull so far, in terms of the text before it and of the text before this edit.
            let (first, old_end, new_end) = hull.unwrap_or((start, end, end));
            let grown = end.saturating_sub(new_end);
            let removed = edit.range.end.min(len).saturating_sub(edit.range.start.min(len));
            let now_end = (new_end + grown + edit.new_text.len()).saturating_sub(removed);
            len = (len + edit.new_text.len()).saturating_sub(removed);
            hull = Some((first.min(start), (old_end + grown).min(old_len), now_end));
        }
        let (start, old_end, _) = hull?;
        let new_end = (old_end + new_len).saturating_sub(old_len).max(start);
        let narrow = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
        Some(Self { start: narrow(start), old_end: narrow(old_end), new_end: narrow(new_end) })
    }
}
