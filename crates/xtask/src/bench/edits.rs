//! Edits as a person types them: inside functions in the middle of the program, each taken back by the next.

use std::ops::Range;

use fastrand::Rng;

/// Replaces a range of bytes.
#[derive(Clone, Debug)]
pub(crate) struct Edit {
    /// What is replaced, in the text that the edit before left.
    pub(crate) range: Range<usize>,
    /// By what.
    pub(crate) new_text: String,
}

/// `count` edits for `text`, always the same ones.
pub(crate) fn typed(text: &str, count: usize) -> Vec<Edit> {
    let mut rng = Rng::with_seed(42);
    let words = words_inside_functions(text);
    let mut edits = Vec::with_capacity(count + 1);
    while edits.len() < count {
        let word = &words[rng.usize(..words.len())];
        let old_text = &text[word.clone()];
        let is_number = old_text.starts_with(|char: char| char.is_ascii_digit());
        let (range, new_text) = match rng.u8(..8) {
            // A word for another one.
            0 | 1 => (word.clone(), if is_number { "77" } else { "value" }),
            // A bracket that is not closed yet.
            2 => (word.end..word.end, "("),
            // A character more.
            _ => (word.end..word.end, if is_number { "7" } else { "x" }),
        };
        let back = Edit { range: range.start..range.start + new_text.len(), new_text: text[range.clone()].to_string() };
        edits.push(Edit { range, new_text: new_text.to_string() });
        edits.push(back);
    }
    edits.truncate(count);
    edits
}

/// The words of indented lines in the middle third, keywords aside.
fn words_inside_functions(text: &str) -> Vec<Range<usize>> {
    const KEYWORDS: &[&str] = &["let", "for", "in", "if", "else", "while", "return", "fn", "def", "mut"];
    let mut words = Vec::new();
    let mut line_start = 0;
    for line in text.split_inclusive('\n') {
        let is_middle = (text.len() / 3..text.len() / 3 * 2).contains(&line_start);
        if is_middle && line.starts_with("    ") && !line.contains('"') {
            let is_edge = |char: char| !char.is_ascii_alphanumeric() && char != '_';
            let mut at = line_start;
            for piece in line.split_inclusive(is_edge) {
                let word = piece.trim_end_matches(is_edge);
                if !word.is_empty() && !KEYWORDS.contains(&word) {
                    words.push(at..at + word.len());
                }
                at += piece.len();
            }
        }
        line_start += line.len();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::program::{Dialect, generate};

    #[test]
    fn an_even_number_of_edits_leaves_the_text_as_it_was() {
        for dialect in [Dialect::Crush, Dialect::CrushWithoutBorrows, Dialect::Python] {
            let original = generate(dialect, 100);
            let mut text = original.clone();
            for (n, edit) in typed(&original, 100).into_iter().enumerate() {
                text.replace_range(edit.range, &edit.new_text);
                assert_eq!(text == original, n % 2 == 1);
            }
        }
    }
}
